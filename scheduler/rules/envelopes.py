"""What each payer pays stays within its envelope."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.pay import last_planned, paid_by, statement_of
from scheduler.pay_terms import extra_terms
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import Terms, total
from scheduler.words import Said, said_hundredths

NIGHT = {
    "scheme": "pdses",
    "status": "consultant",
    "modality": "on_site",
    "period": "whole_night",
    "amount": "100.01",
    "valid_from": "2024-01-01",
    "legal_ref": "-",
}
EXTRA = {"item": "additional_time", "amount": "6"}


def fund(amount: str, first: str = "2027-03-01", last: str = "2027-12-31") -> dict[str, str]:
    """An envelope of the drawings."""
    return {"payer": "fund", "first_day": first, "last_day": last, "amount": amount}


class Envelopes(Rule):
    """For each row of the table ``envelopes``: what its payer pays for duties of those days, additional time included,
    is at most its amount. The scope (statuses, lines …) says which assignments are paid from it.

    Unit of breach: a cent beyond.
    """

    kind: Literal["envelopes"] = "envelopes"

    def statement(self) -> Said:
        return Said(
            "Each payer spends at most its envelope.",
            "Chaque payeur dépense au plus son enveloppe.",
        )

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        for envelope in facts.tables.envelopes:
            employed = {e.person for e in facts.tables.engagements if e.site == envelope.payer}
            shared = {row.line for row in facts.tables.shares if row.payer == envelope.payer}
            yield (*(x.id for x in facts.lines if x.payer == envelope.payer or x.id in shared), *sorted(employed))

    def encode(self, board: Board) -> None:
        facts = board.facts
        for envelope in facts.tables.envelopes:
            spent: list[Terms] = []
            for person in facts.people:
                if not self.concerns(facts, person.id):
                    continue
                mine = [d for d in board.duties_of(person.id) if d.past or self.covers(facts, d)]
                for duty in mine:
                    if duty.past or not envelope.first_day <= duty.date <= envelope.last_day:
                        continue
                    on = board.on(person.id, duty)
                    amounts = [paid_by(facts, person.id, duty, site).get(envelope.payer, 0) for site in duty.sites]
                    spent.append(on * min(amounts))
                    for site, amount in zip(duty.sites, amounts, strict=True):
                        if amount > min(amounts):
                            spent.append(board.both(on, board.at(duty, site)) * (amount - min(amounts)))
                for month, cost in extra_terms(board, person.id, mine):
                    day = last_planned(facts, month)
                    if month.site == envelope.payer and envelope.first_day <= day <= envelope.last_day:
                        spent.append(cost)
            breach = Breach(self.name, envelope.payer, (envelope.first_day.isoformat(),))
            board.at_most(envelope.amount, total(spent), breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        kept = {
            (duty, person)
            for duty, person in roster.assignments
            if self.covers(facts, facts.duty_by_id[duty]) and self.concerns(facts, person)
        }
        items = statement_of(facts, Roster(frozenset(kept), roster.site_by_duty)).items
        for envelope in facts.tables.envelopes:
            spent = 0
            for item in items:
                if item.payer == envelope.payer and envelope.first_day <= item.date <= envelope.last_day:
                    spent += item.cents
            if spent > envelope.amount:
                first = envelope.first_day.isoformat()
                yield Breach(self.name, envelope.payer, (first,), spent - envelope.amount)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        payer, euros = facts.name(breach.subject), said_hundredths(breach.amount)
        return Said(
            f"{payer} would pay {euros.en} € beyond its envelope from {breach.where[0]}.",
            f"{payer} paierait {euros.fr} € au-delà de son enveloppe à partir du {breach.where[0]}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("to the cent", {}, "Ana N . N", 0, {"tariffs": [NIGHT], "envelopes": [fund("200.02")]}),
        Example("a cent beyond", {}, "Ana N . N", 1, {"tariffs": [NIGHT], "envelopes": [fund("200.01")]}),
        Example(
            "the first and the last day count",
            {},
            "Ana N . N N",
            1,
            {"tariffs": [NIGHT], "envelopes": [fund("200.01", "2027-03-01", "2027-03-03")]},
        ),
        Example(
            "a third each, the odd cent to the first",
            {},
            "Ana N\nBob N",
            2,
            {
                "tariffs": [NIGHT],
                "shares": [
                    {"line": "N", "payer": "fund", "percent": "50"},
                    {"line": "N", "payer": "insurance", "percent": "50"},
                ],
                "envelopes": [fund("100")],
            },
        ),
        Example(
            "another payer's",
            {},
            "Ana N . N",
            0,
            {
                "tariffs": [NIGHT],
                "shares": [{"line": "N", "payer": "insurance", "percent": "100"}],
                "envelopes": [fund("0")],
            },
        ),
        Example("only the scope", {"days": "mon"}, "Ana N N N", 1, {"tariffs": [NIGHT], "envelopes": [fund("100")]}),
        Example(
            "additional time is the employer's",
            {},
            "Ana N . N",
            10,
            {
                "tariffs": [
                    NIGHT,
                    {**NIGHT, **EXTRA},
                    {**NIGHT, **EXTRA, "period": "saturday_afternoon", "amount": "1"},
                ],
                "engagements": [
                    {"person": "Ana", "site": "H", "status": "consultant", "extra_time": "yes", "service_halves": "1"}
                ],
                "envelopes": [{"payer": "H", "first_day": "2027-03-01", "last_day": "2027-12-31", "amount": "6.90"}],
            },
        ),
    )
