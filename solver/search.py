"""One independent part of the model, tier by tier: a first rota, a bound, then the two brought together.

What is tried when: the linear relaxation gives a bound at once; a tier of largest sums is solved by its threshold;
schedules of persons follow where they say more than the relaxation, then the core, branch and bound and CP-SAT in growing
rounds, while neighbourhoods bring the rota down beside or between them. Every step has an effort that does not depend on
the clock; the clock only cuts in at the end of the tier's time.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic

import numpy as np

from solver.climb import Climb, PartFound, TierFound
from solver.first import SMALL, first_of
from solver.model import NO_LIMIT, Model
from solver.neighbourhoods import Neighbourhoods
from solver.persons import Persons
from solver.schedules import by_schedules
from solver.thresholds import only_tops, raise_thresholds, under_caps
from solver.ways import CORE_S, CORE_SHARE, branch, by_cpsat, descend, on_core

EARLIER_TIER = 0.5
"""Part of the time left that a tier may take before those after it."""
ROUNDS = ((500, 8.0), (5_000, 40.0), (50_000, 200.0))
"""(nodes of HiGHS, deterministic seconds of CP-SAT) of branch and bound, round after round."""

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
) -> PartFound:
    """Improve a part's first rota for so many seconds; each tier's best value is fixed before the next tier.

    A tier's bound is of rotas that keep the rules and the values fixed before it.
    """
    deadline = monotonic() + seconds
    tiers = list(model.goals)
    near = Neighbourhoods(model.decisions, seed)
    problem = model.problem(tiers[0])
    for n, tier in enumerate(tiers):
        problem = problem.towards(model.cost(tier), model.goals[tier].const)
        ends = monotonic() + max(0.0, deadline - monotonic()) * max(EARLIER_TIER, 1 / (len(tiers) - n))
        climb = Climb(problem, near, found, seed=seed, ends=ends, workers=workers, report=partial(report, tier))
        if seconds > 0:
            _run(climb)
        found.tiers[tier] = TierFound(climb.value, climb.bound)
        report(tier, climb.value, climb.bound)
        if problem.cost.any():
            room = climb.value + abs(climb.value) * tolerance_percent[tier] // 100 - problem.const
            if climb.capped and tolerance_percent[tier] == 0:
                problem = problem.within(problem.lower, np.where(problem.cost > 0, climb.values, problem.upper))
            problem = problem.with_row(problem.cost, -NO_LIMIT, room).tightened()
    return found


def begin(model: Model, wanted: set[int], *, seed: int, seconds: float, workers: int) -> PartFound:
    """A first rota of a part, near the ``wanted`` decisions."""
    values, impossible = first_of(model, wanted, seed=seed, seconds=seconds, workers=workers)
    return PartFound(values, impossible=impossible, by_clock=values is None and not impossible)


def _run(climb: Climb) -> None:
    """Until proof, exhausted effort or the end of the tier's time; with two workers, down and up side by side."""
    if climb.value <= climb.bound:
        return
    if climb.size <= SMALL:
        climb.take(by_cpsat(climb, ROUNDS[0][1]))
        if climb.closed():
            return
    climb.tops = only_tops(climb)
    if climb.workers == 1 or climb.size <= SMALL:
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
    # Even a tier that comes late gets this bound: it is cheap, and without it nothing would be proved.
    climb.relax()
    if not small and climb.tops:
        raise_thresholds(climb)
        if alone and not climb.closed():
            under_caps(climb)
    persons = None if small or climb.tops else _persons(climb, alone=alone)
    later = persons is not None and not by_schedules(climb, persons, surely=True)
    for nodes, effort in ROUNDS:
        if not small:
            on_core(climb, share)
            share *= 2
        if alone and not small:
            descend(climb)
        part = CORE_S if later else 1.0
        if not climb.closed():
            branch(climb, nodes, part)
        if not climb.closed():
            climb.take(by_cpsat(climb, effort, part))
        if later and persons is not None:
            later = False
            by_schedules(climb, persons, surely=False)
        if climb.closed():
            return


def _persons(climb: Climb, *, alone: bool) -> Persons:
    """The problem person by person; until schedules are there the rota had better be no longer the first one."""
    if alone:
        descend(climb, CORE_S)
    return Persons(climb.problem, climb.near.decisions)


def _descend_beside(climb: Climb) -> None:
    """Downwards, as long as the other strand is at work."""
    while not climb.closed():
        if climb.tops:
            under_caps(climb)
        # What needs both cores for itself has them.
        with climb.turn:
            pass
        descend(climb)
