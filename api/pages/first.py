"""An empty installation, led by the hand: the workbook to fill, and the territory made of it."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from api import uploads
from api.access import actor, service_of
from api.demo import DATA
from api.office import territories
from api.office.desk import Desk
from api.pages.coordinator import said_read
from api.pages.shell import Honest, then
from api.problems import Problem
from api.who import Acting, grant
from scenarios.load import load

router = APIRouter(include_in_schema=False)
EXAMPLE = "prevention-bus"
"""The smallest territory shipped: what the workbook to fill shows."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/first/workbook.xlsx", name="first_workbook")
def first_workbook() -> Response:
    """A small whole example as a workbook."""
    headers = {"content-disposition": 'attachment; filename="permanence.xlsx"'}
    return Response(uploads.packed(load(DATA / EXAMPLE), "xlsx"), media_type=XLSX, headers=headers)


@router.post("/first", name="first_territory")
def first_territory(
    request: Request,
    _: Annotated[None, Honest],
    id_: Annotated[str, Form(alias="id", pattern=r"^[A-Za-z0-9_-]{1,64}$")],
    name: Annotated[str, Form(min_length=1, max_length=200)],
    file: Annotated[UploadFile, File()],
) -> Response:
    """A territory of a workbook; who makes it coordinates it. All of it, or nothing."""
    service = service_of(request)
    with service.database.reading() as session:
        if not actor(request, session, service.clock()).administers:
            raise Problem("not_allowed")
    # Read before the turn to write is taken: that may take a while.
    scenario = uploads.read(file.file.read(), file.filename or "")
    with service.database.writing() as session:
        at = service.clock()
        who = actor(request, session, at)
        desk = Desk(session, at, Acting(who.subject, "administrator", id_))
        territories.create(desk, id_, name)
        territories.put_in_force(desk, scenario)
        grant(session, who.subject, "coordinator", at, id_)
        desk.tell("grant.create", f"{who.subject} coordinator {id_}")
    return then(request, f"/t/{id_}/overview", said_read(scenario.facts))
