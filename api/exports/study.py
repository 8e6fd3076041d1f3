"""A study as one self-contained page: sections of sentences, tables, and charts whose figures stand in a table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scheduler.words import Lang


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are shown; ``numbers`` are the columns set to the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One question of a study and its answer."""

    title: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    chart: Markup | None = None


def study_page(title: str, sections: Sequence[Section], lang: Lang) -> str:
    """The page as HTML: no script, nothing fetched, every text escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("study.html.j2")
    return template.render(title=title, sections=tuple(sections), lang=lang).lstrip() + "\n"


def study_text(sections: Sequence[Section]) -> str:
    """The same for a terminal: sentences and tables, columns aligned."""
    lines: list[str] = []
    for section in sections:
        lines += ["", section.title, *section.text]
        for table in section.tables:
            lines += _aligned(table)
    return "\n".join(lines).strip()


def _aligned(table: Table) -> list[str]:
    rows = [table.columns, *table.rows]
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.columns))]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if n in table.numbers else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
