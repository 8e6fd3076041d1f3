"""The queue of solves: a narrow port to durable workflows (DBOS), which go on by themselves after a crash.

Its tables are in the service's own database, so that a job and its place in the queue are written together or not at all.
"""

from collections.abc import Callable

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from dbos import DBOSPortableJSONSerializer as PortableJSON
from sqlalchemy.orm import Session

from api.store.database import Database

QUEUE, WORKFLOW = "solves", "solve"
ATTEMPTS_MOST = 1_000_000
"""A machine that is restarted every day must not lose a solve: the time limit ends it, not the number of restarts."""
VERSION = "1"
"""Version of the workflow: jobs of another version are not taken up."""


class Queue:
    """What the office needs of it."""

    def __init__(self, database: Database) -> None:
        self._client = DBOSClient(system_database_url=_address(database), serializer=PortableJSON(), lazy=True)

    def submit(self, session: Session, job: str) -> None:
        """Put a job into the queue, in the transaction that writes it."""
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": job,
            "app_version": VERSION,
        }
        self._client.enqueue_in_transaction(session, options, job)

    def recover(self, executor: str) -> list[str]:
        """Put the jobs of a machine that is gone back into the queue, and say which."""
        lost = self._client.list_workflows(executor_id=executor, status="PENDING", name=WORKFLOW)
        ids = [found.workflow_id for found in lost]
        for id_ in ids:
            self._client.resume_workflow(id_, queue_name=QUEUE)
        return ids

    def close(self) -> None:
        """Let go of its connections."""
        self._client.destroy()


def prepare(database: Database) -> None:
    """Make or upgrade the queue's tables."""
    DBOS.migrate(_address(database))


def work(database: Database, run: Callable[[str], None], *, executor: str, at_once: int) -> None:
    """Take jobs from the queue and run them, so many at once, until the process ends; those that this executor had begun first."""
    DBOS(config=_config(database, executor))

    @DBOS.step(name="run")
    def step(job: str) -> None:
        run(job)

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=ATTEMPTS_MOST)
    def solve(job: str) -> None:
        step(job)

    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=at_once, polling_interval_sec=0.5)


def _config(database: Database, executor: str) -> DBOSConfig:
    return {
        "name": "permanence",
        "system_database_url": _address(database),
        "application_version": VERSION,
        "executor_id": executor,
        "serializer": PortableJSON(),
        "log_level": "WARNING",
    }


def _address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)
