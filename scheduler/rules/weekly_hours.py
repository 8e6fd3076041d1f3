"""Nobody works more in a week than their contract says."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.tables import Limit
from scheduler.terms import total
from scheduler.words import Said


class WeeklyHours(Rule):
    """For each row of the table ``limits`` that counts ``weekly_minutes``: in each week, Monday to Sunday, that lies wholly
    in the horizon, the minutes worked in duties of its lines and periods are between ``least`` and ``most``.

    Unit of breach: a minute, in one week.
    """

    SEES: ClassVar[Sees] = "person"
    kind: Literal["weekly_hours"] = "weekly_hours"

    def statement(self) -> Said:
        return Said(
            "Nobody works more or less in a week than their contract says.",
            "Personne ne travaille plus ou moins dans une semaine que ne le dit son contrat.",
        )

    def _table(self, facts: Facts) -> list[Limit]:
        rows = facts.tables.limits
        return [row for row in rows if row.counted == "weekly_minutes" and self.concerns(facts, row.person)]

    def encode(self, board: Board) -> None:
        facts = board.facts
        first, last = facts.territory.first_day, facts.territory.last_day
        mondays = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        mondays = [day for day in mondays if day.weekday() == 0 and day + timedelta(days=6) <= last]
        for row in self._table(facts):
            weeks: dict[date, list[int]] = {monday: [] for monday in mondays}
            mine = [
                duty
                for duty in board.duties_of(row.person)
                if not duty.past
                and self.covers(facts, duty)
                and (not row.lines or duty.line in row.lines)
                and (not row.periods or duty.period in row.periods)
            ]
            for n, duty in enumerate(mine):
                weeks.get(duty.date - timedelta(days=duty.date.weekday()), []).append(n)
            works = board.any_of(board.on(row.person, duty) for duty in mine)
            for monday, inside in weeks.items():
                minutes = total(board.on(row.person, mine[n]) * mine[n].worked_minutes for n in inside)
                breach = Breach(self.name, row.person, (monday.isoformat(),))
                if row.least is not None:
                    board.at_least(row.least, minutes, breach)
                if row.most is not None:
                    # Who never works has no minutes: said so, it is stronger where calling on somebody has a price.
                    board.at_most(0, minutes - works * row.most, breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for row in self._table(facts):
            held = [facts.duty_by_id[duty] for duty in roster.duties_of(row.person)]
            day = facts.territory.first_day
            while day + timedelta(days=6) <= facts.territory.last_day:
                if day.weekday() > 0:
                    day += timedelta(days=1)
                    continue
                minutes = sum(
                    duty.worked_minutes
                    for duty in held
                    if duty.date.isocalendar()[:2] == day.isocalendar()[:2]
                    and duty.line in (row.lines or (duty.line,))
                    and duty.period in (row.periods or (duty.period,))
                    and self.covers(facts, duty)
                )
                for off in ((row.least or 0) - minutes, minutes - (minutes if row.most is None else row.most)):
                    if off > 0:
                        yield Breach(self.name, row.person, (day.isoformat(),), off)
                day += timedelta(days=7)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, week = facts.name(breach.subject), breach.where[0]
        return Said(
            f"{who}: {breach.amount} minutes from the contract in the week of {week}.",
            f"{who} : {breach.amount} minutes d'écart au contrat dans la semaine du {week}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "as much as allowed",
            {},
            "Ana D D . . . . .",
            0,
            {"limits": [{"person": "Ana", "counted": "weekly_minutes", "most": "1440"}]},
        ),
        Example(
            "a morning too many, in the second week",
            {},
            "Ana D D . . . . . M D D . . . .",
            240,
            {"limits": [{"person": "Ana", "counted": "weekly_minutes", "most": "1440"}]},
        ),
        Example(
            "too little in one week",
            {},
            "Ana D . . . . . . . . . . . . .",
            720,
            {"limits": [{"person": "Ana", "counted": "weekly_minutes", "least": "720"}]},
        ),
        Example(
            "a week that is not whole is not judged",
            {},
            "Ana D D D . . .",
            0,
            {"limits": [{"person": "Ana", "counted": "weekly_minutes", "most": "0"}]},
        ),
        Example(
            "nor is one that began before",
            {},
            "Ana . | D . . . . . . . . . . . . .",
            0,
            {"limits": [{"person": "Ana", "counted": "weekly_minutes", "most": "0"}]},
        ),
        Example(
            "only its lines",
            {},
            "Ana D N . . . . .",
            720,
            {"limits": [{"person": "Ana", "counted": "weekly_minutes", "lines": "N", "most": "0"}]},
        ),
        Example(
            "on call from home is no work",
            {},
            "Ana C C . . . . .",
            0,
            {"limits": [{"person": "Ana", "counted": "weekly_minutes", "most": "0"}]},
        ),
    )
