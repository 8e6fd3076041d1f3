"""One job run in a worker: the search in a process of its own, its best rota written down every few seconds.

After a crash the job goes on from there: at most :data:`KEEP_S` seconds of search are done twice. An attempt that has been
overtaken by another one writes nothing more.
"""

from datetime import UTC, date, datetime
from time import monotonic
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.office.desk import Desk
from api.office.documents import held_from, held_json, scenario_by
from api.office.jobs import ENDED, absences_of
from api.office.rosters import new_draft
from api.store.database import Database
from api.store.schema import Job, Step
from api.who import Acting
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from solver.guard import guarded
from solver.plan import Found, Impossible, Limits, Outcome, OutOfTime, Progress
from solver.repair import replaced, to_mend

KEEP_S = 2.0
"""Seconds between two writings of the best rota so far."""
LEAST_S = 1.0
"""Seconds that an attempt is given, however little is left."""


class Overtaken(Exception):
    """Another attempt has begun since."""


def run(database: Database, job: str, memory_mb: int) -> None:
    """Run a job to its end, or go on with it."""
    begun = _begin(database, job)
    if begun is None:
        return
    attempt, asked, used, best = begun
    try:
        _solve(_Attempt(database, job, attempt, used, asked["time_limit"]), asked, best, memory_mb)
    except Overtaken:
        return
    except Exception as error:
        _fail(database, job, attempt, error)


def _begin(database: Database, job: str) -> tuple[int, dict[str, Any], float, dict[str, Any] | None] | None:
    with database.writing() as session:
        row = session.execute(select(Job).where(Job.id == job).with_for_update()).scalar_one_or_none()
        if row is None or row.state in ENDED:
            return None
        row.state, row.attempts = "running", row.attempts + 1
        return row.attempts, row.asked, row.used, row.best


class _Attempt:
    """What an attempt may write, as long as it is the last one."""

    def __init__(self, database: Database, job: str, attempt: int, used: float, limit: float) -> None:
        self.database, self.job, self.attempt, self.limit = database, job, attempt, limit
        self._began, self._used_before = monotonic(), used
        self._kept, self._looked, self._stop = self._began - KEEP_S, 0.0, False
        self.rota: Roster | None = None
        """The last complete one that was told."""
        self._steps: list[Progress] = []

    def used(self) -> float:
        """Seconds of search, over all attempts."""
        return self._used_before + monotonic() - self._began

    def died(self, outcome: Found | OutOfTime, began: float) -> bool:
        """Whether the search's process was ended by the machine, after having been at work, with time left."""
        ended = outcome.ended if isinstance(outcome, Found) else "died"
        soon = self.used() - began < LEAST_S
        return ended == "died" and not soon and self.used() < self.limit - LEAST_S and not self.stopped()

    def hear(self, progress: Progress) -> None:
        self._steps.append(progress)
        self._keep_now_and_then()

    def hear_rota(self, roster: Roster) -> None:
        self.rota = roster
        self._keep_now_and_then()

    def _keep_now_and_then(self) -> None:
        if monotonic() - self._kept < KEEP_S:
            return
        self._kept = monotonic()
        with self.database.writing() as session:
            self.write(session, None)

    def stopped(self) -> bool:
        """Whether somebody asked for an end; the database is asked at most twice a second."""
        if monotonic() - self._looked > 0.5:
            self._looked = monotonic()
            with self.database.reading() as session:
                row = session.execute(select(Job.cancel, Job.attempts).where(Job.id == self.job)).one()
            if row.attempts != self.attempt:
                raise Overtaken
            self._stop = bool(row.cancel)
        return self._stop

    def write(self, session: Session, values: dict[str, Any] | None) -> None:
        """Progress and the best rota so far; with values the end."""
        best = {} if self.rota is None else {"best": {"held": held_json(self.rota), "tiers": []}}
        done = session.execute(
            update(Job)
            .where(Job.id == self.job, Job.attempts == self.attempt, Job.state == "running")
            .values(used=self.used(), **(best | (values or {})))
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            raise Overtaken
        last = session.execute(select(func.max(Step.number)).where(Step.job == self.job)).scalar_one() or 0
        for number, one in enumerate(_condensed(self._steps), start=last + 1):
            session.add(
                Step(
                    job=self.job,
                    number=number,
                    seconds=round(self._used_before + one.seconds, 2),
                    tier=one.tier,
                    value=one.value,
                    bound=one.bound,
                )
            )
        self._steps.clear()


def _condensed(steps: list[Progress]) -> list[Progress]:
    """The last of each tier, in order: between two writings nobody was looking."""
    last = {one.tier: n for n, one in enumerate(steps)}
    return [steps[n] for n in sorted(last.values())]


def _solve(attempt: _Attempt, asked: dict[str, Any], best: dict[str, Any] | None, memory_mb: int) -> None:
    with attempt.database.reading() as session:
        scenario = scenario_by(session, asked["scenario"])
    question, start = _question(scenario, asked)
    if best is not None:
        start = held_from(best["held"])
    while True:
        before = attempt.used()
        limits = Limits(
            max(LEAST_S, asked["time_limit"] - before), asked["workers"], asked["seed"], asked.get("gap", 0.0)
        )
        outcome = guarded(
            question,
            limits,
            attempt.hear,
            start,
            memory_mb=memory_mb,
            stop=attempt.stopped,
            on_rota=attempt.hear_rota,
        )
        died = isinstance(outcome, Found | OutOfTime) and attempt.died(outcome, before)
        if not died:
            break
        # The machine ended it, not the search: it goes on from the best rota that was told.
        start = attempt.rota or start
    with attempt.database.writing() as session:
        _end(session, attempt, asked, outcome)


def _question(scenario: Scenario, asked: dict[str, Any]) -> tuple[Scenario, Roster | None]:
    """What is solved, and a rota to begin from."""
    if "held" not in asked:
        return scenario, None
    held = held_from(asked["held"])
    if "absences" not in asked:
        return scenario, held
    absences, until = absences_of(asked), date.fromisoformat(asked["frozen_until"])
    question = to_mend(scenario, held, absences=absences, frozen_until=until)
    return question, replaced(question, held, absences)


def _end(session: Session, attempt: _Attempt, asked: dict[str, Any], outcome: Outcome) -> None:
    now = datetime.now(UTC)
    values: dict[str, Any] = {"ended": now.isoformat()}
    if isinstance(outcome, Found):
        tiers = [{"name": t.name, "value": t.value, "bound": t.bound, "proven": t.proven} for t in outcome.tiers]
        values["state"] = "cancelled" if outcome.ended == "stopped" else "found"
        values["best"] = {"held": held_json(outcome.roster), "tiers": tiers}
        if "absences" not in asked and "variant" not in asked:
            row = session.get_one(Job, attempt.job)
            desk = Desk(session, now, Acting(f"job:{attempt.job}", "coordinator", row.territory))
            proof = {"tiers": tiers, "seed": asked["seed"], "job": attempt.job, "ended": outcome.ended}
            values["roster"] = new_draft(desk, asked["scenario"], outcome.roster, proof).id
    else:
        values["state"] = "impossible" if isinstance(outcome, Impossible) else "out_of_time"
        values["best"] = None
        if isinstance(outcome, Impossible):
            values["said"] = " ".join(outcome.reasons)
    attempt.write(session, values)


def _fail(database: Database, job: str, attempt: int, error: Exception) -> None:
    with database.writing() as session:
        session.execute(
            update(Job)
            .where(Job.id == job, Job.attempts == attempt, Job.state == "running")
            .values(state="failed", said=f"{type(error).__name__}: {error}"[:2000], ended=datetime.now(UTC).isoformat())
        )
