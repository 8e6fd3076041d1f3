"""A scenario as a folder: ``scenario.yaml`` and one CSV file per table."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from scenarios.sheets import Sheet, Sheets, head_of, head_text, sheet_of
from scheduler.findings import Finding
from scheduler.tables import ROW_TYPES, Row
from scheduler.words import Said

HEAD = "scenario.yaml"
FILE_BYTES_MOST = 50_000_000
HEAD_BYTES_MOST = 1_000_000


def read_folder(folder: Path) -> Sheets:
    """The sheets of a folder; files that cannot be read become findings. Other files of the folder are left alone."""
    findings: list[Finding] = []
    head_text = _text_of(folder, folder / HEAD, HEAD_BYTES_MOST, findings)
    head, found = head_of(head_text, HEAD) if head_text is not None else ({}, ())
    findings += found
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in ROW_TYPES:
            said = Said(
                f"a table of a scenario was expected: {', '.join(ROW_TYPES)}",
                f"une table de scénario était attendue : {', '.join(ROW_TYPES)}",
            )
            findings.append(Finding(said, path.name, severity="error"))
            continue
        text = _text_of(folder, path, FILE_BYTES_MOST, findings)
        if text is not None:
            sheet = sheet_from(text, path.name, findings)
            if sheet is not None:
                tables[path.stem] = sheet
    return Sheets(head, tables, HEAD, tuple(findings))


def _text_of(folder: Path, path: Path, most: int, findings: list[Finding]) -> str | None:
    """A file's text: UTF-8 with or without a mark, else what a French Excel saves (cp1252)."""
    if not path.exists():
        findings.append(Finding(Said("this file was expected", "ce fichier était attendu"), path.name))
        return None
    if not path.resolve().is_relative_to(folder.resolve()):
        said = Said(
            "a file inside the folder was expected, not a link out of it",
            "un fichier du dossier était attendu, pas un lien vers l'extérieur",
        )
        findings.append(Finding(said, path.name))
        return None
    if path.stat().st_size > most:
        said = Said(f"at most {most // 1_000_000} MB were expected", f"{most // 1_000_000} Mo au plus étaient attendus")
        findings.append(Finding(said, path.name))
        return None
    raw = path.read_bytes()
    if b"\x00" in raw:
        findings.append(Finding(Said("a text file was expected", "un fichier texte était attendu"), path.name))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def sheet_from(text: str, where: str, findings: list[Finding]) -> Sheet | None:
    """A table from CSV text; the separator is the one that the header has most of (``;`` or ``,`` or a tab)."""
    first = text.split("\n", 1)[0]
    separator = max(";,\t", key=first.count)
    try:
        records = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        said = Said(f"a CSV table was expected ({error})", f"une table CSV était attendue ({error})")
        findings.append(Finding(said, where))
        return None
    if not records:
        return Sheet(where, (), ())
    rows = [(n, tuple(r)) for n, r in enumerate(records[1:], start=2) if any(cell.strip() for cell in r)]
    return Sheet(where, tuple(cell.strip() for cell in records[0]), tuple(rows))


def write_folder(sheets: Sheets, folder: Path) -> None:
    """Write sheets as a folder that :func:`read_folder` reads back to the same."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HEAD).write_text(head_text(sheets.head), encoding="utf-8")
    for name, sheet in sheets.tables.items():
        _write(folder / f"{name}.csv", sheet)


def write_table(folder: Path, name: str, rows: Sequence[Row]) -> None:
    """Write one table of a scenario."""
    _write(folder / f"{name}.csv", sheet_of(name, rows))


def _write(path: Path, sheet: Sheet) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(sheet.header)
        writer.writerows(cells for _, cells in sheet.rows)
