"""Some work both days of a weekend, or neither."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from scheduler.calendar import ONE_DAY, SATURDAY, SUNDAY
from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.tables import Limit
from scheduler.terms import Terms, total
from scheduler.words import Said, said_day


class WholeWeekends(Rule):
    """For each row of the table ``limits`` that counts ``whole_weekends`` with a least of 1: a weekend has a duty (of the
    row's lines and periods) on Saturday and on Sunday, or on neither.

    A Saturday before the horizon counts as it was; a weekend whose Sunday lies beyond it is not judged.
    Unit of breach: a weekend with a duty on exactly one of its days.
    """

    SEES: ClassVar[Sees] = "person"
    kind: Literal["whole_weekends"] = "whole_weekends"

    def statement(self) -> Said:
        return Said(
            "Where the contract says so, both days of a weekend or neither.",
            "Si le contrat le prévoit, les deux jours d'un week-end ou aucun.",
        )

    def _table(self, facts: Facts) -> dict[str, list[Limit]]:
        asked = {p.id for p in facts.people if self.concerns(facts, p.id)}
        rows: dict[str, list[Limit]] = {}
        for row in facts.tables.limits:
            if row.counted == "whole_weekends" and row.least and row.person in asked:
                rows.setdefault(row.person, []).append(row)
        return rows

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person, rows in self._table(facts).items():
            weekend = [d for d in board.duties_of(person) if d.weekend and self.covers(facts, d)]
            for row in rows:
                by_day: dict[date, list[Duty]] = {}
                for duty in weekend:
                    if (not row.lines or duty.line in row.lines) and (not row.periods or duty.period in row.periods):
                        by_day.setdefault(duty.date, []).append(duty)
                sundays = {day + (SUNDAY - day.weekday()) * ONE_DAY for day in by_day}
                for sunday in sorted(sundays):
                    if facts.territory.first_day <= sunday <= facts.territory.last_day:
                        breach = Breach(self.name, person, ((sunday - ONE_DAY).isoformat(),))
                        one, other = (
                            board.any_of(board.on(person, duty) for duty in by_day.get(day, ()))
                            for day in (sunday - ONE_DAY, sunday)
                        )
                        # A Saturday of the past obliges: it is no excuse that it cannot be undone.
                        apart = total((Terms(one.coefs, one.const + one.past), other * -1))
                        board.at_most(0, apart, breach)
                        board.at_most(0, apart * -1, breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person, rows in self._table(facts).items():
            mine = [duty for duty in held(facts, roster, person) if self.covers(facts, duty)]
            for row in rows:
                worked = {
                    duty.date
                    for duty in mine
                    if (duty.line in row.lines or not row.lines) and (duty.period in row.periods or not row.periods)
                }
                alone = {day for day in worked if day.weekday() == SATURDAY and day + ONE_DAY not in worked}
                alone |= {day - ONE_DAY for day in worked if day.weekday() == SUNDAY and day - ONE_DAY not in worked}
                for saturday in sorted(alone):
                    if facts.territory.first_day <= saturday + ONE_DAY <= facts.territory.last_day:
                        yield Breach(self.name, person, (saturday.isoformat(),))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, day = facts.name(breach.subject), said_day(date.fromisoformat(breach.where[0]))
        return Said(
            f"{who} works one day only of the weekend of {day.en}.",
            f"{who} ne travaille qu'un jour du week-end du {day.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "both days and neither",
            {},
            "Ana . . . . . D N . . . . . . .",
            0,
            {"limits": [{"person": "Ana", "counted": "whole_weekends", "least": "1"}]},
        ),
        Example(
            "Saturday alone, then Sunday alone",
            {},
            "Ana . . . . . DN . . . . . . . D",
            2,
            {"limits": [{"person": "Ana", "counted": "whole_weekends", "least": "1"}]},
        ),
        Example(
            "whose contract does not ask for it",
            {},
            "Ana . . . . . D .\nBob . . . . . . D",
            0,
            {"limits": [{"person": "Bob", "counted": "whole_weekends", "least": "0"}]},
        ),
        Example(
            "a Saturday that is the last day",
            {},
            "Ana . . . . . D",
            0,
            {"limits": [{"person": "Ana", "counted": "whole_weekends", "least": "1"}]},
        ),
        Example(
            "a Saturday before the first day",
            {},
            "Ana . . . . . D | .",
            1,
            {"limits": [{"person": "Ana", "counted": "whole_weekends", "least": "1"}]},
        ),
        Example(
            "a Sunday that is the first day",
            {},
            "Ana . . . . . . | D\nBob . . . . . D | D",
            1,
            {"limits": [{"person": p, "counted": "whole_weekends", "least": "1"} for p in ("Ana", "Bob")]},
        ),
        Example(
            "on one line",
            {},
            "Ana . . . . . N D",
            1,
            {"limits": [{"person": "Ana", "counted": "whole_weekends", "lines": "D", "least": "1"}]},
        ),
    )
