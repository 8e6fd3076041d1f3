"""The rota already published moves as little as possible."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts, duty_id
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.words import Said


class Stability(Rule):
    """Each published assignment of the horizon is kept.

    Unit of breach: an assignment that moved.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["stability"] = "stability"

    def statement(self) -> Said:
        return Said("What is published moves as little as possible.", "Ce qui est publié bouge le moins possible.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        for row in facts.tables.published:
            duty = facts.duty_by_id.get(duty_id(row.line, row.date, row.period))
            if duty and not duty.past and self.covers(facts, duty) and self.concerns(facts, row.person):
                board.at_least(1, board.on(row.person, duty), Breach(self.name, row.person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        planned = {duty.id: duty for duty in facts.duties}
        for row in facts.tables.published:
            name = f"{row.line}.{row.date.isoformat()}.{row.period}"
            counted = name in planned and self.covers(facts, planned[name]) and self.concerns(facts, row.person)
            if counted and not roster.covers(row.person, name):
                yield Breach(self.name, row.person, (name,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{who} no longer holds {duty.en}, as published.", f"{who} ne tient plus {duty.fr}, pourtant publié."
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "as published",
            {},
            "Ana D",
            0,
            {"published": [{"line": "D", "date": "2027-03-01", "period": "day", "person": "Ana"}]},
        ),
        Example(
            "moved",
            {},
            "Ana .\nBob D",
            1,
            {"published": [{"line": "D", "date": "2027-03-01", "period": "day", "person": "Ana"}]},
        ),
        Example(
            "outside the horizon",
            {},
            "Ana D",
            0,
            {"published": [{"line": "D", "date": "2027-04-01", "period": "day", "person": "Ana"}]},
        ),
    )
