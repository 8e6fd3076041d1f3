"""What every page stands in: who looks, in which language, the menu of their roles, and what keeps a form honest."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from babel.dates import format_date, format_datetime
from fastapi import Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.access import TerritoryId, writing
from api.exports import labels
from api.matrix import PAGES
from api.office.desk import Desk
from api.office.documents import scenario_by
from api.problems import CATALOGUE, Problem, language
from api.store.schema import Territory
from api.who import Role
from scheduler.words import Lang, Said, counted

HERE = Path(__file__).parent
STATIC = HERE / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline."""
SAID_MOST = 6
"""Findings that are shown after a form was refused; how many more there are is told."""

MENU: tuple[tuple[str, str, Said], ...] = (
    ("overview", "overview", Said("Overview", "Vue d'ensemble")),
    ("campaign_page", "campaign", Said("Campaign", "Campagne")),
    ("rosters_page", "rosters", Said("Rosters", "Tableaux")),
    ("my_duties", "me", Said("My duties", "Mes gardes")),
    ("my_availability", "me/availability", Said("My availability", "Mes disponibilités")),
    ("my_share", "me/share", Said("My share", "Ma part")),
    ("my_exchanges", "me/exchanges", Said("Exchanges", "Échanges")),
    ("my_statement", "me/statement", Said("My statement", "Mon relevé")),
    ("establishment", "establishment", Said("My establishment", "Mon établissement")),
    ("on_call_page", "on-call", Said("On call now", "De garde maintenant")),
    ("compare_page", "compare", Said("Compare", "Comparer")),
    ("sweeps_page", "sweeps", Said("Sweeps", "Balayages")),
    ("stress_page", "stress", Said("Stress test", "Test de résistance")),
    ("harmonise_page", "harmonise", Said("Harmonise pay", "Harmoniser la paie")),
    ("map_page", "map", Said("Map", "Carte")),
    ("rules_page", "rules", Said("Rules in force", "Règles en vigueur")),
    ("trail_page", "trail", Said("Audit trail", "Journal d'audit")),
)
"""Pages of a territory, in the order of the menu: name, address, what they are called."""


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "euros": labels.euros,
        "hundredths": labels.hundredths,
        "signed": labels.signed,
        "whole": labels.whole,
        "long_day": labels.long_day,
        "short": lambda one, lang: format_date(
            date.fromisoformat(one) if isinstance(one, str) else one, "d MMM y", locale=lang
        ),
        "fingerprint": _fingerprint(),
    }
    return environment


def _fingerprint() -> str:
    """Of the static files: a browser that has those of another version asks for these."""
    found = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def csrf_of(request: Request) -> str:
    """The token of a session, made when it is first wanted."""
    if "csrf" not in request.session:
        request.session["csrf"] = secrets.token_urlsafe(16)
    return str(request.session["csrf"])


def honest(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """That a form was made by a page of this session.

    Raises:
        Problem: it was not.
    """
    known = str(request.session.get("csrf", ""))
    if not csrf or not hmac.compare_digest(csrf.encode(), known.encode()):
        said = Said("the form is not of this session: open the page again", "formulaire périmé : rouvrez la page")
        raise Problem("not_allowed", said)


Honest = Depends(honest, scope="function")


def posting(request: Request, territory: TerritoryId, _: Annotated[None, Honest]) -> Iterator[Desk]:
    """A desk that writes, for a form of a page."""
    yield from writing(request, territory)


Posting = Annotated[Desk, Depends(posting, scope="function")]


def zone_of(desk: Desk) -> tzinfo:
    """The time zone of a territory; UTC before it has a scenario."""
    row = desk.session.get(Territory, desk.who.territory)
    return scenario_by(desk.session, row.scenario).facts.calendar.zone if row and row.scenario else UTC


def moment(text: str, zone: tzinfo, lang: Lang) -> str:
    """An instant on the wall clock of a zone."""
    return format_datetime(datetime.fromisoformat(text).astimezone(zone), "d MMM y, HH:mm", locale=lang)


def page(request: Request, template: str, desk: Desk | None = None, **words: Any) -> HTMLResponse:
    """A page, whole; words are what its template shows."""
    lang = language(request)
    place = desk.who.territory if desk else ""
    row = desk.session.get(Territory, place) if desk else None
    zone = zone_of(desk) if desk else UTC
    roles: Sequence[Role] = getattr(request.state, "roles", ())
    menu = [
        (f"/t/{place}/{path}", said.to(lang), request.url.path == f"/t/{place}/{path}")
        for name, path, said in MENU
        if desk and PAGES[name] & set(roles)
    ]
    always: dict[str, Any] = {
        "lang": lang,
        "t": lambda en, fr: fr if lang == "fr" else en,
        "moment": lambda text: moment(text, zone, lang),
        "many": lambda number, en, ens, fr, frs: counted(number, Said(en, fr), Said(ens, frs)).to(lang),
        "colon": "\N{NO-BREAK SPACE}:" if lang == "fr" else ":",
        "here": request.url.path,
        "place": place,
        "base": f"/t/{place}",
        "place_name": row.name if row else "",
        "who": desk.who if desk else None,
        "menu": menu,
        "csrf": csrf_of(request),
        "flash": None if "flash" in words else request.session.pop("flash", None),
        "signed_in": "subject" in request.session,
    }
    content = _templates().get_template(template).render(**(always | words))
    return HTMLResponse(content, headers={"content-security-policy": POLICY, "cache-control": "no-store"})


def part(request: Request, template: str, desk: Desk, **words: Any) -> HTMLResponse:
    """A part of a page for a browser that asks for it alone; the whole page for one without scripts."""
    # A form that a script sends is answered with a page, to which it was led.
    alone = request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"
    return page(request, template, desk, **words, layout="part.html.j2" if alone else "base.html.j2")


def then(request: Request, path: str, said: Said | None = None) -> Response:
    """To another page after a form was taken, with a word of what was done."""
    if said is not None:
        request.session["flash"] = {"kind": "good", "said": [said.to(language(request))]}
    return RedirectResponse(path, 303)


def told(request: Request, problem: Problem) -> Response:
    """A problem, to somebody who looks at pages: where they came from says what is wrong, what they had entered is still there."""
    lang = language(request)
    status, title = CATALOGUE[problem.code]
    alone = request.headers.get("hx-request") == "true"
    if "session" not in request.scope:
        # Before anything was read: too large, or a failure of the whole.
        return PlainTextResponse(title.to(lang), status)
    if problem.code == "not_signed_in" and problem.detail is None:
        where = f"/welcome?next={quote(request.url.path)}"
        return Response(status_code=401, headers={"hx-redirect": where}) if alone else RedirectResponse(where, 303)
    said = [problem.detail.to(lang) if problem.detail else title.to(lang)]
    said += [finding.to(lang) for finding in problem.findings[:SAID_MOST]]
    more = len(problem.findings) - SAID_MOST
    if more > 0:
        said.append(Said(f"and {more} more", f"et {more} autres").to(lang))
    if alone:
        # Into its place on the page that is open: the form keeps what was entered.
        answer = page(request, "flash.html.j2", flash={"kind": "bad", "said": said})
        answer.status_code = status
        answer.headers["hx-retarget"], answer.headers["hx-reswap"] = "#flash", "innerHTML show:top"
        answer.headers["hx-push-url"] = "false"
        return answer
    back = here(request.headers.get("referer", ""), request.url.netloc)
    if request.method == "POST" and back and problem.code != "failed":
        request.session["flash"] = {"kind": "bad", "said": [one[:300] for one in said]}
        return RedirectResponse(back, 303)
    answer = page(request, "problem.html.j2", title=title.to(lang), said=said)
    answer.status_code = status
    return answer


def here(address: str, host: str) -> str:
    """The path of an address of this host, to go back to; empty for any other: two slashes would lead elsewhere."""
    try:
        found = urlsplit(address)
    except ValueError:
        return ""
    if found.netloc not in ("", host) or not found.path.startswith("/") or found.path.startswith(("//", "/\\")):
        return ""
    return f"{found.path}?{found.query}" if found.query else found.path
