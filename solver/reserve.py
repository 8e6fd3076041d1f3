"""The optional reserve line: one person a day who could take over most of what would fall with its holder."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ortools.graph.python import min_cost_flow

from scheduler.moves import Bench, fragile

MOST_DAYS = 4
"""Reserve days that one person is asked for at most; a territory may say otherwise."""


@dataclass(frozen=True, slots=True)
class OnReserve:
    """One person on one day, and the fragile duties they could take."""

    day: date
    person: str
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reserve:
    """A reserve line for the days on which a duty has hardly anybody to replace its holder."""

    days: tuple[OnReserve, ...]
    fragile: int
    """Duties that at most ``most`` others could take …"""
    covered: int
    """… and how many of them the person on reserve could; no other choice of one person a day covers more (a flow)."""


def reserve(bench: Bench, *, most: int = 1, days_each: int = MOST_DAYS) -> Reserve:
    """Who should be on reserve on which day, so that as many fragile duties as possible have somebody behind them.

    A duty is fragile when at most ``most`` others could take it as the rota stands; one of those is kept free for it. One
    person a day, each at most ``days_each`` days; of choices as good, those further below their fair share.
    """
    weak, facts = fragile(bench, most), bench.scenario.facts
    able: defaultdict[tuple[date, str], list[str]] = defaultdict(list)
    for one in weak:
        for person in one.replacements:
            able[facts.duty_by_id[one.duty].date, person].append(one.duty)
    chosen = _chosen(able, {person: bench.beyond(person) for _, person in able}, days_each)
    found = tuple(OnReserve(day, person, tuple(able[day, person])) for day, person in chosen)
    return Reserve(found, len(weak), sum(len(one.duties) for one in found))


def _chosen(
    able: Mapping[tuple[date, str], list[str]], beyond: Mapping[str, int], days_each: int
) -> list[tuple[date, str]]:
    """The assignment of one person a day that covers most: a flow from days to people, so whole numbers come by themselves."""
    days, people = sorted({day for day, _ in able}), sorted({person for _, person in able})
    if not days:
        return []
    rank = {person: n for n, person in enumerate(sorted(people, key=lambda p: (beyond[p], p)))}
    flow = min_cost_flow.SimpleMinCostFlow()
    source, sink = len(days) + len(people), len(days) + len(people) + 1
    arcs = {}
    for n, day in enumerate(days):
        flow.add_arc_with_capacity_and_unit_cost(source, n, 1, 0)
        # Nobody on that day is better than somebody who covers nothing.
        flow.add_arc_with_capacity_and_unit_cost(n, sink, 1, 0)
        for m, person in enumerate(people):
            if able.get((day, person)):
                cost = -len(able[day, person]) * len(people) * len(days) + rank[person]
                arcs[flow.add_arc_with_capacity_and_unit_cost(n, len(days) + m, 1, cost)] = (day, person)
    for m in range(len(people)):
        flow.add_arc_with_capacity_and_unit_cost(len(days) + m, sink, days_each, 0)
    flow.set_node_supply(source, len(days))
    flow.set_node_supply(sink, -len(days))
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("one person a day, or nobody, is always possible")
    return sorted(pair for arc, pair in arcs.items() if flow.flow(arc))
