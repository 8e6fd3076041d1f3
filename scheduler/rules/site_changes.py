"""People stay where they are."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from scheduler.calendar import days_between
from scheduler.cells import Words
from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, held, site_of
from scheduler.terms import Terms, constant
from scheduler.words import Said


class SiteChanges(Rule):
    """Who works at a site was there on the last day of duty before, however long ago. ``passing`` sites do not count: whoever
    works there stays attached to the site before. Nobody's first known site is a change.

    Unit of breach: a site on a day at which somebody works who was elsewhere on the last day of duty before.
    """

    kind: Literal["site_changes"] = "site_changes"
    passing: Words = Field((), description="sites that are no change: common rooms, an emergency desk")

    def statement(self) -> Said:
        return Said("People stay at the site where they are.", "Chacun reste sur le site où il est.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        days = list(days_between(facts.territory.first_day, facts.territory.last_day))
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [duty for duty in board.duties_of(person.id) if self.covers(facts, duty)]
            past = [duty for duty in mine if duty.past and duty.sites[0] not in self.passing]
            before = {duty.sites[0] for duty in past if duty.date == past[-1].date}
            here: dict[date, dict[str, list[Terms]]] = {day: {} for day in days}
            for duty in mine:
                for site in duty.sites:
                    if not duty.past and site not in self.passing:
                        part = board.both(board.on(person.id, duty), board.at(duty, site))
                        here[duty.date].setdefault(site, []).append(part)
            sites = {site for parts in here.values() for site in parts}
            last = {site: constant(int(site in before or not before)) for site in sites | before}
            for day in days:
                works = {site: board.any_of(parts) for site, parts in sorted(here[day].items())}
                for site, there in works.items():
                    board.at_most(0, there - last[site], Breach(self.name, person.id, (day.isoformat(), site)))
                if works:
                    idle = board.any_of((constant(1) - board.any_of(works.values()),))
                    last = {
                        site: board.any_of((works.get(site, Terms()), board.both(attached, idle)))
                        for site, attached in sorted(last.items())
                    }

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            days: dict[date, set[str]] = {}
            duties: list[Duty] = [duty for duty in held(facts, roster, person.id) if self.covers(facts, duty)]
            for duty in duties:
                site = duty.sites[0] if duty.past else site_of(duty, roster)
                if site not in self.passing:
                    days.setdefault(duty.date, set()).add(site)
            before: set[str] = set()
            for day in sorted(days):
                if day >= facts.territory.first_day and before:
                    yield from (Breach(self.name, person.id, (day.isoformat(), s)) for s in sorted(days[day] - before))
                before = days[day]

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, (day, site) = facts.name(breach.subject), breach.where
        return Said(f"{who} changes to {facts.name(site)} on {day}.", f"{who} passe à {facts.name(site)} le {day}.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("there and back", {}, "Ana D S . D", 2),
        Example("always there", {}, "Ana D . N D", 0),
        Example("where one was before", {}, "Ana D . | . S\nBob S D | . D", 1),
        Example("the first known site is no change", {}, "Ana . S . S", 0),
        Example("just passing", {"passing": ["K"]}, "Ana D S D", 0),
        Example("just passing, but not after that", {"passing": ["H"]}, "Ana S D P . p", 0),
        Example("two sites on one day, one of them new", {}, "Ana D DS D", 1),
        Example("the place is chosen", {}, "Ana D p", 1),
        Example("only the scope", {"lines": "D"}, "Ana D S D", 0),
    )
