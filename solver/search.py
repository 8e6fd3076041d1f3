"""One independent part of the model, tier by tier: a first rota, a bound, then the two brought together.

What is tried when: the linear relaxation gives a bound at once; a tier of largest sums is solved by its threshold;
schedules of persons follow where they say more than the relaxation, then the core, branch and bound and CP-SAT in growing
rounds, while neighbourhoods bring the rota down beside or between them. Every step has an effort that does not depend on
the clock; the clock only cuts in at the end of the tier's time.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from time import monotonic

import numpy as np

from solver.climb import APART_FROM, Climb, PartFound, TierFound
from solver.engines import Engines
from solver.first import SMALL, first_of
from solver.linear import Relaxed
from solver.model import NO_LIMIT, Model, Problem
from solver.neighbourhoods import Neighbourhoods
from solver.persons import Persons
from solver.schedules import by_schedules
from solver.thresholds import LARGE_PATIENCE, raise_thresholds, rotas_under, under_caps
from solver.ways import CORE_S, CORE_SHARE, branch, by_cpsat, descend, near_point, on_core, settle

EARLIER_TIER, LARGEST_SUMS = 0.5, 0.8
"""Part of the time left that a tier may take before those after it; more where it also brings the next one's rota."""
FEW_FAULTS, MEND_S = 20, 0.8
"""Faults that are mended where they are, before a rota that is good in the next tier is made anew; part of the time left."""
AT_ONCE = 2_000
"""Decisions below which CP-SAT looks at the whole part first, or beside the bounds."""
ROUNDS = ((500, 8.0), (5_000, 40.0), (50_000, 200.0))
"""(nodes of HiGHS, deterministic seconds of CP-SAT) of branch and bound, round after round."""
STUCK, BRANCH_MOST = 4.0, 50_000
"""Effort in a neighbourhood from which, and nonzeros up to which, branch and bound on the whole takes the place of neighbourhoods."""
TOPS_EFFORT = 5.0
"""Deterministic seconds of CP-SAT on a tier of largest sums, beside its thresholds."""

Report = Callable[[str, int, int | None], None]
"""Told (tier, value, bound) of this part whenever one of them improves."""


def solve_part(
    model: Model,
    found: PartFound,
    tolerance_percent: dict[str, int],
    *,
    seed: int,
    seconds: float,
    workers: int,
    report: Report,
    gap: float = 0.0,
) -> PartFound:
    """Improve a part's first rota for so many seconds; each tier's best value is fixed before the next tier.

    ``gap``: a tier ends when value and bound are so near, as a part of the value. A tier's bound is of rotas that keep the rules and the values fixed before it.
    """
    deadline = monotonic() + seconds
    tiers = list(model.goals)
    near = Neighbourhoods(model.decisions, seed)
    problem, guide = model.problem(tiers[0]), None
    goals = [problem.towards(model.cost(tier), model.goals[tier].const) for tier in tiers]
    falls = np.all([goal.cost >= 0 for goal in goals], axis=0)
    engines = Engines(ready=len(problem.val) >= APART_FROM) if workers > 1 else None
    with engines or nullcontext():
        for n, tier in enumerate(tiers):
            problem = problem.towards(goals[n].cost, goals[n].const)
            part = LARGEST_SUMS if problem.only_tops() else EARLIER_TIER
            ends = monotonic() + max(0.0, deadline - monotonic()) * max(part, 1 / (len(tiers) - n))
            ahead = goals[n + 1] if n + 1 < len(tiers) else None
            climb = Climb(
                problem,
                near,
                found,
                seed=seed,
                ends=ends,
                workers=workers,
                report=partial(report, tier),
                ahead=ahead,
                gap=gap,
                engines=engines,
            )
            climb.relaxed = guide
            if seconds > 0:
                _run(climb)
            found.tiers[tier] = TierFound(climb.value, climb.bound)
            report(tier, climb.value, climb.bound)
            if problem.cost.any():
                problem = _kept(problem, climb, tolerance_percent[tier]).without_copies(falls)
                found.values = np.minimum(climb.values, problem.upper)
            guide = _guide(problem, climb) if climb.capped and tolerance_percent[tier] == 0 else None
    return found


def _kept(problem: Problem, climb: Climb, tolerance_percent: int) -> Problem:
    """The rows of a tier that is over, and one more: no later tier may make its value worse than the tolerance allows."""
    value = climb.value + abs(climb.value) * tolerance_percent // 100
    room = value - problem.const
    tops = problem.cost > 0
    if problem.only_tops() and (tops.sum() == 1 or (climb.capped and tolerance_percent == 0)):
        # Held as high as it may be, a largest sum costs nothing any more, and caps what is under it in whole numbers.
        highest = climb.values.copy()
        if tops.sum() == 1:
            highest[tops] = room // problem.cost[tops]
        climb.found.values = highest
        problem = problem.within(np.where(tops, highest, problem.lower), np.where(tops, highest, problem.upper))
    return problem.with_row(problem.cost, -NO_LIMIT, room).tightened()


def _guide(problem: Problem, climb: Climb) -> Relaxed | None:
    """What the last tier knows of the relaxation of this one; its rows are the first ones here."""
    if climb.guide is None:
        return None
    return replace(
        climb.guide, prices=np.append(climb.guide.prices, np.zeros(len(problem.lo) - len(climb.guide.prices)))
    )


def begin(model: Model, wanted: set[int], *, seed: int, seconds: float, workers: int) -> PartFound:
    """A first rota of a part, near the ``wanted`` decisions."""
    values, impossible = first_of(model, wanted, seed=seed, seconds=seconds, workers=workers)
    return PartFound(values, impossible=impossible, by_clock=values is None and not impossible)


def _run(climb: Climb) -> None:
    """Until proof, exhausted effort or the end of the tier's time; with two workers, down and up side by side."""
    if climb.value > climb.bound:
        settle(climb)
    if climb.closed():
        return
    climb.tops = climb.problem.only_tops()
    if climb.workers == 1 or climb.size <= SMALL:
        if climb.size <= AT_ONCE:
            climb.take(by_cpsat(climb, ROUNDS[0][1], 1.0 if climb.size <= SMALL else CORE_S))
        if not climb.closed():
            _prove(climb, alone=True)
        return
    # Which strand finds what first depends on the machine: another run may answer otherwise.
    climb.found.by_clock = True
    with ThreadPoolExecutor(1) as pool:
        down = pool.submit(_descend_beside, climb)
        try:
            _prove(climb, alone=False)
        finally:
            climb.over = True
        down.result()


def _prove(climb: Climb, *, alone: bool) -> None:
    """Bounds, and rotas where the relaxation says they are; between its rounds also downwards when ``alone``."""
    small, share = climb.size <= SMALL, CORE_SHARE
    if not small and climb.tops and _by_threshold(climb, alone=alone):
        return
    if small or not climb.tops:
        # Even a tier that comes late gets this bound: it is cheap, and without it nothing would be proved.
        climb.relax()
    if not small and not climb.tops:
        _by_persons(climb, alone=alone)
    for nodes, effort in ROUNDS:
        if not small:
            on_core(climb, share)
            share *= 2
        if alone and not small:
            descend(climb)
        if not climb.closed():
            branch(climb, nodes)
        if not climb.closed():
            climb.take(by_cpsat(climb, effort))
        if climb.closed():
            return


def _by_threshold(climb: Climb, *, alone: bool) -> bool:
    """A tier of largest sums by its threshold; whether that was all."""
    due = raise_thresholds(climb)
    if due is not None:
        rotas_under(climb, due, patience=LARGE_PATIENCE if alone else None)
    if alone and not climb.closed():
        under_caps(climb)
    return climb.closed()


def _by_persons(climb: Climb, *, alone: bool) -> None:
    """The problem person by person; until schedules are there the rota had better be no longer the first one."""
    if climb.both is not climb.problem and climb.faults() <= FEW_FAULTS:
        descend(climb, MEND_S)
    elif alone:
        descend(climb, CORE_S)
    by_schedules(climb, Persons(climb.problem, climb.near.decisions))
    if alone:
        _near_point(climb)
    if not climb.closed():
        climb.relax(large=True)
    if climb.both is not climb.problem and not climb.closed():
        # What is told apart by the tier after it makes this one harder: without it, it may be soon over.
        branch(climb, ROUNDS[0][0], CORE_S)


def _near_point(climb: Climb) -> None:
    values = near_point(climb, climb.take_due())
    if values is not None:
        climb.offer(values)


def _descend_beside(climb: Climb) -> None:
    """Downwards, as long as the other strand is at work."""
    if climb.tops:
        # Largest sums are logic more than arithmetic: CP-SAT comes down soonest while the thresholds are worked out.
        climb.take(by_cpsat(climb, TOPS_EFFORT, CORE_S, workers=1))
    elif climb.size <= AT_ONCE:
        climb.take(by_cpsat(climb, ROUNDS[0][1], CORE_S))
    branched = climb.tops
    while not climb.closed():
        if climb.tops:
            under_caps(climb)
        else:
            _near_point(climb)
        # What needs both cores for itself has them.
        with climb.turn:
            pass
        if climb.effort >= STUCK and not branched and len(climb.problem.val) <= BRANCH_MOST:
            branched = True
            branch(climb, ROUNDS[-1][0], apart=True)
        descend(climb)
