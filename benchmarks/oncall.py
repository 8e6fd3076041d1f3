"""Family ``oncall``: one person on call, by work loads, weekends and fixed days (MiniZinc Challenge 2013 and 2018, model and
data by Julien Fischer, Opturion).

A rota is scored here by the published rules, from the file and the rows alone. A "day" is Monday, Tuesday, Wednesday,
Thursday, or the weekend from Friday to Sunday; days are numbered from 1.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.registry import Instance, Rows, Score
from scenarios.minizinc import read_dzn
from scenarios.oncall import load_oncall
from scheduler.roster import Roster

BEST = {
    "4s-10d": 1,
    "4s-23d": 2,
    "10s-50d": 0,
    "10s-150d": 5,
    "20s-200d": 2,
    "2s-200d": 63,
    "4s-100d": 2,
    "10s-100d-C": 47,
    "20s-100d-B": 15,
    "30s-400d-A": 2,
}
"""Published optima."""

On = dict[int, set[int]]
"""Who is on call, by day; nobody on the days before and after."""


class OnCall:
    """See :class:`benchmarks.registry.Family`."""

    columns = ("staff", "day")
    tiers = ("total",)

    def names(self, data: Path | None) -> tuple[str, ...]:
        """Instances found there, by the number of decisions."""
        found = _files(data)
        return tuple(sorted(found, key=lambda name: (_size(found[name]), name)))

    def load(self, data: Path | None, name: str) -> Instance:
        """One question as a scenario; the points of its tier ``total`` are the published cost."""
        return Instance(name, load_oncall(_files(data)[name]))

    def rows(self, instance: Instance, roster: Roster) -> Rows:
        """One row per day, by the numbers of the file: the duties of the line in order of time."""
        facts = instance.scenario.facts
        first = facts.territory.first_day
        before = first - timedelta(days=first.weekday())
        rows = []
        for duty_id, person in roster.assignments:
            weeks, weekday = divmod((facts.duty_by_id[duty_id].date - before).days, 7)
            rows.append((5 * weeks + weekday - first.weekday() + 1, int(person.removeprefix("s"))))
        return [(str(staff), str(day)) for day, staff in sorted(rows)]

    def score(self, data: Path | None, name: str, rows: Rows) -> Score:
        """Cost and breaches, from the file and the rows alone."""
        given = read_dzn(_files(data)[name].read_text(encoding="utf-8"))
        held = [(int(staff), int(day)) for staff, day in rows]
        on: On = {day: set() for day in range(given["num_days"] + 2)}
        for staff, day in held:
            on.setdefault(day, set()).add(staff)
        return Score((float(_cost(given, on)),), (*_misplaced(given, held), *_too_close(given, on)))

    def best_known(self, name: str) -> float | None:
        """The published optimum."""
        return BEST.get(name)


def _files(data: Path | None) -> dict[str, Path]:
    """Instances by name: any ``.dzn`` below the folder that speaks of staff on call."""
    found = sorted(data.rglob("*.dzn")) if data else []
    return {path.stem: path for path in found if "weekend_offset" in path.read_text(encoding="utf-8")}


def _size(path: Path) -> int:
    given = read_dzn(path.read_text(encoding="utf-8"))
    return int(given["num_staff"] * given["num_days"])


def _weekends(given: dict[str, Any]) -> list[int]:
    return list(range(given["weekend_offset"] + 1, given["num_days"] + 1, 5))


def _cost(given: dict[str, Any], on: On) -> int:
    """The objective of the published model."""
    last, weekends = given["num_days"], _weekends(given)
    adjacent = sum(len(on[i] & on[i + 1]) for i in range(1, last - 1))
    before = sum(len(on[w] & on[w - 2]) for w in weekends if w > 2)
    weekdays = [day for day in range(1, last + 1) if day not in weekends]
    spreads = sum(_spread(given["work_load"], [on[day] for day in some]) for some in (weekdays, weekends))
    return int(given["adj_days_str"] * adjacent + given["wed_before_weekend_str"] * before + spreads)


def _spread(loads: tuple[int, ...], days: list[set[int]]) -> int:
    """The smallest B with ``|load_i × number_j - load_j × number_i| <= 100 B`` for all pairs."""
    number = [sum(staff in on for on in days) for staff in range(1, len(loads) + 1)]
    apart = [abs(loads[i] * number[j] - loads[j] * number[i]) for i, j in combinations(range(len(loads)), 2)]
    return -(-max(apart, default=0) // 100)


def _misplaced(given: dict[str, Any], held: list[tuple[int, int]]) -> Iterator[str]:
    people = Counter(day for _, day in held)
    for day in range(1, given["num_days"] + 1):
        if people[day] != 1:
            yield f"day {day} has {people[day]} persons"
    for staff, day in held:
        if not (1 <= staff <= given["num_staff"] and 1 <= day <= given["num_days"]):
            yield f"there is no staff {staff} or no day {day}"
        elif day in given["unavailable"][staff - 1]:
            yield f"staff {staff} is not available on day {day}"
    for staff, days in enumerate(given["fixed"], start=1):
        for day in sorted(days):
            if (staff, day) not in held:
                yield f"staff {staff} is fixed on day {day}"


def _too_close(given: dict[str, Any], on: On) -> Iterator[str]:
    last, weekends = given["num_days"], _weekends(given)
    fixed = {day for days in given["fixed"] for day in days}
    for i in range(1, last - 1):
        if on[i] & on[i + 1] & on[i + 2] and not {i, i + 1, i + 2} <= fixed:
            yield f"three days in a row from day {i}"
    for w in weekends:
        around = [day for day in (w - 1, w + 1) if 1 <= day <= last]
        if not {w, *around} <= fixed:
            yield from (f"weekend {w} and day {day}" for day in around if on[w] & on[day])
        if w + 5 <= last and on[w] & on[w + 5] and not {w, w + 5} <= fixed:
            yield f"the successive weekends {w} and {w + 5}"


FAMILY = OnCall()
