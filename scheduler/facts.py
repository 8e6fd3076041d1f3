"""What is given: the rows of a scenario, and the duties that lines, periods and calendar make of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from scheduler.calendar import Calendar, days_between, holiday_names, weekend_of
from scheduler.cells import MIDNIGHT_MIN, Day, Text
from scheduler.tables import (
    Absence,
    Consent,
    Engagement,
    Line,
    Need,
    Period,
    Person,
    Row,
    Share,
    Site,
    Tables,
    Tariff,
    Wish,
)
from scheduler.words import Said, said_day

OfPerson = TypeVar("OfPerson", Absence, Consent)
WORKED_PERCENT = {"on_site": 100, "session": 100, "mixed": 50, "on_call": 0}
"""Share of a duty's hours that is working time when the line does not say: on call from home, only call-ins are."""


class Territory(BaseModel):
    """Where and when: the head of ``scenario.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Text
    timezone: Text = "Europe/Paris"
    holiday_region: Text = Field("FR", description="FR, or a subdivision: 57, 67, 68, 6AE, 971…; none = no holidays")
    school_zone: Text = Field("", description="A, B, C or the overseas territory")
    first_day: Day
    last_day: Day


@dataclass(frozen=True, slots=True)
class Duty:
    """One period of one line: something to hold. ``[start, end)`` in UTC; the date is local and starts it."""

    id: str
    line: str
    period: str
    date: Day
    start: datetime
    end: datetime
    sites: tuple[str, ...]
    """Where it may be held; several when the solver chooses."""
    modality: str
    needed: int
    wished: int
    priority: int
    points: int
    """Load, in hundredths of a point."""
    worked_minutes: int
    """Working time, on real elapsed time: a night is 11 or 13 h when the clocks change."""
    night: bool
    weekend: Day | None
    """The Saturday of its weekend, by the date on which it starts."""
    holiday: str | None
    sensitive: str | None
    past: bool = False

    @property
    def on_site(self) -> bool:
        """Worked on site, wholly or for its first part."""
        return self.modality != "on_call"


def duty_id(line: str, day: date, period: str) -> str:
    """The identity of a duty, stable from one roster to the next."""
    return f"{line}.{day.isoformat()}.{period}"


@dataclass(frozen=True, eq=False)
class Facts:
    """Rows, duties and look-ups of one territory; build with :func:`facts_of`. Two of them are equal when they are one."""

    territory: Territory
    tables: Tables
    calendar: Calendar
    duties: tuple[Duty, ...]
    """To be planned, by start, then in the order of the lines."""
    past_duties: dict[str, tuple[Duty, ...]]
    """Held before the horizon, by person, by start."""
    duties_by_day: dict[date, tuple[Duty, ...]]
    duty_by_id: dict[str, Duty]
    """Past ones included."""
    site_by_id: dict[str, Site]
    person_by_id: dict[str, Person]
    line_by_id: dict[str, Line]
    period_by_id: dict[str, Period]
    engagements_by_person: dict[str, tuple[Engagement, ...]]
    sites_by_person: dict[str, frozenset[str]]
    """Where a person has an engagement or a privilege."""
    consents_by_site: dict[str, tuple[Consent, ...]]
    minutes: dict[tuple[str, str], int]
    km: dict[tuple[str, str], float]

    @cached_property
    def duties_by_line(self) -> dict[str, tuple[Duty, ...]]:
        """Each line's duties by start; those before the horizon too, held or not, from the first day of its history."""
        needs = _Needs(self.tables.needs, self.calendar)
        first = self.territory.first_day
        known = {line.id: first for line in self.lines}
        for row in self.tables.history:
            known[row.line] = min(known[row.line], row.date)
        found: defaultdict[str, list[Duty]] = defaultdict(list)
        for line in self.lines:
            before = _grid(line, self.period_by_id, known[line.id], first - timedelta(days=1), self.calendar, needs)
            found[line.id] = [replace(duty, past=True) for duty in before]
        for duty in self.duties:
            found[duty.line].append(duty)
        return {line: tuple(sorted(duties, key=lambda duty: duty.start)) for line, duties in found.items()}

    @cached_property
    def absences_by_person(self) -> dict[str, list[Absence]]:
        """Of each who is ever away, when, in the order of the file."""
        return _by_person(self.tables.absences)

    @cached_property
    def consents_by_person(self) -> dict[str, list[Consent]]:
        """Of each who was asked and agreed, to what, in the order of the file."""
        return _by_person(self.tables.consents)

    @cached_property
    def wishes_by_person(self) -> dict[str, list[tuple[int, Wish]]]:
        """Of each who wishes anything, what, with the number of its row in the table."""
        found: defaultdict[str, list[tuple[int, Wish]]] = defaultdict(list)
        for number, wish in enumerate(self.tables.wishes):
            found[wish.person].append((number, wish))
        return dict(found)

    @cached_property
    def tariffs_by_key(self) -> dict[tuple[str, ...], list[Tariff]]:
        """Tariffs by (scheme, status, modality, period, item), those for some days only first."""
        found: defaultdict[tuple[str, ...], list[Tariff]] = defaultdict(list)
        for row in sorted(self.tables.tariffs, key=lambda row: not row.days):
            found[row.scheme, row.status, row.modality, row.period, row.item].append(row)
        return dict(found)

    @cached_property
    def shares_by_line(self) -> dict[str, list[Share]]:
        """Of each line with several payers, their parts."""
        found: defaultdict[str, list[Share]] = defaultdict(list)
        for row in self.tables.shares:
            found[row.line].append(row)
        return dict(found)

    @cached_property
    def decided(self) -> frozenset[str]:
        """Duties that a pin gives to somebody."""
        return frozenset(duty_id(pin.line, pin.date, pin.period) for pin in self.tables.pins if pin.person and pin.held)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, in the order of the files."""
        return self.tables.people

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line, in the order of the files."""
        return self.tables.lines

    def past_of(self, person_id: str) -> tuple[Duty, ...]:
        """Duties somebody held before the horizon."""
        return self.past_duties.get(person_id, ())

    def statuses_of(self, person_id: str) -> frozenset[str]:
        """All statuses under which somebody is engaged."""
        return frozenset(e.status for e in self.engagements_by_person.get(person_id, ()))

    def engaged(self, person_id: str, day: date) -> tuple[Engagement, ...]:
        """Engagements in force on a day, in the order of the files."""
        return tuple(e for e in self.engagements_by_person.get(person_id, ()) if in_force(e, day))

    def engagement_for(self, person_id: str, duty: Duty, site_id: str | None = None) -> Engagement | None:
        """The engagement that a duty uses: the one at its site if there is one, else the first in force."""
        site = site_id or duty.sites[0]
        engaged = self.engaged(person_id, duty.date)
        allowed = self.line_by_id[duty.line].statuses
        able = [e for e in engaged if not allowed or e.status in allowed] or list(engaged)
        return next((e for e in able if e.site == site), able[0] if able else None)

    def percent_of(self, person_id: str, day: date) -> int:
        """Fraction of full time on a day, over all engagements, at most 100."""
        return min(100, sum(e.percent for e in self.engaged(person_id, day)))

    def minutes_between(self, origin: str | None, destination: str) -> int | None:
        """Minutes on the road between communes or sites; None when the travel table does not tell."""
        if origin is None:
            return None
        for start in (origin, self.commune_of(origin)):
            for end in (destination, self.commune_of(destination)):
                if start == end:
                    return 0
                if (start, end) in self.minutes:
                    return self.minutes[start, end]
        return None

    def km_between(self, origin: str | None, destination: str) -> float | None:
        """Kilometres, one way; None when the travel table does not tell."""
        if origin is None:
            return None
        for start in (origin, self.commune_of(origin)):
            for end in (destination, self.commune_of(destination)):
                if start == end:
                    return 0.0
                if (start, end) in self.km:
                    return self.km[start, end]
        return None

    def commune_of(self, place: str) -> str:
        """The commune of a site, or the commune itself."""
        site = self.site_by_id.get(place)
        return site.commune or place if site else place

    def peer_group(self, person_id: str) -> str:
        """Whom somebody is compared with: the stated group, else profession and first specialty."""
        person = self.person_by_id[person_id]
        return person.peer_group or "-".join((person.profession, *person.specialties[:1]))

    def name(self, id_: str) -> str:
        """The name people know a person, a site or a line by."""
        found = self.person_by_id.get(id_) or self.site_by_id.get(id_) or self.line_by_id.get(id_)
        return found.name if found else id_

    def said_duty(self, duty_id_: str) -> Said:
        """A duty in words: line, period and day."""
        duty = self.duty_by_id[duty_id_]
        day = said_day(duty.date)
        what = f"{self.line_by_id[duty.line].name}, {self.period_by_id[duty.period].name}"
        return Said(f"{what}, {day.en}", f"{what}, {day.fr}")


def in_force(row: Row, day: date) -> bool:
    """Whether a row with ``first_day`` and ``last_day`` (both included, either may be empty) holds on a day."""
    first: date | None = getattr(row, "first_day", None)
    last: date | None = getattr(row, "last_day", None)
    return (first is None or first <= day) and (last is None or day <= last)


def calendar_of(territory: Territory, tables: Tables) -> Calendar:
    """The days of a territory, from ten years back (for the rotation of holidays) to two ahead."""
    years = range(territory.first_day.year - 10, territory.last_day.year + 3)
    good_friday = any(site.good_friday for site in tables.sites)
    names = holiday_names(territory.holiday_region, years, good_friday=good_friday)
    sensitive = {day: row.name for row in tables.sensitive_dates for day in days_between(row.first_day, row.last_day)}
    school = frozenset(day for row in tables.school_holidays for day in days_between(row.first_day, row.last_day))
    return Calendar(ZoneInfo(territory.timezone), names, school, sensitive)


def facts_of(territory: Territory, tables: Tables) -> Facts:
    """Facts from rows whose references are known to be good (see :mod:`scheduler.consistency`)."""
    calendar = calendar_of(territory, tables)
    period_by_id = {p.id: p for p in tables.periods}
    line_by_id = {line.id: line for line in tables.lines}
    needs = _Needs(tables.needs, calendar)
    duties = [
        duty
        for line in tables.lines
        for duty in _grid(line, period_by_id, territory.first_day, territory.last_day, calendar, needs)
    ]
    duties.sort(key=lambda duty: duty.start)
    by_day: defaultdict[date, list[Duty]] = defaultdict(list)
    for duty in duties:
        by_day[duty.date].append(duty)
    past: defaultdict[str, list[Duty]] = defaultdict(list)
    for row in tables.history:
        duty = _duty(line_by_id[row.line], period_by_id[row.period], row.date, calendar, needs)
        sites = (row.site,) if row.site else duty.sites[:1]
        past[row.person].append(replace(duty, sites=sites, past=True))
    for held in past.values():
        held.sort(key=lambda duty: duty.start)
    engagements = _grouped(tables.engagements)
    minutes: dict[tuple[str, str], int] = {}
    km: dict[tuple[str, str], float] = {}
    for way in tables.travel:
        for ends in ((way.origin, way.destination), (way.destination, way.origin)):
            minutes[ends], km[ends] = way.minutes, way.km
    rights: defaultdict[str, set[str]] = defaultdict(set)
    for engagement in tables.engagements:
        rights[engagement.person].add(engagement.site)
    for privilege in tables.privileges:
        rights[privilege.person].add(privilege.site)
    sites_by_person = {person: frozenset(found) for person, found in rights.items()}
    consents: defaultdict[str, list[Consent]] = defaultdict(list)
    for consent in tables.consents:
        consents[consent.site].append(consent)
    consents_by_site = {site.id: tuple(consents[site.id]) for site in tables.sites}
    return Facts(
        territory=territory,
        tables=tables,
        calendar=calendar,
        duties=tuple(duties),
        past_duties={person: tuple(held) for person, held in past.items()},
        duties_by_day={day: tuple(found) for day, found in by_day.items()},
        duty_by_id={d.id: d for held in past.values() for d in held} | {d.id: d for d in duties},
        site_by_id={site.id: site for site in tables.sites},
        person_by_id={person.id: person for person in tables.people},
        line_by_id=line_by_id,
        period_by_id=period_by_id,
        engagements_by_person=engagements,
        sites_by_person=sites_by_person,
        consents_by_site=consents_by_site,
        minutes=minutes,
        km=km,
    )


def _grouped(rows: Iterable[Engagement]) -> dict[str, tuple[Engagement, ...]]:
    groups: defaultdict[str, list[Engagement]] = defaultdict(list)
    for row in rows:
        groups[row.person].append(row)
    return {person: tuple(found) for person, found in groups.items()}


class _Needs:
    """The table ``needs``, indexed: a long horizon has a row for each of thousands of duties."""

    def __init__(self, rows: Iterable[Need], calendar: Calendar) -> None:
        self._calendar = calendar
        self._of_one_day: defaultdict[tuple[str, date], list[tuple[int, Need]]] = defaultdict(list)
        self._of_several: defaultdict[str, list[tuple[int, Need]]] = defaultdict(list)
        for place, row in enumerate(rows):
            if row.first_day is not None and row.first_day == row.last_day:
                self._of_one_day[row.line, row.first_day].append((place, row))
            else:
                self._of_several[row.line].append((place, row))

    def of(self, line: Line, period: str, day: date) -> tuple[int, int]:
        """People needed and wished: by the last row that speaks of the duty, else by its line."""
        said: tuple[int, Line | Need] = (-1, line)
        for rows in (self._of_one_day.get((line.id, day), ()), self._of_several.get(line.id, ())):
            for place, row in reversed(rows):
                if place < said[0]:
                    break
                if (
                    (not row.periods or period in row.periods)
                    and in_force(row, day)
                    and self._calendar.matches(day, row.days)
                ):
                    said = (place, row)
                    break
        row_or_line = said[1]
        return row_or_line.needed, max(row_or_line.needed, row_or_line.wished or 0)


def _grid(
    line: Line, periods: dict[str, Period], first: date, last: date, calendar: Calendar, needs: _Needs
) -> list[Duty]:
    """The duties of a line from one day to another, by day, then in the order of its periods."""
    return [
        _duty(line, periods[name], day, calendar, needs)
        for day in days_between(first, last)
        if in_force(line, day) and calendar.matches(day, line.days)
        for name in line.periods
        if calendar.matches(day, periods[name].days)
    ]


def _duty(line: Line, period: Period, day: date, calendar: Calendar, needs: _Needs) -> Duty:
    start = calendar.instant(day, period.start)
    closes = period.end if period.end > period.start else period.end + MIDNIGHT_MIN
    end = calendar.instant(day, closes)
    needed, wished = needs.of(line, period.id, day)
    percent = WORKED_PERCENT[line.modality] if line.worked_percent is None else line.worked_percent
    return Duty(
        id=duty_id(line.id, day, period.id),
        line=line.id,
        period=period.id,
        date=day,
        start=start,
        end=end,
        sites=hosts(line, day),
        modality=line.modality,
        needed=needed,
        wished=wished,
        priority=line.priority,
        points=period.points * line.load_percent // 100,
        worked_minutes=int((end - start).total_seconds()) // 60 * percent // 100,
        night=period.night,
        weekend=weekend_of(day),
        holiday=calendar.holiday_by_day.get(day),
        sensitive=calendar.sensitive_by_day.get(day),
    )


def hosts(line: Line, day: date) -> tuple[str, ...]:
    """Sites that may host a line on a day: the first, the one whose turn it is, or all to choose from.

    Alternating lines follow the ISO week: the first site has the odd weeks when there are two.
    """
    match line.site_choice:
        case "fixed":
            return line.sites[:1]
        case "alternate":
            return (line.sites[(day.isocalendar().week - 1) % len(line.sites)],)
        case _:
            return line.sites


def _by_person(rows: Iterable[OfPerson]) -> dict[str, list[OfPerson]]:
    found: defaultdict[str, list[OfPerson]] = defaultdict(list)
    for row in rows:
        found[row.person].append(row)
    return dict(found)
