"""Ways down and up that need nothing but the model: the core, branch and bound, neighbourhoods, CP-SAT."""

from time import monotonic

import numpy as np

from solver import cpsat, linear
from solver.climb import Climb, Due
from solver.cpsat import Answer
from solver.first import core_of
from solver.fixing import fixed
from solver.model import Around, Whole
from solver.neighbourhoods import Arm

PATIENCE = 20
"""Neighbourhoods in a row without an improvement before branch and bound takes over, and each may take more effort."""
LOCAL_EFFORT, LOCAL_NODES, LOCAL_S = 0.5, 100, 3.0
"""Effort in one neighbourhood: deterministic seconds of CP-SAT, nodes of HiGHS, and a guard in seconds; at first."""
LEAST_S, LOCAL_PART = 0.5, 0.1
"""The guard is at least so many seconds, and else at most this part of the time left."""
CORE_SHARE = 2.0
"""Decisions in the core, for one that the relaxation uses; doubled at each round."""
CORE_NODES, CORE_S = 200, 0.25
"""Effort of branch and bound on the core: nodes, and at most this part of the tier's time left."""
FIXING_S, REST_S = 0.6, 0.4
"""Part of the tier's time left that fixing what a relaxation is sure of may take, and then branch and bound on the rest."""


def on_core(climb: Climb, share: float, part: float = CORE_S) -> None:
    """Branch and bound on the decisions that the relaxation and the rota use, and some more."""
    if climb.relaxed is None or climb.closed():
        return
    free = core_of(climb.near, climb.problem, climb.relaxed, climb.values, share, climb.seed)
    core = climb.both.around(climb.values, climb.near.everything(climb.problem) & ~free)
    answer = climb.branched(core.problem, climb.values[core.indices], nodes=CORE_NODES, seconds=climb.left() * part)
    if answer.values is not None:
        climb.offer(core.back(answer.values))


def near_point(climb: Climb, due: Due | None) -> Whole | None:
    """A point near a relaxation, where that is due and there is time: most is fixed there, branch and bound decides the rest.

    What it begins with is the end of fixing more and more.
    """
    if due is None:
        return None
    began, given = monotonic(), climb.left() * FIXING_S

    def left() -> float:
        return given - (monotonic() - began)

    def over() -> bool:
        climb.found.by_clock |= left() <= 0
        return left() <= 0 or climb.closed()

    def hurries() -> None:
        climb.found.by_clock = True

    if given < climb.due_s:
        climb.found.by_clock = True
        return None
    held = climb.near.held_by_people(due.problem)
    values: Whole | None = None
    for rest in reversed(list(fixed(due.problem, held, due.relaxed, over=over, left=left, hurries=hurries))):
        goal, nothing = rest.towards(due.both.cost, due.both.const), np.clip(0, rest.lower, rest.upper)
        free = goal.around(nothing, np.zeros_like(held))
        hint = None if values is None else values[free.indices]
        answer = climb.branched(free.problem, hint, nodes=CORE_NODES, seconds=climb.left() * REST_S, apart=True)
        if answer.values is not None:
            values = free.back(answer.values)
    climb.due_s = monotonic() - began
    return values


def settle(climb: Climb) -> None:
    """What follows from the decisions, at its best for this tier: the last one did not ask for it."""
    around = climb.both.around(climb.values, climb.near.everything(climb.problem))
    answer, _ = linear.solve(around.problem, hint=None, seed=climb.seed, nodes=CORE_NODES, time_limit_s=climb.left())
    if answer.values is not None:
        climb.offer(around.back(answer.values))


def branch(climb: Climb, nodes: int, part: float = 1.0, *, apart: bool = False) -> None:
    """Branch and bound on all decisions that could still make the rota better. ``apart``: even where they are few, it ends when the climb does."""
    free, hint = _worth(climb)
    seconds = climb.left() * part
    answer = climb.branched(free.problem, hint, nodes=nodes, seconds=seconds, apart=apart, sharply=True)
    _taken(climb, free, answer)


def _worth(climb: Climb) -> tuple[Around, Whole | None]:
    """What could still make the rota better, and the rota there, if it is within."""
    problem, relaxed = climb.problem, climb.relaxed
    values, value = climb.values, climb.value
    if relaxed is not None and relaxed.bound is not None:
        # Where leaving its bound costs the relaxation more than the gap, a variable of a better rota stays there.
        # The slack is on the safe side: a bound that fixes too much proves what is not so.
        gap = value - relaxed.exact + linear.ROUNDING * max(1.0, abs(relaxed.exact))
        at_lower = (relaxed.reduced_costs > gap) & (relaxed.point < problem.lower + 1e-6)
        at_upper = (relaxed.reduced_costs < -gap) & (relaxed.point > problem.upper - 1e-6)
        problem = problem.within(
            np.where(at_upper, problem.upper, problem.lower), np.where(at_lower, problem.lower, problem.upper)
        )
    free = problem.around(values, np.zeros(len(problem.lower), dtype=bool))
    inside = bool(np.all((problem.lower <= values) & (values <= problem.upper)))
    return free, values[free.indices] if inside else None


def _taken(climb: Climb, free: Around, answer: Answer) -> None:
    """What branch and bound found and proved of what is worth it."""
    if answer.impossible:
        climb.raise_bound(climb.value)
        return
    climb.raise_bound(answer.bound)
    if answer.values is not None:
        climb.offer(free.back(answer.values))


def descend(climb: Climb, part: float = 1.0) -> None:
    """Free a part of the decisions, decide it anew, and again until nothing gets better for a while, or more can be had."""
    idle, least = 0, climb.left() * (1 - part)
    while idle < PATIENCE and not climb.closed() and climb.left() >= least:
        if climb.better_to_do():
            break
        values, before = climb.values, climb.value
        point = climb.relaxed.point if climb.relaxed is not None else None
        arm, free = climb.near.next(climb.problem, values, point)
        around = climb.both.around(values, climb.near.everything(climb.problem) & ~free)
        began = monotonic()
        seconds = max(LEAST_S, min(climb.left() * LOCAL_PART, LOCAL_S * climb.effort))
        answer = _locally(climb, arm, around, values[around.indices], seconds)
        if answer.values is not None:
            climb.offer(around.back(answer.values), values)
        solved = answer.values is not None and answer.bound is not None
        solved = solved and around.problem.value(answer.values) <= answer.bound  # type: ignore[arg-type, operator]
        arm.learn(before - climb.value, monotonic() - began, solved, climb.size)
        idle = 0 if climb.value < before else idle + 1
        if idle == 0:
            climb.effort = max(1.0, climb.effort / 2)
    if idle >= PATIENCE:
        climb.effort *= 2
    climb.found.by_clock |= climb.left() < least


def _locally(climb: Climb, arm: Arm, around: Around, hint: Whole, seconds: float) -> Answer:
    if not len(around.indices):
        return Answer(hint, around.problem.const)
    if arm.engine == "cpsat":
        effort = LOCAL_EFFORT * climb.effort
        over = climb.closed
        return cpsat.solve(around.problem, hint=hint, seed=climb.seed, effort=effort, time_limit_s=seconds, over=over)
    nodes = int(LOCAL_NODES * climb.effort)
    return climb.local(around.problem, hint, nodes=nodes, seconds=seconds)


def by_cpsat(climb: Climb, effort: float, part: float = 1.0, workers: int | None = None) -> Answer:
    guard = max(climb.left() * part, 0.05)
    began = monotonic()
    answer = cpsat.solve(
        climb.problem,
        hint=climb.values,
        seed=climb.seed,
        effort=effort,
        time_limit_s=guard,
        workers=workers or climb.workers,
        over=climb.closed,
    )
    climb.found.by_clock |= monotonic() - began >= guard
    return answer
