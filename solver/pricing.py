"""The cheapest schedule of one person: a dynamic programme over their rows of the model, day after day.

It knows no rule. A *stage* decides the duties of a day (one of a few options), or a number that follows from them; the
state is what each row that is not yet complete adds up to, kept no finer than what is still to come can tell apart. So a
run of days, a count of weekends or a rest become states by themselves, whatever rule wrote them. How the programme is gone
through stands in :mod:`solver.walk`.
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from solver.model import Mask, Reals, Whole
from solver.outline import Far, Outline, Stages
from solver.walk import kind_costs, settled, walked

NEAR = 1e-9
"""Relative difference in which two costs are the same."""
TRIES = 300
"""Prices of far rows that are tried before the walk, where nothing else is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Cheapest:
    """Schedules of one person: their costs, the least first; the value that each chose at each stage.

    No schedule of the person costs less than ``floor`` (infinity: there is none). ``exact``: the first is the least, or where there
    is none, there surely is none that costs so little as was asked for.
    """

    costs: Reals
    chosen: Whole
    floor: float
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """One person's variables and rows, in the order in which they are decided."""

    stages: Stages
    far: Far
    outline: Outline
    scale: Reals
    """Of each far row, the most that one arc or one unit of a number adds to it."""
    prices: Reals
    """Of the far rows, at the last question: where the next one begins."""
    alike: Whole
    """Of each option, a number that it shares with those of its stage that add the same to every row."""
    option_of: Whole
    """Of each variable that is not zero in an option: the option …"""
    variable_of: Whole
    """… the variable …"""
    value_of: Whole
    """… and its value there (1 where a number follows)."""

    @property
    def options(self) -> int:
        """How many options all stages have together."""
        return int(self.stages.first_option[-1])

    def cheapest(
        self,
        reduced: Reals,
        *,
        many: int,
        most_states: int,
        without: Mask | None = None,
        below: float = inf,
        begin: Reals | None = None,
        tries: int = TRIES,
    ) -> Cheapest:
        """The cheapest schedules, up to ``many``, under the given cost of each variable of the problem.

        With more than ``most_states`` states in a day only the most promising are kept, and only those that may cost less
        than ``below``: what comes back are schedules, but there may be cheaper ones, down to the floor that is told.
        ``begin``: prices of the far rows to begin from, and to be left as they end; else those of the last question. They are
        moved at most so many ``tries``.
        """
        weights = reduced[self.variable_of] * self.value_of
        cost_of = np.bincount(self.option_of, weights=weights, minlength=self.options).astype(float)
        if without is not None:
            cost_of[without] = inf
        # Of options that no row tells apart the cheapest will do.
        order = np.lexsort((cost_of, self.alike))
        cost_of[order[1:][self.alike[order[1:]] == self.alike[order[:-1]]]] = inf
        costs = kind_costs(self.stages, self.outline, cost_of)
        prices = self.prices if begin is None else begin
        how = (self.stages, self.outline, self.far, costs, cost_of)
        settled(*how, self.scale, prices, tries, below)
        found, chosen, floor = walked(*how, self.scale, prices, many, most_states, below)
        least = float(found[0]) if len(found) else below
        exact = floor >= least - NEAR * max(1.0, abs(least)) if least < inf else floor == inf
        return Cheapest(found, chosen, min(floor, least) if len(found) else floor, exact)

    def lacking(self, variable: int) -> Mask:
        """The options of the day of a variable in which it is zero."""
        first_option = self.stages.first_option
        (named,) = np.nonzero(self.variable_of == variable)
        options = self.option_of[named]
        stage = int(np.searchsorted(first_option, options[0], side="right")) - 1
        lacking = np.zeros(self.options, dtype=bool)
        lacking[first_option[stage] : first_option[stage + 1]] = True
        lacking[options] = False
        return lacking

    def point(self, chosen: Whole, number: int) -> Whole:
        """A schedule as a point over so many variables; those of other people are zero."""
        follows = self.stages.follows
        options = self.stages.first_option[:-1] + np.where(follows, 0, chosen)
        times = np.zeros(self.options, dtype=np.int64)
        times[options] = np.where(follows, chosen, 1)
        values = np.zeros(number, dtype=np.int64)
        np.add.at(values, self.variable_of, times[self.option_of] * self.value_of)
        return values
