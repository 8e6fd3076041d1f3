"""The judge: it shares nothing with the solver, and no broken rota gets past it."""

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.findings import ScenarioError
from scheduler.roster import roster_of
from scheduler.rules import ALL
from scheduler.rules.base import Rule
from scheduler.scenario import Scenario, Tier
from scheduler.sketch import drawn
from scheduler.verify import verify
from tests.test_rules import price_of
from tests.worlds import drawings

TIERS = tuple(Tier(name=name) for name in ("cover", "worst_off", "evenness", "wishes", "costs"))
HARD = [rule for rule in ALL if not rule.ALWAYS_PRICED]


def built(rule: type[Rule], example) -> Rule:
    return rule.model_validate({"kind": rule.model_fields["kind"].default, **example.params})


def test_the_judge_imports_no_solver():
    code = "import sys, scheduler.verify, scheduler.rules; print([m for m in sys.modules if 'ortools' in m or m.startswith('solver')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("rule", HARD, ids=lambda r: r.__name__)
def test_no_mutant_that_breaks_a_rule_passes_the_judge(rule):
    """A rota that keeps the rule is changed at random, one assignment or place after the other: the judge refuses exactly
    the mutants that the encoding, which shares nothing with it, refuses; and each rule sees mutants of both sorts."""
    seen = set()

    @settings(max_examples=40, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(rule.examples), drawings(5, 9), st.data())
    def mutate(example, drawing, data):
        one = built(rule, example)
        given_drawing = data.draw(st.sampled_from([drawing, example.drawing]))
        try:
            facts, roster = drawn(given_drawing, example.tables, example.first_drawn)
        except KeyError:
            return
        people = [p.id for p in facts.people]
        assume(all(e.person in people for e in facts.tables.engagements))
        planned = {d.id for d in facts.duties}
        assume(all(f"{p.line}.{p.date}.{p.period}" in planned for p in facts.tables.pins))
        duty = data.draw(st.sampled_from(facts.duties))
        person = data.draw(st.sampled_from(people))
        sites = dict(roster.site_by_duty)
        if len(duty.sites) > 1 and data.draw(st.booleans()):
            sites[duty.id] = data.draw(st.sampled_from(duty.sites))
        mutant = roster_of(roster.assignments ^ {(duty.id, person)}, sites)
        verdict = verify(Scenario("world", facts, (one,), TIERS), mutant)
        refused = price_of(one, facts, mutant) is None
        assert verdict.ok is not refused
        seen.add(refused)

    mutate()
    assert seen == {True, False}


def test_a_hand_made_rota_gets_exactly_its_breaches():
    facts, roster = drawn("Ana N D .\nBob . D N", {"lines": [{"id": "D", "wished": "1", "needed": "1"}]})
    rules = tuple(
        r.model_validate({"kind": r.model_fields["kind"].default} | ({"hours": 11} if r.__name__ == "MinRest" else {}))
        for r in ALL
        if r.__name__ in ("Places", "MinRest", "Coverage")
    )
    verdict = verify(Scenario("world", facts, rules, TIERS), roster)
    assert {(b.rule, b.subject) for b in verdict.forbidden} == {("places", "D.2027-03-02.day"), ("min_rest", "Ana")}
    assert verdict.values["cover"] == 2 * 27
    assert not verdict.ok


def test_a_rota_of_strangers_is_refused_with_every_stranger_named():
    facts, roster = drawn("Ana D\nBob .")
    strange = roster_of({("D.2027-03-01.day", "Anna"), ("D.2027-03-09.day", "Bob")}, {"P.2027-03-01.night": "X"})
    with pytest.raises(ScenarioError) as caught:
        verify(Scenario("world", facts, (), TIERS), strange)
    assert [f.found for f in caught.value.findings] == ["Anna", "D.2027-03-09.day", "X"]
    assert caught.value.findings[0].maybe == "Ana"
    assert roster != strange
