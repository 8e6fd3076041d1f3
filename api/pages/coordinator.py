"""A coordinator's pages: what comes next, the campaign, a solve that is under way."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import select

from api.access import Reading, Uploaded, service_of
from api.exports.charts import progress_chart
from api.exports.comparisons import aim
from api.office import campaigns, jobs, territories
from api.office.desk import Desk
from api.office.documents import scenario_by
from api.pages.shell import Honest, Posting, page, part, then
from api.store.schema import Campaign, Job, RosterRow, Territory
from scheduler.explain import said_points
from scheduler.facts import Facts
from scheduler.words import Said, counted, joined

__all__ = ["router"]
router = APIRouter(prefix="/t/{territory}", include_in_schema=False)
SHOWN = 8
"""Jobs and rosters on the overview."""
LIMITS = (20, 60, 300, 1_200)
"""Seconds of search to choose from."""


def _rosters(desk: Desk) -> list[RosterRow]:
    asked = select(RosterRow).where(RosterRow.territory == desk.who.territory).order_by(RosterRow.created.desc())
    return list(desk.session.execute(asked).scalars())


def _campaigns(desk: Desk) -> list[Campaign]:
    asked = select(Campaign).where(Campaign.territory == desk.who.territory).order_by(Campaign.created.desc())
    return list(desk.session.execute(asked).scalars())


@router.get("/overview", name="overview")
def overview(request: Request, desk: Reading) -> Response:
    """Where everything stands, and what comes next."""
    territory = desk.session.get_one(Territory, desk.who.territory)
    facts = scenario_by(desk.session, territory.scenario).facts if territory.scenario else None
    every, found = _campaigns(desk), _rosters(desk)
    asked = select(Job).where(Job.territory == desk.who.territory, Job.sweep.is_(None)).order_by(Job.created.desc())
    return page(
        request,
        "overview.html.j2",
        desk,
        facts=facts,
        campaign=every[0] if every else None,
        jobs=list(desk.session.execute(asked.limit(SHOWN)).scalars()),
        rosters=found[:SHOWN],
        limits=LIMITS,
        next=_next(every, found, territory),
    )


def _next(every: list[Campaign], found: list[RosterRow], territory: Territory) -> str:
    """What comes next: upload, campaign, solve, or one of the rosters of the scenario in force."""
    if territory.scenario is None:
        return "upload"
    if every and every[0].state == "open":
        return "campaign"
    current = [row for row in found if row.scenario == territory.scenario]
    # A mending gives a published roster a scenario of its own.
    if not current and not any(
        row.state in ("published", "frozen") and row.created > (every[0].created if every else "") for row in found
    ):
        return "solve"
    return current[0].id if current and current[0].state in ("draft", "proposed") else ""


def said_read(facts: Facts) -> Said:
    """What was read of a scenario."""
    parts = (
        counted(len(facts.people), Said("person", "personne"), Said("people", "personnes")),
        counted(len(facts.lines), Said("line", "ligne"), Said("lines", "lignes")),
        counted(len(facts.duties), Said("duty", "garde"), Said("duties", "gardes")),
    )
    return Said(f"Read: {joined(tuple(p.en for p in parts))}.", f"Lu : {joined(tuple(p.fr for p in parts))}.")


@router.post("/workbook", name="put_workbook")
def put_workbook(request: Request, _: Annotated[None, Honest], scenario: Uploaded, desk: Posting) -> Response:
    """Another scenario in force, of a workbook or a zip."""
    territories.put_in_force(desk, scenario)
    return then(request, f"/t/{desk.who.territory}/overview", said_read(scenario.facts))


# --- the campaign -----------------------------------------------------------------------------------------------------


@router.get("/campaign", name="campaign_page")
def campaign_page(request: Request, desk: Reading) -> Response:
    """Who has answered, who has not, and a text to remind them."""
    every = _campaigns(desk)
    campaign = every[0] if every else None
    answered, waiting = [], []
    if campaign is not None:
        facts = scenario_by(desk.session, campaign.scenario).facts
        told = campaigns.submissions(desk, campaign)
        answered = [(facts.name(id_), told[id_].received) for id_ in facts.person_by_id if id_ in told]
        waiting = [facts.name(id_) for id_ in facts.person_by_id if id_ not in told]
        desk.tell("campaign.read", campaign.id)
    return page(
        request,
        "campaign.html.j2",
        desk,
        campaign=campaign,
        answered=answered,
        waiting=waiting,
        today=desk.at.date(),
        limits=LIMITS,
        address=f"{str(request.base_url).rstrip('/')}/t/{desk.who.territory}/me/availability",
    )


@router.post("/campaign", name="campaign_open")
def campaign_open(request: Request, desk: Posting, closes: Annotated[date, Form()]) -> Response:
    """Ask everybody, until the end of a day."""
    zone = territories.in_force(desk)[1].facts.calendar.zone
    campaigns.open_(desk, datetime.combine(closes, time(23, 59), zone).astimezone(UTC))
    return then(request, request.url.path, Said("Everybody may answer now.", "Chacun peut répondre maintenant."))


@router.post("/campaign/{campaign}/close", name="campaign_close")
def campaign_close(request: Request, desk: Posting, campaign: str) -> Response:
    """What came in is the scenario from now on."""
    campaigns.close(desk, desk.get(Campaign, campaign, lock=True))
    return then(request, f"/t/{desk.who.territory}/campaign", Said("Closed.", "Campagne close."))


# --- a solve ----------------------------------------------------------------------------------------------------------


@router.post("/solve", name="solve_begin")
def solve_begin(
    request: Request, desk: Posting, time_limit: Annotated[float, Form(ge=1, le=86_400)] = 60.0
) -> Response:
    """Make a rota of the scenario in force."""
    job = jobs.solve(desk, service_of(request).queue, time_limit=time_limit, workers=2)
    return then(request, f"/t/{desk.who.territory}/jobs/{job.id}")


@router.get("/jobs/{job}", name="job_page")
def job_page(request: Request, desk: Reading, job: str) -> Response:
    """A solve: live while it goes on, then what came of it."""
    return page(request, "job.html.j2", desk, **_job(desk, desk.get(Job, job)))


@router.get("/jobs/{job}/part", name="job_part")
def job_part(request: Request, desk: Reading, job: str) -> Response:
    """The part of that page that changes."""
    return part(request, "job_part.html.j2", desk, **_job(desk, desk.get(Job, job)))


def _job(desk: Desk, job: Job) -> dict[str, object]:
    steps = jobs.steps(desk, job)
    tiers: dict[str, list[tuple[float, int, int | None]]] = {}
    for step in steps:
        rows = tiers.setdefault(step.tier, [])
        # What was proved once stays proved: a search that was taken up again begins with less.
        proved = [bound for bound in (rows[-1][2] if rows else None, step.bound) if bound is not None]
        rows.append((step.seconds, step.value, max(proved, default=None)))
    facts = scenario_by(desk.session, job.asked["scenario"]).facts
    return {
        "job": job,
        "facts": facts,
        "ended": job.state in jobs.ENDED,
        "left": max(0, round(job.asked["time_limit"] - job.used)),
        "tiers": [(name, rows[-1], progress_chart(rows, name)) for name, rows in tiers.items()],
        "final": (job.best or {}).get("tiers", []),
        "aim": aim,
        "points": said_points,
        "moves": jobs.moves(desk, job) if job.state in jobs.ENDED else (),
    }


@router.post("/jobs/{job}/stop", name="job_stop")
def job_stop(request: Request, desk: Posting, job: str) -> Response:
    """End it with the best rota that it has."""
    jobs.cancel(desk, desk.get(Job, job, lock=True))
    return then(request, f"/t/{desk.who.territory}/jobs/{job}")


@router.post("/jobs/{job}/apply", name="job_apply")
def job_apply(request: Request, desk: Posting, job: str) -> Response:
    """Take what a mending found as the next version."""
    found = desk.get(Job, job)
    row = desk.get(RosterRow, str(found.asked.get("roster", "")), lock=True)
    jobs.apply(desk, row, found)
    return then(
        request,
        f"/t/{desk.who.territory}/rosters/{row.id}",
        Said("The next version is published.", "La version suivante est publiée."),
    )
