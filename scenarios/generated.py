"""Territories drawn at random, of realistic size and shape, as ordinary scenarios.

A territory is made of blocks (a specialty in a zone): lines that the same hundred or so people hold, on the two sites of
the zone. Nothing is built around a hidden rota; what a block can bear follows from its numbers. Per full-timer and 28
days the rules allow 6 duties, three days apart, and 2 of 4 weekends; 15 % of days and one week on average are not
available. With 10 people to a line (plentiful) one holds some 9 duties in 91 days, with 6 (scarce) some 15 of the 19.5
allowed, and weekends are shorter still: there holes have to be chosen.

Sizes: 6 to 10 eligible people a line, blocks of 5 to 15 lines, 35 % of the lines on site, and some 9.5 lines per 100,000
inhabitants (IGAS 2023 and DREES figures, as for the pilot territories).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from scheduler.facts import Territory, facts_of
from scheduler.findings import Finding, ScenarioError
from scheduler.scenario import RuleSheet, Scenario, Tier, digest
from scheduler.tables import Absence, Consent, Engagement, Line, Period, Person, Row, Site, Tables, Wish
from scheduler.words import Said

FIRST_DAY = date(2027, 1, 4)
PLENTIFUL, SCARCE = 10, 6
"""People to a line."""
LINES = {"rural": 7, "departement": 55, "region": 650, "france": 6_535}
BLOCK_LINES = (5, 15)
"""Lines of a block, fewest and most."""
FORM = "block-PEOPLExLINESxDAYS-SEED, or rural, departement, region, france with -SEED, or with -scarce-SEED"


@dataclass(frozen=True, slots=True)
class Block:
    """How many people and lines a block has."""

    people: int
    lines: int


def generated(name: str) -> Scenario:
    """The territory of a name; the same name is always the same territory.

    Raises:
        ScenarioError: no territory has such a name.
    """
    block = re.fullmatch(r"block-(\d+)x(\d+)x(\d+)-(\d+)", name)
    large = re.fullmatch(rf"({'|'.join(LINES)})(-scarce)?-(\d+)", name)
    if block:
        people, lines, days, seed = map(int, block.groups())
        if min(people, lines, days) > 0:
            return _territory(name, [Block(people, lines)], days, Random(f"block {people} {lines} {days} {seed}"))
    if large:
        random = Random(f"{large[1]} {large[2]} {large[3]}")
        sizes = _sizes(LINES[large[1]], SCARCE if large[2] else PLENTIFUL, random)
        return _territory(name, list(sizes), 91, random)
    said = Said(f"a name like {FORM} was expected", f"un nom comme {FORM} était attendu")
    raise ScenarioError([Finding(said, "territory", found=name)])


def _sizes(lines: int, per_line: int, random: Random) -> Iterator[Block]:
    least, most = BLOCK_LINES
    while lines:
        size = lines if lines <= most else min(random.randint(least, most), lines - least)
        yield Block(size * per_line, size)
        lines -= size


PERIODS = (
    Period(
        id="night", name="night", start=18 * 60 + 30, end=8 * 60, days=("mon", "tue", "wed", "thu", "fri"), night=True
    ),
    Period(
        id="weekend", name="weekend day and night", start=8 * 60, end=8 * 60, days=("sat", "sun", "hol"), night=True
    ),
)
RULES: list[dict[str, object]] = [
    {"kind": "eligibility"},
    {"kind": "absence"},
    {"kind": "consent"},
    {"kind": "places"},
    {"kind": "one_place"},
    {"kind": "spacing", "days_apart": 3},
    {"kind": "max_duties", "limit": 6, "per": "window", "window_days": 28},
    {"kind": "max_weekends", "limit": 2, "per": "window", "weeks": 4},
    {"kind": "weekends_in_a_row", "limit": 1},
    {"kind": "colocation"},
    {"kind": "site_rotation"},
    {"kind": "coverage"},
    {"kind": "worst_off"},
    {"kind": "evenness", "categories": ["points", "weekends"]},
    {"kind": "wishes", "tier": "evenness", "weight": 30},
]
TIERS = tuple(Tier(name=name) for name in ("cover", "worst_off", "evenness"))


def _territory(name: str, blocks: list[Block], days: int, random: Random) -> Scenario:
    rows: dict[str, list[Row]] = {}
    for number, block in enumerate(blocks, 1):
        for table, found in _block(f"b{number}", block, days, random):
            rows.setdefault(table, []).append(found)
    tables = Tables(periods=PERIODS, **{table: tuple(found) for table, found in rows.items()})  # type: ignore[arg-type]
    territory = Territory(name=name, first_day=FIRST_DAY, last_day=FIRST_DAY + timedelta(days=days - 1))
    rules = RuleSheet.model_validate({"rules": RULES}).rules
    return Scenario(name, facts_of(territory, tables), rules, TIERS, digest(territory, tables, rules, TIERS))


def _block(key: str, block: Block, days: int, random: Random) -> Iterator[tuple[str, Row]]:
    hospital, clinic = f"{key}-hospital", f"{key}-clinic"
    yield "sites", Site(id=hospital, name=f"Hospital {key}", kind="public_hospital")
    yield "sites", Site(id=clinic, name=f"Clinic {key}", kind="private_clinic")
    lines = list(_lines(key, block.lines, days, hospital, clinic, random))
    for line in lines:
        yield "lines", line
    for number in range(block.people):
        yield from _person(f"{key}-p{number}", key, number, lines, days, hospital, clinic, random)


def _lines(key: str, number: int, days: int, hospital: str, clinic: str, random: Random) -> Iterator[Line]:
    """Two lines that work together, at a site chosen night by night; the others at one site."""
    for n in range(number):
        pooled = n < 2 <= number
        on_site = n < 2 or random.random() < 0.25
        sites = (hospital, clinic) if pooled else ((hospital, clinic)[random.random() < 0.3],)
        yield Line(
            id=f"{key}-l{n}",
            name=f"Line {n} of {key}",
            modality="on_site" if on_site else "on_call",
            skills=(f"{key}-l{n}",),
            periods=("night", "weekend"),
            priority=random.choice((1, 2, 2, 3)),
            sites=sites,
            site_choice="daily" if pooled else "fixed",
            site_changes_max=days // 4 if pooled else None,
            site_share_min=33 if pooled and days >= 7 else 0,
            together=f"{key}-theatre" if pooled else None,
        )


def _person(
    id_: str, key: str, number: int, lines: list[Line], days: int, hospital: str, clinic: str, random: Random
) -> Iterator[tuple[str, Row]]:
    private = random.random() < 0.4
    own, other = (clinic, hospital) if private else (hospital, clinic)
    agreed = {own} | ({other} if random.random() < 0.6 else set())
    near = [line for line in lines if agreed & set(line.sites)] or lines
    # One line is assured of its team, so that no line is without people; up to two more are drawn.
    held = {lines[number % len(lines)].id} | {
        line.id for line in random.sample(near, min(len(near), random.randint(0, 2)))
    }
    agreed |= {line.sites[0] for line in lines if line.id in held and not agreed & set(line.sites)}
    yield "people", Person(id=id_, name=f"Doctor {number} of {key}", skills=tuple(sorted(held)), peer_group=key)
    status = "private" if private else "consultant"
    percent = random.choice((100, 100, 100, 80, 60, 50))
    yield "engagements", Engagement(person=id_, site=own, status=status, percent=percent)
    for site in sorted(agreed - {own}):
        yield "engagements", Engagement(person=id_, site=site, status=status, percent=0)
    for site in sorted(agreed):
        yield "consents", Consent(person=id_, site=site)
    away = {day for day in range(days) if random.random() < 0.15}
    for _ in range(random.randint(0, 2)):
        first = random.randrange(max(1, days - 6))
        away |= set(range(first, min(days, first + 7)))
    for first, last in _runs(sorted(away)):
        first_day, last_day = (FIRST_DAY + timedelta(days=d) for d in (first, last))
        yield "absences", Absence(person=id_, first_day=first_day, last_day=last_day)
    there = [day for day in range(days) if day not in away]
    for day in sorted(random.sample(there, min(len(there), days * 8 // 100))):
        asked = FIRST_DAY + timedelta(days=day)
        wish = "rather_not" if random.random() < 0.6 else "would_like"
        yield "wishes", Wish(person=id_, wish=wish, first_day=asked, last_day=asked, weight=random.randint(1, 3))
    if random.random() < 0.2:
        yield "wishes", Wish(person=id_, wish="rather_not", days=(random.choice(("tue", "thu", "sun")),))


def _runs(days: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers in a row."""
    for n, day in enumerate(days):
        if n == 0 or day != days[n - 1] + 1:
            first = day
        if n == len(days) - 1 or days[n + 1] != day + 1:
            yield first, day
