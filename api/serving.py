"""The verbs of the service: serve, worker, backup, restore, keys, audit, jobs."""

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Annotated

import typer

from api.asked import BAD_DATA, BROKEN, Language, language_of, tell
from api.told import say
from scheduler.words import Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from api.settings import Settings
    from scheduler.words import Lang

TIDY_S = 3600.0
"""How often what is too old is deleted."""
DELIVERY_S = 1.0
"""How often webhooks are looked after."""
keys = typer.Typer(no_args_is_help=True, help="API keys.")
audit = typer.Typer(no_args_is_help=True, help="The audit trail.")
jobs = typer.Typer(no_args_is_help=True, help="Solves of the service.")


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    for verb in (serve, worker, backup, restore):
        app.command(verb.__name__)(verb)
    app.add_typer(keys, name="keys")
    app.add_typer(audit, name="audit")
    app.add_typer(jobs, name="jobs")


def _settings(lang: "Lang") -> "Settings":
    from api.settings import settings_of
    from scheduler.findings import ScenarioError

    try:
        return settings_of()
    except ScenarioError as error:
        tell(error.findings, lang)
        raise typer.Exit(BAD_DATA) from None


def serve(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8000,
    demo: Annotated[bool, typer.Option("--demo", help="with the pilot territory in it")] = False,
    workers: Annotated[
        int, typer.Option("--workers", min=0, max=16, help="workers started beside it; 0: elsewhere")
    ] = 1,
    processes: Annotated[int, typer.Option("--processes", min=1, max=64, help="that answer; one for each core")] = 2,
    lang: Language = "",
) -> None:
    """Serve the API, with a worker beside it; everything in one file, unless PERMANENCE_DATABASE_URL says otherwise."""
    import uvicorn

    from api.demo import fill
    from api.installation import utc_now

    language = language_of(lang)
    if demo:
        # Told to the processes that answer, too.
        os.environ["PERMANENCE_DEMO"] = "yes"
    settings = _settings(language)
    text = fill(settings, utc_now(), demo=demo)
    if text is not None:
        say(
            language,
            Said(
                f"Administrator's key, shown this once: {text}",
                f"Clé d'administration, affichée cette seule fois : {text}",
            ),
        )
    sys.stdout.flush()
    with _workers(settings.executor, workers):
        uvicorn.run(
            "api.serving:application",
            factory=True,
            workers=processes,
            host=host,
            port=port,
            log_level="warning",
            proxy_headers=True,
            timeout_graceful_shutdown=5,
        )


def application() -> "FastAPI":
    """The application as the environment says: one in each process that answers."""
    from api.app import create_app
    from api.settings import settings_of
    from solver.orphans import end_with_parent

    end_with_parent()
    return create_app(settings_of())


@contextmanager
def _workers(executor: str, number: int) -> "Iterator[None]":
    """Workers beside the service, each under a name that it keeps; one that dies is begun again."""
    ending = Event()

    def look_after(name: str) -> None:
        command = [sys.executable, "-m", "api.cli", "worker", "--executor", name, "--with-parent", str(os.getpid())]
        while not ending.is_set():
            child = subprocess.Popen(command)
            while child.poll() is None and not ending.wait(0.5):
                pass
        child.terminate()
        child.wait()

    threads = [Thread(target=look_after, args=(f"{executor}-{n}",), daemon=True) for n in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def worker(
    executor: Annotated[str, typer.Option("--executor", help="its name, the same after a restart")] = "",
    with_parent: Annotated[
        int | None, typer.Option("--with-parent", metavar="PID", help="end when that process does, which started it")
    ] = None,
    lang: Language = "",
) -> None:
    """Take solves from the queue, and tell webhooks: on as many machines as one likes."""
    import signal

    from api.installation import prepared, utc_now
    from api.office.privacy import forget_old
    from api.office.webhooks import client, deliver
    from api.queue import work
    from api.solving import run
    from solver.orphans import end_with_parent

    settings = _settings(language_of(lang))
    # Whoever asks the service is answered first.
    os.nice(10)
    if with_parent is not None:
        end_with_parent(with_parent)
    # At once: what runs was written down a moment ago, and is taken up again under this name.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    database = prepared(settings)
    name = executor or settings.executor
    http = client(private=settings.private_webhooks)
    work(database, lambda job: run(database, job, settings.memory_mb), executor=name, at_once=settings.solves_at_once)
    tidied = 0.0
    while True:
        deliver(database, http, utc_now())
        if monotonic() - tidied > TIDY_S:
            tidied = monotonic()
            with database.writing() as session:
                forget_old(session, utc_now(), settings.retention_days)
        sleep(DELIVERY_S)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="where the copy goes")], lang: Language = ""
) -> None:
    """Copy the database while it is in use (SQLite; for PostgreSQL: pg_dump)."""
    import sqlite3
    from contextlib import closing

    language = language_of(lang)
    source = _file(language)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    say(language, Said(f"copied to {target}", f"copié vers {target}"))


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="a copy made by backup")],
    over: Annotated[bool, typer.Option("--over", help="in place of a database that is there")] = False,
    lang: Language = "",
) -> None:
    """Put a copy in place; its trail is verified first. Nobody may be using the database."""
    import sqlite3
    from contextlib import closing

    from api.store.audit import broken
    from api.store.database import Database

    language = language_of(lang)
    target = _file(language)
    if not source.is_file() or (target.exists() and not over):
        typer.echo(
            Said(
                "a copy, and no database yet (or --over), were expected",
                "une copie, et pas encore de base (ou --over), étaient attendues",
            ).to(language),
            err=True,
        )
        raise typer.Exit(BAD_DATA)
    copy = Database(f"sqlite:///{source}")
    with copy.reading() as session:
        wrong = list(broken(session))
    copy.close()
    if wrong:
        raise typer.Exit(BROKEN)
    for leftover in (target, target.with_name(f"{target.name}-journal"), target.with_name(f"{target.name}-turn")):
        leftover.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    say(language, Said(f"restored from {source}", f"restauré depuis {source}"))


def _file(lang: "Lang") -> Path:
    from sqlalchemy import make_url

    url = make_url(_settings(lang).database_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        typer.echo(
            Said(
                "a SQLite database was expected; PostgreSQL has pg_dump and pg_restore",
                "une base SQLite était attendue ; PostgreSQL a pg_dump et pg_restore",
            ).to(lang),
            err=True,
        )
        raise typer.Exit(BAD_DATA)
    return Path(url.database)


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="what it is for")],
    days: Annotated[int | None, typer.Option("--days", min=1, help="until it expires; empty = never")] = None,
    lang: Language = "",
) -> None:
    """A key for an administrator; its text is shown this once."""
    from api.installation import prepared, utc_now
    from api.office.desk import Desk
    from api.who import Acting, grant, new_key

    database, at = prepared(_settings(language_of(lang))), utc_now()
    with database.writing() as session:
        key, text = new_key(session, name, at, at + timedelta(days=days) if days else None)
        grant(session, key.id, "administrator", at)
        Desk(session, at, Acting("terminal", "administrator", "")).tell("key.create", key.id)
    typer.echo(text)


@audit.command("verify")
def verify_audit(lang: Language = "") -> None:
    """Go through the whole trail; 0 only if every row follows from the one before."""
    from api.installation import prepared
    from api.store.audit import broken

    language = language_of(lang)
    database = prepared(_settings(language))
    with database.reading() as session:
        wrong = list(broken(session))
    for one in wrong[:20]:
        typer.echo(f"{one.number}: {one.found} ≠ {one.expected}", err=True)
    say(
        language,
        Said(f"{len(wrong)} rows do not follow", f"{len(wrong)} lignes ne se suivent pas")
        if wrong
        else Said("the trail is whole", "le journal est complet"),
    )
    if wrong:
        raise typer.Exit(BROKEN)


@jobs.command("recover")
def recover_jobs(
    executor: Annotated[str, typer.Option("--executor", help="the worker that is gone")], lang: Language = ""
) -> None:
    """Put the solves of a machine that is gone back into the queue."""
    from api.installation import prepared
    from api.queue import Queue

    language = language_of(lang)
    found = Queue(prepared(_settings(language))).recover(executor)
    say(language, Said(f"{len(found)} solves are in the queue again", f"{len(found)} calculs sont de nouveau en file"))
