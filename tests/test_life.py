"""A rota's life: candidates, exchanges, mending, reasons, certificates. Every answer is held against the judge or a solve."""

import json
import random
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from api.cli import app
from scenarios.generated import generated
from scenarios.load import load, save
from scenarios.rosters import read_roster
from scheduler.editing import edited
from scheduler.exchanges import better_for_all, exchange, wanted
from scheduler.fairness import pool_of
from scheduler.letters import letter
from scheduler.moves import Bench, candidates, chains, fragile
from scheduler.scenario import RuleSheet, Scenario, Tier
from scheduler.sketch import FIRST_DRAWN, drawn
from scheduler.tables import Absence
from scheduler.verify import verify
from solver.plan import Found, Limits, plan
from solver.repair import replan, to_mend
from solver.reserve import reserve
from solver.why import Piece, _pieces, _possible, clash, filled, granted, without
from tests.test_scenarios import DATA, short

RUNNER = CliRunner()
SOON = Limits(time_limit_s=20, workers=1, seed=1)
NAMES = (
    "eligibility",
    "absence",
    "cannot",
    "places",
    "one_place",
    "pins",
    "coverage",
    "worst_off",
    "evenness",
    "wishes",
)


def small(drawing="Ana . . . .\nBob . . . .\nCy . . . .", rules=(), first_drawn=FIRST_DRAWN, **tables):
    """One night a day for three people; a day of rest after each."""
    given = {
        "lines": [
            {"id": "N", "needed": "1", "wished": "1"},
            *({"id": x, "needed": "0", "wished": "0"} for x in "DMACSP"),
        ],
        **tables,
    }
    facts, roster = drawn(drawing, given, first_drawn)
    sheet = [*({"kind": kind} for kind in NAMES), {"kind": "min_rest", "hours": 24}, *rules]
    tiers = tuple(Tier(name=name) for name in ("cover", "worst_off", "evenness", "wishes", "costs"))
    return Scenario("small", facts, RuleSheet.model_validate({"rules": sheet}).rules, tiers, sha256="small"), roster


def night(day):
    return f"N.2027-03-{day:02d}.night"


@pytest.fixture(scope="module")
def block():
    scenario = generated("block-8x2x14-1")
    outcome = plan(scenario, Limits(20, 1, 1))
    assert isinstance(outcome, Found)
    return scenario, outcome.roster


def test_whatever_changes_the_quick_judge_says_what_the_judge_says(block):
    scenario, roster = block
    bench, random_ = Bench(scenario, roster), random.Random(7)
    before = set(verify(scenario, roster).forbidden)
    duties, broken = scenario.facts.duties, 0
    for _ in range(150):
        duty = random_.choice(duties)
        person = random_.choice(pool_of(scenario.facts, duty.line))
        gone = [(duty.id, other) for other in roster.people_on(duty.id)]
        after = bench.after(gone, [(duty.id, person)])
        people = sorted({person, *(other for _, other in gone)})
        slow = bool(set(verify(scenario, after).forbidden) - before)
        assert bool(bench.broken(after, people)) == slow == bool(bench.broken(after, people, first=True))
        broken += slow
    assert 0 < broken < 150


def test_who_is_said_to_be_free_is_free_and_the_furthest_below_the_share_comes_first(block):
    scenario, roster = block
    bench = Bench(scenario, roster)
    for duty in scenario.facts.duties[::5]:
        holders = [(duty.id, p) for p in roster.people_on(duty.id)]
        left = Bench(scenario, bench.after(holders, ()))
        found = candidates(left, duty)
        assert [len(c.stopped_by) for c in found] == sorted(len(c.stopped_by) for c in found)
        free = [c for c in found if c.free]
        assert [c.beyond for c in free] == sorted(c.beyond for c in free)
        assert {p for _, p in holders} <= {c.person for c in free}
        for one in found:
            assert one.free == verify(scenario, left.after((), ((duty.id, one.person),))).ok


def test_a_chain_fills_what_no_single_person_can():
    """Cy is away; Ana and Bob have nights next to the empty one. Bob takes it, and gives the next one to Ana."""
    scenario, roster = small(
        "Ana N . . .\nBob . . N .\nCy . . . .",
        absences=[{"person": "Cy", "first_day": "2027-03-01", "last_day": "2027-03-04"}],
    )
    bench = Bench(scenario, roster)
    duty = scenario.facts.duty_by_id[night(2)]
    assert not any(c.free for c in candidates(bench, duty))
    (found, *_) = chains(bench, duty)
    assert len(found) == 2
    assert (found[0].duty, found[0].giver, found[1].giver) == (night(2), "", found[0].taker)
    gone = [(s.duty, s.giver) for s in found if s.giver]
    assert verify(scenario, bench.after(gone, [(s.duty, s.taker) for s in found])).ok


def test_a_duty_that_one_other_or_nobody_could_take_is_fragile():
    scenario, roster = small(
        "Ana N . . .\nBob . . . .\nCy . . . .",
        absences=[{"person": "Cy", "first_day": "2027-03-01", "last_day": "2027-03-04"}],
    )
    (found,) = fragile(Bench(scenario, roster))
    assert (found.duty, found.replacements) == (night(1), ("Bob",))
    assert fragile(Bench(scenario, roster), most=0) == []


# --- exchanges --------------------------------------------------------------------------------------------------------


def test_an_exchange_is_refused_with_the_rule_in_words_and_says_what_it_does():
    scenario, roster = small("Ana N . N .\nBob . N . .\nCy . . . N")
    bench = Bench(scenario, roster)
    refused = exchange(bench, night(2), "Bob", "Ana")
    assert not refused.allowed
    assert any("less than 24 h after" in said.en for said in refused.refused)
    fine = exchange(bench, night(1), "Ana", "Cy")
    assert fine.allowed
    effects = {effect.person: effect for effect in fine.effects}
    assert effects["Cy"].load["points"] == 100 == -effects["Ana"].load["points"]
    assert effects["Cy"].rest_minutes == 60 * 60
    assert verify(scenario, fine.after).ok
    with pytest.raises(ValueError, match="do not hold"):
        exchange(bench, night(1), "Bob", "Cy")


def test_suggested_exchanges_please_everybody_in_them_and_break_nothing():
    wishes = [
        {"person": "Ana", "wish": "rather_not", "days": "mon"},
        {"person": "Bob", "wish": "rather_not", "days": "thu"},
        {"person": "Cy", "wish": "rather_not", "days": "wed"},
    ]
    scenario, roster = small("Ana N . . .\nBob . . . N\nCy . N . .", wishes=wishes)
    bench = Bench(scenario, roster)
    found = better_for_all(bench)
    assert found
    for one in found:
        assert verify(scenario, one.after).ok
        for step in one.steps:
            given, taken = (
                scenario.facts.duty_by_id[step.duty],
                next(s.duty for s in one.steps if s.taker == step.giver),
            )
            assert wanted(scenario.facts, step.giver, scenario.facts.duty_by_id[taken]) >= wanted(
                scenario.facts, step.giver, given
            )


# --- mending ----------------------------------------------------------------------------------------------------------


def test_an_absence_is_mended_with_the_fewest_changes_proved():
    scenario, roster = small("Ana N . . N\nBob . N . .\nCy . . N .")
    away = Absence(person="Ana", first_day=date(2027, 3, 4), last_day=date(2027, 3, 4))
    found = replan(scenario, roster, SOON, absences=[away])
    assert (found.changes, found.proved) == (1, True)
    (move,) = found.moves
    assert (move.duty, move.left, move.came) == (night(4), ("Ana",), ("Bob",))
    assert verify(found.scenario, found.outcome.roster).ok


def test_what_is_frozen_never_moves_not_even_a_hole():
    scenario, roster = small("Ana N . . N\nBob . . . .\nCy . . N .")
    away = Absence(person="Ana", first_day=date(2027, 3, 4), last_day=date(2027, 3, 4))
    found = replan(scenario, roster, SOON, absences=[away], frozen_until=date(2027, 3, 3))
    after = found.outcome.roster
    assert (after.people_on(night(1)), after.people_on(night(2))) == (("Ana",), ())
    free = replan(scenario, roster, SOON, absences=[away], frozen_until=date(2027, 3, 2))
    assert free.outcome.roster.people_on(night(2))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_rota_with_the_same_cover_has_fewer_changes(block, seed):
    """Held against every rota that moves fewer published duties: asked of the solver as a hard limit, there is none."""
    scenario, roster = block
    person = random.Random(seed).choice(sorted({p for _, p in roster.assignments}))
    first = scenario.facts.territory.first_day
    away = Absence(person=person, first_day=first + timedelta(days=4), last_day=first + timedelta(days=8))
    found = replan(scenario, roster, SOON, absences=[away])
    assert found.proved
    lost = [pair for pair in roster.assignments if pair not in found.outcome.roster.assignments]
    assert len(lost) == found.changes
    must = [
        (d, p)
        for d, p in roster.assignments
        if p == person and away.first_day <= scenario.facts.duty_by_id[d].date <= away.last_day
    ]
    assert len(must) <= found.changes
    question = to_mend(scenario, roster, absences=[away])
    again = plan(question, SOON, None, None)
    assert isinstance(again, Found)
    assert [t.value for t in again.tiers[:2]] == [t.value for t in found.outcome.tiers[:2]]


def test_a_published_rota_is_kept_where_nothing_happened(block):
    scenario, roster = block
    found = replan(scenario, roster, SOON)
    assert (found.changes, found.proved) == (0, True)


def test_a_rota_is_kept_whole_also_where_rules_count_over_many_weeks():
    """Two weeks of the pilot territory: means over months, shares of sites, whole weekends."""
    scenario = short(load(DATA / "pilot-pooled"), 14)
    before = plan(scenario, Limits(6, 1, 1))
    assert isinstance(before, Found)
    found = replan(scenario, before.roster, Limits(6, 1, 1))
    assert (found.changes, found.proved) == (0, True)


def test_a_day_of_disruptions_is_mended_step_by_step_and_what_is_past_stays(tmp_path):
    published = [
        {"line": "N", "date": f"2027-03-{d:02d}", "period": "night", "person": p}
        for d, p in ((1, "Ana"), (2, "Bob"), (3, "Ana"), (4, "Cy"))
    ]
    scenario, _ = small("Ana . . . .\nBob . . . .\nCy . . . .\nDee . . . .", published=published)
    save(scenario, tmp_path / "s")
    rows = ["step,known,what,person,line,needed,first_day,last_day"]
    rows += [
        "Away,2027-03-02,absence,Ana,,,2027-03-02,2027-03-03",
        "Two by night,2027-03-04,need,,N,2,2027-03-04,2027-03-04",
    ]
    (tmp_path / "d.csv").write_text("\n".join(rows) + "\n")
    words = ["replay", str(tmp_path / "s"), str(tmp_path / "d.csv"), "--out", str(tmp_path / "o"), "--lang", "en"]
    result = RUNNER.invoke(app, words)
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    assert first.startswith("1. Away: 1 changes (proved the fewest); 0 empty places (proved the best)")
    assert second.startswith("2. Two by night: 0 changes (proved the fewest); 0 empty places (proved the best)")
    after = load(tmp_path / "s")
    one = read_roster(tmp_path / "o" / "step-1.csv", after)
    assert (one.people_on(night(1)), one.people_on(night(3))) == (("Ana",), ("Dee",))
    two = read_roster(tmp_path / "o" / "step-2.csv", after)
    assert len(two.people_on(night(4))) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("X,2027-03-02,absence,Anna,,,2027-03-02,2027-03-03", "Maybe Ana?"),
        ("X,2027-03-02,need,,N,,2027-03-02,2027-03-03", "a number of people"),
        ("X,2027-03-02,need,,Q,1,2027-03-02,2027-03-03", "table lines"),
        ("X,2027-03-03,absence,Ana,,,2027-03-02,2027-03-03", "not before the one it is known"),
        ("X,2027-03-02,absence,Ana,,,2027-03-03,2027-03-02", "not before first_day"),
        ("X,2027-03-01,absence,Ana,,,2027-03-01,2027-03-01", "not before the row above"),
    ],
)
def test_a_disruption_that_makes_no_sense_is_refused_with_its_row(tmp_path, row, said):
    save(small()[0], tmp_path / "s")
    fine = "A,2027-03-02,absence,Bob,,,2027-03-02,2027-03-02"
    (tmp_path / "d.csv").write_text(f"step,known,what,person,line,needed,first_day,last_day\n{fine}\n{row}\n")
    words = ["replay", str(tmp_path / "s"), str(tmp_path / "d.csv"), "--out", str(tmp_path / "o"), "--lang", "en"]
    result = RUNNER.invoke(app, words)
    assert result.exit_code == 2
    assert said in result.output
    assert "row 3" in result.output
    assert not (tmp_path / "o").exists()


def test_the_reserve_covers_as_many_fragile_duties_as_one_person_a_day_can(block):
    """Held against every choice, day by day: without a limit of days each the days do not touch each other."""
    scenario, roster = block
    bench = Bench(scenario, roster)
    for most in (1, 3):
        weak = fragile(bench, most)
        found = reserve(bench, most=most, days_each=100)
        assert found.fragile == len(weak)
        by_day = {}
        for one in weak:
            for person in one.replacements:
                by_day.setdefault(scenario.facts.duty_by_id[one.duty].date, []).append(person)
        assert found.covered == sum(max(map(people.count, people)) for people in by_day.values())
        assert len({one.day for one in found.days}) == len(found.days)
        few = reserve(bench, most=most, days_each=1)
        assert len({one.person for one in few.days}) == len(few.days)
        assert few.covered <= found.covered
        for one in found.days:
            for duty in one.duties:
                gone = [(duty, holder) for holder in roster.people_on(duty)[:1]]
                assert verify(scenario, bench.after(gone, [(duty, one.person)])).ok


def test_a_change_by_hand_tells_its_price_in_the_first_tier_it_moves(block):
    scenario, roster = block
    bench = Bench(scenario, roster)
    duty = next(d.id for d in scenario.facts.duties if roster.people_on(d.id))
    (holder,) = roster.people_on(duty)
    values = verify(scenario, roster).values
    found = edited(bench, [(duty, holder)], [], {"cover": values["cover"], "worst_off": 0})
    assert found.first.tier == "cover"
    assert (found.first.before, found.first.after) == (values["cover"], verify(scenario, found.after).values["cover"])
    assert found.first.best == values["cover"]
    # What is proved of later tiers is of rotas that cover as well.
    assert all(shift.best is None for shift in found.shifts[1:])
    with pytest.raises(ValueError, match="is held"):
        edited(bench, [], [(duty, holder)])


# --- why --------------------------------------------------------------------------------------------------------------


def test_what_a_duty_is_good_for_is_what_the_best_rota_without_it_costs():
    scenario, _ = small(
        "Ana . . .\nBob . . .", absences=[{"person": "Bob", "first_day": "2027-03-01", "last_day": "2027-03-01"}]
    )
    best = plan(scenario, SOON)
    assert isinstance(best, Found)
    duty = scenario.facts.duty_by_id[night(1)]
    assert best.roster.people_on(duty.id) == ("Ana",)
    other = without(scenario, best.roster, duty, "Ana", SOON)
    assert not other.roster.covers("Ana", duty.id)
    assert other.first.tier == "cover"
    assert other.first.otherwise > other.first.now
    assert other.first.proved


def test_the_fewest_moves_really_fill_an_empty_duty():
    scenario, roster = small("Ana N . . .\nBob . . N .", absences=[])
    found = filled(scenario, roster, scenario.facts.duty_by_id[night(2)], SOON)
    assert found.proved
    assert found.moves
    assert {move.duty for move in found.moves} >= {night(2)}


def test_where_nothing_fills_it_the_one_rule_that_would_have_to_give_way_is_named():
    away = [{"person": p, "first_day": "2027-03-02", "last_day": "2027-03-02"} for p in ("Ana", "Bob")]
    scenario, roster = small("Ana N . .\nBob . . N", absences=away)
    found = filled(scenario, roster, scenario.facts.duty_by_id[night(2)], SOON)
    assert (found.moves, found.proved) == ((), True)
    assert found.gives_way == ()
    scenario, roster = small("Ana . . .\nBob . . .", absences=away)
    found = filled(scenario, roster, scenario.facts.duty_by_id[night(2)], SOON)
    assert {(c.person, c.stopped_by[0].kind) for c in found.gives_way} == {("Ana", "absence"), ("Bob", "absence")}


def test_a_refused_wish_says_what_it_lost_to():
    """Ana and Bob would both rather not hold the first night; whoever does, granting it refuses the other's."""
    wishes = [{"person": p, "wish": "rather_not", "days": "mon"} for p in ("Ana", "Bob")]
    scenario, _ = small("Ana . .\nBob . .", wishes=wishes)
    best = plan(scenario, SOON)
    assert isinstance(best, Found)
    (holder,) = best.roster.people_on(night(1))
    number = next(n for n, wish in enumerate(scenario.facts.tables.wishes) if wish.person == holder)
    found = granted(scenario, best.roster, number, SOON)
    assert [who for who, _ in found.lost_to] == [{"Ana": "Bob", "Bob": "Ana"}[holder]]
    with pytest.raises(ValueError, match="does not refuse"):
        granted(scenario, best.roster, 1 - number, SOON)


# --- impossible -------------------------------------------------------------------------------------------------------


def test_a_clash_is_impossible_and_without_any_one_of_it_is_not():
    pins = [{"line": "N", "date": f"2027-03-{day:02d}", "period": "night", "person": "Ana"} for day in (1, 2)]
    pins.append({"line": "N", "date": "2027-03-04", "period": "night", "person": "Bob"})
    scenario, _ = small(pins=pins)
    found = clash(scenario, seconds=60)
    assert found.minimal
    assert set(found.core) == {
        Piece("rules", "min_rest"),
        Piece("pins", f"Ana {night(1)}", 0),
        Piece("pins", f"Ana {night(2)}", 1),
    }
    every = _pieces(scenario)
    assert _possible(scenario, every, list(found.core), 20, only=True) is False
    for piece in found.core:
        rest = [other for other in found.core if other != piece]
        assert _possible(scenario, every, rest, 20, only=True) is True
    assert {repair.piece for repair in found.repairs} == set(found.core)
    values = [[value for _, value in repair.values] for repair in found.repairs]
    assert values == sorted(values)


def test_a_scenario_that_is_possible_has_no_clash():
    assert clash(small()[0], seconds=10) is None


# --- letters and certificates -----------------------------------------------------------------------------------------


def test_a_letter_speaks_to_one_person_and_names_nobody_else():
    wishes = [
        {"person": "Ana", "wish": "rather_not", "days": "mon"},
        {"person": "Ana", "wish": "would_like", "days": "thu"},
    ]
    scenario, roster = small("Ana N . N .\nBob . N . .\nCy . . . N", wishes=wishes)
    said = letter(scenario, roster, "Ana")
    english, french = ("\n".join(s.to(lang) for s in said) for lang in ("en", "fr"))
    assert english.startswith("Dear Ana")
    assert "You hold 2 duties" in english
    assert "Wishes granted: 0 of 2" in english
    assert "Not granted: rather not Mondays" in english
    assert "1 others could take it as the rota stands" in english
    assert "plutôt pas les lundis" in french
    assert french.count("Non exaucé") == 2
    for name in ("Bob", "Cy"):
        assert name not in english + french


def test_a_certificate_holds_on_the_files_alone_and_sees_what_was_touched(tmp_path):
    scenario, _ = small()
    save(scenario, tmp_path / "s")
    out = tmp_path / "out"
    assert RUNNER.invoke(app, ["solve", str(tmp_path / "s"), "--out", str(out), "--lang", "en"]).exit_code == 0
    fine = RUNNER.invoke(app, ["certify", str(out), "--lang", "en"])
    assert fine.exit_code == 0, fine.output
    assert fine.stdout.count("✓") == 6
    kept = json.loads((out / "certificate.json").read_text())
    assert {"rules", "tiers", "seed", "versions", "validated_by", "ended"} <= set(kept)
    text = (out / "roster.csv").read_text()
    (out / "roster.csv").write_text(text.replace(",Ana,", ",Bob,", 1))
    touched = RUNNER.invoke(app, ["certify", str(out), "--lang", "en"])
    assert touched.exit_code == 1
    assert "✗ the rota is the one certified" in touched.stdout
    (out / "roster.csv").write_text(text)
    kept["tiers"][0]["value"] += 1
    (out / "certificate.json").write_text(json.dumps(kept))
    assert "✗ every tier has the value certified" in RUNNER.invoke(app, ["certify", str(out), "--lang", "en"]).stdout


def test_the_verbs_answer_from_files(tmp_path):
    scenario, _ = small()
    save(scenario, tmp_path / "s")
    out = tmp_path / "out"
    assert RUNNER.invoke(app, ["solve", str(tmp_path / "s"), "--out", str(out), "--lang", "en"]).exit_code == 0
    s, r = str(tmp_path / "s"), str(out / "roster.csv")
    duty = night(1)

    def ran(*words, code=0):
        result = RUNNER.invoke(app, [*words, "--lang", "en"])
        assert result.exit_code == code, result.output
        return result.output

    assert "Dear Ana" in ran("letter", s, r, "--person", "Ana")
    assert len(ran("replacements", s, r, "--duty", duty).splitlines()) >= 2
    assert "Without" in ran("why", s, r, "--duty", duty)
    assert "no wish is refused" in ran("why", s, r, "--person", "Ana")
    said = ran(
        "replan", s, r, "--absent", "Ana", "--from", "2027-03-01", "--to", "2027-03-04", "--out", str(tmp_path / "new")
    )
    assert "proved the fewest" in said
    assert (tmp_path / "new" / "roster.csv").exists()
    assert "it is possible" in ran("impossible", s)
    certificate = str(out / "certificate.json")
    note = ran("note", s, r, "--certificate", certificate)
    assert "4 of 4 duties held: all of them" in note
    assert "(proved)" in note
    assert "0 duties that at most 1 others" not in ran("reserve", s, r)
    holder = load(tmp_path / "s")
    held = read_roster(out / "roster.csv", holder).people_on(duty)[0]
    assert "refused" not in ran("exchange", s, r, "--duty", duty, "--from", held)
    dropped = ran(
        "edit", s, r, "--drop", f"{duty}={held}", "--certificate", certificate, "--out", str(tmp_path / "e.csv")
    )
    assert "your change costs 27 points of cover; 27 above" in dropped
    assert not read_roster(tmp_path / "e.csv", holder).people_on(duty)
    others = [p for p in ("Ana", "Bob", "Cy") if p != held]
    assert "refused" in ran("edit", s, r, "--put", f"{duty}={others[0]}", code=1)
    assert "DUTY=PERSON" in ran("edit", s, r, "--put", duty, code=2)
    assert "was expected" in ran("edit", s, r, "--drop", f"{duty}={others[0]}", code=2)
    assert "written by solve" in ran("edit", s, r, "--drop", f"{duty}={held}", "--certificate", s, code=2)
    assert "Maybe Ana?" in ran("letter", s, r, "--person", "Anna", code=2)
    ran("exchange", s, r)
