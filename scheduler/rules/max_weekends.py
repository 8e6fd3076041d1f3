"""Nobody works too many weekends."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import Terms, total
from scheduler.words import Said


class MaxWeekends(Rule):
    """At most ``limit`` weekends with a duty of the scope, per calendar month (of their Saturday) or in any ``weeks`` weeks.

    A duty belongs to a weekend when it starts on a Saturday or a Sunday.
    Unit of breach: a weekend too many in one month or window of weeks.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("with no weekend left in their limit", "au bout du nombre de week-ends permis")
    kind: Literal["max_weekends"] = "max_weekends"
    limit: Annotated[int, Field(ge=0, le=53)]
    per: Literal["month", "window"] = "month"
    weeks: Annotated[int, Field(ge=1, le=53)] = 4

    def statement(self) -> Said:
        en = "a month" if self.per == "month" else f"in any {self.weeks} weeks"
        fr = "par mois" if self.per == "month" else f"sur {self.weeks} semaines"
        return Said(f"At most {self.limit} weekends {en}.", f"Au plus {self.limit} week-ends {fr}.")

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
            windows: dict[date, list[Terms]] = {}
            for saturday, work in works.items():
                firsts = [saturday.replace(day=1)]
                if self.per == "window":
                    firsts = [saturday - timedelta(weeks=back) for back in range(self.weeks)]
                for first in firsts:
                    windows.setdefault(first, []).append(work)
            for first, found in windows.items():
                board.at_most(self.limit, total(found), Breach(self.name, person.id, (first.isoformat(),)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [d for d in held(facts, roster, person.id) if self.covers(facts, d)]
            worked = sorted({d.weekend for d in mine if d.weekend})
            done = {d.weekend for d in mine if d.weekend and d.past}
            if not worked:
                continue
            first = worked[0] - timedelta(weeks=60)
            seen = set()
            while first <= worked[-1]:
                key = first.replace(day=1) if self.per == "month" else first
                last = first + timedelta(weeks=self.weeks - 1)
                inside = [
                    w
                    for w in worked
                    if ((w.year, w.month) == (key.year, key.month) if self.per == "month" else first <= w <= last)
                ]
                over = len(inside) - max(self.limit, len([w for w in inside if w in done]))
                if over > 0 and key not in seen:
                    yield Breach(self.name, person.id, (key.isoformat(),), over)
                seen.add(key)
                first += timedelta(weeks=1)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, said = facts.name(breach.subject), self.statement()
        return Said(
            f"{who} would work {breach.amount} weekends more from {breach.where[0]}. {said.en}",
            f"{who} travaillerait {breach.amount} week-ends de plus à partir du {breach.where[0]}. {said.fr}",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("one weekend, two duties", {"limit": 1}, "Ana . . . . . D D", 0),
        Example("a second weekend", {"limit": 1}, "Ana . . . . . D . . . . . . D .", 1),
        Example("a Friday night is no weekend", {"limit": 0}, "Ana . . . . N . .", 0),
        Example("in any two weeks", {"limit": 1, "per": "window", "weeks": 2}, "Ana . . . . . D . . . . . . D .", 1),
        Example(
            "a week between",
            {"limit": 1, "per": "window", "weeks": 2},
            "Ana . . . . . D . . . . . . . . . . . . . D .",
            0,
        ),
        Example("begun before the first day", {"limit": 0}, "Ana . . . . . D | D", 0),
        Example("the past weekend counts", {"limit": 1}, "Ana . . . . . D . | . . . . . D .", 1),
    )
