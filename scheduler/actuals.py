"""After the period: who really held what, the call-ins and real hours; rest, half-days and pay counted again.

Rules of counting (R. 6152-27 CSP; arrêté of 30 April 2003, reform of November 2025), each a parameter of :class:`Counting`:
five cumulated hours of call-ins are a half-day over four months, travel is a flat hour for each call-in and at most two an
on-call duty, one such duty counts at most two half-days; rest is counted from the end of the last call-in.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.cells import Clock, Day, Id
from scheduler.facts import Duty, Facts, duty_id
from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.pay import Statement, statement_of
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from scheduler.service import Span
from scheduler.tables import Row
from scheduler.verify import Verdict, verify
from scheduler.words import Said


class Actual(Row):
    """One thing that went otherwise than planned, or that only the day could tell."""

    KEY: ClassVar[tuple[str, ...]] = ()
    ABOUT: ClassVar[str] = "What really happened: duties held by somebody else, or not held, call-ins, real hours."
    line: Id
    date: Day
    period: Id
    person: Id
    what: Annotated[
        Literal["held", "not_held", "call_in", "hours"],
        Field(
            description="held or not_held: other than planned; call_in: from start to end on site; hours: really on site"
        ),
    ]
    start: Annotated[Clock | None, Field(description="local; after midnight as 26:30")] = None
    end: Annotated[Clock | None, Field(description="local; after midnight as 26:30")] = None


@dataclass(frozen=True, slots=True)
class Counting:
    """How call-ins count; hours unless said."""

    rest_after_call_in: int = 11
    half_day: int = 5
    short_half_day: int | None = None
    """One call-in with so many hours on site is a half-day by exception; None: not applied."""
    travel: int = 1
    travel_most: int = 2
    travel_most_half: int = 1
    """For a Saturday afternoon, or another half on-call duty."""
    half_days_most: int = 2


@dataclass(frozen=True, slots=True)
class CallIn:
    """One call-in, in UTC."""

    duty: Duty
    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ShortRest:
    """A next duty that began before the rest after the last call-in was over."""

    person: str
    duty: str
    next_duty: str
    minutes: int
    """Rest there was."""
    needed: int


@dataclass(frozen=True, slots=True)
class HalfDays:
    """What call-ins of four months count for."""

    person: str
    months: str
    """As ``2027-01..04``."""
    minutes: int
    """Travel included."""
    half_days: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes in the pay of one person by one payer, in cents."""

    person: str
    payer: str
    planned: int
    done: int


@dataclass(frozen=True, slots=True)
class Done:
    """The period as it was."""

    roster: Roster
    verdict: Verdict
    call_ins: tuple[CallIn, ...]
    call_in_minutes: dict[tuple[str, str], int]
    """Of (person, duty), travel included."""
    short_rests: tuple[ShortRest, ...]
    half_days: tuple[HalfDays, ...]
    statement: Statement
    differences: tuple[Difference, ...]
    hours: dict[tuple[str, str], Span]
    """When (person, duty) was really on site, where it was told."""


def done_of(scenario: Scenario, planned: Roster, actuals: Sequence[Actual], counting: Counting | None = None) -> Done:
    """The period as it was, from the plan and what went otherwise.

    Raises:
        ScenarioError: a row speaks of no planned duty or person, or contradicts the plan; every one is listed.
    """
    facts, rule = scenario.facts, counting or Counting()
    findings = list(_strange(facts, planned, actuals))
    if findings:
        raise ScenarioError(findings)
    held = set(planned.assignments)
    call_ins: list[CallIn] = []
    hours: dict[tuple[str, str], Span] = {}
    for row in actuals:
        duty = facts.duty_by_id[duty_id(row.line, row.date, row.period)]
        match row.what:
            case "held":
                held.add((duty.id, row.person))
            case "not_held":
                held.discard((duty.id, row.person))
            case _:
                start, end = _times(facts, row)
                if row.what == "call_in":
                    call_ins.append(CallIn(duty, row.person, start, end))
                else:
                    hours[row.person, duty.id] = (start, end)
    call_ins.sort(key=lambda one: (one.person, one.start))
    roster = Roster(frozenset(held), planned.site_by_duty)
    of_duty = _minutes(facts, call_ins, rule)
    statement = statement_of(facts, roster)
    return Done(
        roster,
        verify(scenario, roster),
        tuple(call_ins),
        of_duty,
        tuple(_short_rests(facts, roster, call_ins, hours, rule)),
        _half_days(facts, call_ins, of_duty, rule),
        statement,
        _differences(statement_of(facts, planned), statement),
        hours,
    )


def _strange(facts: Facts, planned: Roster, actuals: Sequence[Actual]) -> list[Finding]:
    known = {duty.id for duty in facts.duties}
    now = set(planned.assignments)
    found = []
    for number, row in enumerate(actuals, start=2):
        name = duty_id(row.line, row.date, row.period)
        if name not in known:
            said = Said("a duty of the horizon was expected", "une garde de l'horizon était attendue")
            found.append(Finding(said, "actuals", number, "line", name, nearest(name, known)))
            continue
        if row.person not in facts.person_by_id:
            said = Said("an id of the table people was expected", "un identifiant de la table people était attendu")
            found.append(
                Finding(said, "actuals", number, "person", row.person, nearest(row.person, facts.person_by_id))
            )
            continue
        holds = (name, row.person) in now
        if row.what == "held":
            now.add((name, row.person))
        if row.what == "not_held":
            now.discard((name, row.person))
        if (row.what == "held") == holds:
            said = (
                Said("somebody who was not planned was expected", "quelqu'un qui n'était pas prévu était attendu")
                if holds
                else Said(
                    f"somebody who holds it was expected: {', '.join(planned.people_on(name)) or 'nobody does'}",
                    f"quelqu'un qui la tient était attendu : {', '.join(planned.people_on(name)) or 'personne'}",
                )
            )
            found.append(Finding(said, "actuals", number, "person", row.person))
        if row.what in ("call_in", "hours"):
            if row.start is None or row.end is None or row.end <= row.start:
                said = Said(
                    "a start, and an end after it, were expected", "un début, et une fin après lui, étaient attendus"
                )
                found.append(Finding(said, "actuals", number, "end"))
            elif row.what == "call_in" and facts.duty_by_id[name].modality not in ("on_call", "mixed"):
                said = Said("a duty on call from home was expected", "une astreinte était attendue")
                found.append(Finding(said, "actuals", number, "what", row.what))
    return found


def _times(facts: Facts, row: Actual) -> tuple[datetime, datetime]:
    assert row.start is not None
    assert row.end is not None
    return facts.calendar.instant(row.date, row.start), facts.calendar.instant(row.date, row.end)


def _minutes(facts: Facts, call_ins: Sequence[CallIn], rule: Counting) -> dict[tuple[str, str], int]:
    """Of each on-call duty: on site, and a flat hour of travel for each call-in up to the most; at most two half-days."""
    on_site: defaultdict[tuple[str, str], int] = defaultdict(int)
    number: defaultdict[tuple[str, str], int] = defaultdict(int)
    duty_by_key: dict[tuple[str, str], Duty] = {}
    for one in call_ins:
        key = (one.person, one.duty.id)
        duty_by_key[key] = one.duty
        on_site[key] += int((one.end - one.start).total_seconds()) // 60
        number[key] += 1
    found = {}
    for key, minutes in on_site.items():
        half = facts.period_by_id[duty_by_key[key].period].pay in (
            "early_night",
            "deep_night",
            "saturday_afternoon",
            "half_day",
        )
        most = rule.travel_most_half if half else rule.travel_most
        travel = 60 * min(number[key] * rule.travel, most)
        found[key] = min(minutes + travel, 60 * rule.half_day * rule.half_days_most)
    return found


def _short_rests(
    facts: Facts, roster: Roster, call_ins: Sequence[CallIn], hours: Mapping[tuple[str, str], Span], rule: Counting
) -> Iterator[ShortRest]:
    """After each duty with a call-in or real hours: the next duty of the person that began before the rest was over."""
    ended = {key: end for key, (_, end) in hours.items()}
    for one in call_ins:
        key = (one.person, one.duty.id)
        ended[key] = max(one.end, ended.get(key, one.end))
    needed = 60 * rule.rest_after_call_in
    for (person, duty), end in sorted(ended.items()):
        began = facts.duty_by_id[duty].start
        others = [facts.duty_by_id[other] for other in roster.duties_of(person) if other != duty]
        after = [other for other in others if other.start >= began and other.end > end]
        following = min(after, key=lambda other: other.start, default=None)
        if following is not None and following.start < end + timedelta(minutes=needed):
            rest = max(0, int((following.start - end).total_seconds()) // 60)
            yield ShortRest(person, duty, following.id, rest, needed)


def _half_days(
    facts: Facts, call_ins: Sequence[CallIn], of_duty: dict[tuple[str, str], int], rule: Counting
) -> tuple[HalfDays, ...]:
    minutes: defaultdict[tuple[str, str], int] = defaultdict(int)
    by_exception: defaultdict[tuple[str, str], int] = defaultdict(int)
    alone: defaultdict[tuple[str, str], list[CallIn]] = defaultdict(list)
    for one in call_ins:
        alone[one.person, one.duty.id].append(one)
    for (person, duty), total in of_duty.items():
        day = facts.duty_by_id[duty].date
        first = (day.month - 1) // 4 * 4 + 1
        key = (person, f"{day.year}-{first:02d}..{first + 3:02d}")
        found = alone[person, duty]
        on_site = (found[0].end - found[0].start).total_seconds() / 3600
        if len(found) == 1 and rule.short_half_day is not None and rule.short_half_day <= on_site < rule.half_day:
            by_exception[key] += 1
        else:
            minutes[key] += total
    keys = sorted({*minutes, *by_exception})
    return tuple(HalfDays(*key, minutes[key], minutes[key] // (60 * rule.half_day) + by_exception[key]) for key in keys)


def _differences(planned: Statement, done: Statement) -> tuple[Difference, ...]:
    before, after = planned.by("person", "payer"), done.by("person", "payer")
    found = []
    for person, payer in sorted({*before, *after}):
        then, now = before.get((person, payer), 0), after.get((person, payer), 0)
        if then != now:
            found.append(Difference(person, payer, then, now))
    return tuple(found)
