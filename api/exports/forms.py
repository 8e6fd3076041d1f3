"""A rota as one file, in memory: what the service gives out."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scenarios.rosters import write_roster
from scheduler.report import report_of
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from scheduler.verify import verify
from scheduler.words import Lang

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}
"""Media type of each form."""


def exported(form: str, scenario: Scenario, roster: Roster, proof: dict[str, Any], lang: Lang) -> bytes:
    """A rota in a form of :data:`FORMS`; ``proof`` has each tier's bound, where there is one."""
    if form == "csv":
        with TemporaryDirectory() as folder:
            path = Path(folder) / "roster.csv"
            write_roster(path, scenario.facts, roster)
            return path.read_bytes()
    bounds = {tier["name"]: tier["bound"] for tier in proof.get("tiers", ())}
    report = report_of(scenario, roster, verify(scenario, roster), bounds, proof.get("seed"))
    if form == "pdf":
        from api.exports.pdf import pdf

        return pdf(report, lang)
    if form == "html":
        from api.exports.html import page

        return page(report, lang).encode()
    from api.exports.xlsx import write_xlsx

    with TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write_xlsx(report, path, lang)
        return path.read_bytes()
