"""A rota from the relaxation: what it is surest of is fixed, and it is solved again from where it stood, until little is left.

Each fixing moves the point but a little: the simplex goes on in tenths of a second, where the relaxation took seconds.
"""

from collections.abc import Callable, Iterator

import numpy as np

from solver import linear
from solver.linear import ROUNDING, Relaxed, Status
from solver.model import Mask, Problem, Reals, Whole

STEPS, REST = 90, 0.1
"""About how many steps it takes; the part of the decisions that is left to branch and bound."""
SURE = 0.5
"""Share from which a decision is fixed together with others."""


def fixed(
    problem: Problem, decisions: Mask, relaxed: Relaxed, *, over: Callable[[], bool], left: Callable[[], float]
) -> Iterator[Problem]:
    """The problem with most ``decisions`` fixed, near the point of its relaxation, and then with all; less where none is found, or not in time.

    ``relaxed`` is the problem's, or of the same rows with fewer variables, the first ones. ``over``: nobody needs it any
    more; ``left``: seconds.
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
    rest = True
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
        for tried in _tries(problem, ones, parts[np.argsort(-point[parts], kind="stable")], point, many):
            if over():
                return
            if np.any(tried.lower > tried.upper):
                continue
            program.move(tried.lower.astype(float), tried.upper.astype(float))
            ended = program.ends(left())
            if ended == Status.kOptimal:
                problem, point = tried, program.point
                break
            if ended == Status.kTimeLimit:
                return
        else:
            return


def _tries(problem: Problem, ones: Whole, surest: Whole, point: Reals, many: int) -> Iterator[Problem]:
    """The surest fixed, each with what follows; if that cannot be, the one that is surest alone; if not that, its contrary."""
    first = surest[:1]
    several = np.append(first, [i for i in surest[1:many] if point[i] > SURE]).astype(np.int64)
    for held, barred in ((several, first[:0]), (first, first[:0]), (first[:0], first)):
        lower, upper = problem.lower.copy(), problem.upper.copy()
        lower[ones] = lower[held] = 1
        upper[barred] = 0
        yield problem.within(lower, upper).forced()
