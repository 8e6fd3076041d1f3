"""A junior holds a line only with a senior in second line."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar, Literal

from scheduler.calendar import days_between
from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.tables import JUNIORS
from scheduler.terms import total
from scheduler.words import Said

_RESIDENT: dict[str, list[dict[str, Any]]] = {
    "lines": [{"id": "N", "senior_line": "C"}],
    "engagements": [{"person": p, "site": "H", "status": "resident"} for p in ("Res", "Rea")],
}


class SeniorBackup(Rule):
    """Where a line names a ``senior_line``: while a resident holds it, each overlapping duty of the senior line has at
    least one person who is no resident; with no such duty, no resident.

    Unit of breach: a junior's duty with an overlapping second-line duty without a senior, or with no second line at all.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "days"
    STOPS: ClassVar[Said | None] = Said("without a senior behind", "sans senior en seconde ligne")
    kind: Literal["senior_backup"] = "senior_backup"

    def statement(self) -> Said:
        return Said(
            "A resident is on duty only with a senior in second line.",
            "Un interne n'est de garde qu'avec un senior en seconde ligne.",
        )

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        for line in facts.lines:
            if line.senior_line:
                yield line.id, line.senior_line

    def encode(self, board: Board) -> None:
        facts = board.facts
        for duty in facts.duties:
            senior_line = facts.line_by_id[duty.line].senior_line
            if senior_line is None:
                continue
            juniors = [p for p in board.candidates(duty) if self._junior(facts, p, duty)]
            seconds = [
                d
                for day in days_between(duty.date - timedelta(days=1), duty.date + timedelta(days=1))
                for d in facts.duties_by_day.get(day, ())
                if d.line == senior_line and d.start < duty.end and duty.start < d.end
            ]
            for junior in juniors:
                for second in seconds:
                    seniors = [p for p in board.candidates(second) if not self._junior(facts, p, second)]
                    behind = total(board.on(p, second) for p in seniors)
                    breach = Breach(self.name, junior, (duty.id, second.id))
                    board.at_most(0, board.on(junior, duty) - behind, breach)
                if not seconds:
                    board.never(junior, duty, None, Breach(self.name, junior, (duty.id,)))

    @staticmethod
    def _junior(facts: Facts, person: str, duty: Duty) -> bool:
        used = facts.engagement_for(person, duty)
        return used is not None and used.status in JUNIORS

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            senior_line, used = facts.line_by_id[duty.line].senior_line, facts.engagement_for(person, duty)
            if senior_line is None or used is None or used.status not in JUNIORS:
                continue
            covered = False
            around = (duty.date + timedelta(days=n) for n in (-2, -1, 0, 1, 2))
            for second in (d for day in around for d in facts.duties_by_day.get(day, ())):
                if second.line != senior_line or second.end <= duty.start or duty.end <= second.start:
                    continue
                covered = True
                behind = [facts.engagement_for(p, second) for p in roster.people_on(second.id)]
                if all(e is not None and e.status in JUNIORS for e in behind):
                    yield Breach(self.name, person, (duty_id, second.id))
            if not covered:
                yield Breach(self.name, person, (duty_id,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{who} has no senior behind at {duty.en}.", f"{who} n'a pas de senior en seconde ligne pour {duty.fr}."
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("seniors need nobody", {}, "Ana N", 0, {"lines": [{"id": "N", "senior_line": "C"}]}),
        Example("a senior at home", {}, "Res N\nBob C", 0, _RESIDENT),
        Example("nobody at home", {}, "Res N\nBob .", 1, _RESIDENT),
        Example("another resident is no senior", {}, "Res N\nRea C", 1, _RESIDENT),
        Example("the other night", {}, "Res N .\nBob . C", 1, _RESIDENT),
        Example(
            "no second line by day",
            {},
            "Res D",
            1,
            {
                "engagements": [{"person": "Res", "site": "H", "status": "resident"}],
                "lines": [{"id": "D", "senior_line": "C"}],
            },
        ),
    )
