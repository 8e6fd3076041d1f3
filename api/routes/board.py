"""What is pulled: assignments, changes, who is on call now, calendars, FHIR."""

import hashlib
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from api.access import Reading, Writing, service_of
from api.office import feeds, fhir
from api.office.board import Assigned, Board, assigned, boards, changes
from api.office.desk import Desk
from api.office.territories import contacts, phones_of
from api.problems import Problem
from api.routes.rosters import NotModified
from api.store.schema import Feed
from api.views import AssignmentShown, ChangeShown, ChangesShown, FeedShown, NewFeed, OnCall, OnCallShown
from scheduler.findings import Finding
from scheduler.words import Said

router = APIRouter(prefix="/v1/territories/{territory}", tags=["board"])
open_router = APIRouter(prefix="/v1", tags=["board"])
IfNoneMatch = Annotated[str | None, Header()]


@router.get("/assignments")
def list_assignments(
    desk: Reading,
    response: Response,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
    site: str | None = None,
    line: str | None = None,
    person: str | None = None,
    if_none_match: IfNoneMatch = None,
) -> list[AssignmentShown]:
    """Who holds what on these days in published rosters, empty places included; 304 when nothing changed."""
    if last < first or (last - first) > timedelta(days=400):
        said = Said(
            "at most 400 days, from before to, were expected", "400 jours au plus, de from à to, étaient attendus"
        )
        raise Problem("invalid", findings=[Finding(said, "query", column="to", found=last.isoformat())])
    found = boards(desk.session, desk.who.territory)
    etag = _etag(found, first, last, site, line, person, desk.who.role, sorted(desk.who.sites or ()), desk.who.person)
    if if_none_match == etag:
        raise NotModified(etag)
    rows = [
        one
        for board in found
        for one in assigned(board, board.between(first, last))
        if (site is None or one.site == site)
        and (line is None or one.line == line)
        and (person is None or one.person == person)
        and _may_see(desk, one)
    ]
    response.headers["etag"] = etag
    desk.tell("assignments.read", f"{first} {last} {site or ''} {person or ''}".strip())
    return [AssignmentShown.model_validate(one) for one in rows]


def _may_see(desk: Desk, one: Assigned) -> bool:
    if desk.who.sites is not None:
        return one.site in desk.who.sites
    return desk.who.role != "practitioner" or one.person == desk.who.person


def _etag(found: list[Board], *words: object) -> str:
    text = " ".join([*(f"{board.roster} {board.version}" for board in found), *map(str, words)])
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


@router.get("/changes")
def list_changes(
    desk: Reading,
    after: Annotated[int, Query(ge=0, le=2**62, description="the cursor of the last answer")] = 0,
) -> ChangesShown:
    """What happened to rosters since a cursor, at most five hundred at once; an establishment sees duties of its own sites."""
    rows = changes(desk.session, desk.who.territory, after)
    sites = desk.who.sites
    at_site = {
        duty.id: set(duty.sites)
        for board in (boards(desk.session, desk.who.territory) if sites is not None else ())
        for duty in board.duties
    }
    shown = [
        ChangeShown(
            cursor=row.number,
            roster=row.roster,
            what=row.what,
            version=row.version,
            at=row.at,
            duties=[one for one in row.duties if sites is None or at_site.get(one[0], set()) & sites],
        )
        for row in rows
    ]
    return ChangesShown(changes=shown, cursor=rows[-1].number if rows else after)


@router.get("/on-call")
def who_is_on_call(
    desk: Reading, at: Annotated[datetime | None, Query(description="ISO 8601; empty = now")] = None
) -> OnCallShown:
    """Who is on duty at an instant, per line, with a phone number; lines that nobody holds then are told too."""
    instant = at or desk.at
    if instant.tzinfo is None:
        said = Said("an instant with its offset was expected", "un instant avec son décalage était attendu")
        raise Problem("invalid", findings=[Finding(said, "query", column="at", found=instant.isoformat())])
    phones = contacts(desk)
    desk.tell("on_call.read", instant.isoformat())
    return _on_call(boards(desk.session, desk.who.territory), desk.who.territory, instant.astimezone(UTC), phones)


def _on_call(found: list[Board], territory: str, instant: datetime, phones: dict[str, str]) -> OnCallShown:
    rows = [
        OnCall(**AssignmentShown.model_validate(one).model_dump(), phone=phones.get(one.person or ""))
        for board in found
        for one in assigned(board, board.at(instant))
    ]
    return OnCallShown(at=instant, territory=territory, on_call=rows)


# --- calendars --------------------------------------------------------------------------------------------------------


@router.post("/feeds", status_code=201)
def create_feed(desk: Writing, request: Request, asked: NewFeed) -> FeedShown:
    """A secret, revocable address of a calendar, or of the board of who is on call; it is shown this once."""
    if desk.who.role == "practitioner" and (asked.kind, asked.subject) != ("person", desk.who.person):
        raise Problem("not_allowed")
    if desk.who.sites is not None and not (asked.kind == "site" and asked.subject in desk.who.sites):
        raise Problem("not_allowed")
    feed, secret = feeds.create(desk, asked.kind, asked.subject)
    route = f"board/{secret}" if asked.kind == "board" else f"calendars/{secret}.ics"
    address = f"{str(request.base_url).rstrip('/')}/v1/{route}"
    return FeedShown(id=feed.id, kind=feed.kind, subject=feed.subject, address=address)


@router.delete("/feeds/{feed}", status_code=204)
def revoke_feed(desk: Writing, feed: str) -> None:
    """The address answers no more."""
    row = desk.get(Feed, feed)
    if desk.who.role == "practitioner" and (row.kind, row.subject) != ("person", desk.who.person):
        raise Problem("not_found")
    if desk.who.sites is not None and not (row.kind == "site" and row.subject in desk.who.sites):
        raise Problem("not_found")
    feeds.revoke(desk, row)


class Ical(Response):
    """A calendar."""

    media_type = "text/calendar"


class Fhir(JSONResponse):
    """A FHIR resource."""

    media_type = "application/fhir+json"


@open_router.get("/calendars/{secret}.ics", response_class=Ical)
def calendar_feed(request: Request, secret: str, if_none_match: IfNoneMatch = None) -> Response:
    """The calendar of a secret address (RFC 5545)."""
    service = service_of(request)
    with service.database.reading() as session:
        feed = feeds.by_secret(session, secret)
        if feed.kind == "board":
            raise Problem("not_found")
        etag = _etag(boards(session, feed.territory), feed.id)
        if if_none_match == etag:
            raise NotModified(etag)
        content = feeds.calendar(session, feed)
    return Ical(content, headers={"etag": etag, "cache-control": "private, max-age=300"})


@open_router.get("/board/{secret}")
def board_feed(request: Request, secret: str) -> OnCallShown:
    """Who is on call now, by a secret address: for a screen on a wall."""
    service = service_of(request)
    with service.database.reading() as session:
        feed = feeds.by_secret(session, secret, "board")
        phones = phones_of(session, feed.territory)
        return _on_call(boards(session, feed.territory), feed.territory, service.clock(), phones)


# --- FHIR -------------------------------------------------------------------------------------------------------------


@router.get("/fhir/Slot", response_class=Fhir)
def fhir_slot(
    desk: Reading,
    start: Annotated[list[str], Query(max_length=4)] = [],  # noqa: B006
    actor: Annotated[str | None, Query(alias="schedule.actor:Practitioner.identifier", max_length=2_000)] = None,
    status: Annotated[str | None, Query()] = None,
    include: Annotated[list[str], Query(alias="_include")] = [],  # noqa: B006
    iterate: Annotated[list[str], Query(alias="_include:iterate")] = [],  # noqa: B006
) -> Response:
    """Duties of published rosters as Slots, with the search of the care-access-service guide."""
    conditions = [_condition(text) for text in start]
    actors = frozenset(word.rpartition("|")[2] for word in (actor or "").split(",") if word)
    found = fhir.slots(
        boards(desk.session, desk.who.territory), conditions, actors, frozenset(include) | frozenset(iterate)
    )
    if status is not None:
        kept = [e for e in found.get("entry", ()) if e["resource"].get("status", status) == status]
        found["entry"], found["total"] = kept, sum(e["search"]["mode"] == "match" for e in kept)
    desk.tell("fhir.read", f"Slot {' '.join(start)}")
    return Fhir(found)


def _condition(text: str) -> tuple[str, datetime]:
    op, rest = (text[:2], text[2:]) if text[:2] in ("ge", "gt", "le", "lt", "eq") else ("eq", text)
    instant = None
    with suppress(ValueError):
        # A plus sign in an address is a space, unless it was written %2B.
        instant = datetime.fromisoformat(rest.replace(" ", "+"))
    if instant is None:
        said = Said(
            "ge, gt, le, lt or eq and an instant were expected", "ge, gt, le, lt ou eq puis un instant étaient attendus"
        )
        raise Problem("invalid", findings=[Finding(said, "query", column="start", found=text[:60])])
    return op, instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@router.get("/fhir/Schedule", response_class=Fhir)
def fhir_schedule(desk: Reading) -> Response:
    """Lines of published rosters as Schedules."""
    return Fhir(fhir.schedules(boards(desk.session, desk.who.territory)))


@router.get("/fhir/PractitionerRole", response_class=Fhir)
def fhir_practitioner_role(
    desk: Reading, identifier: Annotated[str | None, Query(alias="practitioner.identifier", max_length=2_000)] = None
) -> Response:
    """Engagements of people on published rosters as PractitionerRoles."""
    actors = frozenset(word.rpartition("|")[2] for word in (identifier or "").split(",") if word)
    desk.tell("fhir.read", "PractitionerRole")
    return Fhir(fhir.practitioner_roles(boards(desk.session, desk.who.territory), actors))
