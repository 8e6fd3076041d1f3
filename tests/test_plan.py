"""The whole story on small questions: possible, impossible, out of time; lies are caught; the same seed, the same rota."""

import itertools
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.generated import generated
from scenarios.load import load
from scheduler.findings import EngineError
from scheduler.roster import roster_of
from scheduler.rules.coverage import Coverage
from scheduler.rules.min_rest import MinRest
from scheduler.scenario import RuleSheet, Scenario, Tier
from scheduler.sketch import drawn
from scheduler.verify import verify
from solver.plan import Found, Impossible, Limits, OutOfTime, plan
from solver.search import solve_part

DATA = Path(__file__).parent.parent / "scenarios" / "data"
QUICK = Limits(time_limit_s=60, workers=1, seed=7)
TIERS = tuple(Tier(name=name) for name in ("cover", "worst_off", "evenness", "wishes", "costs"))


def question(drawing: str, rules: list[dict], tables=None, tiers=TIERS) -> Scenario:
    facts, _ = drawn(drawing, tables)
    return Scenario("small", facts, RuleSheet.model_validate({"rules": rules}).rules, tiers)


BASE = [{"kind": kind} for kind in ("eligibility", "absence", "places", "one_place", "coverage")]
ONE_EACH = {"lines": [{"id": "D", "needed": "1", "wished": "1"}, {"id": "N", "needed": "1", "wished": "1"}]}
NOBODY_ELSE = [{"id": line, "wished": "0"} for line in "MACSP"]


def test_a_rota_is_found_judged_and_proved():
    asked = question(
        "Ana . . . .\nBob . . . .", [*BASE, {"kind": "min_rest", "hours": 11}, {"kind": "worst_off"}], ONE_EACH
    )
    found = plan(asked, QUICK)
    assert isinstance(found, Found)
    assert found.verdict.ok
    assert all(tier.proven for tier in found.tiers)
    assert found.verdict.values["cover"] == 0
    assert found.reproducible


@settings(max_examples=25, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(1, 3), st.integers(2, 3), st.sampled_from([11, 13, 25]), st.data())
def test_every_tier_is_what_trying_every_rota_finds(days, people, hours, data):
    """Optimality against an evaluator that knows no solver: the judge on all rotas, in the order of the tiers."""
    names = ("Ana", "Bob", "Cid")[:people]
    rules = [
        *BASE,
        {"kind": "min_rest", "hours": hours},
        {"kind": "worst_off", "by": "territory"},
        {"kind": "evenness", "categories": ["points", "nights"]},
        {"kind": "wishes"},
    ]
    wishes = [
        {
            "person": data.draw(st.sampled_from(names)),
            "wish": data.draw(st.sampled_from(["rather_not", "would_like"])),
            "periods": data.draw(st.sampled_from(["day", "night"])),
        }
        for _ in range(data.draw(st.integers(0, 3)))
    ]
    tables = {"lines": [*ONE_EACH["lines"], *NOBODY_ELSE], "wishes": wishes}
    asked = question("\n".join(" ".join((n, *("." * days))) for n in names), rules, tables)
    found = plan(asked, QUICK)
    assert isinstance(found, Found)
    duties = [d.id for d in asked.facts.duties if d.wished]
    everything = (
        roster_of(((d, p) for d, p in zip(duties, holders, strict=True) if p), found.roster.site_by_duty)
        for holders in itertools.product((None, *names), repeat=len(duties))
    )
    best = min(tuple(v.values.values()) for v in (verify(asked, r) for r in everything) if v.ok)
    assert tuple(t.value for t in found.tiers) == best
    assert all(t.proven for t in found.tiers)


def test_the_same_seed_gives_the_same_rota_and_another_may_not_be_worse():
    asked = question(
        "Ana . . . . . . .\nBob . . . . . . .\nCid . . . . . . .",
        [*BASE, {"kind": "min_rest", "hours": 12}, {"kind": "worst_off"}, {"kind": "evenness"}],
        ONE_EACH,
    )
    one, two, other = (plan(asked, limits) for limits in (QUICK, QUICK, Limits(60, 1, 8)))
    assert isinstance(one, Found)
    assert isinstance(two, Found)
    assert isinstance(other, Found)
    assert one.roster == two.roster
    assert one.verdict.values == other.verdict.values


def test_two_workers_prove_the_same_values():
    asked = question("Ana . . . .\nBob . . . .", [*BASE, {"kind": "evenness"}], ONE_EACH)
    one, two = plan(asked, QUICK), plan(asked, Limits(60, 2, 7))
    assert isinstance(one, Found)
    assert isinstance(two, Found)
    assert one.verdict.values == two.verdict.values


def test_pins_that_no_rule_allows_are_impossible_and_say_where():
    pins = [
        {"line": "N", "date": "2027-03-01", "period": "night", "person": "Ana"},
        {"line": "D", "date": "2027-03-02", "period": "day", "person": "Ana"},
    ]
    rules = [*BASE, {"kind": "min_rest", "hours": 11}, {"kind": "pins"}]
    assert isinstance(plan(question("Ana . .\nBob . .", rules, {"pins": pins}), QUICK), Impossible)
    away = {"pins": pins[:1], "absences": [{"person": "Ana", "first_day": "2027-03-01", "last_day": "2027-03-01"}]}
    outcome = plan(question("Ana . .\nBob . .", rules, away), QUICK)
    assert isinstance(outcome, Impossible)
    assert "Ana N.2027-03-01.night" in outcome.reasons[0]


def test_the_small_parts_come_first_and_the_large_one_has_what_they_leave(monkeypatch):
    asked = []

    def noted(model, *args, **kwargs):
        asked.append((len(model.lower), kwargs["seconds"]))
        return solve_part(model, *args, **kwargs)

    monkeypatch.setattr("solver.plan.solve_part", noted)
    outcome = plan(load(DATA / "prevention-bus"), Limits(time_limit_s=20, workers=1))
    assert isinstance(outcome, Found)
    assert outcome.parts == 2
    (few, some), (many, all_left) = asked
    assert few < many
    # The small one has its part of the time, the large one all that is left.
    assert some <= 1 < all_left


def test_out_of_time_is_not_impossible(monkeypatch):
    monkeypatch.setattr("solver.plan._solve", lambda models, *_: [_nothing() for _ in models])
    assert isinstance(plan(question("Ana .", BASE), QUICK), OutOfTime)


def _nothing():
    from solver.climb import PartFound

    return PartFound(None, by_clock=True)


def test_a_tolerance_lets_the_next_tier_use_what_it_gives_up_and_no_more():
    """One duty: even for Ana (0.8 away in all), who would rather not; uneven for Bob (1.2 away, half as much again)."""
    tables = {
        "lines": [{"id": "D", "needed": "1", "wished": "1"}, {"id": "N", "wished": "0"}, *NOBODY_ELSE],
        "wishes": [{"person": "Ana", "wish": "rather_not"}],
        "balances": [{"person": "Bob", "points": "0.2"}],
    }
    rules = [*BASE, {"kind": "evenness", "categories": ["points"]}, {"kind": "wishes"}]
    for tolerance, evenness, wishes in ((0, 80, 1), (49, 80, 1), (50, 120, 0)):
        tiers = (Tier(name="cover"), Tier(name="evenness", tolerance_percent=tolerance), Tier(name="wishes"))
        found = plan(question("Ana .\nBob .", rules, tables, tiers), QUICK)
        assert isinstance(found, Found)
        assert (found.verdict.values["evenness"], found.verdict.values["wishes"]) == (evenness, wishes)


class _Blind(MinRest):
    """Forbids nothing to the solver, but judges."""

    def encode(self, board):
        pass


class _Dear(Coverage):
    """Charges the solver more than it counts."""

    examples: ClassVar = ()

    def check(self, facts, roster):
        return iter(())


@pytest.mark.parametrize("lie", [_Blind(hours=25), _Dear()])
def test_a_rule_that_lies_to_the_solver_trips_the_wire(lie):
    facts, _ = drawn(
        "Ana . .\nBob . .",
        {"lines": [{"id": "D", "needed": "2", "wished": "2"}, {"id": "N", "needed": "2", "wished": "2"}]},
    )
    rules = RuleSheet.model_validate({"rules": BASE}).rules
    rules = (*(r for r in rules if not isinstance(lie, type(r))), lie)
    if isinstance(lie, _Dear):
        rules = (*(r for r in rules if r.kind != "coverage"), lie)
        facts, _ = drawn("Ana . .", {"lines": [{"id": "D", "needed": "2", "wished": "2"}]})
    with pytest.raises(EngineError):
        plan(Scenario("lie", facts, rules, TIERS), QUICK)


def test_a_rota_to_begin_from_is_where_one_begins():
    asked = generated("block-12x2x28-1")
    best = plan(asked, Limits(time_limit_s=20, workers=1, seed=1))
    assert isinstance(best, Found)
    nothing_more = Limits(time_limit_s=0.0, workers=1, seed=1)
    afresh, again = plan(asked, nothing_more), plan(asked, nothing_more, start=best.roster)
    assert isinstance(afresh, Found)
    assert isinstance(again, Found)
    assert again.roster.assignments == best.roster.assignments != afresh.roster.assignments


def test_a_tier_that_is_proved_near_enough_is_good_enough():
    asked = generated("block-24x4x42-1")
    near, best = plan(asked, Limits(10, 1, 1, gap_percent=100.0)), plan(asked, Limits(10, 1, 1))
    assert isinstance(near, Found)
    assert isinstance(best, Found)
    assert near.reproducible
    assert not best.reproducible
    assert not all(tier.proven for tier in near.tiers)
    assert all(tier.bound is not None and tier.value - tier.bound <= tier.value for tier in near.tiers)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_told_on_the_way_to_be_proved_is_proved_of_all_parts_together(workers):
    # It falls into two parts, and one of them can earn more than it costs.
    scenario, told = load(DATA / "prevention-bus"), []
    outcome = plan(scenario, Limits(6, workers, 1), told.append)
    assert isinstance(outcome, Found)
    assert outcome.parts == 2
    first = outcome.tiers[0]
    values = [one for one in told if one.tier == first.name]
    assert values
    assert all(one.whole and one.bound is not None and one.bound <= first.value <= one.value for one in values)
    assert [one.bound for one in values] == sorted(one.bound for one in values)
