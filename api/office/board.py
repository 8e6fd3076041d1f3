"""What everybody reads of published rosters: assignments of a period, and who is on call at an instant, from memory."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.office.documents import held_from, scenario_by
from api.store.database import kept
from api.store.memory import Remembered
from api.store.schema import Change, RosterRow
from scheduler.facts import Duty
from scheduler.roster import Roster, site_of
from scheduler.scenario import Scenario

PAGE = 500
"""Changes given at once."""
REMEMBERED = 64
"""Boards kept in memory."""


@dataclass(frozen=True, slots=True)
class Board:
    """A published roster laid out by start."""

    roster: str
    version: int
    scenario: Scenario
    held: Roster
    duties: tuple[Duty, ...]
    """By start."""
    starts: tuple[datetime, ...]
    longest: timedelta

    def at(self, instant: datetime) -> list[Duty]:
        """Duties that are on at an instant: from their start, to before their end."""
        last = bisect_right(self.starts, instant)
        first = bisect_right(self.starts, instant - self.longest)
        return [duty for duty in self.duties[first:last] if duty.start <= instant < duty.end]

    def between(self, first: date, last: date) -> list[Duty]:
        """Duties that begin on these local days."""
        return [duty for duty in self.duties if first <= duty.date <= last]


def boards(session: Session, territory: str) -> list[Board]:
    """The rosters in force of a territory, in the order of their days."""

    def load() -> list[Board]:
        asked = select(RosterRow.id, RosterRow.version).where(
            RosterRow.territory == territory, RosterRow.state.in_(("published", "frozen", "done"))
        )
        found = [_BOARDS.get((id_, version), partial(_board, session, id_)) for id_, version in session.execute(asked)]
        return sorted(found, key=lambda board: (board.scenario.facts.territory.first_day, board.roster))

    return kept(session, ("boards", territory), load)


_BOARDS: Remembered[Board] = Remembered(REMEMBERED)
"""By roster and version, which say all: they outlive changes of something else."""


def _board(session: Session, id_: str) -> Board:
    row = session.get_one(RosterRow, id_)
    scenario = scenario_by(session, row.scenario)
    duties = tuple(sorted(scenario.facts.duties, key=lambda duty: (duty.start, duty.id)))
    longest = max((duty.end - duty.start for duty in duties), default=timedelta())
    starts = tuple(duty.start for duty in duties)
    return Board(id_, row.version, scenario, held_from(row.held), duties, starts, longest)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to a roster."""

    number: int
    roster: str
    what: str
    version: int
    at: str
    duties: tuple[tuple[str, str, str], ...]
    """Those that moved: duty, who left, who came."""


def changes(session: Session, territory: str, after: int) -> tuple[Happened, ...]:
    """What happened to the rosters of a territory after a cursor, at most :data:`PAGE` things, in order."""

    def load() -> tuple[Happened, ...]:
        asked = select(Change).where(Change.territory == territory, Change.number > after)
        rows = session.execute(asked.order_by(Change.number).limit(PAGE)).scalars()
        return tuple(
            Happened(row.number, row.roster, row.what, row.version, row.at, tuple((d, a, b) for d, a, b in row.duties))
            for row in rows
        )

    return kept(session, ("changes", territory, str(after)), load)


@dataclass(frozen=True, slots=True)
class Assigned:
    """One person on one duty, or one place that nobody fills (no person)."""

    roster: str
    duty: str
    line: str
    line_name: str
    site: str
    site_name: str
    modality: str
    start: datetime
    end: datetime
    person: str | None
    person_name: str | None


def assigned(board: Board, duties: Sequence[Duty]) -> Iterator[Assigned]:
    """Who holds these duties, empty places included."""
    facts = board.scenario.facts
    for duty in duties:
        people: list[str | None] = list(board.held.people_on(duty.id))
        people += [None] * max(0, duty.needed - len(people))
        site = site_of(duty, board.held)
        for person in people:
            yield Assigned(
                board.roster,
                duty.id,
                duty.line,
                facts.name(duty.line),
                site,
                facts.name(site),
                duty.modality,
                duty.start,
                duty.end,
                person,
                facts.name(person) if person else None,
            )
