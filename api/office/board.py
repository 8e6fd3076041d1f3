"""What everybody reads of published rosters: assignments of a period, and who is on call at an instant, from memory."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.office.documents import held_from, scenario_by
from api.store.schema import RosterRow
from scheduler.facts import Duty
from scheduler.roster import Roster, site_of
from scheduler.scenario import Scenario

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
    asked = select(RosterRow.id, RosterRow.version).where(
        RosterRow.territory == territory, RosterRow.state.in_(("published", "frozen", "done"))
    )
    found = [_board(session, id_, version) for id_, version in session.execute(asked)]
    return sorted(found, key=lambda board: (board.scenario.facts.territory.first_day, board.roster))


def _board(session: Session, id_: str, version: int) -> Board:
    with _LOCK:
        if (id_, version) in _KNOWN:
            _KNOWN.move_to_end((id_, version))
            return _KNOWN[id_, version]
    row = session.get_one(RosterRow, id_)
    scenario = scenario_by(session, row.scenario)
    duties = tuple(sorted(scenario.facts.duties, key=lambda duty: (duty.start, duty.id)))
    longest = max((duty.end - duty.start for duty in duties), default=timedelta())
    starts = tuple(duty.start for duty in duties)
    board = Board(id_, row.version, scenario, held_from(row.held), duties, starts, longest)
    with _LOCK:
        _KNOWN[id_, row.version] = board
        while len(_KNOWN) > REMEMBERED:
            _KNOWN.popitem(last=False)
    return board


_KNOWN: OrderedDict[tuple[str, int], Board] = OrderedDict()
_LOCK = Lock()


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
