"""A rota made of schedules: duty after duty is given to whom the master takes most, and all are priced anew around it.

From nothing it makes a first good rota; around duties that are held it makes a part of a rota anew.
"""

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np
from numpy.random import Generator

from solver import linear
from solver.columns import EXACT_STATES, HASTY_STATES, HASTY_TRIES, Columns, Mix
from solver.model import Mask, Reals, Whole
from solver.pricing import TRIES

ROUNDS, ROUNDS_SHORT, ROUNDS_MOST, STEPS = 2, 1, 20, 100
"""Pricing rounds after each step, and where there is hardly time; most of them, as long as a mix that is too dear gets cheaper; and about how many steps a dive takes."""
ROUNDS_FIRST, FALLING, FALLING_LATER = 60, 1e-3, 1e-2
"""Most rounds before anything is given; relative fall of a mix in a round from which another one follows, then and later: of the whole rota, where there is time."""
PATIENCE, PATIENCE_WHOLE = 1, 5
"""Rounds without a cheaper mix after which one that is too dear is left: of a part, of the whole rota."""
SCHEDULES, SCHEDULES_SHORT, SEVERAL = 30, 10, 2
"""Schedules of each person from which a dive starts, and where there is hardly time; those that pricing after a step asks for at least."""
FAR = 100.0
"""Price of leaving a row, in the largest price known."""
WAYWARD = 0.5
"""Least part of its share that a duty may seem to have, where another rota than the last one is wanted."""
LOSS = 1e-3
"""Relative loss since the last pricing up to which what was given has spoilt nothing, and nobody is priced anew around it: of the whole rota, whose steps are many."""
SURE, WHOLE = 0.7, 0.99
"""Share from which a duty is given together with others; from which it is as good as given."""


class Dive:
    """Schedules with some duties given. ``duties`` are the variables that say who holds what."""

    def __init__(
        self,
        columns: Columns,
        duties: Mask,
        held: Sequence[int] = (),
        *,
        random: Generator | None = None,
        short: bool = False,
    ) -> None:
        """Some duties ``held`` as they are. ``random``: not always the surest duty next, so that another rota is found.

        ``short``: there is hardly time; fewer schedules and rounds of pricing will do.
        """
        self._columns, self._duties, self._random = columns, duties, random
        self._rounds = ROUNDS_SHORT if short else ROUNDS
        self._whole = not len(held)
        self._waits = self._nothing_given = self._whole and not short
        self._patience = PATIENCE_WHOLE if self._whole else PATIENCE
        programmes = columns.programmes
        self._without = {n: np.zeros(p.options, dtype=bool) for n, p in enumerate(programmes)}
        self._closed = np.zeros(len(duties), dtype=bool)
        self._kept = columns.cheapest(SCHEDULES_SHORT if short else SCHEDULES)
        self._undecided = list(range(columns.people))
        self._as_good = -inf
        """Value up to which a mix is as good as the last one priced, if pricing made that hardly cheaper any more."""
        self.most_steps = STEPS
        """With fewer, more duties are given at each."""
        self._give(held)

    def _give(self, duties: Sequence[int]) -> None:
        owner, programmes = self._columns.owner, self._columns.programmes
        given: dict[int, set[int]] = {}
        for i in duties:
            person = int(owner[i])
            self._without[person] |= programmes[person].lacking(i)
            self._closed[i] = True
            given.setdefault(person, set()).add(i)
        schedules = self._columns.schedules
        self._kept = [
            k
            for k in self._kept
            if schedules[k].person not in given or given[schedules[k].person].issubset(schedules[k].places.tolist())
        ]

    def steps(self, at_most: int) -> Iterator[dict[int, int] | None]:
        """None at each step, and at last whose schedule is which.

        Ends before where nobody's schedules go together, or nothing of at most that value seems left.
        """
        rounding = linear.ROUNDING * max(1.0, abs(at_most))
        prices = self._columns.prices
        while (mix := self._mixed(prices, at_most + rounding, rounding)) is not None:
            prices = mix.prices
            whole = self._settled(mix.shares)
            yield whole
            if whole is not None or not self._next(mix.shares):
                return

    def _mixed(self, prices: Reals, most: float, rounding: float) -> Mix | None:
        """The master's mix of schedules priced around what is given; None where there is none, or none of at most that value."""
        columns, wages, idle = self._columns, None, 0
        mix: Mix | None = None
        start, self._nothing_given = self._nothing_given, False
        falling = FALLING if start else FALLING_LATER
        for again in range((ROUNDS_FIRST if start else ROUNDS_MOST) + 1):
            first = len(columns.schedules)
            alone = sorted(set(range(columns.people)) - {columns.schedules[k].person for k in self._kept})
            if alone:
                columns.price(prices, None, alone, states=HASTY_STATES, many=1, without=self._without, needed=True)
            elif again:
                many = max(SEVERAL, columns.several)
                columns.price(prices, wages, self._undecided, states=HASTY_STATES, many=many, without=self._without)
            if again and first == len(columns.schedules):
                break
            self._kept += range(first, len(columns.schedules))
            if alone and {columns.schedules[k].person for k in self._kept} != set(range(columns.people)):
                return None
            # What the schedules known cannot keep yet may be left, at a price that nobody pays for long.
            last = mix
            mix = columns.mix(self._kept, (columns.prices, FAR * float(np.abs(columns.prices).max() + 1)))
            if mix is None:
                return None
            prices, wages = mix.prices, mix.wages
            idle = 0 if last is None or mix.value < last.value - rounding else idle + 1
            if self._priced_enough(mix, last, most, again, idle, falling):
                break
        if mix is not None and last is not None and self._whole:
            slack = LOSS * max(1.0, abs(mix.value))
            self._as_good = mix.value + slack if last.value - mix.value <= slack else -inf
        return mix if mix is not None and mix.value <= most else None

    def _priced_enough(self, mix: Mix, last: Mix | None, most: float, again: int, idle: int, falling: float) -> bool:
        """Whether a mix after so many pricings is good enough to give by, or no longer worth another one."""
        if mix.value <= min(most, self._as_good):
            # Around what was given since the last pricing it is still as good: there is nothing to look for.
            return True
        if self._waits and (last is None or last.value - mix.value > falling * abs(mix.value)):
            # What is given is given for good: not by a mix that one more round makes quite another.
            return False
        return again >= self._rounds and (mix.value <= most or idle >= self._patience)

    def _settled(self, shares: Reals) -> dict[int, int] | None:
        """Whose schedule is which, once everybody has one."""
        largest: dict[int, tuple[float, int]] = {}
        for k, share in zip(self._kept, shares.tolist(), strict=True):
            person = self._columns.schedules[k].person
            largest[person] = max(largest.get(person, (0.0, 0)), (share, k))
        self._undecided = [person for person, (share, _) in sorted(largest.items()) if share < WHOLE]
        return None if self._undecided else {person: k for person, (_, k) in largest.items()}

    def _next(self, shares: Reals) -> bool:
        """Give the duties that are as good as given, and one more (a few, where there are very many)."""
        spread = np.zeros(len(self._duties))
        for k, share in zip(self._kept, shares.tolist(), strict=True):
            spread[self._columns.schedules[k].places] += share * self._columns.schedules[k].values
        (left,) = np.nonzero(self._duties & ~self._closed & (spread > 1 - WHOLE))
        few, given = max(1, int(spread[self._duties].sum()) // self.most_steps), list[int]()
        sure = spread[left]
        if self._random is not None:
            sure = np.where(sure < WHOLE, sure * self._random.uniform(WAYWARD, 1.0, len(sure)), sure)
        for i in left[np.argsort(-sure, kind="stable")].tolist():
            if spread[i] < WHOLE and given and (len(given) >= few or spread[i] < SURE):
                break
            if spread[i] >= WHOLE or self._can_have(i):
                given.append(i)
            self._closed[i] = True
        self._give(given)
        return len(given) > 0

    def _can_have(self, i: int) -> bool:
        """Whether somebody has any schedule with one duty more."""
        person = int(self._columns.owner[i])
        programme, nothing = self._columns.programmes[person], np.zeros(len(self._duties))
        without = self._without[person] | programme.lacking(i)
        for states, tries in ((HASTY_STATES, HASTY_TRIES), (EXACT_STATES, TRIES)):
            begin = np.zeros_like(programme.prices)
            found = programme.cheapest(
                nothing, many=1, most_states=states, without=without, below=0.5, begin=begin, tries=tries
            )
            if len(found.costs) or found.floor >= 0.5:
                return len(found.costs) > 0
        return False

    def point(self, chosen: dict[int, int], values: Whole) -> tuple[Whole, Mask]:
        """A point with the chosen schedules, the rest as it was; and which variables they settle."""
        point, settled = values.copy(), ~self._columns.free
        for person, k in chosen.items():
            own = (self._columns.owner == person) & self._columns.free
            schedule = self._columns.schedules[k]
            point[own] = 0
            point[schedule.places] = schedule.values
            settled |= own
        return point, settled
