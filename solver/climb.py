"""One tier of one part on its way: an incumbent that comes down, a bound that goes up, and the time left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock, RLock
from time import monotonic
from typing import TypeVar

import numpy as np

from solver import linear
from solver.cpsat import Answer
from solver.engines import Engines
from solver.linear import Relaxed
from solver.model import Problem, Reals, Whole
from solver.neighbourhoods import Neighbourhoods

EARLIER = 1000
"""Weight of a tier against the dearest thing of the next one, where rotas are sought that are good in both."""
RELAXED_MOST = 1_500_000
"""Nonzeros of a relaxation that is tried before anything else is."""
RELAXED_S = 5.0
"""Seconds that the relaxation of a tier may always take."""
APART_FROM, LOCAL_APART_FROM = 50_000, 5_000
"""Nonzeros from which a question is worth a process of its own, and one of a neighbourhood, which comes late most often."""


T = TypeVar("T")


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


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """A relaxation near whose point rotas are, and none was sought yet: what is left there is decided towards ``both``."""

    problem: Problem
    relaxed: Relaxed
    both: Problem


class Climb:
    """Several ways work on it, also side by side: each takes what it needs and offers what it finds."""

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
        ahead: Problem | None = None,
        gap: float = 0.0,
        engines: Engines | None = None,
    ) -> None:
        """``engines``: where HiGHS answers, if it is to end as soon as somebody else has the answer. ``gap``: it ends when value and bound are so near, as a part of the value. ``ahead`` has the goal of the next tier: of two rotas as good in this one, the better there is kept."""
        assert found.values is not None
        self.problem, self.near, self.found, self.values = problem, near, found, found.values
        self.seed, self.ends, self.workers, self._report = seed, ends, workers, report
        self.size = near.size
        near.fresh()
        self.ahead, self.gap, self.engines = ahead, gap, engines
        self.both = _both(problem, ahead)
        """The problem where rotas are sought: what is as good in this tier is told apart by the next one."""
        self.relaxed: Relaxed | None = None
        self.guide: Relaxed | None = None
        """The relaxation towards the goal ahead, where every largest sum is at its threshold."""
        self.effort = 1.0
        """How many times its first effort a neighbourhood may take: twice as many each time nothing gets better for a while."""
        self.due: Due | None = None
        """What strands that only bring rotas down had better do next."""
        self.due_s = 0.0
        """Seconds that the last rota near a relaxation took."""
        self.tops = self.over = False
        """Whether it is a tier of a few largest sums; whether somebody said that it ends."""
        self._lock, self.turn = RLock(), Lock()
        """``turn`` is held by what needs all cores for itself."""
        self.outer: Climb | None = None
        """The climb that this one helps: it ends with it."""
        self._helper: Climb | None = None
        self.value = problem.value(self.values)
        self.bound = min(self.value, problem.least())

    @property
    def capped(self) -> bool:
        """Whether a tier of largest sums is proved, and each of them is the least it can be."""
        return self.tops and self.value <= self.problem.least()

    def closed(self) -> bool:
        """Proved or near enough, over, or no time left; what the clock cuts off is remembered."""
        if self._enough() or (self.outer is not None and self.outer.closed()):
            return True
        if self.left() <= 0:
            self.found.by_clock = True
            return True
        return False

    def _enough(self) -> bool:
        """Proved or near enough, or over."""
        return self.over or self.value - self.bound <= self.gap * abs(self.value)

    def take_due(self) -> "Due | None":
        """What was due, to be done now."""
        due, self.due = self.due, None
        return due

    def better_to_do(self) -> bool:
        """Whether a rota may be sought where a relaxation says it is, or somebody needs all cores."""
        here = self.due is not None or self.turn.locked()
        return here or (self.outer is not None and self.outer.better_to_do())

    def helper(self, make: Callable[[], "Climb"], still: Callable[["Climb"], bool]) -> "Climb":
        """The climb that helps this one, the same for all strands; made anew where it is not ``still`` what helps."""
        with self._lock:
            if self._helper is None or not still(self._helper):
                self._helper = make()
            return self._helper

    def left(self) -> float:
        """Seconds."""
        return self.ends - monotonic()

    def faults(self) -> int:
        """How many things cost more in the rota than they must."""
        problem, values = self.problem, self.values
        return int(
            np.count_nonzero(problem.cost * np.where(problem.cost > 0, values - problem.lower, values - problem.upper))
        )

    def relax(self, *, large: bool = False) -> None:
        """Solve the linear relaxation, if it is not known yet: a bound, and a guide to good rotas. A ``large`` one only where that is said."""
        if self.relaxed is None and (large or len(self.problem.val) <= RELAXED_MOST):
            self.relaxed = self.relaxation(self.problem, max(self.left(), RELAXED_S))
        if self.relaxed is not None:
            self.raise_bound(self.relaxed.bound)

    def relaxation(self, problem: Problem, seconds: float) -> Relaxed | None:
        """The relaxation of a problem that this one needs; None where it is not solved in time, or not needed any more."""
        return self._asked(linear.relax, problem, time_limit_s=seconds)

    def priced(self, problem: Problem) -> tuple[float, Reals] | None:
        """The same without a corner: its value, and the price of each row."""
        return self._asked(linear.priced, problem, time_limit_s=self.left())

    def branched(
        self,
        problem: Problem,
        hint: Whole | None,
        *,
        nodes: int,
        seconds: float,
        apart: bool = False,
        sharply: bool = False,
    ) -> Answer:
        """Branch and bound on a problem that this one needs; what the clock cuts off is remembered."""
        asked = partial(linear.solve, hint=hint, seed=self.seed, nodes=nodes, sharply=sharply)
        found = self._asked(asked, problem, apart=apart, time_limit_s=seconds)
        answer, by_clock = (Answer(None, None), True) if found is None else found
        self.found.by_clock |= by_clock
        return answer

    def local(self, problem: Problem, hint: Whole, *, nodes: int, seconds: float) -> Answer:
        """Branch and bound on a part of it. HiGHS does not always end in time."""
        apart = len(problem.val) >= LOCAL_APART_FROM
        asked = partial(linear.solve, hint=hint, seed=self.seed, nodes=nodes)
        found = self._asked(asked, problem, apart=apart, time_limit_s=seconds)
        return Answer(None, None) if found is None else found[0]

    def _asked(self, call: Callable[..., T], problem: Problem, *, apart: bool = False, time_limit_s: float) -> T | None:
        if self.engines is None or not (apart or len(problem.val) >= APART_FROM):
            return call(problem, time_limit_s=time_limit_s)
        return self.engines.ask(call, problem, needless=self.needless, time_limit_s=time_limit_s)

    def needless(self) -> bool:
        """Whether nobody needs an answer any more."""
        return self._enough() or (self.outer is not None and self.outer.needless())

    def take(self, answer: Answer) -> None:
        """What an engine found and proved of the problem itself."""
        self.raise_bound(answer.bound)
        if answer.values is not None:
            self.offer(answer.values)

    def offer(self, values: Whole, base: Whole | None = None) -> bool:
        """Take a rota if it is better, here or as good here and better ahead; whether it was.

        Where the rota has moved on from ``base`` meanwhile, the same changes are made to what it is now, if they fit.
        """
        with self._lock:
            if base is not None and base is not self.values:
                values = self.values + (values - base)
                if not self.problem.holds(values):
                    return False
            value = self.problem.value(values)
            if value > self.value or (value == self.value and self._ahead(values) >= self._ahead(self.values)):
                return False
            self.values = self.found.values = values
            if value < self.value:
                self.value = value
                self._report(self.value, self.bound)
            return True

    def _ahead(self, values: Whole) -> int:
        return 0 if self.ahead is None else self.ahead.value(values)

    def raise_bound(self, bound: int | None) -> None:
        """No rota of the tier is below it."""
        with self._lock:
            if bound is not None and bound > self.bound:
                self.bound = min(bound, self.value)
                self._report(self.value, self.bound)


def _both(problem: Problem, ahead: Problem | None) -> Problem:
    """One goal of two; a largest sum ahead is none to look at, as no single change moves it."""
    if ahead is None or ahead.only_tops():
        return problem
    weight = EARLIER * max(1, int(np.abs(ahead.cost).max()))
    return problem.towards(problem.cost * weight + ahead.cost, 0)
