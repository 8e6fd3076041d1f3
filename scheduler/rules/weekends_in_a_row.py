"""Nobody works too many weekends in a row."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import Terms, total
from scheduler.words import Said


class WeekendsInARow(Rule):
    """At most ``limit`` weekends in a row with a duty of the scope that starts on the Saturday or the Sunday.

    Unit of breach: a run of ``limit + 1`` weekends (a longer run holds several).
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("at work on the weekends around it", "de garde les week-ends voisins")
    kind: Literal["weekends_in_a_row"] = "weekends_in_a_row"
    limit: Annotated[int, Field(ge=1, le=52)]

    def statement(self) -> Said:
        return Said(f"At most {self.limit} weekends in a row.", f"Au plus {self.limit} week-ends de suite.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            parts: dict[date, list[Terms]] = {}
            for duty in board.duties_of(person.id):
                if duty.weekend and self.covers(facts, duty):
                    parts.setdefault(duty.weekend, []).append(board.on(person.id, duty))
            works = {saturday: board.any_of(found) for saturday, found in parts.items()}
            for saturday in works:
                run = [saturday + timedelta(weeks=i) for i in range(self.limit + 1)]
                if all(weekend in works for weekend in run):
                    count = total(works[weekend] for weekend in run)
                    board.at_most(self.limit, count, Breach(self.name, person.id, (saturday.isoformat(),)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [d for d in held(facts, roster, person.id) if d.weekend and self.covers(facts, d)]
            worked = sorted({d.weekend for d in mine if d.weekend})
            to_come = {d.weekend for d in mine} - {d.weekend for d in mine if d.past}
            for i, saturday in enumerate(worked[: len(worked) - self.limit]):
                run = worked[i : i + self.limit + 1]
                if (run[-1] - saturday).days == 7 * self.limit and to_come.intersection(run):
                    yield Breach(self.name, person.id, (saturday.isoformat(),))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, first = facts.name(breach.subject), breach.where[0]
        return Said(
            f"{who} would work more than {self.limit} weekends in a row from {first}.",
            f"{who} travaillerait plus de {self.limit} week-ends de suite à partir du {first}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("one, then a free one", {"limit": 1}, "Ana . . . . . D . . . . . . . . . . . . . D .", 0),
        Example("two in a row", {"limit": 1}, "Ana . . . . . D . . . . . . . D", 1),
        Example("two allowed", {"limit": 2}, "Ana . . . . . D . . . . . . . D", 0),
        Example("the past weekend counts", {"limit": 1}, "Ana . . . . . D . | . . . . . . D", 1),
    )
