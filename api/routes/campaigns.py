"""Campaigns: what people say before a roster is made."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Response, UploadFile
from sqlalchemy import select

from api.access import Reading, Writing, only_self
from api.office import campaigns
from api.office.desk import Desk, seen, tag
from api.office.documents import scenario_by
from api.problems import Problem
from api.store.schema import Campaign, Submission
from api.views import Availability, AvailabilityShown, CampaignShown, NewCampaign, Told

router = APIRouter(prefix="/v1/territories/{territory}/campaigns", tags=["campaigns"])
IfMatch = Annotated[str | None, Header(description="the version that you saw")]


@router.post("", status_code=201)
def open_campaign(desk: Writing, asked: NewCampaign) -> CampaignShown:
    """Ask everybody, until an instant."""
    if asked.closes.tzinfo is None:
        raise Problem("invalid")
    return _shown(desk, campaigns.open_(desk, asked.closes))


@router.get("")
def list_campaigns(desk: Reading) -> list[CampaignShown]:
    """All of a territory, the newest first."""
    asked = select(Campaign).where(Campaign.territory == desk.who.territory).order_by(Campaign.created.desc())
    return [_shown(desk, row) for row in desk.session.execute(asked).scalars()]


@router.get("/{campaign}")
def get_campaign(desk: Reading, campaign: str, response: Response) -> CampaignShown:
    """One campaign: who has answered, and who has not."""
    row = desk.get(Campaign, campaign)
    response.headers["etag"] = tag(row)
    return _shown(desk, row)


@router.post("/{campaign}/close")
def close_campaign(desk: Writing, campaign: str, if_match: IfMatch = None) -> CampaignShown:
    """End it: what came in makes a new scenario, in force from now on."""
    row = desk.get(Campaign, campaign, lock=True)
    seen(row, if_match)
    return _shown(desk, campaigns.close(desk, row))


@router.put("/{campaign}/availability/{person}")
def put_availability(desk: Writing, campaign: str, person: str, asked: Availability) -> AvailabilityShown:
    """What somebody says, in place of what they said before; a table left empty stays as the territory knows it."""
    only_self(desk, person)
    rows = campaigns.rows_from_cells(person, {name: cells for name, cells in asked if cells})
    return _availability(campaigns.submit(desk, desk.get(Campaign, campaign), person, rows))


@router.put("/{campaign}/tables/{table}")
def put_availability_table(
    desk: Writing, campaign: str, table: Literal["absences", "wishes", "offers", "consents"], file: UploadFile
) -> Told:
    """What several people say, as one table (.csv, or a sheet of an .xlsx): of each person in it, in place of what that table said
    before. All of it, or nothing."""
    row = desk.get(Campaign, campaign)
    people = campaigns.submit_table(desk, row, table, file.file.read(), file.filename or "")
    return Told(people=people)


@router.get("/{campaign}/availability/{person}")
def get_availability(desk: Reading, campaign: str, person: str) -> AvailabilityShown:
    """What somebody said."""
    only_self(desk, person)
    found = desk.session.get(Submission, (desk.get(Campaign, campaign).id, person))
    if found is None:
        raise Problem("not_found")
    desk.tell("availability.read", f"{campaign} {person}")
    return _availability(found)


def _availability(row: Submission) -> AvailabilityShown:
    return AvailabilityShown(campaign=row.campaign, person=row.person, received=row.received, tables=row.rows)


def _shown(desk: Desk, row: Campaign) -> CampaignShown:
    """Who has answered is told to the coordinator only."""
    answered: set[str] = set()
    people: set[str] = set()
    if desk.who.role == "coordinator":
        answered = set(campaigns.submissions(desk, row))
        people = set(scenario_by(desk.session, row.scenario).facts.person_by_id)
    return CampaignShown(
        id=row.id,
        scenario=row.scenario,
        state=row.state,
        closes=row.closes,
        result=row.result,
        answered=sorted(answered),
        waiting=sorted(people - answered),
    )
