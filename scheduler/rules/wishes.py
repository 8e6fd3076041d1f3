"""Wishes are granted as far as possible, first to those who were refused before."""

from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal

from scheduler.facts import Facts, in_force
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import Terms, total
from scheduler.words import Said


class Wishes(Rule):
    """``rather_not`` is refused once for each duty it names that the person holds, ``would_like`` once if they hold none of
    those it names, each times its weight. The v-th refusal of somebody refused m times before counts m + v.

    Unit of breach: such a count, added up over a person's refusals.
    """

    TIER: ClassVar[str] = "wishes"
    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["wishes"] = "wishes"

    def statement(self) -> Said:
        return Said(
            "Wishes are granted as far as possible; who was refused before comes first.",
            "Les souhaits sont exaucés autant que possible ; qui en a vu refuser passe d'abord.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        refused_before = {row.person: row.refused for row in facts.tables.balances}
        refusals: dict[str, list[Terms]] = {}
        for wish in facts.tables.wishes:
            if wish.wish not in ("rather_not", "would_like") or not self.concerns(facts, wish.person):
                continue
            named = [
                board.on(wish.person, duty)
                for duty in board.duties_of(wish.person)
                if not duty.past
                and in_force(wish, duty.date)
                and facts.calendar.matches(duty.date, wish.days)
                and (not wish.periods or duty.period in wish.periods)
                and (not wish.lines or duty.line in wish.lines)
            ]
            refused = total(named) if wish.wish == "rather_not" else Terms(const=1) - board.any_of(named)
            refusals.setdefault(wish.person, []).append(refused * wish.weight)
        for person, parts in refusals.items():
            before = refused_before.get(person, 0)
            board.priced(
                total(parts),
                partial(_price, before),
                Breach(self.name, person),
            )

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        memory = {row.person: row.refused for row in facts.tables.balances}
        for person in facts.people:
            if self.concerns(facts, person.id):
                count = sum(refusals(facts, roster, person.id).values())
                if count:
                    amount = sum(memory.get(person.id, 0) + v for v in range(1, count + 1))
                    yield Breach(self.name, person.id, (), amount)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who = facts.name(breach.subject)
        return Said(f"{who} has wishes refused.", f"{who} a des souhaits refusés.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "rather not on Mondays",
            {},
            "Ana . D",
            0,
            {"wishes": [{"person": "Ana", "wish": "rather_not", "days": "mon"}]},
        ),
        Example(
            "on duty all the same",
            {},
            "Ana D .",
            1,
            {"wishes": [{"person": "Ana", "wish": "rather_not", "days": "mon"}]},
        ),
        Example(
            "a second refusal counts double", {}, "Ana D D", 3, {"wishes": [{"person": "Ana", "wish": "rather_not"}]}
        ),
        Example(
            "refused before",
            {},
            "Ana D .",
            4,
            {"wishes": [{"person": "Ana", "wish": "rather_not"}], "balances": [{"person": "Ana", "refused": "3"}]},
        ),
        Example(
            "would like a night",
            {},
            "Ana . N",
            0,
            {"wishes": [{"person": "Ana", "wish": "would_like", "periods": "night"}]},
        ),
        Example(
            "and has none", {}, "Ana D .", 1, {"wishes": [{"person": "Ana", "wish": "would_like", "periods": "night"}]}
        ),
        Example(
            "that mattered more",
            {},
            "Ana D .",
            3,
            {"wishes": [{"person": "Ana", "wish": "would_like", "periods": "night", "weight": "2"}]},
        ),
        Example(
            "until a date, inclusive",
            {},
            "Ana D D",
            1,
            {"wishes": [{"person": "Ana", "wish": "rather_not", "last_day": "2027-03-01"}]},
        ),
        Example("a line only", {}, "Ana D N", 1, {"wishes": [{"person": "Ana", "wish": "rather_not", "lines": "N"}]}),
    )


def _price(before: int, count: int) -> int:
    return count * before + count * (count + 1) // 2


def refusals(facts: Facts, roster: Roster, person_id: str) -> dict[int, int]:
    """How often each wish of a person is refused, times its weight, by the row of the table; granted ones left out."""
    mine = [facts.duty_by_id[duty] for duty in roster.duties_of(person_id)]
    found: dict[int, int] = {}
    for row, wish in enumerate(facts.tables.wishes):
        if wish.person != person_id or wish.wish in ("cannot", "only"):
            continue
        hits = [
            duty
            for duty in mine
            if (wish.first_day or duty.date) <= duty.date <= (wish.last_day or duty.date)
            and (not wish.lines or duty.line in wish.lines)
            and (not wish.periods or duty.period in wish.periods)
            and facts.calendar.matches(duty.date, wish.days)
        ]
        times = len(hits) if wish.wish == "rather_not" else int(not hits)
        if times:
            found[row] = times * wish.weight
    return found
