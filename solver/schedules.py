"""Rotas and bounds by whole schedules of persons, where the relaxation says too little."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from time import monotonic

import numpy as np

from solver import linear
from solver.climb import Climb, Due
from solver.columns import Columns, Round, gain
from solver.dive import Dive
from solver.margins import Margins
from solver.model import Mask, Whole
from solver.persons import Persons
from solver.ways import CORE_NODES, CORE_S, CORE_SHARE, branch, on_core

SLIGHT, LOOSE, NEAR = 1e-4, 1e-3, 2e-2
"""Relative gain of a bound from which schedules of persons may be worth their trouble, from which they are, and up to which rotas are near the relaxation."""
TRIED, TRY_S = 500, 0.05
"""Nodes, and part of the time left, of branch and bound that may get by without them."""
CHOICES, CHOICES_LEAST = 100, 2_000
"""Schedules of each person from which a rota is chosen by branch and bound; in all at least so many."""
ROUNDS_AND_DIVE = 80
"""About how many rounds of pricing take the time of hasty pricing and a dive."""
ROUNDS_LEAST, STEP_ROUNDS = 10, 2
"""Rounds of hasty pricing before a dive that has hardly the time for its few steps; how many rounds a step takes as long as."""
FEW_STEPS = 20
"""Steps that a dive takes at least: where its first ones say that so many do not fit into the time, it is left."""
DIVE_PART = 0.5
"""Part of the time left that hasty pricing may take, and a dive, if its steps are to be fewer than many."""
AGAIN = 10
"""Dives from nothing after the first one."""
FEW_DIVES, MANY_DIVES = 10, 50
"""Parts of a rota made anew by a dive, in a row without an improvement, before the bound, and before other ways."""


def by_schedules(climb: Climb, persons: Persons) -> None:
    """Schedules of persons as columns: a bound that the relaxation does not reach, and rotas made of them.

    Nothing is done where they would not say more than the relaxation does, or cannot be made of a programme. Where they
    would not say much more, a rota near the relaxation's point is due.
    """
    relaxed = climb.relaxed
    if climb.closed():
        return
    if relaxed is None:
        # The margins of a rota are prices, too, and soon known.
        prices = Margins(persons, climb.problem.cost.astype(float)).prices(climb.values)
    else:
        prices, gained = relaxed.prices, gain(persons, relaxed)
        if relaxed.basis is not None and (gained is None or gained <= NEAR * max(1.0, abs(relaxed.exact))):
            climb.due = Due(climb.problem, relaxed, climb.both)
        if gained is None or gained <= SLIGHT * max(1.0, abs(relaxed.exact)) or _without(climb, gained):
            return
    programmes = [p for n in range(persons.people) if (p := persons.programme(n, prices)) is not None]
    if len(programmes) == persons.people:
        start, workers = climb.values, climb.workers
        columns = Columns(persons, programmes, start, prices, workers=workers, over=climb.closed, left=climb.left)
        _made_of(climb, columns)


def _without(climb: Climb, gained: float) -> bool:
    """Where schedules would gain but slightly: whether branch and bound comes nearer than that without them."""
    if gained > LOOSE * max(1.0, abs(climb.bound)):
        return False
    on_core(climb, CORE_SHARE, TRY_S)
    if not climb.closed():
        branch(climb, TRIED, TRY_S)
    return climb.value - climb.bound < gained


def _made_of(climb: Climb, columns: Columns) -> None:
    """Prices, rotas given duty after duty, the bound, and the best of many schedules."""
    # A duty that is fixed is in no programme: there is nothing to give.
    duties = climb.near.held_by_people(climb.problem) & columns.free
    with ExitStack() as alone:
        # What comes to its end in time has both cores for itself; else neighbourhoods go on beside it.
        alone.enter_context(climb.turn)
        began, short = monotonic(), False
        for number, priced in enumerate(columns.rounds(hasty=True), 1):
            _told(climb, priced)
            if climb.closed():
                return
            taken = monotonic() - began
            if taken / number * ROUNDS_AND_DIVE > climb.left() + taken:
                alone.close()
            short = taken / number * ROUNDS_AND_DIVE > climb.left()
            hardly = number >= ROUNDS_LEAST and climb.left() < FEW_STEPS * STEP_ROUNDS * taken / number
            if hardly or taken > climb.left() * DIVE_PART / (1 - DIVE_PART):
                climb.found.by_clock = True
                break
        climb.found.by_clock |= short
        _dive(climb, Dive(columns, duties, short=short), climb.values)
        _dive_in_parts(climb, columns, duties, FEW_DIVES)
        again = _dives_again(climb, columns, duties)
        next(again, None)
    for priced in columns.rounds(hasty=False):
        _told(climb, priced)
        if climb.closed():
            return
    _choose(climb, columns)
    if climb.closed():
        return
    point = columns.spread()
    if point is not None and climb.relaxed is not None:
        climb.relaxed = replace(climb.relaxed, point=point)
    _dive_in_parts(climb, columns, duties, MANY_DIVES)
    for _ in again:
        pass


def _told(climb: Climb, priced: Round) -> None:
    climb.raise_bound(linear.whole_bound(climb.problem, priced.bound))


def _choose(climb: Climb, columns: Columns) -> None:
    """The best rota of a good number of schedules of each person, by branch and bound."""
    if climb.closed():
        return
    columns.vary(climb.seed)
    columns.bring(climb.values)
    problem, kept = columns.choice(max(CHOICES, CHOICES_LEAST // columns.people))
    start = np.zeros(len(problem.lower), dtype=np.int64)
    start[len(kept) - columns.people : len(kept)] = 1
    start[len(kept) :] = columns.rest(climb.values)
    answer = climb.branched(problem, start, nodes=CORE_NODES, seconds=climb.left() * CORE_S)
    if answer.values is not None:
        climb.offer(columns.chosen(kept, answer.values))


def _dive_in_parts(climb: Climb, columns: Columns, duties: Mask, patience: int) -> None:
    """Parts of the rota made anew of schedules, until nothing gets better for a while."""
    idle = 0
    while idle < patience and not climb.closed():
        values = climb.values
        columns.bring(values)
        held = duties & (values > 0) & ~climb.near.part(climb.problem, values)
        better = _dive(climb, Dive(columns, duties, np.flatnonzero(held).tolist()), values)
        idle = 0 if better else idle + 1


def _dives_again(climb: Climb, columns: Columns, duties: Mask) -> Iterator[None]:
    """Dives from nothing, each another way, where parts of the rota made anew give nothing more."""
    random = np.random.default_rng(climb.seed)
    for _ in range(AGAIN):
        if climb.closed():
            return
        _dive(climb, Dive(columns, duties, random=random), climb.values)
        _dive_in_parts(climb, columns, duties, FEW_DIVES)
        yield


def _dive(climb: Climb, dive: Dive, values: Whole) -> bool:
    """A rota of the schedules that the master takes most of; whether it is better."""
    began = monotonic()
    for number, chosen in enumerate(dive.steps(climb.value - linear.step(climb.problem))):
        if climb.closed():
            return False
        if number == 0:
            # The first step is as long as it takes for a mix to settle.
            began = monotonic()
        elif chosen is None:
            fit = climb.left() * number / (monotonic() - began)
            if fit < FEW_STEPS - number:
                climb.found.by_clock = True
                return False
            if fit * DIVE_PART < dive.most_steps - number:
                climb.found.by_clock = True
                dive.most_steps = max(FEW_STEPS, number + int(fit * DIVE_PART))
        if chosen is not None:
            point, settled = dive.point(chosen, values)
            rest = climb.problem.around(point, settled)
            answer, _ = linear.solve(
                rest.problem, hint=None, seed=climb.seed, nodes=CORE_NODES, time_limit_s=climb.left()
            )
            if answer.values is None:
                return False
            found = rest.back(answer.values)
            return climb.offer(found) or climb.offer(found, values)
    return False
