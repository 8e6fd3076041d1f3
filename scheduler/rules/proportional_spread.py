"""Duties are spread in proportion to everybody's fraction of full time."""

from collections.abc import Iterator
from itertools import permutations
from typing import ClassVar, Literal

from scheduler.calendar import days_between
from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import total
from scheduler.words import Said, joined

FULL_TIME = 100


class ProportionalSpread(Rule):
    """Between any two people of a peer group (or of the territory), duties of the scope within the horizon are in proportion
    to their fractions of full time: the furthest pair counts, by ``|fraction × other's duties - other's fraction × duties|``
    (fractions as per cent, on average over the horizon; who has none is not compared).

    Unit of breach: each 100 of it begun, in a group: between two full-timers, a duty.
    """

    TIER: ClassVar[str] = "evenness"
    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["proportional_spread"] = "proportional_spread"
    by: Literal["peer_group", "territory"] = "peer_group"

    def statement(self) -> Said:
        which = joined((*self.periods, *self.lines, *self.days))
        which = f" ({which})" if which else ""
        return Said(
            f"The duties{which} of any two people are in proportion to their fractions of full time.",
            f"Les gardes{which} de deux personnes quelconques sont proportionnelles à leurs quotités.",
        )

    def _group(self, facts: Facts, person_id: str) -> str:
        return facts.peer_group(person_id) if self.by == "peer_group" else "territory"

    def _table(self, facts: Facts) -> dict[str, dict[str, int]]:
        """Fractions of full time by group and person."""
        days = list(days_between(facts.territory.first_day, facts.territory.last_day))
        groups: dict[str, dict[str, int]] = {}
        for person in facts.people:
            percent = sum(facts.percent_of(person.id, day) for day in days) // len(days)
            if percent and self.concerns(facts, person.id):
                groups.setdefault(self._group(facts, person.id), {})[person.id] = percent
        return groups

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        groups: dict[str, list[str]] = {}
        for person in facts.people:
            groups.setdefault(facts.peer_group(person.id) if self.by == "peer_group" else "", []).append(person.id)
        for people in groups.values():
            yield tuple(people)

    def encode(self, board: Board) -> None:
        facts = board.facts
        for group, percents in self._table(facts).items():
            number = {}
            for person in percents:
                mine = [d for d in board.duties_of(person) if not d.past and self.covers(facts, d)]
                number[person] = board.count(total(board.on(person, duty) for duty in mine))
            apart = [
                number[other] * percents[person] - number[person] * percents[other]
                for person, other in permutations(percents, 2)
            ]
            board.worst(apart, Breach(self.name, group), per=FULL_TIME)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for group, percents in self._table(facts).items():
            number = {
                person: sum(self.covers(facts, facts.duty_by_id[duty]) for duty in roster.duties_of(person))
                for person in percents
            }
            furthest = max(
                abs(percents[one] * number[other] - percents[other] * number[one])
                for one in percents
                for other in percents
            )
            if furthest:
                yield Breach(self.name, group, (), (furthest + FULL_TIME - 1) // FULL_TIME)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        return Said(
            f"{breach.subject}: two people are {breach.amount} duties of a full-timer away from their proportion.",
            f"{breach.subject} : deux personnes s'écartent de {breach.amount} gardes d'un temps plein de leur proportion.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("as many each", {}, "Ana D .\nBob . D", 0),
        Example("one more", {}, "Ana D D .\nBob . . D", 1),
        Example("three more than one of the others", {}, "Ana D D D .\nBob . . . D\nCol . . . .", 3),
        Example("only the scope counts", {"periods": "night"}, "Ana D D .\nBob . . N", 1),
        Example("what is past does not count", {}, "Ana D D | D .\nBob . . | . D", 0),
        Example(
            "half a duty is one begun",
            {},
            "Ana D .\nBob . .",
            1,
            {"engagements": [{"person": "Bob", "percent": "50"}]},
        ),
        Example(
            "two to one, with a half-timer",
            {},
            "Ana D D .\nBob . . D",
            0,
            {"engagements": [{"person": "Bob", "percent": "50"}]},
        ),
        Example(
            "just above a whole duty",
            {},
            "Ana D D .\nBob . . D",
            2,
            {"engagements": [{"person": "Bob", "percent": "100"}, {"person": "Ana", "percent": "99"}]},
        ),
        Example(
            "groups are not compared",
            {},
            "Ana D D .\nBob . . .",
            0,
            {"people": [{"id": "Ana", "peer_group": "a"}]},
        ),
        Example(
            "unless one asks for it",
            {"by": "territory"},
            "Ana D D .\nBob . . .",
            2,
            {"people": [{"id": "Ana", "peer_group": "a"}]},
        ),
        Example(
            "who has no fraction is not compared",
            {},
            "Ana D D .\nBob . . .",
            0,
            {"engagements": [{"person": "Bob", "percent": "0"}]},
        ),
    )
