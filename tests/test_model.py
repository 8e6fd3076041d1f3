"""What is left out of a problem before it is solved changes nothing that can be reached."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.model import NO_LIMIT, Problem


def problem_of(bounds, rows, cost):
    """Variables with these bounds, rows given as (coefficient by variable, lo, hi)."""
    cells = [(r, i, v) for r, (coefs, _, _) in enumerate(rows) for i, v in sorted(coefs.items())]
    row, col, val = (np.array([cell[k] for cell in cells], dtype=np.int64) for k in range(3))
    lower, upper = (np.array([ends[k] for ends in bounds], dtype=np.int64) for k in range(2))
    lo = np.array([-NO_LIMIT if lo is None else lo for _, lo, _ in rows], dtype=np.int64)
    hi = np.array([NO_LIMIT if hi is None else hi for _, _, hi in rows], dtype=np.int64)
    return Problem(lower, upper, row, col, val, lo, hi, np.array(cost, dtype=np.int64), 0)


def points(problem):
    """Every point within all bounds and rows."""
    ranges = (range(low, high + 1) for low, high in zip(problem.lower.tolist(), problem.upper.tolist(), strict=True))
    return {point for point in product(*ranges) if problem.holds(np.array(point))}


def duty(asked, wished, room=5):
    """Two people on a duty that asks for some and wishes for some; the third variable is what is missing of the wish."""
    return problem_of(
        [(0, 2), (0, 2), (0, room)], [({0: -1, 1: -1}, None, -asked), ({0: -1, 1: -1, 2: -1}, None, -wished)], [0, 0, 3]
    )


def test_a_row_that_can_only_just_be_kept_fixes_its_variables_at_either_end():
    bounds = [(0, 1), (0, 1), (0, 3)]
    just = problem_of(bounds, [({0: 1, 1: 2}, None, 0), ({1: -1, 2: 2}, 6, None)], [1, 1, 1]).forced()
    assert (just.lower.tolist(), just.upper.tolist()) == ([0, 0, 3], [0, 0, 3])
    nearly = problem_of(bounds, [({0: 1, 1: 2}, None, 1), ({1: -1, 2: 2}, 5, None)], [1, 1, 1]).forced()
    assert (nearly.lower.tolist(), nearly.upper.tolist()) == ([0, 0, 0], [1, 1, 3])


def test_a_variable_that_counts_nothing_in_a_row_is_not_forced_by_it():
    least = problem_of([(0, 1)] * 2, [({0: 0, 1: 1}, None, 0)], [0, 1]).forced()
    most = problem_of([(0, 1)] * 2, [({0: 0, 1: 1}, 1, None)], [0, 1]).forced()
    assert (least.lower.tolist(), least.upper.tolist()) == ([0, 0], [1, 0])
    assert (most.lower.tolist(), most.upper.tolist()) == ([0, 1], [1, 1])


def test_what_is_forced_forces_more():
    chain = problem_of([(0, 1)] * 3, [({0: 1, 1: 1}, None, 0), ({0: 1, 1: 1, 2: 1}, 1, None)], [0, 0, 0]).forced()
    assert (chain.lower.tolist(), chain.upper.tolist()) == ([0, 0, 1], [0, 0, 1])


def test_who_is_asked_for_follows_from_who_is_wished_for_and_what_may_be_missing():
    one = duty(1, 3).without_copies(np.ones(3, dtype=bool))
    assert one.hi.tolist() == [NO_LIMIT, -3]
    assert 0 not in one.row
    assert one.upper.tolist() == [2, 2, 2]
    assert {point[:2] for point in points(one)} == {point[:2] for point in points(duty(1, 3))}


def test_a_row_stays_where_a_goal_wants_what_is_missing_high_or_more_is_asked_for_than_wished():
    high = np.array([True, True, False])
    assert 0 in duty(1, 3).without_copies(high).row
    # Two may be missing: what is asked for holds by itself; three, and it does not.
    assert 0 not in duty(1, 3, room=2).without_copies(high).row
    assert 0 in duty(1, 3, room=3).without_copies(high).row
    assert 0 in duty(3, 2).without_copies(np.ones(3, dtype=bool)).row
    assert 0 not in duty(2, 2).without_copies(np.ones(3, dtype=bool)).row


def test_a_variable_that_stands_elsewhere_too_is_left_as_it_is():
    twice = problem_of(
        [(0, 2), (0, 2), (0, 5), (0, 5)],
        [({0: -1, 1: -1}, None, -1), ({0: -1, 1: -1, 2: -1}, None, -3), ({2: 1, 3: -1}, None, 0)],
        [0, 0, 0, 1],
    )
    assert 0 in twice.without_copies(np.ones(4, dtype=bool)).row


@pytest.mark.parametrize("other", [{0: -1, 1: -2}, {0: -1}, {0: -1, 1: 1}])
def test_another_sum_is_no_copy(other):
    unlike = problem_of([(0, 2), (0, 2), (0, 5)], [(other, None, 0), ({0: -1, 1: -1, 2: -1}, None, -3)], [0, 0, 3])
    assert 0 in unlike.without_copies(np.ones(3, dtype=bool)).row


coefs = st.dictionaries(st.integers(0, 3), st.integers(-2, 2), min_size=1)
sides = st.one_of(st.none(), st.integers(-4, 4))


@st.composite
def problems(draw):
    """Small problems in which some rows are there again, with a variable of their own or without."""
    bounds = [
        (low, low + draw(st.integers(0, 2))) for low in draw(st.lists(st.integers(-1, 1), min_size=4, max_size=4))
    ]
    rows = [(draw(coefs), draw(sides), draw(sides)) for _ in range(draw(st.integers(1, 3)))]
    for one, _, hi in draw(st.lists(st.sampled_from(rows), max_size=2)):
        bounds.append((0, draw(st.integers(0, 3))))
        rows.append(({**one, len(bounds) - 1: -1}, None, None if hi is None else hi - draw(st.integers(-1, 2))))
    rows += [(one, None, draw(sides)) for one, _, _ in draw(st.lists(st.sampled_from(rows[:1]), max_size=1))]
    return problem_of(bounds, rows, draw(st.lists(st.integers(-2, 3), min_size=len(bounds), max_size=len(bounds))))


@given(problems())
def test_what_is_fixed_or_left_out_takes_away_no_rota_and_no_best_value(problem):
    same = problem.tightened()
    assert points(same) == points(problem)
    less = same.without_copies(same.cost >= 0)
    before, after = points(same), points(less)
    assert after <= before
    # Of each point, one as low as may be is left, and it costs no more.
    assert {tuple(np.minimum(point, less.upper).tolist()) for point in before} == after
    assert min(map(same.value, map(np.array, after)), default=None) == min(
        map(same.value, map(np.array, before)), default=None
    )
