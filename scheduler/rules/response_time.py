"""Somebody on call lives near enough."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class ResponseTime(Rule):
    """From home to the duty's site in at most the line's ``response_minutes``.

    A way that the travel table does not know is too long: in an emergency nobody guesses.
    Unit of breach: an assignment.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("too far away", "trop loin")
    kind: Literal["response_time"] = "response_time"

    def statement(self) -> Said:
        return Said(
            "Whoever is on call from home reaches the site within the line's response time.",
            "Qui est d'astreinte à domicile rejoint le site dans le délai de la ligne.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for duty in facts.duties:
            limit = facts.line_by_id[duty.line].response_minutes
            if limit is None:
                continue
            for person in board.candidates(duty):
                for site in duty.sites:
                    way = facts.minutes_between(facts.person_by_id[person].home, site)
                    if way is None or way > limit:
                        board.never(person, duty, site, Breach(self.name, person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            limit = facts.line_by_id[duty.line].response_minutes
            way = facts.minutes_between(facts.person_by_id[person].home, site_of(duty, roster))
            if limit is not None and (way is None or limit < way):
                yield Breach(self.name, person, (duty_id,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.duty_by_id[breach.where[0]], facts.name(breach.subject)
        limit, said = facts.line_by_id[duty.line].response_minutes, facts.said_duty(duty.id)
        return Said(
            f"{who} lives more than {limit} min away from {said.en}.",
            f"{who} habite à plus de {limit} min de {said.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "just near enough",
            {},
            "Ana C",
            0,
            {
                "people": [{"id": "Ana", "home": "v"}],
                "lines": [{"id": "C", "response_minutes": "30"}],
                "travel": [{"origin": "v", "destination": "c1", "minutes": "30"}],
            },
        ),
        Example(
            "a minute too far",
            {},
            "Ana C",
            1,
            {
                "people": [{"id": "Ana", "home": "v"}],
                "lines": [{"id": "C", "response_minutes": "29"}],
                "travel": [{"origin": "v", "destination": "c1", "minutes": "30"}],
            },
        ),
        Example(
            "nobody knows",
            {},
            "Ana C",
            1,
            {"people": [{"id": "Ana", "home": "v"}], "lines": [{"id": "C", "response_minutes": "29"}]},
        ),
        Example(
            "next door",
            {},
            "Ana C",
            0,
            {"people": [{"id": "Ana", "home": "c1"}], "lines": [{"id": "C", "response_minutes": "0"}]},
        ),
        Example(
            "near one site of the choice",
            {},
            "Ana P p",
            1,
            {
                "people": [{"id": "Ana", "home": "c1"}],
                "lines": [{"id": "P", "response_minutes": "20"}],
                "travel": [{"origin": "c1", "destination": "K", "minutes": "25"}],
            },
        ),
    )
