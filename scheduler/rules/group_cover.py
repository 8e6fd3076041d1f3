"""Duties that share people: so many together on each day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar, Literal

from scheduler.calendar import days_between
from scheduler.facts import Facts, in_force
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.terms import total
from scheduler.words import Said, said_day


class GroupCover(Rule):
    """For each row of the table ``group_needs``, on each of its days: the duties of its lines and periods that start on that
    day have together at least ``least`` and at most ``most`` people (who holds two of them counts twice).

    Unit of breach: a person missing, or too many, in one row on one day.
    """

    TIER: ClassVar[str] = "cover"
    SEES: ClassVar[Sees] = "days"
    kind: Literal["group_cover"] = "group_cover"

    def statement(self) -> Said:
        return Said(
            "Duties that share people have together as many as the table of common needs says.",
            "Les gardes qui partagent un effectif ont ensemble le nombre de personnes que dit la table des besoins communs.",
        )

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        for row in facts.tables.group_needs:
            yield row.lines or tuple(line.id for line in facts.lines)

    def encode(self, board: Board) -> None:
        facts = board.facts
        for row in facts.tables.group_needs:
            for day in days_between(facts.territory.first_day, facts.territory.last_day):
                if not in_force(row, day) or not facts.calendar.matches(day, row.days):
                    continue
                duties = [
                    duty
                    for duty in facts.duties_by_day.get(day, ())
                    if (not row.lines or duty.line in row.lines)
                    and (not row.periods or duty.period in row.periods)
                    and self.covers(facts, duty)
                ]
                people = total(board.on(p, duty) for duty in duties for p in board.candidates(duty))
                breach = Breach(self.name, row.name, (day.isoformat(),))
                if row.least is not None:
                    board.at_least(row.least, people, breach)
                if row.most is not None:
                    board.at_most(row.most, people, breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for row in facts.tables.group_needs:
            day = max(row.first_day or facts.territory.first_day, facts.territory.first_day)
            while day <= min(row.last_day or facts.territory.last_day, facts.territory.last_day):
                if facts.calendar.matches(day, row.days):
                    people = 0
                    for duty_id, _ in roster.assignments:
                        duty = facts.duty_by_id[duty_id]
                        named = duty.line in (row.lines or (duty.line,)) and duty.period in (
                            row.periods or (duty.period,)
                        )
                        people += named and duty.date == day and self.covers(facts, duty)
                    for off in ((row.least or 0) - people, people - (people if row.most is None else row.most)):
                        if off > 0:
                            yield Breach(self.name, row.name, (day.isoformat(),), off)
                day += timedelta(days=1)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        day = next((said_day(d) for d in facts.duties_by_day if d.isoformat() == breach.where[0]), None)
        en, fr = (day.en, day.fr) if day else (breach.where[0], breach.where[0])
        return Said(
            f"{breach.subject}, {en}: {breach.amount} missing or too many.",
            f"{breach.subject}, {fr} : {breach.amount} en moins ou en trop.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "one in either unit",
            {},
            "Ana D S",
            0,
            {"group_needs": [{"name": "u", "lines": "D S", "least": "1", "most": "1"}]},
        ),
        Example(
            "nobody in either, then two",
            {},
            "Ana . S D\nBob . D .",
            2,
            {"group_needs": [{"name": "u", "lines": "D S", "least": "1", "most": "1"}]},
        ),
        Example("at most", {}, "Ana D\nBob D\nCol D", 2, {"group_needs": [{"name": "u", "lines": "D", "most": "1"}]}),
        Example(
            "on its days",
            {},
            "Ana . D . .",
            2,
            {
                "group_needs": [
                    {"name": "u", "periods": "day", "least": "1", "first_day": "2027-03-02", "days": "tue-thu"}
                ]
            },
        ),
        Example(
            "until its last day",
            {},
            "Ana . .",
            1,
            {"group_needs": [{"name": "u", "periods": "day", "least": "1", "last_day": "2027-03-01"}]},
        ),
        Example(
            "only the scope counts",
            {"lines": "N"},
            "Ana D N",
            1,
            {"group_needs": [{"name": "u", "lines": "D N", "least": "1"}]},
        ),
        Example(
            "the past is not asked", {}, "Ana . | D", 0, {"group_needs": [{"name": "u", "lines": "D", "least": "1"}]}
        ),
    )
