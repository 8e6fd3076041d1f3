"""The model seen person by person: whose each variable is, which rows bind people together, and each one's programme."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from solver.model import NO_LIMIT, Decision, Mask, Problem, Whole
from solver.pricing import Programme

NOBODY, SEVERAL = -1, -2
OPTIONS_MOST = 200
"""Ways to spend a day that are listed; with more, each duty of the day is decided by itself."""
BRANCH_MOST = 40
"""Values tried of a number that does not follow from what is decided before it."""
PROGRAMME_MOST = 6_000
"""Variables of a person from which the states of a day are too many: of Curtois 24 (7,000 to 10,000) the 2,000 cheapest led nowhere,
in half a minute, where HiGHS finds a good schedule in six seconds."""

Option = tuple[tuple[int, int], ...]
"""(variable, value) of each that is not zero."""


class Persons:
    """A problem taken apart. ``owner`` is the number of the person each variable is of, or :data:`NOBODY`.

    ``linking`` are the rows that are not of one person alone; ``people`` how many there are.
    """

    def __init__(self, problem: Problem, decisions: Mapping[int, Decision]) -> None:
        names = sorted({d.person for d in decisions.values() if d.person is not None})
        self.problem, self.people, self._decisions = problem.settled(), len(names), decisions
        self.owner = _owners(self.problem, decisions, {person: n for n, person in enumerate(names)})
        row, col = self.problem.row, self.problem.col
        lowest, highest = _ends(self.owner[col], row, len(problem.lo), self.people)
        own = (lowest == highest) & (lowest >= 0)
        self.linking = ~own
        self._linked = np.zeros(len(self.owner), dtype=bool)
        self._linked[col[~own[row]]] = True
        places = np.flatnonzero(own[row])
        self._places = places[np.argsort(lowest[row[places]], kind="stable")]
        self._starts = np.searchsorted(lowest[row[self._places]], np.arange(self.people + 1))

    def mine(self, person: int) -> Mask:
        """The variables of a person that are not fixed."""
        mine: Mask = (self.owner == person) & (self.problem.lower < self.problem.upper)
        return mine

    def programme(self, person: int) -> Programme | None:
        """How a person's schedules are made; None where a number of theirs neither follows from duties nor can be listed, and
        where they are so many that few of the states would be kept.
        """
        mine = np.flatnonzero(self.mine(person)).tolist()
        if len(mine) > PROGRAMME_MOST:
            return None
        days = {i: self._decisions[i].day for i in mine if i in self._decisions}
        places = self._places[self._starts[person] : self._starts[person + 1]]
        alone = _Alone(self.problem, mine, places, days, self._linked)
        stages = alone.stages()
        return None if stages is None else alone.programme(stages)

    def alone(self, person: int, cost: Whole) -> tuple[Problem, Whole]:
        """The rows of one person and no other, at a cost of each of all variables; and which variables they are of."""
        problem = self.problem
        mine = np.flatnonzero(self.mine(person))
        places = np.sort(self._places[self._starts[person] : self._starts[person + 1]])
        rows, row = np.unique(problem.row[places], return_inverse=True)
        col = np.searchsorted(mine, problem.col[places])
        lower, upper = problem.lower[mine], problem.upper[mine]
        return Problem(
            lower, upper, row, col, problem.val[places], problem.lo[rows], problem.hi[rows], cost[mine], 0
        ), mine


def _ends(values: Whole, at: Whole, number: int, most: int) -> tuple[Whole, Whole]:
    """The lowest and the highest of the values at each place."""
    lowest, highest = np.full(number, most), np.full(number, SEVERAL)
    np.minimum.at(lowest, at, values)
    np.maximum.at(highest, at, values)
    return lowest, highest


def _owners(problem: Problem, decisions: Mapping[int, Decision], number: Mapping[str, int]) -> Whole:
    """Whose a variable is: theirs with whose duties it stands in rows; what stands with several people's is nobody's."""
    owner = np.full(len(problem.lower), NOBODY)
    for i, decision in decisions.items():
        owner[i] = SEVERAL if decision.person is None else number[decision.person]
    row, col = problem.row, problem.col
    while True:
        known = owner[col] >= 0
        low, high = _ends(owner[col[known]], row[known], len(problem.lo), len(number))
        asks = (owner[col] == NOBODY) & (high[row] >= 0)
        if not asks.any():
            owner[owner == SEVERAL] = NOBODY
            return owner
        lowest, _ = _ends(low[row[asks]], col[asks], len(owner), len(number))
        _, highest = _ends(high[row[asks]], col[asks], len(owner), len(number))
        found = (owner == NOBODY) & (highest >= 0)
        owner[found] = np.where(lowest[found] == highest[found], lowest[found], SEVERAL)


@dataclass(slots=True)
class _Stage:
    """What is decided together: the duties of a day, or one number."""

    variables: list[int]
    day: int
    options: list[Option]
    follows: bool = False


class _Alone:
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
        """(day, steps away from the duties, variables): duties of a day together, numbers one by one."""
        when = {i: (day, 0) for i, day in self._days.items()}
        level, unknown = 0, [i for i in self._by_variable if i not in when]
        while unknown:
            level += 1
            found = {}
            for i in unknown:
                known = [when[j][0] for row, _ in self._by_variable[i] for j in self._by_row[row] if j in when]
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
            values = range(self._lower[i], self._upper[i] + 1)
            longer: list[Option] = [(*option, (i, value)) if value else option for option in found for value in values]
            found = [option for option in longer if self._fits(option)]
            if len(found) > OPTIONS_MOST:
                return None
        return found

    def _fits(self, option: Option) -> bool:
        """Whether the rows could still hold if all the rest did as little as possible."""
        sums = {row: self._least[row] for i, _ in option for row, _ in self._by_variable[i]}
        for i, value in option:
            for row, val in self._by_variable[i]:
                sums[row] += val * value - min(val * self._lower[i], val * self._upper[i])
        return all(least <= self._hi[row] for row, least in sums.items())

    def _follows(self, i: int, decided: set[int]) -> bool:
        """Whether the least value that the rows allow is the only one, or as good as any other."""
        needs = []
        for row, val in self._by_variable[i]:
            known = all(j in decided for j in self._by_row[row] if j != i)
            if known and self._lo[row] == self._hi[row]:
                return True
            asks = self._hi[row] < NO_LIMIT if val < 0 else self._lo[row] > -NO_LIMIT
            needs += [known] if asks else []
        return all(needs) and self._cost[i] >= 0 and not self._linked[i]

    def programme(self, stages: Sequence[_Stage]) -> Programme:
        """The stages as arrays: a place in the state for each row from its first stage to its last."""
        touched = [sorted({row for i in stage.variables for row, _ in self._by_variable[i]}) for stage in stages]
        last = {row: s for s, rows in enumerate(touched) for row in rows}
        adds = [self._adds(stage, rows) for stage, rows in zip(stages, touched, strict=True)]
        rests = self._rests(stages, touched, adds)
        slot_of: dict[int, int] = {}
        vacant: list[int] = []
        slots = 0
        cells: dict[str, list[int]] = {name: [] for name in ("slot", "fresh", "closes", "lo", "hi", "least", "most")}
        opened: list[dict[int, int]] = []
        now_open: dict[int, int] = {}
        for s, rows in enumerate(touched):
            for row in rows:
                fresh = row not in slot_of
                if fresh:
                    slot_of[row] = vacant.pop() if vacant else slots
                    slots = max(slots, slot_of[row] + 1)
                    upward, downward = self._lo[row] <= -NO_LIMIT, self._hi[row] >= NO_LIMIT
                    now_open[slot_of[row]] = int(upward) - int(downward)
                least, most = rests[s][row]
                said = (slot_of[row], fresh, last[row] == s, self._lo[row], self._hi[row], least, most)
                for name, value in zip(cells, said, strict=True):
                    cells[name].append(int(value))
            for row in rows:
                if last[row] == s:
                    vacant.append(slot_of[row])
                    del now_open[slot_of[row]]
            opened.append(dict(now_open))
        sides = np.zeros((len(stages), slots), dtype=np.int64)
        for s, known in enumerate(opened):
            sides[s, list(known)] = list(known.values())
        numbered = [
            (i, value, n) for n, option in enumerate(o for s in stages for o in s.options) for i, value in option
        ]
        rows_of_options = [add for of_stage in adds for add in of_stage]
        number_of: dict[tuple[int, ...], int] = {}
        alike = [number_of.setdefault((s, *add), len(number_of)) for s, of_stage in enumerate(adds) for add in of_stage]
        arrays = {name: np.array(values, dtype=np.int64) for name, values in cells.items()}
        return Programme(
            follows=np.array([stage.follows for stage in stages], dtype=bool),
            merges=np.array([_parts(*pair) for pair in pairwise(stages)] + [False] * bool(stages), dtype=bool),
            first_option=_starts([len(stage.options) for stage in stages]),
            first_row=_starts([len(rows) for rows in touched]),
            first_delta=_starts([len(add) for add in rows_of_options]),
            delta=np.array([value for add in rows_of_options for value in add], dtype=np.int64),
            number_lower=np.array([self._lower[stage.variables[0]] for stage in stages], dtype=np.int64),
            number_upper=np.array([self._upper[stage.variables[0]] for stage in stages], dtype=np.int64),
            slot=arrays["slot"],
            fresh=arrays["fresh"].astype(bool),
            closes=arrays["closes"].astype(bool),
            lo=arrays["lo"],
            hi=arrays["hi"],
            least=arrays["least"],
            most=arrays["most"],
            slots=slots,
            sides=sides,
            alike=np.array(alike, dtype=np.int64),
            option_of=np.array([n for _, _, n in numbered], dtype=np.int64),
            variable_of=np.array([i for i, _, _ in numbered], dtype=np.int64),
            value_of=np.array([value for _, value, _ in numbered], dtype=np.int64),
        )

    def _adds(self, stage: _Stage, rows: Sequence[int]) -> list[list[int]]:
        """What each option of a stage adds to each row it touches."""
        return [
            [sum(self._by_row[row].get(i, 0) * value for i, value in option) for row in rows]
            for option in stage.options
        ]

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


def _parts(stage: _Stage, following: _Stage) -> bool:
    """Whether states are told apart between two stages: after each day, and before anything with several options."""
    return following.day != stage.day or len(following.options) > 1


def _starts(sizes: Sequence[int]) -> Whole:
    """Where each of some lists begins when they stand one after the other, and the end of the last."""
    return np.cumsum([0, *sizes])
