"""What to free next: parts of a rota that are decided anew while the rest stays."""

from collections import defaultdict
from random import Random

from solver.model import Model


class Neighbourhoods:
    """Proposes sets of decisions to free, in a fixed order of kinds drawn with a seed.

    Kinds, in turn: some weeks of everybody; people who share lines with one of them; some lines over the whole horizon.
    """

    def __init__(self, model: Model, seed: int) -> None:
        self._random = Random(seed)
        self._by_person: defaultdict[str, list[int]] = defaultdict(list)
        self._by_line: defaultdict[str, list[int]] = defaultdict(list)
        self._by_day: defaultdict[int, list[int]] = defaultdict(list)
        self._lines_of: defaultdict[str, set[str]] = defaultdict(set)
        self._places: list[int] = []
        for i, decision in model.decisions.items():
            self._by_day[decision.day].append(i)
            self._by_line[decision.line].append(i)
            if decision.person is None:
                self._places.append(i)
            else:
                self._by_person[decision.person].append(i)
                self._lines_of[decision.person].add(decision.line)
        self._days = sorted(self._by_day)
        self._people = sorted(self._by_person)
        self._lines = sorted(self._by_line)
        self._turn = 0

    def next(self, size: int) -> set[int]:
        """Some ``size`` decisions (roughly) to free."""
        self._turn += 1
        match self._turn % 3:
            case 0:
                return self._weeks(size)
            case 1:
                return self._crew(size)
            case _:
                return self._some_lines(size)

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

    def _crew(self, size: int) -> set[int]:
        """People around one of them: those who share a line first."""
        if not self._people:
            return set(self._places)
        centre = self._random.choice(self._people)
        others = self._people.copy()
        self._random.shuffle(others)
        others.sort(key=lambda p: -len(self._lines_of[p] & self._lines_of[centre]))
        free = set(self._by_person[centre])
        for person in others:
            if len(free) >= size:
                break
            free.update(self._by_person[person])
        return free
