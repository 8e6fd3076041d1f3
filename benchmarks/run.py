"""One instance solved and scored: what ``permanence bench`` writes as ``<instance>.json`` and ``<instance>.roster.csv``."""

import csv
import platform
import resource
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.registry import Family, Instance, Rows, Score
from scheduler.findings import EngineError
from scheduler.scenario import Scenario
from solver.plan import Found, Limits, Outcome, Progress, plan

SLACK = 1e-6
"""Relative difference that fractions kept in whole units may make."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run gave: the content of the JSON file, and the rota's rows (None: no rota)."""

    result: dict[str, Any]
    rows: Rows | None


Planner = Callable[[Scenario, Limits, Callable[[Progress], None]], Outcome]
"""Our own :func:`solver.plan.plan`, or a peer that is asked and answers the same way."""


def run(family: Family, data: Path | None, name: str, limits: Limits, planner: Planner = plan) -> Run:
    """Load, solve and score one instance; the time limit is for all of it but the scoring.

    Raises:
        ScenarioError: the instance cannot be read.
        EngineError: the independent evaluator refuses the rota, or counts other costs than the rules.
    """
    began = monotonic()
    instance = family.load(data, name)
    loaded = monotonic() - began
    trajectory: list[list[Any]] = []

    def hear(progress: Progress) -> None:
        seconds = round(loaded + progress.seconds, 2)
        trajectory.append([seconds, progress.value, progress.bound, progress.tier])

    left = Limits(max(1.0, limits.time_limit_s - loaded), limits.workers, limits.seed)
    outcome = planner(instance.scenario, left, hear)
    ended = monotonic() - began
    facts = instance.scenario.facts
    result: dict[str, Any] = {
        "instance": name,
        "status": type(outcome).__name__,
        "value": None,
        "bound": None,
        "proven": False,
        "best_known": family.best_known(name),
        "seconds": {
            "load": round(loaded, 2),
            "build": round(outcome.timing.build, 2),
            "first": round(loaded + outcome.timing.first, 2),
            "total": round(ended, 2),
        },
        "counts": {"people": len(facts.people), "lines": len(facts.lines), "duties": len(facts.duties)},
        "trajectory": [[s, _unit(instance, v), _unit(instance, b), tier] for s, v, b, tier in trajectory],
        "versions": {
            "permanence": version("permanence"),
            "python": platform.python_version(),
            "ortools": version("ortools"),
            "highspy": version("highspy"),
        },
        "machine": {"system": platform.system(), "processor": platform.machine()},
        "seed": limits.seed,
        "workers": limits.workers,
        "time_limit_s": limits.time_limit_s,
        "peak_memory_mb": round(
            sum(resource.getrusage(k).ru_maxrss for k in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
        ),
    }
    if not isinstance(outcome, Found):
        return Run(result, None)
    rows = family.rows(instance, outcome.roster)
    _scored(result, family, instance, outcome, family.score(data, name, rows))
    return Run(result, rows)


def _unit(instance: Instance, points: int | None) -> float | None:
    """Points of the scenario as published costs."""
    return None if points is None else points / instance.scale


def _scored(result: dict[str, Any], family: Family, instance: Instance, outcome: Outcome, score: Score) -> None:
    """The values are the evaluator's; the solver's have to be the same."""
    assert isinstance(outcome, Found)
    counted = [tier for tier in outcome.tiers if not family.tiers or tier.name in family.tiers]
    if score.breaches:
        raise EngineError(f"{instance.name}: the evaluator refuses the rota: {score.breaches[:5]}")
    # With tiers before them that are not at their best, published costs are not defined.
    exact = all(tier.value == 0 for tier in outcome.tiers if tier not in counted)
    said = [tier.value / instance.scale for tier in counted]
    if exact and any(abs(a - b) > SLACK * max(1.0, abs(b)) for a, b in zip(said, score.cost, strict=True)):
        raise EngineError(f"{instance.name}: the rules count {said}, the evaluator {score.cost}")
    bounds = [_unit(instance, tier.bound) for tier in counted]
    single = len(counted) == 1
    result["value"] = score.cost[0] if single else list(score.cost)
    result["bound"] = (bounds[0] if exact else None) if single else bounds
    result["proven"] = all(tier.proven for tier in outcome.tiers)
    result["tiers"] = [
        {"name": t.name, "value": _unit(instance, t.value), "bound": _unit(instance, t.bound), "proven": t.proven}
        for t in outcome.tiers
    ]
    result["parts"] = outcome.parts


def write_rows(path: Path, columns: tuple[str, ...], rows: Rows) -> None:
    """The rota as CSV, in the columns of its family."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        out.writerows(rows)
