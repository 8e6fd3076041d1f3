"""Figures, comparisons and what is asked by solving again."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from api.cli import app
from scenarios.grids import grid_of, shipped
from scenarios.load import load, save
from scheduler.figures import Change, Figures, TierFigure, compared, figures_of, gini, lorenz
from scheduler.findings import ScenarioError
from scheduler.grids import between, gaps, harmonised, mean_gap, path, under, volunteers
from scheduler.roster import roster_of
from scheduler.scenario import RuleSheet, Scenario, Tier
from scheduler.sketch import drawn
from scheduler.tables import Tariff
from scheduler.variants import revised
from scheduler.verify import verify
from solver.plan import Limits
from solver.studies import run
from solver.studies.envelope import marginal
from solver.studies.need import helps, needs, one_more
from solver.studies.run import Variant, cover_only, key_of, solve_all
from solver.studies.stress import Draw, leavers_by_age, random_draws, stress, without
from solver.studies.sweep import Vary, variants_of

RUNNER = CliRunner()
DATA = Path(__file__).resolve().parent.parent / "scenarios" / "data"
SOON = Limits(time_limit_s=20, workers=1, seed=1)
NIGHT = {
    "scheme": "pdses",
    "status": "consultant",
    "modality": "on_site",
    "period": "whole_night",
    "amount": "100",
    "valid_from": "2024-01-01",
    "legal_ref": "-",
}
DAY = {**NIGHT, "period": "day", "amount": "50"}


LINES = [
    {"id": "D", "needed": "1", "wished": "1"},
    {"id": "N", "needed": "1", "wished": "2", "skills": "night"},
    *({"id": x, "wished": "0"} for x in "MACSP"),
]


def small(drawing="Ana . . . .\nBob . . . .", kinds=(), **tables):
    """Four days of one day duty and one night duty; only Ana can hold nights, and no more than two of them."""
    given = {
        "lines": LINES,
        "people": [{"id": "Ana", "skills": "night", "birth_year": "1970"}, {"id": "Bob", "birth_year": "1990"}],
        "tariffs": [NIGHT, DAY],
        **tables,
    }
    facts, _ = drawn(drawing, given)
    names = ("eligibility", "absence", "places", "one_place", "coverage", "worst_off", "evenness", *kinds)
    two = {"kind": "max_duties", "limit": 2, "lines": "N"}
    rules = RuleSheet.model_validate({"rules": [*({"kind": k} for k in names), two]}).rules
    tiers = tuple(Tier(name=name) for name in ("cover", "worst_off", "evenness", "costs"))
    return Scenario("small", facts, rules, tiers, sha256="small")


# --- figures and their comparison -----------------------------------------------------------------------------------


def with_tiers(name, *tiers):
    scenario = small()
    verdict = verify(scenario, roster_of(()))
    figures = figures_of(scenario, roster_of(()), verdict)
    found = tuple(TierFigure(name=tier, value=value, bound=bound) for tier, value, bound in tiers)
    return figures.model_copy(update={"name": name, "tiers": found})


@pytest.mark.parametrize(
    ("first", "second", "judgement"),
    [
        ((10, 8), (7, 0), "better"),
        ((10, 8), (8, 0), "open"),
        ((10, 8), (20, 11), "worse"),
        ((10, 8), (20, 10), "open"),
        ((10, 10), (10, 10), "same"),
        ((10, 10), (10, 9), "open"),
        ((10, None), (3, None), "open"),
    ],
)
def test_a_difference_is_told_apart_from_what_is_not_proved(first, second, judgement):
    (tier,) = compared(with_tiers("A", ("cover", *first)), with_tiers("B", ("cover", *second)))
    assert tier.judgement == judgement


def test_after_a_difference_the_tiers_answer_other_questions():
    one = with_tiers("A", ("cover", 5, 5), ("evenness", 9, 9))
    two = with_tiers("B", ("cover", 4, 4), ("evenness", 1, 1))
    assert [tier.judgement for tier in compared(one, two)] == ["better", "after"]
    assert [tier.judgement for tier in compared(one, one)] == ["same", "same"]


def test_the_lorenz_curve_and_what_it_comes_to():
    assert lorenz([1, 1, 2]) == [(0.0, 0.0), (1 / 3, 0.25), (2 / 3, 0.5), (1.0, 1.0)]
    assert gini([5, 5, 5, 5]) == pytest.approx(0)
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert gini([0, 0]) == pytest.approx(0)


@pytest.mark.parametrize(
    ("burdens", "better", "worse"),
    [
        ((-1, 0, 0, 0), True, False),
        ((1, 0, 0, 0), False, True),
        ((-1, 1, 0, 0), False, False),
        ((0, 0, 0, 0), False, False),
    ],
)
def test_a_life_is_better_with_less_of_something_and_more_of_nothing(burdens, better, worse):
    names = ("points", "nights", "weekends", "sensitive")
    change = Change(person="a", name="A", cents=0, **dict(zip(names, burdens, strict=True)))
    assert (change.better, change.worse) == (better, worse)


def test_figures_count_places_holes_and_money_and_are_read_back():
    scenario = small()
    roster = roster_of([("N.2027-03-01.night", "Ana"), ("D.2027-03-01.day", "Bob"), ("D.2027-03-03.day", "Bob")])
    figures = figures_of(scenario, roster, verify(scenario, roster), {"cover": 3}, 7)
    assert (figures.places, figures.filled, figures.holes, figures.lines_kept) == (8, 3, 5, 5)
    assert figures.cents == 100_00 + 2 * 50_00
    assert {line.line: line.holes for line in figures.lines if line.holes} == {
        "D": ("2027-03-02", "2027-03-04"),
        "N": ("2027-03-02", "2027-03-03", "2027-03-04"),
    }
    assert [line.pool for line in figures.lines if line.line in "DN"] == [2, 1]
    assert figures.points_by_sector == {"public": 300}
    assert Figures.model_validate_json(figures.model_dump_json()) == figures


# --- grids ------------------------------------------------------------------------------------------------------------


def test_every_grid_prices_the_pilot_to_the_last_duty_and_closes_the_gap_in_order():
    scenario = load(DATA / "pilot-pooled")
    people = {
        line.id: [p for p in scenario.facts.person_by_id if p in _pool(scenario, line.id)]
        for line in scenario.facts.lines
    }
    roster = roster_of((d.id, people[d.line][0]) for d in scenario.facts.duties if people[d.line])
    found = [harmonised(scenario, roster, name, grid_of(name)) for name in shipped()]
    assert shipped() == ("before-2025-11", "from-2025-11", "harmonised")
    before, now, full = (one.gap_percent for one in found)
    assert before > now > full == 0
    assert found[0].statement.cents < found[1].statement.cents < found[2].statement.cents


def _pool(scenario, line):
    from scheduler.fairness import pool_of

    return pool_of(scenario.facts, line)


def test_a_grid_that_is_not_there_is_refused_with_what_was_maybe_meant(tmp_path):
    with pytest.raises(ScenarioError) as refused:
        grid_of("from-2025-10")
    assert refused.value.findings[0].maybe == "from-2025-11"
    file = tmp_path / "mine.csv"
    file.write_text(
        "scheme,status,modality,period,amount,valid_from,legal_ref\npdses,private,on_site,day,1.001,2024-01-01,x\n"
    )
    with pytest.raises(ScenarioError, match=r"mine\.csv row 2, column `amount`"):
        grid_of(str(file))


def tariff(status, amount, **more):
    return Tariff.model_validate({**NIGHT, "status": status, "amount": amount, **more})


def private_small(**tables):
    """Bob is a private practitioner who consents to the nights."""
    return small(
        engagements=[{"person": "Bob", "site": "H", "status": "private"}],
        consents=[{"person": "Bob", "site": "H"}],
        people=[{"id": "Ana", "skills": "night"}, {"id": "Bob", "skills": "night"}],
        **tables,
    )


def test_the_gap_is_of_the_same_duty_and_volunteers_follow_what_it_pays():
    scenario = private_small(offers=[{"person": "Bob", "least_pay": "300"}])
    low = under(scenario, "low", [tariff("consultant", "400"), tariff("private", "299.99")])
    high = under(scenario, "high", [tariff("consultant", "400"), tariff("private", "300")])
    (gap,) = gaps(low.facts)
    assert (gap.public, gap.private) == (400_00, 299_99)
    assert mean_gap(high.facts) == pytest.approx(25)
    assert volunteers(low.facts) == ()
    assert volunteers(high.facts) == ("Bob",)


def test_half_way_between_two_grids_is_half_way_to_the_cent():
    low, high = [tariff("private", "229")], [tariff("private", "422.01"), tariff("consultant", "1")]
    assert [row.amount for row in between(low, high, 0)] == [229_00, 1_00]
    assert [row.amount for row in between(low, high, 50)] == [325_51, 1_00]
    assert [row.amount for row in between(low, high, 100)] == [422_01, 1_00]


def test_a_way_to_a_gap_inside_an_envelope_that_grows():
    scenario = private_small()
    roster = roster_of([("N.2027-03-01.night", "Bob"), ("N.2027-03-02.night", "Bob")])
    low, high = (
        [tariff("consultant", "400"), tariff("private", "200")],
        [tariff("consultant", "400"), tariff("private", "400")],
    )
    asked = {"envelope_cents": 400_00, "target_gap_percent": 10.0, "first_year": 2027}
    way = path(scenario, roster, low, high, growth_percent=20, **asked)
    # 360 € a night are within ten per cent of 400: 720 € in all, more than 400 × 1.2³ and less than 400 × 1.2⁴
    assert way.reached == 2031
    assert way.years[0].part_percent == 0
    assert all(year.cents <= year.envelope_cents for year in way.years)
    slow = path(scenario, roster, low, high, growth_percent=20, years=3, **asked)
    assert (slow.reached, slow.not_before) == (None, 2031)
    never = path(scenario, roster, low, high, growth_percent=0, years=3, **asked)
    assert (never.reached, never.not_before) == (None, None)


# --- envelopes --------------------------------------------------------------------------------------------------------


def envelope(amount):
    return {"payer": "fund", "first_day": "2027-03-01", "last_day": "2027-12-31", "amount": amount}


def test_an_envelope_that_binds_leaves_holes_and_the_next_thousand_euros_fill_them():
    """Days cost 500 € and nights more than anybody has: every 1,000 € buy two days, until all four are held."""
    scenario = small(
        kinds=("envelopes",),
        tariffs=[{**DAY, "amount": "500"}, {**NIGHT, "amount": "100000"}],
        envelopes=[envelope("1000")],
    )
    found = marginal(scenario, "fund", SOON, steps=3)
    assert [step.answer.figures.holes for step in found.steps] == [6, 4, 4, 4]
    assert [step.spent for step in found.steps] == [1000_00, 2000_00, 2000_00, 2000_00]
    assert [step.binds for step in found.steps] == [True, True, False, False]
    assert found.steps[1].gained[0].judgement == "better"
    assert found.stops_binding == 2000_00
    # The same by solving the richer scenario by itself.
    richer = revised(
        scenario, tables={"envelopes": [scenario.facts.tables.envelopes[0].model_copy(update={"amount": 2000_00})]}
    )
    (alone,) = solve_all([Variant("", richer)], SOON)
    assert alone.figures.tiers == found.steps[1].answer.figures.tiers


def test_bad_money_is_listed_all_at_once(tmp_path):
    scenario = small(
        envelopes=[envelope("40")], pins=[{"line": "D", "date": "2027-03-01", "period": "day", "person": "Bob"}]
    )
    save(scenario, tmp_path / "s")
    with pytest.raises(ScenarioError, match=r"at least the 50 € that the duties decided by hand cost"):
        load(tmp_path / "s")
    late = {**NIGHT, "valid_from": "2027-03-02"}
    shares = [{"line": "N", "payer": "ars", "percent": "60"}, {"line": "N", "payer": "ch", "percent": "39.99"}]
    facts = small(tariffs=[NIGHT, late, DAY], shares=shares).facts
    save(replace(scenario, facts=facts), tmp_path / "t")
    with pytest.raises(ScenarioError) as refused:
        load(tmp_path / "t")
    told = [finding.to("en") for finding in refused.value.findings]
    assert any("tariffs of the same duty that do not overlap" in text for text in told)
    assert any("shares that add up to 100" in text and "99.99" in text for text in told)
    facts = small(tariffs=[{**NIGHT, "valid_to": "2027-03-02"}, DAY], envelopes=[envelope("1000")]).facts
    save(replace(scenario, facts=facts), tmp_path / "u")
    with pytest.raises(
        ScenarioError, match=r"no tariff in force on that day \(2 times from 2027-03-03 to 2027-03-04\)"
    ):
        load(tmp_path / "u")


def test_the_frame_of_public_flat_fees_and_of_agency_locums_is_told(tmp_path):
    """Three classes at least, none for more than two fifths of the on-call lines, 70 to 280 euros; 2,681 for 24 hours."""

    def told(classes, amount="140", locum="1340.50"):
        fees = [
            {
                "id": f"C{n}",
                "name": f"C{n}",
                "modality": "on_call",
                "periods": "night",
                "sites": "H",
                "flat_fee": fee,
                "needed": "0",
            }
            for n, fee in enumerate(classes)
        ]
        call = {**NIGHT, "modality": "on_call", "amount": amount}
        tariffs = [
            NIGHT,
            DAY,
            {**NIGHT, "status": "locum", "amount": locum},
            *({**call, "flat_fee": fee} for fee in set(classes)),
        ]
        save(replace(small(), facts=small(lines=[*LINES, *fees], tariffs=tariffs).facts), tmp_path / "f")
        return [f.to("en") for f in load(tmp_path / "f").warnings if f.column in ("flat_fee", "amount")]

    assert told(["a", "a", "b", "b", "c"]) == []
    assert "at least 3 classes" in told(["a", "a", "b", "b"])[0]
    assert "at most 40 %" in told(["a", "a", "b", "c"])[0]
    assert told(["a", "b", "c"], amount="280") == []
    assert len(told(["a", "b", "c"], amount="280.01")) == 3
    assert "69.99" in told(["a", "b", "c"], amount="69.99")[0]
    assert "ceiling for agency locums" in told(["a", "b", "c"], locum="1340.51")[0]


# --- sweeps -----------------------------------------------------------------------------------------------------------


def test_variants_are_every_combination_and_know_their_setting():
    varied = [Vary.read("lines.csv:N.needed=0,1"), Vary.read("rules.coverage.enabled=yes,no")]
    found = variants_of(small(), varied)
    assert [tuple(setting.values()) for setting, _ in found] == [("0", "yes"), ("0", "no"), ("1", "yes"), ("1", "no")]
    assert [variant.scenario.facts.line_by_id["N"].needed for _, variant in found] == [0, 0, 1, 1]
    assert len({variant.scenario.sha256 for _, variant in found}) == 4


@pytest.mark.parametrize(
    ("text", "maybe"),
    [
        ("rules.coverag.enabled=yes", "coverage"),
        ("rules.coverage.enable=yes", "enabled"),
        ("linse.csv:N.needed=1", "lines"),
        ("lines.csv:N.neded=1", "needed"),
        ("lines.csv:N.needed=-1", ""),
        ("rules.coverage.enabled", ""),
    ],
)
def test_what_cannot_vary_is_refused_with_what_was_maybe_meant(text, maybe):
    with pytest.raises(ScenarioError) as refused:
        variants_of(small(), [Vary.read(text)])
    assert refused.value.findings[0].maybe == maybe


def test_a_sweep_that_was_ended_goes_on_where_it_stopped(tmp_path, monkeypatch):
    variants = [variant for _, variant in variants_of(small(), [Vary.read("lines.csv:N.needed=0,1,2")])]
    solved, real = [], run.solved

    def counted(variant, limits, start=None):
        if len(solved) == 2:
            raise KeyboardInterrupt
        solved.append(variant.name)
        return real(variant, limits, start)

    monkeypatch.setattr(run, "solved", counted)
    with pytest.raises(KeyboardInterrupt):
        solve_all(variants, SOON, folder=tmp_path)
    (tmp_path / f"{key_of(variants[2], SOON)}.part").write_text("{half")
    monkeypatch.setattr(run, "solved", lambda *_: solved.append("again") or real(*_))
    answers = solve_all(variants, SOON, folder=tmp_path)
    assert solved == [variants[0].name, variants[1].name, "again"]
    assert [answer.figures.holes for answer in answers] == [0, 2, 6]
    monkeypatch.setattr(run, "solved", None)
    assert [answer.figures for answer in solve_all(variants, SOON, folder=tmp_path)] == [a.figures for a in answers]


def test_other_limits_are_another_question():
    variant = Variant("", small())
    assert key_of(variant, Limits(20, 1, 1)) == key_of(variant, Limits(20, 2, 1)) != key_of(variant, Limits(20, 1, 2))


def test_side_by_side_gives_what_one_after_the_other_gives():
    variants = [variant for _, variant in variants_of(small(), [Vary.read("lines.csv:N.needed=0,1")])]
    one, two = (solve_all(variants, SOON, processes=processes) for processes in (1, 2))
    assert [answer.figures for answer in one] == [answer.figures for answer in two]


# --- stress -----------------------------------------------------------------------------------------------------------


def test_the_first_line_to_break_is_the_one_that_a_leaver_alone_could_hold():
    """Ana alone holds nights, two of them: without her they are empty too; without Bob she has the days as well."""
    found = stress(small(), [Draw("Ana", ("Ana",)), Draw("Bob", ("Bob",))], SOON)
    assert found.before.holes == 2
    assert (found.first_to_break.line, found.first_to_break.draws) == ("N", 1)
    assert found.by_month() == {"2027-03": 2}
    assert found.absorbers[0].person == "Ana"
    assert found.impossible == 0


def test_leavers_are_counted_by_the_year_in_which_they_reach_an_age():
    facts = small().facts
    assert leavers_by_age(facts, 57, 2027) == ("Ana",)
    assert leavers_by_age(facts, 58, 2027) == ()
    assert [draw.away for draw in random_draws(facts, 1, 3, seed=4)] == [
        draw.away for draw in random_draws(facts, 1, 3, seed=4)
    ]
    assert random_draws(facts, 9, 1, seed=1)[0].away == ("Ana", "Bob")


def test_who_is_away_is_away_throughout_and_pins_to_them_are_free():
    scenario = small(pins=[{"line": "N", "date": "2027-03-01", "period": "night", "person": "Ana"}])
    left = without(scenario, ["Ana"])
    (absence,) = left.facts.tables.absences
    assert (absence.first_day, absence.last_day) == (date(2027, 3, 1), date(2027, 3, 4))
    assert not left.facts.tables.pins


# --- need -------------------------------------------------------------------------------------------------------------


def test_need_is_of_the_places_and_the_people_there():
    heaviest, *_ = needs(small(absences=[{"person": "Ana", "first_day": "2027-03-01", "last_day": "2027-03-02"}]).facts)
    assert (heaviest.specialty, heaviest.duties, heaviest.people, heaviest.full_time) == ("night", 4, 1, 0.5)
    assert heaviest.nights_a_month == pytest.approx(4 / 0.5 * 30.4 / 4)


def test_one_more_person_where_the_holes_are_helps_most_and_it_is_proved():
    scenario = small()
    now, ranked = helps(scenario, SOON, most=4)
    assert now.holes == 2
    best = ranked[0]
    assert (best.kind, best.line, best.what, best.proved) == ("person", "N", "Ana", True)
    assert best.answer.figures.holes == 0
    (again,) = solve_all([Variant("", one_more(scenario, "Ana"))], SOON)
    assert again.figures.tiers == best.answer.figures.tiers


def test_the_cover_alone_is_the_same_cover():
    whole, cover = (solve_all([Variant("", s)], SOON)[0].figures for s in (small(), cover_only(small())))
    assert whole.tiers[0] == cover.tiers[0]
    assert len(cover.tiers) == 1


# --- the verbs --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    root = tmp_path_factory.mktemp("studies")
    save(replace(private_small(kinds=(), envelopes=[]), tiers=small().tiers), root / "s")
    rows = [
        f"pdses,{status},on_site,{period},{amount},2024-01-01,-"
        for status in ("consultant", "private")
        for period, amount in (("whole_night", 100), ("day", 50))
    ]
    (root / "s" / "tariffs.csv").write_text(
        "scheme,status,modality,period,amount,valid_from,legal_ref\n" + "\n".join(rows) + "\n"
    )
    result = RUNNER.invoke(app, ["solve", str(root / "s"), "--out", str(root / "out"), "--lang", "en"])
    assert result.exit_code == 0, result.output
    return root


def ran(*words):
    result = RUNNER.invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_verbs_write_their_page_and_say_the_same(files, tmp_path, lang):
    scenario, roster = files / "s", files / "out" / "roster.csv"
    common = ("--out", tmp_path, "--lang", lang)
    assert "fund" in ran("pay", scenario, roster, *common)
    assert {"pay.html", "pay.xlsx", "statement.csv", "service.csv", "held.csv"} <= {p.name for p in tmp_path.iterdir()}
    ran(
        "harmonise",
        scenario,
        roster,
        "--grid",
        "before-2025-11",
        "--grid",
        "from-2025-11",
        "--grid",
        "harmonised",
        "--resolve",
        *common,
    )
    said = ran("compare", files / "out", scenario, *common)
    assert {"en": "the same, both proved best", "fr": "identiques, tous deux prouvés optimaux"}[lang] in said
    ran("sweep", scenario, "--vary", "lines.csv:N.needed=0,1", *common)
    frame = pd.read_parquet(tmp_path / "sweep.parquet")
    assert list(frame["lines.csv:N.needed"]) == ["0", "1"]
    ran("stress", scenario, "--absence", "Ana", *common)
    assert json.loads((tmp_path / "stress.json").read_text())["small"]["by_month"] == {"2027-03": 2}
    ran("need", scenario, "--most", "2", *common)
    ran("map", scenario, "--roster", roster, *common)
    for name in ("pay", "harmonise", "compare", "sweep", "stress", "need", "map"):
        page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert f'<html lang="{lang}">' in page
        assert "<script" not in page
        assert "://" not in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("harmonise", "S", "R", "--grid", "harmonized"), "Maybe harmonised?"),
        (("envelope", "S", "--payer", "fond"), "--payer"),
        (("stress", "S"), "--leavers, --random, --absence"),
        (("stress", "S", "--absence", "Anna"), "Maybe Ana?"),
        (("stress", "S", "--leavers", "55"), "55+"),
        (("sweep", "S", "--vary", "rules.coverag.enabled=yes"), "Maybe coverage?"),
        (("map", "S", "--geojson", "nowhere.json"), "GeoJSON"),
    ],
)
def test_bad_words_are_refused_with_what_was_expected(files, tmp_path, words, said):
    names = {"S": str(files / "s"), "R": str(files / "out" / "roster.csv")}
    result = RUNNER.invoke(app, [names.get(word, word) for word in words] + ["--out", str(tmp_path), "--lang", "en"])
    assert result.exit_code == 2
    assert said in result.stderr
    assert not list(tmp_path.iterdir())
