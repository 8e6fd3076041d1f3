"""Nobody who asks for a least pay is given a duty that pays less."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Duty, Facts
from scheduler.pay import pay_of
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.rules.envelopes import NIGHT
from scheduler.words import Said, said_hundredths


class AcceptedPay(Rule):
    """People with ``least_pay`` in the table ``offers`` hold no duty that pays less, in proportion to its points
    (a duty of one point pays at least that, one of 0.4 points at least 0.4 of it).

    Unit of breach: a duty.
    """

    SEES: ClassVar[Sees] = "person"
    kind: Literal["accepted_pay"] = "accepted_pay"

    def statement(self) -> Said:
        return Said(
            "Nobody is given a duty that pays less than they accept.",
            "Personne n'a de garde payée moins que ce qu'il accepte.",
        )

    def _asks(self, facts: Facts, person: str, duty: Duty, site: str, least: int) -> bool:
        """Whether a duty pays less than somebody accepts."""
        return pay_of(facts, person, duty, site) * 100 < least * duty.points

    def encode(self, board: Board) -> None:
        facts = board.facts
        for offer in facts.tables.offers:
            if offer.least_pay is None or not self.concerns(facts, offer.person):
                continue
            for duty in [d for d in board.duties_of(offer.person) if not d.past and self.covers(facts, d)]:
                for site in duty.sites:
                    if self._asks(facts, offer.person, duty, site, offer.least_pay):
                        board.never(offer.person, duty, site, Breach(self.name, offer.person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for offer in facts.tables.offers:
            if offer.least_pay is None or not self.concerns(facts, offer.person):
                continue
            for name in roster.duties_of(offer.person):
                duty = facts.duty_by_id[name]
                if self.covers(facts, duty) and self._asks(
                    facts, offer.person, duty, site_of(duty, roster), offer.least_pay
                ):
                    yield Breach(self.name, offer.person, (name,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, duty = facts.name(breach.subject), facts.said_duty(breach.where[0])
        least = next(o.least_pay for o in facts.tables.offers if o.person == breach.subject)
        euros = said_hundredths(least or 0)
        return Said(
            f"{duty.en} pays {who} less than the {euros.en} € a point they accept.",
            f"{duty.fr} : payée à {who} moins que les {euros.fr} € par point acceptés.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "as much as asked",
            {},
            "Ana N",
            0,
            {"tariffs": [NIGHT], "offers": [{"person": "Ana", "least_pay": "100.01"}]},
        ),
        Example(
            "a cent less", {}, "Ana N N", 2, {"tariffs": [NIGHT], "offers": [{"person": "Ana", "least_pay": "100.02"}]}
        ),
        Example("what no tariff prices", {}, "Ana D", 1, {"offers": [{"person": "Ana", "least_pay": "1"}]}),
        Example("nothing asked", {}, "Ana D\nBob D", 1, {"offers": [{"person": "Bob", "least_pay": "1"}]}),
        Example(
            "only the scope",
            {"days": "tue"},
            "Ana D D",
            1,
            {"offers": [{"person": "Ana", "least_pay": "1"}]},
        ),
    )
