"""Some periods are not held on the day after others."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from scheduler.calendar import ONE_DAY
from scheduler.cells import Words
from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.words import Said, joined, said_day


class Succession(Rule):
    """Nobody has a duty of a ``never`` period on the day after a duty of an ``after`` period; the past counts.

    A day without a duty in between lifts the rule.
    Unit of breach: a pair of days, the first with such a duty, the next with the other.
    """

    SEES: ClassVar[Sees] = "person"
    kind: Literal["succession"] = "succession"
    after: Words = Field((), description="periods; empty = all")
    never: Words = Field((), description="periods that may not be held the day after; empty = all")

    def statement(self) -> Said:
        after, never = joined(self.after), joined(self.never)
        return Said(
            f"The day after {after or 'a duty'}, never {never or 'another'}.",
            f"Le lendemain de {after or 'toute garde'}, jamais {never or 'une autre'}.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            before: dict[date, list[Duty]] = {}
            then: dict[date, list[Duty]] = {}
            for duty in board.duties_of(person.id):
                if self.covers(facts, duty):
                    if not self.after or duty.period in self.after:
                        before.setdefault(duty.date, []).append(duty)
                    if not duty.past and (not self.never or duty.period in self.never):
                        then.setdefault(duty.date - ONE_DAY, []).append(duty)
            for day, first in before.items():
                if day in then:
                    one = board.any_of(board.on(person.id, duty) for duty in first)
                    other = board.any_of(board.on(person.id, duty) for duty in then[day])
                    board.at_most(1, one + other, Breach(self.name, person.id, (day.isoformat(),)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [duty for duty in held(facts, roster, person.id) if self.covers(facts, duty)]
            started = {duty.date for duty in mine if duty.period in self.after or not self.after}
            planned = [duty for duty in mine if not duty.past]
            followed = {duty.date for duty in planned if duty.period in self.never or not self.never}
            for day in sorted(started):
                if day + ONE_DAY in followed:
                    yield Breach(self.name, person.id, (day.isoformat(),))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, day, said = facts.name(breach.subject), said_day(date.fromisoformat(breach.where[0])), self.statement()
        return Said(f"{who}, {day.en} and the day after: {said.en}", f"{who}, {day.fr} et le lendemain : {said.fr}")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a day after a day", {"after": "night", "never": "day"}, "Ana D D N", 0),
        Example("a day after a night", {"after": "night", "never": "day"}, "Ana N D", 1),
        Example("a free day between", {"after": "night", "never": "day"}, "Ana N . D", 0),
        Example("the other way round", {"after": "night", "never": "day"}, "Ana D N", 0),
        Example("twice", {"after": "night", "never": "day morning"}, "Ana N D N M", 2),
        Example("a period after itself", {"after": "night", "never": "night"}, "Ana N N N", 2),
        Example("two on the day after are one pair", {"after": "night", "never": "morning afternoon"}, "Ana N MA", 1),
        Example("a night before the first day", {"after": "night", "never": "day"}, "Ana N | D", 1),
        Example("any duty after a night", {"after": "night"}, "Ana N M N", 1),
        Example("nothing the day after any duty", {}, "Ana M N . D", 1),
        Example("all in the past", {"after": "night", "never": "day"}, "Ana N D | .", 0),
        Example("somebody else", {"after": "night", "never": "day"}, "Ana N .\nBob . D", 0),
        Example("the scope counts on both days", {"after": "night", "never": "day", "lines": "N D"}, "Ana C D", 0),
    )
