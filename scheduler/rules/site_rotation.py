"""A pooled line changes its site no more than agreed, and each site has its share."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import ClassVar, Literal

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import Terms, total
from scheduler.words import Said


class SiteRotation(Rule):
    """Where the solver chooses a line's site: all duties of a date (or of an ISO week, for ``weekly``) are at one site,
    the site changes at most ``site_changes_max`` times from one duty to the next (the last one before the horizon
    included), and each site has at least ``site_share_min`` per cent of the duties.

    Unit of breach: a change within a date or week; a change too many; a duty missing from a site's share.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    kind: Literal["site_rotation"] = "site_rotation"

    def statement(self) -> Said:
        return Said(
            "A pooled line stays at one site for the day or the week, changes no more often than agreed, and each site has its share.",
            "Une ligne partagée reste sur un site la journée ou la semaine, ne change pas plus souvent que convenu, et chaque site a sa part.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        past: dict[str, list[Duty]] = {}
        for held in facts.past_duties.values():
            for duty in held:
                past.setdefault(duty.line, []).append(duty)
        for line in facts.lines:
            if line.site_choice not in ("daily", "weekly"):
                continue
            duties = [d for d in facts.duties_by_line[line.id] if not d.past]
            last = max(past.get(line.id, ()), key=lambda d: (d.start, d.id), default=None)
            changes: list[Terms] = []
            for before, after in pairwise(([last] if last else []) + duties):
                if last and before is last:
                    stays = board.at(after, last.sites[0])
                else:
                    stays = total(board.both(board.at(before, s), board.at(after, s)) for s in line.sites)
                changed = Terms(const=1) - stays
                changes.append(changed)
                weeks = line.site_choice == "weekly" and before.date.isocalendar()[:2] == after.date.isocalendar()[:2]
                if weeks or before.date == after.date:
                    board.at_most(0, changed, Breach(self.name, line.id, (before.id, after.id)))
            if line.site_changes_max is not None:
                board.at_most(line.site_changes_max, total(changes), Breach(self.name, line.id, ("changes",)))
            for site in line.sites:
                share = -(-len(duties) * line.site_share_min // 100)
                if share:
                    here = total(board.at(d, site) for d in duties)
                    board.at_least(share, here, Breach(self.name, line.id, ("share", site)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        before: dict[str, list[tuple[datetime, str, Duty]]] = {}
        for person in facts.people:
            for done in facts.past_of(person.id):
                before.setdefault(done.line, []).append((done.start, done.id, done))
        for line in facts.lines:
            if line.site_choice not in ("daily", "weekly"):
                continue
            stays: list[tuple[date, str, str]] = []
            if line.id in before:
                last = max(before[line.id], key=lambda one: one[:2])[2]
                stays.append((last.date, last.sites[0], last.id))
            mine = [d for d in facts.duties_by_line[line.id] if not d.past]
            stays += [(d.date, site_of(d, roster), d.id) for d in mine]
            changes = 0
            for (day, site, one), (next_day, next_site, other) in pairwise(stays):
                if site == next_site:
                    continue
                changes += 1
                same_week = (next_day - timedelta(days=next_day.weekday())) <= day
                if day == next_day or (line.site_choice == "weekly" and same_week):
                    yield Breach(self.name, line.id, (one, other))
            if line.site_changes_max is not None and changes > line.site_changes_max:
                yield Breach(self.name, line.id, ("changes",), changes - line.site_changes_max)
            for site in line.sites:
                here = sum(site_of(d, roster) == site for d in mine)
                missing = (line.site_share_min * len(mine) + 99) // 100 - here
                if missing > 0:
                    yield Breach(self.name, line.id, ("share", site), missing)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        line = facts.name(breach.subject)
        return Said(
            f"{line}: the rotation between sites is not as agreed ({', '.join(breach.where)}).",
            f"{line} : la rotation entre sites n'est pas celle convenue ({', '.join(breach.where)}).",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("as many changes as agreed", {}, "Ana P p p", 0, {"lines": [{"id": "P", "site_changes_max": "1"}]}),
        Example("one too many", {}, "Ana P p P", 1, {"lines": [{"id": "P", "site_changes_max": "1"}]}),
        Example("within a week", {}, "Ana P p p", 1, {"lines": [{"id": "P", "site_choice": "weekly"}]}),
        Example(
            "from Sunday to Monday", {}, "Ana P P P P P P P p", 0, {"lines": [{"id": "P", "site_choice": "weekly"}]}
        ),
        Example("a third for each", {}, "Ana P P p", 0, {"lines": [{"id": "P", "site_share_min": "33"}]}),
        Example("the clinic gets too little", {}, "Ana P P P p", 1, {"lines": [{"id": "P", "site_share_min": "33"}]}),
        Example(
            "the change from the past counts", {}, "Ana P | p p", 1, {"lines": [{"id": "P", "site_changes_max": "0"}]}
        ),
    )
