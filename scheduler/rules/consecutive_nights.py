"""Nobody has too many nights in a row."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import Terms, total
from scheduler.words import Said


class ConsecutiveNights(Rule):
    """At most ``limit`` nights of the scope on dates in a row.

    Unit of breach: a run of ``limit + 1`` nights in a row (a longer run holds several).
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("with too many nights in a row", "avec trop de nuits de suite")
    kind: Literal["consecutive_nights"] = "consecutive_nights"
    limit: Annotated[int, Field(ge=1, le=30)]

    def statement(self) -> Said:
        return Said(f"At most {self.limit} nights in a row.", f"Au plus {self.limit} nuits de suite.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            nights: dict[date, list[Terms]] = {}
            for duty in board.duties_of(person.id):
                if duty.night and self.covers(facts, duty):
                    nights.setdefault(duty.date, []).append(board.on(person.id, duty))
            works = {day: board.any_of(parts) for day, parts in nights.items()}
            for day in works:
                run = [day + timedelta(days=i) for i in range(self.limit + 1)]
                if all(night in works for night in run):
                    count = total(works[night] for night in run)
                    board.at_most(self.limit, count, Breach(self.name, person.id, (day.isoformat(),)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [d for d in held(facts, roster, person.id) if d.night and self.covers(facts, d)]
            past = {duty.date for duty in mine if duty.past}
            dates = {duty.date for duty in mine}
            for day in sorted(dates):
                run = {day + timedelta(days=i) for i in range(self.limit + 1)}
                if run <= dates and not run <= past:
                    yield Breach(self.name, person.id, (day.isoformat(),))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, day = facts.name(breach.subject), breach.where[0]
        return Said(
            f"{who} would have more than {self.limit} nights in a row from {day}.",
            f"{who} aurait plus de {self.limit} nuits de suite à partir du {day}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("two in a row", {"limit": 2}, "Ana N N . N", 0),
        Example("three in a row", {"limit": 2}, "Ana N N N", 1),
        Example("four hold two runs of three", {"limit": 2}, "Ana N C N C", 2),
        Example("days do not count", {"limit": 1}, "Ana N D N", 0),
        Example("begun before the first day", {"limit": 2}, "Ana N N | N", 1),
        Example("two duties of one night are one night", {"limit": 1}, "Ana NC .", 0),
    )
