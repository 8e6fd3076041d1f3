"""Nobody works too long without a break."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import total
from scheduler.words import Said


class LongestStretch(Rule):
    """Duties worked on site that follow each other without a break last at most ``hours`` together.

    Unit of breach: a duty from which a stretch starts and grows too long (counted once for each way of growing).
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said(
        "too long without a break with it", "trop longtemps sans interruption avec elle"
    )
    kind: Literal["longest_stretch"] = "longest_stretch"
    hours: Annotated[int, Field(ge=1, le=168)]

    def statement(self) -> Said:
        return Said(
            f"Nobody works on site for more than {self.hours} h without a break.",
            f"Personne ne travaille sur place plus de {self.hours} h sans interruption.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [d for d in board.duties_of(person.id) if d.on_site and self.covers(facts, d)]
            starting: dict[object, list[Duty]] = {}
            for duty in mine:
                starting.setdefault(duty.start, []).append(duty)
            for duty in mine:
                open_chains: list[tuple[Duty, ...]] = [(duty,)]
                while open_chains:
                    chain = open_chains.pop()
                    if chain[-1].end - chain[0].start > timedelta(hours=self.hours):
                        parts = total(board.on(person.id, d) for d in chain)
                        names = tuple(d.id for d in chain)
                        board.at_most(len(chain) - 1, parts, Breach(self.name, person.id, names))
                    else:
                        open_chains += [(*chain, later) for later in starting.get(chain[-1].end, [])]

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if self.concerns(facts, person.id):
                mine = [d for d in held(facts, roster, person.id) if d.on_site and self.covers(facts, d)]
                for first in mine:
                    yield from self._too_long(mine, [first], person.id)

    def _too_long(self, mine: list[Duty], stretch: list[Duty], person: str) -> Iterator[Breach]:
        hours = (stretch[-1].end - stretch[0].start).total_seconds() / 3600
        if hours > self.hours:
            if not all(duty.past for duty in stretch):
                yield Breach(self.name, person, tuple(duty.id for duty in stretch))
            return
        for duty in mine:
            if duty.start == stretch[-1].end:
                yield from self._too_long(mine, [*stretch, duty], person)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        first, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{who} would work more than {self.hours} h on end from {first.en}.",
            f"{who} travaillerait plus de {self.hours} h d'affilée à partir de {first.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("24 h are the limit", {"hours": 24}, "Ana DN", 0),
        Example("one hour over", {"hours": 23}, "Ana DN", 1),
        Example("a third duty on end", {"hours": 24}, "Ana DN D", 1),
        Example("a break in between", {"hours": 24}, "Ana N . N", 0),
        Example("begun before the first day", {"hours": 24}, "Ana DN | D", 1),
        Example("on call from home is no work on site", {"hours": 24}, "Ana DC D", 0),
        Example("a night of 13 h when the clocks change", {"hours": 24}, "Ana DN", 1, first_drawn=date(2027, 10, 30)),
    )
