"""Nobody is on duty while absent."""

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Literal

from scheduler.calendar import days_between
from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class Absence(Rule):
    """No duty overlaps a day of absence, midnight to midnight: a night that ends on the first day off does.

    Unit of breach: a duty.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("not available", "sans disponibilité")
    kind: Literal["absence"] = "absence"

    def statement(self) -> Said:
        return Said("Nobody is on duty while absent.", "Personne n'est de garde pendant une absence.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        # How many days before an absence a duty may have its date and still run into it; a day more, dates are local.
        back = 1 + max(((duty.end.date() - duty.date).days for duty in facts.duties), default=0)
        for row in facts.tables.absences:
            leaves = facts.calendar.instant(row.first_day, 0)
            returns = facts.calendar.instant(row.last_day + timedelta(days=1), 0)
            for day in days_between(row.first_day - timedelta(days=back), row.last_day):
                for duty in facts.duties_by_day.get(day, ()):
                    if duty.start < returns and leaves < duty.end:
                        board.never(row.person, duty, None, Breach(self.name, row.person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            away = {
                row.first_day + timedelta(days=i)
                for row in facts.absences_by_person.get(person.id, ())
                for i in range((row.last_day - row.first_day).days + 1)
            }
            for duty_id in roster.duties_of(person.id):
                duty = facts.duty_by_id[duty_id]
                first = facts.calendar.local(duty.start).date()
                last = facts.calendar.local(duty.end - timedelta(microseconds=1)).date()
                if any(first <= day <= last for day in away):
                    yield Breach(self.name, person.id, (duty_id,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(f"{who} is not available for {duty.en}.", f"{who} n'est pas disponible pour {duty.fr}.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "the day before",
            {},
            "Ana D",
            0,
            {"absences": [{"person": "Ana", "first_day": "2027-03-02", "last_day": "2027-03-03"}]},
        ),
        Example(
            "the night before ends on the first day off",
            {},
            "Ana N",
            1,
            {"absences": [{"person": "Ana", "first_day": "2027-03-02", "last_day": "2027-03-03"}]},
        ),
        Example(
            "the last day off",
            {},
            "Ana . . N",
            1,
            {"absences": [{"person": "Ana", "first_day": "2027-03-02", "last_day": "2027-03-03"}]},
        ),
        Example(
            "back the day after",
            {},
            "Ana . . . D",
            0,
            {"absences": [{"person": "Ana", "first_day": "2027-03-02", "last_day": "2027-03-03"}]},
        ),
        Example(
            "two notes of one absence count once",
            {},
            "Ana D",
            1,
            {
                "absences": [
                    {"person": "Ana", "first_day": "2027-03-01", "last_day": "2027-03-01"},
                    {"person": "Ana", "first_day": "2027-02-25", "last_day": "2027-03-05"},
                ]
            },
        ),
    )
