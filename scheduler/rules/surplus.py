"""No more people on a duty than it needs."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import total
from scheduler.words import Said


class Surplus(Rule):
    """Each duty has at most as many people as it needs; who is there without need has a price.

    Unit of breach: a person above the needed number.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["surplus"] = "surplus"

    def statement(self) -> Said:
        return Said(
            "As far as possible nobody is on a duty that has the people it needs.",
            "Autant que possible, personne en surnombre sur une garde.",
        )

    def encode(self, board: Board) -> None:
        for duty in board.facts.duties:
            if self.covers(board.facts, duty):
                people = total(board.on(person, duty) for person in board.candidates(duty))
                board.at_most(duty.needed, people, Breach(self.name, duty.id, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, people in roster.people_by_duty.items():
            duty = facts.duty_by_id[duty_id]
            above = len(people) - duty.needed
            if above > 0 and self.covers(facts, duty):
                yield Breach(self.name, duty_id, (duty_id,), above)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty = facts.said_duty(breach.subject)
        return Said(f"{duty.en}: {breach.amount} more than needed.", f"{duty.fr} : {breach.amount} de trop.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("as many as needed", {}, "Ana D\nBob D", 0, {"lines": [{"id": "D", "needed": "2"}]}),
        Example("one above", {}, "Ana D\nBob D", 1, {"lines": [{"id": "D", "needed": "1"}]}),
        Example("where nobody is needed", {}, "Ana D\nBob D", 2, {"lines": [{"id": "D", "needed": "0"}]}),
        Example("a hole is no surplus", {}, "Ana . D", 0, {"lines": [{"id": "D", "needed": "1"}]}),
        Example("not in the scope", {"lines": "N"}, "Ana D N", 1),
        Example(
            "needed on one day only",
            {},
            "Ana D D",
            1,
            {"needs": [{"line": "D", "first_day": "2027-03-02", "last_day": "2027-03-02", "needed": "1"}]},
        ),
    )
