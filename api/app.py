"""The application: routes over the functions of the office, with limits and headers around."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.middleware.sessions import SessionMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems, signin
from api.access import Service
from api.installation import SECRET, prepared, utc_now
from api.pages import analyst, coordinator, doors, establishment, first, on_call, practitioner, shell, trust
from api.pages import rosters as roster_pages
from api.problems import CATALOGUE, Problem
from api.queue import Queue
from api.routes import access, board, campaigns, exchanges, jobs, rosters, territories
from api.routes.rosters import NotModified
from api.settings import Settings
from api.store import audit
from api.store.schema import Setting

JSON_MOST, UPLOAD_MOST = 5_000_000, 10_500_000
"""Bytes of a body; an upload has some around the file."""
SESSION_S = 8 * 3600


def create_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The application of an installation."""
    database = prepared(settings)
    queue, trail = Queue(database), audit.Trail(database)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        trail.start()
        yield
        trail.close()
        queue.close()
        database.close()

    app = FastAPI(
        title="permanence",
        version="1",
        summary="Duty rotas of a territory: proved, explained, kept.",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_named,
        responses={
            "4XX": {"description": "A problem (RFC 9457)", "content": {problems.MEDIA: {"schema": _PROBLEM}}},
            "5XX": {"description": "A problem (RFC 9457)", "content": {problems.MEDIA: {"schema": _PROBLEM}}},
        },
    )
    app.state.service = Service(settings, database, queue, trail, clock)
    if settings.provider is not None:
        app.state.oauth = signin.client_of(settings.provider)
    app.state.told = shell.told
    problems.install(app)

    @app.exception_handler(NotModified)
    async def _not_modified(_: Request, same: NotModified) -> Response:
        return Response(status_code=304, headers={"etag": same.etag})

    for router in (
        territories.router,
        campaigns.router,
        jobs.router,
        rosters.router,
        rosters.compare,
        exchanges.router,
        board.router,
        board.open_router,
        access.router,
        access.territory_router,
        signin.router,
        doors.router,
        first.router,
        practitioner.router,
        coordinator.router,
        roster_pages.router,
        establishment.router,
        on_call.router,
        analyst.router,
        trust.router,
    ):
        app.include_router(router)

    app.mount("/static", StaticFiles(directory=shell.STATIC), name="static")

    @app.get("/v1/health", tags=["service"])
    def health() -> dict[str, str]:
        """Whether the service and its database answer."""
        with database.reading() as session:
            session.execute(select(Setting.name).limit(1))
        return {"status": "fine"}

    @app.get("/problems/{code}", tags=["service"])
    def problem(code: str) -> dict[str, object]:
        """What a code means."""
        if code not in CATALOGUE:
            raise Problem("not_found")
        status, title = CATALOGUE[code]
        return {"code": code, "status": status, "titles": {"en": title.en, "fr": title.fr}}

    with database.reading() as session:
        secret = session.get_one(Setting, SECRET).value
    app.add_middleware(
        SessionMiddleware,
        secret_key=secret,
        session_cookie="__Host-permanence" if settings.secure else "permanence",
        max_age=SESSION_S,
        same_site="lax",
        https_only=settings.secure,
    )
    app.add_middleware(Guard)
    return app


def _named(route: APIRoute) -> str:
    return route.name


_PROBLEM = {
    "type": "object",
    "required": ["type", "status", "code", "title", "titles"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(CATALOGUE)},
        "title": {"type": "string"},
        "titles": {"type": "object"},
        "detail": {"type": "string"},
        "findings": {"type": "array", "items": {"type": "object"}},
    },
}
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


class TooLarge(Exception):
    """A body that went on past its limit."""


class Guard:
    """Around everything: bodies are counted before anybody reads them, headers that keep a browser careful go out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        most = UPLOAD_MOST if headers.get(b"content-type", b"").startswith(b"multipart/") else JSON_MOST
        said = headers.get(b"content-length", b"0")
        request = Request(scope)
        if not said.isdigit() or int(said) > most:
            await problems.answer(request, Problem("too_large"))(scope, receive, send)
            return
        read, begun = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise TooLarge
            return message

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        try:
            await self._app(scope, counted, sent)
        except TooLarge:
            if not begun:
                await problems.answer(request, Problem("too_large"))(scope, receive, send)
