"""Nobody is placed where they did not agree to go."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts, in_force
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class Consent(Rule):
    """People with one of ``asked`` statuses are placed only where they consented; the others too, away from their own
    sites. A locum has the consents of the person replaced.

    Unit of breach: an assignment.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said(
        "without consent to this line or site", "sans accord pour cette ligne ou ce site"
    )
    kind: Literal["consent"] = "consent"
    asked: tuple[str, ...] = Field(("private", "retired"), description="statuses whose consent is asked everywhere")

    def statement(self) -> Said:
        return Said(
            "Nobody is placed where they did not agree to go: private practitioners anywhere, the others away from their own sites.",
            "Personne n'est placé là où il n'a pas accepté d'aller : les libéraux partout, les autres hors de leurs propres sites.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            for duty in board.duties_of(person.id):
                if duty.past:
                    continue
                engaged = facts.engaged(person.id, duty.date)
                at_home = {e.site for e in engaged if e.status not in self.asked}
                speaks = {person.id} | {e.replaces for e in engaged}
                for site in duty.sites:
                    if site in at_home:
                        continue
                    agreed = any(
                        row.person in speaks
                        and row.site == site
                        and in_force(row, duty.date)
                        and (not row.lines or duty.line in row.lines)
                        and (not row.periods or duty.period in row.periods)
                        for row in facts.consents_by_site.get(site, ())
                    )
                    if not agreed:
                        board.never(person.id, duty, site, Breach(self.name, person.id, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            site = site_of(duty, roster)
            engaged = facts.engaged(person, duty.date)
            if any(e.site == site and e.status not in self.asked for e in engaged):
                continue
            speaks = dict.fromkeys((person, *(e.replaces for e in engaged if e.replaces)))
            for row in (row for who in speaks for row in facts.consents_by_person.get(who, ())):
                when = (row.first_day or duty.date) <= duty.date <= (row.last_day or duty.date)
                what = duty.line in (row.lines or (duty.line,)) and duty.period in (row.periods or (duty.period,))
                if when and what and row.site == site:
                    break
            else:
                yield Breach(self.name, person, (duty_id,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{who} did not agree to hold {duty.en} there.", f"{who} n'a pas accepté d'assurer {duty.fr} à cet endroit."
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("at home nobody asks a consultant", {}, "Ana D", 0),
        Example("at the clinic one asks", {}, "Ana S", 1),
        Example("and may agree", {}, "Ana S", 0, {"consents": [{"person": "Ana", "site": "K"}]}),
        Example("for another line only", {}, "Ana S", 1, {"consents": [{"person": "Ana", "site": "K", "lines": "P"}]}),
        Example(
            "until yesterday",
            {},
            "Ana . S",
            1,
            {"consents": [{"person": "Ana", "site": "K", "last_day": "2027-03-01"}]},
        ),
        Example(
            "from today", {}, "Ana . S", 0, {"consents": [{"person": "Ana", "site": "K", "first_day": "2027-03-02"}]}
        ),
        Example("private practitioners everywhere", {"asked": ("consultant",)}, "Ana D", 1),
        Example("only where it was agreed", {}, "Ana P p", 1),
        Example(
            "a locum takes over the consent",
            {},
            "Ana S\nBob .",
            0,
            {
                "consents": [{"person": "Bob", "site": "K"}],
                "engagements": [
                    {"person": "Ana", "site": "H", "status": "locum", "replaces": "Bob", "first_day": "2027-01-01"}
                ],
            },
        ),
    )
