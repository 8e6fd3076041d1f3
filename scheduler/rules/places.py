"""No duty is given to more people than it has places."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.terms import total
from scheduler.words import Said


class Places(Rule):
    """A duty has at most as many people as its line wishes.

    Unit of breach: a person too many on a duty.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "days"
    kind: Literal["places"] = "places"

    def statement(self) -> Said:
        return Said(
            "No duty has more people than the line asks for.",
            "Aucune garde n'a plus de monde que la ligne n'en demande.",
        )

    def encode(self, board: Board) -> None:
        for duty in board.facts.duties:
            breach = Breach(self.name, duty.id, (duty.id,))
            if not duty.wished:
                for person in board.candidates(duty):
                    board.never(person, duty, None, breach)
                continue
            people = [board.on(person, duty) for person in board.candidates(duty)]
            board.at_most(duty.wished, total(people), breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, people in roster.people_by_duty.items():
            surplus = len(people) - facts.duty_by_id[duty_id].wished
            if surplus > 0:
                yield Breach(self.name, duty_id, (duty_id,), surplus)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty = facts.said_duty(breach.subject)
        return Said(
            f"{duty.en}: {breach.amount} more than asked for.",
            f"{duty.fr} : {breach.amount} de plus que demandé.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("as many as there are places", {}, "Ana D\nBob D", 0, {"lines": [{"id": "D", "wished": "2"}]}),
        Example("one too many", {}, "Ana D\nBob D", 1, {"lines": [{"id": "D", "wished": "1"}]}),
        Example("a duty without places", {}, "Ana D", 1, {"lines": [{"id": "D", "wished": "0"}]}),
    )
