"""CP-SAT with the whole model, as its manual shows: one goal after the other, the last rota as hint."""

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.peers.tiers import Listen, Tell, tier_after_tier
from scheduler.scenario import Scenario
from solver.cpsat import Answer
from solver.model import NO_LIMIT, Problem, Whole
from solver.plan import Limits, Outcome


def solve(problem: Problem, hint: Whole | None, limits: Limits, tell: Tell) -> Answer:
    """See :class:`benchmarks.peers.tiers.Solve`. CP-SAT counts in whole numbers: its bounds are exact."""
    cp, x = written(problem)
    if hint is not None:
        for var, value in zip(x, hint.tolist(), strict=True):
            cp.add_hint(var, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = limits.seed
    solver.parameters.max_time_in_seconds = limits.time_limit_s
    heard = _Heard(tell)
    solver.best_bound_callback = heard.bounded
    try:
        status = solver.solve(cp, heard)
    except IndexError:
        # or-tools 9.15 may fail to carry a hint through presolve (their issue 5288); without the hint it works.
        cp.clear_hints()  # type: ignore[no-untyped-call]
        status = solver.solve(cp, heard)
    if status == cp_model.INFEASIBLE:
        return Answer(None, None, impossible=True)
    if status == cp_model.MODEL_INVALID:
        raise ValueError(f"CP-SAT refuses the model: {cp.validate()}")
    best = solver.best_objective_bound
    bound = None if abs(best) > 1e15 else round(best) + problem.const
    if status == cp_model.UNKNOWN:
        return Answer(None, bound)
    return Answer(np.array([solver.value(v) for v in x], dtype=np.int64), bound)


class _Heard(cp_model.CpSolverSolutionCallback):
    """Passes on every rota and every bound."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell
        self._value: float | None = None

    def on_solution_callback(self) -> None:
        self._value = self.objective_value
        self._tell(self._value, self.best_objective_bound)

    def bounded(self, bound: float) -> None:
        if self._value is not None:
            self._tell(self._value, bound)


def written(problem: Problem) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """The arrays as a CP-SAT model: whole variables, linear rows, one sum to minimise."""
    cp = cp_model.CpModel()
    sides = zip(problem.lower.tolist(), problem.upper.tolist(), strict=True)
    x = [cp.new_int_var(lo, hi, f"x{i}") for i, (lo, hi) in enumerate(sides)]
    starts, col, val = problem.starts().tolist(), problem.col.tolist(), problem.val.tolist()
    for k, (lo, hi) in enumerate(zip(problem.lo.tolist(), problem.hi.tolist(), strict=True)):
        here = slice(starts[k], starts[k + 1])
        terms = cp_model.LinearExpr.weighted_sum([x[i] for i in col[here]], val[here])
        low = lo if lo > -NO_LIMIT else cp_model.INT_MIN
        cp.add_linear_constraint(terms, low, hi if hi < NO_LIMIT else cp_model.INT_MAX)
    cp.minimize(cp_model.LinearExpr.weighted_sum(x, problem.cost.tolist()))
    return cp, x


def plan_tiers(scenario: Scenario, limits: Limits, listen: Listen) -> Outcome:
    """See :func:`benchmarks.peers.tiers.tier_after_tier`."""
    return tier_after_tier(scenario, limits, listen, solve)
