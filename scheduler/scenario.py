"""A question: what is given, the rules, and the tiers in which they are solved."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from scheduler.cells import Id
from scheduler.facts import Facts, Territory
from scheduler.findings import Finding
from scheduler.rules import AnyRule
from scheduler.rules.base import Rule
from scheduler.tables import ROW_TYPES, Tables

FORMAT = 1
"""Version of the files; raised when an old scenario would no longer mean the same."""


class Tier(BaseModel):
    """One step of the solve: its best value is fixed, within the tolerance, before the next."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Id
    tolerance_percent: int = Field(0, ge=0, le=100, description="how much of its best value a later tier may give up")


DEFAULT_TIERS = tuple(Tier(name=name) for name in ("cover", "worst_off", "evenness", "wishes", "costs"))


@dataclass(frozen=True)
class Scenario:
    """Facts, rules in the order of the catalogue, tiers in the order of the solve. ``sha256`` is of the input as read."""

    name: str
    facts: Facts
    rules: tuple[Rule, ...]
    tiers: tuple[Tier, ...] = DEFAULT_TIERS
    sha256: str = ""
    warnings: tuple[Finding, ...] = ()

    def rule(self, name: str) -> Rule:
        """A rule by the name its breaches carry."""
        return next(rule for rule in self.rules if rule.name == name)


class RuleSheet(BaseModel):
    """The rules of a scenario, validated together."""

    model_config = ConfigDict(frozen=True)
    rules: tuple[AnyRule, ...]


def digest(territory: Territory, tables: Tables, rules: Iterable[Rule], tiers: Iterable[Tier]) -> str:
    """SHA-256 of what a scenario means, whatever the files looked like (folder or workbook, order of columns)."""
    content = {
        "territory": territory.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json") for rule in rules],
        "tiers": [tier.model_dump(mode="json") for tier in tiers],
        "tables": {name: [row.model_dump(mode="json") for row in getattr(tables, name)] for name in ROW_TYPES},
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
