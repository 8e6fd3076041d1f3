"""A question: what is given, the rules, and the tiers in which they are solved."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from scheduler.cells import Id
from scheduler.facts import Facts
from scheduler.findings import Finding
from scheduler.rules import AnyRule
from scheduler.rules.base import Rule

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
