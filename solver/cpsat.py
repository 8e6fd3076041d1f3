"""The problem read by CP-SAT: feasibility and logic, with a deterministic limit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from threading import Event, Thread

import numpy as np
from ortools.sat.python import cp_model

from solver.model import NO_LIMIT, Problem, Whole

HEARD_S = 0.1
"""How often it is asked whether something is over, or answered."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What an engine says of a problem: a point or none, and what it proves.

    ``bound``: no point has a smaller value; None when nothing is proved. ``impossible``: there is no point at all.
    """

    values: Whole | None
    bound: int | None
    impossible: bool = False


def solve(
    problem: Problem,
    *,
    hint: Whole | None,
    seed: int,
    effort: float,
    time_limit_s: float,
    workers: int = 1,
    over: Callable[[], bool] | None = None,
) -> Answer:
    """Solve within ``effort`` (deterministic seconds) and a wall-clock guard, or until it is ``over``."""
    if np.any(problem.lower > problem.upper):
        return Answer(None, None, impossible=True)
    cp, x = _read(problem, hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    solver.parameters.max_time_in_seconds = max(time_limit_s, 0.01)
    with _heard(solver, over):
        try:
            status = solver.solve(cp)
        except IndexError:
            # or-tools 9.15 may fail to carry a hint through presolve (their issue 5288); without the hint it works.
            cp.clear_hints()  # type: ignore[no-untyped-call]
            status = solver.solve(cp)
    if status == cp_model.INFEASIBLE:
        return Answer(None, None, impossible=True)
    if status == cp_model.MODEL_INVALID:
        raise ValueError(f"CP-SAT refuses the model: {cp.validate()}")
    if not problem.cost.any():
        bound: int | None = problem.const
    else:
        best = solver.best_objective_bound
        bound = ceil(best - 1e-6) + problem.const if abs(best) < 1e15 else None
    if status == cp_model.UNKNOWN:
        return Answer(None, bound)
    return Answer(np.array([solver.value(v) for v in x], dtype=np.int64), bound)


@contextmanager
def _heard(solver: cp_model.CpSolver, over: Callable[[], bool] | None) -> Iterator[None]:
    """While the solver is at work, stop it as soon as it is over."""
    if over is None:
        yield
        return
    ended = Event()

    def listen() -> None:
        while not ended.wait(HEARD_S):
            if over():
                # Said again and again: a search that has not begun yet does not hear it.
                solver.stop_search()

    listener = Thread(target=listen)
    listener.start()
    try:
        yield
    finally:
        ended.set()
        listener.join()


def _read(problem: Problem, hint: Whole | None) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    cp = cp_model.CpModel()
    lower, upper = problem.lower.tolist(), problem.upper.tolist()
    # Fixed ones are variables too: equal constants would be one variable, which a hint may not name twice.
    x = [
        cp.new_bool_var("") if 0 <= lo <= hi <= 1 else cp.new_int_var(lo, hi, "")
        for lo, hi in zip(lower, upper, strict=True)
    ]
    for var, lo, hi in zip(x, lower, upper, strict=True):
        if lo == hi and 0 <= lo <= 1:
            cp.add_bool_and(var if lo else ~var)
    starts, col, val = problem.starts().tolist(), problem.col.tolist(), problem.val.tolist()
    plain = (problem.lower >= 0) & (problem.upper <= 1)
    unit = np.bincount(problem.row, weights=(problem.val != 1) | ~plain[problem.col], minlength=len(problem.lo)) == 0
    cliques = (unit & (problem.lo <= 0) & (problem.hi == 1)).tolist()
    for k, (lo, hi) in enumerate(zip(problem.lo.tolist(), problem.hi.tolist(), strict=True)):
        here = [x[i] for i in col[starts[k] : starts[k + 1]]]
        if cliques[k]:
            cp.add_at_most_one(here)
            continue
        terms = cp_model.LinearExpr.weighted_sum(here, val[starts[k] : starts[k + 1]])
        low = lo if lo > -NO_LIMIT else cp_model.INT_MIN
        cp.add_linear_constraint(terms, low, hi if hi < NO_LIMIT else cp_model.INT_MAX)
    (priced,) = np.nonzero(problem.cost)
    if len(priced):
        cp.minimize(cp_model.LinearExpr.weighted_sum([x[i] for i in priced], problem.cost[priced].tolist()))
    if hint is not None:
        for var, value in zip(x, hint.tolist(), strict=True):
            cp.add_hint(var, value)
    return cp, x
