"""Indemnities cost as little as possible."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.pay import tariff_for
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, site_of
from scheduler.words import Said, said_hundredths


class Money(Rule):
    """What the assignments pay by the tariffs in force; what no tariff prices counts nothing here and is reported apart.

    Unit of breach: a cent.
    """

    ALWAYS_PRICED: ClassVar[bool] = True
    kind: Literal["money"] = "money"

    def statement(self) -> Said:
        return Said("At the same quality, the rota costs little.", "À qualité égale, le tableau coûte peu.")

    def encode(self, board: Board) -> None:
        facts = board.facts
        for duty in facts.duties:
            if not self.covers(facts, duty):
                continue
            for person in board.candidates(duty):
                if not self.concerns(facts, person):
                    continue
                tariffs = [tariff_for(facts, person, duty, site) for site in duty.sites]
                amounts = [tariff.amount if tariff else 0 for tariff in tariffs]
                # What it pays anywhere needs no knowledge of the place; only the surplus of a dearer site does.
                cost = board.on(person, duty) * min(amounts)
                for site, amount in zip(duty.sites, amounts, strict=True):
                    if amount > min(amounts):
                        here = board.both(board.on(person, duty), board.at(duty, site))
                        cost = cost + here * (amount - min(amounts))
                board.at_most(0, cost, Breach(self.name, person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            used = facts.engagement_for(person, duty, site_of(duty, roster))
            line, period = facts.line_by_id[duty.line], facts.period_by_id[duty.period]
            if used is None or not self.covers(facts, duty) or not self.concerns(facts, person):
                continue
            for row in facts.tables.tariffs:
                told = row.scheme == line.scheme and row.status == used.status and row.modality == line.modality
                if told and row.period == period.pay and row.valid_from <= duty.date <= (row.valid_to or duty.date):
                    if row.amount:
                        yield Breach(self.name, person, (duty_id,), row.amount)
                    break

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, euros = facts.said_duty(breach.where[0]), said_hundredths(breach.amount)
        return Said(f"{duty.en}: {euros.en} €.", f"{duty.fr} : {euros.fr} €.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a night",
            {},
            "Ana N",
            42203,
            {
                "tariffs": [
                    {
                        "scheme": "pdses",
                        "status": "consultant",
                        "modality": "on_site",
                        "period": "whole_night",
                        "amount": "422.03",
                        "valid_from": "2024-01-01",
                        "legal_ref": "arrêté du 30 avril 2003, art. 13",
                    }
                ]
            },
        ),
        Example(
            "not yet in force",
            {},
            "Ana N",
            0,
            {
                "tariffs": [
                    {
                        "scheme": "pdses",
                        "status": "consultant",
                        "modality": "on_site",
                        "period": "whole_night",
                        "amount": "422.03",
                        "valid_from": "2027-03-02",
                        "legal_ref": "-",
                    }
                ]
            },
        ),
        Example(
            "on its first and last day",
            {},
            "Ana N",
            100,
            {
                "tariffs": [
                    {
                        "scheme": "pdses",
                        "status": "consultant",
                        "modality": "on_site",
                        "period": "whole_night",
                        "amount": "1",
                        "valid_from": "2027-03-01",
                        "valid_to": "2027-03-01",
                        "legal_ref": "-",
                    }
                ]
            },
        ),
        Example(
            "on call pays another tariff",
            {},
            "Ana C",
            0,
            {
                "tariffs": [
                    {
                        "scheme": "pdses",
                        "status": "consultant",
                        "modality": "on_site",
                        "period": "whole_night",
                        "amount": "1",
                        "valid_from": "2027-03-01",
                        "legal_ref": "-",
                    }
                ]
            },
        ),
    )
