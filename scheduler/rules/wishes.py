"""Wishes are granted as far as possible, first to those who were refused before."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from scheduler.facts import Duty, Facts, in_force
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.tables import Wish
from scheduler.terms import Terms, total
from scheduler.words import Said


class Wishes(Rule):
    """``rather_not`` is refused once for each duty it names that the person holds, ``would_like`` once if they hold none of
    those it names, each times its weight. The v-th refusal of somebody refused m times before counts m + v; where
    refusals are not ``growing`` each counts one.

    Unit of breach: such a count, added up over a person's refusals.
    """

    TIER: ClassVar[str] = "wishes"
    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["wishes"] = "wishes"
    growing: bool = Field(True, description="a refusal counts more than the one before; no = each the same")

    def statement(self) -> Said:
        if not self.growing:
            return Said("Wishes are granted as far as possible.", "Les souhaits sont exaucés autant que possible.")
        return Said(
            "Wishes are granted as far as possible; who was refused before comes first.",
            "Les souhaits sont exaucés autant que possible ; qui en a vu refuser passe d'abord.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        refused_before = {row.person: row.refused for row in facts.tables.balances}
        wishes: dict[str, list[Wish]] = {}
        for wish in facts.tables.wishes:
            if wish.wish in ("rather_not", "would_like") and self.concerns(facts, wish.person):
                wishes.setdefault(wish.person, []).append(wish)
        for person, asked in wishes.items():
            mine = sorted((d for d in board.duties_of(person) if not d.past), key=lambda duty: duty.date)
            dates = [duty.date for duty in mine]
            parts: list[Terms] = []
            for wish in asked:
                first = bisect_left(dates, wish.first_day) if wish.first_day else 0
                last = bisect_right(dates, wish.last_day) if wish.last_day else len(dates)
                named = [
                    board.on(person, duty)
                    for duty in mine[first:last]
                    if (not wish.lines or duty.line in wish.lines)
                    and (not wish.periods or duty.period in wish.periods)
                    and facts.calendar.matches(duty.date, wish.days)
                ]
                refused = total(named) if wish.wish == "rather_not" else Terms(const=1) - board.any_of(named)
                if self.growing:
                    parts.append(refused * wish.weight)
                else:
                    board.at_most(0, refused, Breach(self.name, person), times=wish.weight)
            if self.growing:
                price = partial(_price, refused_before.get(person, 0))
                board.priced(total(parts), price, Breach(self.name, person))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        memory = {row.person: row.refused for row in facts.tables.balances}
        asked = {wish.person for wish in facts.tables.wishes}
        for person in facts.people:
            if person.id in asked and self.concerns(facts, person.id):
                count = sum(refusals(facts, roster, person.id).values())
                if count:
                    growing = sum(memory.get(person.id, 0) + v for v in range(1, count + 1))
                    yield Breach(self.name, person.id, (), growing if self.growing else count)

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
        Example(
            "refusals that each count the same",
            {"growing": False},
            "Ana D D",
            7,
            {
                "wishes": [
                    {"person": "Ana", "wish": "rather_not", "weight": "2"},
                    {"person": "Ana", "wish": "would_like", "periods": "night", "weight": "3"},
                ],
                "balances": [{"person": "Ana", "refused": "3"}],
            },
        ),
        Example("a line only", {}, "Ana D N", 1, {"wishes": [{"person": "Ana", "wish": "rather_not", "lines": "N"}]}),
    )


def _price(before: int, count: int) -> int:
    return count * before + count * (count + 1) // 2


def named(facts: Facts, wish: Wish, duty: Duty) -> bool:
    """Whether a wish speaks of a duty."""
    return (
        in_force(wish, duty.date)
        and (not wish.lines or duty.line in wish.lines)
        and (not wish.periods or duty.period in wish.periods)
        and facts.calendar.matches(duty.date, wish.days)
    )


def refusals(facts: Facts, roster: Roster, person_id: str) -> dict[int, int]:
    """How often each wish of a person is refused, times its weight, by the row of the table; granted ones left out."""
    mine = sorted((facts.duty_by_id[duty] for duty in roster.duties_of(person_id)), key=lambda duty: duty.date)
    dates = [duty.date for duty in mine]
    found: dict[int, int] = {}
    for row, wish in facts.wishes_by_person.get(person_id, ()):
        if wish.wish in ("cannot", "only"):
            continue
        first = bisect_left(dates, wish.first_day) if wish.first_day else 0
        last = bisect_right(dates, wish.last_day) if wish.last_day else len(dates)
        hits = [duty for duty in mine[first:last] if named(facts, wish, duty)]
        times = len(hits) if wish.wish == "rather_not" else int(not hits)
        if times:
            found[row] = times * wish.weight
    return found
