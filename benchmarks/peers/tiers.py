"""What the textbook peers share: the board's model, given whole to one solver, tier after tier.

The first tier may use the whole time limit, each tier after it what is then left. A tier's value found is kept as a row,
the rota found is the hint for the next. There is no splitting into parts, no core, no neighbourhood and no threshold.
"""

from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import Protocol

from scheduler.findings import EngineError
from scheduler.scenario import Scenario, Tier
from scheduler.verify import verify
from solver.board import Board
from solver.cpsat import Answer
from solver.model import NO_LIMIT, Problem, Whole
from solver.plan import Found, Impossible, Limits, Outcome, OutOfTime, Progress, TierResult, Timing

Tell = Callable[[float, float | None], None]
"""Told (value, bound) of the goal without its constant, as the solver speaks of them while it searches."""
Listen = Callable[[Progress], None] | None
LEAST_S = 0.2
"""Seconds below which a solver is not even started."""
ROUNDING = 1e-6
"""Relative slack by which a floating-point bound is believed less than it says."""
NOTHING = 1e15
"""Solvers say infinity in several ways; all are above this."""


class Solve(Protocol):
    """One solver on one goal."""

    def __call__(self, problem: Problem, hint: Whole | None, limits: Limits, tell: Tell) -> Answer:
        """The answer within the limits; values that break a row do not count as an answer."""


class Clock:
    """When it began, when it must end, when the first rota was there; passes on what a solver tells."""

    def __init__(self, scenario: Scenario, limits: Limits, listen: Listen) -> None:
        self._began = monotonic()
        self._limits, self._listen = limits, listen
        self._tiers = [tier.name for tier in scenario.tiers]
        self._last: tuple[str, int, int | None] | None = None
        self._build = 0.0
        self._first: float | None = None

    def built(self) -> None:
        """The model is written."""
        self._build = self.seconds()

    def seconds(self) -> float:
        """Since it began."""
        return monotonic() - self._began

    def left(self) -> Limits:
        """The same limits with the time that is left."""
        seconds = self._limits.time_limit_s - self.seconds()
        return Limits(seconds, self._limits.workers, self._limits.seed)

    def tell(self, tier: str, value: int, bound: int | None) -> None:
        """A tier's value or bound moved; the first call says that there is a first rota."""
        now = self.seconds()
        self._first = self._first or now
        if self._listen is not None and self._last != (tier, value, bound):
            done = self._tiers.index(tier) + (value == bound)
            self._listen(Progress(now, tier, value, bound, done, len(self._tiers)))
        self._last = (tier, value, bound)

    def timing(self) -> Timing:
        """Until now."""
        return Timing(self._build, self._first or self.seconds(), self.seconds())


def tier_after_tier(scenario: Scenario, limits: Limits, listen: Listen, solve: Solve) -> Outcome:
    """Solve a scenario's model with one solver, goal after goal.

    Raises:
        EngineError: the judge refuses the rota, or a bound is above the value.
    """
    clock = Clock(scenario, limits, listen)
    board = Board(scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers])
    clock.built()
    if board.model.contradictions:
        return Impossible(tuple(board.model.contradictions), clock.timing())
    problem = board.model.problem(scenario.tiers[0].name)
    point: Whole | None = None
    bounds: dict[str, int | None] = {}
    for tier in scenario.tiers:
        problem = problem.towards(board.model.cost(tier.name), board.model.goals[tier.name].const)
        answer = _solved(tier.name, problem, point, clock, solve)
        if answer.impossible and point is None:
            return Impossible((), clock.timing())
        if answer.values is None:
            return OutOfTime(clock.timing())
        point, bounds[tier.name] = answer.values, answer.bound
        clock.tell(tier.name, problem.value(point), answer.bound)
        problem = kept(problem, tier, point)
    return found(scenario, board, point, bounds, clock) if point is not None else OutOfTime(clock.timing())


def _solved(tier: str, problem: Problem, point: Whole | None, clock: Clock, solve: Solve) -> Answer:
    """The better of the point there was and the solver's."""
    before = Answer(point, problem.least() if not problem.cost.any() else None)
    left = clock.left()
    if point is not None and (left.time_limit_s < LEAST_S or not problem.cost.any()):
        return before
    own = 0 if point is None else problem.value(point)

    def tell(value: float, bound: float | None) -> None:
        # What it finds again, worse than what it was given, is no news.
        now = round(value) + problem.const
        floor = None if bound is None else whole_bound(problem, bound)
        clock.tell(tier, now if point is None else min(now, own), floor)

    answer = solve(problem, point, left, tell)
    if point is None:
        return answer
    if answer.values is None or problem.value(answer.values) > own:
        return Answer(point, answer.bound)
    return answer


def kept(problem: Problem, tier: Tier, point: Whole) -> Problem:
    """The problem with a tier's value, and its tolerance, as a row."""
    if not problem.cost.any():
        return problem
    value = problem.value(point)
    room = value + abs(value) * tier.tolerance_percent // 100 - problem.const
    return problem.with_row(problem.cost, -NO_LIMIT, room)


def found(scenario: Scenario, board: Board, point: Whole, bounds: dict[str, int | None], clock: Clock) -> Found:
    """The rota of a point as the judge counts it.

    Raises:
        EngineError: the judge refuses the rota, or a bound is above the value.
    """
    roster = board.read(point.tolist())
    verdict = verify(scenario, roster)
    if not verdict.ok:
        raise EngineError(f"a forbidden roster: {verdict.forbidden[:5]}")
    tiers = tuple(TierResult(t.name, verdict.values[t.name], bounds.get(t.name)) for t in scenario.tiers)
    for tier in tiers:
        if tier.bound is not None and tier.bound > tier.value:
            raise EngineError(f"tier {tier.name}: bound {tier.bound} above the value {tier.value}")
    return Found(roster, verdict, tiers, clock.timing(), reproducible=False)


def whole_bound(problem: Problem, bound: float) -> int | None:
    """A floating-point bound of the goal without its constant, as a whole number with it; None: it says nothing."""
    if not abs(bound) < NOTHING:
        return None
    return problem.const + ceil(bound - ROUNDING * max(1.0, abs(bound)))
