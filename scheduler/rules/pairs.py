"""Two people serve together, or apart."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.terms import Terms
from scheduler.words import Said


class Pairs(Rule):
    """For each pair of the table, on every date: both or neither start a duty (``together``), or not both (``apart``), on
    the pair's lines.

    Unit of breach: a date.
    """

    SEES: ClassVar[Sees] = "days"
    STOPS: ClassVar[Said | None] = Said("kept apart from somebody on duty", "à séparer d'une personne de garde")
    kind: Literal["pairs"] = "pairs"

    def statement(self) -> Said:
        return Said(
            "People who asked to serve together do, people to be kept apart are.",
            "Les binômes demandés sont de garde ensemble, ceux à séparer ne le sont pas.",
        )

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        for row in facts.tables.pairs:
            yield row.first, row.second

    def encode(self, board: Board) -> None:
        facts = board.facts
        for pair in facts.tables.pairs:
            mine: dict[date, tuple[list[Terms], list[Terms]]] = {}
            for side, person in enumerate((pair.first, pair.second)):
                for duty in board.duties_of(person):
                    if not duty.past and self.covers(facts, duty) and (not pair.lines or duty.line in pair.lines):
                        mine.setdefault(duty.date, ([], []))[side].append(board.on(person, duty))
            for day, (ones, others) in mine.items():
                one, other = board.any_of(ones), board.any_of(others)
                breach = Breach(self.name, pair.first, (pair.second, day.isoformat()))
                if pair.mode == "apart":
                    board.at_most(1, one + other, breach)
                else:
                    board.at_most(0, one - other, breach)
                    board.at_most(0, other - one, breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for pair in facts.tables.pairs:
            first, second = (
                {
                    d.date
                    for d in (facts.duty_by_id[duty_id] for duty_id in roster.duties_of(person))
                    if self.covers(facts, d) and (d.line in pair.lines or not pair.lines)
                }
                for person in (pair.first, pair.second)
            )
            for day in sorted(first & second if pair.mode == "apart" else first ^ second):
                yield Breach(self.name, pair.first, (pair.second, day.isoformat()))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        one, other = facts.name(breach.subject), facts.name(breach.where[0])
        return Said(
            f"{one} and {other} on {breach.where[1]} are not as asked (together or apart).",
            f"{one} et {other} le {breach.where[1]} ne sont pas comme demandé (ensemble ou séparés).",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "together", {}, "Ana D .\nBob C .", 0, {"pairs": [{"first": "Ana", "second": "Bob", "mode": "together"}]}
        ),
        Example(
            "one alone", {}, "Ana D .\nBob . C", 2, {"pairs": [{"first": "Ana", "second": "Bob", "mode": "together"}]}
        ),
        Example("apart", {}, "Ana D .\nBob . C", 0, {"pairs": [{"first": "Ana", "second": "Bob", "mode": "apart"}]}),
        Example(
            "on the same day after all",
            {},
            "Ana D .\nBob C .",
            1,
            {"pairs": [{"first": "Ana", "second": "Bob", "mode": "apart"}]},
        ),
        Example(
            "on other lines they may",
            {},
            "Ana D .\nBob C .",
            0,
            {"pairs": [{"first": "Ana", "second": "Bob", "mode": "apart", "lines": "N"}]},
        ),
    )
