"""The board by blocks of weeks: days, lines, and in each cell who is on duty, as plain text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from math import ceil

from babel.dates import format_date

from api.exports import labels
from api.exports.labels import say
from api.exports.names import short_names, site_ids
from scheduler.report import BoardRow, DayHead, Held, Report
from scheduler.words import MODALITIES, Lang, joined

WEEKS_MOST = 5
"""Weeks side by side; a longer rota has several boards of nearly the same length."""
FRAGILE = 4
"""With so many people or fewer who can hold it, a line is fragile."""


@dataclass(frozen=True, slots=True)
class Day:
    """One column of a board."""

    weekday: str
    number: str
    title: str
    """The date in full and what is special about it."""
    marks: tuple[str, ...]
    off: bool
    """Weekend or holiday."""
    monday: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One duty in a cell; ``when`` and ``site`` are empty where they go without saying."""

    when: str
    period: str
    who: tuple[str, ...]
    vacant: str
    """The word and the number when somebody is missing."""
    site: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a board."""

    name: str
    about: tuple[str, ...]
    cells: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The heading over some days."""

    title: str
    days: int


@dataclass(frozen=True, slots=True)
class Block:
    """A board of some weeks."""

    title: str
    weeks: tuple[Week, ...]
    days: tuple[Day, ...]
    lines: tuple[Line, ...]


def blocks(report: Report, lang: Lang) -> tuple[Block, ...]:
    """The whole horizon, cut before Mondays."""
    weeks = [tuple(days) for _, days in groupby(report.days, key=lambda head: head.day.isocalendar()[:2])]
    count = ceil(len(weeks) / WEEKS_MOST)
    cuts = [ceil(len(weeks) * n / count) for n in range(count + 1)]
    names = short_names({row.person: row.name for row in report.people})
    return tuple(_block(report, weeks[first:last], names, lang) for first, last in pairwise(cuts))


def _block(report: Report, weeks: Sequence[Sequence[DayHead]], names: Mapping[str, str], lang: Lang) -> Block:
    heads = [head for week in weeks for head in week]
    numbers = [str(week[0].day.isocalendar().week) for week in weeks]
    which = f"{say('week', lang)} {numbers[0]}"
    if len(weeks) > 1:
        which = f"{say('weeks', lang)} {numbers[0]}–{numbers[-1]}"
    codes = site_ids(report)
    return Block(
        title=f"{which}, {labels.span(heads[0].day, heads[-1].day, lang)}",
        weeks=tuple(
            Week(f"{say('week', lang)} {number} · {_short_span(week[0].day, week[-1].day, lang)}", len(week))
            for number, week in zip(numbers, weeks, strict=True)
        ),
        days=tuple(_day(head, lang) for head in heads),
        lines=tuple(_line(row, heads, names, codes, lang) for row in report.board),
    )


def _short_span(first: date, last: date, lang: Lang) -> str:
    end = format_date(last, "d MMM", locale=lang)
    if first == last:
        return end
    return f"{format_date(first, 'd' if first.month == last.month else 'd MMM', locale=lang)}–{end}"


def _day(head: DayHead, lang: Lang) -> Day:
    marks = marks_of(head, lang)
    return Day(
        weekday=format_date(head.day, "EEE", locale=lang),
        number=str(head.day.day),
        title=" · ".join((labels.long_day(head.day, lang), *marks.values())),
        marks=tuple(marks),
        off=is_off(head),
        monday=head.day.weekday() == 0,
    )


def is_off(head: DayHead) -> bool:
    """Whether a day is shaded: a weekend or a public holiday."""
    return head.weekend or head.holiday is not None


def marks_of(head: DayHead, lang: Lang) -> dict[str, str]:
    """What is special about a day, by its sign."""
    found = {}
    if head.holiday is not None:
        found[say("holiday_sign", lang)] = head.holiday
    if head.sensitive is not None:
        found[say("sensitive_sign", lang)] = f"{say('sensitive', lang)} ({head.sensitive})"
    if head.school_holiday:
        found[say("school_sign", lang)] = say("school", lang)
    if head.clock_change:
        sign = "+" if head.clock_change > 0 else "−"
        found[f"{sign}{abs(head.clock_change)} h"] = say("clock_change", lang).format(24 + head.clock_change)
    return found


def mark_key(report: Report, lang: Lang) -> tuple[tuple[str, str], ...]:
    """The signs that stand on the board, and what each means."""
    held = [held for _, _, held in in_time(report)]
    key = {}
    if any(one.missing for one in held):
        key[say("vacant", lang)] = say("vacant_means", lang)
    if any(not one.people and not one.missing for one in held):
        key["–"] = say("nobody_needed", lang)
    for head in report.days:
        key |= marks_of(head, lang)
    general = {"holiday_sign": "holiday", "sensitive_sign": "sensitive", "school_sign": "school"}
    key |= {say(sign, lang): say(word, lang) for sign, word in general.items() if say(sign, lang) in key}
    return tuple(key.items())


def period_key(report: Report, lang: Lang) -> tuple[tuple[str, str], ...]:
    """The names of the periods on the board, and their hours."""
    return tuple(dict.fromkeys((held.period, hours(held, lang)) for _, _, held in in_time(report)))


def site_key(report: Report) -> tuple[tuple[str, str], ...]:
    """The short words for sites, and their names."""
    codes = site_ids(report)
    names = dict.fromkeys(site for row in report.board for site in row.sites)
    return tuple((codes[name], name) for name in names if name in codes)


def _line(
    row: BoardRow, heads: Sequence[DayHead], names: Mapping[str, str], codes: Mapping[str, str], lang: Lang
) -> Line:
    usual = Counter(held.period for duties in row.by_day.values() for held in duties).most_common(1)
    times = {held.period: hours(held, lang) for duties in row.by_day.values() for held in duties}
    period = usual[0][0] if usual else ""
    sites = joined(tuple(codes.get(site, site) for site in row.sites))
    about = [f"{labels.code(MODALITIES, row.modality, lang)} · {sites}"]
    if period:
        unless = f", {say('unless_told', lang)}" if len(times) > 1 else ""
        about.append(f"{period} {times[period]}{unless}")
    if row.pool <= FRAGILE:
        about.append(say("fragile", lang).format(row.pool))
    cells = tuple(
        tuple(
            _entry(
                held,
                names,
                site=codes.get(held.site, held.site) if len(row.sites) > 1 else "",
                timed=len(duties) > 1 or held.period != period or is_next_day(held),
                lang=lang,
            )
            for held in duties
        )
        for duties in (row.by_day.get(head.day, ()) for head in heads)
    )
    return Line(row.name, tuple(about), cells)


def _entry(held: Held, names: Mapping[str, str], *, site: str, timed: bool, lang: Lang) -> Entry:
    return Entry(
        when=when(held, lang) if timed else "",
        period=f"{held.period} {hours(held, lang)}",
        who=tuple(names[person] for person in held.people),
        vacant=vacant(held, lang),
        site=site,
    )


def in_time(report: Report) -> list[tuple[BoardRow, date, Held]]:
    """Everything on the board by start, then in the order of the lines; the date is the one the duty belongs to."""
    found = [(row, day, held) for row in report.board for day, duties in row.by_day.items() for held in duties]
    return sorted(found, key=lambda item: item[2].start)


def vacant(held: Held, lang: Lang) -> str:
    """The word for missing people; empty when nobody is missing."""
    number = f" ×{held.missing}" if held.missing > 1 else ""
    return f"{say('vacant', lang)}{number}" if held.missing else ""


def is_next_day(held: Held) -> bool:
    """Whether a duty starts on the day after the one it belongs to, as a deep night does."""
    return held.start.date().isoformat() != held.duty.split(".")[1]


def when(held: Held, lang: Lang) -> str:
    """When a duty starts; with the weekday when that is not the day it belongs to."""
    clock = labels.clock(held.start, lang)
    return f"{clock} {format_date(held.start, 'EEE', locale=lang)}" if is_next_day(held) else clock


def hours(held: Held, lang: Lang) -> str:
    """From when to when, on the wall clock."""
    span = f"{labels.clock(held.start, lang)}–{labels.clock(held.end, lang)}"
    return say("next_day", lang).format(span) if is_next_day(held) else span
