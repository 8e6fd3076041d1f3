"""A tier of largest sums: rotas under its thresholds, by all that bring the excess down."""

from time import monotonic

import numpy as np
import pytest

from scenarios.generated import generated
from solver import cpsat, thresholds
from solver.board import Board
from solver.climb import Climb, PartFound
from solver.first import first_of
from solver.neighbourhoods import Neighbourhoods
from solver.thresholds import raise_thresholds, rotas_under, under_caps


def climb_of(name: str) -> Climb:
    """The worst-off tier of a drawn block, from a first rota."""
    scenario = generated(name)
    board = Board(scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers])
    problem, after = board.model.problem("worst_off"), board.model.goals["evenness"]
    values, _ = first_of(board.model, set(), seed=1, seconds=60, workers=1)
    ahead = problem.towards(board.model.cost("evenness"), after.const)
    near, told = Neighbourhoods(board.model.decisions, 1), lambda _value, _bound: None
    ends = monotonic() + 600
    return Climb(problem, near, PartFound(values), seed=1, ends=ends, workers=1, report=told, ahead=ahead)


def not_made():
    raise AssertionError("there is one already")


@pytest.mark.parametrize("seed", range(1, 4))
def test_rotas_under_the_caps_keep_the_rules_and_end_between_the_bound_and_the_first(seed):
    climb = climb_of(f"block-12x3x28-{seed}")
    problem, first = climb.problem, climb.value
    best = cpsat.solve(problem, hint=climb.values, seed=1, effort=100.0, time_limit_s=600.0)
    assert problem.value(best.values) == best.bound
    due = raise_thresholds(climb)
    assert climb.bound <= best.bound
    if due is not None:
        rotas_under(climb, due, patience=5)
    assert problem.holds(climb.values)
    assert problem.value(climb.values) == climb.value
    assert best.bound <= climb.value <= first
    assert climb.value < first or first == best.bound


@pytest.mark.parametrize("patience", [0, 20])
def test_large_parts_alone_bring_the_excess_down(monkeypatch, patience):
    climb = climb_of("block-12x3x28-1")
    due = raise_thresholds(climb)
    assert due is not None
    monkeypatch.setattr(thresholds, "near_point", lambda _climb, _due: None)
    first = climb.value
    rotas_under(climb, due, patience=patience)
    assert climb.problem.holds(climb.values)
    assert (climb.value < first) is (patience > 0)


def test_both_strands_bring_the_same_excess_down_until_the_caps_rise():
    climb = climb_of("block-12x3x28-1")
    under_caps(climb)
    first = climb.helper(not_made, lambda _other: True)
    under_caps(climb)
    assert climb.helper(not_made, lambda _other: True) is first
    tops = climb.problem.cost > 0
    climb.problem = climb.problem.within(climb.problem.lower + tops, climb.problem.upper)
    under_caps(climb)
    second = climb.helper(not_made, lambda _other: True)
    number = len(climb.problem.lower)
    assert second is not first
    assert np.array_equal(second.problem.lower[:number][tops], climb.problem.lower[tops])
    assert np.array_equal(second.problem.upper[:number][tops], climb.problem.lower[tops])


def test_what_is_over_the_caps_is_counted_to_the_point():
    climb = climb_of("block-12x3x28-2")
    under_caps(climb)
    helper = climb.helper(not_made, lambda _other: True)
    number, point = len(climb.problem.lower), helper.values
    assert helper.problem.holds(point)
    (excesses,) = np.nonzero(point[number:])
    for at in (number + excesses).tolist():
        less = point.copy()
        less[at] -= 1
        assert not helper.problem.holds(less)
