"""A whole-number linear model: written once by the board, frozen into arrays for the engines."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Coefs = dict[int, int]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]
Reals = NDArray[np.float64]

NO_LIMIT = 1 << 52
"""A side of a row that has no limit; whole numbers up to here are exact in floating point too."""

TOPS_MOST = 12
"""Sums of a goal that is said to be of largest sums: one of many is not."""


@dataclass(slots=True)
class Row:
    """``lo <= sum(coefficient × variable) <= hi``; None is no limit on that side."""

    coefs: Coefs
    lo: int | None = None
    hi: int | None = None


@dataclass(slots=True)
class Goal:
    """What a tier minimises: ``sum(coefficient × variable) + const``, in units × weights."""

    coefs: Coefs = field(default_factory=dict)
    const: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What a variable decides: somebody (None: the place) on a line on a day, counted from the first."""

    person: str | None
    line: str
    day: int


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One goal over whole variables, as arrays: ``lower <= x <= upper``, ``lo <= A x <= hi``, least ``cost · x + const``.

    ``A`` is given by its nonzeros, ordered by row: ``val[k]`` at (``row[k]``, ``col[k]``).
    """

    lower: Whole
    upper: Whole
    row: Whole
    col: Whole
    val: Whole
    lo: Whole
    hi: Whole
    cost: Whole
    const: int

    def value(self, values: Whole) -> int:
        """The goal at a point."""
        return self.const + int(self.cost @ values)

    def holds(self, values: Whole) -> bool:
        """Whether a point is within all bounds and rows, in whole numbers."""
        sums = self.sums(values)
        inside = bool(np.all(self.lower <= values) and np.all(values <= self.upper))
        return inside and bool(np.all(self.lo <= sums) and np.all(sums <= self.hi))

    def least(self) -> int:
        """The least value of the goal by the bounds of the variables alone."""
        return self.const + int(np.where(self.cost > 0, self.cost * self.lower, self.cost * self.upper).sum())

    def only_tops(self) -> bool:
        """Whether the goal is of a few largest sums: variables above several sums, one for one, and nowhere else."""
        (priced,) = np.nonzero(self.cost)
        return 0 < len(priced) <= TOPS_MOST and all(self._is_top(top) for top in priced.tolist())

    def _is_top(self, top: int) -> bool:
        here = self.col == top
        rows, val = self.row[here], self.val[here]
        loosens = (val == -1) & (self.lo[rows] <= -NO_LIMIT)
        return bool(self.cost[top] > 0 and len(rows) > 1 and loosens.all())

    def starts(self) -> Whole:
        """Where each row begins in the nonzeros, and the end of the last."""
        return np.searchsorted(self.row, np.arange(len(self.lo) + 1))

    def with_row(self, coefs: Whole, lo: int, hi: int) -> "Problem":
        """The same with one row more, given by all its coefficients; a row of one variable is a bound of it."""
        (cols,) = np.nonzero(coefs)
        if len(cols) == 1 and coefs[cols[0]] > 0:
            lower, upper, only = self.lower.copy(), self.upper.copy(), coefs[cols[0]]
            if lo > -NO_LIMIT:
                lower[cols] = max(lower[cols[0]], -(-lo // only))
            if hi < NO_LIMIT:
                upper[cols] = min(upper[cols[0]], hi // only)
            return self.within(lower, upper)
        return Problem(
            self.lower,
            self.upper,
            np.append(self.row, np.full(len(cols), len(self.lo))),
            np.append(self.col, cols),
            np.append(self.val, coefs[cols]),
            np.append(self.lo, lo),
            np.append(self.hi, hi),
            self.cost,
            self.const,
        )

    def within(self, lower: Whole, upper: Whole) -> "Problem":
        """The same with other bounds of the variables."""
        return Problem(lower, upper, self.row, self.col, self.val, self.lo, self.hi, self.cost, self.const)

    def towards(self, cost: Whole, const: int) -> "Problem":
        """The same with another goal."""
        return Problem(self.lower, self.upper, self.row, self.col, self.val, self.lo, self.hi, cost, const)

    def settled(self) -> "Problem":
        """The same, what is fixed taken out of the rows."""
        fixed = (self.lower == self.upper)[self.col]
        shift = np.bincount(
            self.row[fixed], weights=self.val[fixed] * self.lower[self.col[fixed]], minlength=len(self.lo)
        ).astype(np.int64)
        lo = np.where(self.lo > -NO_LIMIT, self.lo - shift, self.lo)
        hi = np.where(self.hi < NO_LIMIT, self.hi - shift, self.hi)
        row, col, val = self.row[~fixed], self.col[~fixed], self.val[~fixed]
        return Problem(self.lower, self.upper, row, col, val, lo, hi, self.cost, self.const)

    def tightened(self) -> "Problem":
        """The same, what is fixed or forced taken out of the rows, and their sides rounded to what whole numbers can reach."""
        free = self.forced().settled()
        val, lo, hi = _rounded(free.row, free.val, free.lo, free.hi)
        return Problem(free.lower, free.upper, free.row, free.col, val, lo, hi, free.cost, free.const)

    def forced(self) -> "Problem":
        """The same, its variables fixed where a row can only just be kept, by all of its own at one end."""
        lower, upper, now = self.lower, self.upper, self
        while True:
            up, down = now.val * upper[now.col], now.val * lower[now.col]
            most = np.bincount(now.row, weights=np.maximum(up, down), minlength=len(now.lo))
            least = np.bincount(now.row, weights=np.minimum(up, down), minlength=len(now.lo))
            free = (now.val != 0) & (lower[now.col] < upper[now.col])
            low, high = free & (least == now.hi)[now.row], free & (most == now.lo)[now.row]
            if not low.any() and not high.any():
                return now
            lower, upper = lower.copy(), upper.copy()
            at_lower = np.where(now.val > 0, low, high)
            at_upper = np.where(now.val > 0, high, low)
            upper[now.col[at_lower]] = lower[now.col[at_lower]]
            lower[now.col[at_upper]] = upper[now.col[at_upper]]
            now = now.within(lower, upper)

    def without_copies(self, falls: Mask) -> "Problem":
        """The same, rows left empty that another one implies: of the same sum, with a variable of its own for what is over.

        ``falls`` are the variables that no goal wants high: one that is in no other row need not be more than what the
        row that goes leaves open. Other variables are as they were: a point is one still, such variables as low as may be.
        """
        pairs = _copies(self)
        upper, lo, hi = self.upper.copy(), self.lo.copy(), self.hi.copy()
        gone = np.zeros(len(lo), dtype=bool)
        for hard, soft, over in pairs:
            room = hi[hard] - hi[soft]
            if room >= self.lower[over] and (falls[over] or upper[over] <= room):
                upper[over] = min(upper[over], room)
                gone[hard] = True
        lo[gone], hi[gone] = -NO_LIMIT, NO_LIMIT
        kept = ~gone[self.row]
        return Problem(self.lower, upper, self.row[kept], self.col[kept], self.val[kept], lo, hi, self.cost, self.const)

    def sums(self, values: Whole) -> Whole:
        """What each row adds up to at a point."""
        # Whole numbers below 2**53 are exact in floating point.
        parts = self.val * values[self.col]
        return np.bincount(self.row, weights=parts, minlength=len(self.lo)).astype(np.int64)

    def around(self, values: Whole, kept: Mask) -> "Around":
        """The problem with the variables of ``kept`` at ``values``, without what that settles.

        Rows with one variable left become bounds, rows that can no longer be broken go, and variables in no row take
        their best value.
        """
        lower, upper = np.where(kept, values, self.lower), np.where(kept, values, self.upper)
        row, col, val, lo, hi = self.row, self.col, self.val, self.lo, self.hi
        for _ in range(2):
            fixed = lower == upper
            settled = fixed[col]
            shift = np.bincount(row[settled], weights=val[settled] * lower[col[settled]], minlength=len(lo))
            shift = shift.astype(np.int64)
            lo = np.where(lo > -NO_LIMIT, lo - shift, lo)
            hi = np.where(hi < NO_LIMIT, hi - shift, hi)
            row, col, val = row[~settled], col[~settled], val[~settled]
            up, down = val * upper[col], val * lower[col]
            most = np.bincount(row, weights=np.maximum(up, down), minlength=len(lo)).astype(np.int64)
            least = np.bincount(row, weights=np.minimum(up, down), minlength=len(lo)).astype(np.int64)
            size = np.bincount(row, minlength=len(lo))
            binds = (size > 0) & ((most > hi) | (least < lo))
            single = binds & (size == 1)
            alone = single[row]
            for k in np.flatnonzero(alone):
                r, c, v = row[k], col[k], val[k]
                low, high = (lo[r], hi[r]) if v > 0 else (-hi[r], -lo[r])
                v = abs(v)
                if low > -NO_LIMIT:
                    lower[c] = max(lower[c], -(-low // v))
                if high < NO_LIMIT:
                    upper[c] = min(upper[c], high // v)
            # A row that what is kept has broken stays, so that nothing is found.
            broken = (size == 0) & ((lo > 0) | (hi < 0))
            keep = (binds & ~single) | broken
            there = keep[row]
            number = np.cumsum(keep) - 1
            row, col, val = number[row[there]], col[there], val[there]
            lo, hi = lo[keep], hi[keep]
        used = np.zeros(len(lower), dtype=bool)
        used[col] = True
        used &= lower != upper
        base = np.where(used | (lower == upper), lower, np.where(self.cost >= 0, lower, upper))
        (indices,) = np.nonzero(used)
        settled = ~used[col]
        if settled.any():
            shift = np.bincount(row[settled], weights=val[settled] * base[col[settled]], minlength=len(lo))
            shift = shift.astype(np.int64)
            lo = np.where(lo > -NO_LIMIT, lo - shift, lo)
            hi = np.where(hi < NO_LIMIT, hi - shift, hi)
            row, col, val = row[~settled], col[~settled], val[~settled]
        val, lo, hi = _rounded(row, val, lo, hi)
        here = np.cumsum(used) - 1
        const = self.const + int(self.cost[~used] @ base[~used])
        small = Problem(lower[indices], upper[indices], row, here[col], val, lo, hi, self.cost[indices], const)
        return Around(small, indices, base)


def _rounded(row: Whole, val: Whole, lo: Whole, hi: Whole) -> tuple[Whole, Whole, Whole]:
    """Rows divided by what all their coefficients are multiples of: what is between two multiples cannot be."""
    step = np.zeros(len(lo), dtype=np.int64)
    np.gcd.at(step, row, np.abs(val))
    step = np.maximum(step, 1)
    lo = np.where(lo > -NO_LIMIT, -(-lo // step), lo)
    hi = np.where(hi < NO_LIMIT, hi // step, hi)
    return val // step[row], lo, hi


_ODD = 0x9E3779B97F4A7C15
"""Any large odd number: what is multiplied by it is spread over all of 64 bits."""


def _copies(problem: Problem) -> list[tuple[int, int, int]]:
    """Rows ``sum <= hi`` and ``sum - over <= hi`` of the same sum, ``over`` in no other row: both, and that variable."""
    number = len(problem.lo)
    above = (problem.lo <= -NO_LIMIT) & (problem.hi < NO_LIMIT)
    alone = np.bincount(problem.col, minlength=len(problem.lower))[problem.col] == 1
    own = np.bincount(problem.row, weights=alone, minlength=number)
    over = np.full(number, -1)
    loosens = alone & (problem.val == -1)
    over[problem.row[loosens]] = problem.col[loosens]
    soft = above & (own == 1) & (over >= 0)
    hard = above & (own == 0)
    starts, shared = problem.starts(), np.where(alone, 0, problem.col + 1).astype(np.uint64)
    # Sums that differ hardly ever have the same number; those that have are compared.
    mixed = (shared * shared + np.uint64(_ODD) * shared) * (problem.val.astype(np.uint64) + np.uint64(_ODD))
    until = np.append(np.zeros(1, dtype=np.uint64), np.cumsum(mixed))
    number_of = (until[starts[1:]] - until[starts[:-1]]).tolist()
    of: defaultdict[int, list[int]] = defaultdict(list)
    for r in np.flatnonzero(soft).tolist():
        of[number_of[r]].append(r)

    def terms(r: int) -> list[tuple[int, int]]:
        here = [k for k in range(starts[r], starts[r + 1]) if not alone[k]]
        return sorted(zip(problem.col[here].tolist(), problem.val[here].tolist(), strict=True))

    return [
        (r, s, int(over[s]))
        for r in np.flatnonzero(hard).tolist()
        for s in of.get(number_of[r], [])
        if starts[r] < starts[r + 1] and terms(r) == terms(s)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """A smaller problem, the indices of its variables in the larger one, and the larger point it leaves as it is."""

    problem: Problem
    indices: Whole
    base: Whole

    def back(self, values: Whole) -> Whole:
        """A point of the smaller problem as a point of the larger one."""
        point = self.base.copy()
        point[self.indices] = values
        return point


@dataclass(slots=True)
class Model:
    """Variables ``lower[i] <= x[i] <= upper[i]``, all whole; rows; one goal per tier, in the order of the tiers."""

    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    goals: dict[str, Goal] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)
    """The variables that say the rota; the others follow from them."""
    contradictions: list[str] = field(default_factory=list)
    """What cannot hold whatever one decides, found while writing the model."""

    def variable(self, lower: int, upper: int) -> int:
        """A new variable, by its index."""
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1

    def largest(self, coefs: Coefs) -> int:
        """The most a sum can be, by the bounds of its variables alone."""
        return sum(c * (self.upper[i] if c > 0 else self.lower[i]) for i, c in coefs.items())

    def smallest(self, coefs: Coefs) -> int:
        """The least a sum can be, by the bounds of its variables alone."""
        return sum(c * (self.lower[i] if c > 0 else self.upper[i]) for i, c in coefs.items())

    def cost(self, tier: str) -> Whole:
        """The goal of a tier as an array."""
        cost = np.zeros(len(self.lower), dtype=np.int64)
        for i, c in self.goals[tier].coefs.items():
            cost[i] = c
        return cost

    def standing(self, tier: str, values: Whole) -> tuple[int, int]:
        """The goal of a tier at a point, and the least that it can be by the bounds of the variables alone."""
        cost, const = self.cost(tier), self.goals[tier].const
        least = np.where(cost > 0, cost * np.array(self.lower), cost * np.array(self.upper))
        return const + int(cost @ values), const + int(least.sum())

    def problem(self, tier: str) -> Problem:
        """The rows with the goal of one tier, as arrays."""
        rows = [row for row in self.rows if row.coefs]
        sizes = [len(row.coefs) for row in rows]
        nonzeros = sum(sizes)
        col = np.fromiter((i for row in rows for i in row.coefs), np.int64, nonzeros)
        val = np.fromiter((c for row in rows for c in row.coefs.values()), np.int64, nonzeros)
        return Problem(
            np.array(self.lower, dtype=np.int64),
            np.array(self.upper, dtype=np.int64),
            np.repeat(np.arange(len(rows)), sizes),
            col,
            val,
            np.array([-NO_LIMIT if row.lo is None else row.lo for row in rows], dtype=np.int64),
            np.array([NO_LIMIT if row.hi is None else row.hi for row in rows], dtype=np.int64),
            self.cost(tier),
            self.goals[tier].const,
        )

    def split(self) -> list[tuple["Model", list[int]]]:
        """Parts that no row connects, each with the indices its variables have here.

        Goals are sums, so the parts are independent: their best values and their bounds add up, tier by tier. Variables
        that stand in no row at all form a part together. Constants of the goals go with the first part.
        """
        parent = list(range(len(self.lower)))

        def root(i: int) -> int:
            while parent[i] != i:
                parent[i] = parent[parent[i]]
                i = parent[i]
            return i

        for row in self.rows:
            connected = iter(row.coefs)
            first = root(next(connected))
            for i in connected:
                parent[root(i)] = first
        loose = set(range(len(self.lower))) - {i for row in self.rows for i in row.coefs}
        members: defaultdict[int, list[int]] = defaultdict(list)
        for i in range(len(self.lower)):
            members[-1 if i in loose else root(i)].append(i)
        rows_by_part: defaultdict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            rows_by_part[root(next(iter(row.coefs)))].append(row)
        parts: list[tuple[Model, list[int]]] = []
        for key, indices in members.items():
            here = {i: k for k, i in enumerate(indices)}
            part = Model([self.lower[i] for i in indices], [self.upper[i] for i in indices])
            part.rows = [Row({here[i]: c for i, c in r.coefs.items()}, r.lo, r.hi) for r in rows_by_part[key]]
            for tier, goal in self.goals.items():
                const = goal.const if not parts else 0
                part.goals[tier] = Goal({here[i]: c for i, c in goal.coefs.items() if i in here}, const)
            part.decisions = {here[i]: self.decisions[i] for i in indices if i in self.decisions}
            parts.append((part, indices))
        return parts or [(self, [])]
