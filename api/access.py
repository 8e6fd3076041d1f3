"""What a route is given: who asks, checked against the matrix, and a desk in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, File, Path, Request, UploadFile
from sqlalchemy.orm import Session

from api import uploads
from api.matrix import ALLOWED, INSTALLATION
from api.office.desk import Desk
from api.problems import Problem
from api.queue import Queue
from api.settings import Settings
from api.store.audit import Entry, Trail
from api.store.database import Database, kept
from api.store.schema import Territory
from api.who import ROLES, Acting, Actor, Role, actor_of, actor_of_key
from scheduler.scenario import Scenario
from scheduler.words import Said

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TerritoryId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="id of a territory")]


@dataclass(frozen=True, slots=True)
class Service:
    """What an application stands on."""

    settings: Settings
    database: Database
    queue: Queue
    trail: Trail
    clock: Callable[[], datetime]


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


def actor(request: Request, session: Session, at: datetime) -> Actor:
    """Who asks: by an API key, else by the session's cookie.

    Raises:
        Problem: nobody known; or a page elsewhere asks with this browser's cookie.
    """
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = actor_of_key(session, text.strip(), at)
        if found is None:
            raise Problem("not_signed_in", headers={"www-authenticate": 'Bearer error="invalid_token"'})
        return found
    subject = request.session.get("subject")
    if not isinstance(subject, str):
        raise Problem("not_signed_in", headers={"www-authenticate": "Bearer"})
    if request.method in UNSAFE and not _from_here(request):
        raise Problem("not_allowed", Said("the request comes from another site", "la requête vient d'un autre site"))
    return actor_of(session, subject)


def _from_here(request: Request) -> bool:
    """Whether the browser says that a page of this service asks."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    return request.headers.get("origin") == f"{request.url.scheme}://{request.url.netloc}"


def begin_session(request: Request, subject: str) -> str:
    """A session of one's own, told in the trail: what was there before belongs to whoever had it. The page that one wanted."""
    wanted = str(request.session.get("wanted", "/"))
    request.session.clear()
    request.session["subject"] = subject
    service = service_of(request)
    with service.database.writing() as session:
        granted = {grant.role for grant in actor_of(session, subject).grants}
        role: Role = next((role for role in ROLES if role in granted), "reader")
        Desk(session, service.clock(), Acting(subject, role, "")).tell("signin", subject)
    return wanted


def operation(request: Request) -> str:
    """The name of the operation that a request calls."""
    return str(request.scope["route"].operation_id or request.scope["route"].name)


def acting(request: Request, session: Session, at: datetime, territory: str) -> Acting:
    """Who asks, in the role that allows this operation in this territory.

    Raises:
        Problem: a territory where they have no role is as if it were not; with a role that is not enough, it is said.
    """
    grants = actor(request, session, at)
    mine = grants.roles_in(territory)
    if not mine or not kept(session, ("territory", territory), lambda: session.get(Territory, territory) is not None):
        raise Problem("not_found")
    allowed = ALLOWED[operation(request)]
    request.state.roles = [grant.role for grant in mine]
    for grant in sorted(mine, key=lambda one: ROLES.index(one.role)):
        if grant.role in allowed:
            sites = grant.sites if grant.role == "establishment" else None
            return Acting(grants.subject, grant.role, territory, grant.person, sites)
    raise Problem("not_allowed")


def reading(request: Request, territory: TerritoryId) -> Iterator[Desk]:
    """A desk that only reads; what it tells is in the trail before the answer is sent."""
    service = service_of(request)
    read: list[Entry] = []
    with service.database.reading() as session:
        at = service.clock()
        yield Desk(session, at, acting(request, session, at, territory), read)
    service.trail.keep(read)


def writing(request: Request, territory: TerritoryId) -> Iterator[Desk]:
    """A desk that writes: kept when the function returns, before the answer is sent; else nothing."""
    service = service_of(request)
    with service.database.writing() as session:
        at = service.clock()
        yield Desk(session, at, acting(request, session, at, territory))


def administering(request: Request) -> Iterator[Desk]:
    """A desk on the whole installation.

    Raises:
        Problem: somebody else than an administrator asks.
    """
    service = service_of(request)
    assert operation(request) in INSTALLATION
    with service.database.writing() as session:
        at = service.clock()
        who = actor(request, session, at)
        if not who.administers:
            raise Problem("not_allowed")
        yield Desk(session, at, Acting(who.subject, "administrator", ""))


def uploaded(
    request: Request,
    territory: TerritoryId,
    file: Annotated[UploadFile, File(description="a folder as .zip, or a workbook")],
) -> Scenario:
    """The scenario that somebody who may put one in force has sent. It stands before the desk that writes: reading it may take
    long, and meanwhile others write.
    """
    service = service_of(request)
    with service.database.reading() as session:
        acting(request, session, service.clock(), territory)
    return uploads.read(file.file.read(), file.filename or "")


# A transaction ends with the function of the route, not with the sending of the answer: what is answered is kept.
Reading = Annotated[Desk, Depends(reading, scope="function")]
Writing = Annotated[Desk, Depends(writing, scope="function")]
Uploaded = Annotated[Scenario, Depends(uploaded)]
Administering = Annotated[Desk, Depends(administering, scope="function")]


def only_self(desk: Desk, person: str) -> None:
    """That a practitioner asks about themselves only; for others everybody else's data is as if it were not.

    Raises:
        Problem: about somebody else.
    """
    if desk.who.role == "practitioner" and desk.who.person != person:
        raise Problem("not_found")
