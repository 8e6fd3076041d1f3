"""So many duties, or refused wishes, cost each person what their table says."""

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal

from scheduler.facts import Facts, in_force
from scheduler.roster import Roster, roster_of
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.rules.wishes import refusals
from scheduler.terms import Terms, total
from scheduler.words import Said


class CountCost(Rule):
    """For people with rows in the table ``costs``: the cost of their number of duties of the scope, or of refused wishes
    (times their weights). Numbers beyond the table cost as its last row.

    Unit of breach: a point of the table.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["count_cost"] = "count_cost"
    counted: Literal["duties", "refused_wishes"]

    def statement(self) -> Said:
        en, fr = {
            "duties": ("duties", "gardes"),
            "refused_wishes": ("refused wishes", "souhaits refusés"),
        }[self.counted]
        return Said(
            f"Each number of {en} has its price for each person, from the table of costs.",
            f"Chaque nombre de {fr} a son prix pour chacun, d'après la table des coûts.",
        )

    def _table(self, facts: Facts) -> dict[str, list[int]]:
        tables: dict[str, dict[int, int]] = {}
        for row in facts.tables.costs:
            if row.counted == self.counted and self.concerns(facts, row.person):
                tables.setdefault(row.person, {})[row.count] = row.cost
        return {person: [found.get(n, 0) for n in range(max(found) + 1)] for person, found in tables.items()}

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person, table in self._table(facts).items():
            mine = [d for d in board.duties_of(person) if not d.past and self.covers(facts, d)]
            count = total(board.on(person, d) for d in mine)
            if self.counted == "refused_wishes":
                count = Terms()
                for wish in facts.tables.wishes:
                    if wish.person != person or wish.wish not in ("rather_not", "would_like"):
                        continue
                    named = [
                        board.on(person, d)
                        for d in mine
                        if in_force(wish, d.date)
                        and facts.calendar.matches(d.date, wish.days)
                        and (not wish.periods or d.period in wish.periods)
                        and (not wish.lines or d.line in wish.lines)
                    ]
                    refused = total(named) if wish.wish == "rather_not" else Terms(const=1) - board.any_of(named)
                    count = count + refused * wish.weight
            board.priced(count, partial(_price, table), Breach(self.name, person, (self.counted,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person, table in self._table(facts).items():
            duties = [facts.duty_by_id[d] for d in roster.duties_of(person)]
            count = sum(self.covers(facts, d) for d in duties)
            if self.counted == "refused_wishes":
                scope = roster_of((d.id, person) for d in duties if self.covers(facts, d))
                count = sum(refusals(facts, scope, person).values())
            cost = table[-1] if count >= len(table) else table[count]
            if cost:
                yield Breach(self.name, person, (self.counted,), cost)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who = facts.name(breach.subject)
        what = {"duties": ("duties", "gardes"), "refused_wishes": ("refused wishes", "souhaits refusés")}[self.counted]
        return Said(
            f"{who}: the number of {what[0]} costs {breach.amount} points.",
            f"{who} : le nombre de {what[1]} coûte {breach.amount} points.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "by the table",
            {"counted": "duties"},
            "Ana D D",
            7,
            {
                "costs": [
                    {"person": "Ana", "counted": "duties", "count": str(n), "cost": str(c)}
                    for n, c in enumerate((0, 2, 7))
                ]
            },
        ),
        Example(
            "beyond its end",
            {"counted": "duties"},
            "Ana D D D",
            7,
            {
                "costs": [
                    {"person": "Ana", "counted": "duties", "count": str(n), "cost": str(c)}
                    for n, c in enumerate((0, 2, 7))
                ]
            },
        ),
        Example(
            "none costs too",
            {"counted": "duties"},
            "Ana . .",
            5,
            {
                "costs": [
                    {"person": "Ana", "counted": "duties", "count": str(n), "cost": str(c)}
                    for n, c in enumerate((5, 0))
                ]
            },
        ),
        Example(
            "a price with a dent",
            {"counted": "duties"},
            "Ana D D",
            1,
            {
                "costs": [
                    {"person": "Ana", "counted": "duties", "count": str(n), "cost": str(c)}
                    for n, c in enumerate((0, 9, 1, 20))
                ]
            },
        ),
        Example(
            "refused wishes",
            {"counted": "refused_wishes"},
            "Ana D .",
            4,
            {
                "wishes": [{"person": "Ana", "wish": "rather_not"}],
                "costs": [
                    {"person": "Ana", "counted": "refused_wishes", "count": str(n), "cost": str(c)}
                    for n, c in enumerate((0, 4))
                ],
            },
        ),
    )


def _price(table: list[int], count: int) -> int:
    return table[min(count, len(table) - 1)]
