"""Rotas from and to tables: ours, and those made by hand in a spreadsheet."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from python_calamine import load_workbook

from scenarios.folder import sheet_from
from scenarios.sheets import Sheet
from scenarios.workbook import cell_text, refused
from scheduler.cells import Unreadable, read_day
from scheduler.facts import Duty, Facts, duty_id
from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.roster import Roster, roster_of, site_of
from scheduler.scenario import Scenario
from scheduler.words import Said

COLUMNS = ("duty", "line", "site", "start", "end", "person", "engagement")
SHEET = "roster"


def rows_of(facts: Facts, roster: Roster) -> Iterator[tuple[str, ...]]:
    """Rows of ``roster.csv`` by start: one per person on a duty, and one with an empty person per place nobody
    fills (one at least where the site is a choice: the row says which).

    ``start`` and ``end`` are ISO 8601 with the local offset; ``engagement`` is ``site:status``.
    """
    for duty in facts.duties:
        site = site_of(duty, roster)
        start, end = (facts.calendar.local(i).isoformat() for i in (duty.start, duty.end))
        people = roster.people_on(duty.id)
        empty = max(duty.needed - len(people), int(len(duty.sites) > 1 and not people))
        for person in (*people, *("",) * empty):
            used = facts.engagement_for(person, duty, site) if person else None
            engagement = f"{used.site}:{used.status}" if used else ""
            yield duty.id, duty.line, site, start, end, person, engagement


def write_roster(path: Path, facts: Facts, roster: Roster) -> None:
    """Write ``roster.csv``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows_of(facts, roster))


def read_roster(path: Path, scenario: Scenario) -> Roster:
    """A rota from a CSV file or a workbook (its sheet ``roster``, else the first).

    A row names its duty by ``duty``, or by ``line``, ``date`` and ``period``; ``person`` is an id or a full name, and
    may be empty; ``site`` says where, when that is a choice. Other columns are left alone.

    Raises:
        ScenarioError: with every row that cannot be understood.
    """
    findings: list[Finding] = []
    sheet = sheet_at(path, SHEET, findings)
    if sheet is None or findings:
        raise ScenarioError(findings)
    header = [column.lower() for column in sheet.header]
    if "person" not in header or not ("duty" in header or {"line", "date", "period"} <= set(header)):
        said = Said(
            "the columns person and duty (or line, date and period) were expected",
            "les colonnes person et duty (ou line, date et period) étaient attendues",
        )
        raise ScenarioError([Finding(said, sheet.where, 1, found=" ".join(sheet.header))])
    facts = scenario.facts
    planned = {duty.id: duty for duty in facts.duties}
    id_by_name = {person.name.casefold(): person.id for person in facts.people}
    pairs: list[tuple[str, str]] = []
    sites: dict[str, str] = {}
    for number, cells in sheet.rows:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        duty = _duty(row, planned, sheet.where, number, findings)
        if duty is None:
            continue
        who = row.get("person", "")
        person = who if who in facts.person_by_id else id_by_name.get(who.casefold())
        if who and person is None:
            said = Said(
                "an id or a name of the table people was expected",
                "un identifiant ou un nom de la table people était attendu",
            )
            known = [*facts.person_by_id, *(p.name for p in facts.people)]
            findings.append(Finding(said, sheet.where, number, "person", who, nearest(who, known)))
        elif person is not None:
            if (duty.id, person) in pairs:
                said = Said("this assignment stands twice", "cette affectation figure deux fois")
                findings.append(Finding(said, sheet.where, number, "person", who))
            pairs.append((duty.id, person))
        site = row.get("site", "")
        if site and (site not in duty.sites or sites.setdefault(duty.id, site) != site):
            said = Said(
                f"one site of {', '.join(duty.sites)}, the same in all rows of the duty, was expected",
                f"un site parmi {', '.join(duty.sites)}, le même pour toute la garde, était attendu",
            )
            findings.append(Finding(said, sheet.where, number, "site", site, nearest(site, duty.sites)))
    if findings:
        raise ScenarioError(findings)
    chosen = {d.id: sites.get(d.id, d.sites[0]) for d in facts.duties if len(d.sites) > 1}
    return roster_of(pairs, chosen)


def sheet_at(path: Path, named: str, findings: list[Finding]) -> Sheet | None:
    """The table in a CSV file, or the sheet of that name of a workbook (else its first); what is wrong becomes findings."""
    if not path.is_file():
        findings.append(Finding(Said("a file was expected", "un fichier était attendu"), str(path)))
        return None
    if path.suffix.lower() != ".xlsx":
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            text = path.read_bytes().decode("cp1252", errors="replace")
        return sheet_from(text, path.name, findings)
    problem = refused(path)
    if problem is not None:
        findings.append(Finding(problem, path.name))
        return None
    book = load_workbook(str(path))
    name = named if named in book.sheet_names else book.sheet_names[0]
    rows = [tuple(cell_text(cell) for cell in row) for row in book.get_sheet_by_name(name).to_python()]
    body = [(n, row) for n, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    return Sheet(f"{path.name}, sheet {name}", tuple(c.strip() for c in rows[0]) if rows else (), tuple(body))


def _duty(
    row: dict[str, str], planned: dict[str, Duty], where: str, number: int, findings: list[Finding]
) -> Duty | None:
    name = row.get("duty", "")
    if not name:
        day = _day(row.get("date", ""))
        name = duty_id(row.get("line", ""), day, row.get("period", "")) if day else row.get("date", "")
    if name not in planned:
        said = Said("a duty of the horizon was expected", "une garde de l'horizon était attendue")
        findings.append(Finding(said, where, number, "duty", name, nearest(name, planned)))
        return None
    return planned[name]


def _day(text: str) -> date | None:
    try:
        day = read_day(text)
    except Unreadable:
        return None
    return day if isinstance(day, date) else None
