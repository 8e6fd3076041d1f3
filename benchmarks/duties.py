"""Family ``duties``: monthly duty rosters of a real hospital's physicians (Gross et al., *Long-term workload equality on
duty schedules for physicians in hospitals*).

A rota is scored here by the published rules, from the month's own file: at most one duty a day per physician, only where
able and present, no more people than a duty requires, never on two days in a row nor in two weekends in a row; 100 per
unfilled position, plus each physician's cost of refused requests and of the number of duties.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.registry import Instance, Rows, Score
from scenarios.hospital_duties import load_month
from scheduler.roster import Roster

HOLE = 100
"""Cost of an unfilled position."""
WEEKEND = (6, 7)
"""Days of a week are numbered from Monday, 1."""
BEST = {
    "2015-11-02-5": 2237.85,
    "2015-12-07-4": 1935.79,
    "2016-01-04-4": 1910.68,
    "2016-02-01-5": 2297.44,
    "2016-03-07-4": 1862.30,
    "2016-04-04-4": 1918.15,
    "2016-05-02-5": 2557.47,
    "2016-06-06-4": 1989.65,
    "2016-07-04-4": 1804.54,
    "2016-08-01-5": 2455.91,
    "2016-09-05-4": 1897.30,
    "2016-10-03-5": 2376.33,
    "2016-11-07-4": 1932.52,
    "2016-12-05-5": 2460.56,
    "2017-01-09-4": 1950.08,
    "2017-02-06-4": 1955.05,
    "2017-03-06-4": 1900.76,
    "2017-04-03-4": 1916.96,
    "2017-05-01-5": 2344.14,
    "2017-06-05-4": 2032.46,
    "2017-07-03-5": 2360.18,
    "2017-08-07-4": 1802.61,
    "2017-09-04-4": 1993.54,
    "2017-10-02-5": 2402.04,
}
"""Published optima (CPLEX, within 0.01 %), to two decimals."""

Table = dict[tuple[int, ...], float]


class Duties:
    """See :class:`benchmarks.registry.Family`."""

    columns = ("physician", "duty", "week", "day")
    tiers = ("total",)

    def names(self, data: Path | None) -> tuple[str, ...]:
        """Months found there, in the order of the calendar: they are equally hard."""
        return tuple(sorted(_files(data)))

    def load(self, data: Path | None, name: str) -> Instance:
        """One month as a scenario; its points divided by the scale are the published cost."""
        month = load_month(_files(data)[name])
        return Instance(name, month.scenario, month.scale)

    def rows(self, instance: Instance, roster: Roster) -> Rows:
        """One row per position held, by the numbers of the file."""
        facts = instance.scenario.facts
        rows = []
        for duty_id, person in roster.assignments:
            duty = facts.duty_by_id[duty_id]
            week, day = divmod((duty.date - facts.territory.first_day).days, 7)
            rows.append((int(person.removeprefix("p")), int(duty.line.removeprefix("duty-")), week + 1, day + 1))
        return [tuple(map(str, row)) for row in sorted(rows)]

    def score(self, data: Path | None, name: str, rows: Rows) -> Score:
        """Cost and breaches, from the file of the month and the rows alone."""
        tables = _tables(_files(data)[name].read_text(encoding="utf-8"))
        held = [(int(j), int(i), int(w), int(d)) for j, i, w, d in rows]
        return Score(
            (_cost(tables, held, int(name.rsplit("-", 1)[1])),), (*_misplaced(tables, held), *_too_close(held))
        )

    def best_known(self, name: str) -> float | None:
        """The published optimum."""
        return BEST.get(name)


def _files(data: Path | None) -> dict[str, Path]:
    """Months by name: any ``YYYY-MM-DD-W.cdat`` below the folder."""
    found = sorted(data.rglob("*.cdat")) if data else []
    return {path.stem: path for path in found if re.fullmatch(r"\d{4}-\d{2}-\d{2}-\d+", path.stem)}


def _tables(text: str) -> dict[str, Table]:
    """``%NAME[…] = 0 indices < … >``: values by index; what is not listed is 0."""
    tables = {}
    for name, body in re.findall(r"%(\w+)\[[^\]]*\] = 0 indices <(.*?)>", text, flags=re.DOTALL):
        lines = (line.split() for line in body.splitlines())
        tables[name] = {tuple(map(int, words[:-1])): float(words[-1]) for words in lines if words}
    return tables


def _cost(tables: dict[str, Table], held: list[tuple[int, int, int, int]], weeks: int) -> float:
    """Holes, refused requests and numbers of duties."""
    on_duty = Counter((i, w, d) for _, i, w, d in held)
    holes = sum(
        max(0, required - on_duty[i, w, d])
        for (i, d), required in tables["d_bar_duty"].items()
        for w in range(1, weeks + 1)
        if required
    )
    there = set(held)
    working = {(j, w, d) for j, _, w, d in held}
    refused = Counter(j for (j, i, w, d), v in tables["g_req_on"].items() if v and (j, i, w, d) not in there)
    refused.update(j for (j, w, d), v in tables["g_req_off"].items() if v and (j, w, d) in working)
    number = Counter(j for j, *_ in held)
    return (
        HOLE * holes
        + sum(_at(tables["c"], j, refused[j]) for j in {j for j, _ in tables["c"]})
        + sum(_at(tables["c_work"], j, number[j]) for j in {j for j, _ in tables["c_work"]})
    )


def _at(table: Table, physician: int, count: int) -> float:
    """The cost of a count: 0 where it is not listed, the last one beyond the end of the table."""
    last = max(n for j, n in table if j == physician)
    return table.get((physician, min(count, last)), 0.0)


def _misplaced(tables: dict[str, Table], held: list[tuple[int, int, int, int]]) -> Iterator[str]:
    for row, times in Counter(held).items():
        if times > 1:
            yield f"{row} stands {times} times"
    for (j, w, d), times in Counter((j, w, d) for j, _, w, d in set(held)).items():
        if times > 1:
            yield f"physician {j} holds {times} duties on day {d} of week {w}"
    for (i, w, d), people in Counter((i, w, d) for _, i, w, d in held).items():
        if people > tables["d_bar_duty"].get((i, d), 0):
            yield f"duty {i} has {people} physicians on day {d} of week {w}"
    for j, i, w, d in sorted(set(held)):
        if not tables["E_pos"].get((j, i, w, d)):
            yield f"physician {j} may not hold duty {i} on day {d} of week {w}"
        if tables["D_off"].get((j, w, d)):
            yield f"physician {j} is away on day {d} of week {w}"


def _too_close(held: list[tuple[int, int, int, int]]) -> Iterator[str]:
    days: defaultdict[int, set[int]] = defaultdict(set)
    weekends: defaultdict[int, set[int]] = defaultdict(set)
    for j, _, w, d in held:
        days[j].add(7 * w + d)
        if d in WEEKEND:
            weekends[j].add(w)
    for j in sorted(days):
        yield from (f"physician {j} holds duties on days {n} and {n + 1}" for n in days[j] if n + 1 in days[j])
        yield from (f"physician {j} works weekends {w} and {w + 1}" for w in weekends[j] if w + 1 in weekends[j])


FAMILY = Duties()
