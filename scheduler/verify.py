"""A roster judged by the rules alone: what is forbidden in it, what is tolerated at a price, its value in each tier."""

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.roster import Roster
from scheduler.rules.base import Breach
from scheduler.scenario import Scenario
from scheduler.words import Said


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a roster."""

    forbidden: tuple[Breach, ...]
    """Breaches of rules that may not be broken."""
    tolerated: tuple[Breach, ...]
    """Breaches of rules that have a price."""
    values: dict[str, int]
    """Points per tier: units of breach × weight, in the order of the tiers."""

    @property
    def ok(self) -> bool:
        """Whether the roster may leave."""
        return not self.forbidden


def verify(scenario: Scenario, roster: Roster) -> Verdict:
    """Judge a roster, however it was made: solved, imported or drawn by hand.

    Raises:
        ScenarioError: the roster speaks of duties, people or sites that the scenario does not plan.
    """
    findings = list(_strangers(scenario, roster))
    if findings:
        raise ScenarioError(findings)
    forbidden: list[Breach] = []
    tolerated: list[Breach] = []
    values = {tier.name: 0 for tier in scenario.tiers}
    for rule in scenario.rules:
        if not rule.enabled:
            continue
        breaches = tuple(rule.check(scenario.facts, roster))
        if rule.price is None:
            forbidden += breaches
        else:
            tolerated += breaches
            values[rule.price_tier] += rule.price * sum(b.amount for b in breaches)
    return Verdict(tuple(forbidden), tuple(tolerated), values)


def _strangers(scenario: Scenario, roster: Roster) -> Iterator[Finding]:
    facts = scenario.facts
    planned = {duty.id: duty for duty in facts.duties}
    for duty, person in sorted(roster.assignments):
        if duty not in planned:
            said = Said("a duty of the horizon was expected", "une garde de l'horizon était attendue")
            yield Finding(said, "roster", column="duty", found=duty, maybe=nearest(duty, planned))
        if person not in facts.person_by_id:
            said = Said("an id of the table people was expected", "un identifiant de la table people était attendu")
            yield Finding(said, "roster", column="person", found=person, maybe=nearest(person, facts.person_by_id))
    for duty, site in sorted(roster.site_by_duty.items()):
        if duty in planned and site not in planned[duty].sites:
            sites = ", ".join(planned[duty].sites)
            said = Said(
                f"one of the sites of {duty} was expected: {sites}", f"un des sites de {duty} était attendu : {sites}"
            )
            yield Finding(said, "roster", column="site", found=site, maybe=nearest(site, planned[duty].sites))
