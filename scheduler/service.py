"""The monthly service table of each practitioner: obligations, additional time, hours at night, on Sundays and holidays.

The table that the public accountant asks for (décret 2022-505, item 220224). Hours are real elapsed minutes; a half-period
counts as :data:`scheduler.pay.HALVES` says.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from scheduler.calendar import SUNDAY, days_between
from scheduler.facts import Facts
from scheduler.pay import halves_of, month_of
from scheduler.roster import Roster, site_of

NIGHT_FROM, NIGHT_TO = 20, 8
"""The night of the time grid, hours of the local wall clock."""

Span = tuple[datetime, datetime]
"""From and to, UTC."""


@dataclass(slots=True)
class ServiceMonth:
    """One person, one month. Minutes are elapsed time on site; on call from home has only its call-ins."""

    person: str
    month: str
    """As ``2027-03``."""
    on_site: int = 0
    on_call: int = 0
    sessions: int = 0
    """Duties."""
    halves: int = 0
    """On-site half-periods."""
    obligations: int | None = None
    """Half-periods within the service obligations; None: no limit is known."""
    additional: int = 0
    """Half-periods beyond."""
    minutes: int = 0
    night_minutes: int = 0
    sunday_minutes: int = 0
    """On Sundays and holidays."""
    call_in_minutes: int = 0


def service_table(
    facts: Facts,
    roster: Roster,
    call_in_minutes: Mapping[tuple[str, str], int] | None = None,
    hours: Mapping[tuple[str, str], Span] | None = None,
) -> list[ServiceMonth]:
    """By person, then month. Once they are known, of (person, duty): minutes of call-ins, travel included, and real hours."""
    found: dict[tuple[str, str], ServiceMonth] = {}
    counted: defaultdict[tuple[str, str], dict[tuple[str, str], list[int]]] = defaultdict(dict)
    for duty_id, person in sorted(roster.assignments):
        duty = facts.duty_by_id[duty_id]
        month = duty.date.isoformat()[:7]
        row = found.setdefault((person, month), ServiceMonth(person, month))
        row.call_in_minutes += (call_in_minutes or {}).get((person, duty_id), 0)
        match duty.modality:
            case "on_call":
                row.on_call += 1
                continue
            case "session":
                row.sessions += 1
            case _:
                row.on_site += 1
                row.halves += halves_of(facts, duty)
        real = (hours or {}).get((person, duty_id))
        start, end = real or (duty.start, duty.end)
        row.minutes += int((end - start).total_seconds()) // 60 if real else duty.worked_minutes
        night, sunday = hours_of(facts, start, end)
        row.night_minutes += night
        row.sunday_minutes += sunday
        service = month_of(facts, person, duty, site_of(duty, roster))
        if service:
            used = (service[1].site, str(service[1].status))
            within = counted[person, month].setdefault(used, [0, service[1].service_halves or 0])
            within[0] += halves_of(facts, duty)
    for key, engagements in counted.items():
        found[key].obligations = sum(limit for _, limit in engagements.values())
        found[key].additional = sum(max(0, halves - limit) for halves, limit in engagements.values())
    return [found[key] for key in sorted(found)]


def hours_of(facts: Facts, start: datetime, end: datetime) -> tuple[int, int]:
    """Elapsed minutes at night, and on Sundays and holidays, by the local calendar day of each minute."""
    night = sunday = 0
    calendar = facts.calendar
    for one, next_ in pairwise(sorted({start, end, *_edges(facts, start, end)})):
        minutes = int((next_ - one).total_seconds()) // 60
        local = calendar.local(one)
        if local.hour >= NIGHT_FROM or local.hour < NIGHT_TO:
            night += minutes
        if local.date().weekday() == SUNDAY or local.date() in calendar.holiday_by_day:
            sunday += minutes
    return night, sunday


def _edges(facts: Facts, start: datetime, end: datetime) -> list[datetime]:
    """Instants between two at which the local day, or its night, begins or ends."""
    calendar, found = facts.calendar, []
    for day in days_between(calendar.local(start).date(), calendar.local(end).date()):
        for hour in (0, NIGHT_TO, NIGHT_FROM):
            instant = calendar.instant(day, hour * 60)
            if start < instant < end:
                found.append(instant)
    return found
