"""What is kept about somebody: all of it shown to them, and forgotten on request, counts left as they are."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.office.board import boards
from api.office.desk import Desk
from api.office.documents import scenario_by, sheets_from
from api.problems import Problem
from api.store.audit import Entry, append
from api.store.schema import (
    Answered,
    Campaign,
    Contact,
    ExchangeRow,
    Feed,
    Grant,
    Job,
    RosterRow,
    ScenarioRow,
    Step,
    Submission,
    Territory,
)
from api.store.schema import Published as PublishedRow
from scenarios.sheets import scenario_of
from scheduler.words import Said


def export(desk: Desk, person: str) -> dict[str, object]:
    """Every row about somebody: of the scenario in force, what they said, their duties, exchanges, addresses."""
    territory = desk.session.get_one(Territory, desk.who.territory)
    tables: dict[str, list[dict[str, str]]] = {}
    if territory.scenario is not None:
        sheets = desk.session.get_one(ScenarioRow, territory.scenario).sheets
        for name, table in sheets["tables"].items():
            rows = [dict(zip(table["header"], row, strict=False)) for row in table["rows"] if person in row]
            if rows:
                tables[name] = rows
    campaigns = select(Submission).join(Campaign, Campaign.id == Submission.campaign)
    said = desk.session.execute(campaigns.where(Campaign.territory == desk.who.territory, Submission.person == person))
    mine = (
        select(ExchangeRow)
        .join(RosterRow, RosterRow.id == ExchangeRow.roster)
        .where(RosterRow.territory == desk.who.territory, (ExchangeRow.giver == person) | (ExchangeRow.taker == person))
    )
    contact = desk.session.get(Contact, (desk.who.territory, person))
    feeds = select(Feed).where(Feed.territory == desk.who.territory, Feed.kind == "person", Feed.subject == person)
    desk.tell("person.export", person)
    return {
        "person": person,
        "phone": contact.phone if contact else None,
        "scenario": tables,
        "availability": [
            {"campaign": row.campaign, "received": row.received, "tables": row.rows} for row in said.scalars()
        ],
        "duties": [
            {"roster": board.roster, "duty": duty}
            for board in boards(desk.session, desk.who.territory)
            for duty in board.held.duties_of(person)
        ],
        "exchanges": [
            {"id": row.id, "duty": row.duty, "state": row.state} for row in desk.session.execute(mine).scalars()
        ],
        "addresses": [{"id": row.id, "revoked": row.revoked} for row in desk.session.execute(feeds).scalars()],
    }


def erase(desk: Desk, person: str) -> str:
    """Forget who somebody was, in every scenario, rota and version of the territory; a word of chance stands in their place.

    Rotas, counts and pay stay what they were, of a person that nobody can tell.

    Raises:
        Problem: nobody of that id, or they still have duties to come.
    """
    known = False
    word = f"erased-{secrets.token_hex(4)}"
    for row in desk.session.execute(select(ScenarioRow).where(ScenarioRow.territory == desk.who.territory)).scalars():
        if person in scenario_by(desk.session, row.id).facts.person_by_id:
            known = True
    if not known:
        raise Problem("not_found")
    today = desk.at.date()
    for board in boards(desk.session, desk.who.territory):
        if any(board.scenario.facts.duty_by_id[duty].date >= today for duty in board.held.duties_of(person)):
            raise Problem("conflict", Said("they still have duties to come", "il reste des gardes à venir"))
    _in_documents(desk, person, word)
    session, territory = desk.session, desk.who.territory
    session.execute(delete(Contact).where(Contact.territory == territory, Contact.person == person))
    session.execute(delete(Grant).where(Grant.territory == territory, Grant.person == person))
    campaigns = select(Campaign.id).where(Campaign.territory == territory)
    session.execute(delete(Submission).where(Submission.person == person, Submission.campaign.in_(campaigns)))
    session.execute(
        update(Feed)
        .where(Feed.territory == territory, Feed.kind == "person", Feed.subject == person)
        .values(subject=word, revoked=desk.at.isoformat())
    )
    desk.tell("person.erase", word)
    return word


def forget_old(session: Session, at: datetime, days: int) -> int:
    """Delete what nobody needs any more: answers to campaigns that closed, progress of solves that ended and answers kept under
    idempotency keys, all longer ago than some days. Rosters, their versions and the trail stay.

    Returns:
        how many rows went.
    """
    until = (at - timedelta(days=days)).isoformat()
    closed = select(Campaign.id).where(Campaign.state == "closed", Campaign.closes < until)
    ended = select(Job.id).where(Job.ended < until)
    gone = 0
    for what in (
        delete(Submission).where(Submission.campaign.in_(closed)),
        delete(Step).where(Step.job.in_(ended)),
        delete(Answered).where(Answered.at < until),
    ):
        gone += session.execute(what).rowcount  # type: ignore[attr-defined]
    if gone:
        append(session, Entry(at, "service", "administrator", None, "retention.apply", f"{until} {gone}"))
    return gone


def _in_documents(desk: Desk, person: str, word: str) -> None:
    session, territory = desk.session, desk.who.territory
    for row in session.execute(select(ScenarioRow).where(ScenarioRow.territory == territory)).scalars():
        row.sheets = _sheets_without(row.sheets, person, word)
        # Every process that remembers the scenario reads it anew.
        row.sha256 = scenario_of(sheets_from(row.sheets)).sha256
    rosters = select(RosterRow).where(RosterRow.territory == territory)
    for roster in session.execute(rosters).scalars():
        roster.held, roster.accepted = _said(roster.held, person, word), _said(roster.accepted, person, word)
        for version in session.execute(select(PublishedRow).where(PublishedRow.roster == roster.id)).scalars():
            version.held = _said(version.held, person, word)
        for exchange in session.execute(select(ExchangeRow).where(ExchangeRow.roster == roster.id)).scalars():
            exchange.giver = word if exchange.giver == person else exchange.giver
            exchange.taker = word if exchange.taker == person else exchange.taker
    for job in session.execute(select(Job).where(Job.territory == territory)).scalars():
        job.asked, job.best = _said(job.asked, person, word), _said(job.best, person, word)


def _sheets_without(sheets: dict[str, Any], person: str, word: str) -> dict[str, Any]:
    """The tables with a word in place of an id, and of the person's own row nothing that tells who it was."""
    tables = {}
    for name, table in sheets["tables"].items():
        header, rows = table["header"], []
        for row in table["rows"]:
            anew = [word if cell == person else cell for cell in row]
            if name == "people" and person in row:
                own = {"name": word, "rpps": "", "home": "", "birth_year": ""}
                anew = [own.get(column, cell) for column, cell in zip(header, anew, strict=False)]
            rows.append(anew)
        tables[name] = {"header": header, "rows": rows}
    return {"head": sheets["head"], "tables": tables}


def _said(value: Any, person: str, word: str) -> Any:
    if isinstance(value, dict):
        return {key: _said(one, person, word) for key, one in value.items()}
    if isinstance(value, list):
        return [_said(one, person, word) for one in value]
    return word if value == person else value
