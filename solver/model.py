"""A whole-number linear model, written once by the board and read by every engine."""

from collections import defaultdict
from dataclasses import dataclass, field

Coefs = dict[int, int]


@dataclass(slots=True)
class Row:
    """``lo <= sum(coefficient × variable) <= hi``; None is no limit on that side."""

    coefs: Coefs
    lo: int | None = None
    hi: int | None = None

    @property
    def is_clique(self) -> bool:
        """At most one of its variables, where they are yes/no."""
        return self.hi == 1 and self.lo is None and all(c == 1 for c in self.coefs.values())

    def holds(self, values: list[int]) -> bool:
        """Whether a point keeps the row."""
        total = sum(c * values[i] for i, c in self.coefs.items())
        return (self.lo is None or self.lo <= total) and (self.hi is None or total <= self.hi)


@dataclass(slots=True)
class Goal:
    """What a tier minimises: ``sum(coefficient × variable) + const``, in units × weights."""

    coefs: Coefs = field(default_factory=dict)
    const: int = 0

    def value(self, values: list[int]) -> int:
        """The goal at a point."""
        return self.const + sum(c * values[i] for i, c in self.coefs.items())


@dataclass(frozen=True, slots=True)
class Decision:
    """What a variable decides: somebody (None: the place) on a line on a day, counted from the first."""

    person: str | None
    line: str
    day: int


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

    def holds(self, values: list[int]) -> bool:
        """Whether a point is within all bounds and rows, in whole numbers."""
        inside = all(lo <= v <= hi for v, lo, hi in zip(values, self.lower, self.upper, strict=True))
        return inside and all(row.holds(values) for row in self.rows)

    def around(self, values: list[int], free: set[int], goal: Goal) -> tuple["Model", Goal, list[int]] | None:
        """The model with every decision outside ``free`` kept as it is, without what that settles.

        Returns the smaller model, the goal in it, and the index here of each of its variables; None when the kept
        decisions leave nothing to choose.
        """
        kept = {i: values[i] for i in self.decisions if i not in free}
        kept |= {i: lo for i, (lo, hi) in enumerate(zip(self.lower, self.upper, strict=True)) if lo == hi}
        indices = [i for i in range(len(self.lower)) if i not in kept]
        if not indices:
            return None
        here = {i: k for k, i in enumerate(indices)}
        small = Model([self.lower[i] for i in indices], [self.upper[i] for i in indices])
        for row in self.rows:
            settled = 0
            coefs: Coefs = {}
            for i, c in row.coefs.items():
                if i in kept:
                    settled += c * kept[i]
                else:
                    coefs[here[i]] = c
            if coefs:
                lo = None if row.lo is None else row.lo - settled
                hi = None if row.hi is None else row.hi - settled
                if (hi is not None and small.largest(coefs) > hi) or (lo is not None and small.smallest(coefs) < lo):
                    small.rows.append(Row(coefs, lo, hi))
        part = Goal({here[i]: c for i, c in goal.coefs.items() if i in here}, goal.const)
        part.const += sum(c * kept[i] for i, c in goal.coefs.items() if i in kept)
        return small, part, indices

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
