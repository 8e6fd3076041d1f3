"""One independent part of the model, tier by tier: a first rota, a bound, then the two brought together.

The linear relaxation gives a bound at once, and its point says where good rotas are: the core, a small part of the
decisions, on which branch and bound (HiGHS) and CP-SAT find in seconds what they do not find on the whole. A tier that is
the largest of many sums is solved by its threshold: every sum is capped, in whole numbers, and the smallest cap at which
the relaxation exists is a bound that it reaches nowhere else. Neighbourhoods then bring the incumbent down, and branch
and bound on what the reduced costs leave closes the rest. Every step has an effort that does not depend on the clock; the
clock only cuts in at the end of the tier's time.
"""

from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock, RLock
from time import monotonic

import numpy as np

from solver import cpsat, linear
from solver.columns import Columns, gain
from solver.cpsat import Answer
from solver.dive import Dive
from solver.first import SMALL, core_of, first_of
from solver.linear import Relaxed
from solver.model import NO_LIMIT, Around, Mask, Model, Problem, Whole
from solver.neighbourhoods import Arm, Neighbourhoods
from solver.persons import Persons

PATIENCE = 20
"""Neighbourhoods in a row without an improvement before branch and bound takes over."""
LOCAL_EFFORT, LOCAL_NODES, LOCAL_S = 1.0, 100, 4.0
"""Effort in one neighbourhood: deterministic seconds of CP-SAT, nodes of HiGHS, and a guard in seconds."""
CORE_SHARE = 2.0
"""Decisions in the core, for one that the relaxation uses; doubled at each round."""
CORE_NODES, CORE_S = 200, 0.25
"""Effort of branch and bound on the core: nodes, and at most this part of the tier's time left."""
LOOSE = 1e-3
"""Relative gain of a bound from which schedules of persons are worth their trouble."""
THRESHOLDS_MOST = 12
"""Sums of a tier whose thresholds are tried: a tier of many is none of largest sums."""
THRESHOLD_REACH = 32
"""First step, in points, of the search for a threshold."""
UNDER_CAPS = 0.6
"""Part of the tier's time left to bring all sums under the thresholds together."""
CAP_EFFORT = 6.0
"""Deterministic seconds of CP-SAT for a rota under a cap."""
EARLIER_TIER = 0.5
"""Part of the time left that a tier may take before those after it."""
CHOICES = 100
"""Schedules of each person from which a rota is chosen by branch and bound."""
FEW_DIVES, MANY_DIVES = 30, 50
"""Parts of a rota made anew by a dive, in a row without an improvement, before the bound, and before other ways."""
ROUNDS = ((500, 8.0), (5_000, 40.0), (50_000, 200.0))
"""(nodes of HiGHS, deterministic seconds of CP-SAT) of branch and bound, round after round."""

RELAXED_S = 5.0
"""Seconds that the relaxation of a tier may always take."""

Report = Callable[[str, int, int | None], None]
"""Told (tier, value, bound) of this part whenever one of them improves."""


@dataclass(frozen=True, slots=True)
class TierFound:
    """Value and proved bound of one tier in one part."""

    value: int
    bound: int


@dataclass(slots=True)
class PartFound:
    """What was found for one part; ``values`` is None when no roster was found in time."""

    values: Whole | None
    tiers: dict[str, TierFound] = field(default_factory=dict)
    impossible: bool = False
    by_clock: bool = False
    """The wall clock, and not the effort, ended a step: another run may answer otherwise."""


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
        climb = _Climb(problem, near, found, seed=seed, ends=ends, workers=workers, report=partial(report, tier))
        if seconds > 0:
            climb.run()
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


class _Climb:
    """One tier of one part: an incumbent coming down and a bound coming up."""

    def __init__(
        self,
        problem: Problem,
        near: Neighbourhoods,
        found: PartFound,
        *,
        seed: int,
        ends: float,
        workers: int,
        report: Callable[[int, int], None],
    ) -> None:
        assert found.values is not None
        self._problem, self._near, self._found, self._values = problem, near, found, found.values
        self._seed, self._ends, self._workers, self._report = seed, ends, workers, report
        self._size = near.size
        near.fresh()
        self._relaxed: Relaxed | None = None
        self._tops = self._over = False
        self._lock, self._turn = RLock(), Lock()
        self.outer: _Climb | None = None
        """The climb that this one helps: it ends with it."""
        self.value = problem.value(self._values)
        self.bound = min(self.value, problem.least())

    @property
    def capped(self) -> bool:
        """Whether a tier of largest sums is proved, and each of them is the least it can be."""
        return self._tops and self.value <= self._problem.least()

    def run(self) -> None:
        """Until proof, exhausted effort or the end of the tier's time; with two workers, down and up side by side."""
        if self.value <= self.bound:
            return
        if self._size <= SMALL:
            self._take(self._cpsat(ROUNDS[0][1]))
            if self.closed():
                return
        (tops,) = np.nonzero(self._problem.cost)
        self._tops = len(tops) <= THRESHOLDS_MOST and all(self._is_top(top) for top in tops.tolist())
        if self._workers == 1 or self._size <= SMALL:
            self._prove(alone=True)
            return
        # Which strand finds what first depends on the machine: another run may answer otherwise.
        self._found.by_clock = True
        with ThreadPoolExecutor(1) as pool:
            down = pool.submit(self._descend_beside)
            try:
                self._prove(alone=False)
            finally:
                self._over = True
            down.result()

    def _prove(self, *, alone: bool) -> None:
        """Bounds, and rotas where the relaxation says they are; between its rounds also downwards when ``alone``."""
        small, share = self._size <= SMALL, CORE_SHARE
        # Even a tier that comes late gets this bound: it is cheap, and without it nothing would be proved.
        self._relax()
        if not small and self._tops:
            self._thresholds()
            if alone and not self.closed():
                self._under_caps()
        persons = Persons(self._problem, self._near.decisions) if not small and not self._tops else None
        later = persons is not None and not self._priced_by(persons, surely=True)
        for nodes, effort in ROUNDS:
            if not small:
                self._on_core(share)
                share *= 2
            if alone and not small:
                self._neighbourhoods()
            part = CORE_S if later else 1.0
            if not self.closed():
                self._branch(nodes, part)
            if not self.closed():
                self._take(self._cpsat(effort, part))
            if later and persons is not None:
                later = False
                self._priced_by(persons, surely=False)
            if self.closed():
                return

    def _descend_beside(self) -> None:
        """Downwards, as long as the other strand is at work."""
        while not self.closed():
            if self._tops:
                self._under_caps()
            # What needs both cores for itself has them.
            with self._turn:
                pass
            self._neighbourhoods()

    @property
    def values(self) -> Whole:
        """The rota so far, as a point."""
        return self._values

    def descend(self) -> None:
        """Only downwards: the relaxation as a guide, and neighbourhoods until nothing gets better for a while."""
        self._relaxed = linear.relax(self._problem, time_limit_s=self._left())
        self._neighbourhoods()

    def _relax(self) -> None:
        self._relaxed = linear.relax(self._problem, time_limit_s=max(self._left(), RELAXED_S))
        if self._relaxed is not None:
            self._raise(self._relaxed.bound)

    def _priced_by(self, persons: Persons, *, surely: bool) -> bool:
        """Schedules of persons as columns: a bound that the relaxation does not reach, and rotas made of them.

        Nothing is done where they would not say more than the relaxation does. Where that cannot be soon told, and they
        are asked for only if ``surely`` of use, the answer is False: other ways first.
        """
        relaxed = self._relaxed
        if relaxed is None or self.closed():
            return True
        gained = gain(persons, relaxed)
        if gained is None and surely:
            return False
        if gained is None or gained > LOOSE * max(1.0, abs(relaxed.exact)):
            programmes = [programme for n in range(persons.people) if (programme := persons.programme(n)) is not None]
            if len(programmes) == persons.people:
                start, workers = self._values, self._workers
                columns = Columns(persons, programmes, start, relaxed.prices, workers=workers, over=self.closed)
                self._by_columns(columns, relaxed)
        return True

    def _by_columns(self, columns: Columns, relaxed: Relaxed) -> None:
        duties = self._near.held_by_people(self._problem)
        with self._turn:
            self._price(columns, hasty=True)
            self._dive(Dive(columns, duties), self._values)
            self._dive_in_parts(columns, duties, FEW_DIVES)
            self._price(columns, hasty=False)
        self._choose(columns)
        point = columns.spread()
        if point is not None:
            self._relaxed = replace(relaxed, point=point)
        self._dive_in_parts(columns, duties, MANY_DIVES)

    def _price(self, columns: Columns, *, hasty: bool) -> None:
        for priced in columns.rounds(hasty=hasty):
            if priced.bound is not None:
                self._raise(linear.whole_bound(self._problem, priced.bound))
            if self.closed():
                return

    def _choose(self, columns: Columns) -> None:
        """The best rota of a good number of schedules of each person, by branch and bound."""
        if self.closed():
            return
        columns.vary(self._seed)
        columns.bring(self._values)
        problem, kept = columns.choice(CHOICES)
        start = np.zeros(len(problem.lower), dtype=np.int64)
        start[len(kept) - columns.people : len(kept)] = 1
        start[len(kept) :] = columns.rest(self._values)
        answer, by_clock = linear.solve(
            problem, hint=start, seed=self._seed, nodes=CORE_NODES, time_limit_s=self._left() * CORE_S
        )
        self._found.by_clock |= by_clock
        if answer.values is not None:
            self._offer(columns.chosen(kept, answer.values))

    def _dive_in_parts(self, columns: Columns, duties: Mask, patience: int) -> None:
        """Parts of the rota made anew of schedules, until nothing gets better for a while."""
        idle = 0
        while idle < patience and not self.closed():
            values = self._values
            columns.bring(values)
            held = duties & (values > 0) & ~self._near.part(self._problem, values)
            better = self._dive(Dive(columns, duties, np.flatnonzero(held).tolist()), values)
            idle = 0 if better else idle + 1

    def _dive(self, dive: Dive, values: Whole) -> bool:
        """A rota of the schedules that the master takes most of; whether it is better."""
        for chosen in dive.steps(self.value - linear.step(self._problem)):
            if self.closed():
                return False
            if chosen is not None:
                point, settled = dive.point(chosen, values)
                rest = self._problem.around(point, settled)
                answer, _ = linear.solve(
                    rest.problem, hint=None, seed=self._seed, nodes=CORE_NODES, time_limit_s=self._left()
                )
                if answer.values is None:
                    return False
                found = rest.back(answer.values)
                return self._offer(found) or self._offer(found, values)
        return False

    def _thresholds(self) -> None:
        """For a tier of few largest sums: the smallest caps that the relaxation allows, and a rota under them."""
        problem = self._problem
        (tops,) = np.nonzero(problem.cost)
        for top in sorted(tops.tolist(), key=lambda i: -int(problem.cost[i] * self._values[i])):
            self._threshold(top)
            if self.closed():
                return
        capped = self._problem.within(
            self._problem.lower, np.where(problem.cost > 0, self._problem.lower, problem.upper)
        )
        capped = capped.tightened()
        nothing = np.clip(0, capped.lower, capped.upper)
        guide = linear.relax(capped.towards(np.zeros_like(problem.cost), 0), time_limit_s=self._left())
        if guide is None or guide.impossible:
            return
        free = core_of(self._near, capped, guide, nothing, CORE_SHARE, self._seed)
        core = capped.around(nothing, self._near.everything(capped) & ~free)
        answer = cpsat.solve(
            core.problem,
            hint=None,
            seed=self._seed,
            effort=CAP_EFFORT,
            time_limit_s=self._left(),
            workers=self._workers,
        )
        if answer.values is not None:
            self._offer(core.back(answer.values))

    def _under_caps(self) -> None:
        """Bring all sums under the caps together: each one above costs what it is above.

        The largest sum alone says nothing of the others, and few changes move it; their excesses fall one by one.
        """
        problem, values = self._problem, self._values
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
            self._offer(point)

        found = PartFound(start)
        ends = monotonic() + self._left() * UNDER_CAPS
        inner = _Climb(softened, self._near, found, seed=self._seed, ends=ends, workers=1, report=settle)
        inner.bound, inner.outer = 0, self
        inner.descend()
        self._found.by_clock |= found.by_clock

    def _is_top(self, top: int) -> bool:
        """Whether a variable stands above several sums, one for one, and nowhere else: raising it only loosens rows."""
        here = self._problem.col == top
        rows, val = self._problem.row[here], self._problem.val[here]
        loosens = (val == -1) & (self._problem.lo[rows] <= -NO_LIMIT)
        return bool(self._problem.cost[top] > 0 and len(rows) > 1 and loosens.all())

    def _threshold(self, top: int) -> None:
        """Raise a largest sum to the least that the relaxation allows where every sum is capped in whole numbers."""
        caps = self._caps(top)
        low, high, reach = 0, len(caps), THRESHOLD_REACH
        # caps[:low] are refuted, and a relaxation exists at caps[high]: up in widening steps, then halving.
        while low < high and not self.closed():
            middle = (low + high) // 2
            if high == len(caps):
                middle = min(bisect_left(caps, caps[low] + reach), high - 1)
                reach *= 2
            exists = linear.exists(self._capped(top, caps[middle]), time_limit_s=self._left())
            if exists is None:
                break
            low, high = (low, middle) if exists else (middle + 1, high)
        least = caps[low] if low < len(caps) else int(self._values[top])
        lower = self._problem.lower.copy()
        lower[top] = least
        self._problem = self._problem.within(lower, self._problem.upper)
        self._raise(self._problem.least())

    def _caps(self, top: int) -> list[int]:
        """The values of a largest sum, up to the incumbent's, at which some sum under it can take one step more."""
        problem, starts = self._problem, self._problem.starts()
        least, most = int(problem.lower[top]), int(self._values[top])
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

    def _capped(self, top: int, cap: int) -> Problem:
        """The question whether there is a rota with a largest sum of at most ``cap``, in whole numbers."""
        lower, upper = self._problem.lower.copy(), self._problem.upper.copy()
        lower[top] = upper[top] = cap
        return self._problem.within(lower, upper).towards(np.zeros_like(self._problem.cost), 0).tightened()

    def _on_core(self, share: float) -> None:
        """Branch and bound on the decisions that the relaxation and the rota use, and some more."""
        if self._relaxed is None or self.closed():
            return
        free = core_of(self._near, self._problem, self._relaxed, self._values, share, self._seed)
        core = self._problem.around(self._values, self._near.everything(self._problem) & ~free)
        answer, by_clock = linear.solve(
            core.problem,
            hint=self._values[core.indices],
            seed=self._seed,
            nodes=CORE_NODES,
            time_limit_s=self._left() * CORE_S,
        )
        self._found.by_clock |= by_clock
        if answer.values is not None:
            self._offer(core.back(answer.values))

    def _branch(self, nodes: int, part: float) -> None:
        """Branch and bound on all decisions that could still make the rota better."""
        problem, relaxed = self._problem, self._relaxed
        if relaxed is not None and relaxed.bound is not None:
            # Where leaving its bound costs the relaxation more than the gap, a variable of a better rota stays there.
            # The slack is on the safe side: a bound that fixes too much proves what is not so.
            gap = self.value - relaxed.exact + linear.ROUNDING * max(1.0, abs(relaxed.exact))
            at_lower = (relaxed.reduced_costs > gap) & (relaxed.point < problem.lower + 1e-6)
            at_upper = (relaxed.reduced_costs < -gap) & (relaxed.point > problem.upper - 1e-6)
            problem = problem.within(
                np.where(at_upper, problem.upper, problem.lower), np.where(at_lower, problem.lower, problem.upper)
            )
        free = problem.around(self._values, np.zeros(len(problem.lower), dtype=bool))
        hint = self._values[free.indices]
        inside = bool(np.all((problem.lower <= self._values) & (self._values <= problem.upper)))
        answer, by_clock = linear.solve(
            free.problem,
            hint=hint if inside else None,
            seed=self._seed,
            nodes=nodes,
            time_limit_s=self._left() * part,
        )
        self._found.by_clock |= by_clock
        if answer.impossible:
            self._raise(self.value)
            return
        self._raise(answer.bound)
        if answer.values is not None:
            self._offer(free.back(answer.values))

    def closed(self) -> bool:
        """Proved, over, or no time left; what the clock cuts off is remembered."""
        if self.value <= self.bound or self._over or (self.outer is not None and self.outer.closed()):
            return True
        if self._left() <= 0:
            self._found.by_clock = True
            return True
        return False

    def _left(self) -> float:
        return self._ends - monotonic()

    def _neighbourhoods(self) -> None:
        """Free a part of the decisions, decide it anew, and again until nothing gets better for a while."""
        idle = 0
        while idle < PATIENCE and not self.closed() and not self._turn.locked():
            values, before = self._values, self.value
            point = self._relaxed.point if self._relaxed is not None else None
            arm, free = self._near.next(self._problem, values, point)
            around = self._problem.around(values, self._near.everything(self._problem) & ~free)
            began, left = monotonic(), max(self._left(), 0.5)
            answer = self._locally(arm, around, values[around.indices], min(left, LOCAL_S))
            gained = answer.values is not None and self._offer(around.back(answer.values), values)
            solved = answer.values is not None and answer.bound is not None
            solved = solved and around.problem.value(answer.values) <= answer.bound  # type: ignore[arg-type, operator]
            arm.learn(before - self.value, monotonic() - began, solved, self._size)
            idle = 0 if gained else idle + 1

    def _locally(self, arm: Arm, around: Around, hint: Whole, seconds: float) -> Answer:
        if not len(around.indices):
            return Answer(hint, around.problem.const)
        if arm.engine == "cpsat":
            return cpsat.solve(around.problem, hint=hint, seed=self._seed, effort=LOCAL_EFFORT, time_limit_s=seconds)
        return linear.solve(around.problem, hint=hint, seed=self._seed, nodes=LOCAL_NODES, time_limit_s=seconds)[0]

    def _cpsat(self, effort: float, part: float = 1.0) -> Answer:
        guard = max(self._left() * part, 0.05)
        began = monotonic()
        answer = cpsat.solve(
            self._problem, hint=self._values, seed=self._seed, effort=effort, time_limit_s=guard, workers=self._workers
        )
        self._found.by_clock |= monotonic() - began >= guard
        return answer

    def _take(self, answer: Answer) -> None:
        self._raise(answer.bound)
        if answer.values is not None:
            self._offer(answer.values)

    def _offer(self, values: Whole, base: Whole | None = None) -> bool:
        """Take a rota if it is better; whether it was.

        Where the rota has moved on from ``base`` meanwhile, the same changes are made to what it is now, if they fit.
        """
        with self._lock:
            if base is not None and base is not self._values:
                values = self._values + (values - base)
                if not self._problem.holds(values):
                    return False
            if self._problem.value(values) >= self.value:
                return False
            self._values = self._found.values = values
            self.value = self._problem.value(values)
            self._report(self.value, self.bound)
            return True

    def _raise(self, bound: int | None) -> None:
        with self._lock:
            if bound is not None and bound > self.bound:
                self.bound = min(bound, self.value)
                self._report(self.value, self.bound)
