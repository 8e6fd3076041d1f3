"""A tier that is the largest of many sums, solved by its threshold.

Every sum is capped, in whole numbers; the least cap that the relaxation allows is a bound that it reaches nowhere else.
The excess over the caps leads to it from below, and is a goal that neighbourhoods can bring down. Under the caps, the
rota that is best for the next tier is sought at once: many keep them, and it takes no longer.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from solver import linear
from solver.climb import Climb, Due, PartFound
from solver.model import Problem, Reals, Whole
from solver.ways import descend, near_point

NO_EXCESS = 1e-4
"""Points over the caps below which the relaxation is said to keep them."""
UNDER_CAPS = 0.6
"""Part of the tier's time left to bring all sums under the thresholds together, before the largest of them is looked at alone."""
LARGE_S, LARGE_PART, LARGE_NODES, LARGE_PATIENCE = 4.0, 0.1, 200, 10
"""Large parts made anew: a guard in seconds, at most so much of the time left, nodes of HiGHS; how many in a row give nothing where only effort ends it."""
OVER = 10
"""What a point over the caps costs, where a rota near the relaxation is sought, for the dearest thing of the next tier."""


def raise_thresholds(climb: Climb) -> Due | None:
    """For a tier of few largest sums: the least caps that the relaxation allows; the relaxation under them, where all are known.

    Rotas near the relaxation under lower caps are due before: what is over them costs, and is little.
    """
    cost = climb.problem.cost
    tops = sorted(np.flatnonzero(cost).tolist(), key=lambda i: -int(cost[i] * climb.values[i]))
    while not climb.closed():
        settled = [top for top in tops if _raised(climb, top)]
        over = _over(climb.problem, np.flatnonzero(cost), climb.problem.lower[cost > 0])
        both = _both(climb, over)
        guide = None if climb.closed() else climb.relaxation(both, climb.left())
        if guide is None or guide.impossible:
            return None
        number = len(cost)
        above = over.rows[guide.point[number:] > NO_EXCESS]
        still = set(climb.problem.col[np.isin(climb.problem.row, above)].tolist()) - set(settled)
        tops = [top for top in tops if top in still]
        due = Due(both, guide, both)
        if not tops:
            # Prices that leave what is over the caps at its cost prove as much of rotas that are not over them; under caps that
            # rise yet they would prove nothing.
            climb.guide = replace(
                guide, point=guide.point[:number], reduced_costs=guide.reduced_costs[:number], basis=None
            )
            return due
        climb.due = due
    return None


def _both(climb: Climb, over: "_Over") -> Problem:
    """Rotas good in the next tier: what is over the caps costs more than is gained there."""
    ahead = climb.ahead or climb.problem.towards(np.zeros_like(climb.problem.cost), 0)
    dear = OVER * max(1, int(np.abs(ahead.cost).max()))
    return over.problem.towards(np.append(ahead.cost, np.zeros_like(over.rows)) + dear * over.problem.cost, ahead.const)


def rotas_under(climb: Climb, due: Due, *, patience: int | None = None) -> None:
    """Rotas with all sums at the thresholds, or as near as they are found: near the relaxation, then large parts of them made anew.

    ``patience``: so many parts in a row without an improvement; None for as long as there is time.
    """
    inner, idle = _under(climb, near_point(climb, due)), 0
    while idle != patience and not inner.closed():
        values, before = inner.values, inner.value
        free = climb.near.part(inner.problem, values)
        around = inner.problem.around(values, climb.near.everything(inner.problem) & ~free)
        seconds = min(LARGE_S, inner.left() * LARGE_PART)
        answer = inner.branched(around.problem, values[around.indices], nodes=LARGE_NODES, seconds=seconds)
        if answer.values is not None:
            inner.offer(around.back(answer.values), values)
        idle = 0 if inner.value < before else idle + 1
    climb.found.by_clock |= inner.found.by_clock


def under_caps(climb: Climb) -> None:
    """Bring all sums under the caps together, part by part."""
    inner = _under(climb, near_point(climb, climb.take_due()))
    descend(inner, UNDER_CAPS)
    climb.found.by_clock |= inner.found.by_clock


def _under(climb: Climb, near: Whole | None) -> Climb:
    """Where the excess over the caps comes down: each one above costs what it is above.

    The largest sum alone says nothing of the others, and few changes move it; their excesses fall one by one. All strands
    work on the same, as long as the caps are; what the tier itself has found, and a point ``near`` the relaxation, are offered.
    """
    problem, number = climb.problem, len(climb.problem.lower)
    inner = climb.helper(
        partial(_excesses, climb), lambda other: np.array_equal(other.problem.lower[:number], problem.lower)
    )
    points = [climb.values] if near is None else [climb.values, near[:number]]
    for point in points:
        climb.offer(_settled(problem, point))
        inner.offer(_exceeding(inner.problem, point))
    return inner


def _excesses(climb: Climb) -> Climb:
    problem = climb.problem
    (tops,) = np.nonzero(problem.cost)
    over, number = _over(problem, tops, problem.lower[tops]), len(problem.lower)

    def settle(_value: int, _bound: int) -> None:
        climb.offer(_settled(problem, inner.values[:number]))
        guided()

    def guided() -> None:
        """What the other strand knows by now of rotas under the caps: nothing is over them there. Only its point fits."""
        if inner.relaxed is None and climb.guide is not None:
            point = np.append(climb.guide.point, np.zeros(len(over.rows)))
            inner.relaxed = replace(climb.guide, point=point)

    inner = Climb(
        over.problem,
        climb.near,
        PartFound(_exceeding(over.problem, climb.values)),
        seed=climb.seed,
        ends=climb.ends,
        workers=1,
        report=settle,
        engines=climb.engines,
    )
    inner.bound, inner.outer = 0, climb
    guided()
    return inner


def _exceeding(soft: Problem, values: Whole) -> Whole:
    """A point with all largest sums at their caps, and what is over them last."""
    number = len(values)
    point = np.zeros_like(soft.lower)
    point[:number] = np.clip(values, soft.lower[:number], soft.upper[:number])
    over = np.maximum(0, soft.sums(point) - soft.hi)
    mine = soft.col >= number
    point[soft.col[mine]] = over[soft.row[mine]]
    return point


def _raised(climb: Climb, top: int) -> bool:
    """Raise a largest sum towards the least that the relaxation allows where every sum is capped in whole numbers; whether it is that.

    The excess over the caps, in the relaxation, is convex in the caps: what its prices promise of higher caps is less
    than what they keep. All caps where they still promise an excess are refuted at once.
    """
    if climb.closed():
        return False
    caps = _caps(climb, top)
    over = _over(climb.problem, np.array([top]), np.array([caps[0]]))
    found = climb.priced(over.problem)
    if found is None:
        return False
    now = _first_not_refuted(over, found, caps)
    least = caps[now] if now < len(caps) else int(climb.values[top])
    lower = climb.problem.lower.copy()
    lower[top] = least
    climb.problem = climb.problem.within(lower, climb.problem.upper)
    climb.raise_bound(climb.problem.least())
    return now == 0 or now == len(caps)


def _first_not_refuted(over: "_Over", found: tuple[float, Reals], caps: list[int]) -> int:
    """From the excess over the first of some caps, and its prices: the first of them where there need not be any."""
    excess, prices = found[0], np.minimum(found[1][over.rows], 0.0)

    def none_promised(cap: int) -> bool:
        more = (over.room + (cap - caps[0])) // over.steps - over.room // over.steps
        return bool(excess + prices @ more <= NO_EXCESS + linear.ROUNDING * excess)

    return bisect_left(caps, True, key=none_promised)


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
