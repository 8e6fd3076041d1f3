"""The problem read as a linear program by HiGHS: bounds, guidance and branch and bound."""

from dataclasses import dataclass
from math import ceil, gcd, inf, isfinite

import highspy
import numpy as np

from solver.cpsat import Answer
from solver.model import NO_LIMIT, Problem, Reals, Whole

Status = highspy.HighsModelStatus

ROUNDING = 1e-6
"""Relative slack by which a floating-point bound is believed less than it says."""
SHARP = 1e-10
"""The same where HiGHS keeps its own tolerances so small: no smaller ones are allowed."""
TOLERANCES = ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance")
FEASIBLE = int(highspy.SolutionStatus.kSolutionStatusFeasible)
"""What HiGHS calls a point, or prices, that keep all rows."""

Basis = tuple[Whole, Whole]
"""Where a simplex stood: the state of each variable and of each row, as HiGHS numbers them."""
AT_LOWER = int(highspy.HighsBasisStatus.kLower)
"""The state of a variable at its lower bound."""


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
    basis: Basis | None = None
    """Where a simplex on the same rows may go on."""


class Programme(highspy.Highs):
    """A linear programme in the hands of HiGHS: solved, its bounds moved, and solved again from where it stood."""

    def __init__(
        self,
        lower: Reals,
        upper: Reals,
        cells: tuple[Whole, Whole, Reals],
        between: tuple[Reals, Reals],
        cost: Reals,
        *,
        whole: bool = False,
    ) -> None:
        """Of its arrays: bounds, (row, column, value) of each cell, sides of the rows, cost."""
        # The wrapper's own beginning writes HiGHS's name to the standard output before it can be told not to.
        super(highspy.Highs, self).__init__()
        self.say(output_flag=False, threads=1)
        row, col, val = cells
        lp, order = highspy.HighsLp(), np.lexsort((col, row))
        lp.num_col_, lp.num_row_ = len(lower), len(between[0])
        lp.col_lower_, lp.col_upper_, lp.col_cost_ = lower, upper, cost
        lp.row_lower_, lp.row_upper_ = between
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.searchsorted(row[order], np.arange(lp.num_row_ + 1)).astype(np.int32)
        lp.a_matrix_.index_, lp.a_matrix_.value_ = col[order].astype(np.int32), val[order]
        if whole:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * len(lower)
        self.passModel(lp)

    def say(self, **options: bool | int | float | str) -> None:
        """Options of HiGHS, by their names."""
        for name, value in options.items():
            self.setOptionValue(name, value)

    def move(self, lower: Reals, upper: Reals) -> None:
        """Other bounds of the variables."""
        self.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)

    def begin(self, values: Whole) -> None:
        """Branch and bound begins with a point."""
        self.setSolution(len(values), np.arange(len(values), dtype=np.int32), values.astype(float))

    def ends(self, time_limit_s: float) -> Status:
        """Solve within so many seconds; how it ended."""
        # Its clock goes on from one time to the next.
        self.say(time_limit=self.getRunTime() + max(time_limit_s, 0.05))
        self.run()
        return self.getModelStatus()

    @property
    def feasible(self) -> bool:
        """Whether there is a point that keeps all rows."""
        return bool(self.getInfo().primal_solution_status == FEASIBLE)

    @property
    def priced(self) -> bool:
        """Whether there are prices that prove a bound."""
        return bool(self.getInfo().dual_solution_status == FEASIBLE)

    @property
    def point(self) -> Reals:
        """The value of each variable."""
        return np.array(self.getSolution().col_value)

    @property
    def prices(self) -> Reals:
        """The price of each row."""
        return np.array(self.getSolution().row_dual)

    @property
    def stands(self) -> Basis | None:
        """Where its simplex stands."""
        basis = self.getBasis()
        if not basis.valid:
            return None
        return tuple(np.array([int(s) for s in states]) for states in (basis.col_status, basis.row_status))  # type: ignore[return-value]

    def stand(self, at: Basis) -> None:
        """Go on from where a simplex stood."""
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status = ([highspy.HighsBasisStatus(s) for s in states.tolist()] for states in at)
        basis.valid = True
        self.setBasis(basis)


def solve(
    problem: Problem, *, hint: Whole | None, seed: int, nodes: int, time_limit_s: float, sharply: bool = False
) -> tuple[Answer, bool]:
    """Solve within so many branch-and-bound nodes, and a wall-clock guard.

    Returns the answer, and whether the guard was what stopped it (then another run may answer otherwise). The point is
    rounded and checked row by row in whole numbers: what fails is no point. The bound is lowered by :data:`ROUNDING`
    and raised to the next value that the goal can take. ``sharply``: where that hides that the point is the best, HiGHS is
    asked again with tolerances of :data:`SHARP`, and the bound is lowered by that.
    """
    if np.any(problem.lower > problem.upper):
        return Answer(None, None, impossible=True), False
    if not len(problem.lower):
        broken = bool(np.any((problem.lo > 0) | (problem.hi < 0)))
        return Answer(None if broken else np.empty(0, dtype=np.int64), problem.const, impossible=broken), False
    program, apart = read(problem, whole=True), step(problem)
    program.say(mip_max_nodes=nodes, random_seed=seed, mip_rel_gap=0.0, mip_abs_gap=apart - 0.01)
    if hint is not None:
        program.begin(hint)
    ended = program.ends(time_limit_s)
    if ended == Status.kInfeasible:
        return Answer(None, None, impossible=True), False
    values = None
    if program.feasible:
        values = np.rint(program.point).astype(np.int64)
        if not problem.holds(values):
            values = None
    bound = whole_bound(problem, program.getInfo().mip_dual_bound + problem.const)
    if sharply and values is not None and bound is not None and _hidden(problem, values, bound):
        program.say(mip_abs_gap=apart / 2, **dict.fromkeys(TOLERANCES, SHARP))
        program.begin(values)
        if program.ends(time_limit_s - program.getRunTime()) == Status.kOptimal:
            sharper = whole_bound(problem, program.getInfo().mip_dual_bound + problem.const, SHARP)
            bound = bound if sharper is None else max(bound, sharper)
    return Answer(values, bound), ended == Status.kTimeLimit


def _hidden(problem: Problem, values: Whole, bound: int) -> bool:
    """Whether no more than what is taken off a bound keeps it from being the point's value, and less would not."""
    value, apart = problem.value(values), step(problem)
    size = max(1, abs(value - problem.const))
    return 0 < value - bound <= ROUNDING * size + apart and SHARP * size < apart / 2


def relax(problem: Problem, *, time_limit_s: float) -> Relaxed | None:
    """The linear relaxation; None when it was not solved in time."""
    program = read(problem)
    # Interior point with crossover: on these models two to three times faster than the simplex from nothing.
    program.say(solver="ipm")
    ended = program.ends(time_limit_s)
    if ended not in (Status.kOptimal, Status.kInfeasible, Status.kTimeLimit):
        program.say(solver="simplex")
        ended = program.ends(time_limit_s - program.getRunTime())
    if ended == Status.kInfeasible:
        return Relaxed(None, inf, np.empty(0), np.empty(0), np.empty(0), impossible=True)
    if ended != Status.kOptimal:
        return None
    exact, reduced = program.getObjectiveValue() + problem.const, np.array(program.getSolution().col_dual)
    return Relaxed(whole_bound(problem, exact), exact, program.point, reduced, program.prices, basis=program.stands)


def central(program: Programme, *, time_limit_s: float) -> bool:
    """Solve a programme, its prices in the middle of all that are as good; whether that was done in time.

    Such prices settle sooner than those of a corner, and are there in a third of the time.
    """
    began = program.getRunTime()
    for options in ({"solver": "ipm", "run_crossover": "off"}, {"solver": "simplex"}):
        program.say(**options)
        program.ends(time_limit_s - (program.getRunTime() - began))
        if program.feasible and program.priced:
            return True
    return False


def priced(problem: Problem, *, time_limit_s: float) -> tuple[float, Reals] | None:
    """The relaxation's value and the price of each row, without a corner of it; None where it was not solved in time."""
    program = read(problem)
    if not central(program, time_limit_s=time_limit_s):
        return None
    return program.getObjectiveValue() + problem.const, program.prices


def read(problem: Problem, *, whole: bool = False) -> Programme:
    """The programme of a problem, its constant left out; ``whole``: only whole numbers will do."""
    return Programme(
        problem.lower.astype(float),
        problem.upper.astype(float),
        (problem.row, problem.col, problem.val.astype(float)),
        sides(problem.lo, problem.hi),
        problem.cost.astype(float),
        whole=whole,
    )


def sides(lo: Whole, hi: Whole) -> tuple[Reals, Reals]:
    """Sides of rows in floating point, with infinities."""
    return np.where(lo > -NO_LIMIT, lo, -inf), np.where(hi < NO_LIMIT, hi, inf)


def step(problem: Problem) -> int:
    """The goal only takes values this far apart."""
    return gcd(*problem.cost[problem.cost != 0].tolist()) or 1


def whole_bound(problem: Problem, dual: float, slack: float = ROUNDING) -> int | None:
    """The least value of the goal that a floating-point bound allows."""
    if not isfinite(dual):
        return None
    apart, above = step(problem), dual - problem.const
    return problem.const + apart * ceil((above - slack * max(1.0, abs(above))) / apart)
