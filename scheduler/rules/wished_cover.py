"""A duty has the people one would like, beyond those it needs."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import total
from scheduler.words import Said


class WishedCover(Rule):
    """Where a line wishes more people than it needs, each duty has as many as wished.

    Unit of breach: a person missing to the wished number.
    """

    TIER: ClassVar[str] = "cover"
    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["wished_cover"] = "wished_cover"

    def statement(self) -> Said:
        return Said(
            "As far as possible a duty has as many people as wished.",
            "Autant que possible, une garde a l'effectif souhaité.",
        )

    def encode(self, board: Board) -> None:
        for duty in board.facts.duties:
            if duty.wished > duty.needed and self.covers(board.facts, duty):
                people = total(board.on(person, duty) for person in board.candidates(duty))
                board.at_least(duty.wished, people, Breach(self.name, duty.id, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty in facts.duties:
            missing = duty.wished - len(roster.people_on(duty.id))
            if duty.wished > duty.needed and missing > 0 and self.covers(facts, duty):
                yield Breach(self.name, duty.id, (duty.id,), missing)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty = facts.said_duty(breach.subject)
        return Said(
            f"{duty.en}: {breach.amount} fewer than wished.", f"{duty.fr} : {breach.amount} de moins que souhaité."
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("as wished", {"lines": "D"}, "Ana D\nBob D", 0, {"lines": [{"id": "D", "wished": "2"}]}),
        Example("one fewer", {"lines": "D"}, "Ana D\nBob .", 1, {"lines": [{"id": "D", "wished": "2"}]}),
        Example(
            "what is needed is no wish",
            {"lines": "D"},
            "Ana .",
            0,
            {"lines": [{"id": "D", "needed": "2", "wished": "2"}]},
        ),
    )
