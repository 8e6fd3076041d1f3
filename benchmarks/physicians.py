"""Family ``physicians``: physicians on shifts, stations and skills (Geibinger et al., *Physician Scheduling During a Pandemic*,
CPAIOR 2021; MiniZinc Challenge 2021).

A rota is scored here by the published rules, from the file and the rows alone. Persons and days are numbered from 1; shifts,
stations and skills as in the file, 0 being "off" (who is off has no row).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.registry import Instance, Rows, Score
from scenarios.minizinc import read_dzn
from scenarios.physicians import load_physicians
from scheduler.roster import Roster

DAYS_ON_MOST = 6
BEST = {
    "instance03_0.34": 1505,
    "instance10-duplicated_0.23": 2980,
    "instance13-duplicated_0.56": 3475,
    "instance17_oneweek_real": 1795,
    "instance18_real": 1880,
}
"""Published optima (Gurobi)."""


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody does on a day."""

    shift: int
    station: int
    skill: int


OFF = Work(0, 0, 0)


class Physicians:
    """See :class:`benchmarks.registry.Family`."""

    columns = ("person", "day", "shift", "station", "skill")
    tiers = ("total",)

    def names(self, data: Path | None) -> tuple[str, ...]:
        """Instances found there, by persons and days."""
        found = _files(data)
        return tuple(sorted(found, key=lambda name: (_size(found[name]), name)))

    def load(self, data: Path | None, name: str) -> Instance:
        """One question as a scenario; the points of its tier ``total`` are the published cost."""
        return Instance(name, load_physicians(_files(data)[name]))

    def rows(self, instance: Instance, roster: Roster) -> Rows:
        """One row per person and day worked, by the numbers of the file."""
        facts = instance.scenario.facts
        rows = []
        for duty_id, person in roster.assignments:
            duty = facts.duty_by_id[duty_id]
            _, station, skill = duty.line.split("-")
            day = (duty.date - facts.territory.first_day).days + 1
            shift = duty.period.removeprefix("shift-")
            rows.append((int(person.removeprefix("p")), day, int(shift), int(station), int(skill)))
        return [tuple(map(str, row)) for row in sorted(rows)]

    def score(self, data: Path | None, name: str, rows: Rows) -> Score:
        """Cost and breaches, from the file and the rows alone."""
        given = read_dzn(_files(data)[name].read_text(encoding="utf-8"))
        works = [[int(word) for word in row] for row in rows]
        known = [row for row in works if _exists(given, *row)]
        plan = {(p, d): Work(shift, station, skill) for p, d, shift, station, skill in known}
        twice = Counter((p, d) for p, d, *_ in known)
        breaches = [f"there is no {row}" for row in works if row not in known]
        breaches += [f"person {p} is in {n} places on day {d}" for (p, d), n in sorted(twice.items()) if n > 1]
        breaches += [*_demand(given, plan), *_people(given, plan)]
        return Score((float(_cost(given, plan)),), tuple(breaches))

    def best_known(self, name: str) -> float | None:
        """The published optimum."""
        return BEST.get(name)


def _files(data: Path | None) -> dict[str, Path]:
    """Instances by name: any ``.dzn`` below the folder that speaks of stations."""
    found = sorted(data.rglob("*.dzn")) if data else []
    return {path.stem: path for path in found if "stationPrefs" in path.read_text(encoding="utf-8")}


def _size(path: Path) -> int:
    given = read_dzn(path.read_text(encoding="utf-8"))
    return int(given["numPers"] * given["numDays"])


def _exists(given: dict[str, Any], person: int, day: int, *work: int) -> bool:
    """Whether a row speaks of a person, a day, a shift, a station and a skill of the file; who is off has no row."""
    numbers = (given[name] for name in ("numPers", "numDays", "numShifts", "numStations", "numSkills"))
    return all(1 <= found <= most for found, most in zip((person, day, *work), numbers, strict=True))


Plan = dict[tuple[int, int], Work]


def _cost(given: dict[str, Any], plan: Plan) -> int:
    """Persons who work, their preferences, risk by the department of the last station, changes of station.

    The last station is the last one that is not common; before the first, the one of the history.
    """
    common, department = given["stationCommon"], given["stationDepartment"]
    working = {p for p, _ in plan}
    preferences = sum(given["stationPrefs"][p - 1][work.station][work.skill] for (p, _), work in plan.items())
    risk = changes = 0
    for p in range(1, given["numPers"] + 1):
        last = given["histLastStationWorked"][p - 1]
        for d in range(1, given["numDays"] + 1):
            station = plan.get((p, d), OFF).station
            if station and not common[station]:
                changes += station != last
                last = station
        if p in working and given["persRisk"][p - 1]:
            risk += department[last]
    return int(
        given["persWeight"] * len(working)
        + given["preferenceWeight"] * preferences
        + given["riskWeight"] * risk
        + given["stationWeight"] * changes
    )


def _demand(given: dict[str, Any], plan: Plan) -> Iterator[str]:
    """Demand is met exactly, by station, shift, day and skill; 24 h shifts stand in for day shifts where not common."""
    there = Counter((work.station, work.shift, d, work.skill) for (_, d), work in plan.items())
    common, department = given["stationCommon"], given["stationDepartment"]
    for d in range(1, given["numDays"] + 1):
        whole_days = 0
        for s in range(1, given["numStations"] + 1):
            for k in range(1, given["numSkills"] + 1):
                asked = [given["demand"][s][n][d - 1][k] for n in range(given["numShifts"] + 1)]
                found = [there[s, n, d, k] for n in range(given["numShifts"] + 1)]
                whole_days += asked[2]
                if common[s] and found[1:] != asked[1:]:
                    yield f"day {d}, station {s}, skill {k}: {found[1:]} instead of {asked[1:]}"
                if not common[s] and found[1] + found[2] != asked[1]:
                    yield f"day {d}, station {s}, skill {k}: {found[1] + found[2]} instead of {asked[1]}"
        for n, skills in enumerate(given["subSkills"]):
            asked_here = given["subDemand"][n][d - 1]
            whole_days += asked_here
            found_here = sum(
                number
                for (s, shift, day, k), number in there.items()
                if (shift, day) == (2, d)
                and not common[s]
                and department[s] == given["subDepartment"][n]
                and k in skills
            )
            if found_here != asked_here:
                yield f"day {d}, sub-demand {n + 1}: {found_here} instead of {asked_here}"
        found_all = sum(number for (_, shift, day, _), number in there.items() if (shift, day) == (2, d))
        if found_all != whole_days:
            yield f"day {d}: {found_all} shifts of 24 h instead of {whole_days}"


def _people(given: dict[str, Any], plan: Plan) -> Iterator[str]:
    days = range(1, given["numDays"] + 1)
    for (p, d), work in sorted(plan.items()):
        if given["stationPrefs"][p - 1][work.station][work.skill] >= 4:
            yield f"person {p} cannot have skill {work.skill} on station {work.station}"
        if d in given["forbiddenDays"][p - 1]:
            yield f"person {p} is not available on day {d}"
    for p in range(1, given["numPers"] + 1):
        yield from _person(given, p, [plan.get((p, d), OFF) for d in days])


def _person(given: dict[str, Any], p: int, works: list[Work]) -> Iterator[str]:
    """The rules of one person's days."""
    in_a_row = given["histConsecutiveWorkDays"][p - 1]
    before = given["histShiftLastDay"][p - 1]
    for d, work in enumerate(works, start=1):
        in_a_row = in_a_row + 1 if work.shift else 0
        if in_a_row > DAYS_ON_MOST:
            yield f"person {p} has worked {in_a_row} days in a row on day {d}"
        if work.shift and work.shift in given["forbiddenSequences"][before]:
            yield f"person {p} has shift {work.shift} after shift {before} on day {d}"
        before = work.shift
    for week in range(len(works) // 7):
        hours = sum(given["shiftLength"][work.shift] for work in works[7 * week : 7 * week + 7])
        if hours > given["maxHoursWeek"][p - 1]:
            yield f"person {p} works {hours} h in week {week + 1}"
    department = given["stationDepartment"]
    places = {department[given["histLastStationWorked"][p - 1]], *(department[work.station] for work in works)}
    if len(places) > 2:
        yield f"person {p} is in departments {sorted(places)}"
    if given["persRequireWork"][p - 1] and not any(work.shift for work in works):
        yield f"person {p} does not work"


FAMILY = Physicians()
