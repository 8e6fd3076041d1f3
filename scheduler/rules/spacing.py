"""Duties of a person are some days apart."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.words import Said


class Spacing(Rule):
    """Two duties of the scope that start on different days start at least ``days_apart`` days apart.

    Unit of breach: a pair of duties.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("with a duty too close by", "avec une garde trop proche")
    kind: Literal["spacing"] = "spacing"
    days_apart: Annotated[int, Field(ge=2, le=60)]

    def statement(self) -> Said:
        return Said(
            f"Duties of different days are at least {self.days_apart} days apart.",
            f"Les gardes de jours différents sont espacées d'au moins {self.days_apart} jours.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [d for d in board.duties_of(person.id) if self.covers(facts, d)]
            for i, first in enumerate(mine):
                for later in mine[i + 1 :]:
                    days = (later.date - first.date).days
                    if days > self.days_apart:
                        break
                    if 0 < days < self.days_apart:
                        two = board.on(person.id, first) + board.on(person.id, later)
                        board.at_most(1, two, Breach(self.name, person.id, (first.id, later.id)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [d for d in held(facts, roster, person.id) if self.covers(facts, d)]
            mine.sort(key=lambda duty: duty.date)
            for i, later in enumerate(mine):
                for first in mine[:i][::-1]:
                    if (later.date - first.date).days >= self.days_apart:
                        break
                    if first.date != later.date and not (first.past and later.past):
                        yield Breach(self.name, person.id, (first.id, later.id))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        first, later = (facts.said_duty(duty) for duty in breach.where)
        who = facts.name(breach.subject)
        return Said(
            f"{who}: {first.en} and {later.en} are less than {self.days_apart} days apart.",
            f"{who} : {first.fr} et {later.fr} à moins de {self.days_apart} jours.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("two days apart", {"days_apart": 2}, "Ana D . D", 0),
        Example("on two days in a row", {"days_apart": 2}, "Ana D D", 1),
        Example("the same day does not count", {"days_apart": 3}, "Ana DN", 0),
        Example("three in three days", {"days_apart": 3}, "Ana D D D", 3),
        Example("across the first day", {"days_apart": 2}, "Ana N | N", 1),
    )
