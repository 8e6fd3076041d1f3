"""What binds people together, priced at the margin: what one more duty of somebody saves or costs, the others as they are.

A row that binds people (a duty to be covered, a total) is kept by variables that are nobody's (a shortage, an excess), at
a cost that is convex in what people add up to. So a person's best answer to the others is their cheapest schedule at
these margins, and one answer after the other makes a rota.
"""

from collections.abc import Callable
from math import inf

import numpy as np

from solver.columns import HASTY_STATES, WIDER
from solver.linear import Reals
from solver.model import NO_LIMIT, Whole
from solver.persons import Persons
from solver.pricing import Programme

FAR = 1e4
"""Price, in the largest cost, of a unit by which a row is left that nothing but people can keep."""


class Margins:
    """The rows that bind people, each as two convex costs: of what it lacks, and of what is too much."""

    def __init__(self, persons: Persons, cost: Reals) -> None:
        """``cost`` of each variable, of all tiers together."""
        problem = persons.problem
        self._problem, self.cost = problem, cost
        nobody = (persons.owner < 0) & (problem.lower < problem.upper)
        at = nobody[problem.col] & persons.linking[problem.row]
        row, col, val = problem.row[at], problem.col[at], problem.val[at]
        rest = np.where(cost >= 0, problem.lower, problem.upper)
        # What nobody's variables add where they cost least, and what each can add or take away from there.
        self._base = np.bincount(row, weights=val * rest[col], minlength=len(problem.lo))
        room = (problem.upper - problem.lower)[col] * np.abs(val).astype(float)
        dear, upward = np.abs(cost[col]) / np.abs(val), (val > 0) == (rest[col] == problem.lower[col])
        far = FAR * max(1.0, float(np.abs(cost).max()))
        number = len(problem.lo)
        self._lack = _pieces(row[upward], room[upward], dear[upward], number, far)
        self._much = _pieces(row[~upward], room[~upward], dear[~upward], number, far)
        theirs = (persons.owner >= 0) & (problem.lower < problem.upper)
        here = theirs[problem.col] & persons.linking[problem.row]
        order = np.argsort(persons.owner[problem.col[here]], kind="stable")
        self._row, self._col, self._val = (a[here][order] for a in (problem.row, problem.col, problem.val))
        self._starts = np.searchsorted(persons.owner[self._col], np.arange(persons.people + 1))

    def reduced(self, person: int, sums: Whole) -> Reals:
        """What each variable of a person costs at the margin, when the others' duties add up to ``sums``."""
        part = slice(self._starts[person], self._starts[person + 1])
        row, col, val = self._row[part], self._col[part], self._val[part]
        more = self._cost_of(row, sums[row] + val) - self._cost_of(row, sums[row])
        return self.cost + np.bincount(col, weights=more, minlength=len(self.cost))

    def _cost_of(self, row: Whole, sums: Whole) -> Reals:
        with_rest = sums + self._base[row]
        lo, hi = self._problem.lo[row], self._problem.hi[row]
        lack = np.where(lo > -NO_LIMIT, np.maximum(0.0, lo - with_rest), 0.0)
        much = np.where(hi < NO_LIMIT, np.maximum(0.0, with_rest - hi), 0.0)
        return _at(self._lack, row, lack) + _at(self._much, row, much)


Pieces = tuple[Reals, Reals]
"""Of each row, where its pieces begin, and what each costs more than the one before it, for a unit."""


def _pieces(row: Whole, room: Reals, dear: Reals, rows: int, far: float) -> Pieces:
    order = np.lexsort((dear, row))
    row, room, dear = row[order], room[order], dear[order]
    starts = np.searchsorted(row, np.arange(rows + 1))
    most = int(np.diff(starts).max(initial=0)) + 1
    begins, steps = np.full((rows, most), inf), np.zeros((rows, most))
    for r in range(rows):
        here = slice(starts[r], starts[r + 1])
        size = starts[r + 1] - starts[r]
        begins[r, : size + 1] = np.concatenate([[0.0], np.cumsum(room[here])])
        steps[r, : size + 1] = np.diff(np.concatenate([[0.0], dear[here], [far]]))
    return begins, steps


def _at(pieces: Pieces, row: Whole, amount: Reals) -> Reals:
    begins, steps = pieces
    beyond: Reals = (np.maximum(0.0, amount[:, None] - begins[row]) * steps[row]).sum(axis=1)
    return beyond


def by_answers(
    persons: Persons, cost: Reals, rounds: int, otherwise: Callable[[int, Whole], Whole | None]
) -> Whole | None:
    """A rota in which people answer each other, one after the other, for some rounds; what is nobody's stays as it is.

    Who has no programme, or of whom it finds no schedule soon, takes what ``otherwise`` answers for them to the duties
    of the others. None where that is nothing.
    """
    problem, margins = persons.problem, Margins(persons, cost)
    programmes = [persons.programme(person) for person in range(persons.people)]
    values: Whole = np.clip(0, problem.lower, problem.upper)
    for again in range(rounds):
        moved = False
        for person, programme in enumerate(programmes):
            mine = (persons.owner == person) & (problem.lower < problem.upper)
            reduced = margins.reduced(person, problem.sums(np.where(mine | (persons.owner < 0), 0, values)))
            chosen = None if programme is None else _cheapest(programme, reduced, len(values))
            if again and (chosen is None or reduced[mine] @ (values - chosen)[mine] < 1e-6):
                continue
            chosen = otherwise(person, values) if chosen is None else chosen
            if chosen is None:
                return None
            values, moved = values.copy(), True
            values[mine] = chosen[mine]
        if not moved:
            break
    return values


def _cheapest(programme: Programme, reduced: Reals, number: int) -> Whole | None:
    for states in (HASTY_STATES, WIDER * HASTY_STATES):
        costs, chosen, exact = programme.cheapest(reduced, many=1, most_states=states)
        if len(costs):
            return programme.point(chosen[0], number)
        if exact:
            break
    return None
