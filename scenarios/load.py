"""Open a scenario, whatever it is stored as."""

from pathlib import Path

from scenarios.folder import read_folder, write_folder
from scenarios.sheets import Sheets, scenario_of, sheets_of
from scenarios.workbook import read_workbook, write_workbook
from scheduler.findings import Finding, ScenarioError
from scheduler.scenario import Scenario
from scheduler.words import Said


def read_sheets(path: Path) -> Sheets:
    """The sheets of a folder or of an ``.xlsx`` workbook.

    Raises:
        ScenarioError: there is neither at ``path``.
    """
    if path.is_dir():
        return read_folder(path)
    if path.is_file() and path.suffix.lower() == ".xlsx":
        return read_workbook(path)
    said = Said(
        "a folder with scenario.yaml or an .xlsx workbook was expected",
        "un dossier avec scenario.yaml ou un classeur .xlsx était attendu",
    )
    raise ScenarioError([Finding(said, str(path))])


def load(path: Path) -> Scenario:
    """The scenario at ``path``.

    Raises:
        ScenarioError: with every finding at once.
    """
    return scenario_of(read_sheets(path))


def save(scenario: Scenario, path: Path) -> None:
    """Write a scenario as a workbook when ``path`` ends in ``.xlsx``, else as a folder."""
    sheets = sheets_of(scenario)
    if path.suffix.lower() == ".xlsx":
        path.parent.mkdir(parents=True, exist_ok=True)
        write_workbook(sheets, path)
    else:
        write_folder(sheets, path)
