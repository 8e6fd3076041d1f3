"""The duties of a weekend on one line go together, or apart."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field

from scheduler.cells import Days
from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.terms import Terms, total
from scheduler.words import Said


class WeekendBlock(Rule):
    """On each line of the scope, the duties of a weekend's ``block`` days are all held by the same people (``together``),
    or by different ones (``apart``).

    Unit of breach: ``together``: a person who holds one but not the other of two duties that follow each other in the
    block; ``apart``: a pair of duties of the block held by one person.
    """

    SEES: ClassVar[Sees] = "days"
    STOPS: ClassVar[Said | None] = Said("without the rest of that weekend", "sans le reste de ce week-end")
    kind: Literal["weekend_block"] = "weekend_block"
    mode: Literal["together", "apart"]
    block: Days = Field(("fri", "sat", "sun"), description="fri sat sun, by the day on which a duty starts")

    def statement(self) -> Said:
        days = "-".join(self.block)
        if self.mode == "together":
            return Said(
                f"The weekend ({days}) of a line is held by the same people.",
                f"Le week-end ({days}) d'une ligne est tenu par les mêmes personnes.",
            )
        return Said(
            f"Nobody holds two duties of the same weekend ({days}) on a line.",
            f"Personne ne tient deux gardes d'un même week-end ({days}) sur une ligne.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        blocks: dict[tuple[str, date], list[Duty]] = {}
        for duty in sorted(facts.duty_by_id.values(), key=lambda d: (d.start, d.id)):
            if (
                self.covers(facts, duty)
                and ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[duty.date.weekday()] in self.block
            ):
                monday = duty.date - timedelta(days=duty.date.weekday())
                blocks.setdefault((duty.line, monday), []).append(duty)
        for duties in blocks.values():
            if duties[-1].past:
                continue
            for person in sorted({p for duty in duties for p in board.candidates(duty)}):
                if not self.concerns(facts, person):
                    continue
                ons = [board.on(person, duty) for duty in duties]
                if self.mode == "together":
                    for (a, one), (b, other) in pairwise(zip(duties, ons, strict=True)):
                        if not b.past:
                            breach = Breach(self.name, person, (a.id, b.id))
                            now = total((Terms(one.coefs, one.const + one.past), other * -1))
                            board.at_most(0, now, breach)
                            board.at_most(0, now * -1, breach)
                    continue
                for i, a in enumerate(duties):
                    for b, other in zip(duties[i + 1 :], ons[i + 1 :], strict=True):
                        board.at_most(1, ons[i] + other, Breach(self.name, person, (a.id, b.id)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        days = [("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day) for day in self.block]
        blocks: dict[tuple[str, tuple[int, int]], list[Duty]] = {}
        for duty in facts.duty_by_id.values():
            if duty.date.weekday() in days and self.covers(facts, duty):
                year, week, _ = duty.date.isocalendar()
                blocks.setdefault((duty.line, (year, week)), []).append(duty)
        held_before = {(p, d.id) for p, duties in facts.past_duties.items() for d in duties}
        for key in sorted(blocks):
            duties = sorted(blocks[key], key=lambda d: (d.start, d.id))
            names = {d.id for d in duties}
            holders = {p for d in names for p in roster.people_on(d)} | {p for p, d in held_before if d in names}
            for person in facts.people:
                if person.id not in holders or not self.concerns(facts, person.id):
                    continue
                holds = [(person.id, d.id) in held_before or roster.covers(person.id, d.id) for d in duties]
                for i, later in enumerate(duties):
                    if later.past:
                        continue
                    if self.mode == "together":
                        if i and holds[i - 1] != holds[i]:
                            yield Breach(self.name, person.id, (duties[i - 1].id, later.id))
                    elif holds[i]:
                        for j in range(i):
                            if holds[j]:
                                yield Breach(self.name, person.id, (duties[j].id, later.id))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        first, later = (facts.said_duty(duty) for duty in breach.where)
        who = facts.name(breach.subject)
        if self.mode == "together":
            return Said(
                f"{who} holds only one of {first.en} and {later.en}.",
                f"{who} ne tient qu'une garde sur deux : {first.fr}, {later.fr}.",
            )
        return Said(f"{who} holds both {first.en} and {later.en}.", f"{who} tient à la fois {first.fr} et {later.fr}.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "the whole weekend",
            {"mode": "together"},
            "Ana . . . . N N N",
            0,
        ),
        Example("Sunday is left", {"mode": "together"}, "Ana . . . . N N .", 1),
        Example("handed over on Saturday", {"mode": "together"}, "Ana . . . . N . .\nBob . . . . . N N", 2),
        Example("Friday is not in this block", {"mode": "together", "block": "sat sun"}, "Ana . . . . N . .", 0),
        Example("apart", {"mode": "apart"}, "Ana . . . . N . N", 1),
        Example("another line is another weekend", {"mode": "apart"}, "Ana . . . . N . C", 0),
        Example("a Friday in the past binds", {"mode": "together"}, "Ana . . . . N | . .", 1),
    )
