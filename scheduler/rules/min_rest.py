"""Nobody starts a duty too soon after the one before."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import total
from scheduler.words import Said


class MinRest(Rule):
    """At least ``hours`` between the end of a duty in the scope and the start of the next one of any kind.

    With ``chained``, a duty that starts at the very minute the one before ends goes on with it and needs no rest
    between (how long that may last is :class:`LongestStretch`'s business).
    Unit of breach: two duties of a person, the later within the rest, with nothing held in between.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("at rest", "en repos")
    kind: Literal["min_rest"] = "min_rest"
    hours: Annotated[int, Field(ge=1, le=168)]
    chained: bool = Field(False, description="duties without a break between them are one")

    def statement(self) -> Said:
        en = " Duties without a break are one." if self.chained else ""
        fr = " Des gardes sans interruption n'en font qu'une." if self.chained else ""
        return Said(
            f"At least {self.hours} h of rest between a duty and the next.{en}",
            f"Au moins {self.hours} h de repos entre une garde et la suivante.{fr}",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = board.duties_of(person.id)
            for i, first in enumerate(mine):
                if not self.covers(facts, first):
                    continue
                rested = first.end + timedelta(hours=self.hours)
                between: list[Duty] = []
                for later in mine[i + 1 :]:
                    if later.start >= rested:
                        break
                    if later.start < first.end or (self.chained and later.start == first.end):
                        between.append(later)
                        continue
                    two = board.on(person.id, first) + board.on(person.id, later)
                    inside = [b for b in between if first.end <= b.start and b.end <= later.start]
                    filled = total(board.on(person.id, b) for b in inside)
                    board.at_most(1, two - filled, Breach(self.name, person.id, (first.id, later.id)))
                    between.append(later)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = held(facts, roster, person.id)
            for first in mine:
                if not self.covers(facts, first):
                    continue
                after = [duty for duty in mine if first.end <= duty.start < first.end + timedelta(hours=self.hours)]
                for later in after:
                    if self.chained and later.start == first.end:
                        continue
                    if any(duty.end <= later.start and duty is not later for duty in after):
                        continue
                    if not (first.past and later.past):
                        yield Breach(self.name, person.id, (first.id, later.id))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        first, later = (facts.said_duty(duty) for duty in breach.where)
        who = facts.name(breach.subject)
        return Said(
            f"{who} would start {later.en} less than {self.hours} h after {first.en}.",
            f"{who} commencerait {later.fr} moins de {self.hours} h après {first.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("the limit itself is allowed", {"hours": 12}, "Ana D D", 0),
        Example("one hour short is not", {"hours": 13}, "Ana D D", 1),
        Example("a night leaves no time", {"hours": 11}, "Ana N D", 1),
        Example("rest is one's own", {"hours": 11}, "Ana N .\nBob . D", 0),
        Example("only the next one counts", {"hours": 14}, "Ana D D D", 2),
        Example("a day and its night are one", {"hours": 11, "chained": True}, "Ana DN", 0),
        Example("and need rest after them", {"hours": 13, "chained": True}, "Ana DN . N", 0),
        Example("three in a row are one, whatever is between", {"hours": 11, "chained": True}, "Ana MAN", 0),
        Example("a break is not filled by half", {"hours": 13, "chained": True}, "Ana MN", 1),
        Example("the past counts", {"hours": 11}, "Ana N | D", 1),
        Example("on call from home needs no rest in this scope", {"hours": 11, "modalities": "on_site"}, "Ana C D", 0),
        Example("the short night of the clock change", {"hours": 12}, "Ana D D", 1, first_drawn=date(2027, 3, 27)),
        Example("its 11 h are enough for 11", {"hours": 11}, "Ana D D", 0, first_drawn=date(2027, 3, 27)),
        Example("other statuses are free", {"hours": 11, "statuses": "private"}, "Ana N D", 0),
    )
