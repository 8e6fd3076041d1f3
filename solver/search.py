"""One independent part of the model, tier by tier: engines take turns on one incumbent until proof or limit."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from solver import cpsat, linear
from solver.model import Goal, Model, Row

NODES = (200, 2_000, 20_000)
"""Branch-and-bound nodes of HiGHS's turns."""
EFFORT = (4.0, 20.0, 80.0)
"""Deterministic seconds of CP-SAT's turns."""

Report = Callable[[str, int, int | None], None]
"""Told (tier, value, bound) of this part whenever one of them improves."""


@dataclass(frozen=True, slots=True)
class TierFound:
    """Value and proved bound of one tier in one part; no bound when nothing is proved."""

    value: int
    bound: int | None


@dataclass(slots=True)
class PartFound:
    """What was found for one part; ``values`` is None when no roster was found in time."""

    values: list[int] | None
    tiers: dict[str, TierFound] = field(default_factory=dict)
    impossible: bool = False
    by_clock: bool = False
    """The wall clock, and not the effort, ended a turn: another run may answer otherwise."""


def solve_part(
    model: Model, tolerance_percent: dict[str, int], *, seed: int, seconds: float, workers: int, report: Report
) -> PartFound:
    """Solve a part within so many seconds; each tier's best value is fixed before the next tier."""
    deadline = monotonic() + seconds
    found = PartFound(None)
    tiers = list(model.goals)
    for n, tier in enumerate(tiers):
        goal = model.goals[tier]
        ends = monotonic() + max(0.0, deadline - monotonic()) / (len(tiers) - n)
        bound = goal.const + model.smallest(goal.coefs)
        if found.values is None or goal.value(found.values) > bound:
            proved = _improve(model, goal, tier, found, bound, ends=ends, seed=seed, workers=workers, report=report)
            if found.values is None:
                return found
            bound = max(bound, proved)
        value = goal.value(found.values)
        bound = min(bound, value)
        # What later tiers prove holds under this tier's fixed value, so their bounds are of rosters at least as good here.
        found.tiers[tier] = TierFound(value, bound)
        report(tier, value, bound)
        if goal.coefs:
            room = value + abs(value) * tolerance_percent[tier] // 100 - goal.const
            model.rows.append(Row(dict(goal.coefs), None, room))
    return found


def _improve(
    model: Model,
    goal: Goal,
    tier: str,
    found: PartFound,
    bound: int,
    *,
    ends: float,
    seed: int,
    workers: int,
    report: Report,
) -> int:
    """Let the engines take turns on one goal; keeps the best point in ``found`` and returns the best bound proved."""
    for nodes, effort in zip(NODES, EFFORT, strict=True):
        for engine in ("cpsat", "linear"):
            left = ends - monotonic()
            if found.values is not None:
                report(tier, goal.value(found.values), bound)
                if goal.value(found.values) <= bound:
                    return bound
                if left <= 0:
                    found.by_clock = True
                    return bound
            # Without any roster the guard is generous: a late answer is better than none.
            guard = max(left, 5.0) if found.values is None else left
            began = monotonic()
            if engine == "cpsat":
                answer = cpsat.solve(
                    model, goal, hint=found.values, seed=seed, effort=effort, time_limit_s=guard, workers=workers
                )
                by_clock = monotonic() - began >= guard
            else:
                answer, by_clock = linear.solve(
                    model, goal, hint=found.values, seed=seed, nodes=nodes, time_limit_s=guard
                )
            found.by_clock = found.by_clock or by_clock
            if answer.impossible:
                found.impossible = found.values is None
                return bound
            if answer.bound is not None:
                bound = max(bound, answer.bound)
            if answer.values is not None and (
                found.values is None or goal.value(answer.values) < goal.value(found.values)
            ):
                found.values = answer.values
    return bound
