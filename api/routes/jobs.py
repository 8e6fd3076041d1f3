"""Solves and mendings: asked for, looked at, ended."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.access import Reading, TerritoryId, Writing, acting, service_of
from api.office import jobs
from api.office.desk import Desk, keep, once, seen
from api.store.schema import Job, RosterRow
from api.views import JobShown, NewReplan, NewSolve, NewSweep, StepShown, SweepShown, TierShown, VariantShown
from scheduler.tables import Absence

router = APIRouter(prefix="/v1/territories/{territory}", tags=["jobs"])
IdempotencyKey = Annotated[
    str | None, Header(max_length=200, description="the same key and body: the same answer, done once")
]
IfMatch = Annotated[str | None, Header(description="the version that you saw")]
LOOK_S = 0.5
"""How often progress is looked at for those who listen."""


@router.post("/solves", status_code=202)
def create_solve(
    desk: Writing, request: Request, response: Response, asked: NewSolve, idempotency_key: IdempotencyKey = None
) -> JobShown:
    """Make a rota of a scenario: 202, and a job to look at."""
    said = asked.model_dump(mode="json")
    before = once(desk, idempotency_key, said)
    if before is not None:
        return _accepted(response, desk, JobShown(**before))
    job = jobs.solve(
        desk,
        service_of(request).queue,
        asked.scenario,
        start=asked.start,
        time_limit=asked.time_limit,
        workers=asked.workers,
        seed=asked.seed,
        gap=asked.gap,
    )
    shown = _shown(desk, job)
    keep(desk, idempotency_key, said, shown.model_dump(mode="json"))
    return _accepted(response, desk, shown)


@router.post("/sweeps", status_code=202)
def create_sweep(desk: Writing, request: Request, asked: NewSweep) -> SweepShown:
    """Solve every combination of some values; no drafts come of it, figures do."""
    queue = service_of(request).queue
    return _sweep(desk, jobs.sweep(desk, queue, asked.vary, asked.time_limit, asked.seed, asked.scenario))


@router.get("/sweeps/{sweep}")
def get_sweep(desk: Reading, sweep: str) -> SweepShown:
    """How far each variant is, and what each tier came to."""
    return _sweep(desk, sweep)


def _sweep(desk: Desk, id_: str) -> SweepShown:
    variants = [
        VariantShown(
            name=job.asked["variant"],
            job=job.id,
            state=job.state,
            tiers=[TierShown(**tier) for tier in (job.best or {"tiers": []})["tiers"]],
        )
        for job in jobs.of_sweep(desk, id_)
    ]
    return SweepShown(id=id_, variants=variants)


@router.post("/rosters/{roster}/replan", status_code=202)
def create_replan(
    desk: Writing, request: Request, response: Response, roster: str, asked: NewReplan, if_match: IfMatch = None
) -> JobShown:
    """Mend a published roster for absences, with the fewest changes: a job; ``changes`` takes what it finds."""
    row = desk.get(RosterRow, roster)
    seen(row, if_match)
    absences = [Absence.model_validate(away.model_dump()) for away in asked.absences]
    queue = service_of(request).queue
    job = jobs.replan(desk, queue, row, absences, tonight=asked.tonight, time_limit=asked.time_limit)
    return _accepted(response, desk, _shown(desk, job))


@router.get("/jobs")
def list_jobs(desk: Reading) -> list[JobShown]:
    """The last hundred, the newest first."""
    asked = select(Job).where(Job.territory == desk.who.territory).order_by(Job.created.desc()).limit(100)
    return [_shown(desk, job) for job in desk.session.execute(asked).scalars()]


@router.get("/jobs/{job}")
def get_job(desk: Reading, job: str) -> JobShown:
    """How far it is, and what it found."""
    return _shown(desk, desk.get(Job, job))


@router.post("/jobs/{job}/cancel")
def cancel_job(desk: Writing, job: str) -> JobShown:
    """End it with the best rota that it has; answers at once."""
    return _shown(desk, jobs.cancel(desk, desk.get(Job, job, lock=True)))


def _may_listen(request: Request, territory: TerritoryId, job: str) -> str:
    service = service_of(request)
    with service.database.reading() as session:
        at = service.clock()
        return Desk(session, at, acting(request, session, at, territory)).get(Job, job).id


@router.get("/jobs/{job}/events", response_class=EventSourceResponse)
async def job_events(
    request: Request, territory: TerritoryId, job: Annotated[str, Depends(_may_listen)]
) -> AsyncIterator[ServerSentEvent]:
    """Progress as server-sent events: ``step`` (seconds, tier, value, bound), then ``end``."""
    service, last = service_of(request), 0
    resumed = request.headers.get("last-event-id", "")
    if resumed.isdigit():
        last = int(resumed)

    def look() -> tuple[list[StepShown], JobShown]:
        with service.database.reading() as session:
            at = service.clock()
            desk = Desk(session, at, acting(request, session, at, territory))
            row = desk.get(Job, job)
            return [StepShown.model_validate(step) for step in jobs.steps(desk, row, last)], _shown(desk, row)

    while True:
        steps, row = await run_in_threadpool(look)
        for step in steps:
            last = step.number
            yield ServerSentEvent(data=step.model_dump(), event="step", id=str(step.number))
        if row.state in jobs.ENDED:
            yield ServerSentEvent(data=row.model_dump(), event="end")
            return
        await asyncio.sleep(LOOK_S)


def _accepted(response: Response, desk: Desk, shown: JobShown) -> JobShown:
    response.headers["location"] = f"/v1/territories/{desk.who.territory}/jobs/{shown.id}"
    return shown


def _shown(desk: Desk, job: Job) -> JobShown:
    best = job.best or {"tiers": []}
    moves = [[move.duty, " ".join(move.left), " ".join(move.came)] for move in jobs.moves(desk, job)]
    return JobShown(
        id=job.id,
        kind=job.kind,
        state=job.state,
        created=job.created,
        ended=job.ended,
        used=round(job.used, 2),
        time_limit=job.asked["time_limit"],
        roster=job.roster,
        said=job.said,
        tiers=[TierShown(**tier) for tier in best["tiers"]],
        moves=moves,
    )
