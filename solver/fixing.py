"""A rota from the relaxation: what it is surest of is fixed, and it is solved again from where it stood, until little is left.

Each fixing moves the point but a little: the simplex goes on in tenths of a second, where the relaxation took seconds.
"""

from collections.abc import Callable, Iterator
from math import ceil

import numpy as np

from solver import linear
from solver.linear import ROUNDING, Relaxed, Status
from solver.model import Mask, Problem, Reals, Whole

STEPS, REST = 90, 0.1
"""About how many steps it takes; the part of the decisions that is left to branch and bound."""
LATER = 2.0
"""How many times as quick as the steps so far those that follow are: where even so they do not fit into the time, each fixes more."""
SURE = 0.5
"""Share from which a decision is fixed together with others."""


def fixed(
    problem: Problem,
    decisions: Mask,
    relaxed: Relaxed,
    *,
    over: Callable[[], bool],
    left: Callable[[], float],
    hurries: Callable[[], None] = lambda: None,
) -> Iterator[Problem]:
    """The problem with most ``decisions`` fixed, near the point of its relaxation, and then with all; less where none is found, or not in time.

    ``relaxed`` is the problem's, or of the same rows with fewer variables, the first ones. ``over``: nobody needs it any
    more; ``left``: seconds that it may take; ``hurries`` is told when for want of them more is fixed at a time.
    """
    program, point = linear.read(problem), relaxed.point
    more = len(problem.lower) - len(point)
    point = np.append(point, problem.lower[len(point) :])
    program.say(solver="simplex", presolve="off")
    if relaxed.basis is not None:
        columns, rows = relaxed.basis
        program.stand((np.append(columns, np.full(more, linear.AT_LOWER)), rows))
    number = int(decisions.sum())
    many = max(1, int(point[decisions].sum()) // STEPS)
    rest, began, steps = True, left(), 0
    while True:
        (open_,) = np.nonzero(decisions & (problem.lower < problem.upper))
        ones = open_[point[open_] > 1 - ROUNDING]
        parts = open_[(point[open_] > ROUNDING) & (point[open_] < 1 - ROUNDING)]
        if rest and (not len(parts) or len(open_) <= REST * number):
            rest = False
            yield problem
        if not len(parts):
            yield problem
            return
        surest = parts[np.argsort(-point[parts], kind="stable")]
        found = _first_that_can_be(program, _tries(problem, ones, surest, point, many), over, left)
        if found is None:
            return
        problem, point, steps = found, program.point, steps + 1
        duties = point[decisions & (problem.lower < problem.upper)].sum()
        needed = _needed(duties, steps, began - left(), left())
        if needed > many:
            many = needed
            hurries()


def _first_that_can_be(
    program: linear.Programme, tries: Iterator[Problem], over: Callable[[], bool], left: Callable[[], float]
) -> Problem | None:
    """The first whose relaxation has a point, where the programme then stands; None where none has, or not in time."""
    for tried in tries:
        if over():
            return None
        if np.any(tried.lower > tried.upper):
            continue
        program.move(tried.lower.astype(float), tried.upper.astype(float))
        ended = program.ends(left())
        if ended == Status.kOptimal:
            return tried
        if ended == Status.kTimeLimit:
            return None
    return None


def _needed(duties: float, steps: int, taken: float, left: float) -> int:
    """How many duties each step must fix, if so many are to be in the time left."""
    return ceil(duties * max(taken, 0.0) / (LATER * max(left, 1e-3) * steps))


def _tries(problem: Problem, ones: Whole, surest: Whole, point: Reals, many: int) -> Iterator[Problem]:
    """The surest fixed, each with what follows; if that cannot be, the one that is surest alone; if not that, its contrary."""
    first = surest[:1]
    several = np.append(first, [i for i in surest[1:many] if point[i] > SURE]).astype(np.int64)
    for held, barred in ((several, first[:0]), (first, first[:0]), (first[:0], first)):
        lower, upper = problem.lower.copy(), problem.upper.copy()
        lower[ones] = lower[held] = 1
        upper[barred] = 0
        yield problem.within(lower, upper).forced()
