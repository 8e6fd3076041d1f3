"""What goes wrong, as the world sees it: RFC 9457 problems with a stable type, a machine code, titles in both languages, and
every finding at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from scheduler.findings import Finding, ScenarioError
from scheduler.misread import misread
from scheduler.words import Lang, Said

PROGRAMS = ("/v1/", "/problems/", "/openapi")
"""Addresses that programs ask: there a problem is a document."""
MEDIA = "application/problem+json"
CATALOGUE: dict[str, tuple[int, Said]] = {
    "bad_request": (400, Said("The request cannot be understood", "La requête n'est pas comprise")),
    "not_signed_in": (401, Said("Nobody is signed in", "Personne n'est connecté")),
    "not_allowed": (403, Said("Your role does not allow this", "Votre rôle ne le permet pas")),
    "not_found": (404, Said("There is no such thing", "Cela n'existe pas")),
    "method_not_allowed": (405, Said("This cannot be done here", "Cela ne se fait pas ici")),
    "not_acceptable": (406, Said("No such form of it", "Cette forme n'existe pas")),
    "conflict": (409, Said("It is not in a state in which this can be done", "Son état ne le permet pas")),
    "taken": (409, Said("Somebody else was first", "Quelqu'un d'autre a été plus rapide")),
    "stale": (412, Said("It has changed since you looked", "Cela a changé depuis votre lecture")),
    "too_large": (413, Said("That is too large", "C'est trop volumineux")),
    "unsupported_media": (415, Said("This kind of content is not read here", "Ce type de contenu n'est pas lu ici")),
    "invalid": (422, Said("Some of it is not as expected", "Certaines valeurs ne sont pas celles attendues")),
    "breaks_rules": (422, Said("It would break rules", "Des règles seraient enfreintes")),
    "precondition_required": (
        428,
        Said("Say which version you saw (If-Match)", "Dites quelle version vous avez lue (If-Match)"),
    ),
    "failed": (500, Said("Something went wrong here", "Une erreur est survenue ici")),
    "busy": (503, Said("Too busy just now: try again", "Trop de demandes : réessayez")),
    "no_room": (507, Said("There is no room left to keep this", "Plus de place pour l'enregistrer")),
}
"""Status and title of every code."""
BY_STATUS = {status: code for code, (status, _) in reversed(CATALOGUE.items())}


class Problem(Exception):
    """A request that cannot be granted."""

    def __init__(
        self,
        code: str,
        detail: Said | None = None,
        *,
        findings: Sequence[Finding] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        self.code, self.detail, self.findings, self.headers = code, detail, tuple(findings), headers or {}
        super().__init__(code)


def language(request: Request) -> Lang:
    """The reader's language: the one they chose on a page, else the first of French and English that the browser prefers;
    French when it says nothing.
    """
    chosen = request.cookies.get("lang")
    if chosen in ("en", "fr"):
        return "fr" if chosen == "fr" else "en"
    for part in request.headers.get("accept-language", "").lower().split(","):
        if part.strip().startswith("en"):
            return "en"
        if part.strip().startswith("fr"):
            return "fr"
    return "fr"


def shown(finding: Finding) -> dict[str, Any]:
    """A finding as data."""
    return {
        "severity": finding.severity,
        "where": finding.where,
        "row": finding.row,
        "column": finding.column,
        "found": finding.found,
        "maybe": finding.maybe or None,
        "expected": {"en": finding.expected.en, "fr": finding.expected.fr},
    }


def misread_findings(errors: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """What pydantic found wrong with a request or a form, as findings."""
    findings = []
    for one in errors:
        found = None if isinstance(one.get("input"), dict | list | None) else str(one["input"])[:200]
        expected, maybe = misread(one, found)
        findings.append(
            Finding(expected, ".".join(str(part) for part in one["loc"]) or "body", found=found, maybe=maybe)
        )
    return findings


def answer(request: Request, problem: Problem) -> Response:
    """The document of a problem; for somebody who looks at a page, a page."""
    told = getattr(request.app.state, "told", None) if "app" in request.scope else None
    if told is not None and not request.url.path.startswith(PROGRAMS):
        page: Response = told(request, problem)
        return page
    status, title = CATALOGUE[problem.code]
    lang = language(request)
    body: dict[str, Any] = {
        "type": f"/problems/{problem.code}",
        "status": status,
        "code": problem.code,
        "title": title.to(lang),
        "titles": {"en": title.en, "fr": title.fr},
    }
    if problem.detail is not None:
        body["detail"] = problem.detail.to(lang)
    if problem.findings:
        body["findings"] = [shown(finding) for finding in problem.findings]
    return JSONResponse(body, status, {**problem.headers, "content-language": lang}, MEDIA)


def install(app: FastAPI) -> None:
    """Make every error of an application a problem."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        return answer(request, error)

    @app.exception_handler(ScenarioError)
    async def _data(request: Request, error: ScenarioError) -> Response:
        return answer(request, Problem("invalid", findings=error.findings))

    @app.exception_handler(RequestValidationError)
    async def _request(request: Request, error: RequestValidationError) -> Response:
        return answer(request, Problem("invalid", findings=misread_findings(error.errors())))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code = BY_STATUS.get(error.status_code, "bad_request" if error.status_code < 500 else "failed")
        return answer(request, Problem(code, headers=dict(error.headers or {})))

    @app.exception_handler(OperationalError)
    async def _database(request: Request, error: OperationalError) -> Response:
        said = str(error.orig).lower()
        full = "disk is full" in said or "no space left" in said or "disk i/o error" in said
        return answer(request, Problem("no_room" if full else "busy", headers={"retry-after": "5"}))

    @app.exception_handler(StaleDataError)
    @app.exception_handler(IntegrityError)
    async def _taken(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return answer(request, Problem("taken"))

    @app.exception_handler(Exception)
    async def _bug(request: Request, error: Exception) -> Response:  # noqa: ARG001
        return answer(request, Problem("failed"))
