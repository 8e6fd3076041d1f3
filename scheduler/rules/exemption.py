"""Nobody holds a duty from which a decision exempts them."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts, in_force
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class Exemption(Rule):
    """Exempt by decision, from and to a date, from all duties, some modalities or the nights. The reason is unknown here.

    Unit of breach: a duty.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("exempt", "avec une dispense")
    kind: Literal["exemption"] = "exemption"

    def statement(self) -> Said:
        return Said(
            "Decided exemptions (age, health, conditions of work) are kept; the reason is never asked.",
            "Les dispenses décidées (âge, santé, conditions d'exercice) sont respectées ; le motif n'est jamais demandé.",
        )

    def encode(self, board: Board) -> None:
        for row in board.facts.tables.exemptions:
            for duty in board.duties_of(row.person):
                if duty.past or (row.modalities and duty.modality not in row.modalities):
                    continue
                if in_force(row, duty.date) and (duty.night or not row.nights_only):
                    board.never(row.person, duty, None, Breach(self.name, row.person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            for row in facts.tables.exemptions:
                began = row.first_day is None or duty.date >= row.first_day
                ended = row.last_day is not None and duty.date > row.last_day
                what = (not row.modalities or duty.modality in row.modalities) and (duty.night or not row.nights_only)
                if row.person == person and began and not ended and what:
                    yield Breach(self.name, person, (duty_id,))
                    break

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(f"{who} is exempt from {duty.en}.", f"{who} est dispensé(e) de {duty.fr}.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("exempt from everything", {}, "Ana D C", 2, {"exemptions": [{"person": "Ana"}]}),
        Example(
            "exempt on site, not at home",
            {},
            "Ana D C",
            1,
            {"exemptions": [{"person": "Ana", "modalities": "on_site"}]},
        ),
        Example("exempt from nights", {}, "Ana D C", 1, {"exemptions": [{"person": "Ana", "nights_only": "yes"}]}),
        Example("from tomorrow", {}, "Ana D D", 1, {"exemptions": [{"person": "Ana", "first_day": "2027-03-02"}]}),
        Example("until yesterday", {}, "Ana . D", 0, {"exemptions": [{"person": "Ana", "last_day": "2027-03-01"}]}),
    )
