"""The second nurse rostering competition, all weeks planned at once: reading, writing and judging by the published rules."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.registry import Instance, Rows, Score
from scenarios.inrc2 import ANY, FIRST_DAY, TIER, WEEKDAYS, files_of, load_inrc2, sections
from scheduler.findings import Finding, ScenarioError
from scheduler.roster import Roster
from scheduler.words import Said

QUICK = {
    "n005w4_0_1-2-3-3": 1470,
    "n005w4_0_1-2-3-5": 1540,
    "n005w4_1_5-6-7-8": 1630,
    "n005w4_1_5-3-1-0": None,
    "n005w4_2_6-7-8-9": None,
    "n012w8_0_3-5-0-2-0-4-5-2": None,
    "n012w8_1_7-7-0-8-9-3-2-6": None,
    "n012w8_2_4-5-6-7-2-1-2-1": None,
    "n021w4_0_5-4-1-2": None,
    "n021w4_1_0-6-1-6": None,
    "n021w4_2_8-1-4-3": None,
}
"""Instances of the test datasets: those with official reference solutions, and optima that are the regression goals of
the exact solver of github.com/wssuite/NurseScheduler."""
BENCHMARK = {
    "n030w4_1_6-2-9-1": 1670,
    "n030w4_1_6-7-5-3": 1820,
    "n035w4_0_1-7-1-8": 1360,
    "n035w4_2_8-8-7-5": 1080,
    "n040w4_0_2-0-6-1": 1565,
    "n040w4_2_6-1-0-6": 1750,
    "n050w4_0_0-4-8-7": 1320,
    "n050w4_0_7-2-7-2": 1315,
    "n060w4_1_6-1-1-5": 2455,
    "n060w4_1_9-6-3-8": 2675,
    "n070w4_0_3-6-5-1": 2380,
    "n070w4_0_4-9-6-7": 2115,
    "n080w4_2_4-3-3-3": 3300,
    "n080w4_2_6-0-4-8": 3190,
    "n100w4_0_1-1-0-8": 1170,
    "n100w4_2_0-6-4-6": 1785,
    "n110w4_0_1-4-2-8": 2330,
    "n110w4_0_1-9-3-5": 2455,
    "n120w4_1_4-6-2-6": 2020,
    "n120w4_1_5-6-9-8": 2050,
    "n030w8_1_2-7-0-9-3-6-0-6": 2010,
    "n030w8_1_6-7-5-3-5-6-2-9": 1720,
    "n035w8_0_6-2-9-8-7-7-9-8": 2445,
    "n035w8_1_0-8-1-6-1-7-2-0": 2230,
    "n040w8_0_0-6-8-9-2-6-6-4": 2510,
    "n040w8_2_5-0-4-8-7-1-7-2": 2315,
    "n050w8_1_1-7-8-5-7-4-1-8": 4810,
    "n050w8_1_9-7-5-3-8-8-3-1": 4765,
    "n060w8_0_6-2-9-9-0-8-1-3": 2135,
    "n060w8_2_1-0-3-4-0-3-9-1": 2420,
    "n070w8_0_3-3-9-2-3-7-5-2": 4520,
    "n070w8_0_9-3-0-7-2-1-1-0": 4675,
    "n080w8_1_4-4-9-9-3-6-0-5": 3970,
    "n080w8_2_0-4-0-9-1-9-6-2": 4305,
    "n100w8_0_0-1-7-8-9-1-5-4": 2030,
    "n100w8_1_2-4-7-9-3-9-2-8": 2145,
    "n110w8_0_2-1-1-7-2-6-4-7": 3990,
    "n110w8_0_3-2-4-9-4-1-3-7": 3440,
    "n120w8_0_0-9-9-4-5-1-0-3": 2450,
    "n120w8_1_7-2-6-4-5-2-0-2": 2875,
}
"""The usual 40: best rosters found in public sources (Legrain, Omer, Rosat 2017 and later; github.com/wssuite/NurseScheduler
and github.com/sugawara-system/Schedule_Nurse3_Gallery), all weeks known at once."""
OTHERS = {
    "n035w4_0_4-2-1-6": 1605,
    "n035w4_0_5-9-5-6": 1500,
    "n035w4_0_9-8-7-7": 1335,
    "n035w4_1_0-6-9-2": 1300,
    "n070w4_0_4-9-7-6": 2140,
    "n070w4_0_8-6-0-8": 2285,
    "n070w4_0_9-1-7-5": 2080,
    "n070w4_2_3-5-8-2": 2335,
    "n070w4_2_5-8-2-5": 2295,
    "n070w4_2_9-5-6-5": 2365,
    "n110w4_1_0-1-6-4": 2530,
    "n110w4_1_0-5-8-8": 2475,
    "n110w4_1_2-9-2-0": 2875,
    "n110w4_1_4-8-7-2": 2430,
    "n110w4_2_0-2-7-0": 2640,
    "n110w4_2_5-1-3-0": 2640,
    "n110w4_2_8-9-9-2": 2860,
    "n110w4_2_9-8-4-9": 2700,
}
"""More such rosters."""

WEIGHTS = {"S1": 30, "S2a": 15, "S2b": 30, "S3": 30, "S4": 10, "S5": 30, "S6": 20, "S7": 30}
SATURDAY, SUNDAY = 5, 6

Bounds = tuple[int, int]


class Inrc2:
    """Instances ``<dataset>_<history>_<week>-<week>-…``."""

    columns = ("nurse", "day", "shift", "skill")
    tiers = (TIER,)

    def names(self, data: Path | None) -> tuple[str, ...]:
        """The small ones, then of the usual 40 those whose files are in a folder or below it."""
        files = {path.name for path in data.rglob("*-n*.txt")} if data else set()
        return tuple(name for name in (*QUICK, *BENCHMARK) if f"Sc-{name.split('_')[0]}.txt" in files)

    def load(self, data: Path | None, name: str) -> Instance:
        """One instance; any name whose files are there, not only those of :meth:`names`.

        Raises:
            ScenarioError: there is none of that name, or it cannot be read.
        """
        return Instance(name, load_inrc2(_folder(data), name))

    def rows(self, instance: Instance, roster: Roster) -> Rows:
        """Nurse, day from 0 over the whole horizon, shift, skill."""
        duties = instance.scenario.facts.duty_by_id
        found = [
            (who, (duties[d].date - FIRST_DAY).days, duties[d].period, duties[d].line) for d, who in roster.assignments
        ]
        return [(who, str(day), shift, skill) for who, day, shift, skill in sorted(found)]

    def score(self, data: Path | None, name: str, rows: Rows) -> Score:
        """The weighted sum of the soft rules; the hard ones broken in words.

        Raises:
            ScenarioError: there is no instance of that name.
        """
        judged = _Judge(_folder(data), name, rows)
        return Score((float(sum(judged.cost().values())),), tuple(judged.breaches()))

    def breakdown(self, data: Path, name: str, rows: Rows) -> dict[str, int]:
        """The cost of each soft rule, S1 to S7, weights included.

        Raises:
            ScenarioError: there is no instance of that name.
        """
        return _Judge(data, name, rows).cost()

    def best_known(self, name: str) -> float | None:
        """The best published cost of a roster made with all weeks known."""
        return (QUICK | BENCHMARK | OTHERS).get(name)


def _folder(data: Path | None) -> Path:
    if data is None:
        said = Said("a folder of instances was expected", "un dossier d'instances était attendu")
        raise ScenarioError([Finding(said, "--data")])
    return data


@dataclass(frozen=True, slots=True)
class _Contract:
    total: Bounds
    on: Bounds
    off: Bounds
    weekends: int
    whole: bool


@dataclass(frozen=True, slots=True)
class _Before:
    """What the history says of a nurse."""

    duties: int
    weekends: int
    shift: str
    same: int
    on: int
    off: int


def _bounds(text: str) -> Bounds:
    low, _, high = text[1:-1].partition(",")
    return int(low), int(high)


class _Judge:
    """One roster against one instance."""

    def __init__(self, data: Path, name: str, rows: Rows) -> None:
        files = files_of(data, name)
        scenario = sections(files.scenario.read_text(encoding="utf-8"))
        self._weeks = [sections(path.read_text(encoding="utf-8")) for path in files.weeks]
        self._days = range(7 * len(self._weeks))
        self._skills = {row[0]: set(row[3:]) for row in scenario["NURSES"][1:]}
        self._shifts = {row[0]: _bounds(row[1]) for row in scenario["SHIFT_TYPES"][1:]}
        self._never = {row[0]: set(row[2:]) for row in scenario["FORBIDDEN_SHIFT_TYPES_SUCCESSIONS"]}
        kinds = {
            row[0]: _Contract(_bounds(row[1]), _bounds(row[2]), _bounds(row[3]), int(row[4]), row[5] == "1")
            for row in scenario["CONTRACTS"][1:]
        }
        self._contracts = {row[0]: kinds[row[1]] for row in scenario["NURSES"][1:]}
        history = sections(files.history.read_text(encoding="utf-8"))["NURSE_HISTORY"]
        self._before = {
            who: _Before(int(duties), int(weekends), shift, int(same), int(on), int(off))
            for who, duties, weekends, shift, same, on, off in history
        }
        known = {skill for skills in self._skills.values() for skill in skills}
        self._strange = [row for row in rows if not self._is_known(row, known)]
        self._rows = [(row[0], int(row[1]), row[2], row[3]) for row in rows if self._is_known(row, known)]
        self._work: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for who, day, shift, _ in self._rows:
            self._work[who][day].append(shift)

    def _is_known(self, row: tuple[str, ...], skills: set[str]) -> bool:
        return (
            len(row) == 4
            and row[0] in self._skills
            and row[1].isdecimal()
            and int(row[1]) in self._days
            and row[2] in self._shifts
            and row[3] in skills
        )

    def breaches(self) -> Iterator[str]:
        """H1 to H4, and rows that mean nothing."""
        for row in self._strange:
            yield f"{' '.join(row)}: no nurse, day, shift or skill"
        for who, day, _, skill in self._rows:
            if skill not in self._skills[who]:
                yield f"{who}, day {day}: has not the skill {skill}"
        for who, days in self._work.items():
            yield from (f"{who}, {said}" for said in self._days_broken(days, self._before[who].shift))
        present = self._present()
        for day, shift, skill, (least, _) in self._cover():
            if present[day, shift, skill] < least:
                yield f"day {day}: {present[day, shift, skill]} of {least} {skill} on {shift}"

    def _days_broken(self, days: Mapping[int, Sequence[str]], last_before: str) -> Iterator[str]:
        for day, shifts in sorted(days.items()):
            if len(shifts) > 1:
                yield f"day {day}: {len(shifts)} assignments"
            for last in days.get(day - 1, ()) if day else (last_before,):
                for shift in sorted(self._never.get(last, set()) & set(shifts)):
                    yield f"day {day}: {shift} after {last}"

    def cost(self) -> dict[str, int]:
        """The cost of each soft rule."""
        units = Counter(dict.fromkeys(WEIGHTS, 0))
        present = self._present()
        for day, shift, skill, (_, wished) in self._cover():
            units["S1"] += max(0, wished - present[day, shift, skill])
        off = set(self._off())
        units["S4"] = sum((who, day, shift) in off or (who, day, ANY) in off for who, day, shift, _ in self._rows)
        for who, contract in self._contracts.items():
            units.update(self._of_nurse(contract, self._before[who], self._work.get(who, {})))
        return {rule: units[rule] * weight for rule, weight in WEIGHTS.items()}

    def _of_nurse(self, contract: _Contract, before: _Before, work: Mapping[int, Sequence[str]]) -> dict[str, int]:
        same = 0
        for shift, bounds in self._shifts.items():
            start = before.same if before.shift == shift else 0
            same += _run_cost([shift in work.get(day, ()) for day in self._days], start, bounds)
        duties = before.duties + sum(len(shifts) for shifts in work.values())
        halves = [[7 * week + day in work for day in (SATURDAY, SUNDAY)] for week in range(len(self._weeks))]
        weekends = before.weekends + sum(any(half) for half in halves)
        least, most = contract.total
        return {
            "S2a": same,
            "S2b": _run_cost([day in work for day in self._days], before.on, contract.on),
            "S3": _run_cost([day not in work for day in self._days], before.off, contract.off),
            "S5": sum(one != other for one, other in halves) if contract.whole else 0,
            "S6": max(0, least - duties) + max(0, duties - most),
            "S7": max(0, weekends - contract.weekends),
        }

    def _present(self) -> Counter[tuple[int, str, str]]:
        return Counter((day, shift, skill) for _, day, shift, skill in self._rows)

    def _cover(self) -> Iterator[tuple[int, str, str, Bounds]]:
        for number, week in enumerate(self._weeks):
            for shift, skill, *days in week["REQUIREMENTS"]:
                for weekday, text in enumerate(days):
                    yield 7 * number + weekday, shift, skill, _bounds(text)

    def _off(self) -> Iterator[tuple[str, int, str]]:
        for number, week in enumerate(self._weeks):
            for who, shift, weekday in week["SHIFT_OFF_REQUESTS"][1:]:
                yield who, 7 * number + WEEKDAYS.index(weekday), shift


def _run_cost(days: Sequence[bool], before: int, bounds: Bounds) -> int:
    """Days above the most (of the horizon), and days missing to the least in runs that ended, the history's included."""
    least, most = bounds
    run, cost = before, 0
    for inside in days:
        if inside:
            run += 1
            cost += run > most
            continue
        if run:
            cost += max(0, least - run)
        run = 0
    return cost


FAMILY = Inrc2()
