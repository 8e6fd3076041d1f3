"""A duty is where its technical means are, open and not taken."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import ClassVar, Literal

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.terms import Terms, total
from scheduler.words import Said


class FacilityCapacity(Rule):
    """Where a line needs a facility: nobody is on duty at a site where it is missing or closed during the duty, and at
    the start of each duty no more of them use it than it can serve.

    Unit of breach: a person on duty without the facility; a duty too many at a facility, at the start of one of them.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "days"
    STOPS: ClassVar[Said | None] = Said("without a theatre or other means", "sans plateau technique")
    kind: Literal["facility_capacity"] = "facility_capacity"

    def statement(self) -> Said:
        return Said(
            "A duty is held where the theatre (or other technical means) it needs exists, is open and is free.",
            "Une garde est tenue là où le bloc (ou autre plateau technique) nécessaire existe, est ouvert et libre.",
        )

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        users: dict[tuple[str, str], list[str]] = {}
        for line in facts.lines:
            for site in line.sites if line.facility else ():
                users.setdefault((site, line.facility or ""), []).append(line.id)
        for lines in users.values():
            yield tuple(lines)

    def encode(self, board: Board) -> None:
        facts = board.facts
        rows = {(row.site, row.kind): row for row in facts.tables.facilities}
        needing = [d for d in facts.duties if facts.line_by_id[d.line].facility]
        for duty in needing:
            kind = facts.line_by_id[duty.line].facility or ""
            for site in duty.sites:
                row = rows.get((site, kind))
                opened = row is not None and facts.calendar.matches(duty.date, row.days)
                if row is not None and opened:
                    opens, closes = (facts.calendar.instant(duty.date, m) for m in (row.opens, row.closes))
                    opened = opens <= duty.start and duty.end <= closes
                if row is None or not opened:
                    for person in board.candidates(duty):
                        board.never(person, duty, site, Breach(self.name, person, (duty.id, site)))
                    continue
                now = [
                    d
                    for d in needing
                    if facts.line_by_id[d.line].facility == kind and site in d.sites and d.start <= duty.start < d.end
                ]
                if len(now) > row.capacity:
                    used = total(self._uses(board, d, site) for d in now)
                    board.at_most(row.capacity, used, Breach(self.name, duty.id, (duty.id, site)))

    @staticmethod
    def _uses(board: Board, duty: Duty, site: str) -> Terms:
        held_by_any = board.any_of(board.on(person, duty) for person in board.candidates(duty))
        return board.both(held_by_any, board.at(duty, site))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        using: dict[tuple[str, str], list[Duty]] = {}
        asking: dict[tuple[str, str], list[Duty]] = {}
        for duty in facts.duties:
            kind, site = facts.line_by_id[duty.line].facility, site_of(duty, roster)
            if kind is None:
                continue
            for place in duty.sites:
                asking.setdefault((place, kind), []).append(duty)
            if roster.people_on(duty.id):
                using.setdefault((site, kind), []).append(duty)
            usable = any(
                row.site == site
                and row.kind == kind
                and facts.calendar.matches(duty.date, row.days)
                and facts.calendar.instant(duty.date, row.opens) <= duty.start
                and facts.calendar.instant(duty.date, row.closes) >= duty.end
                for row in facts.tables.facilities
            )
            if not usable:
                for person in roster.people_on(duty.id):
                    yield Breach(self.name, person, (duty.id, site))
        for row in facts.tables.facilities:
            by_day: dict[date, list[Duty]] = {}
            for user in using.get((row.site, row.kind), []):
                by_day.setdefault(user.date, []).append(user)
            for duty in asking.get((row.site, row.kind), ()):
                opened = facts.calendar.matches(duty.date, row.days) and (
                    facts.calendar.instant(duty.date, row.opens) <= duty.start
                    and facts.calendar.instant(duty.date, row.closes) >= duty.end
                )
                near = (d for n in (0, 1, 2) for d in by_day.get(duty.date - timedelta(days=n), ()))
                over = sum(d.start <= duty.start < d.end for d in near) - row.capacity
                if opened and over > 0:
                    yield Breach(self.name, duty.id, (duty.id, row.site), over)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, site = facts.said_duty(breach.where[0]), facts.name(breach.where[1])
        return Said(
            f"{duty.en}: what it needs at {site} is missing, closed or taken.",
            f"{duty.fr} : le plateau nécessaire à {site} manque, est fermé ou occupé.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("no theatre there", {}, "Ana D", 1, {"lines": [{"id": "D", "facility": "theatre"}]}),
        Example(
            "a theatre",
            {},
            "Ana D",
            0,
            {"lines": [{"id": "D", "facility": "theatre"}], "facilities": [{"site": "H", "kind": "theatre"}]},
        ),
        Example(
            "it closes too early",
            {},
            "Ana D",
            1,
            {
                "lines": [{"id": "D", "facility": "theatre"}],
                "facilities": [{"site": "H", "kind": "theatre", "opens": "08:00", "closes": "19:59"}],
            },
        ),
        Example(
            "it just suffices",
            {},
            "Ana D",
            0,
            {
                "lines": [{"id": "D", "facility": "theatre"}],
                "facilities": [{"site": "H", "kind": "theatre", "opens": "08:00", "closes": "20:00"}],
            },
        ),
        Example(
            "closed that day",
            {},
            "Ana D",
            1,
            {
                "lines": [{"id": "D", "facility": "theatre"}],
                "facilities": [{"site": "H", "kind": "theatre", "days": "tue"}],
            },
        ),
        Example(
            "two duties, one theatre",
            {},
            "Ana N\nBob P",
            2,
            {
                "lines": [{"id": "N", "facility": "theatre"}, {"id": "P", "facility": "theatre"}],
                "facilities": [{"site": "H", "kind": "theatre"}],
            },
        ),
        Example(
            "the other site has one too",
            {},
            "Ana N\nBob p",
            0,
            {
                "lines": [{"id": "N", "facility": "theatre"}, {"id": "P", "facility": "theatre"}],
                "facilities": [{"site": "H", "kind": "theatre"}, {"site": "K", "kind": "theatre"}],
            },
        ),
        Example(
            "an empty duty takes nothing",
            {},
            "Ana N\nBob .",
            0,
            {
                "lines": [{"id": "N", "facility": "theatre"}, {"id": "P", "facility": "theatre"}],
                "facilities": [{"site": "H", "kind": "theatre"}],
            },
        ),
    )
