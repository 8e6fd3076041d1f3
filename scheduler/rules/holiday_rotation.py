"""Who held a sensitive date these last years does not hold it again."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class HolidayRotation(Rule):
    """Whoever held a duty on a sensitive date (Christmas, New Year…) in the last ``years`` years holds none on the date
    of the same name.

    Unit of breach: a duty.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said(
        "on duty on this date in recent years", "de garde à cette date ces dernières années"
    )
    kind: Literal["holiday_rotation"] = "holiday_rotation"
    years: Annotated[int, Field(ge=1, le=10)]

    def statement(self) -> Said:
        return Said(
            f"Who held Christmas (or another sensitive date) in the last {self.years} years does not hold it again.",
            f"Qui a tenu Noël (ou une autre date sensible) ces {self.years} dernières années ne la tient pas à nouveau.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            served = {(d.sensitive, d.date) for d in facts.past_of(person.id) if d.sensitive and self.covers(facts, d)}
            for duty in board.duties_of(person.id) if served else ():
                recent = any(
                    name == duty.sensitive and 180 < (duty.date - day).days <= 365 * self.years + 30
                    for name, day in served
                )
                if recent and not duty.past and self.covers(facts, duty):
                    board.never(person.id, duty, None, Breach(self.name, person.id, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            if duty.sensitive is None or not self.concerns(facts, person) or not self.covers(facts, duty):
                continue
            for before in facts.past_of(person):
                days = (duty.date - before.date).days
                same = before.sensitive == duty.sensitive and self.covers(facts, before)
                if same and days > 180 and days <= 365 * self.years + 30:
                    yield Breach(self.name, person, (duty_id,))
                    break

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{who} held the same date in the last {self.years} years: {duty.en}.",
            f"{who} a déjà tenu cette date ces {self.years} dernières années : {duty.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "last year again",
            {"years": 1},
            "Ana D",
            1,
            {
                "sensitive_dates": [
                    {"name": "Spring", "first_day": "2027-03-01", "last_day": "2027-03-01"},
                    {"name": "Spring", "first_day": "2026-03-01", "last_day": "2026-03-02"},
                ],
                "history": [{"person": "Ana", "line": "D", "date": "2026-03-02", "period": "day"}],
            },
        ),
        Example(
            "two years ago is long ago",
            {"years": 1},
            "Ana D",
            0,
            {
                "sensitive_dates": [
                    {"name": "Spring", "first_day": "2027-03-01", "last_day": "2027-03-01"},
                    {"name": "Spring", "first_day": "2025-03-01", "last_day": "2025-03-01"},
                ],
                "history": [{"person": "Ana", "line": "D", "date": "2025-03-01", "period": "day"}],
            },
        ),
        Example(
            "another date",
            {"years": 2},
            "Ana D",
            0,
            {
                "sensitive_dates": [
                    {"name": "Spring", "first_day": "2027-03-01", "last_day": "2027-03-01"},
                    {"name": "Autumn", "first_day": "2026-10-01", "last_day": "2026-10-01"},
                ],
                "history": [{"person": "Ana", "line": "D", "date": "2026-10-01", "period": "day"}],
            },
        ),
    )
