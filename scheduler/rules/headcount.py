"""As few people as possible are called upon."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.words import Said


class Headcount(Rule):
    """Everybody who holds a duty of the scope within the horizon counts.

    Unit of breach: a person with at least one duty.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["headcount"] = "headcount"

    def statement(self) -> Said:
        return Said(
            "As few different people as possible hold duties.", "Le moins de personnes possible sont sollicitées."
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if self.concerns(facts, person.id):
                mine = [d for d in board.duties_of(person.id) if not d.past and self.covers(facts, d)]
                works = board.any_of(board.on(person.id, duty) for duty in mine)
                board.at_most(0, works, Breach(self.name, person.id))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            duties = [facts.duty_by_id[duty] for duty in roster.duties_of(person.id)]
            if self.concerns(facts, person.id) and any(self.covers(facts, duty) for duty in duties):
                yield Breach(self.name, person.id)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who = facts.name(breach.subject)
        return Said(f"{who} is called upon.", f"{who} est sollicité(e).")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("nobody", {}, "Ana . .", 0),
        Example("one, with two duties", {}, "Ana D D\nBob . .", 1),
        Example("two", {}, "Ana D .\nBob . D", 2),
        Example("only the scope counts", {"periods": "night"}, "Ana D .\nBob . N", 1),
        Example("what is past does not count", {}, "Ana D | .\nBob . | D", 1),
    )
