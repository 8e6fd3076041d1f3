"""Nobody has more than so many duties a week, a month or in any so many days."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import total
from scheduler.words import MODALITIES, Said, joined, same


class MaxDuties(Rule):
    """At most ``limit`` duties of the scope per ISO week, per calendar month, or in any ``window_days`` days in a row.

    Unit of breach: a duty too many in one week, month or window (windows start on every day).
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("with no duty left in their limit", "au bout du nombre de gardes permis")
    kind: Literal["max_duties"] = "max_duties"
    limit: Annotated[int, Field(ge=0, le=366)]
    per: Literal["week", "month", "window"] = "month"
    window_days: Annotated[int, Field(ge=1, le=366)] = 28
    without_extra_time: bool = Field(False, description="only people without contracted additional time")

    def statement(self) -> Said:
        en = {"week": "a week", "month": "a month"}.get(self.per, f"in any {self.window_days} days")
        fr = {"week": "par semaine", "month": "par mois"}.get(self.per, f"sur {self.window_days} jours glissants")
        scope = (
            *(MODALITIES.get(one, same(one)) for one in self.modalities),
            *map(same, (*self.periods, *self.lines, *self.days)),
        )
        which_en, which_fr = (
            f" ({joined(tuple(one.to(lang) for one in scope))})" if scope else "" for lang in ("en", "fr")
        )
        return Said(f"At most {self.limit} duties{which_en} {en}.", f"Au plus {self.limit} gardes{which_fr} {fr}.")

    def _asks(self, facts: Facts, person_id: str) -> bool:
        extra = any(e.extra_time for e in facts.engagements_by_person.get(person_id, ()))
        return self.concerns(facts, person_id) and not (self.without_extra_time and extra)

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self._asks(facts, person.id):
                continue
            groups: dict[date, list[Duty]] = {}
            for duty in board.duties_of(person.id):
                if self.covers(facts, duty):
                    for first in self._windows(duty.date):
                        groups.setdefault(first, []).append(duty)
            for first, duties in groups.items():
                count = total(board.on(person.id, duty) for duty in duties)
                board.at_most(self.limit, count, Breach(self.name, person.id, (first.isoformat(),)))

    def _windows(self, day: date) -> list[date]:
        """First days of the weeks, months or windows that a date belongs to."""
        if self.per == "week":
            return [day - timedelta(days=day.weekday())]
        if self.per == "month":
            return [day.replace(day=1)]
        return [day - timedelta(days=back) for back in range(self.window_days)]

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self._asks(facts, person.id):
                continue
            mine = [duty for duty in held(facts, roster, person.id) if self.covers(facts, duty)]
            if not mine:
                continue
            day = mine[0].date - timedelta(days=max(31, self.window_days))
            while day <= mine[-1].date:
                until = day + timedelta(days=self.window_days - 1)
                if self.per == "week":
                    until = day + timedelta(days=6)
                elif self.per == "month":
                    until = (day + timedelta(days=31)).replace(day=1) - timedelta(days=1)
                starts = {"week": day.weekday() == 0, "month": day.day == 1}.get(self.per, True)
                inside = [duty for duty in mine if day <= duty.date <= until] if starts else []
                over = len(inside) - max(self.limit, sum(duty.past for duty in inside))
                if over > 0:
                    yield Breach(self.name, person.id, (day.isoformat(),), over)
                day += timedelta(days=1)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, said = facts.name(breach.subject), self.statement()
        return Said(
            f"{who} would have {breach.amount} more from {breach.where[0]}. {said.en}",
            f"{who} en aurait {breach.amount} de plus à partir du {breach.where[0]}. {said.fr}",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("two a week", {"limit": 2, "per": "week"}, "Ana D D . . . . .", 0),
        Example("three a week", {"limit": 2, "per": "week"}, "Ana D D D . . . .", 1),
        Example("Sunday and Monday are two weeks", {"limit": 1, "per": "week"}, "Ana . . . . . . D D", 0),
        Example("in any two days", {"limit": 1, "per": "window", "window_days": 2}, "Ana D D . D", 1),
        Example("just outside the window", {"limit": 1, "per": "window", "window_days": 2}, "Ana D . D", 0),
        Example("the past counts but is forgiven", {"limit": 1, "per": "week"}, "Ana D D | D", 1),
        Example("only the scope counts", {"limit": 1, "per": "month", "modalities": "on_site"}, "Ana C D C", 0),
        Example(
            "not those with contracted extra time",
            {"limit": 0, "without_extra_time": True},
            "Ana D\nBob D",
            1,
            {"engagements": [{"person": "Ana", "site": "H", "status": "consultant", "extra_time": "yes"}]},
        ),
    )
