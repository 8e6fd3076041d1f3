"""The problem read as a linear program by HiGHS (through MathOpt): bounds, guidance and branch and bound."""

import datetime
from dataclasses import dataclass
from math import ceil, gcd, inf, isfinite

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.math_opt.solvers import highs_pb2

from solver.cpsat import Answer
from solver.model import NO_LIMIT, Problem, Reals, Whole

ROUNDING = 1e-6
"""Relative slack by which a floating-point bound is believed less than it says."""


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The linear relaxation: what it proves, its point, and what each variable away from its bound would cost."""

    bound: int | None
    exact: float
    """Its value, before it is raised to what the goal can take."""
    point: Reals
    reduced_costs: Reals
    prices: Reals
    """What one unit more on the side of each row would cost."""
    impossible: bool = False


def solve(problem: Problem, *, hint: Whole | None, seed: int, nodes: int, time_limit_s: float) -> tuple[Answer, bool]:
    """Solve within so many branch-and-bound nodes, and a wall-clock guard.

    Returns the answer, and whether the guard was what stopped it (then another run may answer otherwise). The point is
    rounded and checked row by row in whole numbers: what fails is no point. The bound is lowered by :data:`ROUNDING`
    and raised to the next value that the goal can take.
    """
    if np.any(problem.lower > problem.upper):
        return Answer(None, None, impossible=True), False
    if not len(problem.lower):
        broken = bool(np.any((problem.lo > 0) | (problem.hi < 0)))
        return Answer(None if broken else np.empty(0, dtype=np.int64), problem.const, impossible=broken), False
    lp, x = _read(problem, whole=True)
    options = highs_pb2.HighsOptionsProto()
    options.int_options["mip_max_nodes"] = nodes
    options.int_options["random_seed"] = seed
    options.double_options["mip_rel_gap"] = 0.0
    options.double_options["mip_abs_gap"] = step(problem) - 0.01
    params = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=max(time_limit_s, 0.05)), highs=options)
    hints = []
    if hint is not None:
        hints = [mathopt.SolutionHint(variable_values=dict(zip(x, map(float, hint), strict=True)))]
    result = _highs(lp, params, mathopt.ModelSolveParameters(solution_hints=hints))
    if result is None:
        return Answer(None, None), False
    if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
        return Answer(None, None, impossible=True), False
    timed_out = result.termination.limit == mathopt.Limit.TIME
    values = None
    if result.has_primal_feasible_solution():
        values = np.rint(result.variable_values(x)).astype(np.int64)
        if not problem.holds(values):
            values = None
    return Answer(
        values, whole_bound(problem, result.termination.objective_bounds.dual_bound + problem.const)
    ), timed_out


def relax(problem: Problem, *, time_limit_s: float) -> Relaxed | None:
    """The linear relaxation; None when it was not solved in time."""
    lp, x = _read(problem, whole=False)
    guard, result = datetime.timedelta(seconds=max(time_limit_s, 0.05)), None
    # Interior point with crossover: on these models two to three times faster than the simplex from nothing.
    for how in (mathopt.LPAlgorithm.BARRIER, mathopt.LPAlgorithm.DUAL_SIMPLEX):
        result = result or _highs(lp, mathopt.SolveParameters(time_limit=guard, lp_algorithm=how))
    if result is None:
        return None
    if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
        return Relaxed(None, inf, np.empty(0), np.empty(0), np.empty(0), impossible=True)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    point, reduced = np.array(result.variable_values(x)), np.array(result.reduced_costs(x))
    value, prices = result.objective_value(), np.array(result.dual_values(list(lp.linear_constraints())))
    return Relaxed(whole_bound(problem, value + problem.const), value + problem.const, point, reduced, prices)


def central(lp: mathopt.Model, *, time_limit_s: float) -> mathopt.SolveResult | None:
    """A programme solved, its prices in the middle of all that are as good; None where it was not, or not in time.

    Such prices settle sooner than those of a corner, and are there in a third of the time.
    """
    options = highs_pb2.HighsOptionsProto()
    options.string_options["run_crossover"] = "off"
    guard = datetime.timedelta(seconds=max(time_limit_s, 0.05))
    for how in (
        mathopt.SolveParameters(time_limit=guard, lp_algorithm=mathopt.LPAlgorithm.BARRIER, highs=options),
        mathopt.SolveParameters(time_limit=guard, lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX),
    ):
        result = _highs(lp, how)
        if result is not None and result.has_dual_feasible_solution() and result.has_primal_feasible_solution():
            return result
    return None


def priced(problem: Problem, *, time_limit_s: float) -> tuple[float, Reals] | None:
    """The relaxation's value and the price of each row, without a corner of it; None where it was not solved in time."""
    lp, _ = _read(problem, whole=False)
    result = central(lp, time_limit_s=time_limit_s)
    if result is None:
        return None
    return result.objective_value() + problem.const, np.array(result.dual_values(list(lp.linear_constraints())))


def _highs(
    lp: mathopt.Model, params: mathopt.SolveParameters, model_params: mathopt.ModelSolveParameters | None = None
) -> mathopt.SolveResult | None:
    """The engine's answer; None where it failed, which it seldom does, and then not knowing what it has."""
    try:
        return mathopt.solve(lp, mathopt.SolverType.HIGHS, params=params, model_params=model_params)
    except AttributeError:
        # The bindings of ortools 9.15 cannot tell its failures, and say so in this odd way.
        return None


def _read(problem: Problem, *, whole: bool) -> tuple[mathopt.Model, list[mathopt.Variable]]:
    lp = written(
        problem.lower.astype(float),
        problem.upper.astype(float),
        (problem.row, problem.col, problem.val.astype(float)),
        sides(problem.lo, problem.hi),
        problem.cost.astype(float),
        whole=whole,
    )
    return lp, list(lp.variables())


def sides(lo: Whole, hi: Whole) -> tuple[Reals, Reals]:
    """Sides of rows in floating point, with infinities."""
    return np.where(lo > -NO_LIMIT, lo, -inf), np.where(hi < NO_LIMIT, hi, inf)


def written(
    lower: Reals,
    upper: Reals,
    cells: tuple[Whole, Whole, Reals],
    between: tuple[Reals, Reals],
    cost: Reals,
    *,
    whole: bool = False,
) -> mathopt.Model:
    """A program from its arrays: bounds, (row, column, value) of each cell, sides of the rows, cost."""
    # Written straight into the message: adding rows one by one takes longer than solving them.
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(len(lower)))
    proto.variables.lower_bounds.extend(lower.tolist())
    proto.variables.upper_bounds.extend(upper.tolist())
    proto.variables.integers.extend([whole] * len(lower))
    lo, hi = between
    proto.linear_constraints.ids.extend(range(len(lo)))
    proto.linear_constraints.lower_bounds.extend(lo.tolist())
    proto.linear_constraints.upper_bounds.extend(hi.tolist())
    row, col, val = cells
    order = np.lexsort((col, row))
    proto.linear_constraint_matrix.row_ids.extend(row[order].tolist())
    proto.linear_constraint_matrix.column_ids.extend(col[order].tolist())
    proto.linear_constraint_matrix.coefficients.extend(val[order].tolist())
    (priced,) = np.nonzero(cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(cost[priced].tolist())
    return mathopt.Model.from_model_proto(proto)


def step(problem: Problem) -> int:
    """The goal only takes values this far apart."""
    return gcd(*problem.cost[problem.cost != 0].tolist()) or 1


def whole_bound(problem: Problem, dual: float) -> int | None:
    """The least value of the goal that a floating-point bound allows."""
    if not isfinite(dual):
        return None
    apart, above = step(problem), dual - problem.const
    return problem.const + apart * ceil((above - ROUNDING * max(1.0, abs(above))) / apart)
