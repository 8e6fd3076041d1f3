"""What HiGHS proves is believed no more than its numbers are exact."""

import numpy as np
import pytest

from solver import cpsat, linear
from solver.model import NO_LIMIT, Problem

DEAR = 300_000_000


def assignment(seed: int, dear: int = DEAR) -> Problem:
    """Ten duties to ten people, two sums to be kept, and costs whose differences are millionths of them."""
    random, n = np.random.default_rng(seed), 10
    cells = np.arange(n * n)
    sums = random.integers(1, 9, (2, n * n))
    row = np.concatenate([cells // n, n + cells % n, np.repeat([2 * n, 2 * n + 1], n * n)])
    col = np.concatenate([cells, cells, cells, cells])
    val = np.concatenate([np.ones(2 * n * n, dtype=np.int64), sums.ravel()])
    one, order = np.ones(n * n, dtype=np.int64), np.argsort(row, kind="stable")
    lo = np.concatenate([one[:n], np.full(n + 2, -NO_LIMIT)])
    hi = np.concatenate([one[: 2 * n], [38, 38]])
    return Problem(0 * one, one, row[order], col[order], val[order], lo, hi, dear + random.integers(0, 3_000, n * n), 0)


def best(problem: Problem) -> int:
    found = cpsat.solve(problem, hint=None, seed=1, effort=1000.0, time_limit_s=600.0)
    assert found.values is not None
    assert problem.value(found.values) == found.bound
    return found.bound


def asked(problem: Problem, *, sharply: bool) -> tuple[int, int]:
    answer, by_clock = linear.solve(problem, hint=None, seed=1, nodes=10**5, time_limit_s=600.0, sharply=sharply)
    assert answer.values is not None
    assert answer.bound is not None
    assert not by_clock
    assert problem.holds(answer.values)
    return problem.value(answer.values), answer.bound


@pytest.mark.parametrize("seed", range(5))
def test_a_dear_goal_is_proved_to_its_last_unit_where_it_is_asked_sharply(seed):
    problem = assignment(seed)
    exact = best(problem)
    value, bound = asked(problem, sharply=False)
    assert value == exact
    assert exact - 2 * linear.ROUNDING * exact <= bound < exact
    assert asked(problem, sharply=True) == (exact, exact)


def test_a_goal_too_dear_for_the_sharpest_numbers_is_not_asked_twice():
    # Ten duties: half a unit is what 500,000,000 of each leave of the tolerance.
    for dear, proved in ((495_000_000, True), (505_000_000, False)):
        problem = assignment(1, dear)
        value, bound = asked(problem, sharply=True)
        assert (bound == value) is proved


def test_a_cheap_goal_is_proved_at_once():
    problem = assignment(1, 0)
    assert asked(problem, sharply=False) == asked(problem, sharply=True) == (best(problem),) * 2
