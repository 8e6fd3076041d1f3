"""One person's variables and rows as stages, day after day, for the programme that finds their cheapest schedule."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from solver.model import NO_LIMIT, Mask, Problem, Reals, Whole
from solver.outline import Far, Near, Stages, outlined
from solver.pricing import Programme

OPTIONS_MOST = 200
"""Ways to spend a day that are listed; with more, each duty of the day is decided by itself."""
BRANCH_MOST = 40
"""Values tried of a number that does not follow from what is decided before it."""
REACHES = (14, 7, 3, 0)
"""Days for which a row may be open and yet be told apart by the outline; the fewer, where the more would give it too many nodes."""
NODES_MOST = 500
"""Nodes of an outline before a day."""

Option = tuple[tuple[int, int], ...]
"""(variable, value) of each that is not zero."""


@dataclass(slots=True)
class _Stage:
    """What is decided together: the duties of a day, or one number."""

    variables: list[int]
    day: int
    options: list[Option]
    follows: bool = False


class Alone:
    """One person's variables and rows."""

    def __init__(
        self, problem: Problem, mine: Sequence[int], places: Whole, days: Mapping[int, int], linked: Mask
    ) -> None:
        self._days, self._linked = days, linked
        self._lower = {i: int(problem.lower[i]) for i in mine}
        self._upper = {i: int(problem.upper[i]) for i in mine}
        self._cost = {i: int(problem.cost[i]) for i in mine}
        self._by_row: defaultdict[int, dict[int, int]] = defaultdict(dict)
        self._by_variable: dict[int, list[tuple[int, int]]] = {i: [] for i in mine}
        rows, cols, vals = (a[places].tolist() for a in (problem.row, problem.col, problem.val))
        for row, i, val in zip(rows, cols, vals, strict=True):
            self._by_row[row][i] = val
            self._by_variable[i].append((row, val))
        self._least = {
            row: sum(min(v * self._lower[i], v * self._upper[i]) for i, v in of_row.items())
            for row, of_row in self._by_row.items()
        }
        self._lo = {row: int(problem.lo[row]) for row in self._by_row}
        self._hi = {row: int(problem.hi[row]) for row in self._by_row}

    def stages(self) -> list[_Stage] | None:
        """What is decided when: duties day by day, each number after the last duty it follows from."""
        stages: list[_Stage] = []
        for day, level, variables in self._order():
            options = self._options(variables) if level == 0 else None
            if options is not None:
                stages.append(_Stage(variables, day, options))
            else:
                stages += [_Stage([i], day, [], follows=level > 0) for i in variables]
        decided: set[int] = set()
        for stage in stages:
            if not stage.options:
                (i,) = stage.variables
                stage.follows = stage.follows and self._follows(i, decided)
                if stage.follows:
                    stage.options = [((i, 1),)]
                elif self._upper[i] - self._lower[i] > BRANCH_MOST:
                    return None
                else:
                    stage.options = [((i, value),) for value in range(self._lower[i], self._upper[i] + 1)]
            decided.update(stage.variables)
        return stages

    def _order(self) -> Iterator[tuple[int, int, list[int]]]:
        """(day, steps away from the duties, variables): duties of a day together, numbers one by one.

        A number comes after what it follows from, if any row says that: of rows that only limit it, more may come later.
        """
        when = {i: (day, 0) for i, day in self._days.items()}
        level, unknown = 0, [i for i in self._by_variable if i not in when]
        while unknown:
            level += 1
            found = {}
            for i in unknown:
                rows = [row for row, val in self._by_variable[i] if self._asks(row, val)]
                rows = rows or [row for row, _ in self._by_variable[i]]
                known = [when[j][0] for row in rows for j in self._by_row[row] if j in when]
                if known:
                    found[i] = (max(known), level)
            if not found:
                found = {i: (max((day for day, _ in when.values()), default=0), level) for i in unknown}
            when |= found
            unknown = [i for i in unknown if i not in found]
        together: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for i, key in when.items():
            together[key].append(i)
        for day, step in sorted(together):
            yield day, step, sorted(together[day, step])

    def _options(self, duties: Sequence[int]) -> list[Option] | None:
        """The ways to spend a day that no row forbids by itself; None where they are too many to list."""
        found: list[Option] = [()]
        for i in duties:
            longer: list[Option] = []
            for option in found:
                for value in range(self._lower[i], self._upper[i] + 1):
                    if not value:
                        longer.append(option)
                    elif self._fits(option, i, value):
                        longer.append((*option, (i, value)))
            found = longer
            if len(found) > OPTIONS_MOST:
                return None
        return found

    def _fits(self, option: Option, i: int, value: int) -> bool:
        """Whether the rows of one more duty could still hold if all the rest did as little as possible."""
        for row, val in self._by_variable[i]:
            of_row = self._by_row[row]
            least = self._least[row] + self._beyond(i, val, value)
            least += sum(self._beyond(j, of_row[j], other) for j, other in option if j in of_row)
            if least > self._hi[row]:
                return False
        return True

    def _beyond(self, i: int, val: int, value: int) -> int:
        """How much more than its least a variable adds to a row."""
        return val * value - min(val * self._lower[i], val * self._upper[i])

    def _follows(self, i: int, decided: set[int]) -> bool:
        """Whether the least value that the rows allow is the only one, or as good as any other."""
        needs = []
        for row, val in self._by_variable[i]:
            known = all(j in decided for j in self._by_row[row] if j != i)
            if known and self._lo[row] == self._hi[row]:
                return True
            needs += [known] if self._asks(row, val) else []
        return all(needs) and self._cost[i] >= 0 and not self._linked[i]

    def programme(self, stages: Sequence[_Stage], prices: Reals | None) -> Programme:
        """The stages as arrays, with as many rows in the state as its outline has room for."""
        touched = [sorted({row for i in stage.variables for row, _ in self._by_variable[i]}) for stage in stages]
        adds = [self._adds(stage, rows) for stage, rows in zip(stages, touched, strict=True)]
        seen = _Seen(self._lo, self._hi, touched, adds, self._rests(stages, touched, adds))
        for reach in REACHES:
            apart = self._far(stages, touched, adds, reach)
            decided = self._decided(stages, touched, apart)
            far, far_adds = seen.far(decided, sorted(apart))
            outline = outlined(decided, seen.near(apart), far, far_adds, NODES_MOST if reach else NO_LIMIT)
            if outline is not None:
                break
        assert outline is not None
        numbered = [
            (i, value, n) for n, option in enumerate(o for s in stages for o in s.options) for i, value in option
        ]
        number_of: dict[tuple[int, ...], int] = {}
        alike = [number_of.setdefault((s, *add), len(number_of)) for s, of_stage in enumerate(adds) for add in of_stage]
        scale = dict.fromkeys(apart, 1)
        for rows, of_stage in zip(touched, adds, strict=True):
            for add in of_stage:
                scale.update(
                    (row, max(scale[row], abs(unit))) for row, unit in zip(rows, add, strict=True) if row in scale
                )
        return Programme(
            decided,
            far,
            outline,
            scale=np.array([scale[row] for row in sorted(apart)], dtype=float),
            prices=np.zeros(len(apart)) if prices is None else -prices[sorted(apart)],
            alike=np.array(alike, dtype=np.int64),
            option_of=np.array([n for _, _, n in numbered], dtype=np.int64),
            variable_of=np.array([i for i, _, _ in numbered], dtype=np.int64),
            value_of=np.array([value for _, value, _ in numbered], dtype=np.int64),
        )

    def _far(
        self,
        stages: Sequence[_Stage],
        touched: Sequence[Sequence[int]],
        adds: Sequence[Sequence[Sequence[int]]],
        reach: int,
    ) -> set[int]:
        """The rows that are open for more than so many days; with a number that one of them may ask for, all rows of that number."""
        opened: dict[int, int] = {}
        far: set[int] = set()
        for stage, rows in zip(stages, touched, strict=True):
            far |= {row for row in rows if stage.day - opened.setdefault(row, stage.day) > reach}
        numbers = [
            (set(rows), {row for row, unit in zip(rows, add[0], strict=True) if self._asks(row, unit)})
            for stage, rows, add in zip(stages, touched, adds, strict=True)
            if stage.follows
        ]
        while True:
            more = set().union(*(rows for rows, asking in numbers if asking & far)) - far
            if not more:
                return far
            far |= more

    def _asks(self, row: int, unit: int) -> bool:
        """Whether a row may ask for more of a number that adds so much a unit."""
        return self._hi[row] < NO_LIMIT if unit < 0 else unit > 0 and self._lo[row] > -NO_LIMIT

    def _decided(self, stages: Sequence[_Stage], touched: Sequence[Sequence[int]], apart: set[int]) -> Stages:
        last = [s.follows and bool(rows) and apart.issuperset(rows) for s, rows in zip(stages, touched, strict=True)]
        begins = [0, *(n for n, pair in enumerate(pairwise(stages), 1) if _parts(*pair)), len(stages)]
        return Stages(
            layer=np.array(begins if stages else [0], dtype=np.int64),
            first_option=_starts([len(stage.options) for stage in stages]),
            follows=np.array([stage.follows for stage in stages], dtype=bool),
            last=np.array(last, dtype=bool),
            lower=np.array([self._lower[stage.variables[0]] for stage in stages], dtype=np.int64),
            upper=np.array([self._upper[stage.variables[0]] for stage in stages], dtype=np.int64),
        )

    def _adds(self, stage: _Stage, rows: Sequence[int]) -> list[list[int]]:
        """What each option of a stage adds to each row it touches."""
        place, adds = {row: k for k, row in enumerate(rows)}, []
        for option in stage.options:
            add = [0] * len(rows)
            for i, value in option:
                for row, val in self._by_variable[i]:
                    add[place[row]] += val * value
            adds.append(add)
        return adds

    def _rests(
        self, stages: Sequence[_Stage], touched: Sequence[Sequence[int]], adds: Sequence[Sequence[Sequence[int]]]
    ) -> list[dict[int, tuple[int, int]]]:
        """After each stage, of each row it touches: the least and the most that later stages add."""
        least: defaultdict[int, int] = defaultdict(int)
        most: defaultdict[int, int] = defaultdict(int)
        rests: list[dict[int, tuple[int, int]]] = []
        for stage, rows, add in reversed(list(zip(stages, touched, adds, strict=True))):
            rests.append({row: (least[row], most[row]) for row in rows})
            times = (self._lower[stage.variables[0]], self._upper[stage.variables[0]]) if stage.follows else (1,)
            for k, row in enumerate(rows):
                values = [one[k] * time for one in add for time in times] or [0]
                least[row] += min(values)
                most[row] += max(values)
        return rests[::-1]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stages touch: rows, what options add to them, and what later stages can add; written as near rows and far ones."""

    lo: Mapping[int, int]
    hi: Mapping[int, int]
    touched: Sequence[Sequence[int]]
    adds: Sequence[Sequence[Sequence[int]]]
    rests: Sequence[Mapping[int, tuple[int, int]]]

    def near(self, apart: set[int]) -> Near:
        """The rows but some, stage by stage."""
        here = [[row for row in rows if row not in apart] for rows in self.touched]
        slots = _Slots(here)
        cells = [
            (row, *slots.of(s, row), self.lo[row], self.hi[row], *self.rests[s][row])
            for s, rows in enumerate(here)
            for row in rows
        ]
        _, slot, fresh, closes, lo, hi, least, most = _columns(cells, 8)
        added = [
            [unit for row, unit in zip(rows, add, strict=True) if row not in apart]
            for rows, of_stage in zip(self.touched, self.adds, strict=True)
            for add in of_stage
        ]
        first_row, first_delta = _starts([len(rows) for rows in here]), _starts([len(add) for add in added])
        delta = np.array([unit for add in added for unit in add], dtype=np.int64)
        return Near(
            first_row,
            slot,
            fresh.astype(bool),
            closes.astype(bool),
            lo,
            hi,
            least,
            most,
            first_delta,
            delta,
            slots.number,
        )

    def far(self, stages: Stages, rows: Sequence[int]) -> tuple[Far, tuple[Whole, Whole, Whole]]:
        """These rows, layer by layer; and of each option where what it adds begins, the cells of the layer, and how much."""
        number = {row: n for n, row in enumerate(rows)}
        layers = [range(*pair) for pair in pairwise(stages.layer.tolist())]
        here = [sorted({row for s in layer for row in self.touched[s] if row in number}) for layer in layers]
        # After a layer, what comes later is what comes after the last of its stages that touches the row.
        rests = [{row: self.rests[s][row] for s in layer for row in self.touched[s]} for layer in layers]
        slots = _Slots(here)
        cells = [
            (number[row], *slots.of(k, row), *rests[k][row]) for k, of_layer in enumerate(here) for row in of_layer
        ]
        row, slot, fresh, closes, least, most = _columns(cells, 6)
        cell_of = [{row: c for c, row in enumerate(of_layer)} for of_layer in here]
        layer_of = {s: k for k, layer in enumerate(layers) for s in layer}
        numbers = [s for s in layer_of if stages.last[s]]
        entries = [
            (cell_of[layer_of[s]][row], unit, *self.rests[s][row])
            for s in numbers
            for row, unit in zip(self.touched[s], self.adds[s][0], strict=True)
        ]
        cell, unit, entry_least, entry_most = _columns(entries, 4)
        opened = np.full((len(layers), slots.number), -1, dtype=np.int64)
        for k, now in enumerate(slots.opened):
            for r, place in now.items():
                opened[k, place] = number[r]
        far = Far(
            lo=np.array([self.lo[r] for r in rows], dtype=np.int64),
            hi=np.array([self.hi[r] for r in rows], dtype=np.int64),
            first_cell=_starts([len(of_layer) for of_layer in here]),
            row=row,
            slot=slot,
            fresh=fresh.astype(bool),
            closes=closes.astype(bool),
            least=least,
            most=most,
            opened=opened,
            first_number=_starts([sum(bool(stages.last[s]) for s in layer) for layer in layers]),
            stage=np.array(numbers, dtype=np.int64),
            first_entry=_starts([len(self.touched[s]) for s in numbers]),
            cell=cell,
            unit=unit,
            entry_least=entry_least,
            entry_most=entry_most,
            slots=slots.number,
        )
        added = [
            [
                (cell_of[layer_of[s]][r], unit)
                for r, unit in zip(self.touched[s], add, strict=True)
                if r in number and unit
            ]
            for s, of_stage in enumerate(self.adds)
            for add in of_stage
        ]
        into, much = _columns([one for of_option in added for one in of_option], 2)
        return far, (_starts([len(of_option) for of_option in added]), into, much)


class _Slots:
    """A place for each row from where it is first touched to where it is last; another takes it after that."""

    def __init__(self, touched: Sequence[Sequence[int]]) -> None:
        self._first: dict[int, int] = {}
        self._last = {row: k for k, rows in enumerate(touched) for row in rows}
        self._slot: dict[int, int] = {}
        self.number = 0
        self.opened: list[dict[int, int]] = []
        """After each step, the rows that are open, and their places."""
        vacant: list[int] = []
        now: dict[int, int] = {}
        for k, rows in enumerate(touched):
            for row in rows:
                if row not in self._slot:
                    self._slot[row] = now[row] = vacant.pop() if vacant else self.number
                    self._first[row] = k
                    self.number = max(self.number, self._slot[row] + 1)
            vacant += [now.pop(row) for row in rows if self._last[row] == k]
            self.opened.append(dict(now))

    def of(self, k: int, row: int) -> tuple[int, bool, bool]:
        """A row's place; whether it is touched at this step for the first time; whether for the last."""
        return self._slot[row], self._first[row] == k, self._last[row] == k


def _columns(rows: Sequence[tuple[int, ...]], number: int) -> tuple[Whole, ...]:
    """So many columns of a table that may be empty."""
    return tuple(np.array(rows, dtype=np.int64).reshape(-1, number).T.copy())


def _parts(stage: _Stage, following: _Stage) -> bool:
    """Whether states are told apart between two stages: after each day, and before anything with several options."""
    return following.day != stage.day or len(following.options) > 1


def _starts(sizes: Sequence[int]) -> Whole:
    """Where each of some lists begins when they stand one after the other, and the end of the last."""
    return np.cumsum([0, *sizes])
