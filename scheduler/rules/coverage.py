"""Every duty has the people without whom it is a hole."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import total
from scheduler.words import Said


class Coverage(Rule):
    """Each duty has at least as many people as its line needs; a hole weighs ``prices`` by the line's priority.

    Unit of breach: a missing person, times the price of the priority (1 first).
    """

    TIER: ClassVar[str] = "cover"
    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["coverage"] = "coverage"
    prices: tuple[int, int, int, int, int] = Field((81, 27, 9, 3, 1), description="units of a hole, priority 1 to 5")

    def statement(self) -> Said:
        return Said(
            "Every duty is held; where people are too few, the lines of first priority are held first.",
            "Toute garde est tenue ; si l'effectif manque, les lignes de première priorité passent d'abord.",
        )

    def encode(self, board: Board) -> None:
        for duty in board.facts.duties:
            if duty.needed and self.covers(board.facts, duty):
                people = total(board.on(person, duty) for person in board.candidates(duty))
                breach = Breach(self.name, duty.id, (duty.id,))
                board.at_least(duty.needed, people, breach, times=self.prices[duty.priority - 1])

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty in facts.duties:
            missing = duty.needed - len(roster.people_on(duty.id))
            if missing > 0 and self.covers(facts, duty):
                yield Breach(self.name, duty.id, (duty.id,), missing * self.prices[duty.priority - 1])

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty = facts.said_duty(breach.subject)
        return Said(f"{duty.en}: nobody, or not enough people.", f"{duty.fr} : personne, ou pas assez de monde.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("held", {}, "Ana D", 0, {"lines": [{"id": "D", "needed": "1"}]}),
        Example("a hole", {}, "Ana .", 27, {"lines": [{"id": "D", "needed": "1"}]}),
        Example("one of two", {}, "Ana D", 27, {"lines": [{"id": "D", "needed": "2"}]}),
        Example("of first priority", {}, "Ana .", 81, {"lines": [{"id": "D", "needed": "1", "priority": "1"}]}),
        Example("of last priority", {}, "Ana . .", 2, {"lines": [{"id": "D", "needed": "1", "priority": "5"}]}),
        Example("not in the scope", {"lines": "N"}, "Ana .", 0, {"lines": [{"id": "D", "needed": "1"}]}),
    )
