"""A campaign: until an instant, everybody says when they cannot, what they wish, offer and consent to; then it becomes a scenario."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from api.office.desk import Desk
from api.office.documents import put_scenario, scenario_by, sheet_from_json, sheet_json
from api.office.territories import in_force
from api.problems import Problem
from api.store.schema import Campaign, Submission, Territory
from api.who import new_id
from scenarios.grids import table_from
from scenarios.sheets import Sheet, rows_from, sheet_of
from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.scenario import Scenario
from scheduler.tables import ROW_TYPES, Row
from scheduler.variants import revised
from scheduler.words import Said

LONGEST = timedelta(days=730)
"""How long a campaign may be open."""
TABLES = ("absences", "wishes", "offers", "consents")
"""What people may say in a campaign."""


def open_(desk: Desk, closes: datetime) -> Campaign:
    """Ask everybody of the territory, for the horizon of the scenario in force.

    Raises:
        Problem: one is open already, there is no scenario, or it would close before it opens.
    """
    scenario, _ = in_force(desk)
    opened = select(Campaign).where(Campaign.territory == desk.who.territory, Campaign.state == "open")
    # Whoever opens one holds the territory, so that two never open one at once.
    desk.session.execute(select(Territory).where(Territory.id == desk.who.territory).with_for_update())
    if desk.session.execute(opened).scalar_one_or_none() is not None:
        raise Problem("conflict", Said("one is open already", "une campagne est déjà ouverte"))
    if not desk.at < closes <= desk.at + LONGEST:
        said = Said(
            "an instant to come, within two years, was expected", "un instant à venir, d'ici deux ans, était attendu"
        )
        raise Problem("invalid", findings=[Finding(said, "closes", found=closes.isoformat())])
    row = Campaign(
        id=new_id("campaign"),
        territory=desk.who.territory,
        scenario=scenario,
        closes=closes.isoformat(),
        state="open",
        created=desk.at.isoformat(),
    )
    desk.session.add(row)
    desk.session.flush()
    desk.tell("campaign.open", row.id)
    return row


def submit(desk: Desk, campaign: Campaign, person: str, rows: Mapping[str, Sequence[Row]]) -> Submission:
    """What somebody says, in place of what they said before.

    Raises:
        Problem: it is closed.
        ScenarioError: it does not fit the territory; every finding at once.
    """
    if campaign.state != "open" or campaign.closes <= desk.at.isoformat():
        raise Problem("conflict", Said("the campaign is closed", "la campagne est close"))
    scenario = scenario_by(desk.session, campaign.scenario)
    if person not in scenario.facts.person_by_id:
        said = Said("an id of the table people was expected", "un identifiant de la table people était attendu")
        raise ScenarioError([Finding(said, "person", found=person, maybe=nearest(person, scenario.facts.person_by_id))])
    # Read with the territory, so that what does not fit is told to who says it, not to the coordinator later.
    merged(scenario, {person: rows})
    # A table that is there and empty says: nothing of that any more.
    kept = {name: sheet_json(sheet_of(name, told)) for name, told in rows.items()}
    row = desk.session.get(Submission, (campaign.id, person), with_for_update=True)
    if row is None:
        row = Submission(campaign=campaign.id, person=person, rows=kept, received=desk.at.isoformat())
        desk.session.add(row)
    else:
        row.rows, row.received = kept, desk.at.isoformat()
    desk.session.flush()
    desk.tell("availability.put", f"{campaign.id} {person}")
    return row


def submit_table(desk: Desk, campaign: Campaign, table: str, content: bytes, name: str) -> list[str]:
    """What several people say in one table; what they said in others stands.

    Raises:
        Problem: the campaign is closed.
        ScenarioError: a row cannot be understood, or does not fit; every finding at once, and nothing is kept.
    """
    told: dict[str, list[Row]] = {}
    for row in table_from(content, name, table):
        told.setdefault(row.person, []).append(row)  # type: ignore[attr-defined]
    before = submissions(desk, campaign)
    for person, rows in sorted(told.items()):
        kept = rows_of(before[person].rows) if person in before else {}
        submit(desk, campaign, person, kept | {table: rows})
    return sorted(told)


def submissions(desk: Desk, campaign: Campaign) -> dict[str, Submission]:
    """What came in, by person."""
    rows = desk.session.execute(select(Submission).where(Submission.campaign == campaign.id)).scalars()
    return {row.person: row for row in rows}


def close(desk: Desk, campaign: Campaign) -> Campaign:
    """End a campaign: what came in and the scenario it was asked for make a new one, which is in force from now on.

    Raises:
        Problem: it is closed already.
    """
    if campaign.state != "open":
        raise Problem("conflict", Said("the campaign is closed", "la campagne est close"))
    territory = desk.session.get_one(Territory, desk.who.territory)
    if territory.scenario != campaign.scenario:
        said = Said(
            "another scenario was put in force since the campaign opened: put that of the campaign back first",
            "un autre scénario a été mis en vigueur depuis l'ouverture de la campagne : remettez d'abord celui de la campagne",
        )
        raise Problem("conflict", said)
    told = {person: rows_of(row.rows) for person, row in submissions(desk, campaign).items()}
    row = put_scenario(desk, merged(scenario_by(desk.session, campaign.scenario), told))
    territory.scenario = row.id
    campaign.state, campaign.result = "closed", row.id
    desk.session.flush()
    desk.tell("campaign.close", campaign.id)
    return campaign


def rows_of(kept: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Rows as they were kept: as text, as in a file."""
    return {name: _read(name, sheet_from_json(name, kept[name])) for name in TABLES if name in kept}


def rows_from_cells(person: str, cells: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Row]]:
    """Rows from cells as one writes them in a file; the person goes without saying.

    Raises:
        ScenarioError: with every cell that cannot be understood, and every table that is not asked for.
    """
    findings: list[Finding] = []
    found: dict[str, list[Row]] = {}
    for name, rows in cells.items():
        if name not in TABLES:
            said = Said(
                f"one of {', '.join(TABLES)} was expected", f"une table parmi {', '.join(TABLES)} était attendue"
            )
            findings.append(Finding(said, name, maybe=nearest(name, TABLES)))
            continue
        header = tuple(dict.fromkeys(("person", *(column for row in rows for column in row))))
        body = tuple(
            (n, tuple(_cell(person if column == "person" else row.get(column)) for column in header))
            for n, row in enumerate(rows, start=1)
        )
        found[name] = [row for _, row in rows_from(Sheet(name, header, body), ROW_TYPES[name], findings)]
    if findings:
        raise ScenarioError(findings)
    return found


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _read(name: str, sheet: Sheet) -> list[Row]:
    findings: list[Finding] = []
    rows = [row for _, row in rows_from(sheet, ROW_TYPES[name], findings)]
    if findings:
        raise ScenarioError(findings)
    return rows


def merged(scenario: Scenario, told: Mapping[str, Mapping[str, Sequence[Row]]]) -> Scenario:
    """A scenario in which what these people say stands in place of what it knew of them, table by table.

    Raises:
        ScenarioError: it does not fit.
    """
    tables = scenario.facts.tables
    anew: dict[str, list[Row]] = {}
    for name in TABLES:
        spoke = {person for person, rows in told.items() if name in rows}
        kept = [row for row in getattr(tables, name) if row.person not in spoke]
        anew[name] = [*kept, *(row for person in sorted(told) for row in told[person].get(name, ()))]
    return revised(scenario, tables=anew)
