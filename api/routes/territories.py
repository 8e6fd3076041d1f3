"""Territories, the scenario in force, contacts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access import Administering, Reading, Uploaded, Writing, actor, service_of
from api.office import territories
from api.office.documents import scenario_by
from api.problems import Problem, shown
from api.store.schema import ScenarioRow, Territory
from api.uploads import XLSX, ZIP, packed
from api.views import Contacts, FindingShown, NewTerritory, ScenarioShown, TerritoryShown
from scheduler.scenario import Scenario

router = APIRouter(prefix="/v1/territories", tags=["territories"])


@router.post("", status_code=201)
def create_territory(desk: Administering, asked: NewTerritory) -> TerritoryShown:
    """A territory with nothing in it yet."""
    return TerritoryShown.model_validate(territories.create(desk, asked.id, asked.name))


@router.get("")
def list_territories(request: Request) -> list[TerritoryShown]:
    """Those in which one has a role; for an administrator all."""
    service = service_of(request)
    with service.database.reading() as session:
        who = actor(request, session, service.clock())
        mine = {grant.territory for grant in who.grants}
        rows = session.query(Territory).order_by(Territory.id).all()
        return [TerritoryShown.model_validate(row) for row in rows if who.administers or row.id in mine]


@router.get("/{territory}")
def get_territory(desk: Reading) -> TerritoryShown:
    """One territory."""
    return TerritoryShown.model_validate(desk.session.get_one(Territory, desk.who.territory))


@router.put("/{territory}/scenario", status_code=201)
def put_scenario(scenario: Uploaded, desk: Writing) -> ScenarioShown:
    """Upload a scenario; it is in force from now on. What is wrong is told all at once, and then nothing changes."""
    return scenario_shown(territories.put_in_force(desk, scenario), scenario)


@router.get(
    "/{territory}/scenario",
    response_model=None,
    responses={200: {"content": {ZIP: {}, XLSX: {}, "application/json": {}}}},
)
def get_scenario(
    desk: Reading,
    response: Response,  # noqa: ARG001
    id: Annotated[str | None, Query(description="empty = the one in force")] = None,
    form: Annotated[str, Query(alias="as", pattern="^(json|zip|xlsx)$")] = "json",
) -> Response:
    """A scenario: what it is (json), or the whole of it (zip, xlsx)."""
    id_ = id or territories.in_force(desk)[0]
    row = desk.get(ScenarioRow, id_)
    scenario = scenario_by(desk.session, id_)
    if form == "json":
        body = scenario_shown(row, scenario).model_dump_json()
        return Response(body, media_type="application/json")
    desk.tell("scenario.read", id_)
    media = ZIP if form == "zip" else XLSX
    headers = {"content-disposition": f'attachment; filename="scenario.{form}"'}
    return Response(packed(scenario, form), media_type=media, headers=headers)


@router.put("/{territory}/contacts", status_code=204)
def put_contacts(desk: Writing, asked: Contacts) -> None:
    """Phone numbers by person; numbers of others stay."""
    if not asked.phones:
        raise Problem("invalid")
    territories.put_contacts(desk, asked.phones)


def scenario_shown(row: ScenarioRow, scenario: Scenario) -> ScenarioShown:
    """A scenario in short."""
    facts = scenario.facts
    return ScenarioShown(
        id=row.id,
        name=row.name,
        sha256=row.sha256,
        people=len(facts.people),
        lines=len(facts.lines),
        duties=len(facts.duties),
        warnings=[FindingShown(**shown(finding)) for finding in scenario.warnings],
    )
