"""HiGHS and SCIP with the whole model, through MathOpt: one goal after the other, the last rota as hint.

HiGHS gets all workers as threads. SCIP runs in its usual form, which is sequential. Both must prove the best value, not
one near it: the relative gap is 0, the absolute one just below the step of whole numbers.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from math import inf

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.math_opt.solvers import highs_pb2

from benchmarks.peers.tiers import NOTHING, Listen, Tell, tier_after_tier, whole_bound
from scheduler.scenario import Scenario
from solver.cpsat import Answer
from solver.model import NO_LIMIT, Problem, Whole
from solver.plan import Limits, Outcome

BELOW_ONE = 0.99
_NUMBER = r"[-+]?(?:inf|\d[\d.]*(?:e[-+]?\d+)?)"
_HIGHS = re.compile(rf"%\s+({_NUMBER})\s+({_NUMBER})\s+\S+.*\d\.\ds\s*$")
"""Of a line of HiGHS's log: best bound, best value."""
_SCIP = re.compile(rf"\|\s*({_NUMBER})\s*\|\s*({_NUMBER})\s*\|[^|]*\|[^|]*$")
"""Of a line of SCIP's log: the same."""


def _solve(
    problem: Problem,
    hint: Whole | None,
    limits: Limits,
    tell: Tell,
    *,
    engine: mathopt.SolverType,
    log: re.Pattern[str],
) -> Answer:
    """See :class:`benchmarks.peers.tiers.Solve`. The point is rounded and checked row by row in whole numbers."""
    model = written(problem)
    x = list(model.variables())
    params = mathopt.SolveParameters(
        time_limit=timedelta(seconds=limits.time_limit_s),
        random_seed=limits.seed,
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=BELOW_ONE,
    )
    if engine == mathopt.SolverType.HIGHS:
        # MathOpt refuses its own word `threads` for HiGHS.
        params.highs = highs_pb2.HighsOptionsProto()
        params.highs.int_options["threads"] = limits.workers
    hints = []
    if hint is not None:
        hints = [mathopt.SolutionHint(variable_values=dict(zip(x, map(float, hint.tolist()), strict=True)))]

    def hear(lines: Sequence[str]) -> None:
        for line in lines:
            said = log.search(line)
            if said and abs(float(said[2])) < NOTHING:
                tell(float(said[2]), float(said[1]))

    result = mathopt.solve(
        model, engine, params=params, model_params=mathopt.ModelSolveParameters(solution_hints=hints), msg_cb=hear
    )
    if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
        return Answer(None, None, impossible=True)
    values = None
    if result.has_primal_feasible_solution():
        values = np.rint(result.variable_values(x)).astype(np.int64)
    if values is not None and not problem.holds(values):
        values = None
    return Answer(values, whole_bound(problem, result.termination.objective_bounds.dual_bound))


def written(problem: Problem) -> mathopt.Model:
    """The arrays as a mixed-integer model of MathOpt."""
    # Written straight into the message: adding rows one by one takes longer than solving them.
    proto = model_pb2.ModelProto()
    number = len(problem.lower)
    proto.variables.ids.extend(range(number))
    proto.variables.lower_bounds.extend(problem.lower.astype(float).tolist())
    proto.variables.upper_bounds.extend(problem.upper.astype(float).tolist())
    proto.variables.integers.extend([True] * number)
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
    return mathopt.Model.from_model_proto(proto)


def plan_highs(scenario: Scenario, limits: Limits, listen: Listen) -> Outcome:
    """See :func:`benchmarks.peers.tiers.tier_after_tier`."""
    solve = partial(_solve, engine=mathopt.SolverType.HIGHS, log=_HIGHS)
    return tier_after_tier(scenario, limits, listen, solve)


def plan_scip(scenario: Scenario, limits: Limits, listen: Listen) -> Outcome:
    """See :func:`benchmarks.peers.tiers.tier_after_tier`."""
    solve = partial(_solve, engine=mathopt.SolverType.GSCIP, log=_SCIP)
    return tier_after_tier(scenario, limits, listen, solve)
