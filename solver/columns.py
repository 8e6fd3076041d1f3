"""Whole schedules of persons as columns: a bound that keeps all of one person's rules, and schedules to make rotas of.

The master problem chooses one schedule for each person so that together they keep what binds people; what its relaxation
charges for each row prices new schedules (:mod:`solver.pricing`). The prices stay in a box around the best ones known (a
trust region), which is what makes them settle in some tens of rounds; at any prices the Lagrangian value is a bound,
whatever the master was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf

import numpy as np

from solver import linear
from solver.linear import Relaxed
from solver.model import NO_LIMIT, Mask, Problem, Reals, Whole
from solver.persons import Persons
from solver.pricing import TRIES, Cheapest, Programme

HASTY_STATES, EXACT_STATES = 50, 2_000
"""States a day in pricing: as long as schedules are sought, and for a sharper bound."""
HASTY_TRIES = 40
"""Prices of far rows tried as long as schedules are sought: the last ones are near, and only the bound is a little lower."""
HASTY_ROUNDS = 60
"""Most rounds in which schedules are only sought."""
WIDER = 4
"""So many times the states where those of a day all lead nowhere."""
ROUNDS_MOST = 1_000
"""Most rounds of all."""
WORTH = 1e-6
"""Relative difference from their wage from which a schedule of somebody is worth more."""
RADIUS = 0.3
"""First half width of the box, in the mean size of the prices in its middle, or of what costs."""
WIDEST = 100
"""Times the first half width, at most: where nobody's schedules keep a row yet, its price would grow without end."""
NARROWEST = 16
"""Parts of the first half width, at most: it is few schedules, not far prices, that keep the first bounds low."""
FAR_IN = 0.03
"""Relative gap between master and bound at which a box whose border is reached gets wider."""
SETTLED = 1e-3
"""Relative gap between master and bound at which hasty pricing ends."""
KEPT_MOST = 30
"""Schedules per person in the master, for each that a round asks for; beyond, the dearer half goes."""
ROUND_ABOUT = 40
"""Schedules, about, that a round asks for of few people, several each: with one it would take more rounds than there are rows. Of more, one each."""
VARIED, NEAR = 20, 0.08
"""Rounds of pricing near the best prices, and how far from them, in their mean size."""
ASKED = 30
"""People whose schedules tell whether columns are worth it: where it is one of six who gains, ten may all be others."""
MASTER_S = 30.0
"""Guard in seconds around one master problem."""


Key = tuple[int, bytes, bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What one round of pricing gave."""

    bound: float
    """No rota is better."""
    value: float
    """Of the master: what the schedules known so far can be mixed to."""


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The master's relaxation: its value, prices of rows and of each person's choice, shares, the point of nobody's variables."""

    value: float
    prices: Reals
    wages: Reals
    shares: Reals
    rest: Reals


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A person's variables that are not zero, what they add to the rows that bind people, and their cost."""

    person: int
    places: Whole
    values: Whole
    rows: Whole
    sums: Whole
    cost: int

    @property
    def key(self) -> Key:
        """Equal for equal schedules of a person only."""
        return self.person, self.places.tobytes(), self.values.tobytes()


def gain(persons: Persons, relaxed: Relaxed) -> float | None:
    """About how much a bound by columns is at once above the relaxation; None where somebody has no programme.

    Told by some people: what the cheapest schedule costs, at the relaxation's prices, above its mix of theirs.
    """
    problem = persons.problem
    prices = np.where(persons.linking, relaxed.prices, 0.0)
    reduced: Reals = problem.cost.astype(float) - np.bincount(
        problem.col, weights=problem.val * prices[problem.row], minlength=len(problem.cost)
    )
    gains = []
    for person in np.unique(np.linspace(0, persons.people - 1, ASKED).astype(int)).tolist():
        programme = persons.programme(person, relaxed.prices)
        if programme is None:
            return None
        found = programme.cheapest(reduced, many=1, most_states=HASTY_STATES)
        if len(found.costs):
            mine = persons.mine(person)
            gains.append(found.floor - float(reduced[mine] @ relaxed.point[mine]))
    return persons.people * sum(gains) / len(gains) if gains else None


class Columns:
    """Schedules of each person, and the master problem over them. ``prices`` are the best ones known."""

    def __init__(
        self,
        persons: Persons,
        programmes: Sequence[Programme],
        values: Whole,
        prices: Reals,
        *,
        workers: int,
        over: Callable[[], bool] = lambda: False,
        left: Callable[[], float] = lambda: MASTER_S,
    ) -> None:
        """From the schedules of a rota, and some prices of all rows of the problem.

        Asks now and then if it is ``over``, and how many seconds are ``left``.
        """
        problem = persons.problem
        self.programmes, self.owner, self.people = tuple(programmes), persons.owner, persons.people
        self._problem, self._workers, self._over, self._left = problem, workers, over, left
        self.free = problem.lower < problem.upper
        rows = np.flatnonzero(persons.linking)
        number = np.cumsum(persons.linking) - 1
        here = persons.linking[problem.row]
        self._row, self._col, self._val = number[problem.row[here]], problem.col[here], problem.val[here]
        self._lo, self._hi = problem.lo[rows], problem.hi[rows]
        self.prices = prices[rows]
        nobody = (persons.owner < 0) & self.free
        self._rest = np.flatnonzero(nobody)
        of_rest, place = nobody[self._col], np.cumsum(nobody) - 1
        self._rest_cells = (self._row[of_rest], place[self._col[of_rest]], self._val[of_rest].astype(float))
        self._const = problem.const + int(problem.cost[~self.free] @ problem.lower[~self.free])
        self._states = [HASTY_STATES] * self.people
        self.several = max(1, ROUND_ABOUT // self.people)
        """Schedules of each person that a round asks for where people are few."""
        self.schedules: list[Schedule] = []
        self._known: set[Key] = set()
        self.bring(values)

    def bring(self, values: Whole) -> None:
        """Take in the schedules of a rota, as the latest ones."""
        own = [np.where((self.owner == person) & self.free, values, 0) for person in range(self.people)]
        fresh = {_key(person, point) for person, point in enumerate(own)}
        self.schedules = [s for s in self.schedules if s.key not in fresh]
        self._known -= fresh
        for person, point in enumerate(own):
            self._add(person, point)

    def _add(self, person: int, point: Whole) -> bool:
        key = _key(person, point)
        if key in self._known:
            return False
        self._known.add(key)
        (places,) = np.nonzero(point)
        sums = np.bincount(self._row, weights=self._val * point[self._col], minlength=len(self._lo)).astype(np.int64)
        (rows,) = np.nonzero(sums)
        cost = int(self._problem.cost @ point)
        self.schedules.append(Schedule(person, places, point[places], rows, sums[rows], cost))
        return True

    # --- the master ------------------------------------------------------------------------------------------------

    def mix(self, kept: Sequence[int], box: tuple[Reals, float] | None = None) -> Mix | None:
        """The best mix of some schedules; None where there is none.

        With a box of prices (its middle, its half width), rows may be left at the prices of its border.
        """
        problem, rows, columns = self._problem, len(self._lo), len(kept)
        chosen = [self.schedules[k] for k in kept]
        sizes = [len(schedule.rows) for schedule in chosen]
        row = [np.concatenate([s.rows for s in chosen]), rows + np.array([s.person for s in chosen])]
        col = [np.repeat(np.arange(columns), sizes), np.arange(columns)]
        val = [np.concatenate([s.sums for s in chosen]).astype(float), np.ones(columns)]
        row, col = [*row, self._rest_cells[0]], [*col, columns + self._rest_cells[1]]
        val.append(self._rest_cells[2])
        cost = [np.array([s.cost for s in chosen], dtype=float), problem.cost[self._rest].astype(float)]
        lower = [np.zeros(columns), problem.lower[self._rest].astype(float)]
        upper = [np.full(columns, inf), problem.upper[self._rest].astype(float)]
        if box is not None:
            middle, radius = box
            (more,), (less,) = np.nonzero(self._lo > -NO_LIMIT), np.nonzero(self._hi < NO_LIMIT)
            outside = len(more) + len(less)
            row += [more, less]
            col.append(columns + len(self._rest) + np.arange(outside))
            val += [np.ones(len(more)), np.full(len(less), -1.0)]
            cost += [middle[more] + radius, radius - middle[less]]
            lower.append(np.zeros(outside))
            upper.append(np.full(outside, inf))
        lo, hi = linear.sides(self._lo, self._hi)
        ones = np.ones(self.people)
        master = linear.Programme(
            np.concatenate(lower),
            np.concatenate(upper),
            (np.concatenate(row), np.concatenate(col), np.concatenate(val)),
            (np.append(lo, ones), np.append(hi, ones)),
            np.concatenate(cost),
        )
        if not linear.central(master, time_limit_s=max(0.0, min(MASTER_S, self._left()))):
            return None
        prices, x = master.prices, master.point
        rest = x[columns : columns + len(self._rest)]
        return Mix(master.getObjectiveValue() + self._const, prices[:rows], prices[rows:], x[:columns], rest)

    def price(
        self,
        prices: Reals,
        wages: Reals | None,
        people: Sequence[int],
        *,
        states: int,
        many: int = 1,
        without: Mapping[int, Mask] | None = None,
        needed: bool = False,
    ) -> tuple[float, int, bool]:
        """Take in schedules of some people that are worth more than their wages.

        ``without``: options that somebody may not take. ``needed``: everybody must have one, however long it takes.

        Returns:
            the Lagrangian value, a bound where everybody is priced; schedules taken in; whether more states would say no more.
        """
        problem = self._problem
        # What a row without that side would cost is rounding of the engine's.
        prices = np.where((prices > 0) & (self._lo <= -NO_LIMIT), 0.0, prices)
        prices = np.where((prices < 0) & (self._hi >= NO_LIMIT), 0.0, prices)
        weights = self._val * prices[self._row]
        reduced: Reals = problem.cost.astype(float) - np.bincount(
            self._col, weights=weights, minlength=len(problem.cost)
        )
        side = np.where(prices > 0, self._lo, np.where(prices < 0, self._hi, 0))
        rest = reduced[self._rest]
        value = self._const + float(prices @ side)
        value += float(np.where(rest > 0, rest * problem.lower[self._rest], rest * problem.upper[self._rest]).sum())

        def cheapest(person: int) -> Cheapest:
            if self._over():
                return Cheapest(np.empty(0), np.empty((0, 0), dtype=np.int64), -inf, exact=False)
            banned = None if without is None else without[person]
            # With options missing there may be no schedule, and then prices run away.
            begin = None if without is None else self.programmes[person].prices.copy()
            below = inf if wages is None else float(wages[person]) - WORTH * max(1.0, abs(float(wages[person])))
            tries = HASTY_TRIES if states == HASTY_STATES else TRIES
            while True:
                most = max(states, self._states[person])
                found = self.programmes[person].cheapest(
                    reduced, many=many, most_states=most, without=banned, below=below, begin=begin, tries=tries
                )
                if len(found.costs) or found.exact or most >= (EXACT_STATES if needed else WIDER * HASTY_STATES):
                    return found
                self._states[person] = WIDER * most

        with ThreadPoolExecutor(self._workers) as pool:
            answers = list(pool.map(cheapest, people))
        added = 0
        for person, found in zip(people, answers, strict=True):
            value += found.floor
            for choice in found.chosen:
                added += self._add(person, self.programmes[person].point(choice, len(problem.lower)))
        return value, added, all(found.exact for found in answers)

    def rounds(self, *, hasty: bool) -> Iterator[Round]:
        """Round after round of pricing from the best prices known, until nothing gets better.

        ``hasty`` pricing gives schedules soon, and bounds that more states may raise.
        """
        states, everybody = HASTY_STATES if hasty else EXACT_STATES, range(self.people)
        costs = np.abs(self._problem.cost[self._problem.cost != 0])
        radius = first = RADIUS * max(float(np.abs(self.prices).mean()), float(costs.mean()) if len(costs) else 1.0)
        best, _, _ = self.price(self.prices, None, everybody, states=states, many=self.several)
        yield Round(best, inf)
        for _ in range(HASTY_ROUNDS if hasty else ROUNDS_MOST):
            mix = self.mix(range(len(self.schedules)), (self.prices, radius))
            if mix is None:
                return
            inside = bool(np.all(np.abs(mix.prices - self.prices) < 0.99 * radius))
            value, added, exact = self.price(mix.prices, mix.wages, everybody, states=states, many=self.several)
            hoped, got = mix.value - best, value - best
            if not added and not exact and radius == WIDEST * first:
                return
            if got >= 0.0 or not added:
                self.prices, best = mix.prices, value
                wider = 1.0 if inside else 8.0 if not added else 4.0 if got > 0.2 * hoped else 1.0
                radius = min(radius * wider, WIDEST * first)
            elif got < -hoped:
                radius = max(radius / 2, first / NARROWEST)
            if not inside and hoped < FAR_IN * max(1.0, abs(mix.value)):
                # So near each other within the box, the two say that better prices are beyond it.
                radius = min(2 * radius, WIDEST * first)
            self._trim(mix)
            yield Round(value, mix.value)
            near = (SETTLED if hasty else linear.ROUNDING) * max(1.0, abs(mix.value))
            if (inside and (added == 0 or mix.value - best < near)) or self._as_high_as(best, mix.value):
                return

    def _as_high_as(self, bound: float, value: float) -> bool:
        """Whether a bound says in whole numbers all that the master could: its value within the box is asked first, for that is known."""

        def reached(value: float) -> bool:
            told, most = (linear.whole_bound(self._problem, x) for x in (bound, value))
            return told is not None and most is not None and told >= most

        if not reached(value):
            return False
        free = self.mix(range(len(self.schedules)))
        return free is not None and reached(free.value)

    def _trim(self, mix: Mix) -> None:
        """Let the dearer half of the schedules go when there are too many; those of the last round stay."""
        old = len(mix.shares)
        if len(self.schedules) <= KEPT_MOST * self.several * self.people:
            return
        cost = [s.cost - mix.prices[s.rows] @ s.sums - mix.wages[s.person] for s in self.schedules[:old]]
        kept = np.sort(np.argsort(np.array(cost), kind="stable")[: old // 2]).tolist()
        self.schedules = [self.schedules[k] for k in [*kept, *range(old, len(self.schedules))]]
        self._known = {s.key for s in self.schedules}

    def cheapest(self, number: int) -> list[int]:
        """So many schedules of each person, those that cost least at the best prices known; and the latest."""
        cost = [s.cost - self.prices[s.rows] @ s.sums for s in self.schedules]
        taken = [0] * self.people
        kept = []
        for k in sorted(range(len(cost)), key=lambda k: (cost[k], k)):
            person = self.schedules[k].person
            taken[person] += 1
            if taken[person] <= number:
                kept.append(k)
        return sorted({*kept, *range(len(cost) - self.people, len(cost))})

    def vary(self, seed: int) -> None:
        """Take in schedules that are cheap at prices near the best ones: what good rotas are made of besides the cheapest."""
        random = np.random.default_rng(seed)
        width = NEAR * float(np.abs(self.prices).mean())
        for _ in range(VARIED):
            near = self.prices + random.normal(0.0, width, len(self.prices))
            self.price(near, None, range(self.people), states=HASTY_STATES, many=5)

    def choice(self, number: int) -> tuple[Problem, list[int]]:
        """The master over so many of the cheapest schedules of each person, in whole numbers; and which they are."""
        kept, problem, rows = self.cheapest(number), self._problem, len(self._lo)
        chosen, columns = [self.schedules[k] for k in kept], len(kept)
        rest_row, rest_col, rest_val = self._rest_cells
        row = np.concatenate([*(s.rows for s in chosen), np.array([rows + s.person for s in chosen]), rest_row])
        sizes = [len(s.rows) for s in chosen]
        col = np.concatenate([np.repeat(np.arange(columns), sizes), np.arange(columns), columns + rest_col])
        val = np.concatenate([*(s.sums for s in chosen), np.ones(columns), rest_val]).astype(np.int64)
        order = np.lexsort((col, row))
        one = np.ones(self.people, dtype=np.int64)
        return (
            Problem(
                np.append(np.zeros(columns, dtype=np.int64), problem.lower[self._rest]),
                np.append(np.ones(columns, dtype=np.int64), problem.upper[self._rest]),
                row[order],
                col[order],
                val[order],
                np.append(self._lo, one),
                np.append(self._hi, one),
                np.append(np.array([s.cost for s in chosen]), problem.cost[self._rest]),
                self._const,
            ),
            kept,
        )

    def rest(self, values: Whole) -> Whole:
        """Of a point, the variables that are nobody's, as they stand last in :meth:`choice`."""
        return values[self._rest]

    def chosen(self, kept: Sequence[int], answer: Whole) -> Whole:
        """An answer to :meth:`choice` as a point over all variables."""
        point = np.where(self.free, 0, self._problem.lower)
        for k in np.flatnonzero(answer[: len(kept)]).tolist():
            schedule = self.schedules[kept[k]]
            point[schedule.places] = schedule.values
        point[self._rest] = answer[len(kept) :]
        return point

    def spread(self) -> Reals | None:
        """The master's relaxation as a point over all variables: shares of schedules added up."""
        mix = self.mix(range(len(self.schedules)))
        if mix is None:
            return None
        point = np.where(self.free, 0, self._problem.lower).astype(float)
        for schedule, share in zip(self.schedules, mix.shares.tolist(), strict=True):
            point[schedule.places] += max(0.0, share) * schedule.values
        point[self._rest] = mix.rest
        return point


def _key(person: int, point: Whole) -> Key:
    (places,) = np.nonzero(point)
    return person, places.tobytes(), point[places].tobytes()
