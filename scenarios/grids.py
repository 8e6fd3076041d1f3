"""Pay grids: those shipped, by name, and one's own, by file; rows of one table from any CSV file."""

from pathlib import Path
from tempfile import TemporaryDirectory

from scenarios.folder import sheet_from
from scenarios.rosters import sheet_at
from scenarios.sheets import rows_from
from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.tables import ROW_TYPES, Row, Tariff
from scheduler.words import Said

FOLDER = Path(__file__).parent / "data" / "grids"


def shipped() -> tuple[str, ...]:
    """Names of the grids that come with the product."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csv")))


def grid_of(name: str) -> list[Tariff]:
    """A grid by its name, or from a CSV file with the columns of the table ``tariffs``.

    Raises:
        ScenarioError: there is neither, or the file cannot be understood.
    """
    path = FOLDER / f"{name}.csv" if name in shipped() else Path(name)
    if not path.is_file():
        names = ", ".join(shipped())
        said = Said(f"one of {names}, or a CSV file, was expected", f"{names}, ou un fichier CSV, était attendu")
        raise ScenarioError([Finding(said, "--grid", found=name, maybe=nearest(name, shipped()))])
    return [row for row in read_rows(path, Tariff) if isinstance(row, Tariff)]


def read_rows(path: Path, row_type: type[Row]) -> list[Row]:
    """Rows of one type from a CSV file.

    Raises:
        ScenarioError: with every cell that cannot be understood.
    """
    findings: list[Finding] = []
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("cp1252", errors="replace")
    except OSError:
        raise ScenarioError([Finding(Said("a file was expected", "un fichier était attendu"), str(path))]) from None
    sheet = sheet_from(text, path.name, findings)
    rows = [row for _, row in rows_from(sheet, row_type, findings)] if sheet else []
    if any(finding.severity == "error" for finding in findings):
        raise ScenarioError(findings)
    return rows


def table_from(content: bytes, name: str, table: str) -> list[Row]:
    """Rows of a table of a scenario from a file's bytes: a CSV, or a workbook's sheet of that name (else its first).

    Raises:
        ScenarioError: with every cell that cannot be understood.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{table}{Path(name).suffix.lower() if name.lower().endswith('.xlsx') else '.csv'}"
        path.write_bytes(content)
        findings: list[Finding] = []
        sheet = sheet_at(path, table, findings)
    rows = [row for _, row in rows_from(sheet, ROW_TYPES[table], findings)] if sheet else []
    if findings:
        raise ScenarioError(findings)
    return rows
