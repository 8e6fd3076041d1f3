"""A scenario as one Excel workbook: a sheet ``scenario`` for the head, and a sheet per table."""

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook, load_workbook
from xlsxwriter import Workbook

from scenarios.sheets import Sheet, Sheets, head_of, head_text
from scheduler.findings import Finding
from scheduler.tables import ROW_TYPES
from scheduler.words import Said

HEAD_SHEET = "scenario"
FILE_BYTES_MOST = 50_000_000
UNPACKED_BYTES_MOST = 300_000_000
ROWS_MOST = 200_000


def read_workbook(path: Path) -> Sheets:
    """The sheets of a workbook; other sheets than the tables' are left alone when their name starts with ``_``."""
    problem = refused(path)
    if problem is not None:
        return Sheets({}, {}, path.name, (Finding(problem, path.name),))
    try:
        book: CalamineWorkbook = load_workbook(str(path))
        names = [name for name in book.sheet_names if not name.startswith("_")]
        raw = {name: book.get_sheet_by_name(name).to_python(nrows=ROWS_MOST) for name in names}
    except Exception as error:  # calamine raises many kinds for a broken file; all mean the same
        said = Said(
            f"a readable workbook was expected ({type(error).__name__})",
            f"un classeur lisible était attendu ({type(error).__name__})",
        )
        return Sheets({}, {}, path.name, (Finding(said, path.name),))
    findings: list[Finding] = []
    head: Any = {}
    tables = {}
    for name, rows in raw.items():
        where = f"{path.name}, sheet {name}"
        if name == HEAD_SHEET:
            head, found = head_of(_head_text(rows), where)
            findings += found
        elif name not in ROW_TYPES:
            said = Said(
                "the sheet of a table was expected (or a name that starts with _)",
                "la feuille d'une table était attendue (ou un nom qui commence par _)",
            )
            findings.append(Finding(said, where))
        elif rows:
            cells = [(n, tuple(cell_text(cell) for cell in row)) for n, row in enumerate(rows[1:], start=2)]
            kept = tuple((n, row) for n, row in cells if any(cell.strip() for cell in row))
            tables[name] = Sheet(where, tuple(cell_text(cell).strip() for cell in rows[0]), kept)
    if HEAD_SHEET not in raw:
        findings.append(
            Finding(
                Said(f"a sheet `{HEAD_SHEET}` was expected", f"une feuille « {HEAD_SHEET} » était attendue"), path.name
            )
        )
    return Sheets(head, tables, f"{path.name}, sheet {HEAD_SHEET}", tuple(findings))


def refused(path: Path) -> Said | None:
    """Why a file is not even opened: too big, no workbook, or one that would unpack to a flood."""
    if path.stat().st_size > FILE_BYTES_MOST:
        return Said("at most 50 MB were expected", "50 Mo au plus étaient attendus")
    if not zipfile.is_zipfile(path):
        return Said("an .xlsx workbook was expected", "un classeur .xlsx était attendu")
    with zipfile.ZipFile(path) as packed:
        if sum(info.file_size for info in packed.infolist()) > UNPACKED_BYTES_MOST:
            return Said(
                "a workbook that unpacks to at most 300 MB was expected",
                "un classeur qui se décompresse en 300 Mo au plus était attendu",
            )
    return None


def cell_text(value: object) -> str:
    """What a cell says, as it would stand in a CSV file."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(value)


def _head_text(rows: list[list[Any]]) -> str:
    """The head is YAML, one line of it per row of the first column."""
    return "\n".join(str(row[0]) if row else "" for row in rows)


def write_workbook(sheets: Sheets, path: Path) -> None:
    """Write sheets as a workbook that :func:`read_workbook` reads back to the same; every cell is text."""
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF4"})
        text = book.add_format({"num_format": "@"})
        head = book.add_worksheet(HEAD_SHEET)
        head.set_column(0, 0, 100)
        for n, line in enumerate(head_text(sheets.head).splitlines()):
            head.write_string(n, 0, line)
        for name, sheet in sheets.tables.items():
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            page.set_column(0, max(len(sheet.header) - 1, 0), 16, text)
            for column, title in enumerate(sheet.header):
                page.write_string(0, column, title, bold)
            for n, (_, cells) in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(cells):
                    if cell:
                        page.write_string(n, column, cell, text)
