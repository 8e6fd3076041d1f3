"""Nobody is sent too far from home."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class TravelLimit(Rule):
    """At most ``minutes`` from home to the site, when the travel table knows the way.

    Unit of breach: an assignment.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("too far away", "trop loin")
    kind: Literal["travel_limit"] = "travel_limit"
    minutes: Annotated[int, Field(ge=0, le=600)]

    def statement(self) -> Said:
        return Said(
            f"Nobody travels more than {self.minutes} min from home to a duty.",
            f"Personne ne fait plus de {self.minutes} min de trajet pour une garde.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for duty in facts.duties:
            if not self.covers(facts, duty):
                continue
            for person in board.candidates(duty):
                for site in duty.sites:
                    way = facts.minutes_between(facts.person_by_id[person].home, site)
                    if way is not None and way > self.minutes and self.concerns(facts, person):
                        board.never(person, duty, site, Breach(self.name, person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            way = facts.minutes_between(facts.person_by_id[person].home, site_of(duty, roster))
            if self.concerns(facts, person) and self.covers(facts, duty) and (way or 0) > self.minutes:
                yield Breach(self.name, person, (duty_id,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{who} would travel more than {self.minutes} min to {duty.en}.",
            f"{who} ferait plus de {self.minutes} min de trajet pour {duty.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "as far as it may be",
            {"minutes": 45},
            "Ana D",
            0,
            {"people": [{"id": "Ana", "home": "v"}], "travel": [{"origin": "v", "destination": "H", "minutes": "45"}]},
        ),
        Example(
            "a minute more",
            {"minutes": 45},
            "Ana D",
            1,
            {"people": [{"id": "Ana", "home": "v"}], "travel": [{"origin": "v", "destination": "H", "minutes": "46"}]},
        ),
        Example(
            "one site is near, the other is not",
            {"minutes": 45},
            "Ana P p",
            1,
            {
                "people": [{"id": "Ana", "home": "c1"}],
                "travel": [{"origin": "c1", "destination": "c2", "minutes": "46"}],
            },
        ),
    )
