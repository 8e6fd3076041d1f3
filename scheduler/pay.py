"""What an assignment pays: the tariff in force on its date, for the engagement it uses. Whole cents."""

from dataclasses import dataclass

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import site_of
from scheduler.tables import Engagement, Tariff


@dataclass(frozen=True, slots=True)
class Paid:
    """One assignment with the tariff that prices it; no tariff means *not priced*, never free."""

    duty: Duty
    person: str
    engagement: Engagement | None
    tariff: Tariff | None


def tariff_for(facts: Facts, person_id: str, duty: Duty, site_id: str) -> Tariff | None:
    """The tariff row in force on the duty's date; None when the scenario has none for it."""
    engagement = facts.engagement_for(person_id, duty, site_id)
    if engagement is None:
        return None
    line, period = facts.line_by_id[duty.line], facts.period_by_id[duty.period]
    for row in facts.tables.tariffs:
        if (
            (row.scheme, row.status, row.modality, row.period)
            == (line.scheme, engagement.status, line.modality, period.pay)
            and row.valid_from <= duty.date
            and (row.valid_to is None or duty.date <= row.valid_to)
        ):
            return row
    return None


def paid(facts: Facts, roster: Roster) -> list[Paid]:
    """Every assignment of a roster with its tariff, by duty and person."""
    found = []
    for duty_id, person in sorted(roster.assignments):
        duty = facts.duty_by_id[duty_id]
        site = site_of(duty, roster)
        engagement = facts.engagement_for(person, duty, site)
        found.append(Paid(duty, person, engagement, tariff_for(facts, person, duty, site)))
    return found
