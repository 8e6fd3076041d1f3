"""People stay where they are."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from scheduler.cells import Words
from scheduler.facts import Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import Terms, constant
from scheduler.words import Said


class SiteChanges(Rule):
    """Everybody is based at one site at a time, at first where their last duty before the horizon was, if any. A new base is a
    move, and a site worked at on a day beside the base is two: there and back. Of all ways to say where somebody was based
    the one with the fewest moves counts: with one site a day, moves are changes of site from one day of duty to the next.
    ``passing`` sites are no move.

    Unit of breach: a move.
    """

    SEES: ClassVar[Sees] = "days"
    kind: Literal["site_changes"] = "site_changes"
    passing: Words = Field((), description="sites that are no move: common rooms, an emergency desk")

    def statement(self) -> Said:
        return Said("People stay at the site where they are.", "Chacun reste sur le site où il est.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            here: dict[date, dict[str, list[Terms]]] = {}
            before: str | None = None
            for duty in board.duties_of(person.id):
                for site in duty.sites:
                    if site in self.passing or not self.covers(facts, duty):
                        continue
                    if duty.past:
                        before = site
                        continue
                    part = board.both(board.on(person.id, duty), board.at(duty, site))
                    here.setdefault(duty.date, {}).setdefault(site, []).append(part)
            sites = sorted({site for parts in here.values() for site in parts} | ({before} if before else set()))
            if len(sites) < 2:
                continue
            base = {site: constant(int(before in (site, None))) for site in sites}
            for day, parts in here.items():
                breach = Breach(self.name, person.id, (day.isoformat(),))
                then = dict(zip(sites, board.one_of(len(sites)), strict=True))
                for site in sites:
                    board.at_most(0, then[site] - base[site], breach)
                    board.at_most(0, board.any_of(parts.get(site, ())) - then[site], breach, times=2)
                base = then

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            days: dict[date, set[str]] = {}
            before: str | None = None
            for duty in held(facts, roster, person.id):
                site = duty.sites[0] if duty.past else site_of(duty, roster)
                if site in self.passing or not self.covers(facts, duty):
                    continue
                if duty.past:
                    before = site
                else:
                    days.setdefault(duty.date, set()).add(site)
            sites = {before} if before else set()
            moves = dict.fromkeys(sites.union(*days.values()), 0)
            if before:
                moves = {site: int(site != before) for site in moves}
            for day in sorted(days):
                least = min(moves.values())
                moves = {s: min(n, least + 1) + 2 * len(days[day] - {s}) for s, n in moves.items()}
            if moves and min(moves.values()):
                yield Breach(self.name, person.id, (), min(moves.values()))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who = facts.name(breach.subject)
        return Said(
            f"{who} moves {breach.amount} times from site to site.",
            f"{who} change {breach.amount} fois de site.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("there and back", {}, "Ana D S . D", 2),
        Example("there, and there one stays", {}, "Ana D S . S", 1),
        Example("always there", {}, "Ana D . N D", 0),
        Example("where one was before", {}, "Ana D . | . S\nBob S D | . D", 1),
        Example("the first known site is no move", {}, "Ana . S . S", 0),
        Example("just passing", {"passing": ["K"]}, "Ana D S D", 0),
        Example("just passing, but not after that", {"passing": ["H"]}, "Ana S D P . p", 0),
        Example("two sites on one day", {}, "Ana D DS D", 2),
        Example("two sites on every day", {}, "Ana DS DS", 4),
        Example("the place is chosen", {}, "Ana D p", 1),
        Example("only the scope", {"lines": "D"}, "Ana D S D", 0),
    )
