"""The ways in: the front door, signing in, the language, and what an empty installation shows first."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from api.access import begin_session, service_of
from api.demo import DEMO, PILOT
from api.pages.shell import Honest, here, page
from api.problems import Problem
from api.store.schema import Territory
from api.who import ROLES, Actor, Role, actor_of, actor_of_key
from scheduler.words import Said

router = APIRouter(include_in_schema=False)
HOME: dict[Role, str] = {
    "coordinator": "overview",
    "establishment": "establishment",
    "practitioner": "me",
    "reader": "on-call",
    "analyst": "compare",
}
"""Where somebody begins in a territory."""


@router.get("/", name="front")
def front(request: Request) -> Response:
    """To one's own territory; to a choice, when there are several; to the first steps, when there is none."""
    service = service_of(request)
    subject = request.session.get("subject")
    with service.database.reading() as session:
        if not isinstance(subject, str):
            return RedirectResponse("/welcome", 303)
        who = actor_of(session, subject)
        names = {row.id: row.name for row in session.execute(select(Territory).order_by(Territory.name)).scalars()}
    mine = _mine(who, names)
    if len(mine) == 1 and not who.administers:
        return RedirectResponse(f"/t/{mine[0][0]}", 303)
    return page(request, "front.html.j2", mine=mine, administers=who.administers, empty=not names, subject=subject)


def _mine(who: Actor, names: dict[str, str]) -> list[tuple[str, str]]:
    places = {grant.territory for grant in who.grants if grant.territory}
    return [(id_, name) for id_, name in names.items() if id_ in places]


@router.get("/t/{territory}", name="home")
def home(request: Request, territory: str) -> Response:
    """Where one begins here: by the first of one's roles."""
    service = service_of(request)
    with service.database.reading() as session:
        who = actor_of(session, str(request.session.get("subject", "")))
    for role in ROLES:
        if role in HOME and any(one.role == role for one in who.roles_in(territory)):
            return RedirectResponse(f"/t/{territory}/{HOME[role]}", 303)
    raise Problem("not_found" if "subject" in request.session else "not_signed_in")


@router.get("/welcome", name="welcome")
def welcome(request: Request, next: str = "") -> Response:
    """Signing in: with the provider, with a key, or into the demo; then to where one wanted to go."""
    service = service_of(request)
    if wanted := here(next, ""):
        request.session["wanted"] = wanted
    with service.database.reading() as session:
        demo = service.settings.demo and session.get(Territory, PILOT) is not None
    return page(
        request, "welcome.html.j2", provider=service.settings.provider is not None, demo=tuple(DEMO) if demo else ()
    )


@router.post("/speak", name="speak")
def speak(
    request: Request, _: Annotated[None, Honest], lang: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> Response:
    """The language of the pages, kept in a cookie."""
    answer = RedirectResponse(here(back, "") or "/", 303)
    secure = service_of(request).settings.secure
    answer.set_cookie(
        "lang", "en" if lang == "en" else "fr", max_age=400 * 86_400, secure=secure, httponly=True, samesite="lax"
    )
    return answer


@router.post("/signin/key", name="key_signin")
def key_signin(
    request: Request, _: Annotated[None, Honest], key: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """A session for who has a key: for the first administrator, and where there is no provider."""
    service = service_of(request)
    with service.database.reading() as session:
        who = actor_of_key(session, key.strip(), service.clock())
    if who is None:
        raise Problem(
            "not_allowed", Said("this key is not known, or is over", "cette clé est inconnue ou n'est plus valable")
        )
    return RedirectResponse(begin_session(request, who.subject), 303)


@router.post("/signin/demo", name="demo_signin")
def demo_signin(request: Request, _: Annotated[None, Honest], role: Annotated[str, Form()]) -> Response:
    """Into the demo territory, as somebody there."""
    if not service_of(request).settings.demo or role not in DEMO:
        raise Problem("not_found")
    return RedirectResponse(begin_session(request, f"demo:{role}"), 303)
