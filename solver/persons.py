"""The model seen person by person: whose each variable is, which rows bind people together, and each one's programme."""

from collections.abc import Mapping

import numpy as np

from solver.model import NO_LIMIT, Decision, Mask, Problem, Reals, Whole
from solver.pricing import Programme
from solver.stages import Alone

NOBODY, SEVERAL = -1, -2


class Persons:
    """A problem taken apart. ``owner`` is the number of the person each variable is of, or :data:`NOBODY`.

    ``linking`` are the rows that are not of one person alone, nor empty; ``people`` how many there are.
    """

    def __init__(self, problem: Problem, decisions: Mapping[int, Decision]) -> None:
        names = sorted({d.person for d in decisions.values() if d.person is not None})
        self.problem, self.people, self._decisions = problem.settled(), len(names), decisions
        self.owner = _owners(self.problem, decisions, {person: n for n, person in enumerate(names)})
        row, col = self.problem.row, self.problem.col
        lowest, highest = _ends(self.owner[col], row, len(problem.lo), self.people)
        own = (lowest == highest) & (lowest >= 0)
        self.linking = ~own & (lowest < self.people)
        self._linked = np.zeros(len(self.owner), dtype=bool)
        self._linked[col[~own[row]]] = True
        places = np.flatnonzero(own[row])
        self._places = places[np.argsort(lowest[row[places]], kind="stable")]
        self._starts = np.searchsorted(lowest[row[self._places]], np.arange(self.people + 1))

    def mine(self, person: int) -> Mask:
        """The variables of a person that are not fixed."""
        mine: Mask = (self.owner == person) & (self.problem.lower < self.problem.upper)
        return mine

    def programme(self, person: int, prices: Reals | None = None) -> Programme | None:
        """How a person's schedules are made; None where a number of theirs neither follows from duties nor can be listed.

        ``prices`` of all rows, from a relaxation, are where it begins.
        """
        mine = np.flatnonzero(self.mine(person)).tolist()
        days = {i: self._decisions[i].day for i in mine if i in self._decisions}
        places = self._places[self._starts[person] : self._starts[person + 1]]
        alone = Alone(self.problem, mine, places, days, self._linked)
        stages = alone.stages()
        return None if stages is None else alone.programme(stages, prices)

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


def compile_now() -> None:
    """Let what is compiled at its first use be compiled now, by a question of nearly nothing: else the first rota waits for it."""
    one, none = np.ones(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    problem = Problem(none, one, none, none, one, np.array([-NO_LIMIT]), one, -one, 0)
    programme = Persons(problem, {0: Decision("somebody", "line", 0)}).programme(0)
    assert programme is not None
    programme.cheapest(problem.cost.astype(float), many=1, most_states=1)


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
