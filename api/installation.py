"""An installation: its database at the version of this program, its secret, its clock."""

import secrets
from datetime import UTC, datetime

from api.queue import prepare
from api.settings import Settings
from api.store import audit
from api.store.database import HEAD, Database
from api.store.schema import Setting

SECRET = "session_secret"


def utc_now() -> datetime:
    """The clock of the service."""
    return datetime.now(UTC)


def prepared(settings: Settings) -> Database:
    """The database of an installation, at the version of this program, with its trail begun."""
    database = Database(settings.database_url)
    database.migrate()
    prepare(database)
    with database.writing() as session:
        if session.get(Setting, HEAD) is None:
            audit.first(session)
            session.add(Setting(name=SECRET, value=secrets.token_urlsafe(48)))
    return database
