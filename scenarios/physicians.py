"""Physicians on shifts and stations during a pandemic (Geibinger, Kletzander, Krainz, Mischek, Musliu, Winter, *Physician
Scheduling During a Pandemic*, CPAIOR 2021; MiniZinc Challenge 2021, data under MIT) as ordinary scenarios.

Format: MiniZinc data. Each physician has per day a shift, a station and a skill, or is off; all three are numbered from 0,
which means off. A line is a pair of station and skill, a period is a shift. Demand is met exactly: on common stations for
each shift; elsewhere 24-hour shifts may stand in for day shifts, so that both are counted together, and a sub-demand fixes
how many do so for some skills of a department; the number of all 24-hour shifts of a day is the sum of what is asked of
them. People keep to their department: those of the last station and of every day, "off" being one, are at most two.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scenarios.minizinc import Unparsable, read_dzn
from scheduler.facts import Territory, facts_of
from scheduler.findings import Finding, ScenarioError
from scheduler.scenario import RuleSheet, Scenario, Tier, digest
from scheduler.tables import (
    Engagement,
    Exposure,
    GroupNeed,
    Limit,
    Line,
    LineCost,
    Need,
    Past,
    Period,
    Person,
    Site,
    Tables,
    Wish,
)
from scheduler.words import Said

FIRST_DAY = date(2021, 1, 4)
"""A Monday: weeks are counted from the first day."""
TIERS = ("cover", "total")
"""Demand must be met exactly, then the published cost."""
STARTS = 8 * 60
DAYS_ON_MOST = 6
IMPOSSIBLE = 4
"""The preference of a station and skill that somebody cannot take."""
DAY, WHOLE_DAY = 1, 2
"""Shifts: the second stands in for the first."""
_NAMES = (
    "numStations",
    "stationDepartment",
    "stationCommon",
    "numShifts",
    "shiftLength",
    "forbiddenSequences",
    "preferenceWeight",
    "riskWeight",
    "persWeight",
    "stationWeight",
    "numSkills",
    "numSubsum",
    "subDepartment",
    "subSkills",
    "numDays",
    "demand",
    "subDemand",
    "numPers",
    "stationPrefs",
    "persRequireWork",
    "persRisk",
    "maxHoursWeek",
    "forbiddenDays",
    "histConsecutiveWorkDays",
    "histLastStationWorked",
    "histShiftLastDay",
)


def load_physicians(path: Path) -> Scenario:
    """Read one ``.dzn`` file. The points of its second tier are the published cost once the first is 0.

    Raises:
        ScenarioError: the file is no such question.
    """
    given = _given(path)
    rows = _tables(given)
    last_day = FIRST_DAY + timedelta(days=given["numDays"] - 1)
    territory = Territory(name=f"Physicians {path.stem}", holiday_region="none", first_day=FIRST_DAY, last_day=last_day)
    rules = RuleSheet.model_validate({"rules": _rules(given)}).rules
    tiers = tuple(Tier(name=name) for name in TIERS)
    return Scenario(path.stem, facts_of(territory, rows), rules, tiers, digest(territory, rows, rules, tiers))


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=number - 1)


def _tables(given: dict[str, Any]) -> Tables:
    people = range(1, given["numPers"] + 1)
    stations = range(1, given["numStations"] + 1)
    lines = sorted({(s, k) for s, k, *_ in _asked(given)})
    needs, groups = _needs(given, lines)
    prefs = {(p, s, k): given["stationPrefs"][p - 1][s][k] for p in people for s, k in lines}
    able = {p: [(s, k) for s, k in lines if prefs[p, s, k] < IMPOSSIBLE] for p in people}
    return Tables(
        sites=tuple(
            Site(
                id=f"station-{s}",
                name=f"Station {s}",
                kind="public_hospital",
                department=f"department-{given['stationDepartment'][s]}",
            )
            for s in stations
        ),
        people=tuple(
            Person(id=f"p{p}", name=f"Physician {p}", skills=tuple(f"station-{s}-{k}" for s, k in able[p]))
            for p in people
        ),
        engagements=tuple(
            Engagement(person=f"p{p}", site=f"station-{s}", status="consultant")
            for p in people
            for s in sorted({s for s, _ in able[p]} | {given["histLastStationWorked"][p - 1]})
        ),
        periods=tuple(
            Period(id=f"shift-{n}", name=f"{hours} h", start=STARTS, end=STARTS + 60 * hours)
            for n, hours in enumerate(given["shiftLength"])
            if n
        ),
        lines=(
            *(
                Line(
                    id=f"station-{s}-{k}",
                    name=f"Station {s}, skill {k}",
                    modality="on_site",
                    skills=(f"station-{s}-{k}",),
                    periods=tuple(f"shift-{n}" for n in range(1, given["numShifts"] + 1)),
                    needed=0,
                    sites=(f"station-{s}",),
                )
                for s, k in lines
            ),
            # Where people were before: lines that ended, for the history to speak of.
            *(
                Line(
                    id=f"before-{s}",
                    name=f"Station {s} before",
                    modality="on_site",
                    periods=tuple(f"shift-{n}" for n in range(1, given["numShifts"] + 1)),
                    needed=0,
                    sites=(f"station-{s}",),
                    last_day=FIRST_DAY - timedelta(days=1),
                )
                for s in sorted(set(given["histLastStationWorked"]))
            ),
        ),
        needs=needs,
        group_needs=groups,
        wishes=tuple(_cannot(given)),
        limits=tuple(_limits(given)),
        history=tuple(_history(given)),
        line_costs=tuple(
            LineCost(person=f"p{p}", line=f"station-{s}-{k}", cost=cost) for (p, s, k), cost in prefs.items() if cost
        ),
        exposures=tuple(
            Exposure(person=f"p{p}", department=f"department-{number}", cost=number)
            for p in people
            if given["persRisk"][p - 1]
            for number in sorted({given["stationDepartment"][s] for s in stations})
        ),
    )


def _asked(given: dict[str, Any]) -> Iterator[tuple[int, int, int, int, int]]:
    """Demand above zero: (station, skill, shift, day, persons)."""
    for station in range(1, given["numStations"] + 1):
        for skill in range(1, given["numSkills"] + 1):
            for shift in range(1, given["numShifts"] + 1):
                for day in range(1, given["numDays"] + 1):
                    number = given["demand"][station][shift][day - 1][skill]
                    if number:
                        yield station, skill, shift, day, number


def _needs(given: dict[str, Any], lines: list[tuple[int, int]]) -> tuple[tuple[Need, ...], tuple[GroupNeed, ...]]:
    """People by duty and by group of duties, for each day.

    On a common station a shift needs its demand; elsewhere the shifts only have places, and share the day's demand.
    """
    demand = {(s, k, n, d): number for s, k, n, d, number in _asked(given)}
    days = range(1, given["numDays"] + 1)
    needs, groups = [], []
    for s, k in lines:
        line = f"station-{s}-{k}"
        for d in days:
            here: dict[str, Any] = {"first_day": _day(d), "last_day": _day(d)}
            if given["stationCommon"][s]:
                for n in range(1, given["numShifts"] + 1):
                    number = demand.get((s, k, n, d), 0)
                    if number:
                        needs.append(Need(line=line, periods=(f"shift-{n}",), needed=number, **here))
                continue
            number = demand.get((s, k, DAY, d), 0)
            if number:
                shared = (f"shift-{DAY}", f"shift-{WHOLE_DAY}")
                needs.append(Need(line=line, periods=shared, needed=0, wished=number, **here))
                groups.append(GroupNeed(name=line, lines=(line,), periods=shared, least=number, most=number, **here))
    for index in range(len(given["subDepartment"])):
        some = [f"station-{s}-{k}" for s, k in lines if _stands_in(given, index, s, k)]
        asked = [(d, given["subDemand"][index][d - 1]) for d in days]
        # No line in the table would mean all of them.
        groups += [_on_whole_days(f"sub-{index + 1}", some, d, number) for d, number in asked if some]
    for d in days:
        number = sum(n for s, k, shift, day, n in _asked(given) if shift == WHOLE_DAY and day == d)
        number += sum(row[d - 1] for row in given["subDemand"])
        groups.append(_on_whole_days("whole-days", [f"station-{s}-{k}" for s, k in lines], d, number))
    return tuple(needs), tuple(groups)


def _stands_in(given: dict[str, Any], index: int, station: int, skill: int) -> bool:
    """Whether a sub-demand speaks of a station and skill."""
    return (
        given["stationDepartment"][station] == given["subDepartment"][index]
        and not given["stationCommon"][station]
        and skill in given["subSkills"][index]
    )


def _on_whole_days(name: str, lines: list[str], day: int, number: int) -> GroupNeed:
    return GroupNeed(
        name=name,
        lines=tuple(lines),
        periods=(f"shift-{WHOLE_DAY}",),
        first_day=_day(day),
        last_day=_day(day),
        least=number,
        most=number,
    )


def _cannot(given: dict[str, Any]) -> Iterator[Wish]:
    """Forbidden days, and what the last shift before the horizon forbids on the first."""
    for p in range(1, given["numPers"] + 1):
        for d in sorted(given["forbiddenDays"][p - 1]):
            yield Wish(person=f"p{p}", wish="cannot", first_day=_day(d), last_day=_day(d))
        never = _after(given, given["histShiftLastDay"][p - 1])
        if never:
            yield Wish(person=f"p{p}", wish="cannot", first_day=_day(1), last_day=_day(1), periods=never)


def _after(given: dict[str, Any], shift: int) -> tuple[str, ...]:
    """Shifts that may not follow one on the next day."""
    known = range(1, given["numShifts"] + 1)
    return tuple(f"shift-{n}" for n in sorted(given["forbiddenSequences"][shift]) if n in known)


def _limits(given: dict[str, Any]) -> Iterator[Limit]:
    for p in range(1, given["numPers"] + 1):
        yield Limit(person=f"p{p}", counted="days_on", most=DAYS_ON_MOST)
        yield Limit(person=f"p{p}", counted="weekly_minutes", most=60 * given["maxHoursWeek"][p - 1])
        if given["persRequireWork"][p - 1]:
            yield Limit(person=f"p{p}", counted="duties", least=1)


def _history(given: dict[str, Any]) -> Iterator[Past]:
    """The days worked in a row up to the first day; for who was off, a day before that, so that the station is known.

    What the last shift forbids on the first day is said by :func:`_cannot`: the data may count no day worked in a row
    after a shift on the last day, and the past speaks only of what is counted.
    """
    free = [n for n in range(1, given["numShifts"] + 1) if not _after(given, n)]
    for p in range(1, given["numPers"] + 1):
        in_a_row, shift = given["histConsecutiveWorkDays"][p - 1], given["histShiftLastDay"][p - 1]
        line = f"before-{given['histLastStationWorked'][p - 1]}"
        for back in range(1, in_a_row + 1) if in_a_row else (2,):
            held = f"shift-{shift if back == 1 and shift else free[0]}"
            yield Past(person=f"p{p}", line=line, date=FIRST_DAY - timedelta(days=back), period=held)


def _rules(given: dict[str, Any]) -> list[dict[str, Any]]:
    common = [f"station-{s}" for s in range(1, given["numStations"] + 1) if given["stationCommon"][s]]
    rules: list[dict[str, Any]] = [
        {"kind": "eligibility"},
        {"kind": "cannot"},
        {"kind": "places"},
        {"kind": "one_a_day"},
        *_successions(given),
        {"kind": "run_length", "counted": "days_on"},
        {"kind": "contract_total", "counted": "duties"},
        {"kind": "weekly_hours"},
        {"kind": "departments", "limit": 2, "off_counts": True},
        {"kind": "coverage", "tier": "cover", "prices": (1, 1, 1, 1, 1)},
        {"kind": "group_cover", "tier": "cover", "weight": 1},
    ]
    priced: tuple[tuple[str, dict[str, Any]], ...] = (
        ("persWeight", {"kind": "headcount"}),
        ("preferenceWeight", {"kind": "line_cost"}),
        ("riskWeight", {"kind": "exposure", "passing": common}),
        ("stationWeight", {"kind": "site_changes", "passing": common}),
    )
    return rules + [rule | {"tier": "total", "weight": given[name]} for name, rule in priced if given[name]]


def _successions(given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for shift in range(1, given["numShifts"] + 1):
        never = _after(given, shift)
        if never:
            after = (f"shift-{shift}",)
            yield {"kind": "succession", "id": f"after-shift-{shift}", "after": after, "never": never}


def _given(path: Path) -> dict[str, Any]:
    try:
        given = read_dzn(path.read_text(encoding="utf-8"))
        missing = [name for name in _NAMES if name not in given]
    except (Unparsable, UnicodeDecodeError) as error:
        given, missing = {}, [str(error)]
    if missing:
        said = Said(
            f"data of physicians on stations were expected ({', '.join(missing)})",
            f"des données de médecins sur des postes étaient attendues ({', '.join(missing)})",
        )
        raise ScenarioError([Finding(said, path.name)])
    findings = [*_unsaid(given, path.name)]
    if findings:
        raise ScenarioError(findings)
    return given


def _unsaid(given: dict[str, Any], file: str) -> Iterator[Finding]:
    """What the format allows and this reading has no meaning for."""
    if given.get("rbWeight"):
        said = Said("no weight of robustness was expected", "aucun poids de robustesse n'était attendu")
        yield Finding(said, file, column="rbWeight", found=str(given["rbWeight"]))
    if given["numShifts"] != WHOLE_DAY:
        said = Said("two shifts were expected", "deux types de garde étaient attendus")
        yield Finding(said, file, column="numShifts", found=str(given["numShifts"]))
    nowhere = [str(p + 1) for p, station in enumerate(given["histLastStationWorked"]) if not station]
    if nowhere:
        said = Said("a last station was expected for everybody", "un dernier poste était attendu pour chacun")
        yield Finding(said, file, column="histLastStationWorked", found=" ".join(nowhere))
    lines = {(s, k) for s, k, *_ in _asked(given)}
    for index, asked in enumerate(given["subDemand"]):
        if any(asked) and not any(_stands_in(given, index, s, k) for s, k in lines):
            said = Said("a demand to stand in for was expected", "un besoin à couvrir était attendu")
            yield Finding(said, file, column="subDemand", found=str(index + 1))
    if all(_after(given, n) for n in range(1, given["numShifts"] + 1)):
        said = Said("a shift that anything may follow was expected", "une garde que tout peut suivre était attendue")
        yield Finding(said, file, column="forbiddenSequences")
