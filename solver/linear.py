"""The model read as a linear program by HiGHS (through MathOpt): bounds and polish."""

import datetime
from math import ceil, gcd, inf, isfinite

from ortools.math_opt.python import mathopt
from ortools.math_opt.solvers import highs_pb2

from solver.cpsat import Answer
from solver.model import Goal, Model

ROUNDING = 1e-6
"""Relative slack by which a floating-point bound is believed less than it says."""


def solve(
    model: Model, goal: Goal, *, hint: list[int] | None, seed: int, nodes: int, time_limit_s: float
) -> tuple[Answer, bool]:
    """Minimise ``goal`` within so many branch-and-bound nodes, and a wall-clock guard.

    Returns the answer, and whether the guard was what stopped it (then another run may answer otherwise). The point is
    rounded and checked row by row in whole numbers: what fails is no point. The bound is lowered by :data:`ROUNDING`
    and raised to the next value that the goal can take.
    """
    lp, x = _read(model, goal, whole=True)
    step = gcd(*goal.coefs.values()) if goal.coefs else 1
    options = highs_pb2.HighsOptionsProto()
    options.int_options["mip_max_nodes"] = nodes
    options.int_options["random_seed"] = seed
    options.double_options["mip_rel_gap"] = 0.0
    options.double_options["mip_abs_gap"] = step - 0.01
    params = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=max(time_limit_s, 0.05)), highs=options)
    hints = []
    if hint is not None:
        hints = [mathopt.SolutionHint(variable_values=dict(zip(x, map(float, hint), strict=True)))]
    result = mathopt.solve(
        lp,
        mathopt.SolverType.HIGHS,
        params=params,
        model_params=mathopt.ModelSolveParameters(solution_hints=hints),
    )
    reason = result.termination.reason
    if reason == mathopt.TerminationReason.INFEASIBLE:
        return Answer(None, None, impossible=True), False
    timed_out = result.termination.limit == mathopt.Limit.TIME
    values = None
    if result.has_primal_feasible_solution():
        point = result.variable_values()
        values = [round(point[v]) for v in x]
        if not model.holds(values):
            values = None
    dual = result.termination.objective_bounds.dual_bound
    return Answer(values, _whole_bound(goal, dual)), timed_out


def relaxed_bound(model: Model, goal: Goal, *, time_limit_s: float) -> int | None:
    """What the linear relaxation proves of a goal; None when it was not solved in time."""
    lp, _ = _read(model, goal, whole=False)
    params = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=max(time_limit_s, 0.05)))
    result = mathopt.solve(lp, mathopt.SolverType.HIGHS, params=params)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    return _whole_bound(goal, result.objective_value())


def _read(model: Model, goal: Goal, *, whole: bool) -> tuple[mathopt.Model, list[mathopt.Variable]]:
    lp = mathopt.Model()
    bounds = zip(model.lower, model.upper, strict=True)
    x = [lp.add_variable(lb=lo, ub=hi, is_integer=whole) for lo, hi in bounds]
    for row in model.rows:
        made = lp.add_linear_constraint(lb=-inf if row.lo is None else row.lo, ub=inf if row.hi is None else row.hi)
        for i, c in row.coefs.items():
            made.set_coefficient(x[i], c)
    for i, c in goal.coefs.items():
        lp.objective.set_linear_coefficient(x[i], c)
    return lp, x


def _whole_bound(goal: Goal, dual: float) -> int | None:
    """The least value of the goal that a floating-point bound allows."""
    if not isfinite(dual):
        return None
    step = gcd(*goal.coefs.values()) if goal.coefs else 1
    return goal.const + step * ceil((dual - ROUNDING * max(1.0, abs(dual))) / step)
