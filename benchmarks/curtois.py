"""Shift scheduling instances of Curtois & Qu: reading, writing and judging them by the published rules."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.registry import Instance, Rows, Score
from scenarios.curtois import FIRST_DAY, TIER, load_curtois, sections
from scheduler.findings import Finding, ScenarioError
from scheduler.roster import Roster
from scheduler.words import Said

BEST = {
    "Instance1": 607,
    "Instance2": 828,
    "Instance3": 1001,
    "Instance4": 1716,
    "Instance5": 1143,
    "Instance6": 1950,
    "Instance7": 1056,
    "Instance8": 1300,
    "Instance9": 439,
    "Instance10": 4631,
    "Instance11": 3443,
    "Instance12": 4040,
    "Instance13": 1348,
    "Instance14": 1278,
    "Instance15": 3829,
    "Instance16": 3225,
    "Instance17": 5746,
    "Instance18": 4459,
    "Instance19": 3149,
    "Instance20": 4769,
    "Instance21": 21133,
    "Instance22": 30241,
    "Instance23": 17428,
    "Instance24": 42463,
}
"""Best published costs: schedulingbenchmarks.org, and for 15 and 20 to 24 the list of github.com/wssuite/NurseScheduler
(January 2023). Those of 1 to 14 and 16 to 18 are proved."""
SATURDAY, SUNDAY = 5, 6

Shifts = Mapping[int, frozenset[str]]
"""What somebody works, by the day (0 is a Monday); a day off is not there."""


@dataclass(frozen=True, slots=True)
class _Staff:
    most_by_shift: dict[str, int]
    most_minutes: int
    least_minutes: int
    most_on: int
    least_on: int
    least_off: int
    most_weekends: int
    days_off: frozenset[int]


class Curtois:
    """``Instance1.txt`` to ``Instance24.txt``."""

    columns = ("employee", "day", "shift")
    tiers = (TIER,)

    def names(self, data: Path | None) -> tuple[str, ...]:
        """Instances found in a folder or below it, by their number: they grow with it."""
        found = {path.stem for path in data.rglob("Instance*.txt")} if data else set()
        named = [(int(name.removeprefix("Instance")), name) for name in found if re.fullmatch(r"Instance\d+", name)]
        return tuple(name for _, name in sorted(named))

    def load(self, data: Path | None, name: str) -> Instance:
        """One instance.

        Raises:
            ScenarioError: there is none of that name, or it cannot be read.
        """
        return Instance(name, load_curtois(_file(data, name)))

    def rows(self, instance: Instance, roster: Roster) -> Rows:
        """Employee, day from 0, shift."""
        duties = instance.scenario.facts.duty_by_id
        found = [(who, (duties[d].date - FIRST_DAY).days, duties[d].line) for d, who in roster.assignments]
        return [(who, str(day), shift) for who, day, shift in sorted(found)]

    def score(self, data: Path | None, name: str, rows: Rows) -> Score:
        """Requests refused, people missing and people too many, by their weights; rules broken in words.

        Raises:
            ScenarioError: there is no instance of that name.
        """
        return _score(sections(_file(data, name).read_text(encoding="utf-8")), rows)

    def best_known(self, name: str) -> float | None:
        """The best published cost."""
        return BEST.get(name)


def _file(data: Path | None, name: str) -> Path:
    found = sorted(data.rglob(f"{name}.txt")) if data else []
    if not found:
        said = Said("a file of this name was expected", "un fichier de ce nom était attendu")
        raise ScenarioError([Finding(said, str(data or "--data"), found=f"{name}.txt")])
    return found[0]


def _score(parts: Mapping[str, list[list[str]]], rows: Rows) -> Score:
    horizon = int(parts["HORIZON"][0][0])
    minutes = {row[0]: int(row[1]) for row in parts["SHIFTS"]}
    forbidden = {row[0]: {shift for shift in row[2].split("|") if shift} for row in parts["SHIFTS"]}
    staff = _staff(parts)
    strange = [
        f"{' '.join(row)}: no employee, day or shift" for row in rows if not _known(row, staff, horizon, minutes)
    ]
    known = [(row[0], int(row[1]), row[2]) for row in rows if _known(row, staff, horizon, minutes)]
    work: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for who, day, shift in known:
        work[who][day].add(shift)
    breaches = [*strange]
    for (who, day), count in sorted(Counter((who, day) for who, day, _ in known).items()):
        if count > 1:
            breaches.append(f"{who}, day {day}: {count} shifts")
    for who, contract in staff.items():
        shifts = {day: frozenset(found) for day, found in sorted(work[who].items())}
        breaches += [f"{who}{said}" for said in _broken(contract, shifts, horizon, minutes, forbidden)]
    return Score((float(_cost(parts, work, Counter((day, shift) for _, day, shift in known))),), tuple(breaches))


def _known(row: tuple[str, ...], staff: Mapping[str, _Staff], horizon: int, minutes: Mapping[str, int]) -> bool:
    return len(row) == 3 and row[0] in staff and row[1].isdecimal() and int(row[1]) < horizon and row[2] in minutes


def _staff(parts: Mapping[str, list[list[str]]]) -> dict[str, _Staff]:
    off = {row[0]: frozenset(int(day) for day in row[1:]) for row in parts["DAYS_OFF"]}
    found = {}
    for who, by_shift, *numbers in parts["STAFF"]:
        most = {shift: int(count) for shift, count in (part.split("=") for part in by_shift.split("|"))}
        most_minutes, least_minutes, most_on, least_on, least_off, most_weekends = (int(number) for number in numbers)
        found[who] = _Staff(
            most, most_minutes, least_minutes, most_on, least_on, least_off, most_weekends, off.get(who, frozenset())
        )
    return found


def _cost(
    parts: Mapping[str, list[list[str]]], work: Mapping[str, Mapping[int, set[str]]], present: Counter[tuple[int, str]]
) -> int:
    cost = 0
    for section, wanted in (("SHIFT_ON_REQUESTS", True), ("SHIFT_OFF_REQUESTS", False)):
        for who, day, shift, weight in parts[section]:
            works = shift in work.get(who, {}).get(int(day), ())
            if works is not wanted:
                cost += int(weight)
    for day, shift, required, under, over in parts["COVER"]:
        above = present[int(day), shift] - int(required)
        cost += int(over) * above if above > 0 else -int(under) * above
    return cost


def _broken(
    contract: _Staff,
    shifts: Shifts,
    horizon: int,
    minutes: Mapping[str, int],
    forbidden: Mapping[str, set[str]],
) -> Iterator[str]:
    """Hard rules 2 to 9 of one employee, each break in words after the name."""
    for day, found in shifts.items():
        for shift in sorted(found):
            for next_shift in sorted(forbidden[shift] & shifts.get(day + 1, frozenset())):
                yield f", day {day + 1}: {next_shift} after {shift}"
        if day in contract.days_off:
            yield f", day {day}: a day off"
    yield from _totals(contract, shifts, minutes)
    for first, last, working in _runs(shifts, horizon):
        days = last - first + 1
        inside = first > 0 and last < horizon - 1
        if working and days > contract.most_on:
            yield f", day {first}: {days} days of work in a row"
        if inside and days < (contract.least_on if working else contract.least_off):
            yield f", day {first}: only {days} days {'of work' if working else 'off'} in a row"


def _totals(contract: _Staff, shifts: Shifts, minutes: Mapping[str, int]) -> Iterator[str]:
    counts = Counter(shift for found in shifts.values() for shift in found)
    for shift, count in sorted(counts.items()):
        if count > contract.most_by_shift.get(shift, 0):
            yield f": {count} shifts {shift}"
    worked = sum(minutes[shift] * count for shift, count in counts.items())
    if not contract.least_minutes <= worked <= contract.most_minutes:
        yield f": {worked} minutes"
    weekends = {day // 7 for day in shifts if day % 7 in (SATURDAY, SUNDAY)}
    if len(weekends) > contract.most_weekends:
        yield f": {len(weekends)} weekends"


def _runs(shifts: Shifts, horizon: int) -> Iterator[tuple[int, int, bool]]:
    """First day, last day, and whether worked, of each stretch of days that are alike."""
    first = 0
    for day in range(1, horizon + 1):
        if day == horizon or (day in shifts) != (first in shifts):
            yield first, day - 1, first in shifts
            first = day


FAMILY = Curtois()
