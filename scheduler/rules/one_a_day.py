"""Nobody starts two duties on one day."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.terms import total
from scheduler.words import Said, said_day


class OneADay(Rule):
    """A person holds at most one planned duty of the scope that starts on a given day.

    Unit of breach: a duty too many on a day.
    """

    SEES: ClassVar[Sees] = "person"
    kind: Literal["one_a_day"] = "one_a_day"

    def statement(self) -> Said:
        return Said("Nobody has two duties on one day.", "Personne n'a deux gardes le même jour.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            by_day: dict[date, list[Duty]] = {}
            for duty in board.duties_of(person.id):
                if not duty.past and self.covers(facts, duty):
                    by_day.setdefault(duty.date, []).append(duty)
            for day, duties in by_day.items():
                if len(duties) > 1:
                    count = total(board.on(person.id, duty) for duty in duties)
                    board.at_most(1, count, Breach(self.name, person.id, (day.isoformat(),)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            seen: dict[date, int] = {}
            for duty_id in roster.duties_of(person.id):
                duty = facts.duty_by_id[duty_id]
                if self.covers(facts, duty):
                    seen[duty.date] = seen.get(duty.date, 0) + 1
            for day, count in sorted(seen.items()):
                if count > 1:
                    yield Breach(self.name, person.id, (day.isoformat(),), count - 1)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, day = facts.name(breach.subject), said_day(date.fromisoformat(breach.where[0]))
        count = breach.amount + 1
        return Said(f"{who} has {count} duties on {day.en}.", f"{who} a {count} gardes le {day.fr}.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("one each day", {}, "Ana D N D", 0),
        Example("two people, one each", {}, "Ana D\nBob N", 0),
        Example("morning and night of a day", {}, "Ana MN", 1),
        Example("three on one day", {}, "Ana MAN", 2),
        Example("two on each of two days", {}, "Ana MA DN", 2),
        Example("in the scope only", {"periods": "day"}, "Ana DN", 0),
        Example("two in the past", {}, "Ana DN | D", 0),
    )
