"""Nobody has too many or too few days in a row on duty, off duty or in one period."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import ClassVar, Literal

from scheduler.calendar import ONE_DAY, days_between
from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.tables import Limit
from scheduler.terms import Terms, total
from scheduler.words import Said, said_day

_COUNTED = {
    "days_on": Said("days on duty", "jours de garde"),
    "days_off": Said("days off duty", "jours sans garde"),
    "same_period": Said("days in one period", "jours sur une même période"),
}


class RunLength(Rule):
    """For each row of the table ``limits`` with this ``counted``: a run of days in a row with a duty of its lines and periods
    (``days_on``, ``same_period``), or without one (``days_off``), has at least ``least`` and at most ``most`` days.

    ``borders`` says what is known of the days around the horizon. ``known``: a run goes on from the past, and is judged
    when it ends, be it on the first day; one still open on the last day may yet grow. Days before somebody's first known
    duty are no days on, and of days off one does not know how many they were: such a run counts from the first day and
    is not too short. ``open``: nothing is known before or after; a run that touches the first or the last day counts
    from there and is not too short.
    Unit of breach: a day above ``most`` (of the horizon), or a day missing to ``least``.
    """

    SEES: ClassVar[Sees] = "person"
    kind: Literal["run_length"] = "run_length"
    counted: Literal["days_on", "days_off", "same_period"]
    borders: Literal["known", "open"] = "known"

    def statement(self) -> Said:
        what = _COUNTED[self.counted]
        return Said(
            f"Nobody has more or fewer {what.en} in a row than their contract allows.",
            f"Personne n'a plus ou moins de {what.fr} de suite que son contrat ne le permet.",
        )

    def _table(self, facts: Facts) -> dict[str, list[Limit]]:
        asked = {p.id for p in facts.people if self.concerns(facts, p.id)}
        rows: dict[str, list[Limit]] = {}
        for row in facts.tables.limits:
            if row.counted == self.counted and row.person in asked:
                rows.setdefault(row.person, []).append(row)
        return rows

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person, rows in self._table(facts).items():
            groups: dict[tuple[str, str], list[Duty]] = {}
            for duty in board.duties_of(person):
                if self.covers(facts, duty):
                    groups.setdefault((duty.line, duty.period), []).append(duty)
            for row in rows:
                mine = [
                    duty
                    for (line, period), found in groups.items()
                    if (not row.lines or line in row.lines) and (not row.periods or period in row.periods)
                    for duty in found
                ]
                self._runs(board, row, *self._days(board, row, mine))

    def _days(self, board: Board, row: Limit, duties: Iterable[Duty]) -> tuple[int, list[Terms]]:
        """How many days before the first one are spoken of, and for each day from there 1 if it belongs to a run."""
        horizon = board.facts.territory
        back = max(row.least or 0, row.most or 0) + 1
        planned: dict[date, list[Terms]] = {}
        past: set[date] = set()
        for duty in duties:
            if duty.past:
                past.add(duty.date)
            else:
                planned.setdefault(duty.date, []).append(board.on(row.person, duty))
        if self.borders == "open":
            back = 0
        elif self.counted == "days_off":
            back = min(back, (horizon.first_day - min(past)).days if past else 0)
        before = [Terms(const=int(horizon.first_day - n * ONE_DAY in past)) for n in range(back, 0, -1)]
        days = before + [
            board.any_of(planned.get(day, ())) for day in days_between(horizon.first_day, horizon.last_day)
        ]
        return back, [Terms(const=1) - day for day in days] if self.counted == "days_off" else days

    def _runs(self, board: Board, row: Limit, back: int, days: list[Terms]) -> None:
        first = board.facts.territory.first_day
        if row.most is not None:
            for last in range(max(row.most, back), len(days)):
                when = (first + timedelta(days=last - back)).isoformat()
                count = total(days[last - row.most : last + 1])
                board.at_most(row.most, count, Breach(self.name, row.person, (when, "most")))
        if row.least is not None:
            board.lasting(row.least, days, back, Breach(self.name, row.person, ("least", str(row.least))))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        horizon = list(days_between(facts.territory.first_day, facts.territory.last_day))
        for person, rows in self._table(facts).items():
            mine = [duty for duty in held(facts, roster, person) if self.covers(facts, duty)]
            for row in rows:
                named = [
                    duty
                    for duty in mine
                    if (duty.line in row.lines or not row.lines) and (duty.period in row.periods or not row.periods)
                ]
                past = {duty.date for duty in named if duty.past}
                worked = {duty.date for duty in named if not duty.past}
                run, whole = self._before(past, horizon[0])
                for day in horizon:
                    if (day in worked) == (self.counted != "days_off"):
                        run += 1
                        if row.most is not None and run > row.most:
                            yield Breach(self.name, person, (day.isoformat(), "most"))
                        continue
                    if whole and 0 < run < (row.least or 0):
                        yield Breach(self.name, person, (day.isoformat(), "least"), (row.least or 0) - run)
                    run, whole = 0, True

    def _before(self, past: set[date], first: date) -> tuple[int, bool]:
        """Days of the run that reaches the first day from before, and whether one knows where it began."""
        if self.borders == "open":
            return 0, False
        if self.counted == "days_off":
            return ((first - max(past)).days - 1, True) if past else (0, False)
        run = 0
        while first - (run + 1) * ONE_DAY in past:
            run += 1
        return run, True

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, what = facts.name(breach.subject), _COUNTED[self.counted]
        day = said_day(date.fromisoformat(breach.where[0]))
        if breach.where[1] == "most":
            return Said(
                f"{who}: too many {what.en} in a row on {day.en}.",
                f"{who} : trop de {what.fr} de suite le {day.fr}.",
            )
        return Said(
            f"{who}: {breach.amount} too few {what.en} in a row before {day.en}.",
            f"{who} : {breach.amount} de moins qu'il ne faut en {what.fr} de suite avant le {day.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "as many as allowed",
            {"counted": "days_on"},
            "Ana D N D . D D",
            0,
            {"limits": [{"person": "Ana", "counted": "days_on", "most": "3"}]},
        ),
        Example(
            "each day above counts",
            {"counted": "days_on"},
            "Ana D D D D D",
            2,
            {"limits": [{"person": "Ana", "counted": "days_on", "most": "3"}]},
        ),
        Example(
            "two days missing, then one",
            {"counted": "days_on"},
            "Ana . D . D D . D D D .",
            3,
            {"limits": [{"person": "Ana", "counted": "days_on", "least": "3"}]},
        ),
        Example(
            "still open on the last day",
            {"counted": "days_on"},
            "Ana . . D",
            0,
            {"limits": [{"person": "Ana", "counted": "days_on", "least": "3"}]},
        ),
        Example(
            "begun on the first day: one knows that it is short",
            {"counted": "days_on"},
            "Ana D . .",
            1,
            {"limits": [{"person": "Ana", "counted": "days_on", "least": "2"}]},
        ),
        Example(
            "begun on the first day: perhaps before",
            {"counted": "days_on", "borders": "open"},
            "Ana D . . . D . . D",
            1,
            {"limits": [{"person": "Ana", "counted": "days_on", "least": "2"}]},
        ),
        Example(
            "long enough with the past",
            {"counted": "days_on"},
            "Ana D D | D . .",
            0,
            {"limits": [{"person": "Ana", "counted": "days_on", "least": "3"}]},
        ),
        Example(
            "a short run of the past broken on the first day",
            {"counted": "days_on"},
            "Ana . D | . .",
            2,
            {"limits": [{"person": "Ana", "counted": "days_on", "least": "3"}]},
        ),
        Example(
            "too long already: each further day",
            {"counted": "days_on"},
            "Ana D D D D | D D .",
            2,
            {"limits": [{"person": "Ana", "counted": "days_on", "most": "2"}]},
        ),
        Example(
            "the past does not count where borders are open",
            {"counted": "days_on", "borders": "open"},
            "Ana D D | D D .",
            0,
            {"limits": [{"person": "Ana", "counted": "days_on", "least": "3", "most": "2"}]},
        ),
        Example(
            "a single day off",
            {"counted": "days_off"},
            "Ana D . D . . D",
            1,
            {"limits": [{"person": "Ana", "counted": "days_off", "least": "2", "most": "2"}]},
        ),
        Example(
            "days off since the last duty",
            {"counted": "days_off"},
            "Ana D . . | . . D",
            2,
            {"limits": [{"person": "Ana", "counted": "days_off", "most": "2"}]},
        ),
        Example(
            "one day off, on the last day of the past",
            {"counted": "days_off"},
            "Ana D . | D",
            1,
            {"limits": [{"person": "Ana", "counted": "days_off", "least": "2"}]},
        ),
        Example(
            "nobody knows how long before",
            {"counted": "days_off"},
            "Ana . . | . D . D\nBob . . | . . . D",
            2,
            {"limits": [{"person": p, "counted": "days_off", "least": "2", "most": "2"} for p in ("Ana", "Bob")]},
        ),
        Example(
            "at open borders",
            {"counted": "days_off", "borders": "open"},
            "Ana . D D . D .\nBob . . . D D D",
            2,
            {"limits": [{"person": p, "counted": "days_off", "least": "2", "most": "2"} for p in ("Ana", "Bob")]},
        ),
        Example(
            "nights in a row, a day duty ends the run",
            {"counted": "same_period"},
            "Ana . | D N D N N N N . C",
            2,
            {"limits": [{"person": "Ana", "counted": "same_period", "periods": "night", "least": "2", "most": "3"}]},
        ),
        Example(
            "a row for each period",
            {"counted": "same_period"},
            "Ana D D | N N N",
            2,
            {
                "limits": [
                    {"person": "Ana", "counted": "same_period", "periods": "day", "least": "3"},
                    {"person": "Ana", "counted": "same_period", "periods": "night", "most": "2"},
                ]
            },
        ),
    )
