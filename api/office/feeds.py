"""Calendar addresses: long, secret, revocable; one for a person, a site or a line, or the board of who is on call."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.office.board import Board, boards
from api.office.desk import Desk
from api.problems import Problem
from api.store.schema import Feed, RosterRow
from api.store.schema import Published as PublishedRow
from api.who import hash_of, new_id
from scheduler.facts import Duty
from scheduler.findings import Finding, nearest
from scheduler.roster import site_of
from scheduler.words import Said

KINDS = ("person", "site", "line", "board")
DOMAIN = "permanence"


def create(desk: Desk, kind: str, subject: str) -> tuple[Feed, str]:
    """An address, and its secret, which is shown this once.

    Raises:
        Problem: there is no such person, site or line in a published roster.
    """
    known: set[str] = {""} if kind == "board" else set()
    for board in boards(desk.session, desk.who.territory):
        facts = board.scenario.facts
        by_kind: dict[str, Mapping[str, object]] = {
            "person": facts.person_by_id,
            "site": facts.site_by_id,
            "line": facts.line_by_id,
        }
        known |= set(by_kind.get(kind, {}))
    if subject not in known:
        said = Said(
            f"a {kind} of a published roster was expected", f"un élément {kind} d'un tableau publié était attendu"
        )
        raise Problem(
            "invalid", findings=[Finding(said, "feed", column="subject", found=subject, maybe=nearest(subject, known))]
        )
    secret = secrets.token_urlsafe(32)
    row = Feed(
        id=new_id("feed"),
        territory=desk.who.territory,
        kind=kind,
        subject=subject,
        secret_hash=hash_of(secret),
        created=desk.at.isoformat(),
    )
    desk.session.add(row)
    desk.session.flush()
    desk.tell("feed.create", f"{row.id} {kind} {subject}")
    return row, secret


def revoke(desk: Desk, feed: Feed) -> None:
    """The address answers no more."""
    feed.revoked = feed.revoked or desk.at.isoformat()
    desk.session.flush()
    desk.tell("feed.revoke", feed.id)


def by_secret(session: Session, secret: str, kind: str | None = None) -> Feed:
    """The address with a secret.

    Raises:
        Problem: there is none, or it was revoked: the same answer.
    """
    row = session.execute(select(Feed).where(Feed.secret_hash == hash_of(secret))).scalar_one_or_none()
    if row is None or row.revoked is not None or (kind is not None and row.kind != kind):
        raise Problem("not_found")
    return row


def calendar(session: Session, feed: Feed) -> bytes:
    """The calendar of an address (RFC 5545): the duties of all published rosters, and those that were taken away, cancelled.

    ``UID`` is the duty and who holds it, for ever; ``SEQUENCE`` goes up each time that it comes or goes (RFC 5546). A
    person's calendar names nobody else.
    """
    found = Calendar()
    found.add("prodid", f"-//{DOMAIN}//rota//FR")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("refresh-interval;value=duration", "PT1H")
    for board in boards(session, feed.territory):
        for event in _events(session, board, feed):
            found.add_component(event)
    return bytes(found.to_ical())


def _events(session: Session, board: Board, feed: Feed) -> Iterator[Event]:
    facts = board.scenario.facts
    row = session.get_one(RosterRow, board.roster)
    asked = select(PublishedRow).where(PublishedRow.roster == row.id).order_by(PublishedRow.number)
    history = session.execute(asked).scalars().all()
    count: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], str] = {}
    before: set[tuple[str, str]] = set()
    for version in history:
        now = {(duty, person) for duty, person in version.held["assignments"]}
        for pair in now ^ before:
            count[pair] = count.get(pair, -1) + 1
            last[pair] = version.on
        before = now
    for (name, person), sequence in sorted(count.items()):
        duty = facts.duty_by_id.get(name)
        if duty is None or not _concerns(board, feed, duty, person):
            continue
        event = Event()
        event.add("uid", f"{name}.{person}@{DOMAIN}")
        event.add("dtstamp", datetime.fromisoformat(last[name, person]).replace(tzinfo=UTC))
        event.add("sequence", sequence)
        event.add("dtstart", duty.start)
        event.add("dtend", duty.end)
        who = "" if feed.kind == "person" else f" – {facts.name(person)}"
        event.add("summary", f"{facts.name(duty.line)}, {facts.period_by_id[duty.period].name}{who}")
        event.add("location", facts.name(site_of(duty, board.held)))
        event.add("status", "CONFIRMED" if (name, person) in before else "CANCELLED")
        yield event


def _concerns(board: Board, feed: Feed, duty: Duty, person: str) -> bool:
    match feed.kind:
        case "person":
            return person == feed.subject
        case "site":
            return site_of(duty, board.held) == feed.subject
        case "line":
            return duty.line == feed.subject
        case _:
            return False
