"""A rota from the relaxation: what is fixed stays a rota's, what cannot be is given up, and HiGHS goes on from where it stood."""

import subprocess
import sys
from itertools import product
from time import monotonic

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.generated import generated
from solver import linear
from solver.board import Board
from solver.climb import Climb, PartFound
from solver.first import first_of
from solver.fixing import fixed
from solver.linear import Status
from solver.model import NO_LIMIT, Problem
from solver.neighbourhoods import Neighbourhoods
from solver.thresholds import raise_thresholds


def board_of(name: str) -> Board:
    scenario = generated(name)
    return Board(scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers])


def asking(cost, rows) -> Problem:
    """``rows``: coefficients and most of each."""
    number = len(cost)
    cells = [(r, i, c) for r, (coefs, _) in enumerate(rows) for i, c in enumerate(coefs) if c]
    row, col, val = (np.array(part, dtype=np.int64) for part in zip(*cells, strict=True))
    hi = np.array([most for _, most in rows], dtype=np.int64)
    zero = np.zeros(number, dtype=np.int64)
    return Problem(zero, zero + 1, row, col, val, np.full(len(rows), -NO_LIMIT), hi, np.array(cost), 0)


def fixings(problem, *, over=lambda: False):
    relaxed = linear.relax(problem, time_limit_s=60)
    assert relaxed is not None
    assert relaxed.basis is not None
    everything = np.ones(len(problem.lower), dtype=bool)
    return relaxed, list(fixed(problem, everything, relaxed, over=over, left=lambda: 60.0))


def test_of_three_that_exclude_each_other_one_is_kept():
    problem = asking([-2, -2, -2], [([1, 1, 0], 1), ([0, 1, 1], 1), ([1, 0, 1], 1)])
    relaxed, found = fixings(problem)
    assert relaxed.exact == pytest.approx(-3)
    assert found[-1].lower.sum() == 1
    assert problem.holds(found[-1].lower)


def test_what_cannot_be_had_is_barred():
    # The relaxation has nine tenths of the first, which is not to be had whole.
    problem = asking([-20, -1], [([10, 1], 9)])
    relaxed, found = fixings(problem)
    assert relaxed.point[0] == pytest.approx(0.9)
    assert found[-1].upper.tolist() == [0, 1]


def test_where_nothing_is_whole_nothing_is_found():
    row = [2, 2, 2]
    problem = asking([1, 1, 1], [(row, 3), ([-c for c in row], -3)])
    _, found = fixings(problem)
    # What was left open on the way is no rota.
    assert all(not problem.holds(rest.lower) for rest in found)


def test_it_ends_when_nobody_needs_it():
    problem = asking([-2, -2, -2], [([1, 1, 0], 1), ([0, 1, 1], 1), ([1, 0, 1], 1)])
    assert fixings(problem, over=lambda: True)[1] == []


@settings(max_examples=150)
@given(st.data())
def test_whatever_is_fixed_is_within_the_problem_and_its_end_is_whole_and_never_below_the_bound(data):
    number = data.draw(st.integers(2, 6))
    coef = st.integers(-3, 3)
    drawn = st.tuples(st.lists(coef, min_size=number, max_size=number).filter(any), st.integers(0, 4))
    problem = asking(
        data.draw(st.lists(st.integers(-5, 5), min_size=number, max_size=number)),
        data.draw(st.lists(drawn, min_size=1, max_size=4)),
    )
    relaxed, found = fixings(problem)
    lower, upper = problem.lower, problem.upper
    for rest in found:
        assert np.all(lower <= rest.lower)
        assert np.all(rest.upper <= upper)
        lower, upper = rest.lower, rest.upper
    if found:
        whole = [
            point
            for point in product((0, 1), repeat=number)
            if problem.holds(np.array(point)) and np.all(lower <= point) and np.all(point <= upper)
        ]
        assert whole
        assert min(problem.value(np.array(point)) for point in whole) >= relaxed.bound


def test_a_programme_goes_on_from_where_another_one_stood():
    board = board_of("block-12x3x28-1")
    problem = board.model.problem("cover")
    relaxed = linear.relax(problem, time_limit_s=60)
    assert relaxed is not None
    assert relaxed.basis is not None

    def steps(*, stood: bool) -> int:
        program = linear.read(problem)
        program.say(solver="simplex", presolve="off")
        if stood:
            program.stand(relaxed.basis)
        assert program.ends(60.0) == Status.kOptimal
        assert program.getObjectiveValue() + problem.const == pytest.approx(relaxed.exact)
        return int(program.getInfo().simplex_iteration_count)

    assert steps(stood=True) == 0
    assert steps(stood=False) > 0


def test_nothing_but_its_own_words_are_written_to_the_standard_output():
    # What a command prints is read by others.
    asks = "from solver import linear; import numpy as np; e = np.zeros(0, dtype=np.int64)\n"
    asks += (
        "one = np.ones(1); print(linear.Programme(0 * one, one, (e, e, 0.0 * e), (one[:0], one[:0]), -one).ends(9.0))"
    )
    ran = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert ran.stdout == "HighsModelStatus.kOptimal\n"


@pytest.mark.parametrize("seed", range(1, 4))
def test_the_relaxation_at_the_caps_bounds_every_rota_that_is_not_over_them(seed):
    board = board_of(f"block-8x2x14-{seed}")
    tiers = list(board.model.goals)
    at = tiers.index("worst_off")
    problem = board.model.problem("worst_off")
    ahead = problem.towards(board.model.cost(tiers[at + 1]), board.model.goals[tiers[at + 1]].const)
    values, _ = first_of(board.model, set(), seed=1, seconds=60, workers=1)
    near = Neighbourhoods(board.model.decisions, 1)
    ends, told = monotonic() + 60, lambda _value, _bound: None
    climb = Climb(problem, near, PartFound(values), seed=1, ends=ends, workers=1, report=told, ahead=ahead)
    assert raise_thresholds(climb) is not None
    assert climb.guide is not None
    tops = problem.cost > 0
    under = problem.within(problem.lower, np.where(tops, climb.problem.lower, problem.upper))
    exact = linear.solve(under.towards(ahead.cost, ahead.const), hint=None, seed=1, nodes=10**5, time_limit_s=60)[0]
    assert exact.values is not None
    assert climb.guide.bound <= exact.bound
    # No cap is higher than it must be: one less, and the relaxation has no point.
    lower = climb.problem.lower.copy()
    lower[tops] -= 1
    tight = problem.within(problem.lower, np.where(tops, lower, problem.upper)).tightened()
    refuted = np.any(tight.lower > tight.upper) or linear.relax(tight, time_limit_s=60).impossible
    assert refuted or np.all(climb.problem.lower[tops] == problem.lower[tops])


@pytest.mark.parametrize("seconds", [1e-9, 60.0])
def test_where_time_is_short_more_is_fixed_at_a_time(seconds):
    number = 200
    # Pairs that exclude each other, by odd rings of five: half of each is had.
    rows = []
    for ring in range(0, number, 5):
        for at in range(5):
            coefs = [0] * number
            coefs[ring + at] = coefs[ring + (at + 1) % 5] = 1
            rows.append((coefs, 1))
    problem, told, passed = asking([-2] * number, rows), [], iter(range(10**6))
    relaxed = linear.relax(problem, time_limit_s=60)
    everything, taken = np.ones(number, dtype=bool), seconds / 10**6

    def left() -> float:
        # As if each look at the clock took a millionth of the time, or all of it.
        return 60.0 - next(passed) * (taken if seconds > 1 else 1.0)

    found = list(fixed(problem, everything, relaxed, over=lambda: False, left=left, hurries=lambda: told.append(1)))
    assert problem.holds(found[-1].lower)
    assert bool(told) == (seconds < 1)
