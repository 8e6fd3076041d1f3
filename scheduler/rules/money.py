"""Indemnities cost as little as possible."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Literal

from scheduler.facts import Facts
from scheduler.pay import pay_of, statement_of
from scheduler.pay_terms import extra_terms
from scheduler.roster import Roster, roster_of
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.words import Said, said_hundredths


def _night(amount: str, **more: str) -> dict[str, Any]:
    row = {"scheme": "pdses", "status": "consultant", "modality": "on_site", "period": "whole_night"}
    return {**row, "amount": amount, "valid_from": "2024-01-01", "legal_ref": "-", **more}


_EXTRA: dict[str, list[dict[str, Any]]] = {
    "tariffs": [
        _night("100"),
        _night("60.03", item="additional_time"),
        _night("30.01", item="additional_time", period="saturday_afternoon"),
    ]
}


def _within(halves: int, contract: str = "yes") -> dict[str, list[dict[str, Any]]]:
    row = {"person": "Ana", "site": "H", "status": "consultant", "extra_time": contract, "service_halves": str(halves)}
    return {"engagements": [row]}


class Money(Rule):
    """What the assignments pay by the tariffs in force, additional time included; what no tariff prices counts nothing
    here and is reported apart.

    Unit of breach: a cent.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["money"] = "money"

    def statement(self) -> Said:
        return Said("At the same quality, the rota costs little.", "À qualité égale, le tableau coûte peu.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            for duty in board.duties_of(person.id):
                if duty.past or not self.covers(facts, duty):
                    continue
                on = board.on(person.id, duty)
                amounts = [pay_of(facts, person.id, duty, site) for site in duty.sites]
                # What it pays anywhere needs no knowledge of the place; only the surplus of a dearer site does.
                cost = on * min(amounts)
                for site, amount in zip(duty.sites, amounts, strict=True):
                    if amount > min(amounts):
                        cost = cost + board.both(on, board.at(duty, site)) * (amount - min(amounts))
                board.at_most(0, cost, Breach(self.name, person.id, (duty.id,)))
            covered = [duty for duty in board.duties_of(person.id) if duty.past or self.covers(facts, duty)]
            for month, cost in extra_terms(board, person.id, covered):
                board.at_most(0, cost, Breach(self.name, person.id, (month.first_day.isoformat(),)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        kept = [
            (duty, person)
            for duty, person in roster.assignments
            if self.covers(facts, facts.duty_by_id[duty]) and self.concerns(facts, person)
        ]
        for item in statement_of(facts, roster_of(kept, roster.site_by_duty)).items:
            if item.cents:
                where = item.duty.id if item.duty else item.date.replace(day=1).isoformat()
                yield Breach(self.name, item.person, (where,), item.cents)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        where, euros = breach.where[0], said_hundredths(breach.amount)
        if where not in facts.duty_by_id:
            month = where[:7]
            return Said(f"Additional time, {month}: {euros.en} €.", f"Temps additionnel, {month} : {euros.fr} €.")
        duty = facts.said_duty(where)
        return Said(f"{duty.en}: {euros.en} €.", f"{duty.fr} : {euros.fr} €.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a night", {}, "Ana N", 42203, {"tariffs": [_night("422.03")]}),
        Example("not yet in force", {}, "Ana N", 0, {"tariffs": [_night("422.03", valid_from="2027-03-02")]}),
        Example(
            "on its first and last day",
            {},
            "Ana N",
            100,
            {"tariffs": [_night("1", valid_from="2027-03-01", valid_to="2027-03-01")]},
        ),
        Example("on call pays another tariff", {}, "Ana C", 0, {"tariffs": [_night("1")]}),
        Example(
            "the third night of the month is beyond the obligations",
            {},
            "Ana N . N . N",
            36003,
            {**_EXTRA, **_within(4)},
        ),
        Example("three half-periods beyond", {}, "Ana N . N . N", 39004, {**_EXTRA, **_within(3)}),
        Example("the past counts, and was paid", {}, "Ana N N | . N", 16003, {**_EXTRA, **_within(3)}),
        Example(
            "without a contract nobody says what it pays", {}, "Ana N . N . N", 30000, {**_EXTRA, **_within(4, "no")}
        ),
        Example(
            "a weekend pays otherwise",
            {},
            "Ana . . . . N N",
            300,
            {"tariffs": [_night("1"), _night("2", days="sat sun hol")]},
        ),
        Example(
            "by the elapsed hour, in the night without three o'clock",
            {},
            "Ana . . . . . N",
            1100,
            {"tariffs": [_night("1", per="hour")]},
            date(2027, 3, 22),
        ),
    )
