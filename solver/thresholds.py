"""A tier that is the largest of many sums, solved by its threshold.

Every sum is capped, in whole numbers; the least cap that the relaxation allows is a bound that it reaches nowhere else.
The excess over the caps leads to it from below, and is a goal that neighbourhoods can bring down. Under the caps, the
rota that is best for the next tier is sought at once: many keep them, and it takes no longer.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np

from solver import linear
from solver.climb import Climb, PartFound
from solver.first import core_of
from solver.model import Problem, Reals, Whole
from solver.ways import CORE_NODES, CORE_SHARE, descend

NO_EXCESS = 1e-4
"""Points over the caps below which the relaxation is said to keep them."""
UNDER_CAPS = 0.6
"""Part of the tier's time left to bring all sums under the thresholds together."""
ATTEMPTS, ATTEMPT_S = 4, 0.7
"""Caps under which a rota is sought, each halfway to what is found; part of the tier's time left for each."""


def raise_thresholds(climb: Climb) -> None:
    """For a tier of few largest sums: the least caps that the relaxation allows."""
    (tops,) = np.nonzero(climb.problem.cost)
    for top in sorted(tops.tolist(), key=lambda i: -int(climb.problem.cost[i] * climb.values[i])):
        _threshold(climb, top)
        if climb.closed():
            return


def rotas_under(climb: Climb) -> None:
    """A rota with all sums at the thresholds, or as near as one is found: on the core of the next tier's relaxation."""
    if climb.closed():
        return
    problem, least = climb.problem, climb.problem.lower
    tops = problem.cost > 0
    ahead = climb.ahead or problem.towards(np.zeros_like(problem.cost), 0)
    goal = (ahead.cost, ahead.const)
    under = problem.within(least, np.where(tops, least, problem.upper)).tightened().towards(*goal)
    guide = climb.relaxation(under, climb.left())
    if guide is None or guide.impossible:
        return
    climb.guide = guide
    low, caps = least, least
    for _ in range(ATTEMPTS):
        if climb.closed():
            return
        under = problem.within(least, np.where(tops, caps, problem.upper)).tightened().towards(*goal)
        nothing = np.clip(0, under.lower, under.upper)
        free = core_of(climb.near, under, guide, nothing, CORE_SHARE, climb.seed)
        core = under.around(nothing, climb.near.everything(under) & ~free)
        answer = climb.branched(core.problem, None, nodes=CORE_NODES, seconds=climb.left() * ATTEMPT_S)
        if answer.values is None:
            low = caps
        else:
            climb.offer(_settled(problem, core.back(answer.values)))
        caps = np.where(tops, (low + climb.values) // 2, least)
        if np.array_equal(caps, low):
            return


def under_caps(climb: Climb) -> None:
    """Bring all sums under the caps together: each one above costs what it is above.

    The largest sum alone says nothing of the others, and few changes move it; their excesses fall one by one.
    """
    problem, number = climb.problem, len(climb.problem.lower)
    (tops,) = np.nonzero(problem.cost)
    over = _over(problem, tops, problem.lower[tops])
    start = np.append(climb.values, np.zeros_like(over.rows))
    start[tops] = problem.lower[tops]
    start[number:] = np.maximum(0, over.problem.sums(start)[over.rows] - over.problem.hi[over.rows])

    def settle(_value: int, _bound: int) -> None:
        climb.offer(_settled(problem, inner.values[:number]))
        guided()

    def guided() -> None:
        """What the other strand knows by now of rotas under the caps: nothing is over them there. Only its point fits."""
        if inner.relaxed is None and climb.guide is not None:
            point = np.append(climb.guide.point, np.zeros(len(over.rows)))
            inner.relaxed = replace(climb.guide, point=point)

    found = PartFound(start)
    ends = climb.ends - climb.left() * (1 - UNDER_CAPS)
    inner = Climb(over.problem, climb.near, found, seed=climb.seed, ends=ends, workers=1, report=settle)
    inner.bound, inner.outer = 0, climb
    guided()
    descend(inner)
    climb.found.by_clock |= found.by_clock


def _threshold(climb: Climb, top: int) -> None:
    """Raise a largest sum to the least that the relaxation allows where every sum is capped in whole numbers.

    The excess over the caps, in the relaxation, is convex in the caps: what its prices promise of higher caps is less
    than what they keep. All caps where they still promise an excess are refuted at once.
    """
    caps, now = _caps(climb, top), 0
    while now < len(caps) and not climb.closed():
        over = _over(climb.problem, np.array([top]), np.array([caps[now]]))
        found = climb.priced(over.problem)
        if found is None:
            break
        refuted, now = now, _first_not_refuted(over, found, caps, now)
        least = caps[now] if now < len(caps) else int(climb.values[top])
        lower = climb.problem.lower.copy()
        lower[top] = least
        climb.problem = climb.problem.within(lower, climb.problem.upper)
        climb.raise_bound(climb.problem.least())
        if now == refuted:
            break


def _first_not_refuted(over: "_Over", found: tuple[float, Reals], caps: list[int], at: int) -> int:
    """From the excess over caps and its prices: the first of the caps, from that one on, where there need not be any."""
    excess, prices = found[0], np.minimum(found[1][over.rows], 0.0)

    def none_promised(cap: int) -> bool:
        more = (over.room + (cap - caps[at])) // over.steps - over.room // over.steps
        return bool(excess + prices @ more <= NO_EXCESS + linear.ROUNDING * excess)

    return bisect_left(caps, True, lo=at, key=none_promised)


@dataclass(frozen=True, slots=True, eq=False)
class _Over:
    """Largest sums held at caps, and the excess over them, in points, as the goal."""

    problem: Problem
    rows: Whole
    """The rows of the sums; the excess over each is the variable of the same place among the last."""
    steps: Whole
    """What each sum is a multiple of."""
    room: Whole
    """What each may add up to."""


def _over(problem: Problem, tops: Whole, caps: Whole) -> _Over:
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[tops] = upper[tops] = caps
    rows = np.unique(problem.row[np.isin(problem.col, tops) & (problem.val < 0)])
    free = problem.within(lower, upper).settled()
    steps = np.zeros(len(free.lo), dtype=np.int64)
    np.gcd.at(steps, free.row, np.abs(free.val))
    steps = np.maximum(steps, 1)[rows]
    whole = free.tightened()
    excesses = len(lower) + np.arange(len(rows))
    order = np.argsort(np.append(whole.row, rows), kind="stable")
    softened = Problem(
        np.append(lower, np.zeros_like(rows)),
        np.append(upper, np.full(len(rows), int(problem.upper[tops].max()))),
        np.append(whole.row, rows)[order],
        np.append(whole.col, excesses)[order],
        np.append(whole.val, np.full(len(rows), -1))[order],
        whole.lo,
        whole.hi,
        np.append(np.zeros(len(lower), dtype=np.int64), steps),
        0,
    )
    return _Over(softened, rows, steps, free.hi[rows])


def _settled(problem: Problem, values: Whole) -> Whole:
    """A point, each largest sum brought to the least that its sums allow."""
    point = values.copy()
    (tops,) = np.nonzero(problem.cost)
    point[tops] = problem.lower[tops]
    over = problem.sums(point) - problem.hi
    for top in tops.tolist():
        point[top] += max(0, int(over[problem.row[problem.col == top]].max()))
    return point


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
