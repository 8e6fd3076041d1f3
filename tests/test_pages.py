"""The pages, in a real browser: every page in both languages, sizes and colours; the stories of each role; what must not happen."""

import io
import os
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from openpyxl import load_workbook
from sqlalchemy import select

from api.demo import fill
from api.matrix import DOORS, PAGES
from api.office.desk import Desk
from api.office.documents import held_from, scenario_by
from api.office.rosters import new_draft
from api.settings import Settings
from api.store.schema import Campaign, Job, RosterRow, Submission
from api.uploads import packed
from api.who import Acting, grant
from scenarios.load import load
from scheduler.publication import frozen_until
from scheduler.variants import revised
from solver.repair import CHANGES
from tests.pages import CHROMIUM, DESKTOP, NOW, PHONE, Visitor, demo, site

DATA = Path(__file__).parent.parent / "scenarios" / "data"
PLACE = "/t/pilot-pooled"
needs_browser = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine: apt install chromium")
pytestmark = needs_browser


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The demo's database, to be copied."""
    own = tmp_path_factory.getbasetemp()
    return demo(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="module")
def here(made, tmp_path_factory):
    """The demo territory served; tests that use it only read."""
    path = tmp_path_factory.mktemp("pages") / "p.db"
    shutil.copy(made, path)
    with site(path) as found:
        yield found


@pytest.fixture
def fresh(made, tmp_path):
    """The demo territory served, for a test that changes it."""
    shutil.copy(made, tmp_path / "p.db")
    with site(tmp_path / "p.db") as found:
        yield found


@pytest.fixture
def pictures(request):
    return Path(request.config.getoption("--pictures"))


def rows_of(service, kind):
    with service.database.reading() as session:
        return list(session.execute(select(kind)).scalars())


ADDRESSES = {
    "coordinator": [
        "/overview", "/campaign", "/rosters", "/rosters/R", "/rosters/R?by=people", "/rosters/R?duty=D", "/rosters/R/certificate",
        "/rosters/R/versions", "/rosters/R/fragile", "/rosters/R/duty/D", "/rosters/R/duty/D/move?to=P", "/on-call?at=2027-01-05T22:00:00Z",
        "/compare", "/compare?roster=R&roster=R", "/sweeps", "/stress", "/harmonise", "/map", "/rules", "/trail",
    ],
    "practitioner": ["/me", "/me?past=true", "/me/availability", "/me/share", "/me/why?duty=D", "/me/exchanges", "/me/exchanges?duty=M", "/me/statement"],
    "establishment": ["/establishment", "/on-call"],
    "analyst": ["/compare?roster=R&roster=R", "/map"],
    "reader": ["/on-call?at=2027-01-05T22:00:00Z"],
}  # fmt: skip


def known(service):
    """What stands for R, D, P and M in an address: a roster, one of its duties, somebody else, a duty of the demo's practitioner."""
    (row,) = rows_of(service, RosterRow)
    with service.database.reading() as session:
        facts = scenario_by(session, row.scenario).facts
    held = held_from(row.held)
    me = next(p.id for p in facts.people if "private" in facts.statuses_of(p.id))
    duty = facts.duties[0].id
    other = next(p.id for p in facts.people if not held.covers(p.id, duty))
    mine = min(held.duties_of(me), key=lambda d: facts.duty_by_id[d].start)
    return {"R": row.id, "D": duty, "P": other, "M": mine}


def filled_in(address, words):
    return re.sub(r"(?<![A-Za-z])([RDPM])(?![A-Za-z-])", lambda found: words[found[1]], address)


@pytest.mark.parametrize(
    ("lang", "size", "dark"), [("fr", DESKTOP, False), ("en", PHONE, True)], ids=["desktop-fr-light", "phone-en-dark"]
)
@pytest.mark.parametrize("role", ADDRESSES)
def test_every_page_is_sound_for_everybody(here, browser, pictures, role, lang, size, dark):
    base, _, service = here
    words = known(service)
    with Visitor(browser, base, lang, size, dark, pictures=pictures / f"{lang}-{size['width']}") as visitor:
        visitor.go("/welcome").sound()
        visitor.picture("welcome")
        visitor.as_(role)
        for address in ADDRESSES[role]:
            visitor.go(PLACE + filled_in(address, words))
            visitor.sound()
            visitor.picture(f"{role}{re.sub('[^a-zA-Z]+', '-', address)}")
            assert visitor.page.get_attribute("html", "lang") == lang


def test_every_page_is_in_the_matrix_and_no_other_is():
    from fastapi.routing import APIRoute

    from api import app as application

    routers = (application.practitioner, application.coordinator, application.roster_pages, application.establishment,
               application.on_call, application.analyst, application.trust, application.doors, application.first)  # fmt: skip
    names = {route.name for one in routers for route in one.router.routes if isinstance(route, APIRoute)}
    assert names == set(PAGES) | DOORS


def test_pages_are_read_without_scripts_and_at_twice_the_size(here, browser):
    base, _, service = here
    words = known(service)
    with Visitor(browser, base, scripts=False, size={"width": 640, "height": 450}) as visitor:
        visitor.as_("coordinator")
        for address in ("/overview", "/rosters/R?duty=D", "/rosters/R/certificate", "/on-call"):
            visitor.go(PLACE + filled_in(address, words))
            assert visitor.page.inner_text("h1")
        visitor.go(PLACE + filled_in("/rosters/R?duty=D", words))
        assert "?" not in visitor.page.inner_text("#duty h2")
        with visitor.page.expect_navigation():
            visitor.page.click("#duty form button")


# --- stories ----------------------------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize(
    ("lang", "size", "keys"),
    [("fr", DESKTOP, False), ("en", PHONE, True)],
    ids=["fr-desktop-mouse", "en-phone-keyboard"],
)
"""Each story in French on a desk with the mouse, and in English on a phone's screen by keyboard alone."""


def visits(browser, base, pictures, lang, size, keys):
    return Visitor(browser, base, lang, size, pictures=pictures / lang, keys=keys)


@BOTH
def test_a_practitioner_paints_a_month(fresh, browser, pictures, lang, size, keys):
    base, _, service = fresh
    with visits(browser, base, pictures, lang, size, keys) as visitor:
        visitor.as_("practitioner").go(f"{PLACE}/me/availability")
        page, gestures = visitor.page, 0
        page.locator("#d-2027-01-20").scroll_into_view_if_needed()
        if keys:
            visitor.reach(page.locator("#d-2027-01-11"))
            for _ in range(4):
                page.keyboard.press("1")
                page.keyboard.press("Tab")
                gestures += 2
        else:
            # One stroke over four days.
            first, last = (page.locator(f"#d-2027-01-{day}").bounding_box() for day in (11, 14))
            page.mouse.move(first["x"] + 10, first["y"] + 10)
            page.mouse.down()
            page.mouse.move(last["x"] + 10, last["y"] + 10, steps=12)
            page.mouse.up()
            gestures += 1
        visitor.reach(page.locator("#d-2027-01-20"))
        page.keyboard.press("2")
        page.keyboard.press("Tab")
        page.keyboard.press("4")
        gestures += 3
        # Half a second each at most for who knows the page: far under a minute.
        assert gestures < 20
        page.locator("h1").scroll_into_view_if_needed()
        visitor.picture("availability-painted")
        visitor.written("#nights_per_month", "5")
        page.select_option("#s-0", "only")
        visitor.press(page.locator("input[name=s-0-days][value=sat]"))
        visitor.press(page.locator("input[name=site]").first)
        visitor.press(page.locator("form.paint button.main"))
        page.wait_for_selector(".told.good")
        visitor.sound()
        # What was said is there again, and in the tables.
        assert page.input_value("#d-2027-01-12") == "cannot"
        assert page.input_value("#d-2027-01-21") == "would_like"
        assert page.input_value("#d-2027-01-15") == ""
    (said,) = rows_of(service, Submission)
    header = said.rows["wishes"]["header"]
    kept = [dict(zip(header, row, strict=False)) for row in said.rows["wishes"]["rows"]]
    spans = {(row["wish"], row["first_day"], row["last_day"]) for row in kept if row["first_day"]}
    assert {("cannot", "2027-01-11", "2027-01-14"), ("rather_not", "2027-01-20", "2027-01-20"), ("would_like", "2027-01-21", "2027-01-21")} <= spans  # fmt: skip
    assert any(row["wish"] == "only" and "sat" in row["days"] for row in kept)


def installed(folder, name="p.db"):
    """An empty installation, and its administrator's key."""
    return fill(Settings(f"sqlite:///{folder}/{name}", secure=False), NOW, demo=False)


def first_territory(visitor, key, id_, name, workbook):
    """Signed in with the first key, and a territory of a workbook."""
    page = visitor.page
    visitor.go("/").written("#key", key)
    visitor.click("Se connecter avec la clé", "Sign in with the key")
    page.wait_for_selector("#id")
    visitor.picture("first-run")
    visitor.sound()
    visitor.written("#id", id_)
    visitor.written("#name", name)
    page.set_input_files("#file", workbook)
    visitor.click("Créer le territoire", "Create the territory")
    page.wait_for_url("**/overview")


def from_solve_to_published(visitor):
    page = visitor.page
    visitor.click("Faire le tableau", "Make the rota")
    page.wait_for_selector("#live")
    visitor.sees("Voir le tableau", "See the rota", timeout=120_000)
    visitor.picture("solved")
    visitor.click("Voir le tableau", "See the rota", "link")
    visitor.click("Proposer aux volontaires", "Propose to the volunteers")
    page.wait_for_selector(".state.proposed")
    if page.locator("form[action$=accept-all]").count():
        visitor.click("Noter que tous", "Write down that all")
        page.wait_for_selector(".told.good")
    visitor.click("Publier", "Publish")
    page.wait_for_selector(".state.published")


@BOTH
def test_from_an_empty_installation_to_a_published_rota_in_five_clicks_after_the_campaign(
    tmp_path, browser, pictures, lang, size, keys
):
    key = installed(tmp_path)
    with site(tmp_path / "p.db") as (base, _, service), visits(browser, base, pictures, lang, size, keys) as visitor:
        page = visitor.page
        visitor.go("/").written("#key", key)
        visitor.click("Se connecter avec la clé", "Sign in with the key")
        with page.expect_download() as workbook:
            visitor.click("Télécharger le classeur", "Download the workbook", "link")
        workbook.value.save_as(tmp_path / "workbook.xlsx")
        visitor.written("#id", "bus")
        visitor.written("#name", "Bus de prévention")
        page.set_input_files("#file", tmp_path / "workbook.xlsx")
        visitor.picture("first-run")
        visitor.click("Créer le territoire", "Create the territory")
        page.wait_for_url("**/overview")
        visitor.go("/t/bus/campaign").written("#closes", "2026-12-20")
        visitor.click("Solliciter", "Ask everybody")
        page.wait_for_selector(".state.open")
        visitor.sound()
        visitor.click("Clore", "Close")
        page.wait_for_selector(".state.closed")
        visitor.clicks = 0
        from_solve_to_published(visitor)
        assert visitor.clicks <= 5
        visitor.sound()
    assert [row.state for row in rows_of(service, RosterRow)] == ["published"]
    assert [row.state for row in rows_of(service, Campaign)] == ["closed"]


@BOTH
def test_a_duty_is_opened_priced_and_given_to_somebody_else(fresh, browser, pictures, lang, size, keys):
    base, _, service = fresh
    with visits(browser, base, pictures, lang, size, keys) as visitor:
        page = visitor.as_("coordinator").page
        roster = known(service)["R"]
        visitor.go(f"{PLACE}/rosters/{roster}?by=people")
        links = page.locator(".board tbody a[draggable=true]")
        before = {tuple(pair) for pair in rows_of(service, RosterRow)[0].held["assignments"]}
        if not keys:
            # Both in sight, as for somebody who drags: one of the first days, onto somebody else's.
            page.locator(".board").scroll_into_view_if_needed()
            source = page.locator(".board tbody tr:nth-child(-n+6) td:nth-child(-n+6) a[draggable=true]").first
            row = source.evaluate("link => link.closest('tr').rowIndex")
            source.drag_to(page.locator(".board tbody tr").nth(row + 1).locator("td").nth(2))
            page.wait_for_selector("#duty p strong")
            visitor.picture("board-drag")
            visitor.sound()
        for n in range(40):
            if keys:
                # On with the arrows, from duty to duty.
                visitor.reach(page.locator(".board a[tabindex='0']"))
                page.keyboard.press("ArrowRight")
                page.keyboard.press("Enter")
            else:
                links.nth(n).click()
            page.wait_for_selector("#duty:focus")
            page.wait_for_selector("#duty h3")
            if page.locator("#duty input[name=to]").count() == 0:
                continue
            visitor.picture("duty-open")
            visitor.press(page.locator("#duty form button.main").first)
            page.wait_for_selector("#duty .good, #duty .told.bad")
            if page.locator("#duty form button.main").count():
                visitor.picture("move-priced")
                visitor.press(page.locator("#duty form button.main"))
                page.wait_for_selector(".told.good")
                break
        visitor.go(f"{PLACE}/rosters/{roster}/versions")
        visitor.picture("versions")
        assert page.locator("h2").count() == 2
    after = {tuple(pair) for pair in rows_of(service, RosterRow)[0].held["assignments"]}
    assert len(before - after) == len(after - before) == 1


@BOTH
def test_an_absence_is_mended_with_few_changes_and_taken(fresh, browser, pictures, lang, size, keys):
    base, clock, service = fresh
    (row,) = rows_of(service, RosterRow)
    before = {tuple(pair) for pair in row.held["assignments"]}
    with service.database.reading() as session:
        facts = scenario_by(session, row.scenario).facts
    duty = max((facts.duty_by_id[name] for name, _ in before), key=lambda duty: (duty.date, duty.id))
    gone = {(name, person) for name, person in before if name == duty.id}
    # Near the end, so that little is left that may move: the rota may have been made in a hurry, and what a mending fills
    # besides counts as changes too.
    clock.at = NOW.replace(year=duty.date.year, month=duty.date.month, day=duty.date.day) - timedelta(days=11)
    with visits(browser, base, pictures, lang, size, keys) as visitor:
        page = visitor.as_("coordinator").page
        visitor.go(f"{PLACE}/rosters/{row.id}?duty={duty.id}")
        visitor.click("Absent ce jour-là", "Is away that day")
        visitor.sees("En faire la version suivante", "Take it as the next version", timeout=180_000)
        visitor.sound()
        visitor.picture("mended")
        visitor.click("En faire la version suivante", "Take it as the next version")
        page.wait_for_selector(".told.good")
    (job,) = rows_of(service, Job)
    promised = {tier["name"]: tier for tier in job.best["tiers"]}[CHANGES]
    (row,) = rows_of(service, RosterRow)
    after = {tuple(pair) for pair in row.held["assignments"]}
    assert not gone & after
    assert promised["proven"]
    assert len(before - after) == promised["value"]
    assert all(facts.duty_by_id[name].date >= frozen_until(clock.at.date()) for name, _ in before ^ after)


@BOTH
def test_an_exchange_is_offered_previewed_and_accepted(fresh, browser, pictures, lang, size, keys):
    base, _, service = fresh
    with visits(browser, base, pictures, lang, size, keys) as giver:
        page = giver.as_("practitioner").page
        options = giver.go(f"{PLACE}/me/exchanges").page.locator("#duty option").all()
        for value in [option.get_attribute("value") for option in options]:
            giver.go(f"{PLACE}/me/exchanges?duty={value}")
            if page.locator("main ul a[href*=taker]").count():
                break
        giver.picture("exchange-takers")
        giver.sound()
        link = page.locator("main ul a[href*=taker]").first
        taker = re.search(r"taker=([^&]+)", link.get_attribute("href"))[1]
        giver.press(link)
        page.wait_for_selector("dl.figures")
        giver.picture("exchange-preview")
        giver.sound()
        giver.click("Proposer", "Offer it")
        page.wait_for_selector(".told.good")
    with service.database.writing() as session:
        grant(session, "demo:reader", "practitioner", service.clock(), "pilot-pooled", taker)
    with visits(browser, base, pictures, lang, size, keys) as other:
        page = other.as_("reader").page
        other.go(f"{PLACE}/me/exchanges")
        other.click("Voir l'effet", "See what it does", "link")
        page.wait_for_selector("dl.figures")
        other.sound()
        other.click("Accepter", "Accept")
        page.wait_for_selector(".told.good")
    (row,) = rows_of(service, RosterRow)
    assert [value, taker] in row.held["assignments"]


@BOTH
def test_an_analyst_compares_two_rosters_in_four_clicks_and_slides_pay(fresh, browser, pictures, lang, size, keys):
    base, _, service = fresh
    (row,) = rows_of(service, RosterRow)
    with service.database.writing() as session:
        desk = Desk(session, service.clock(), Acting("test", "coordinator", "pilot-pooled"))
        held = held_from(row.held)
        less = replace(held, assignments=frozenset(sorted(held.assignments)[5:]))
        new_draft(desk, row.scenario, less, {})
        people = scenario_by(session, row.scenario).facts.people
    with visits(browser, base, pictures, lang, size, keys) as visitor:
        page = visitor.as_("analyst").page
        visitor.clicks = 0
        for n in (0, 1):
            visitor.press(page.locator("input[name=roster]").nth(n))
        visitor.press(page.locator("main form button.main"))
        page.wait_for_selector("main section h2")
        assert visitor.clicks <= 4
        visitor.sound()
        visitor.picture("compared")
        shown = page.inner_text("main")
        assert not [person.name for person in people if person.name in shown]
        visitor.go(f"{PLACE}/harmonise")
        before = page.inner_text("#priced")
        visitor.reach(page.locator("#way"))
        for _ in range(6):
            page.keyboard.press("ArrowLeft")
        page.wait_for_function("before => document.getElementById('priced').innerText.includes('70 %')", arg=before)
        visitor.sound()


@BOTH
def test_an_analyst_sweeps_a_rule_and_lets_people_leave(fresh, browser, pictures, lang, size, keys):
    base, _, service = fresh
    with visits(browser, base, pictures, lang, size, keys) as visitor:
        page = visitor.as_("analyst").page
        visitor.go(f"{PLACE}/sweeps").written("#time_limit", "8")
        visitor.click("Tout calculer", "Solve them all")
        page.wait_for_selector("main section table", timeout=120_000)
        visitor.sound()
        visitor.picture("swept")
        visitor.go(f"{PLACE}/stress").written("#draws", "1")
        visitor.written("#time_limit", "8")
        visitor.click("Essayer", "Try it")
        page.wait_for_selector("main section table", timeout=120_000)
        visitor.sound()
        visitor.picture("stressed")
    assert len({job.sweep for job in rows_of(service, Job)}) == 2


@BOTH
def test_an_establishment_turns_the_weeks_downloads_and_subscribes(
    fresh, browser, pictures, lang, size, keys, tmp_path
):
    base, _, _ = fresh
    with visits(browser, base, pictures, lang, size, keys) as visitor:
        page = visitor.as_("establishment").page
        before = page.locator("tbody tr").first.inner_text()
        visitor.click("quatre semaines après", "four weeks after", "link")
        page.wait_for_url("**from=*")
        assert page.locator("tbody tr").first.inner_text() != before
        with page.expect_download() as table:
            visitor.click("Télécharger mes gardes", "Download my duties", "link")
        table.value.save_as(tmp_path / "roster.csv")
        assert len((tmp_path / "roster.csv").read_text(encoding="utf-8-sig").splitlines()) > 100
        visitor.press(page.locator("form[action$=calendar] button").first)
        address = page.locator("#flash strong").inner_text().removeprefix("✓ ").strip()
        answer = page.request.get(address)
        assert answer.ok
        assert Calendar.from_ical(answer.body()).walk("VEVENT")


def test_a_wall_shows_who_is_on_call_by_a_secret_address_and_says_when_it_is_old(fresh, browser, pictures):
    base, clock, _ = fresh
    clock.at = clock.at.replace(year=2027, month=1, day=5, hour=22)
    with Visitor(browser, base, "fr") as visitor:
        page = visitor.as_("coordinator").page
        visitor.go(f"{PLACE}/on-call")
        visitor.click("Créer une adresse secrète", "Make a secret address")
        address = page.locator("#flash strong").inner_text().removeprefix("✓ ").strip()
    with Visitor(browser, base, "fr", {"width": 1920, "height": 1080}, pictures=pictures / "fr") as wall:
        page = wall.page
        page.clock.install()
        wall.go(address.removeprefix(base))
        assert page.locator(".on-call li").count() > 5
        wall.picture("wall")
        wall.sound()
        assert page.locator("#stale").is_hidden()
        before = page.inner_text(".clock")
        clock.go(hours=1)
        page.clock.run_for(31_000)
        page.wait_for_function("before => document.querySelector('.clock').innerText !== before", arg=before)
        wall.context.set_offline(True)
        page.clock.run_for(125_000)
        page.wait_for_selector("#stale:not([hidden])")
        wall.picture("wall-stale")


# --- what must not happen ---------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\u202emirrored \u200f\u05e9\u05dc\u05d5\u05dd",
    "x" * 200,
    '"><img src=x onerror=alert(2)>',
    "{{ 7 * 7 }}",
]


def test_hostile_names_are_harmless_on_every_page_and_in_every_document(tmp_path, browser):
    scenario = load(DATA / "prevention-bus")
    people = [
        person.model_copy(update={"name": HOSTILE[n % len(HOSTILE)]}) for n, person in enumerate(scenario.facts.people)
    ]
    sites = [
        one.model_copy(update={"name": HOSTILE[n % len(HOSTILE)]}) for n, one in enumerate(scenario.facts.tables.sites)
    ]
    lines = [one.model_copy(update={"name": HOSTILE[n % len(HOSTILE)]}) for n, one in enumerate(scenario.facts.lines)]
    hostile = revised(scenario, tables={"people": people, "sites": sites, "lines": lines})
    key = installed(tmp_path)
    (tmp_path / "s.xlsx").write_bytes(packed(hostile, "xlsx"))
    with site(tmp_path / "p.db") as (base, _, _), Visitor(browser, base, "fr", PHONE) as visitor:
        page = visitor.page
        first_territory(visitor, key, "h", HOSTILE[0], tmp_path / "s.xlsx")
        visitor.sound()
        from_solve_to_published(visitor)
        roster = page.url.rpartition("/")[2].partition("?")[0]
        for address in ("/overview", "/campaign", f"/rosters/{roster}", f"/rosters/{roster}?by=people", f"/rosters/{roster}/certificate",
                        f"/rosters/{roster}/fragile", "/on-call?at=2027-01-05T12:00:00Z", f"/compare?roster={roster}&roster={roster}", "/map", "/rules", "/trail"):  # fmt: skip
            visitor.go(f"/t/h{address}")
            visitor.sound()
        files = {}
        for form in ("pdf", "xlsx", "csv", "html"):
            answer = page.request.get(f"{base}/v1/territories/h/rosters/{roster}/export.{form}")
            assert answer.status == 200, form
            files[form] = answer.body()
        book = load_workbook(io.BytesIO(files["xlsx"]))
        assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert b"<script>" not in files["html"]
        said = {"kind": "person", "subject": people[0].id}
        made = page.request.post(f"{base}/v1/territories/h/feeds", data=said, headers={"origin": base})
        assert made.status == 201
        feed = page.request.get(made.json()["address"])
        assert Calendar.from_ical(feed.body())


def test_a_form_of_another_session_or_of_elsewhere_does_nothing(fresh, browser):
    base, _, _ = fresh
    with Visitor(browser, base) as visitor:
        page = visitor.as_("coordinator").page
        cookies = {one["name"]: one for one in visitor.context.cookies()}
        assert cookies["permanence"]["httpOnly"]
        assert cookies["permanence"]["sameSite"] == "Lax"
        for form in ({}, {"csrf": "made-up"}):
            answer = page.request.post(f"{base}{PLACE}/solve", form=form, headers={"origin": base}, max_redirects=0)
            assert answer.status == 403
        whole = page.request.get(f"{base}{PLACE}/overview")
        assert whole.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in whole.headers["content-security-policy"]
        assert whole.headers["x-frame-options"] == "DENY"
        visitor.go(f"{PLACE}/me", 403)
        visitor.go("/t/elsewhere/overview", 404)
    with Visitor(browser, base) as nobody:
        nobody.page.goto(f"{base}{PLACE}/overview")
        assert "/welcome" in nobody.page.url


def test_what_a_form_refused_is_said_and_what_was_entered_stays(fresh, browser):
    base, _, _ = fresh
    with Visitor(browser, base, "fr") as visitor:
        page = visitor.as_("coordinator").page
        visitor.go(f"{PLACE}/sweeps")
        page.fill("#vary", "rules.no_such_rule.hours=1")
        visitor.click("Tout calculer", "Solve them all")
        page.wait_for_selector(".told.bad")
        assert "no_such_rule" in page.inner_text("#flash")
        assert page.input_value("#vary") == "rules.no_such_rule.hours=1"
        # The browser itself says that the answer was a refusal.
        assert all("422" in one for one in visitor.complaints)
        visitor.complaints.clear()
        visitor.sound()
