"""A service to ask, its clock at hand: a territory of three people and four nights, and somebody for every role."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from api.access import Service
from api.app import create_app
from api.office.desk import Desk
from api.settings import Settings
from api.solving import run
from api.store.schema import Job
from api.uploads import packed
from api.who import Acting, grant, new_key
from tests.test_life import small

PLACE = "territory"
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
VOLUNTEER = {
    "engagements": [{"person": "Bob", "site": "H", "status": "private"}],
    "consents": [{"person": "Bob", "site": "H"}],
}
DRAWN = "Ana . . . .\nBob . . . .\nCy . . . ."


@dataclass
class Clock:
    """The clock of a service under test."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def go(self, **later):
        self.at += timedelta(**later)


@dataclass
class House:
    """A service under test: ask it as somebody."""

    client: TestClient
    service: Service
    clock: Clock
    keys: dict[str, str] = field(default_factory=dict)

    def key(self, role, territory=PLACE, person=None, sites=()):
        """A key with one role."""
        name = f"{role} {territory} {person or ''} {' '.join(sites)}"
        if name not in self.keys:
            with self.service.database.writing() as session:
                key, text = new_key(session, name, self.clock())
                grant(session, key.id, role, self.clock(), territory, person, tuple(sites))
            self.keys[name] = text
        return self.keys[name]

    def ask(self, method, path, who="coordinator", *, code=None, match=None, headers=None, **words):
        """Ask, as somebody: a role, or the text of a key."""
        key = who if who.startswith("pmk_") else self.key(who, None if who == "administrator" else PLACE)
        said = {"authorization": f"Bearer {key}", "accept-language": "en"} | (headers or {})
        if match is not None:
            said["if-match"] = match
        where = path if path.startswith("/v1") else f"/v1/territories/{PLACE}{path}"
        answer = self.client.request(method, where, headers=said, **words)
        expected = code if code is not None else {"POST": (200, 201, 202)}.get(method, (200, 201, 204))
        assert answer.status_code in ((expected,) if isinstance(expected, int) else expected), answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
        return answer

    def territory(self, drawing=DRAWN, **tables):
        """The territory, its scenario uploaded."""
        self.ask("POST", "/v1/territories", "administrator", json={"id": PLACE, "name": "Small country"})
        return self.upload(drawing, **tables)

    def upload(self, drawing=DRAWN, **tables):
        scenario, _ = small(drawing, **(VOLUNTEER | tables))
        return self.ask("PUT", "/scenario", files={"file": ("s.zip", packed(scenario, "zip"))}).json()

    def solved(self, **words):
        """A draft: asked for, and the worker's part done here."""
        job = self.ask("POST", "/solves", json={"time_limit": 5, **words}).json()["id"]
        run(self.service.database, job, 2_000)
        found = self.ask("GET", f"/jobs/{job}").json()
        assert found["state"] == "found", found
        return found["roster"]

    def published(self):
        """A roster that is published: proposed, accepted by its volunteers."""
        roster = self.solved()
        self.ask("POST", f"/rosters/{roster}/propose", match="*")
        awaited = self.ask("GET", f"/rosters/{roster}").json()["awaited"]
        said = [{"duty": duty, "person": person, "accepts": True} for duty, person in awaited]
        if said:
            self.ask("POST", f"/rosters/{roster}/answers", json={"answers": said})
        self.ask("POST", f"/rosters/{roster}/publish", match="*")
        return roster

    def held(self, roster):
        """Who holds each duty."""
        return {duty: person for duty, person in self.ask("GET", f"/rosters/{roster}").json()["assignments"]}  # noqa: C416

    def desk(self, session, role="coordinator"):
        return Desk(session, self.clock(), Acting("test", role, PLACE))

    def job(self, id_):
        with self.service.database.reading() as session:
            return session.get_one(Job, id_)


@contextmanager
def house(url, **settings):
    """A service on a database."""
    clock = Clock()
    app = create_app(Settings(url, secure=False, **settings), clock=clock)
    with TestClient(app, base_url="http://testserver", raise_server_exceptions=False) as client:
        yield House(client, app.state.service, clock)
