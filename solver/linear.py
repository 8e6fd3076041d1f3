"""The problem read as a linear program by HiGHS (through MathOpt): bounds, guidance and branch and bound."""

import datetime
from dataclasses import dataclass
from math import ceil, gcd, inf, isfinite

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.math_opt.solvers import highs_pb2

from solver.cpsat import Answer
from solver.model import NO_LIMIT, Problem, Whole

ROUNDING = 1e-6
"""Relative slack by which a floating-point bound is believed less than it says."""


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The linear relaxation: what it proves, its point, and what each variable away from its bound would cost."""

    bound: int | None
    exact: float
    """Its value, before it is raised to what the goal can take."""
    point: NDArray[np.float64]
    reduced_costs: NDArray[np.float64]
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
        return Answer(np.empty(0, dtype=np.int64), problem.const), False
    lp, x = _read(problem, whole=True)
    options = highs_pb2.HighsOptionsProto()
    options.int_options["mip_max_nodes"] = nodes
    options.int_options["random_seed"] = seed
    options.double_options["mip_rel_gap"] = 0.0
    options.double_options["mip_abs_gap"] = _step(problem) - 0.01
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
    if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
        return Answer(None, None, impossible=True), False
    timed_out = result.termination.limit == mathopt.Limit.TIME
    values = None
    if result.has_primal_feasible_solution():
        values = np.rint(result.variable_values(x)).astype(np.int64)
        if not problem.holds(values):
            values = None
    return Answer(values, _whole_bound(problem, result.termination.objective_bounds.dual_bound)), timed_out


def relax(problem: Problem, *, time_limit_s: float) -> Relaxed | None:
    """The linear relaxation; None when it was not solved in time."""
    lp, x = _read(problem, whole=False)
    # Interior point with crossover: on these models two to three times faster than the simplex from nothing.
    params = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=max(time_limit_s, 0.05)), lp_algorithm=mathopt.LPAlgorithm.BARRIER
    )
    result = mathopt.solve(lp, mathopt.SolverType.HIGHS, params=params)
    if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
        return Relaxed(None, inf, np.empty(0), np.empty(0), impossible=True)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    point, reduced = np.array(result.variable_values(x)), np.array(result.reduced_costs(x))
    value = result.objective_value()
    return Relaxed(_whole_bound(problem, value), value + problem.const, point, reduced)


def exists(problem: Problem, *, time_limit_s: float) -> bool | None:
    """Whether the linear relaxation has any point; None when that was not known in time."""
    lp, _ = _read(problem, whole=False)
    options = highs_pb2.HighsOptionsProto()
    options.string_options["run_crossover"] = "off"
    params = mathopt.SolveParameters(
        time_limit=datetime.timedelta(seconds=max(time_limit_s, 0.05)),
        lp_algorithm=mathopt.LPAlgorithm.BARRIER,
        highs=options,
    )
    reason = mathopt.solve(lp, mathopt.SolverType.HIGHS, params=params).termination.reason
    if reason == mathopt.TerminationReason.INFEASIBLE:
        return False
    return True if reason in (mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.FEASIBLE) else None


def _read(problem: Problem, *, whole: bool) -> tuple[mathopt.Model, list[mathopt.Variable]]:
    # Written straight into the message: adding rows one by one takes longer than solving them.
    proto = model_pb2.ModelProto()
    number = len(problem.lower)
    proto.variables.ids.extend(range(number))
    proto.variables.lower_bounds.extend(problem.lower.astype(float).tolist())
    proto.variables.upper_bounds.extend(problem.upper.astype(float).tolist())
    proto.variables.integers.extend([whole] * number)
    proto.linear_constraints.ids.extend(range(len(problem.lo)))
    proto.linear_constraints.lower_bounds.extend(np.where(problem.lo > -NO_LIMIT, problem.lo, -inf).tolist())
    proto.linear_constraints.upper_bounds.extend(np.where(problem.hi < NO_LIMIT, problem.hi, inf).tolist())
    order = np.lexsort((problem.col, problem.row))
    proto.linear_constraint_matrix.row_ids.extend(problem.row[order].tolist())
    proto.linear_constraint_matrix.column_ids.extend(problem.col[order].tolist())
    proto.linear_constraint_matrix.coefficients.extend(problem.val[order].astype(float).tolist())
    (priced,) = np.nonzero(problem.cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(problem.cost[priced].astype(float).tolist())
    lp = mathopt.Model.from_model_proto(proto)
    return lp, list(lp.variables())


def _step(problem: Problem) -> int:
    """The goal only takes values this far apart."""
    return gcd(*problem.cost[problem.cost != 0].tolist()) or 1


def _whole_bound(problem: Problem, dual: float) -> int | None:
    """The least value of the goal that a floating-point bound allows."""
    if not isfinite(dual):
        return None
    step = _step(problem)
    return problem.const + step * ceil((dual - ROUNDING * max(1.0, abs(dual))) / step)
