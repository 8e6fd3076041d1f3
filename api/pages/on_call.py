"""Who is on call now: for the call centre, and on a wall by a secret address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.access import Reading, service_of
from api.office import feeds
from api.office.board import assigned, boards
from api.office.territories import phones_of
from api.pages.shell import Posting, page, part, then
from api.store.schema import Territory
from scheduler.words import same

router = APIRouter(include_in_schema=False)
STALE_S = 120
"""Seconds without an answer after which a screen says that it is old."""


@dataclass(frozen=True, slots=True)
class OnCall:
    """One place that is to be held now."""

    line: str
    site: str
    modality: str
    until: datetime
    name: str
    phone: str


def _now(session: Session, territory: str, at: datetime) -> dict[str, Any]:
    phones, rows, clock = phones_of(session, territory), [], at
    for board in boards(session, territory):
        local = board.scenario.facts.calendar.local
        clock = local(at)
        rows += [
            OnCall(
                one.line_name,
                one.site_name,
                one.modality,
                local(one.end),
                one.person_name or "",
                phones.get(one.person or "", ""),
            )
            for one in assigned(board, board.at(at))
        ]
    # Places that nobody holds first: they are what the reader must know.
    return {
        "rows": sorted(rows, key=lambda row: (bool(row.name), row.line, row.site)),
        "clock": clock,
        "stale": STALE_S,
    }


@router.get("/t/{territory}/on-call", name="on_call_page")
def on_call_page(request: Request, desk: Reading, at: Annotated[datetime | None, Query()] = None) -> Response:
    """Who is on call now, or at an instant."""
    instant = at if at is not None and at.tzinfo and 2000 <= at.year < 2200 else desk.at
    desk.tell("on_call.read", instant.isoformat())
    # A page of another instant stays there.
    part_at = "" if instant != desk.at else f"/t/{desk.who.territory}/on-call/part"
    return page(
        request,
        "on_call.html.j2",
        desk,
        part_at=part_at,
        heads=desk.who.role == "coordinator",
        **_now(desk.session, desk.who.territory, instant),
    )


@router.get("/t/{territory}/on-call/part", name="on_call_part")
def on_call_part(request: Request, desk: Reading) -> Response:
    """The part of that page that changes."""
    desk.tell("on_call.read", desk.at.isoformat())
    return part(request, "on_call_part.html.j2", desk, **_now(desk.session, desk.who.territory, desk.at))


@router.post("/t/{territory}/on-call/address", name="wall_address")
def wall_address(request: Request, desk: Posting) -> Response:
    """A secret address for a screen on a wall, shown this once."""
    _, secret = feeds.create(desk, "board", "")
    address = f"{str(request.base_url).rstrip('/')}/wall/{secret}"
    return then(request, f"/t/{desk.who.territory}/on-call", same(address))


def _wall(request: Request, secret: str, template: str, *, alone: bool) -> Response:
    service = service_of(request)
    with service.database.reading() as session:
        feed = feeds.by_secret(session, secret, "board")
        name = session.get_one(Territory, feed.territory).name
        words = _now(session, feed.territory, service.clock())
    layout = "part.html.j2" if alone else "base.html.j2"
    return page(
        request, template, None, part_at=f"/wall/{secret}/part", heads=False, layout=layout, place_name=name, **words
    )


@router.get("/wall/{secret}", name="wall")
def wall(request: Request, secret: str) -> Response:
    """Who is on call now, big, without signing in."""
    return _wall(request, secret, "on_call.html.j2", alone=False)


@router.get("/wall/{secret}/part", name="wall_part")
def wall_part(request: Request, secret: str) -> Response:
    """The part of the wall that changes."""
    return _wall(request, secret, "on_call_part.html.j2", alone=True)
