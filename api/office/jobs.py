"""Solves that are asked for, how far they are, and what becomes of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from api.office.desk import Desk
from api.office.documents import held_from, put_scenario, scenario_by
from api.office.rosters import step
from api.problems import Problem
from api.queue import Queue
from api.store.schema import Job, RosterRow, Step
from api.who import new_id
from scheduler import publication
from scheduler.findings import Finding
from scheduler.scenario import Scenario
from scheduler.tables import Absence
from scheduler.words import Said
from solver.repair import informed
from solver.studies.sweep import Vary, variants_of

ENDED = ("found", "impossible", "out_of_time", "failed", "cancelled")
"""States in which nothing more happens."""
VARIANTS_MOST = 200
"""Of one sweep."""


def ask(desk: Desk, queue: Queue, kind: str, asked: dict[str, Any], sweep: str | None = None) -> Job:
    """Ask for a solve: the job and its place in the queue are one transaction."""
    row = Job(
        id=new_id("job"),
        territory=desk.who.territory,
        kind=kind,
        sweep=sweep,
        asked=asked,
        state="waiting",
        created=desk.at.isoformat(),
    )
    desk.session.add(row)
    desk.session.flush()
    queue.submit(desk.session, row.id)
    desk.tell(f"job.{kind}", row.id)
    return row


def sweep(desk: Desk, queue: Queue, vary: Sequence[str], asked: dict[str, Any]) -> str:
    """Ask for every combination of some values, each a job of its own: two workers finish about twice as fast.

    Raises:
        ScenarioError: a rule, parameter, table, row or column is not known, or a variant does not fit together.
        Problem: there are too many.
    """
    variants = variants_of(scenario_by(desk.session, asked["scenario"]), [Vary.read(text) for text in vary])
    if len(variants) > VARIANTS_MOST:
        said = Said(
            f"at most {VARIANTS_MOST} variants were expected", f"au plus {VARIANTS_MOST} variantes étaient attendues"
        )
        raise Problem("invalid", findings=[Finding(said, "vary", found=str(len(variants)))])
    id_ = new_id("sweep")
    for _, variant in variants:
        scenario = put_scenario(desk, variant.scenario).id
        ask(desk, queue, "solve", asked | {"scenario": scenario, "variant": variant.name}, id_)
    return id_


def of_sweep(desk: Desk, sweep: str) -> Sequence[Job]:
    """The jobs of a sweep, in the order of its combinations.

    Raises:
        Problem: there is no such sweep here.
    """
    asked = select(Job).where(Job.territory == desk.who.territory, Job.sweep == sweep)
    found = sorted(desk.session.execute(asked).scalars(), key=lambda job: str(job.asked["variant"]))
    if not found:
        raise Problem("not_found")
    return found


def cancel(desk: Desk, job: Job) -> Job:
    """Ask a solve to end with the best rota that it has; one that has not begun ends at once."""
    if job.state in ENDED:
        return job
    job.cancel = True
    if job.state == "waiting":
        job.state, job.ended = "cancelled", desk.at.isoformat()
    desk.session.flush()
    desk.tell("job.cancel", job.id)
    return job


def steps(desk: Desk, job: Job, after: int = 0) -> Sequence[Step]:
    """Progress after a step, in order."""
    asked = select(Step).where(Step.job == job.id, Step.number > after).order_by(Step.number)
    return desk.session.execute(asked).scalars().all()


def absences_of(asked: dict[str, Any]) -> list[Absence]:
    """The absences that a mending was asked for."""
    return [
        Absence(
            person=row["person"],
            first_day=date.fromisoformat(row["first_day"]),
            last_day=date.fromisoformat(row["last_day"]),
        )
        for row in asked["absences"]
    ]


def known_absences(scenario: Scenario, rows: Sequence[Absence]) -> None:
    """That absences are of people of a scenario.

    Raises:
        Problem: some are not; every one is listed.
    """
    said = Said("an id of the table people was expected", "un identifiant de la table people était attendu")
    strange = [Finding(said, "absences", found=r.person) for r in rows if r.person not in scenario.facts.person_by_id]
    if strange:
        raise Problem("invalid", findings=strange)


def apply(desk: Desk, roster: RosterRow, job: Job) -> RosterRow:
    """Take what a mending found as the next version of the published roster it was asked for.

    Raises:
        Problem: it found nothing, is of another roster, or of an earlier version of this one.
    """
    if (
        job.kind != "replan"
        or job.asked["roster"] != roster.id
        or job.best is None
        or job.state not in ("found", "cancelled")
    ):
        raise Problem(
            "conflict", Said("a mending of this roster was expected", "une réparation de ce tableau était attendue")
        )
    if job.asked["version"] != roster.version:
        raise Problem("stale")
    scenario, held = scenario_by(desk.session, roster.scenario), held_from(roster.held)
    until = date.fromisoformat(job.asked["frozen_until"])
    roster.scenario = put_scenario(desk, informed(scenario, held, absences_of(job.asked), until)).id
    after = held_from(job.best["held"])
    return step(desk, roster, "replan", lambda now, asked: publication.change(now, asked, after, desk.at.date(), until))
