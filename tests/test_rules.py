"""Every rule: the drawing, the judgement, the forbidden encoding and the priced encoding agree, and with each other."""

from dataclasses import replace

import pytest
from hypothesis import given

from scheduler.explain import only_of
from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules import ALL
from scheduler.rules.base import Rule
from scheduler.sketch import drawn
from solver import cpsat
from solver.board import Board
from tests.worlds import built, ruled_worlds

CASES = [(rule, example) for rule in ALL for example in rule.examples]


def price_of(rule: Rule, facts: Facts, roster: Roster) -> int | None:
    """What the encoding says of a finished roster: None when it is refused, else its price."""
    board = Board(facts, [rule], [rule.price_tier])
    board.fix(roster)
    if board.model.contradictions:
        return None
    problem = board.model.problem(rule.price_tier)
    answer = cpsat.solve(problem, hint=None, seed=0, effort=10, time_limit_s=60)
    if answer.impossible:
        return None
    assert answer.values is not None
    assert answer.bound == problem.value(answer.values), "unknown is no answer"
    return answer.bound


def assert_agree(rule: Rule, facts: Facts, roster: Roster) -> int:
    breaches = sum(b.amount for b in rule.check(facts, roster))
    if not rule.ALWAYS_PRICED:
        hard = rule.model_copy(update={"weight": None})
        assert price_of(hard, facts, roster) == (None if breaches else 0)
    if not rule.ALWAYS_HARD:
        soft = rule.model_copy(update={"weight": 3})
        assert price_of(soft, facts, roster) == 3 * breaches
    return breaches


@pytest.mark.parametrize(("rule", "example"), CASES, ids=[f"{r.__name__}: {e.title}" for r, e in CASES])
def test_drawing_judgement_and_encoding_agree(rule, example):
    facts, roster = drawn(example.drawing, example.tables, example.first_drawn)
    built = rule.model_validate({"kind": rule.model_fields["kind"].default, **example.params})
    assert assert_agree(built, facts, roster) == example.breaches


@pytest.mark.parametrize(
    ("rule", "example"),
    [case for case in CASES if case[0].SEES == "person"],
    ids=[f"{r.__name__}: {e.title}" for r, e in CASES if r.SEES == "person"],
)
def test_a_rule_that_sees_one_person_needs_nobody_else(rule, example):
    """Quick judgements of a change look at one person's facts and duties alone."""
    facts, roster = drawn(example.drawing, example.tables, example.first_drawn)
    built = rule.model_validate({"kind": rule.model_fields["kind"].default, **example.params})
    alone = []
    for person in facts.person_by_id:
        mine = frozenset((duty, who) for duty, who in roster.assignments if who == person)
        alone += built.check(only_of(facts, person), replace(roster, assignments=mine))
    of_people = [breach for breach in built.check(facts, roster) if breach.subject in facts.person_by_id]
    assert sorted(map(str, alone)) == sorted(map(str, of_people))


@pytest.mark.parametrize("rule", ALL, ids=lambda r: r.__name__)
def test_every_rule_is_drawn_kept_and_broken_and_says_so_in_two_languages(rule):
    kept = [e for e in rule.examples if not e.breaches]
    broken = [e for e in rule.examples if e.breaches]
    assert kept or rule.ALWAYS_PRICED
    assert broken
    for example in broken:
        built = rule.model_validate({"kind": rule.model_fields["kind"].default, **example.params})
        facts, roster = drawn(example.drawing, example.tables, example.first_drawn)
        said = [built.explain(b, facts) for b in built.check(facts, roster)] + [built.statement()]
        assert all(s.en and s.fr for s in said)


@given(ruled_worlds())
def test_checker_and_encoding_agree_on_any_small_world(world):
    rule, drawing, tables, first_drawn = world
    facts, roster = built(drawing, tables, first_drawn)
    assert_agree(rule, facts, roster)
