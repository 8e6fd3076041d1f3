"""One independent part of the model, tier by tier: a first rota, a bound, neighbourhoods, branch and bound in turn.

The relaxation gives a bound at once; neighbourhoods (CP-SAT on a part of the decisions) bring the incumbent down to it;
where the two do not meet, branch and bound (HiGHS, then CP-SAT on the whole) closes what is left. Every step has an
effort that does not depend on the clock; the clock only cuts in at the end of the tier's time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from solver import cpsat, linear
from solver.cpsat import Answer
from solver.model import Goal, Model, Row
from solver.neighbourhoods import Neighbourhoods

FIRST_EFFORT = 1.0
"""Deterministic seconds of CP-SAT for a first rota, doubled until there is one."""
SMALL = 300
"""Decisions below which CP-SAT takes the whole part at once instead of neighbourhoods of it."""
PATIENCE = 6
"""Neighbourhoods in a row without an improvement before branch and bound takes over."""
FREE_FIRST, FREE_MOST = 600, 6_000
"""Decisions freed: at first, and at most."""
LOCAL_EFFORT = 1.0
"""Deterministic seconds of CP-SAT in one neighbourhood."""
EARLIER_TIER = 0.4
"""Part of the time left that a tier may take before those after it."""
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

    values: list[int] | None
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
    for n, tier in enumerate(tiers):
        goal = model.goals[tier]
        ends = monotonic() + max(0.0, deadline - monotonic()) * max(EARLIER_TIER, 1 / (len(tiers) - n))
        climb = _Climb(model, goal, found, seed=seed, ends=ends, workers=workers, report=partial(report, tier))
        climb.run()
        found.tiers[tier] = TierFound(climb.value, climb.bound)
        report(tier, climb.value, climb.bound)
        if goal.coefs:
            room = climb.value + abs(climb.value) * tolerance_percent[tier] // 100 - goal.const
            model.rows.append(Row(dict(goal.coefs), None, room))
    return found


def first_of(model: Model, *, seed: int, seconds: float, workers: int) -> PartFound:
    """Any rota of the part, led by the goal of the first tier."""
    goal = next(iter(model.goals.values()))
    ends, effort = monotonic() + seconds, FIRST_EFFORT
    while True:
        # The guard is generous: a late rota is better than none.
        guard = max(ends - monotonic(), 5.0)
        answer = cpsat.solve(model, goal, hint=None, seed=seed, effort=effort, time_limit_s=guard, workers=workers)
        if answer.impossible or answer.values is not None:
            return PartFound(answer.values, impossible=answer.impossible)
        if monotonic() > ends:
            return PartFound(None, by_clock=True)
        effort *= 2


class _Climb:
    """One tier of one part: an incumbent coming down and a bound coming up."""

    def __init__(
        self,
        model: Model,
        goal: Goal,
        found: PartFound,
        *,
        seed: int,
        ends: float,
        workers: int,
        report: Callable[[int, int], None],
    ) -> None:
        assert found.values is not None
        self._model, self._goal, self._found, self._values = model, goal, found, found.values
        self._seed, self._ends, self._workers, self._report = seed, ends, workers, report
        self._near = Neighbourhoods(model, seed)
        self._free = min(FREE_FIRST, max(SMALL, len(model.decisions) // 3))
        self.value = goal.value(self._values)
        self.bound = min(self.value, goal.const + model.smallest(goal.coefs))

    def run(self) -> None:
        """Until proof, exhausted effort or the end of the tier's time."""
        if self.value <= self.bound:
            return
        # Even a tier that comes late gets this bound: it is cheap, and without it nothing would be proved.
        relaxed = linear.relaxed_bound(self._model, self._goal, time_limit_s=max(self._left(), RELAXED_S))
        self._raise(relaxed)
        small = len(self._model.decisions) <= SMALL
        for nodes, effort in ROUNDS:
            if not small:
                self._neighbourhoods()
            if small and not self._closed():
                self._take(self._cpsat(effort))
            if self._closed():
                return
            answer, by_clock = linear.solve(
                self._model, self._goal, hint=self._values, seed=self._seed, nodes=nodes, time_limit_s=self._left()
            )
            self._found.by_clock |= by_clock
            self._take(answer)
            if not small and not self._closed():
                self._take(self._cpsat(effort))

    def _closed(self) -> bool:
        """Proved, or no time left; what the clock cuts off is remembered."""
        if self.value <= self.bound:
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
        while idle < PATIENCE and not self._closed():
            around = self._model.around(self._values, self._near.next(self._free), self._goal)
            if around is None:
                idle += 1
                continue
            small, goal, indices = around
            before = [self._values[i] for i in indices]
            answer = cpsat.solve(
                small,
                goal,
                hint=before,
                seed=self._seed,
                effort=LOCAL_EFFORT,
                time_limit_s=max(self._left(), 0.5),
                workers=1,
            )
            solved = (
                answer.values is not None and answer.bound is not None and goal.value(answer.values) <= answer.bound
            )
            if answer.values is not None and goal.value(answer.values) < goal.value(before):
                values = self._values.copy()
                for index, value in zip(indices, answer.values, strict=True):
                    values[index] = value
                self._lower(values)
                idle = 0
            else:
                idle += 1
            # As large as can still be solved: what is proved best in its neighbourhood may have a wider one.
            self._free = min(FREE_MOST, self._free * 5 // 4) if solved else max(FREE_FIRST // 4, self._free * 4 // 5)

    def _cpsat(self, effort: float) -> Answer:
        guard = max(self._left(), 0.05)
        began = monotonic()
        answer = cpsat.solve(
            self._model,
            self._goal,
            hint=self._values,
            seed=self._seed,
            effort=effort,
            time_limit_s=guard,
            workers=self._workers,
        )
        self._found.by_clock |= monotonic() - began >= guard
        return answer

    def _take(self, answer: Answer) -> None:
        self._raise(answer.bound)
        if answer.values is not None and self._goal.value(answer.values) < self.value:
            self._lower(answer.values)

    def _raise(self, bound: int | None) -> None:
        if bound is not None and bound > self.bound:
            self.bound = min(bound, self.value)
            self._report(self.value, self.bound)

    def _lower(self, values: list[int]) -> None:
        self._values = self._found.values = values
        self.value = self._goal.value(values)
        self._report(self.value, self.bound)
