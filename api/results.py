"""What a solve leaves on disk: the rota in every form, and ``result.json``."""

import json
import platform
import resource
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scheduler.report import Report
from scheduler.scenario import Scenario
from scheduler.words import Lang
from solver.plan import Found, Impossible, Limits, Outcome

STATUS_BY_OUTCOME = {"Found": "found", "Impossible": "impossible", "OutOfTime": "out_of_time"}


def result_of(
    scenario: Scenario, outcome: Outcome, limits: Limits, load_s: float, report: Report | None
) -> dict[str, Any]:
    """The content of ``result.json``; seconds and megabytes are the only things that differ from run to run."""
    timing = outcome.timing
    result: dict[str, Any] = {
        "status": STATUS_BY_OUTCOME[type(outcome).__name__],
        "scenario": scenario.name,
        "tiers": [],
        "seconds": {
            "load": round(load_s, 3),
            "build": round(timing.build, 3),
            "first": round(timing.first, 3),
            "total": round(load_s + timing.total, 3),
        },
        "peak_memory_mb": peak_memory_mb(),
        "seed": limits.seed,
        "workers": limits.workers,
        "versions": {
            "permanence": version("permanence"),
            "python": platform.python_version(),
            "ortools": version("ortools"),
        },
        "input_sha256": scenario.sha256,
        "counts": {
            "people": len(scenario.facts.people),
            "lines": len(scenario.facts.lines),
            "duties": len(scenario.facts.duties),
        },
    }
    if isinstance(outcome, Found) and report is not None:
        result["tiers"] = [
            {"name": tier.name, "value": tier.value, "bound": tier.bound, "proven": tier.proven}
            for tier in outcome.tiers
        ]
        result["counts"] = report.counts
        result["reproducible"] = outcome.reproducible
        result["ended"] = outcome.ended
        result["parts"] = outcome.parts
    if isinstance(outcome, Impossible):
        result["reasons"] = list(outcome.reasons)
    return result


def peak_memory_mb() -> float:
    """The most memory that this process and its largest child ever had, added up."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024, 1)


def write_result(folder: Path, result: dict[str, Any]) -> None:
    """Write ``result.json``."""
    text = json.dumps(result, ensure_ascii=False, indent=2) + "\n"
    (folder / "result.json").write_text(text, encoding="utf-8")


def write_outputs(folder: Path, scenario: Scenario, outcome: Found, report: Report, lang: Lang) -> None:
    """Write the rota in every form: CSV, workbook, page, document, calendars."""
    from api.exports.html import page
    from api.exports.ics import write_calendars
    from api.exports.pdf import pdf
    from api.exports.xlsx import write_xlsx
    from scenarios.rosters import write_roster

    write_roster(folder / "roster.csv", scenario.facts, outcome.roster)
    write_xlsx(report, folder / "roster.xlsx", lang)
    (folder / "roster.html").write_text(page(report, lang), encoding="utf-8")
    (folder / "roster.pdf").write_bytes(pdf(report, lang))
    # Somebody without a duty any more must not keep the calendar of an earlier rota.
    shutil.rmtree(folder / "calendars", ignore_errors=True)
    write_calendars(report, folder / "calendars", lang)
