"""The most loaded person is as little above the fair share as possible."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.fairness import carried, fair_shares, loads
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import Terms, total
from scheduler.words import Said, said_hundredths


class WorstOff(Rule):
    """Load plus carried balance minus fair share, of whoever is worst off in each peer group (or in the territory).

    Unit of breach: a hundredth of a point above the fair share, of the worst-off of one group.
    """

    TIER: ClassVar[str] = "worst_off"
    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["worst_off"] = "worst_off"
    by: Literal["peer_group", "territory"] = "peer_group"

    def statement(self) -> Said:
        return Said(
            "The most loaded person of each group is as little above the fair share as possible.",
            "La personne la plus chargée de chaque groupe dépasse le moins possible sa juste part.",
        )

    def _group(self, facts: Facts, person_id: str) -> str:
        return facts.peer_group(person_id) if self.by == "peer_group" else "territory"

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        groups: dict[str, list[str]] = {}
        for person in facts.people:
            groups.setdefault(facts.peer_group(person.id) if self.by == "peer_group" else "", []).append(person.id)
        for people in groups.values():
            yield tuple(people)

    def encode(self, board: Board) -> None:
        facts = board.facts
        shares, before = fair_shares(facts)["points"], carried(facts)["points"]
        groups: dict[str, list[Terms]] = {}
        for person in facts.people:
            if self.concerns(facts, person.id):
                mine = [d for d in board.duties_of(person.id) if not d.past and d.points]
                load = total(board.on(person.id, d) * d.points for d in mine)
                above = load + Terms(const=before[person.id] - shares[person.id])
                groups.setdefault(self._group(facts, person.id), []).append(above)
        for group, parts in groups.items():
            board.worst(parts, Breach(self.name, group))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        shares, before, load = fair_shares(facts)["points"], carried(facts)["points"], loads(facts, roster)["points"]
        worst: dict[str, int] = {}
        for person in facts.people:
            if self.concerns(facts, person.id):
                above = load[person.id] + before[person.id] - shares[person.id]
                group = self._group(facts, person.id)
                worst[group] = max(worst.get(group, 0), above)
        for group, above in worst.items():
            if above:
                yield Breach(self.name, group, (), above)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        points = said_hundredths(breach.amount)
        return Said(
            f"The most loaded of {breach.subject} is {points.en} points above the fair share.",
            f"La personne la plus chargée de {breach.subject} est à {points.fr} points au-dessus de sa juste part.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("shared", {}, "Ana D .\nBob . D", 0, {"lines": [{"id": "D", "needed": "1"}]}),
        Example("one carries both", {}, "Ana D D\nBob . .", 100, {"lines": [{"id": "D", "needed": "1"}]}),
        Example(
            "and brings a balance",
            {},
            "Ana D D\nBob . .",
            150,
            {"lines": [{"id": "D", "needed": "1"}], "balances": [{"person": "Ana", "points": "0.5"}]},
        ),
        Example(
            "a half-timer's share is half",
            {},
            "Ana D . .\nBob . D D",
            0,
            {"lines": [{"id": "D", "needed": "1"}], "engagements": [{"person": "Ana", "percent": "50"}]},
        ),
        Example(
            "absent people have a smaller share",
            {},
            "Ana . . .\nBob D D D",
            0,
            {
                "lines": [{"id": "D", "needed": "1"}],
                "absences": [{"person": "Ana", "first_day": "2027-03-01", "last_day": "2027-03-03"}],
            },
        ),
    )
