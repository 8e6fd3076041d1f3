"""What was decided by hand stands."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts, duty_id
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class Pins(Rule):
    """A pinned person holds the duty (or does not, where ``held`` is no); a pinned site hosts it.

    Unit of breach: a pin.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("taken off it by hand", "avec un retrait décidé à la main")
    kind: Literal["pins"] = "pins"

    def statement(self) -> Said:
        return Said("What was decided by hand stands.", "Ce qui a été décidé à la main est maintenu.")

    def encode(self, board: Board) -> None:
        for pin in board.facts.tables.pins:
            duty = board.facts.duty_by_id[duty_id(pin.line, pin.date, pin.period)]
            if pin.person:
                on, breach = board.on(pin.person, duty), Breach(self.name, pin.person, (duty.id,))
                if pin.held:
                    board.at_least(1, on, breach)
                else:
                    board.never(pin.person, duty, None, breach)
            if pin.site:
                board.at_least(1, board.at(duty, pin.site), Breach(self.name, duty.id, (duty.id, pin.site)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for pin in facts.tables.pins:
            duty = facts.duty_by_id[f"{pin.line}.{pin.date.isoformat()}.{pin.period}"]
            if pin.person and (pin.person in roster.people_on(duty.id)) is not pin.held:
                yield Breach(self.name, pin.person, (duty.id,))
            if pin.site and site_of(duty, roster) != pin.site:
                yield Breach(self.name, duty.id, (duty.id, pin.site))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{duty.en}: {who} is not as decided by hand.", f"{duty.fr} : {who} n'est pas comme décidé à la main."
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "kept", {}, "Ana D", 0, {"pins": [{"line": "D", "date": "2027-03-01", "period": "day", "person": "Ana"}]}
        ),
        Example(
            "not kept",
            {},
            "Ana .\nBob D",
            1,
            {"pins": [{"line": "D", "date": "2027-03-01", "period": "day", "person": "Ana"}]},
        ),
        Example(
            "kept off",
            {},
            "Ana .\nBob D",
            0,
            {"pins": [{"line": "D", "date": "2027-03-01", "period": "day", "person": "Ana", "held": "no"}]},
        ),
        Example(
            "not kept off",
            {},
            "Ana D",
            1,
            {"pins": [{"line": "D", "date": "2027-03-01", "period": "day", "person": "Ana", "held": "no"}]},
        ),
        Example(
            "a site decided by hand",
            {},
            "Ana p",
            0,
            {"pins": [{"line": "P", "date": "2027-03-01", "period": "night", "site": "K"}]},
        ),
        Example(
            "at the other site",
            {},
            "Ana P",
            1,
            {"pins": [{"line": "P", "date": "2027-03-01", "period": "night", "site": "K"}]},
        ),
    )
