"""Each duty costs what the table says of its line for its holder."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import total
from scheduler.words import Said


class LineCost(Rule):
    """For people and lines with a row in the table ``line_costs``: that cost for each duty of the line.

    Unit of breach: a point of the table.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["line_cost"] = "line_cost"

    def statement(self) -> Said:
        return Said(
            "People are on the lines that suit them, by the table of preferences.",
            "Chacun est sur les lignes qui lui conviennent, d'après la table des préférences.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        costs: dict[str, dict[str, int]] = {}
        for row in facts.tables.line_costs:
            if self.concerns(facts, row.person):
                costs.setdefault(row.person, {})[row.line] = row.cost
        for person, cost in costs.items():
            mine = [d for d in board.duties_of(person) if not d.past and d.line in cost and self.covers(facts, d)]
            board.at_most(0, total(board.on(person, d) * cost[d.line] for d in mine), Breach(self.name, person))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for row in facts.tables.line_costs:
            held = [facts.duty_by_id[duty] for duty in roster.duties_of(row.person)]
            number = sum(duty.line == row.line and self.covers(facts, duty) for duty in held)
            if number and row.cost and self.concerns(facts, row.person):
                yield Breach(self.name, row.person, (row.line,), number * row.cost)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, line = facts.name(breach.subject), facts.name(breach.where[0])
        return Said(
            f"{who} on {line} costs {breach.amount} points.",
            f"{who} sur {line} coûte {breach.amount} points.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "two of one line, one of another",
            {},
            "Ana D D N",
            7,
            {"line_costs": [{"person": "Ana", "line": "D", "cost": "2"}, {"person": "Ana", "line": "N", "cost": "3"}]},
        ),
        Example("somebody else", {}, "Ana .\nBob D", 0, {"line_costs": [{"person": "Ana", "line": "D", "cost": "2"}]}),
        Example("what is past", {}, "Ana D | .", 0, {"line_costs": [{"person": "Ana", "line": "D", "cost": "2"}]}),
        Example(
            "only the scope",
            {"days": "tue"},
            "Ana D D",
            2,
            {"line_costs": [{"person": "Ana", "line": "D", "cost": "2"}]},
        ),
    )
