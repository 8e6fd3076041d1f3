"""The database: SQLite in one file by default, PostgreSQL when an address says so; transactions that read, and that write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, sessionmaker

BUSY_MS = 15_000
"""How long a writer waits for another, on SQLite."""
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database and its transactions."""

    def __init__(self, url: str, *, pool: int = 40) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(url, pool)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with self._sessions() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that writes: all of it, or nothing. One at a time on SQLite."""
        with self._sessions() as session, session.begin():
            if self.sqlite:
                session.connection(execution_options={"immediate": True})
            yield session

    def migrate(self) -> None:
        """Bring the tables to the version of this program."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.engine.begin() as connection:
            if not self.sqlite:
                # Two processes that start at once take turns.
                connection.execute(text("SELECT pg_advisory_xact_lock(7225)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _engine(url: str, pool: int) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=pool, max_overflow=0, pool_pre_ping=True)
    engine = create_engine(url, pool_size=pool, max_overflow=0, connect_args={"timeout": BUSY_MS / 1000})

    @event.listens_for(engine, "connect")
    def _connected(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        # The driver's own transactions begin too late and too gently: ours begin below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        # A reader that turns writer half-way would have to be turned away when another wrote meanwhile.
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
