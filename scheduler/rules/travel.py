"""Kilometres from home to the duties are few."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.words import Said


class Travel(Rule):
    """From home to the site and back, once per duty worked on site; unknown ways count nothing.

    Unit of breach: a kilometre, rounded to the nearest for each duty.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["travel"] = "travel"

    def statement(self) -> Said:
        return Said("People travel as little as possible.", "On fait le moins de route possible.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        for duty in facts.duties:
            if not duty.on_site or not self.covers(facts, duty):
                continue
            for person in board.candidates(duty):
                if not self.concerns(facts, person):
                    continue
                home = facts.person_by_id[person].home
                ways = [round(2 * (facts.km_between(home, site) or 0)) for site in duty.sites]
                # As in the rule of money: the nearest site costs whatever one chooses, the others their surplus.
                cost = board.on(person, duty) * min(ways)
                for site, km in zip(duty.sites, ways, strict=True):
                    if km > min(ways):
                        here = board.both(board.on(person, duty), board.at(duty, site))
                        cost = cost + here * (km - min(ways))
                board.at_most(0, cost, Breach(self.name, person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            km = facts.km_between(facts.person_by_id[person].home, site_of(duty, roster)) or 0
            counted = duty.on_site and self.covers(facts, duty) and self.concerns(facts, person)
            if counted and round(2 * km):
                yield Breach(self.name, person, (duty_id,), round(2 * km))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(f"{who}: {breach.amount} km for {duty.en}.", f"{who} : {breach.amount} km pour {duty.fr}.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "both ways",
            {},
            "Ana D",
            25,
            {
                "people": [{"id": "Ana", "home": "v"}],
                "travel": [{"origin": "v", "destination": "H", "minutes": "15", "km": "12.5"}],
            },
        ),
        Example(
            "nobody drives to be on call",
            {},
            "Ana C",
            0,
            {
                "people": [{"id": "Ana", "home": "v"}],
                "travel": [{"origin": "v", "destination": "H", "minutes": "15", "km": "12"}],
            },
        ),
        Example(
            "to the chosen site",
            {},
            "Ana p",
            4,
            {
                "people": [{"id": "Ana", "home": "v"}],
                "travel": [
                    {"origin": "v", "destination": "H", "minutes": "15", "km": "12"},
                    {"origin": "v", "destination": "K", "minutes": "5", "km": "2"},
                ],
            },
        ),
    )
