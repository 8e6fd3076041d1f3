"""The pages in a real browser: a service that runs, its demo territory in it, and somebody who looks."""

import shutil
import socket
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select

from api.app import create_app
from api.demo import fill
from api.settings import Settings
from api.solving import run
from api.store.database import Database
from api.store.schema import Job
from tests.service import Clock

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
"""Before the demo's roster begins: its duties may still move."""
SOLVE_S = 8.0
"""Most seconds of a solve here: what comes of it is tested elsewhere."""
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def demo(folder: Path) -> Path:
    """The demo territory's database, made once for all that test at the same time."""
    path, lock = folder / "demo.db", folder / "demo.lock"
    with Turn(lock):
        if not path.exists():
            made = folder / "making.db"
            fill(Settings(f"sqlite:///{made}", secure=False, demo=True), NOW, demo=True)
            made.rename(path)
    return path


class Turn:
    """One after the other, across processes."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        from fcntl import LOCK_EX, flock

        self.file = self.path.open("w")
        flock(self.file, LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


@contextmanager
def site(database: Path, **settings):
    """The service on a port of its own, its clock at hand, somebody who takes the solves; gives (base address, clock, database)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url, clock = f"sqlite:///{database}", Clock(NOW)
    app = create_app(Settings(url, secure=False, demo=True, **settings), clock=clock)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    own, ending = Database(url), threading.Event()

    def solves():
        while not ending.wait(0.2):
            with own.reading() as session:
                waiting = session.execute(select(Job.id).where(Job.state == "waiting")).scalars().all()
            for job in waiting:
                with own.writing() as session:
                    row = session.get_one(Job, job)
                    row.asked = row.asked | {"time_limit": min(SOLVE_S, row.asked["time_limit"])}
                run(own, job, 2_000)

    threads = [threading.Thread(target=server.run, daemon=True), threading.Thread(target=solves, daemon=True)]
    for thread in threads:
        thread.start()
    while not server.started:
        ending.wait(0.05)
    yield f"http://127.0.0.1:{port}", clock, app.state.service
    ending.set()
    server.should_exit = True
    for thread in threads:
        thread.join(20)
    for child in psutil.Process().children(recursive=True):
        # A solve that nobody waits for any more.
        with suppress(psutil.Error):
            if "multiprocessing" in " ".join(child.cmdline()):
                child.kill()


class Visitor:
    """Somebody with a browser: what they ask of elsewhere and what their browser complains about is kept."""

    def __init__(self, browser, base, lang="fr", size=None, dark=False, scripts=True, pictures=None, keys=False):
        self.base, self.pictures, self.lang, self.keys = base, pictures, lang, keys
        locale = "fr-FR" if lang == "fr" else "en-GB"
        self.context = browser.new_context(
            viewport=size or DESKTOP,
            locale=locale,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            has_touch=size == PHONE,
        )
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.elsewhere, self.complaints, self.clicks = [], [], 0
        self.page.on("request", lambda asked: asked.url.startswith(base) or self.elsewhere.append(asked.url))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def go(self, path, expect=200):
        answer = self.page.goto(self.base + path)
        assert answer.status == expect, (path, answer.status, self.page.inner_text("main")[:500])
        return self

    def as_(self, role):
        """Into the demo, in a role."""
        self.go("/welcome")
        self.page.click(f"button[name=role][value={role}]")
        return self

    def click(self, fr, en, kind="button"):
        """A click on what is called so, or by keyboard alone: Tab until one is there, then Enter. Counted."""
        self.press(self.page.get_by_role(kind, name=fr if self.lang == "fr" else en).first)
        return self

    def press(self, what):
        """The same, of something on the page."""
        self.clicks += 1
        if not self.keys:
            what.click()
            return
        self.reach(what)
        box = what.evaluate("one => one.type === 'checkbox' || one.type === 'radio'")
        self.page.keyboard.press("Space" if box else "Enter")

    def reach(self, what):
        """Go there with the Tab key alone."""
        what.wait_for()
        before = what.evaluate_handle("one => one")
        for _ in range(600):
            if before.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way there by keyboard: {what}")

    def written(self, selector, text):
        """Fill a field in: typed, where only keys are used."""
        field = self.page.locator(selector)
        if self.keys and field.get_attribute("type") not in ("date", "file"):
            self.reach(field)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
        else:
            # A date is typed in an order that each language has of its own: the field is filled in.
            field.fill(text)

    def sees(self, fr, en, **words):
        """Wait for a text."""
        self.page.wait_for_selector(f"text={fr if self.lang == 'fr' else en}", **words)
        return self

    def picture(self, name):
        """Kept in the test's output."""
        if self.pictures is not None:
            self.pictures.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(self.pictures / f"{name}.png"), caret="initial")

    def sound(self):
        """Nothing for axe to find, nothing to scroll sideways to, nothing asked of elsewhere, no complaint."""
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        said = [(one["id"], one["nodes"][0]["html"][:200]) for one in found]
        assert said == [], (self.page.url, said)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (self.page.url, f"{wide} px to the side")
        forms = "form[method=post]"
        assert self.page.locator(forms).count() == self.page.locator(f"{forms} input[name=csrf]").count(), self.page.url
        assert self.elsewhere == []
        assert self.complaints == [], (self.page.url, self.complaints)
