"""A certificate with each rota: what it was asked, by which rules and versions, what is proved; and the check of it from files alone."""

import hashlib
import json
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scenarios.load import load, save
from scenarios.rosters import read_roster
from scheduler.findings import Finding, ScenarioError
from scheduler.scenario import Scenario
from scheduler.verify import verify
from scheduler.words import Said
from solver.plan import Found, Limits

FORMAT = 1


def write_certificate(folder: Path, scenario: Scenario, outcome: Found, limits: Limits) -> None:
    """Write ``certificate.json``, and the scenario beside it in ``scenario/``, so that the folder answers for itself."""
    save(scenario, folder / "scenario")
    facts = scenario.facts
    tolerances = {tier.name: tier.tolerance_percent for tier in scenario.tiers}
    certificate = {
        "certificate": FORMAT,
        "scenario": scenario.name,
        "input_sha256": scenario.sha256,
        "roster_sha256": sha256_of(folder / "roster.csv"),
        "period": [facts.territory.first_day.isoformat(), facts.territory.last_day.isoformat()],
        "rules": [
            {"rule": rule.name, "said": rule.statement().en, "cites": rule.cites, "weight": rule.price}
            for rule in scenario.rules
            if rule.enabled
        ],
        "switched_off": [rule.name for rule in scenario.rules if not rule.enabled],
        "tiers": [
            {
                "name": tier.name,
                "value": tier.value,
                "bound": tier.bound,
                "proven": tier.proven,
                "tolerance_percent": tolerances.get(tier.name, 0),
            }
            for tier in outcome.tiers
        ],
        "seed": limits.seed,
        "workers": limits.workers,
        "ended": outcome.ended,
        "reproducible": outcome.reproducible,
        "validated_by": None,
        "versions": {
            "permanence": version("permanence"),
            "python": platform.python_version(),
            "ortools": version("ortools"),
        },
    }
    text = json.dumps(certificate, ensure_ascii=False, indent=2) + "\n"
    (folder / "certificate.json").write_text(text, encoding="utf-8")


def bounds_of(path: Path) -> dict[str, int | None]:
    """What a certificate says is proved, by tier.

    Raises:
        ScenarioError: it cannot be read.
    """
    try:
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {tier["name"]: tier["bound"] for tier in kept["tiers"]}
    except (OSError, ValueError, KeyError, TypeError):
        said = Said("a certificate written by solve was expected", "un certificat écrit par solve était attendu")
        raise ScenarioError([Finding(said, str(path))]) from None


def sha256_of(path: Path) -> str:
    """Of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    said: Said
    holds: bool


def certify(folder: Path) -> list[Check]:
    """Look a certificate over from the files of its folder alone: the input, the rota, the rules, the tiers.

    What it says of bounds is the engine's proof and is not repeated here; that no value is below its bound is.

    Raises:
        ScenarioError: a file cannot be read.
    """
    kept: dict[str, Any] = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    scenario = load(folder / "scenario")
    checks = [
        Check(
            Said("the input is the one certified", "l'entrée est celle certifiée"),
            scenario.sha256 == kept["input_sha256"],
        ),
        Check(
            Said("the rota is the one certified", "le tableau est celui certifié"),
            sha256_of(folder / "roster.csv") == kept["roster_sha256"],
        ),
    ]
    try:
        roster = read_roster(folder / "roster.csv", scenario)
    except ScenarioError:
        return [*checks, Check(Said("the rota can be read", "le tableau est lisible"), False)]
    verdict = verify(scenario, roster)
    values = {tier["name"]: tier["value"] for tier in kept["tiers"]}
    bounds = [tier["bound"] is None or tier["bound"] <= tier["value"] for tier in kept["tiers"]]
    rules = {rule.name for rule in scenario.rules if rule.enabled}
    return [
        *checks,
        Check(Said("no rule is broken", "aucune règle n'est enfreinte"), verdict.ok),
        Check(
            Said("every tier has the value certified", "chaque palier a la valeur certifiée"), verdict.values == values
        ),
        Check(Said("no value is below its bound", "aucune valeur n'est sous sa borne"), all(bounds)),
        Check(
            Said("the rules are those certified", "les règles sont celles certifiées"),
            rules == {rule["rule"] for rule in kept["rules"]},
        ),
    ]
