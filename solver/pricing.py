"""The cheapest schedule of one person: a dynamic programme over their rows of the model, day after day.

It knows no rule. A *stage* decides the duties of a day (one of a few options), or a number that follows from them; the
state is what each row that is not yet complete adds up to, kept no finer than what is still to come can tell apart. So a
run of days, a count of weekends or a rest become states by themselves, whatever rule wrote them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from solver.model import NO_LIMIT, Mask, Whole

Reals = NDArray[np.float64]

TRIED = 200
"""Cheaper states against which a state is compared before it is believed to be of use."""


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """One person's variables and rows, in the order in which they are decided.

    Stage ``s`` has the options ``first_option[s]:first_option[s + 1]`` and touches the rows
    ``first_row[s]:first_row[s + 1]``; an option adds to each of them what stands in ``delta`` from ``first_delta[option]``
    on. A stage that ``follows`` has one option, for one unit of a number that takes the least value its rows allow.
    """

    follows: Mask
    merges: Mask
    """After this stage equal states become one."""
    first_option: Whole
    first_row: Whole
    first_delta: Whole
    delta: Whole
    number_lower: Whole
    number_upper: Whole
    slot: Whole
    """Of a row touched: its place in the state …"""
    fresh: Mask
    """… whether it is touched for the first time …"""
    closes: Mask
    """… or the last …"""
    lo: Whole
    hi: Whole
    """… its sides …"""
    least: Whole
    most: Whole
    """… and the least and the most that later stages can add."""
    slots: int
    sides: Whole
    """After each stage, of each slot: 1 if only too much can break its row, -1 if only too little, else 0."""
    alike: Whole
    """Of each option, a number that it shares with those of its stage that add the same to every row."""
    option_of: Whole
    """Of each variable that is not zero in an option: the option …"""
    variable_of: Whole
    """… the variable …"""
    value_of: Whole
    """… and its value there (1 where a number follows)."""

    def cheapest(
        self, reduced: Reals, *, many: int, most_states: int, without: Mask | None = None
    ) -> tuple[Reals, Whole, bool]:
        """The cheapest schedules under the given cost of each variable of the problem.

        With more than ``most_states`` states in a day only the cheapest are kept: what comes back are schedules, but
        there may be cheaper ones.

        Returns:
            up to ``many`` costs, the least first; what each of them chose at each stage; whether the first is the least.
        """
        weights = reduced[self.variable_of] * self.value_of
        cost_of = np.bincount(self.option_of, weights=weights, minlength=int(self.first_option[-1])).astype(float)
        if without is not None:
            cost_of[without] = np.inf
        # Of options that no row tells apart the cheapest will do.
        order = np.lexsort((cost_of, self.alike))
        cost_of[order[1:][self.alike[order[1:]] == self.alike[order[:-1]]]] = np.inf
        found: tuple[Reals, Whole, bool] = _run(
            self.follows,
            self.merges,
            self.first_option,
            self.first_row,
            self.first_delta,
            self.delta,
            self.number_lower,
            self.number_upper,
            self.slot,
            self.fresh,
            self.closes,
            self.lo,
            self.hi,
            self.least,
            self.most,
            self.sides,
            self.slots,
            cost_of,
            many,
            most_states,
        )
        return found

    def lacking(self, variable: int) -> Mask:
        """The options of the day of a variable in which it is zero."""
        (named,) = np.nonzero(self.variable_of == variable)
        options = self.option_of[named]
        stage = int(np.searchsorted(self.first_option, options[0], side="right")) - 1
        lacking = np.zeros(int(self.first_option[-1]), dtype=bool)
        lacking[self.first_option[stage] : self.first_option[stage + 1]] = True
        lacking[options] = False
        return lacking

    def point(self, chosen: Whole, number: int) -> Whole:
        """A schedule as a point over so many variables; those of other people are zero."""
        options = self.first_option[:-1] + np.where(self.follows, 0, chosen)
        times = np.zeros(int(self.first_option[-1]), dtype=np.int64)
        times[options] = np.where(self.follows, chosen, 1)
        values = np.zeros(number, dtype=np.int64)
        np.add.at(values, self.variable_of, times[self.option_of] * self.value_of)
        return values


def _compiled(function: Any) -> Any:
    """Machine code, kept on disk, that lets other threads run meanwhile."""
    return njit(cache=True, nogil=True)(function)


@_compiled
def _run(  # type: ignore[no-untyped-def]  # noqa: ANN202, C901, PLR0912, PLR0915
    follows: Any,
    merges: Any,
    first_option: Any,
    first_row: Any,
    first_delta: Any,
    delta: Any,
    number_lower: Any,
    number_upper: Any,
    slot: Any,
    fresh: Any,
    closes: Any,
    lo: Any,
    hi: Any,
    least: Any,
    most: Any,
    sides: Any,
    slots: int,
    cost_of: Any,
    many: int,
    most_states: int,
):
    states, cost = np.zeros((1, slots), np.int64), np.zeros(1, np.float64)
    exact = True
    parents, choices = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    for s in range(len(follows)):
        rows = range(first_row[s], first_row[s + 1])
        room = len(cost) * (first_option[s + 1] - first_option[s])
        new, new_cost = np.empty((room, slots), np.int64), np.empty(room, np.float64)
        parent, choice = np.empty(room, np.int64), np.empty(room, np.int64)
        number = 0
        for i in range(len(cost)):
            for option in range(first_option[s], first_option[s + 1]):
                if cost_of[option] == np.inf:
                    continue
                add = first_delta[option] - first_row[s]
                value = 1
                if follows[s]:
                    value = number_lower[s]
                    for k in rows:
                        unit = delta[add + k]
                        now = 0 if fresh[k] else states[i, slot[k]]
                        if unit < 0 and hi[k] < NO_LIMIT:
                            value = max(value, -((hi[k] - now - least[k]) // -unit))
                        elif unit > 0 and lo[k] > -NO_LIMIT:
                            value = max(value, -((now + most[k] - lo[k]) // unit))
                    if value > number_upper[s]:
                        continue
                for k in range(slots):
                    new[number, k] = states[i, k]
                kept = True
                for k in rows:
                    now = (0 if fresh[k] else states[i, slot[k]]) + delta[add + k] * value
                    if now + least[k] > hi[k] or now + most[k] < lo[k]:
                        kept = False
                        break
                    if closes[k]:
                        now = 0
                    elif now + most[k] <= hi[k] and now + least[k] >= lo[k]:
                        # Nothing to come can break the row: all such sums are one.
                        now = hi[k] - most[k] if lo[k] <= -NO_LIMIT else lo[k] - least[k]
                    new[number, slot[k]] = now
                if kept:
                    new_cost[number] = cost[i] + cost_of[option] * value
                    parent[number] = i
                    choice[number] = value if follows[s] else option - first_option[s]
                    number += 1
        if merges[s] and number > 1:
            best = _undominated(new, new_cost, _distinct(new, new_cost, number), sides[s])
            if len(best) > most_states:
                best, exact = best[:most_states], False
            states, cost = new[best], new_cost[best]
            parents.append(parent[best])
            choices.append(choice[best])
        else:
            states, cost = new[:number], new_cost[:number]
            parents.append(parent[:number].copy())
            choices.append(choice[:number].copy())
    order = np.argsort(cost)[:many]
    found = np.empty((len(order), len(follows)), np.int64)
    for n in range(len(order)):
        i = order[n]
        for s in range(len(follows) - 1, -1, -1):
            found[n, s] = choices[s + 1][i]
            i = parents[s + 1][i]
    return cost[order], found, exact


@_compiled
def _distinct(states, cost, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Of equal states the cheapest."""
    size = 4
    while size < 2 * number:
        size *= 2
    table, last = np.full(size, -1, np.int64), np.uint64(size - 1)
    keep = np.empty(number, np.int64)
    kept = 0
    for i in range(number):
        mixed = np.uint64(1469598103934665603)
        for k in range(states.shape[1]):
            mixed = (mixed ^ np.uint64(states[i, k] + 1000003)) * np.uint64(1099511628211)
            mixed ^= mixed >> np.uint64(29)
        place = mixed & last
        while True:
            n = table[place]
            if n < 0:
                table[place] = kept
                keep[kept] = i
                kept += 1
                break
            if np.array_equal(states[i], states[keep[n]]):
                if cost[i] < cost[keep[n]]:
                    keep[n] = i
                break
            place = (place + np.uint64(1)) & last
    return keep[:kept]


@_compiled
def _undominated(states, cost, keep, side):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """By cost, those that no cheaper one is at least as good as in every row."""
    order = keep[np.argsort(cost[keep])]
    number = 0
    for i in order:
        beaten = False
        for m in range(min(number, TRIED)):
            j = order[m]
            beaten = True
            for k in range(states.shape[1]):
                better = (states[i, k] - states[j, k]) * side[k]
                if better < 0 or (side[k] == 0 and states[i, k] != states[j, k]):
                    beaten = False
                    break
            if beaten:
                break
        if not beaten:
            order[number] = i
            number += 1
    return order[:number]
