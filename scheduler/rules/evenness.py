"""Everybody is near their fair share, of points, nights, weekends and sensitive dates."""

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.fairness import CATEGORIES, carried, fair_shares, loads, weight_in
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import total
from scheduler.words import Said, said_hundredths


class Evenness(Rule):
    """In each category of ``categories``, everybody's load plus carried balance is their fair share.

    Unit of breach: a hundredth (of a point, a night, a weekend duty, a sensitive date) from the fair share, up or down.
    """

    TIER: ClassVar[str] = "evenness"
    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["evenness"] = "evenness"
    categories: tuple[Literal["points", "nights", "weekends", "sensitive"], ...] = CATEGORIES

    def statement(self) -> Said:
        french = {"points": "points", "nights": "nuits", "weekends": "week-ends", "sensitive": "dates sensibles"}
        return Said(
            f"Everybody is as near as possible to the fair share of {', '.join(self.categories)}.",
            f"Chacun est au plus près de sa juste part : {', '.join(french[c] for c in self.categories)}.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        shares, before = fair_shares(facts), carried(facts)
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [d for d in board.duties_of(person.id) if not d.past]
            for category in self.categories:
                load = total(board.on(person.id, d) * weight_in(category, d) for d in mine if weight_in(category, d))
                target = shares[category][person.id] - before[category][person.id]
                breach = Breach(self.name, person.id, (category,))
                board.priced(load, partial(_away, target), breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        shares, before, load = fair_shares(facts), carried(facts), loads(facts, roster)
        for person in facts.people:
            if self.concerns(facts, person.id):
                for category in self.categories:
                    carries = load[category][person.id] + before[category][person.id]
                    if carries != shares[category][person.id]:
                        off = abs(carries - shares[category][person.id])
                        yield Breach(self.name, person.id, (category,), off)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, off, category = facts.name(breach.subject), said_hundredths(breach.amount), breach.where[0]
        french = {
            "points": "point(s)",
            "nights": "nuit(s)",
            "weekends": "garde(s) de week-end",
            "sensitive": "date(s) sensible(s)",
        }
        return Said(
            f"{who} is {off.en} {category} away from the fair share.",
            f"{who} est à {off.fr} {french[category]} de sa juste part.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("shared", {"categories": ("points",)}, "Ana D .\nBob . D", 0, {"lines": [{"id": "D", "needed": "1"}]}),
        Example(
            "one up, one down",
            {"categories": ("points",)},
            "Ana D D\nBob . .",
            200,
            {"lines": [{"id": "D", "needed": "1"}]},
        ),
        Example(
            "nobody", {"categories": ("points",)}, "Ana . .\nBob . .", 200, {"lines": [{"id": "D", "needed": "1"}]}
        ),
        Example(
            "nights apart",
            {"categories": ("nights",)},
            "Ana N .\nBob . .",
            100,
            {"lines": [{"id": "N", "needed": "1"}]},
        ),
        Example(
            "a carried night",
            {"categories": ("nights",)},
            "Ana . .\nBob N N",
            100,
            {
                "lines": [{"id": "N", "needed": "1"}],
                "balances": [{"person": "Ana", "nights": "0.5"}, {"person": "Bob", "nights": "-0.5"}],
            },
        ),
    )


def _away(target: int, value: int) -> int:
    return abs(value - target)
