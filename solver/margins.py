"""What binds people together, priced at the margin: what one more duty of somebody saves or costs, the others as they are.

A row that binds people (a duty to be covered, a total) is kept by variables that are nobody's (a shortage, an excess), at
a cost that is convex in what people add up to. So a person's best answer to the others is their cheapest schedule at
these margins, and one answer after the other makes a rota.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import inf

import numpy as np

from solver.columns import EXACT_STATES, HASTY_STATES, WIDER
from solver.model import NO_LIMIT, Reals, Whole
from solver.persons import Persons

FAR = 1e4
"""Price, in the largest cost, of a unit by which a row is left that nothing but people can keep."""
LEAST = 1e-6
"""What a new schedule must save to be taken."""


class Margins:
    """The rows that bind people, each as two convex costs: of what it lacks, and of what is too much."""

    def __init__(self, persons: Persons, cost: Reals) -> None:
        """``cost`` of each variable, of all tiers together."""
        problem = persons.problem
        self._problem, self.cost = problem, cost
        nobody = (persons.owner < 0) & (problem.lower < problem.upper)
        at = nobody[problem.col] & persons.linking[problem.row]
        row, col, val = problem.row[at], problem.col[at], problem.val[at]
        self._rest_row, self._rest_col, self._rest_val, self._binds = row, col, val, persons.linking
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
        theirs_only, binds = np.unique(self._row), (problem.lo > -NO_LIMIT, problem.hi < NO_LIMIT)
        self.priced = all(
            bool(np.all(~bind[theirs_only] | np.isfinite(begins[theirs_only, 1:2]).any(axis=1)))
            for bind, (begins, _) in zip(binds, (self._lack, self._much), strict=True)
        )
        """Whether nothing that people add up to breaks a row: then they may answer at once."""

    def reduced(self, person: int, sums: Whole) -> Reals:
        """What each variable of a person costs at the margin, when the others' duties add up to ``sums``."""
        part = slice(self._starts[person], self._starts[person + 1])
        row, col, val = self._row[part], self._col[part], self._val[part]
        more = self._cost_of(row, sums[row] + val) - self._cost_of(row, sums[row])
        return self.cost + np.bincount(col, weights=more, minlength=len(self.cost))

    def prices(self, values: Whole) -> Reals:
        """Of each row, about what one unit more on its side costs in a rota: the mean of what one more and one less would."""
        sums, rows = self._problem.sums(values), np.arange(len(self._problem.lo))
        rest = np.bincount(self._rest_row, weights=self._rest_val * values[self._rest_col], minlength=len(rows))
        theirs = np.rint(sums - rest).astype(np.int64)
        price: Reals = (self._cost_of(rows, theirs - 1) - self._cost_of(rows, theirs + 1)) / 2
        most = float(np.abs(self.cost).max())
        return np.where(self._binds, np.clip(price, -most, most), 0.0)

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


Otherwise = Callable[[int, Whole], Whole | None]
"""A schedule of a person at a cost of each variable, where their programme finds none soon."""


def by_answers(
    persons: Persons, cost: Reals, rounds: int, otherwise: Otherwise, *, workers: int, over: Callable[[], bool]
) -> Whole | None:
    """A rota in which people answer each other for some rounds, where nothing can break so many at once; what is nobody's stays.

    None where somebody has no schedule, or it is ``over`` before everybody has one.
    """
    problem = persons.problem
    margins = Margins(persons, cost)
    answers, at_once = _Answers(persons, margins, otherwise), workers if margins.priced else 1
    values: Whole = np.clip(0, problem.lower, problem.upper)
    with ThreadPoolExecutor(at_once) as pool:
        for again in range(rounds):
            before = values
            for first in range(0, persons.people, at_once):
                if over():
                    return values if again else None
                several = range(first, min(first + at_once, persons.people))
                chosen = list(pool.map(partial(answers.of, now=values, again=again > 0), several))
                values = values.copy()
                for person, own in zip(several, chosen, strict=True):
                    if own is None:
                        return None
                    mine = persons.mine(person)
                    values[mine] = own[mine]
            if np.array_equal(values, before):
                break
    return values


class _Answers:
    """What somebody does when the others' duties are what they are."""

    def __init__(self, persons: Persons, margins: Margins, otherwise: Otherwise) -> None:
        self._persons, self._margins, self._otherwise = persons, margins, otherwise
        self._programmes = [persons.programme(person) for person in range(persons.people)]

    def of(self, person: int, now: Whole, again: bool) -> Whole | None:
        """Their cheapest schedule at the margin; what they have now, when they were asked before and nothing is cheaper."""
        mine, persons = self._persons.mine(person), self._persons
        others = np.where(mine | (persons.owner < 0), 0, now)
        reduced = self._margins.reduced(person, persons.problem.sums(others))
        programme, chosen = self._programmes[person], None
        states = HASTY_STATES
        while programme is not None and chosen is None and states <= EXACT_STATES:
            found = programme.cheapest(reduced, many=1, most_states=states)
            chosen = programme.point(found.chosen[0], len(now)) if len(found.costs) else None
            states *= WIDER
        if again:
            return now if chosen is None or reduced[mine] @ (now - chosen)[mine] < LEAST else chosen
        return self._otherwise(person, np.rint(reduced).astype(np.int64)) if chosen is None else chosen
