"""The model read by CP-SAT: feasibility and logic, with a deterministic limit."""

from dataclasses import dataclass
from math import ceil

from ortools.sat.python import cp_model

from solver.model import Goal, Model


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of one goal: a point or none, and what it proves.

    ``bound``: no point has a smaller value; None when nothing is proved. ``impossible``: there is no point at all.
    """

    values: list[int] | None
    bound: int | None
    impossible: bool = False


def solve(
    model: Model, goal: Goal, *, hint: list[int] | None, seed: int, effort: float, time_limit_s: float, workers: int = 1
) -> Answer:
    """Minimise ``goal`` within ``effort`` (deterministic seconds) and a wall-clock guard."""
    cp, x = _read(model, goal, hint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    solver.parameters.max_time_in_seconds = max(time_limit_s, 0.01)
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
    if not goal.coefs:
        bound: int | None = goal.const
    else:
        best = solver.best_objective_bound
        bound = ceil(best - 1e-6) + goal.const if abs(best) < 1e15 else None
    if status == cp_model.UNKNOWN:
        return Answer(None, bound)
    return Answer([solver.value(v) for v in x], bound)


def _read(model: Model, goal: Goal, hint: list[int] | None) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    cp = cp_model.CpModel()
    # Fixed ones are variables too: equal constants would be one variable, which a hint may not name twice.
    x = [
        cp.new_bool_var("") if 0 <= lo <= hi <= 1 else cp.new_int_var(lo, hi, "")
        for lo, hi in zip(model.lower, model.upper, strict=True)
    ]
    for var, lo, hi in zip(x, model.lower, model.upper, strict=True):
        if lo == hi and 0 <= lo <= 1:
            cp.add_bool_and(var if lo else ~var)
    for row in model.rows:
        if row.is_clique and all(model.lower[i] >= 0 and model.upper[i] <= 1 for i in row.coefs):
            cp.add_at_most_one(x[i] for i in row.coefs)
            continue
        terms = cp_model.LinearExpr.weighted_sum([x[i] for i in row.coefs], list(row.coefs.values()))
        lo = row.lo if row.lo is not None else model.smallest(row.coefs)
        hi = row.hi if row.hi is not None else model.largest(row.coefs)
        cp.add_linear_constraint(terms, lo, hi)
    if goal.coefs:
        cp.minimize(cp_model.LinearExpr.weighted_sum([x[i] for i in goal.coefs], list(goal.coefs.values())))
    if hint is not None:
        for var, value in zip(x, hint, strict=True):
            cp.add_hint(var, value)
    return cp, x
