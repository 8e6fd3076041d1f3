"""Fixed day work that cannot be moved is kept free: no duty over it, nor a rest that runs into it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.calendar import days_between
from scheduler.facts import Facts, in_force
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class NextDayActivity(Rule):
    """A duty worked on site neither overlaps a commitment nor ends less than ``rest_hours`` before it starts.

    Unit of breach: a duty.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said(
        "with fixed day work then or right after", "avec une activité fixe à ce moment ou juste après"
    )
    kind: Literal["next_day_activity"] = "next_day_activity"
    rest_hours: Annotated[int, Field(ge=0, le=48)]

    def statement(self) -> Said:
        return Said(
            f"No duty on site over fixed day work, nor within {self.rest_hours} h before it.",
            f"Pas de garde sur place pendant une activité fixe de jour, ni dans les {self.rest_hours} h qui la précèdent.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for row in facts.tables.commitments:
            if not self.concerns(facts, row.person):
                continue
            for duty in board.duties_of(row.person):
                if duty.past or not duty.on_site or not self.covers(facts, duty):
                    continue
                reach = (duty.end - duty.start).days + 3
                for day in days_between(duty.date, duty.date + timedelta(days=reach)):
                    if not in_force(row, day) or not facts.calendar.matches(day, row.days):
                        continue
                    start, end = (facts.calendar.instant(day, m) for m in (row.start, row.end))
                    if duty.start < end and start < duty.end + timedelta(hours=self.rest_hours):
                        board.never(row.person, duty, None, Breach(self.name, row.person, (duty.id,)))
                        break

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            if duty.on_site and self.concerns(facts, person) and self.covers(facts, duty):
                free_again = duty.end + timedelta(hours=self.rest_hours)
                day, broken = duty.date, False
                while facts.calendar.instant(day, 0) < free_again:
                    for row in facts.tables.commitments:
                        if row.person == person and in_force(row, day) and facts.calendar.matches(day, row.days):
                            begins, ends = facts.calendar.instant(day, row.start), facts.calendar.instant(day, row.end)
                            broken = broken or not (ends <= duty.start or begins >= free_again)
                    day += timedelta(days=1)
                if broken:
                    yield Breach(self.name, person, (duty_id,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{who} has fixed day work during or right after {duty.en}.",
            f"{who} a une activité fixe pendant ou juste après {duty.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a theatre list right after the night",
            {"rest_hours": 11},
            "Ana N",
            1,
            {"commitments": [{"person": "Ana", "days": "tue", "start": "08:30", "end": "13:00"}]},
        ),
        Example(
            "on the day after it is free",
            {"rest_hours": 11},
            "Ana N",
            0,
            {"commitments": [{"person": "Ana", "days": "wed", "start": "08:30", "end": "13:00"}]},
        ),
        Example(
            "the rest just fits",
            {"rest_hours": 11},
            "Ana N",
            0,
            {"commitments": [{"person": "Ana", "days": "tue", "start": "19:00", "end": "21:00"}]},
        ),
        Example(
            "a minute short",
            {"rest_hours": 11},
            "Ana N",
            1,
            {"commitments": [{"person": "Ana", "days": "tue", "start": "18:59", "end": "21:00"}]},
        ),
        Example(
            "on call from home may be followed",
            {"rest_hours": 11},
            "Ana C",
            0,
            {"commitments": [{"person": "Ana", "days": "tue", "start": "08:30", "end": "13:00"}]},
        ),
        Example(
            "over it",
            {"rest_hours": 0},
            "Ana D",
            1,
            {"commitments": [{"person": "Ana", "days": "mon", "start": "19:59", "end": "21:00"}]},
        ),
        Example(
            "up to it",
            {"rest_hours": 0},
            "Ana D",
            0,
            {"commitments": [{"person": "Ana", "days": "mon", "start": "20:00", "end": "21:00"}]},
        ),
    )
