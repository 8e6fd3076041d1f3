"""Solves that are asked for, how far they are, and what becomes of them."""

from collections.abc import Sequence
from datetime import date
from math import prod
from typing import Any

from sqlalchemy import select

from api.office.desk import Desk
from api.office.documents import held_from, put_scenario, scenario_by
from api.office.rosters import step
from api.office.territories import in_force
from api.problems import Problem
from api.queue import Queue
from api.store.schema import Job, RosterRow, ScenarioRow, Step
from api.who import new_id
from scheduler import publication
from scheduler.figures import figures_of
from scheduler.findings import Finding
from scheduler.scenario import Scenario
from scheduler.tables import Absence
from scheduler.verify import verify
from scheduler.words import Said
from solver.repair import Move, informed, moves_between
from solver.studies.run import Solved, Variant
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


def solve(
    desk: Desk,
    queue: Queue,
    scenario: str | None = None,
    *,
    start: str | None = None,
    time_limit: float = 60.0,
    workers: int = 1,
    seed: int = 1,
    gap: float = 0.0,
) -> Job:
    """Ask for a rota of a scenario (None: the one in force), from a roster to begin with, if there is one.

    Raises:
        Problem: there is no such scenario or roster here.
    """
    what: dict[str, Any] = {
        "scenario": desk.get(ScenarioRow, scenario).id if scenario else in_force(desk)[0],
        "time_limit": time_limit,
        "workers": workers,
        "seed": seed,
        "gap": gap,
    }
    if start:
        what["held"] = desk.get(RosterRow, start).held
    return ask(desk, queue, "solve", what)


def replan(
    desk: Desk, queue: Queue, row: RosterRow, absences: Sequence[Absence], *, tonight: bool, time_limit: float = 10.0
) -> Job:
    """Ask for a published roster to be mended for absences, with the fewest changes; ``tonight``: today's duties may move too.

    Raises:
        Problem: it is not published, or somebody is not of it.
    """
    if row.state != "published":
        raise Problem("conflict", Said("a published roster was expected", "un tableau publié était attendu"))
    known_absences(scenario_by(desk.session, row.scenario), absences)
    today = desk.at.date()
    what = {
        "scenario": row.scenario,
        "roster": row.id,
        "version": row.version,
        "held": row.held,
        "absences": [away.model_dump(mode="json") for away in absences],
        "frozen_until": (today if tonight else publication.frozen_until(today)).isoformat(),
        "time_limit": time_limit,
        "workers": 1,
        "seed": 1,
    }
    return ask(desk, queue, "replan", what)


def moves(desk: Desk, job: Job) -> tuple[Move, ...]:
    """What a mending changes, as far as it is known."""
    if job.kind != "replan" or job.best is None:
        return ()
    facts = scenario_by(desk.session, job.asked["scenario"]).facts
    return moves_between(facts, held_from(job.asked["held"]), held_from(job.best["held"]))


def sweep(
    desk: Desk, queue: Queue, vary: Sequence[str], time_limit: float, seed: int = 1, scenario: str | None = None
) -> str:
    """Ask for every combination of some values, each a job of its own: two workers finish about twice as fast.

    Raises:
        ScenarioError: a rule, parameter, table, row or column is not known, or a variant does not fit together.
        Problem: there are too many.
    """
    of = desk.get(ScenarioRow, scenario).id if scenario else in_force(desk)[0]
    varied = [Vary.read(text) for text in vary]
    # Counted before they are made: ten lines of ten values would never end.
    _few_enough(prod(len(one.values) for one in varied))
    found = variants_of(scenario_by(desk.session, of), varied)
    return variants(desk, queue, [variant for _, variant in found], time_limit, seed)


def _few_enough(number: int) -> None:
    if number > VARIANTS_MOST:
        said = Said(
            f"at most {VARIANTS_MOST} variants were expected", f"au plus {VARIANTS_MOST} variantes étaient attendues"
        )
        raise Problem("invalid", findings=[Finding(said, "vary", found=str(number))])


def variants(
    desk: Desk,
    queue: Queue,
    asked: Sequence[Variant],
    time_limit: float,
    seed: int = 1,
    held: dict[str, Any] | None = None,
) -> str:
    """Ask for each of some variants, under one id; all from the same rota, where one is given.

    Raises:
        Problem: there are too many.
    """
    _few_enough(len(asked))
    id_ = new_id("sweep")
    for variant in asked:
        what = {
            "scenario": put_scenario(desk, variant.scenario).id,
            "variant": variant.name,
            "time_limit": time_limit,
            "workers": 1,
            "seed": seed,
        }
        ask(desk, queue, "solve", what | ({"held": held} if held else {}), id_)
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


def answers(desk: Desk, sweep: str) -> list[Solved]:
    """What the jobs of a sweep that have ended came to, in the order of its combinations."""
    found = []
    for job in of_sweep(desk, sweep):
        if job.state not in ENDED:
            continue
        scenario = scenario_by(desk.session, job.asked["scenario"])
        status = "found" if job.best else job.state
        roster = held_from(job.best["held"]) if job.best else None
        bounds = {tier["name"]: tier["bound"] for tier in job.best["tiers"]} if job.best else {}
        figures = figures_of(scenario, roster, verify(scenario, roster), bounds, job.asked["seed"]) if roster else None
        found.append(Solved(job.asked["variant"], status, figures, roster, scenario))
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
