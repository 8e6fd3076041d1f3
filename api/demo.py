"""What a new installation begins with: an administrator's key, and on request the pilot territory."""

from pathlib import Path

from sqlalchemy import select

from api.app import prepared, utc_now
from api.office import territories
from api.office.desk import Desk
from api.settings import Settings
from api.store.schema import Key, Territory
from api.who import Acting, grant, new_key
from scenarios.load import load

PILOT = "pilot-pooled"
DATA = Path(__file__).parent.parent / "scenarios" / "data"


def fill(settings: Settings, *, demo: bool) -> str | None:
    """The text of the first administrator's key; None when there are keys already."""
    database, at = prepared(settings), utc_now()
    with database.writing() as session:
        if demo and session.get(Territory, PILOT) is None:
            desk = Desk(session, at, Acting("demo", "administrator", PILOT))
            scenario = load(DATA / PILOT)
            territories.create(desk, PILOT, scenario.facts.territory.name)
            territories.put_in_force(desk, scenario)
        if session.execute(select(Key.id).limit(1)).first() is not None:
            return None
        key, text = new_key(session, "first", at)
        grant(session, key.id, "administrator", at)
        if demo:
            grant(session, key.id, "coordinator", at, PILOT)
        Desk(session, at, Acting("terminal", "administrator", "")).tell("key.create", key.id)
    return text
