"""Calendars to subscribe to: one per person, one per site. Nothing of a colleague but who is on duty at a site."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from api.exports import labels
from api.exports.boards import in_time, vacant
from api.exports.labels import say
from scheduler.report import BoardRow, Held, Report
from scheduler.words import MODALITIES, Lang, joined

DOMAIN = "permanence"
ONE_DAY, ONE_MINUTE = timedelta(days=1), timedelta(minutes=1)


def write_calendars(report: Report, folder: Path, lang: Lang) -> None:
    """Write ``<person id>.ics`` for everybody on duty and ``site-<site id>.ics`` for every site with duties."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in report.people:
        if row.duties:
            (folder / f"{row.person}.ics").write_bytes(person_calendar(report, row.person, lang))
    others = {row.person for row in report.people} | {row.line for row in report.board}
    busy = {held.site for _, _, held in in_time(report)}
    for id_, name in report.name_by_id.items():
        if id_ not in others and name in busy:
            (folder / f"site-{id_}.ics").write_bytes(site_calendar(report, name, lang))


def person_calendar(report: Report, person_id: str, lang: Lang) -> bytes:
    """The duties of one person, and nobody else's name."""
    name = {row.person: row.name for row in report.people}[person_id]
    calendar = _calendar(report, name, lang)
    for row, _, held in in_time(report):
        if person_id in held.people:
            uid = f"{held.duty}.{person_id}"
            calendar.add_component(_event(report, row, held, lang, uid=uid, summary=_what(row, held)))
    return bytes(calendar.to_ical())


def site_calendar(report: Report, site_name: str, lang: Lang) -> bytes:
    """All duties at one site with who holds them, and those that nobody holds."""
    name_by_id = {row.person: row.name for row in report.people}
    calendar = _calendar(report, site_name, lang)
    for row, _, held in in_time(report):
        who = joined((*(name_by_id[person] for person in held.people), *filter(None, (vacant(held, lang),))))
        if held.site == site_name and who:
            summary = f"{_what(row, held)} – {who}"
            calendar.add_component(_event(report, row, held, lang, uid=held.duty, summary=summary))
    return bytes(calendar.to_ical())


def _what(row: BoardRow, held: Held) -> str:
    return f"{row.name}, {held.period}"


def _calendar(report: Report, name: str, lang: Lang) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", f"-//{DOMAIN}//rota//{lang.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", f"{say('title', lang)} – {name}")
    calendar.add("x-wr-calname", f"{say('title', lang)} – {name}")
    calendar.add_component(_zone(report.timezone, report.first_day - 2 * ONE_DAY, report.last_day + 2 * ONE_DAY))
    return calendar


def _zone(name: str, first: date, last: date) -> Timezone:
    """The zone between two dates. Each onset is told on the wall clock that it ends (RFC 5545, 3.6.5)."""
    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    moment, end = (datetime.combine(day, time(), UTC) for day in (first, last))
    offset = moment.astimezone(zone).utcoffset()
    component.add_component(_observance(moment, moment.astimezone(zone)))
    while moment < end:
        if (moment + ONE_DAY).astimezone(zone).utcoffset() == offset:
            moment += ONE_DAY
            continue
        before = moment.astimezone(zone)
        while moment.astimezone(zone).utcoffset() == offset:
            moment += ONE_MINUTE
        component.add_component(_observance(moment, before))
        offset = moment.astimezone(zone).utcoffset()
    return component


def _observance(moment: datetime, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    """What holds from a moment on; ``before`` is any moment at which the old offset held."""
    after = moment.astimezone(before.tzinfo)
    component = TimezoneDaylight() if after.dst() else TimezoneStandard()
    old = before.utcoffset() or timedelta()
    component.add("dtstart", (moment + old).replace(tzinfo=None))
    component.add("tzoffsetfrom", old)
    component.add("tzoffsetto", after.utcoffset())
    component.add("tzname", after.tzname())
    return component


def _event(report: Report, row: BoardRow, held: Held, lang: Lang, *, uid: str, summary: str) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{DOMAIN}")
    event.add("dtstamp", datetime.combine(report.first_day, time(), UTC))
    event.add("sequence", 0)
    event.add("dtstart", held.start)
    event.add("dtend", held.end)
    event.add("summary", summary)
    event.add("location", held.site)
    event.add("description", labels.code(MODALITIES, row.modality, lang))
    return event
