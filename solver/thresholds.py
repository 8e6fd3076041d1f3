"""A tier that is the largest of many sums, solved by its threshold.

Every sum is capped, in whole numbers; the smallest cap at which the relaxation exists is a bound that it reaches nowhere
else, and the excess over the caps is a goal that neighbourhoods can bring down.
"""

from bisect import bisect_left
from time import monotonic

import numpy as np

from solver import cpsat, linear
from solver.climb import Climb, PartFound
from solver.first import core_of
from solver.model import NO_LIMIT, Problem
from solver.ways import CORE_SHARE, descend

THRESHOLDS_MOST = 12
"""Sums of a tier whose thresholds are tried: a tier of many is none of largest sums."""
THRESHOLD_REACH = 32
"""First step, in points, of the search for a threshold."""
UNDER_CAPS = 0.6
"""Part of the tier's time left to bring all sums under the thresholds together."""
CAP_EFFORT = 6.0
"""Deterministic seconds of CP-SAT for a rota under a cap."""


def raise_thresholds(climb: Climb) -> None:
    """For a tier of few largest sums: the smallest caps that the relaxation allows, and a rota under them."""
    problem = climb.problem
    (tops,) = np.nonzero(problem.cost)
    for top in sorted(tops.tolist(), key=lambda i: -int(problem.cost[i] * climb.values[i])):
        _threshold(climb, top)
        if climb.closed():
            return
    capped = climb.problem.within(climb.problem.lower, np.where(problem.cost > 0, climb.problem.lower, problem.upper))
    capped = capped.tightened()
    nothing = np.clip(0, capped.lower, capped.upper)
    guide = linear.relax(capped.towards(np.zeros_like(problem.cost), 0), time_limit_s=climb.left())
    if guide is None or guide.impossible:
        return
    free = core_of(climb.near, capped, guide, nothing, CORE_SHARE, climb.seed)
    core = capped.around(nothing, climb.near.everything(capped) & ~free)
    answer = cpsat.solve(
        core.problem,
        hint=None,
        seed=climb.seed,
        effort=CAP_EFFORT,
        time_limit_s=climb.left(),
        workers=climb.workers,
    )
    if answer.values is not None:
        climb.offer(core.back(answer.values))


def under_caps(climb: Climb) -> None:
    """Bring all sums under the caps together: each one above costs what it is above.

    The largest sum alone says nothing of the others, and few changes move it; their excesses fall one by one.
    """
    problem, values = climb.problem, climb.values
    (tops,) = np.nonzero(problem.cost)
    number, above = len(problem.lower), problem.val < 0
    rows = np.unique(problem.row[np.isin(problem.col, tops) & above])
    capped = np.isin(np.arange(number), tops)
    excesses = number + np.arange(len(rows))
    lower, upper = problem.lower, np.where(capped, problem.lower, problem.upper)
    most = np.full(len(rows), int(problem.upper[tops].max()))
    order = np.argsort(np.append(problem.row, rows), kind="stable")
    softened = Problem(
        np.append(lower, np.zeros_like(most)),
        np.append(upper, most),
        np.append(problem.row, rows)[order],
        np.append(problem.col, excesses)[order],
        np.append(problem.val, np.full(len(rows), -1))[order],
        problem.lo,
        problem.hi,
        np.append(np.zeros(number, dtype=np.int64), np.ones_like(most)),
        0,
    )
    start = np.append(np.where(capped, lower, values), np.zeros_like(most))
    start[excesses] = np.maximum(0, softened.sums(start)[rows] - softened.hi[rows])

    def settle(_value: int, _bound: int) -> None:
        point = inner.values[:number].copy()
        point[tops] = lower[tops]
        over = problem.sums(point) - problem.hi
        for top in tops.tolist():
            own = problem.row[(problem.col == top) & above]
            point[top] += max(0, int(over[own].max()))
        climb.offer(point)

    found = PartFound(start)
    ends = monotonic() + climb.left() * UNDER_CAPS
    inner = Climb(softened, climb.near, found, seed=climb.seed, ends=ends, workers=1, report=settle)
    inner.bound, inner.outer = 0, climb
    inner.relaxed = linear.relax(softened, time_limit_s=inner.left())
    descend(inner)
    climb.found.by_clock |= found.by_clock


def only_tops(climb: Climb) -> bool:
    """Whether a tier is of a few largest sums."""
    (priced,) = np.nonzero(climb.problem.cost)
    return len(priced) <= THRESHOLDS_MOST and all(_is_top(climb, top) for top in priced.tolist())


def _is_top(climb: Climb, top: int) -> bool:
    """Whether a variable stands above several sums, one for one, and nowhere else: raising it only loosens rows."""
    here = climb.problem.col == top
    rows, val = climb.problem.row[here], climb.problem.val[here]
    loosens = (val == -1) & (climb.problem.lo[rows] <= -NO_LIMIT)
    return bool(climb.problem.cost[top] > 0 and len(rows) > 1 and loosens.all())


def _threshold(climb: Climb, top: int) -> None:
    """Raise a largest sum to the least that the relaxation allows where every sum is capped in whole numbers."""
    caps = _caps(climb, top)
    low, high, reach = 0, len(caps), THRESHOLD_REACH
    # caps[:low] are refuted, and a relaxation exists at caps[high]: up in widening steps, then halving.
    while low < high and not climb.closed():
        middle = (low + high) // 2
        if high == len(caps):
            middle = min(bisect_left(caps, caps[low] + reach), high - 1)
            reach *= 2
        exists = linear.exists(_capped(climb, top, caps[middle]), time_limit_s=climb.left())
        if exists is None:
            break
        low, high = (low, middle) if exists else (middle + 1, high)
    least = caps[low] if low < len(caps) else int(climb.values[top])
    lower = climb.problem.lower.copy()
    lower[top] = least
    climb.problem = climb.problem.within(lower, climb.problem.upper)
    climb.raise_bound(climb.problem.least())


def _caps(climb: Climb, top: int) -> list[int]:
    """The values of a largest sum, up to the incumbent's, at which some sum under it can take one step more."""
    problem, starts = climb.problem, climb.problem.starts()
    least, most = int(problem.lower[top]), int(climb.values[top])
    caps = {least}
    for k in np.flatnonzero(problem.col == top).tolist():
        row = int(problem.row[k])
        here = np.arange(starts[row], starts[row + 1])
        step, room = int(np.gcd.reduce(problem.val[here[here != k]])), int(problem.hi[row])
        if step == 0:
            # Nothing but a number below it, which no decision moves.
            caps.add(min(most, max(least, -room)))
            continue
        # sum <= room + top: a whole multiple of the step.
        first = -(-(room + least) // step) * step
        caps.update(range(first - room, most + 1, step))
    return sorted(caps)


def _capped(climb: Climb, top: int, cap: int) -> Problem:
    """The question whether there is a rota with a largest sum of at most ``cap``, in whole numbers."""
    lower, upper = climb.problem.lower.copy(), climb.problem.upper.copy()
    lower[top] = upper[top] = cap
    return climb.problem.within(lower, upper).towards(np.zeros_like(climb.problem.cost), 0).tightened()
