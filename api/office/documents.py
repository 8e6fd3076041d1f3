"""Scenarios and rotas as the store keeps them, and back. What was read once is remembered: scenarios never change."""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.office.desk import Desk
from api.store.memory import Remembered
from api.store.schema import Published as PublishedRow
from api.store.schema import RosterRow, ScenarioRow
from api.who import new_id
from scenarios.sheets import Sheet, Sheets, scenario_of, sheets_of
from scheduler.publication import Publication, Published, State
from scheduler.roster import Roster, roster_of
from scheduler.scenario import Scenario

REMEMBERED = 32
"""Scenarios kept in memory."""


def sheets_json(sheets: Sheets) -> dict[str, Any]:
    """Head and tables as JSON."""
    return {"head": dict(sheets.head), "tables": {name: sheet_json(sheet) for name, sheet in sheets.tables.items()}}


def sheets_from(kept: Mapping[str, Any]) -> Sheets:
    """What :func:`sheets_json` wrote."""
    return Sheets(kept["head"], {name: sheet_from_json(name, table) for name, table in kept["tables"].items()})


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """A table as JSON."""
    return {"header": list(sheet.header), "rows": [list(cells) for _, cells in sheet.rows]}


def sheet_from_json(name: str, table: Mapping[str, Any]) -> Sheet:
    """What :func:`sheet_json` wrote."""
    rows = tuple((n, tuple(row)) for n, row in enumerate(table["rows"], start=2))
    return Sheet(f"{name}.csv", tuple(table["header"]), rows)


def put_scenario(desk: Desk, scenario: Scenario) -> ScenarioRow:
    """Keep a scenario in the territory of the desk."""
    row = ScenarioRow(
        id=new_id("scenario"),
        territory=desk.who.territory,
        name=scenario.name,
        sha256=scenario.sha256,
        sheets=sheets_json(sheets_of(scenario)),
        created=desk.at.isoformat(),
    )
    desk.session.add(row)
    desk.session.flush()
    return row


def scenario_by(session: Session, id_: str) -> Scenario:
    """A scenario by its id; read once, and again after somebody in it was erased."""
    written = session.execute(select(ScenarioRow.sha256).where(ScenarioRow.id == id_)).scalar_one()
    load = lambda: scenario_of(sheets_from(session.get_one(ScenarioRow, id_).sheets))  # noqa: E731
    return _SCENARIOS.get((id_, written), load)


_SCENARIOS: Remembered[Scenario] = Remembered(REMEMBERED)


def held_json(roster: Roster) -> dict[str, Any]:
    """A rota as JSON."""
    return {"assignments": sorted(map(list, roster.assignments)), "sites": dict(roster.site_by_duty)}


def held_from(kept: Mapping[str, Any]) -> Roster:
    """What :func:`held_json` wrote."""
    return roster_of(((duty, person) for duty, person in kept["assignments"]), kept["sites"])


def publication_of(session: Session, row: RosterRow) -> Publication:
    """A roster's life, its versions in order."""
    found = session.execute(select(PublishedRow).where(PublishedRow.roster == row.id).order_by(PublishedRow.number))
    versions = tuple(Published(v.number, date.fromisoformat(v.on), held_from(v.held)) for v in found.scalars())
    return Publication(
        state_of(row.state),
        held_from(row.held),
        versions,
        frozenset((duty, person) for duty, person in row.accepted),
        frozenset(row.reopened),
    )


def state_of(text: str) -> State:
    """A state by its word."""
    return next(state for state in get_args(State) if state == text)
