"""Everybody has as much work over the horizon as their contract says."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import ClassVar, Literal

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.tables import Limit
from scheduler.terms import Terms, total
from scheduler.words import Said

_COUNTED = {
    "duties": Said("duties", "gardes"),
    "minutes": Said("minutes of work", "minutes de travail"),
    "weekends": Said("weekends with a duty", "week-ends avec une garde"),
}


class ContractTotal(Rule):
    """For each row of the table ``limits`` with this ``counted``: the number of planned duties of its lines and periods, the
    minutes worked in them, or the weekends with at least one of them, is between ``least`` and ``most``.

    The past does not count. Unit of breach: one (a duty, a minute, a weekend) below ``least`` or above ``most``.
    """

    SEES: ClassVar[Sees] = "person"
    kind: Literal["contract_total"] = "contract_total"
    counted: Literal["duties", "minutes", "weekends"]

    def statement(self) -> Said:
        what = _COUNTED[self.counted]
        return Said(
            f"Everybody has as many {what.en} as their contract allows.",
            f"Chacun a le nombre de {what.fr} que prévoit son contrat.",
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
                if not duty.past and self.covers(facts, duty):
                    groups.setdefault((duty.line, duty.period), []).append(duty)
            for row in rows:
                duties = [
                    duty
                    for (line, period), found in groups.items()
                    if (not row.lines or line in row.lines) and (not row.periods or period in row.periods)
                    for duty in found
                ]
                count = self._sum(board, person, duties)
                if row.least is not None:
                    board.at_least(row.least, count, Breach(self.name, person, ("least", str(row.least))))
                if row.most is not None:
                    board.at_most(row.most, count, Breach(self.name, person, ("most", str(row.most))))

    def _sum(self, board: Board, person: str, duties: Sequence[Duty]) -> Terms:
        if self.counted != "weekends":
            minutes = self.counted == "minutes"
            return total(board.on(person, duty) * (duty.worked_minutes if minutes else 1) for duty in duties)
        weekends: dict[date, dict[date, list[Terms]]] = {}
        for duty in duties:
            if duty.weekend:
                weekends.setdefault(duty.weekend, {}).setdefault(duty.date, []).append(board.on(person, duty))
        # Day by day first: what excludes itself on a day needs no variable, only the weekend does.
        return total(board.any_of([board.any_of(day) for day in days.values()]) for days in weekends.values())

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person, rows in self._table(facts).items():
            planned = [facts.duty_by_id[duty_id] for duty_id in roster.duties_of(person)]
            mine = [duty for duty in planned if self.covers(facts, duty)]
            for row in rows:
                named = [
                    duty
                    for duty in mine
                    if (duty.line in row.lines or not row.lines) and (duty.period in row.periods or not row.periods)
                ]
                match self.counted:
                    case "duties":
                        count = len(named)
                    case "minutes":
                        count = sum(duty.worked_minutes for duty in named)
                    case "weekends":
                        count = len({duty.weekend for duty in named if duty.weekend})
                if row.least is not None and count < row.least:
                    yield Breach(self.name, person, ("least", str(row.least)), row.least - count)
                if row.most is not None and count > row.most:
                    yield Breach(self.name, person, ("most", str(row.most)), count - row.most)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, what, (side, limit) = facts.name(breach.subject), _COUNTED[self.counted], breach.where
        if side == "least":
            return Said(
                f"{who}: {what.en}: {breach.amount} missing to the {limit} of the contract.",
                f"{who} : {what.fr} : il en manque {breach.amount} aux {limit} du contrat.",
            )
        return Said(
            f"{who}: {what.en}: {breach.amount} above the {limit} of the contract.",
            f"{who} : {what.fr} : {breach.amount} au-dessus des {limit} du contrat.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "just as many as the contract",
            {"counted": "duties"},
            "Ana D . D",
            0,
            {"limits": [{"person": "Ana", "counted": "duties", "least": "2", "most": "2"}]},
        ),
        Example(
            "one below",
            {"counted": "duties"},
            "Ana D . .",
            1,
            {"limits": [{"person": "Ana", "counted": "duties", "least": "2"}]},
        ),
        Example(
            "two above",
            {"counted": "duties"},
            "Ana D D D",
            2,
            {"limits": [{"person": "Ana", "counted": "duties", "most": "1"}]},
        ),
        Example(
            "nobody else is meant",
            {"counted": "duties"},
            "Ana D\nBob .",
            0,
            {"limits": [{"person": "Ana", "counted": "duties", "least": "1"}]},
        ),
        Example(
            "the past does not count",
            {"counted": "duties"},
            "Ana D D | D",
            0,
            {"limits": [{"person": "Ana", "counted": "duties", "least": "1", "most": "1"}]},
        ),
        Example(
            "of a line and of a period",
            {"counted": "duties"},
            "Ana D N C C D",
            3,
            {
                "limits": [
                    {"person": "Ana", "counted": "duties", "lines": "C", "most": "1"},
                    {"person": "Ana", "counted": "duties", "periods": "night", "most": "1"},
                ]
            },
        ),
        Example(
            "minutes worked, from home none",
            {"counted": "minutes"},
            "Ana D C M",
            0,
            {"limits": [{"person": "Ana", "counted": "minutes", "least": "960", "most": "960"}]},
        ),
        Example(
            "an hour short, half an hour too long",
            {"counted": "minutes"},
            "Ana D .\nBob D M",
            90,
            {
                "limits": [
                    {"person": "Ana", "counted": "minutes", "least": "780"},
                    {"person": "Bob", "counted": "minutes", "most": "930"},
                ]
            },
        ),
        Example(
            "one weekend, both its days",
            {"counted": "weekends"},
            "Ana . . . . N D N",
            0,
            {"limits": [{"person": "Ana", "counted": "weekends", "least": "1", "most": "1"}]},
        ),
        Example(
            "a weekend cut by the last day",
            {"counted": "weekends"},
            "Ana . . . . . . D . . . . . D",
            1,
            {"limits": [{"person": "Ana", "counted": "weekends", "most": "1"}]},
        ),
        Example(
            "no weekend",
            {"counted": "weekends"},
            "Ana D D D D D . .",
            1,
            {"limits": [{"person": "Ana", "counted": "weekends", "least": "1"}]},
        ),
        Example(
            "a weekend begun in the past",
            {"counted": "weekends"},
            "Ana . . . . . D | D",
            1,
            {"limits": [{"person": "Ana", "counted": "weekends", "most": "0"}]},
        ),
    )
