"""Shift scheduling instances of Curtois & Qu (*Computational results on new staff scheduling benchmark instances*, 2014;
schedulingbenchmarks.org) as ordinary scenarios.

A shift type is a line and a period of the same name, an employee is a person who has the skills of the shifts they may
work. Costs are whole numbers and all in one tier: requests, people missing to the requirement, people above it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from scheduler.calendar import NO_HOLIDAYS
from scheduler.cells import MIDNIGHT_MIN
from scheduler.facts import Territory, facts_of
from scheduler.findings import Finding, ScenarioError
from scheduler.rules.base import Rule
from scheduler.scenario import RuleSheet, Scenario, Tier, digest
from scheduler.tables import Absence, Engagement, Limit, Line, Need, Period, Person, Site, Tables, Wish
from scheduler.words import Said

FIRST_DAY = date(2027, 1, 4)
"""A Monday, as the instances ask; they name no year."""
TIER = "total"
SECTIONS = ("HORIZON", "SHIFTS", "STAFF", "DAYS_OFF", "SHIFT_ON_REQUESTS", "SHIFT_OFF_REQUESTS", "COVER")
_SITE = "hospital"
_OPENS = 8 * 60

Sections = Mapping[str, Sequence[Sequence[str]]]


def sections(text: str) -> dict[str, list[list[str]]]:
    """The lines of each section, without comments, split at the commas: text, nothing more."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("SECTION_"):
            rows = found.setdefault(line.strip().removeprefix("SECTION_"), [])
        elif line.strip() and not line.startswith("#"):
            rows.append([cell.strip() for cell in line.split(",")])
    return found


def load_curtois(path: Path) -> Scenario:
    """Read one ``Instance….txt``.

    Raises:
        ScenarioError: the file is no such instance.
    """
    parts = sections(path.read_text(encoding="utf-8"))
    try:
        findings = _findings(parts, path.name)
        if findings:
            raise ScenarioError(findings)
        territory = Territory(
            name=path.stem,
            timezone="UTC",
            holiday_region=NO_HOLIDAYS,
            first_day=FIRST_DAY,
            last_day=FIRST_DAY + timedelta(days=int(parts["HORIZON"][0][0]) - 1),
        )
        rows, rules = _tables(parts), _rules(parts)
    except (KeyError, ValueError, IndexError) as error:
        said = Said(
            f"an instance of schedulingbenchmarks.org was expected ({error})",
            f"une instance de schedulingbenchmarks.org était attendue ({error})",
        )
        raise ScenarioError([Finding(said, path.name)]) from None
    tiers = (Tier(name=TIER),)
    return Scenario(path.stem, facts_of(territory, rows), rules, tiers, digest(territory, rows, rules, tiers))


def _findings(parts: Sections, file: str) -> list[Finding]:
    """What an ordinary scenario of one weight could not say of the instance."""
    found: list[Finding] = []
    missing = [name for name in SECTIONS if name not in parts]
    if missing:
        names = ", ".join(missing)
        said = Said(f"the sections {names} were expected", f"les sections {names} étaient attendues")
        return [Finding(said, file)]
    days, shifts = int(parts["HORIZON"][0][0]), [row[0] for row in parts["SHIFTS"]]
    covered = {(int(row[0]), row[1]) for row in parts["COVER"]}
    if len(covered) < len(parts["COVER"]) or covered != {(day, shift) for day in range(days) for shift in shifts}:
        said = Said(
            "one line for every day and shift was expected", "une ligne par jour et par poste de travail était attendue"
        )
        found.append(Finding(said, file, column="SECTION_COVER"))
    for column, place in (("weight for under", 3), ("weight for over", 4)):
        weights = {row[place] for row in parts["COVER"]}
        if len(weights) > 1:
            said = Said(f"the same {column} everywhere was expected", f"le même {column} partout était attendu")
            found.append(Finding(said, file, column="SECTION_COVER", found=" ".join(sorted(weights))))
    return found


def _day(number: str) -> date:
    return FIRST_DAY + timedelta(days=int(number))


def _most_by_shift(cell: str) -> dict[str, int]:
    """``S1=n1|S2=n2``."""
    return {shift: int(most) for shift, _, most in (part.partition("=") for part in cell.split("|"))}


def _tables(parts: Sections) -> Tables:
    shifts = [(row[0], int(row[1])) for row in parts["SHIFTS"]]
    staff = [(row[0], _most_by_shift(row[1])) for row in parts["STAFF"]]
    # Who is there without need has a price, and is not forbidden.
    everybody = len(staff)
    return Tables(
        sites=(Site(id=_SITE, name="Hospital", kind="public_hospital"),),
        people=tuple(
            Person(id=who, name=who, profession="nurse", skills=tuple(s for s, _ in shifts if most.get(s)))
            for who, most in staff
        ),
        engagements=tuple(Engagement(person=who, site=_SITE, status="employee") for who, _ in staff),
        periods=tuple(_period(shift, minutes) for shift, minutes in shifts),
        lines=tuple(
            Line(
                id=shift,
                name=shift,
                modality="on_site",
                profession="nurse",
                skills=(shift,),
                periods=(shift,),
                needed=0,
                wished=everybody,
                sites=(_SITE,),
            )
            for shift, _ in shifts
        ),
        needs=tuple(
            Need(line=row[1], first_day=_day(row[0]), last_day=_day(row[0]), needed=int(row[2]), wished=everybody)
            for row in parts["COVER"]
            if int(row[2])
        ),
        absences=tuple(
            Absence(person=row[0], first_day=_day(day), last_day=_day(day))
            for row in parts["DAYS_OFF"]
            for day in row[1:]
        ),
        wishes=tuple(
            Wish.model_validate(
                {
                    "person": row[0],
                    "wish": wish,
                    "first_day": _day(row[1]),
                    "last_day": _day(row[1]),
                    "lines": (row[2],),
                    "weight": int(row[3]),
                }
            )
            for section, wish in (("SHIFT_ON_REQUESTS", "would_like"), ("SHIFT_OFF_REQUESTS", "rather_not"))
            for row in parts[section]
        ),
        limits=tuple(chain.from_iterable(_contract(row, dict(shifts), parts) for row in parts["STAFF"])),
    )


def _period(shift: str, minutes: int) -> Period:
    """From eight o'clock, or so that it ends at midnight: a shift belongs to one day, the instances give no times."""
    start = min(_OPENS, MIDNIGHT_MIN - minutes)
    return Period(id=shift, name=shift, start=start, end=start + minutes)


def _contract(row: Sequence[str], minutes: Mapping[str, int], parts: Sections) -> list[Limit]:
    who, days = row[0], int(parts["HORIZON"][0][0])
    most_minutes, least_minutes, most_on, least_on, least_off, most_weekends = (int(cell) for cell in row[2:8])
    limits = [
        Limit(person=who, counted="days_on", least=least_on, most=most_on),
        Limit(person=who, counted="days_off", least=least_off),
        Limit(person=who, counted="minutes", least=least_minutes, most=most_minutes),
        Limit(person=who, counted="weekends", most=most_weekends),
    ]
    for shift, most in _most_by_shift(row[1]).items():
        # A number that the days or the minutes of the contract already keep would only be a row more for the solver;
        # 0 is said by the skills.
        if 0 < most < min(days, most_minutes // minutes[shift]):
            limits.append(Limit(person=who, counted="duties", lines=(shift,), most=most))
    return limits


def _rules(parts: Sections) -> tuple[Rule, ...]:
    after: defaultdict[str, list[str]] = defaultdict(list)
    for row in parts["SHIFTS"]:
        if row[2]:
            after[row[2]].append(row[0])
    under, over = (int(parts["COVER"][0][place]) for place in (3, 4))
    successions: list[dict[str, object]] = [
        {"kind": "succession", "id": f"after-{shifts[0]}", "after": tuple(shifts), "never": tuple(never.split("|"))}
        for never, shifts in after.items()
    ]
    asked: list[dict[str, object]] = [
        {"kind": "eligibility"},
        {"kind": "absence"},
        {"kind": "one_a_day"},
        *successions,
        {"kind": "run_length", "id": "days_on", "counted": "days_on", "borders": "open"},
        {"kind": "run_length", "id": "days_off", "counted": "days_off", "borders": "open"},
        {"kind": "contract_total", "id": "shifts", "counted": "duties"},
        {"kind": "contract_total", "id": "minutes", "counted": "minutes"},
        {"kind": "contract_total", "id": "weekends", "counted": "weekends"},
        {"kind": "coverage", "tier": TIER, "weight": under, "prices": (1, 1, 1, 1, 1)},
        {"kind": "surplus", "tier": TIER, "weight": over},
        {"kind": "wishes", "tier": TIER, "weight": 1, "growing": False},
    ]
    return RuleSheet.model_validate({"rules": asked}).rules
