"""The database: SQLite in one file by default, PostgreSQL when an address says so; transactions that read, and that write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, make_url, select, text
from sqlalchemy.orm import Session, sessionmaker

from api.store.memory import Remembered
from api.store.schema import Setting
from api.store.turns import Turns

T = TypeVar("T")

BUSY_MS = 15_000
"""How long a writer waits for another, on SQLite."""
HEAD = "audit_head"
"""The setting in which the head of the trail stands: number and hash of its last row, number of the last one of a change."""
CHANGED = "changed"
"""Of a session that writes: the stamp that its change will have."""
REMEMBERED = 2_000
"""Things kept in memory of what was read."""
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database and its transactions."""

    def __init__(self, url: str, *, pool: int = 40) -> None:
        self.url = make_url(url)
        sqlite = self.url.get_backend_name() == "sqlite"
        self._turns = Turns(self.url.database or "") if sqlite else None
        self.engine = _engine(url, pool)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._memory: Remembered[object] = Remembered(REMEMBERED)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads; what :func:`kept` knows it need not read, so that it often begins none at all."""
        stamp = self._turns.stamp() if self._turns else ""
        if not stamp:
            with self._sessions() as session:
                stamp = _stamp(session)
        with self._sessions(info={"memory": self._memory, "stamp": stamp}) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that writes: all of it, or nothing. One at a time on SQLite."""
        with self._turns.taken() if self._turns else nullcontext(), self._sessions() as session:
            with session.begin():
                if self._turns:
                    session.connection(execution_options={"immediate": True})
                yield session
                session.flush()
                # Who dies between the two leaves it unknown: then the database itself is asked, until the next change.
                if self._turns and CHANGED in session.info:
                    self._turns.say("")
            if self._turns and CHANGED in session.info:
                self._turns.say(session.info[CHANGED])

    def migrate(self) -> None:
        """Bring the tables to the version of this program."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._turns.taken() if self._turns else nullcontext(), self.engine.begin() as connection:
            if not self._turns:
                # Two processes that start at once take turns.
                connection.execute(text("SELECT pg_advisory_xact_lock(7225)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if self._turns:
                self._turns.say("")

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _stamp(session: Session) -> str:
    """What is another one after every change: the last word of the trail's head."""
    head = session.execute(select(Setting.value).where(Setting.name == HEAD)).scalar_one_or_none()
    return head.rpartition(" ")[2] if head else ""


def kept(session: Session, what: tuple[str, ...], load: Callable[[], T]) -> T:
    """What was read before, if nothing has changed since; a transaction that writes always reads.

    Args:
        session: of :meth:`Database.reading` or :meth:`Database.writing`.
        what: names it, for good: the same words, the same thing.
        load: reads it: no rows of the store, which belong to their transaction, but what is made of them. None: not kept.
    """
    memory = session.info.get("memory")
    if memory is None:
        return load()
    found: T = memory.get((session.info["stamp"], *what), load)
    return found


def _engine(url: str, pool: int) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=pool, max_overflow=0, pool_pre_ping=True)
    engine = create_engine(url, pool_size=pool, max_overflow=0, connect_args={"timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def _connected(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        # The driver's own transactions begin too late and too gently: ours begin below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=TRUNCATE", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        # A reader that turns writer half-way would have to be turned away when another wrote meanwhile.
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
