"""What to free next: parts of a rota that are decided anew while the rest stays."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from solver.model import Decision, Mask, Problem, Whole

Engine = Literal["cpsat", "highs"]
NEAR_DAYS = 10
"""How far around a day its neighbourhood reaches."""


FREE_FIRST, FREE_LEAST = 400, 40
"""Decisions freed: at first, and at least."""
EXPLORE = 0.1
"""Chance of the quickest arm that gives nothing, against 1 for the best; the others' is less as they are slower."""
PART = (0.2, 0.7)
"""Least and most of all decisions that are made anew at once where that is cheap."""
ENGINES: tuple[Engine, ...] = ("cpsat", "highs")


@dataclass(slots=True)
class Arm:
    """A kind of neighbourhood with the engine that solves it: how much it frees, what it gave and took."""

    kind: str
    engine: Engine
    size: float = FREE_FIRST
    gain: float = 0.0
    seconds: float = 1.0
    known: bool = False
    """Whether it was used since the goal changed."""

    @property
    def rate(self) -> float:
        """What it gives in a second."""
        return self.gain / self.seconds

    def learn(self, gain: float, seconds: float, solved: bool, most: int) -> None:
        """Remember one use; what is solved to its end may free more the next time, what is not must free less."""
        part = 0.3 if self.known else 1.0
        self.gain += part * (gain - self.gain)
        self.seconds += part * (seconds - self.seconds)
        self.known = True
        self.size = min(most, self.size * 1.25) if solved else max(FREE_LEAST, self.size * 0.6)


class Neighbourhoods:
    """Proposes sets of decisions to free, and the engine to decide them; arms that give more come more often.

    Kinds: some weeks of everybody; people who share lines with one of them; some lines over the whole horizon; the
    people and days around something that costs; where the rota and the relaxation differ.
    """

    KINDS = ("weeks", "crew", "lines", "cost", "relaxed")

    def __init__(self, decisions: Mapping[int, Decision], seed: int) -> None:
        self._random = Random(seed)
        self.decisions = decisions
        self._by_person: defaultdict[str, list[int]] = defaultdict(list)
        self._by_line: defaultdict[str, list[int]] = defaultdict(list)
        self._by_day: defaultdict[int, list[int]] = defaultdict(list)
        self._lines_of: defaultdict[str, set[str]] = defaultdict(set)
        self._people_of: defaultdict[str, set[str]] = defaultdict(set)
        places: list[int] = []
        for i, decision in decisions.items():
            self._by_day[decision.day].append(i)
            self._by_line[decision.line].append(i)
            if decision.person is None:
                places.append(i)
            else:
                self._by_person[decision.person].append(i)
                self._lines_of[decision.person].add(decision.line)
                self._people_of[decision.line].add(decision.person)
        self._places = places
        self._days = sorted(self._by_day)
        self._people = sorted(self._by_person)
        self._lines = sorted(self._by_line)
        kinds = [k for k in self.KINDS if k != "lines" or len(self._lines) > 1]
        self.arms = [Arm(kind, engine) for kind in kinds for engine in ENGINES]

    def fresh(self) -> None:
        """Another goal: what gave nothing for the last one may give more now."""
        for arm in self.arms:
            arm.gain, arm.seconds, arm.known, arm.size = 0.0, 1.0, False, max(arm.size, FREE_FIRST / 2)

    @property
    def size(self) -> int:
        """How many decisions there are."""
        return len(self.decisions)

    def held_by_people(self, problem: Problem) -> Mask:
        """The decisions that say who holds what, as a mask over a problem's variables."""
        return _mask((i for i, decision in self.decisions.items() if decision.person is not None), problem)

    def part(self, problem: Problem, values: Whole) -> Mask:
        """Decisions to free where much can be decided at once: weeks, people or lines, or around what costs."""
        size = int(self.size * self._random.uniform(*PART))
        kind = self._random.choice(("weeks", "weeks", "weeks", "crew", "cost", "lines"))
        return _mask(self._of(kind, size, problem, values), problem)

    def everything(self, problem: Problem) -> Mask:
        """Every decision, as a mask over a problem's variables."""
        return _mask(self.decisions, problem)

    def next(self, problem: Problem, values: Whole, relaxed: NDArray[np.float64] | None) -> tuple[Arm, Mask]:
        """An arm, and the decisions to free."""
        arms = [arm for arm in self.arms if arm.kind != "relaxed" or relaxed is not None]
        best = max(arm.rate for arm in arms)
        soonest = min(arm.seconds for arm in arms)
        weights = [
            (EXPLORE * soonest / arm.seconds + (arm.rate / best if best else 0.0)) if arm.known else 1.0 for arm in arms
        ]
        (arm,) = self._random.choices(arms, weights)
        if arm.kind == "relaxed":
            assert relaxed is not None
            return arm, _mask(self._where_they_differ(int(arm.size), values, relaxed), problem)
        return arm, _mask(self._of(arm.kind, int(arm.size), problem, values), problem)

    def _of(self, kind: str, size: int, problem: Problem, values: Whole) -> set[int]:
        match kind:
            case "weeks":
                return self._weeks(size)
            case "crew":
                return self._crew(size, self._random.choice(self._people)) if self._people else set(self._places)
            case "lines":
                return self._some_lines(size)
            case _:
                return self._around_cost(size, problem, values)

    def _weeks(self, size: int) -> set[int]:
        start = self._random.choice(self._days)
        free: set[int] = set()
        for day in self._days[self._days.index(start) :] + self._days[: self._days.index(start)][::-1]:
            free.update(self._by_day[day])
            if len(free) >= size:
                break
        return free

    def _some_lines(self, size: int) -> set[int]:
        free: set[int] = set()
        lines = self._lines.copy()
        self._random.shuffle(lines)
        for line in lines:
            if not free or len(free) + len(self._by_line[line]) <= size:
                free.update(self._by_line[line])
        return free

    def _crew(self, size: int, centre: str) -> set[int]:
        """Somebody, and people who share a line with them first."""
        others = self._people.copy()
        self._random.shuffle(others)
        others.sort(key=lambda p: -len(self._lines_of[p] & self._lines_of[centre]))
        free = set(self._by_person[centre])
        for person in others:
            if len(free) >= size:
                break
            free.update(self._by_person[person])
        return free

    def _around_cost(self, size: int, problem: Problem, values: Whole) -> set[int]:
        """The days or the people around one of the things that cost, the dearer the more often."""
        dear = problem.cost * np.where(problem.cost > 0, values - problem.lower, values - problem.upper)
        (indices,) = np.nonzero(dear > 0)
        if not len(indices):
            return self._weeks(size)
        chosen = self._random.choices(indices.tolist(), dear[indices].tolist())[0]
        rows = problem.row[problem.col == chosen]
        near = [i for i in np.unique(problem.col[np.isin(problem.row, rows)]).tolist() if i in self.decisions]
        if not near:
            return self._weeks(size)
        centre = self.decisions[self._random.choice(near)]
        if centre.person is not None and self._random.random() < 0.5:
            return self._crew(size, centre.person)
        people = self._people_of[centre.line]
        free: set[int] = set()
        for away in range(NEAR_DAYS + 1):
            for day in {centre.day - away, centre.day + away}:
                free.update(
                    i
                    for i in self._by_day.get(day, ())
                    if self.decisions[i].person is None or self.decisions[i].person in people
                )
            if len(free) >= size:
                break
        return free

    def _where_they_differ(self, size: int, values: Whole, relaxed: NDArray[np.float64]) -> set[int]:
        differ = [i for i in self.decisions if abs(relaxed[i] - values[i]) > 1e-6]
        if len(differ) > size:
            differ = self._random.sample(differ, size)
        people = {self.decisions[i].person for i in differ}
        days = {self.decisions[i].day for i in differ}
        free = set(differ)
        rest = [i for i, d in self.decisions.items() if d.person in people and d.day in days]
        self._random.shuffle(rest)
        free.update(rest[: max(0, size - len(free))])
        return free


def _mask(indices: Iterable[int], problem: Problem) -> Mask:
    mask = np.zeros(len(problem.lower), dtype=bool)
    mask[list(indices)] = True
    return mask
