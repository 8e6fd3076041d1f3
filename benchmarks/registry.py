"""What a family of benchmark instances is, and the list of them.

A family reads its public files into ordinary scenarios, writes a rota in the columns its evaluators expect, and scores
such rows by the published rules: from the public file and the rows alone, with nothing of the model or of the catalogue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from scheduler.roster import Roster
from scheduler.scenario import Scenario

NAMES = ("territory", "duties", "oncall", "physicians", "curtois", "inrc2")
"""A new family is one file of this name, with a ``FAMILY``, and one word here."""

Rows = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Instance:
    """One question of a family. The points of its tiers, divided by ``scale``, are the published costs."""

    name: str
    scenario: Scenario
    scale: int = 1


@dataclass(frozen=True, slots=True)
class Score:
    """What an evaluator says of a rota: its published cost, tier by tier, and what it breaks, in words."""

    cost: tuple[float, ...]
    breaches: tuple[str, ...] = ()


class Family(Protocol):
    """One file per family. ``data`` is the folder given on the command line, or None where instances are drawn."""

    columns: tuple[str, ...]
    """Header of ``<instance>.roster.csv``."""
    tiers: tuple[str, ...]
    """The tiers whose values are the published cost; empty when every tier counts."""

    def names(self, data: Path | None) -> tuple[str, ...]:
        """Instances found there, easiest first."""

    def load(self, data: Path | None, name: str) -> Instance:
        """One instance as an ordinary scenario."""

    def rows(self, instance: Instance, roster: Roster) -> Rows:
        """The rota in the family's columns."""

    def score(self, data: Path | None, name: str, rows: Rows) -> Score:
        """Cost and breaches of a rota by the published rules."""

    def best_known(self, name: str) -> float | None:
        """The best published cost of an instance, if any."""


def family(name: str) -> Family:
    """A family by its name.

    Raises:
        KeyError: there is none of that name.
    """
    if name not in NAMES:
        raise KeyError(name)
    found: Family = import_module(f"benchmarks.{name}").FAMILY
    return found
