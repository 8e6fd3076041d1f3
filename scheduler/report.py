"""Everything that is shown of a rota, as plain data: what pages, workbooks and documents only have to lay out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.calendar import days_between
from scheduler.explain import Questions, said_tier
from scheduler.facts import Facts
from scheduler.fairness import CATEGORIES, Category, carried, fair_shares, loads, pool_of
from scheduler.pay import Item, Statement, Unpriced, statement_of
from scheduler.roster import Roster, site_of
from scheduler.rules.wishes import refusals
from scheduler.scenario import Scenario
from scheduler.verify import Verdict
from scheduler.words import Said


@dataclass(frozen=True, slots=True)
class DayHead:
    """One column of the board."""

    day: date
    weekend: bool
    holiday: str | None
    sensitive: str | None
    school_holiday: bool
    clock_change: int
    """Hours of that local day minus 24: -1 in spring, 1 in autumn, else 0."""


@dataclass(frozen=True, slots=True)
class Held:
    """One duty on the board."""

    duty: str
    period: str
    """Its name."""
    start: datetime
    """On the territory's wall clock; so is the end."""
    end: datetime
    site: str
    """Name of the site."""
    site_id: str
    people: tuple[str, ...]
    """Ids; names are in :attr:`Report.name_by_id`."""
    missing: int
    """People that it needs and has not."""
    night: bool


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line on the board: its duties by day."""

    line: str
    name: str
    modality: str
    sites: tuple[str, ...]
    """Names of the sites it may be at."""
    pool: int
    """How many people can hold it; four or fewer is fragile."""
    by_day: dict[date, tuple[Held, ...]]


@dataclass(frozen=True, slots=True)
class Hole:
    """A duty without the people it needs, and why."""

    duty: str
    said: Said
    missing: int
    reasons: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What one person carries, in hundredths, against the fair share; pay in cents."""

    person: str
    name: str
    group: str
    """Peer group."""
    statuses: tuple[str, ...]
    sites: tuple[str, ...]
    duties: tuple[str, ...]
    """Ids of duties, by start."""
    load: dict[Category, int]
    share: dict[Category, int]
    carried: dict[Category, int]
    wishes: int
    """Wishes that can be refused (rather_not, would_like) …"""
    refused: int
    """… and how many of them were, at least once."""
    pay_cents: int
    unpriced: int
    """Duties that no tariff prices."""


@dataclass(frozen=True, slots=True)
class PayRow:
    """What one payer pays at one site under one status and one text, in cents."""

    payer: str
    site: str
    status: str
    modality: str
    period: str
    legal_ref: str
    """Empty when no tariff prices it."""
    duties: int
    cents: int


@dataclass(frozen=True, slots=True)
class TierRow:
    """One tier: value and bound in points, and what they mean."""

    name: str
    value: int
    bound: int | None
    proven: bool
    said: Said


@dataclass(frozen=True, slots=True)
class Report:
    """A judged rota, ready to be shown."""

    name: str
    territory: str
    timezone: str
    first_day: date
    last_day: date
    name_by_id: dict[str, str]
    days: tuple[DayHead, ...]
    board: tuple[BoardRow, ...]
    holes: tuple[Hole, ...]
    people: tuple[PersonRow, ...]
    pay: tuple[PayRow, ...]
    tiers: tuple[TierRow, ...]
    rules: tuple[tuple[Said, str, int | None], ...]
    """Statement, text cited, weight (None = never broken) of every rule in force."""
    counts: dict[str, int]
    """people, lines, duties, places (needed), filled (of them)."""
    forbidden: tuple[Said, ...]
    """Breaches of rules that may not be broken, in words; empty for a rota that may leave."""
    input_sha256: str
    seed: int | None
    """None for a rota that was not solved here."""


def report_of(
    scenario: Scenario,
    roster: Roster,
    verdict: Verdict,
    bounds: dict[str, int | None] | None = None,
    seed: int | None = None,
) -> Report:
    """Lay a judged rota out. ``bounds`` by tier, when something is proved."""
    facts = scenario.facts
    proved = bounds or {}
    questions = Questions(scenario, roster)
    pay = statement_of(facts, roster)
    tiers = tuple(
        TierRow(
            name,
            value,
            proved.get(name),
            _proven(value, proved.get(name)),
            said_tier(scenario, name, value, proved.get(name), roster),
        )
        for name, value in verdict.values.items()
    )
    places = sum(duty.needed for duty in facts.duties)
    filled = sum(min(duty.needed, len(roster.people_on(duty.id))) for duty in facts.duties)
    return Report(
        name=scenario.name,
        territory=facts.territory.name,
        timezone=facts.territory.timezone,
        first_day=facts.territory.first_day,
        last_day=facts.territory.last_day,
        name_by_id={id_: facts.name(id_) for id_ in (*facts.person_by_id, *facts.site_by_id, *facts.line_by_id)},
        days=tuple(_day(facts, day) for day in days_between(facts.territory.first_day, facts.territory.last_day)),
        board=_board(facts, roster),
        holes=tuple(
            Hole(
                d.id,
                facts.said_duty(d.id),
                d.needed - len(roster.people_on(d.id)),
                tuple(questions.why_empty(d)),
            )
            for d in facts.duties
            if len(roster.people_on(d.id)) < d.needed
        ),
        people=_people(scenario, roster, pay),
        pay=_pay(facts, pay),
        tiers=tiers,
        rules=tuple((rule.statement(), rule.cites, rule.price) for rule in scenario.rules if rule.enabled),
        counts={
            "people": len(facts.people),
            "lines": len(facts.lines),
            "duties": len(facts.duties),
            "places": places,
            "filled": filled,
        },
        forbidden=tuple(scenario.rule(b.rule).explain(b, facts) for b in verdict.forbidden),
        input_sha256=scenario.sha256,
        seed=seed,
    )


def _proven(value: int, bound: int | None) -> bool:
    return bound is not None and bound >= value


def _day(facts: Facts, day: date) -> DayHead:
    calendar = facts.calendar
    hours = (calendar.instant(day + timedelta(days=1), 0) - calendar.instant(day, 0)).total_seconds() / 3600
    return DayHead(
        day,
        day.weekday() >= 5,
        calendar.holiday_by_day.get(day),
        calendar.sensitive_by_day.get(day),
        day in calendar.school_holidays,
        round(hours) - 24,
    )


def _board(facts: Facts, roster: Roster) -> tuple[BoardRow, ...]:
    rows = []
    for line in facts.lines:
        by_day: dict[date, list[Held]] = {}
        for duty in (d for d in facts.duties_by_line[line.id] if not d.past):
            start, end = (facts.calendar.local(i) for i in (duty.start, duty.end))
            people = roster.people_on(duty.id)
            missing = max(0, duty.needed - len(people))
            site = site_of(duty, roster)
            period = facts.period_by_id[duty.period].name
            held = Held(duty.id, period, start, end, facts.name(site), site, people, missing, duty.night)
            by_day.setdefault(duty.date, []).append(held)
        sites = tuple(facts.name(site) for site in line.sites)
        pool = len(pool_of(facts, line.id))
        cells = {day: tuple(found) for day, found in by_day.items()}
        rows.append(BoardRow(line.id, line.name, line.modality, sites, pool, cells))
    return tuple(rows)


def _people(scenario: Scenario, roster: Roster, pay: Statement) -> tuple[PersonRow, ...]:
    facts = scenario.facts
    load, share, before = loads(facts, roster), fair_shares(facts), carried(facts)
    cents: dict[str, int] = {}
    unpriced: dict[str, int] = {}
    for item in pay.items:
        cents[item.person] = cents.get(item.person, 0) + item.cents
    for missing in pay.unpriced:
        unpriced[missing.person] = unpriced.get(missing.person, 0) + 1
    asked: dict[str, int] = {}
    for wish in facts.tables.wishes:
        if wish.wish in ("rather_not", "would_like"):
            asked[wish.person] = asked.get(wish.person, 0) + 1
    rows = []
    for person in facts.people:
        engaged = facts.engagements_by_person.get(person.id, ())
        mine = sorted(roster.duties_of(person.id), key=lambda d: facts.duty_by_id[d].start)
        rows.append(
            PersonRow(
                person=person.id,
                name=person.name,
                group=facts.peer_group(person.id),
                statuses=tuple(dict.fromkeys(e.status for e in engaged)),
                sites=tuple(dict.fromkeys(facts.name(e.site) for e in engaged)),
                duties=tuple(mine),
                load={c: load[c][person.id] for c in CATEGORIES},
                share={c: share[c][person.id] for c in CATEGORIES},
                carried={c: before[c][person.id] for c in CATEGORIES},
                wishes=asked.get(person.id, 0),
                refused=len(refusals(facts, roster, person.id)) if person.id in asked else 0,
                pay_cents=cents.get(person.id, 0),
                unpriced=unpriced.get(person.id, 0),
            )
        )
    return tuple(rows)


def _pay(facts: Facts, pay: Statement) -> tuple[PayRow, ...]:
    groups: dict[tuple[str, str, str, str, str, str], tuple[set[tuple[str, str]], list[int]]] = {}

    def put(item: Item | Unpriced, payer: str, legal_ref: str, cents: int) -> None:
        period = item.period or "additional_time"
        key = (payer, facts.name(item.site), item.status, item.modality, period, legal_ref)
        duties, amounts = groups.setdefault(key, (set(), []))
        duties.add((item.person, item.duty.id if item.duty else item.date.isoformat()))
        amounts.append(cents)

    for item in pay.items:
        put(item, item.payer, item.tariff.legal_ref, item.cents)
    for one in pay.unpriced:
        put(one, facts.line_by_id[one.line].payer if one.line else one.site, "", 0)
    return tuple(PayRow(*key, len(duties), sum(amounts)) for key, (duties, amounts) in sorted(groups.items()))
