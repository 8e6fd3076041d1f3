"""A scenario with something changed: other rows, other rules. What is changed is checked as any scenario is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scheduler.consistency import findings_of
from scheduler.facts import facts_of
from scheduler.findings import ScenarioError
from scheduler.rules.base import Rule
from scheduler.scenario import Scenario, Tier, digest
from scheduler.tables import Row, Tables


def revised(
    scenario: Scenario,
    *,
    name: str = "",
    tables: Mapping[str, Sequence[Row]] | None = None,
    rules: Sequence[Rule] | None = None,
    tiers: Sequence[Tier] | None = None,
) -> Scenario:
    """A scenario with some tables, the rules or the tiers replaced, everything else as it was.

    Raises:
        ScenarioError: what is changed does not fit the rest; every finding at once.
    """
    facts = scenario.facts
    anew_tables: dict[str, Any] = {table: tuple(rows) for table, rows in (tables or {}).items()}
    changed: Tables = replace(facts.tables, **anew_tables)
    kept, steps = tuple(rules or scenario.rules), tuple(tiers or scenario.tiers)
    findings = findings_of(facts.territory, changed, kept, {})
    if any(finding.severity == "error" for finding in findings):
        raise ScenarioError(findings)
    anew = facts_of(facts.territory, changed) if tables else facts
    sha256 = digest(facts.territory, changed, kept, steps)
    return Scenario(name or scenario.name, anew, kept, steps, sha256, tuple(findings))
