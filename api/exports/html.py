"""One self-contained page that a head of service can open, print and pin to the wall."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.exports.shown import shown
from scheduler.report import Report
from scheduler.words import Lang


def page(report: Report, lang: Lang) -> str:
    """The rota as HTML: no script, nothing fetched, every text escaped; the same report gives the same characters."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("rota.html.j2").render(rota=shown(report, lang)).lstrip() + "\n"
