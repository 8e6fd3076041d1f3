"""After a very long stretch comes an equally long rest."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import total
from scheduler.words import Said


class RestAfterStretch(Rule):
    """After ``hours`` or more worked on site without a break, nothing starts for ``rest_hours``.

    Unit of breach: a stretch that reaches ``hours`` (at its shortest) and a duty that starts too soon after it.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("at rest after a long stretch", "en repos après une longue garde")
    kind: Literal["rest_after_stretch"] = "rest_after_stretch"
    hours: Annotated[int, Field(ge=1, le=168)]
    rest_hours: Annotated[int, Field(ge=1, le=168)]

    def statement(self) -> Said:
        return Said(
            f"After {self.hours} h on site without a break, {self.rest_hours} h of rest at once.",
            f"Après {self.hours} h sur place sans interruption, {self.rest_hours} h de repos immédiat.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = board.duties_of(person.id)
            work = [d for d in mine if d.on_site and self.covers(facts, d)]
            chains: list[tuple[Duty, ...]] = [(duty,) for duty in work]
            while chains:
                chain = chains.pop()
                end = chain[-1].end
                if end - chain[0].start < timedelta(hours=self.hours):
                    chains += [(*chain, d) for d in work if d.start == end]
                    continue
                parts = total(board.on(person.id, d) for d in chain)
                for later in mine:
                    if end <= later.start < end + timedelta(hours=self.rest_hours):
                        names = (*(d.id for d in chain), later.id)
                        both = parts + board.on(person.id, later)
                        board.at_most(len(chain), both, Breach(self.name, person.id, names))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if self.concerns(facts, person.id):
                mine = held(facts, roster, person.id)
                for first in mine:
                    if first.on_site and self.covers(facts, first):
                        yield from self._too_soon(facts, mine, [first], person.id)

    def _too_soon(self, facts: Facts, mine: list[Duty], stretch: list[Duty], person: str) -> Iterator[Breach]:
        end = stretch[-1].end
        if (end - stretch[0].start).total_seconds() >= self.hours * 3600:
            for duty in mine:
                hours_after = (duty.start - end).total_seconds() / 3600
                if 0 <= hours_after < self.rest_hours and not (duty.past and stretch[-1].past):
                    yield Breach(self.name, person, (*(d.id for d in stretch), duty.id))
            return
        for duty in mine:
            if duty.start == end and duty.on_site and self.covers(facts, duty):
                yield from self._too_soon(facts, mine, [*stretch, duty], person)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        later, who = facts.said_duty(breach.where[-1]), facts.name(breach.subject)
        return Said(
            f"{who} would start {later.en} less than {self.rest_hours} h after {self.hours} h on end.",
            f"{who} commencerait {later.fr} moins de {self.rest_hours} h après {self.hours} h d'affilée.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("24 h, then 24 h of rest", {"hours": 24, "rest_hours": 24}, "Ana DN . D", 0),
        Example("rest too short", {"hours": 24, "rest_hours": 24}, "Ana DN N", 1),
        Example("twelve hours are no long stretch", {"hours": 24, "rest_hours": 24}, "Ana N N", 0),
        Example("the past counts", {"hours": 24, "rest_hours": 24}, "Ana DN | N", 1),
        Example("exactly the rest", {"hours": 12, "rest_hours": 12}, "Ana D D", 0),
        Example("an hour less", {"hours": 12, "rest_hours": 13}, "Ana D D", 1),
    )
