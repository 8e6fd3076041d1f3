"""Whom one would rather keep away from a department is elsewhere, or off."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from scheduler.cells import Words
from scheduler.facts import Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, held
from scheduler.terms import Terms
from scheduler.words import Said


class Exposure(Rule):
    """For people with rows in the table ``exposures`` who hold a duty within the horizon: the cost of the department where they
    are last, the past included; the dearest, when the last day has several. ``passing`` sites do not count.

    Unit of breach: a point of the table.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["exposure"] = "exposure"
    passing: Words = Field((), description="sites that do not count: common rooms, an emergency desk")

    def statement(self) -> Said:
        return Said(
            "Those who should be kept from a department are elsewhere, or off.",
            "Ceux que l'on veut tenir à l'écart d'un service sont ailleurs, ou au repos.",
        )

    def _table(self, facts: Facts) -> dict[str, dict[str, int]]:
        """Costs by person and site."""
        costs: dict[str, dict[str, int]] = {}
        for row in facts.tables.exposures:
            if self.concerns(facts, row.person):
                sites = [s.id for s in facts.tables.sites if s.department == row.department]
                costs.setdefault(row.person, {}).update(dict.fromkeys(sites, row.cost))
        return costs

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person, costs in self._table(facts).items():
            works: list[Terms] = []
            days: dict[date, list[Terms]] = {}
            dear: dict[date, dict[int, list[Terms]]] = {}
            past = []
            for duty in board.duties_of(person):
                if not self.covers(facts, duty):
                    continue
                if duty.past:
                    past += [duty] if duty.sites[0] not in self.passing else []
                    continue
                on = board.on(person, duty)
                works.append(on)
                for site in duty.sites:
                    if site not in self.passing:
                        there = board.both(on, board.at(duty, site))
                        days.setdefault(duty.date, []).append(there)
                        dear.setdefault(duty.date, {}).setdefault(costs.get(site, 0), []).append(there)
            parts, later = [], Terms()
            for day in sorted(days, reverse=True):
                parts += [(board.any_of(found) - later) * cost for cost, found in dear[day].items() if cost]
                later = later + board.any_of(days[day])
            known = max((costs.get(d.sites[0], 0) for d in past if d.date == past[-1].date), default=0)
            parts += [(board.any_of(works) - later) * known] if known else []
            if parts:
                board.worst(parts, Breach(self.name, person))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person, costs in self._table(facts).items():
            mine = [duty for duty in held(facts, roster, person) if self.covers(facts, duty)]
            if not any(not duty.past for duty in mine):
                continue
            sites = [(d.date, d.sites[0] if d.past else site_of(d, roster)) for d in mine]
            counted = [(day, site) for day, site in sites if site not in self.passing]
            last = max((day for day, _ in counted), default=None)
            cost = max((costs.get(site, 0) for day, site in counted if day == last), default=0)
            if cost:
                yield Breach(self.name, person, (), cost)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who = facts.name(breach.subject)
        return Said(
            f"{who} is where one would rather not see them: {breach.amount} points.",
            f"{who} est là où on préférerait l'éviter : {breach.amount} points.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "the last place counts",
            {},
            "Ana D D S",
            2,
            {
                "sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}],
                "exposures": [
                    {"person": "Ana", "department": "a", "cost": "1"},
                    {"person": "Ana", "department": "b", "cost": "2"},
                ],
            },
        ),
        Example(
            "the place before the horizon, for who works",
            {"passing": ["K"]},
            "Ana D | S\nBob D | .",
            1,
            {
                "sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}],
                "exposures": [
                    {"person": "Ana", "department": "a", "cost": "1"},
                    {"person": "Bob", "department": "a", "cost": "1"},
                ],
            },
        ),
        Example(
            "the dearest of the last day",
            {},
            "Ana DS .",
            2,
            {
                "sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}],
                "exposures": [
                    {"person": "Ana", "department": "a", "cost": "1"},
                    {"person": "Ana", "department": "b", "cost": "2"},
                ],
            },
        ),
        Example(
            "back where it costs nothing",
            {},
            "Ana S D",
            0,
            {
                "sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}],
                "exposures": [{"person": "Ana", "department": "b", "cost": "2"}],
            },
        ),
    )
