"""Nobody works at too many sites in a week."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import total
from scheduler.words import Said


class MaxSites(Rule):
    """At most ``limit`` different sites per person and ISO week.

    Unit of breach: a site too many in one week.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("at other sites that week", "sur d'autres sites cette semaine")
    kind: Literal["max_sites"] = "max_sites"
    limit: Annotated[int, Field(ge=1, le=20)]

    def statement(self) -> Said:
        return Said(
            f"At most {self.limit} sites a week per person.", f"Au plus {self.limit} sites par semaine et par personne."
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            weeks: dict[date, list[Duty]] = {}
            for duty in board.duties_of(person.id):
                if self.covers(facts, duty):
                    weeks.setdefault(duty.date - timedelta(days=duty.date.weekday()), []).append(duty)
            for monday, duties in weeks.items():
                sites = sorted({site for duty in duties for site in duty.sites})
                if len(sites) <= self.limit:
                    continue
                count = total(
                    board.any_of(
                        board.both(board.on(person.id, d), board.at(d, site)) for d in duties if site in d.sites
                    )
                    for site in sites
                )
                board.at_most(self.limit, count, Breach(self.name, person.id, (monday.isoformat(),)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            weeks: dict[date, tuple[set[str], set[str]]] = {}
            for duty in held(facts, roster, person.id):
                if self.covers(facts, duty):
                    week = weeks.setdefault(duty.date - timedelta(days=duty.date.weekday()), (set(), set()))
                    week[0].add(site_of(duty, roster))
                    if duty.past:
                        week[1].add(site_of(duty, roster))
            for monday, (sites, past) in sorted(weeks.items()):
                over = len(sites) - max(self.limit, len(past))
                if over > 0:
                    yield Breach(self.name, person.id, (monday.isoformat(),), over)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, week = facts.name(breach.subject), breach.where[0]
        return Said(
            f"{who} would work at more than {self.limit} sites in the week of {week}.",
            f"{who} travaillerait sur plus de {self.limit} sites dans la semaine du {week}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("one site", {"limit": 1}, "Ana D N", 0),
        Example("two sites", {"limit": 1}, "Ana D S", 1),
        Example("in two weeks", {"limit": 1}, "Ana . . . . . . D S", 0),
        Example("two are allowed", {"limit": 2}, "Ana D S", 0),
        Example("the chosen site counts", {"limit": 1}, "Ana D p", 1),
        Example("the past of the week counts", {"limit": 1}, "Ana D | S", 1),
    )
