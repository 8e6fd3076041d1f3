"""The life of a roster against a small model of it, by any road; and the service killed at any moment."""

import os
import random
import signal
import statistics
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from shutil import rmtree
from tempfile import mkdtemp

import httpx2
import psutil
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api.store import audit
from api.store.database import Database
from api.store.schema import Job, Submission
from api.uploads import packed
from scenarios.generated import generated
from tests.service import PLACE, house
from tests.test_life import night
from tests.test_service_real import serving, until

PEOPLE, NIGHTS = ("Ana", "Bob", "Cy"), (1, 2, 3, 4)


class Life(RuleBasedStateMachine):
    """What one can do to a roster, and what must then be so. Bob is the volunteer; a night needs a day of rest after it."""

    @initialize()
    def begin(self):
        self.folder = mkdtemp()
        self.house = house(f"sqlite:///{self.folder}/p.db")
        self.here = self.house.__enter__()
        self.here.territory()
        self.roster = self.here.solved()
        self.path = f"/rosters/{self.roster}"
        self.held = self.here.held(self.roster)
        self.state, self.version, self.numbers = "draft", 1, 0
        self.accepted, self.reopened = set(), set()

    def teardown(self):
        self.house.__exit__(None, None, None)
        rmtree(self.folder)

    def take(self, step, allowed, stale, **words):
        """A step that the model allows, or not; with an old version it never is."""
        match = '"0"' if stale else f'"{self.version}"'
        answer = self.here.ask("POST", f"{self.path}/{step}", match=match, code=(200, 404, 409, 412, 422), **words)
        expected = 412 if stale else 200 if allowed else None
        assert answer.status_code == expected or (expected is None and answer.status_code in (409, 422)), answer.text
        if answer.status_code == 200:
            self.version = answer.json()["version"]
        return answer.status_code == 200

    def asked(self):
        return {(duty, person) for duty, person in self.held.items() if person == "Bob"}

    @rule(stale=st.booleans())
    def propose(self, stale):
        if self.take("propose", self.state in ("draft", "proposed"), stale):
            self.state, self.reopened = "proposed", set()
            self.accepted &= set(self.held.items())

    @rule(number=st.sampled_from(NIGHTS), accepts=st.booleans())
    def answer(self, number, accepts):
        duty = night(number)
        said = {"answers": [{"duty": duty, "person": "Bob", "accepts": accepts}]}
        allowed = self.state == "proposed" and (duty, "Bob") in self.asked()
        answer = self.here.ask("POST", f"{self.path}/answers", json=said, code=(200, 409, 422))
        assert (answer.status_code == 200) == allowed
        if allowed:
            self.version = answer.json()["version"]
            if accepts:
                self.accepted.add((duty, "Bob"))
            else:
                del self.held[duty]
                self.accepted.discard((duty, "Bob"))
                self.reopened.add(duty)

    @rule(stale=st.booleans())
    def publish(self, stale):
        answered = self.state == "published" or (self.state == "proposed" and self.asked() <= self.accepted)
        if self.take("publish", answered, stale):
            self.state = "published"
            self.numbers += 1

    @rule(number=st.sampled_from(NIGHTS), person=st.sampled_from(PEOPLE), stale=st.booleans())
    def edit(self, number, person, stale):
        """Put somebody on a night in place of whoever holds it, or take them off."""
        duty, after = night(number), dict(self.held)
        if after.get(duty) == person:
            said = {"drop": [[duty, person]]}
            del after[duty]
        else:
            said = {"drop": [[duty, after[duty]]] if duty in after else [], "put": [[duty, person]]}
            after[duty] = person
        rested = all(after.get(night(n)) is None or after.get(night(n)) != after.get(night(n + 1)) for n in (1, 2, 3))
        open_ = self.state in ("draft", "published") or (self.state == "proposed" and duty in self.reopened)
        if self.take("edits", rested and open_, stale, json=said):
            self.held = after
            self.numbers += self.state == "published"

    @rule(stale=st.booleans())
    def freeze(self, stale):
        if self.take("freeze", self.state == "published", stale):
            self.state = "frozen"

    @rule(stale=st.booleans())
    def finish(self, stale):
        if self.take("finish", self.state == "frozen", stale, json={}):
            self.state = "done"

    @invariant()
    def is_what_the_model_says(self):
        shown = self.here.ask("GET", self.path).json()
        assert (shown["state"], shown["version"], dict(shown["assignments"])) == (self.state, self.version, self.held)
        assert (shown["number"] or 0) == self.numbers
        assert set(shown["reopened"]) == (self.reopened if self.state == "proposed" else set())
        versions = self.here.ask("GET", f"{self.path}/versions").json()
        assert [version["number"] for version in versions] == list(range(1, self.numbers + 1))


class TestLife(Life.TestCase):
    settings = settings(
        max_examples=100 if os.environ.get("HYPOTHESIS_PROFILE") == "night" else 6,
        stateful_step_count=14,
        deadline=None,
    )


def test_killed_at_any_moment_the_service_loses_nothing_and_goes_on(tmp_path, request, capsys):
    """Server, worker or solver, killed at random: what was answered is kept, the solve is taken up again. ``make long`` kills 100."""
    kills = 100 if request.config.getoption("--long") else 3
    luck, kept, key, job, used, waits = random.Random(5), [], "", "", 0.0, []
    scenario = generated("block-30x6x28-1")
    for left in range(kills, -1, -1):
        started = time.monotonic()
        with serving(tmp_path) as (base, said, process):
            key = key or said
            admin = httpx2.Client(base_url=base, headers={"authorization": f"Bearer {key}"}, timeout=60)
            if not job:
                campaign = _begun(admin, scenario)
            if not job or _ended(admin, job):
                job, used = _asked(admin), 0.0
            until(partial(_goes_on, admin, job, used), 60)
            waits.append(time.monotonic() - started)
            _whole(tmp_path, kept)
            if left:
                writer = Writer(admin, campaign, sorted(scenario.facts.person_by_id)[:3], kept)
                writer.start()
                time.sleep(luck.uniform(0.5, 3))
                used = _used(admin, job)
                server = psutil.Process(process.pid)
                os.kill(luck.choice([server, *server.children(recursive=True)]).pid, signal.SIGKILL)
                time.sleep(luck.uniform(0, 1))
                process.kill()
                writer.stop.set()
                writer.join()
                process.wait(30)
                until(partial(_gone, tmp_path), 30)
    assert kept
    with capsys.disabled():
        told = f"{kills} kills, {len(kept)} answers kept; new progress written {_seconds(waits[1:])} after a new start"
        sys.stdout.write(f"\n{told}\n")


def _seconds(waits):
    """What is said of them, and not asserted: the machine may be busy."""
    return f"{statistics.median(waits):.1f} s in the median, {max(waits):.1f} s at worst"


def _gone(folder):
    """Whether no process of this service lives on, also none that was begun in the place of a killed one."""
    for one in psutil.process_iter():
        with suppress(psutil.Error):
            if str(folder) in one.environ().get("PERMANENCE_DATABASE_URL", "") and one.status() != psutil.STATUS_ZOMBIE:
                return False
    return True


class Writer(threading.Thread):
    """Says something again and again; whatever is answered must be found afterwards."""

    def __init__(self, client, campaign, people, kept):
        super().__init__(daemon=True)
        self.client, self.campaign, self.people, self.kept, self.stop = (
            client,
            campaign,
            people,
            kept,
            threading.Event(),
        )

    def run(self):
        number = len(self.kept)
        while not self.stop.is_set():
            number += 1
            person = self.people[number % 3]
            path = f"/v1/territories/{PLACE}/campaigns/{self.campaign}/availability/{person}"
            try:
                answer = self.client.put(path, json={"offers": [{"duties_per_month": number}]})
            except httpx2.TransportError:
                return
            if answer.status_code == 200:
                self.kept.append((person, number))
            time.sleep(0.02)


def _used(client, job):
    return client.get(f"/v1/territories/{PLACE}/jobs/{job}").json()["used"]


def _goes_on(client, job, used):
    return _used(client, job) > used + 0.1 or _ended(client, job)


def _begun(client, scenario):
    """A territory with a campaign."""
    client.post("/v1/territories", json={"id": PLACE, "name": "Block"}).raise_for_status()
    said = {"subject": client.get("/v1/me").json()["subject"], "role": "coordinator", "territory": PLACE}
    client.post("/v1/grants", json=said).raise_for_status()
    place = f"/v1/territories/{PLACE}"
    client.put(f"{place}/scenario", files={"file": ("s.zip", packed(scenario, "zip"))}).raise_for_status()
    return client.post(
        f"{place}/campaigns", json={"closes": (datetime.now(UTC) + timedelta(days=30)).isoformat()}
    ).json()["id"]


def _asked(client):
    return client.post(f"/v1/territories/{PLACE}/solves", json={"time_limit": 36_000}).json()["id"]


def _ended(client, job):
    """Whether it came to its end, proved, between two kills."""
    return client.get(f"/v1/territories/{PLACE}/jobs/{job}").json()["state"] == "found"


def _whole(folder, kept):
    """What was answered is there, last word of each; the trail is whole; nobody's solve ran twice over."""
    database = Database(f"sqlite:///{folder}/p.db")
    with database.reading() as session:
        assert list(audit.broken(session)) == []
        rows = {row.person: row.rows for row in session.query(Submission)}
        for person, number in dict(kept).items():
            found = int(float(rows[person]["offers"]["rows"][0][-1]))
            # The last that was sent may have been kept without its answer having come.
            assert found >= number
        assert {job.state for job in session.query(Job)} <= {"running", "found"}
    database.close()
