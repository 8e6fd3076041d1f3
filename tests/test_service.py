"""The service, from outside: what coordinators, establishments, practitioners and the call centre ask of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar

from api.app import create_app
from api.matrix import INSTALLATION, PUBLIC, SIGNED_IN, TERRITORY
from api.office.campaigns import merged, rows_from_cells
from api.office.documents import sheet_from_json, sheet_json
from api.office.painted import painted, rows_of
from api.office.privacy import forget_old
from api.pages import shell
from api.settings import Settings
from api.solving import run
from api.store import audit
from api.store.schema import Audit, Submission
from api.uploads import packed
from api.who import ROLES
from scenarios.sheets import rows_from, sheet_of
from scheduler.tables import ROW_TYPES
from tests.service import PLACE, VOLUNTEER, house
from tests.test_life import night, small

VOLUNTEERS = "Ana . . . .\nBob . . . .\nCy . . . ."


@pytest.fixture
def here(tmp_path):
    with house(f"sqlite:///{tmp_path}/p.db") as found:
        yield found


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """A territory with a published roster; tests that use it only read."""
    with house(f"sqlite:///{tmp_path_factory.mktemp('settled')}/p.db") as found:
        found.territory()
        found.roster = found.published()
        yield found


def test_from_nothing_to_a_published_roster_its_calendar_and_an_exchange(here):
    scenario = here.territory()
    assert (scenario["people"], scenario["duties"] > 3) == (3, True)
    here.ask("PUT", "/contacts", json={"phones": {"Ana": "+33 1 00 00 00 01", "Cy": "0100000003"}})
    campaign = here.ask("POST", "/campaigns", json={"closes": "2027-02-10T12:00:00+01:00"}).json()
    assert campaign["waiting"] == ["Ana", "Bob", "Cy"]
    place = f"/campaigns/{campaign['id']}"
    said = {"absences": [{"first_day": "2027-03-01", "last_day": "2027-03-01"}]}
    ana = here.key("practitioner", person="Ana")
    here.ask("PUT", f"{place}/availability/Ana", ana, json=said)
    here.ask("PUT", f"{place}/availability/Bob", json={"wishes": [{"wish": "rather_not", "days": ["wed"]}]})
    here.ask("PUT", f"{place}/availability/Cy", json={"offers": [{"duties_per_month": 3}]})
    assert here.ask("GET", place).json()["answered"] == ["Ana", "Bob", "Cy"]
    closed = here.ask("POST", f"{place}/close", match='"1"').json()
    assert (closed["state"], closed["waiting"]) == ("closed", [])
    roster = here.published()
    held = here.held(roster)
    assert len(held) == 4
    assert held[night(1)] != "Ana"
    rows = here.ask("GET", "/assignments?from=2027-03-01&to=2027-03-04&site=H").json()
    assert {row["duty"]: row["person"] for row in rows if row["person"]} == held
    feed = here.ask("POST", "/feeds", json={"kind": "site", "subject": "H"}).json()
    calendar = Calendar.from_ical(here.client.get(feed["address"]).content)
    assert {str(event["uid"]) for event in calendar.walk("VEVENT")} == {f"{d}.{p}@permanence" for d, p in held.items()}
    now = here.ask("GET", "/on-call?at=2027-03-01T22:00:00%2B01:00").json()["on_call"]
    assert [(row["duty"], row["person"]) for row in now if row["person"]] == [(night(1), held[night(1)])]
    first, other = held[night(1)], held[night(2)]
    third = next(p for p in ("Ana", "Bob", "Cy") if p not in (first, other))
    offered = here.ask("POST", f"/rosters/{roster}/exchanges", json={"duty": night(2), "giver": other}).json()
    taken = here.ask(
        "POST", f"/rosters/{roster}/exchanges/{offered['id']}/accept", json={"taker": third}, code=(200, 422)
    )
    if taken.status_code == 200:
        assert here.held(roster)[night(2)] == third
    assert here.ask("GET", f"/rosters/{roster}/statements").json() == []
    what = [change["what"] for change in here.ask("GET", "/changes").json()["changes"]]
    assert what[0] == "propose"
    assert "publish" in what


# --- who may what -----------------------------------------------------------------------------------------------------


def operations(app):
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path


def test_every_operation_is_in_the_matrix_and_the_matrix_has_no_other(settled):
    found = {name for name, _, _ in operations(settled.client.app)} | {"signin", "signed_in", "signout"}
    declared = PUBLIC | SIGNED_IN | INSTALLATION | set(TERRITORY)
    assert found == declared
    assert len(declared) == len(PUBLIC) + len(SIGNED_IN) + len(INSTALLATION) + len(TERRITORY)


def filled(path, here):
    """An address with something in every place: things that are, where there are any."""
    for word, value in (("territory", PLACE), ("roster", here.roster), ("form", "csv"), ("person", "Ana")):
        path = path.replace(f"{{{word}}}", value)
    return "".join("x" if c == "{" else c for c in path).replace("}", "")


def test_each_role_may_call_what_the_matrix_says_and_nothing_else(settled):
    """Forbidden is 403 in one's territory; elsewhere, and for strangers, there is nothing; without a key nobody is known."""
    settled.ask("POST", "/v1/territories", "administrator", json={"id": "elsewhere", "name": "Elsewhere"})
    keys = {
        role: settled.key(
            role, person="Ana" if role == "practitioner" else None, sites=("H",) if role == "establishment" else ()
        )
        for role in ROLES
        if role != "administrator"
    }
    stranger = settled.key("coordinator", "elsewhere")
    seen = 0
    for name, method, path in operations(settled.client.app):
        if name in PUBLIC or name == "job_events":
            continue
        where = filled(path, settled)
        bare = settled.client.request(method, where)
        assert (bare.status_code, bare.json()["code"]) == (401, "not_signed_in"), name
        if name in SIGNED_IN:
            continue
        for role, key in keys.items():
            answer = settled.client.request(method, where, headers={"authorization": f"Bearer {key}"})
            if name in INSTALLATION or role not in TERRITORY[name]:
                assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), (name, role)
            else:
                assert answer.status_code not in (401, 403, 500), (name, role, answer.text)
            seen += 1
        if name in TERRITORY:
            other = settled.client.request(method, where, headers={"authorization": f"Bearer {stranger}"})
            assert (other.status_code, other.json()["code"]) == (404, "not_found"), name
            ruler = settled.ask(method, where, "administrator", code=404)
            assert ruler.json()["code"] == "not_found"
    assert seen > 250


def test_a_thing_of_another_territory_is_as_if_it_were_not(settled):
    settled.ask("POST", "/v1/territories", "administrator", json={"id": "far", "name": "Far"}, code=(201, 409))
    key = settled.key("coordinator", "far")
    for path in (f"rosters/{settled.roster}", f"rosters/{settled.roster}/versions", "rosters/nothing"):
        answer = settled.ask("GET", f"/v1/territories/far/{path}", key, code=404)
        assert answer.json()["code"] == "not_found"


def test_a_practitioner_sees_oneself_and_an_establishment_its_sites(settled):
    days = "from=2027-03-01&to=2027-03-04"
    ana = settled.key("practitioner", person="Ana")
    rows = settled.ask("GET", f"/assignments?{days}", ana).json()
    assert {row["person"] for row in rows} == {"Ana"}
    assert "Dear Ana" in settled.ask("GET", f"/rosters/{settled.roster}/letters/Ana", ana).json()["said"][0]
    settled.ask("GET", f"/rosters/{settled.roster}/letters/Bob", ana, code=404)
    settled.ask("POST", "/feeds", ana, json={"kind": "person", "subject": "Bob"}, code=403)
    clinic = settled.key("establishment", sites=("K",))
    assert settled.ask("GET", f"/assignments?{days}", clinic).json() == []
    settled.ask("GET", f"/rosters/{settled.roster}/replacements?duty={night(1)}", clinic, code=404)
    hospital = settled.key("establishment", sites=("H",))
    assert len(settled.ask("GET", f"/assignments?{days}", hospital).json()) == 4
    figures = json.dumps(settled.ask("GET", f"/rosters/{settled.roster}/figures", "analyst").json())
    assert "Ana" not in figures
    assert "p-" in figures


def test_a_key_that_is_revoked_expired_or_unknown_opens_nothing(here):
    made = here.ask("POST", "/v1/keys", "administrator", json={"name": "x", "expires": "2027-02-02T00:00:00Z"}).json()
    here.ask("POST", "/v1/grants", "administrator", json={"subject": made["id"], "role": "administrator"})
    assert here.ask("GET", "/v1/keys", made["key"]).status_code == 200
    assert made["key"] not in here.ask("GET", "/v1/keys", made["key"]).text
    here.clock.go(hours=15)
    here.ask("GET", "/v1/keys", made["key"], code=401)
    again = here.ask("POST", "/v1/keys", "administrator", json={"name": "y"}).json()
    here.ask("DELETE", f"/v1/keys/{again['id']}", "administrator")
    here.ask("GET", "/v1/me", again["key"], code=401)
    here.ask("GET", "/v1/me", again["key"][:-1] + "x", code=401)
    here.ask("GET", "/v1/me", "pmk_nothing", code=401)


@pytest.mark.parametrize(
    ("asked", "column"),
    [
        ({"subject": "x", "role": "coordinator"}, "territory"),
        ({"subject": "x", "role": "coordinator", "territory": "nowhere"}, "territory"),
        ({"subject": "x", "role": "practitioner", "territory": PLACE}, "person"),
        ({"subject": "x", "role": "establishment", "territory": PLACE}, "sites"),
    ],
)
def test_a_grant_that_means_nothing_is_refused(here, asked, column):
    here.territory()
    answer = here.ask("POST", "/v1/grants", "administrator", json=asked, code=422).json()
    assert [finding["column"] for finding in answer["findings"]] == [column]


# --- problems ---------------------------------------------------------------------------------------------------------


def test_a_step_asks_for_the_version_that_one_saw(here):
    here.territory()
    roster = here.solved()
    step = f"/rosters/{roster}/propose"
    assert here.ask("POST", step, code=428).json()["code"] == "precondition_required"
    stale = here.ask("POST", step, match='"7"', code=412)
    assert (stale.json()["code"], stale.headers["etag"]) == ("stale", '"1"')
    fine = here.ask("POST", step, match='"1"')
    assert (fine.headers["etag"], fine.json()["state"]) == ('"2"', "proposed")
    late = here.ask("POST", f"/rosters/{roster}/freeze", match='"2"', code=409)
    assert late.json()["code"] == "conflict"
    assert (
        here.ask("POST", f"/rosters/{roster}/freeze", match='"2"', code=409, headers={"accept-language": "fr"})
        .json()["title"]
        .startswith("Son état")
    )


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("s.zip", b"no archive", "unsupported_media"),
        ("s.xlsx", b"no workbook", "invalid"),
        ("s.zip", b"x" * 10_000_001, "too_large"),
        ("s.zip", b"x" * 11_000_000, "too_large"),
    ],
)
def test_an_upload_that_cannot_be_read_is_a_problem_and_changes_nothing(here, name, content, code):
    before = here.territory()["id"]
    answer = here.ask("PUT", "/scenario", files={"file": (name, content)}, code=(413, 415, 422))
    assert answer.json()["code"] == code
    assert here.ask("GET", f"/v1/territories/{PLACE}").json()["scenario"] == before


def test_what_is_wrong_in_a_scenario_or_an_answer_is_told_all_at_once(here):
    here.territory()
    campaign = here.ask("POST", "/campaigns", json={"closes": "2027-02-10T12:00:00Z"}).json()["id"]
    said = {
        "absences": [{"first_day": "soon", "last_day": "2027-03-01"}],
        "wishes": [{"wish": "perhaps"}, {"wish": "cannot", "dayz": "mon"}],
    }
    answer = here.ask("PUT", f"/campaigns/{campaign}/availability/Ana", json=said, code=422).json()
    assert {(finding["where"], finding["column"]) for finding in answer["findings"]} >= {
        ("absences", "first_day"),
        ("wishes", "wish"),
    }
    assert any(finding["found"] == "dayz" and finding["maybe"] == "days" for finding in answer["findings"])
    stranger = here.ask("PUT", f"/campaigns/{campaign}/availability/Anna", json={}, code=422).json()
    assert stranger["findings"][0]["maybe"] == "Ana"
    here.clock.go(days=10)
    here.ask("PUT", f"/campaigns/{campaign}/availability/Ana", json={}, code=409)


def test_a_body_that_is_too_large_or_says_what_is_not_known_is_refused(here):
    here.territory()
    long = here.ask("POST", "/solves", content=b'{"time_limit": 1' + b" " * 5_000_000 + b"}", code=413)
    assert long.json()["code"] == "too_large"
    assert here.ask("POST", "/solves", json={"hurry": True}, code=422).json()["code"] == "invalid"
    assert here.ask("POST", "/solves", json={"time_limit": 0.5}, code=422).json()["code"] == "invalid"
    assert here.ask("GET", "/nowhere", code=404).json()["code"] == "not_found"
    assert here.ask("PATCH", "/solves", code=405).json()["type"] == "/problems/method_not_allowed"
    assert here.client.get("/problems/method_not_allowed").json()["titles"]["en"]


def test_the_same_request_under_the_same_key_is_done_once(here):
    here.territory()
    said = {"idempotency-key": "once"}
    first = here.ask("POST", "/solves", json={"time_limit": 5}, headers=said).json()
    again = here.ask("POST", "/solves", json={"time_limit": 5}, headers=said).json()
    assert first["id"] == again["id"]
    assert len(here.ask("GET", "/jobs").json()) == 1
    here.ask("POST", "/solves", json={"time_limit": 6}, headers=said, code=422)


# --- a roster's life --------------------------------------------------------------------------------------------------


def test_a_published_roster_is_edited_mended_frozen_and_finished(here):
    here.territory()
    roster = here.published()
    held = here.held(roster)
    versions = here.ask("GET", f"/rosters/{roster}/versions").json()
    assert [version["number"] for version in versions] == [1]
    broken = here.ask(
        "POST", f"/rosters/{roster}/edits", match="*", json={"put": [[night(2), held[night(1)]]]}, code=422
    )
    assert broken.json()["code"] == "breaks_rules"
    wrong = here.ask("POST", f"/rosters/{roster}/edits", match="*", json={"drop": [["N.x", "Ana"]]}, code=422)
    assert wrong.json()["code"] == "invalid"
    away = {"absences": [{"person": held[night(3)], "first_day": "2027-03-03", "last_day": "2027-03-03"}]}
    job = here.ask("POST", f"/rosters/{roster}/replan", match="*", json=away).json()["id"]
    early = here.ask("POST", f"/rosters/{roster}/changes", match="*", json={"job": job}, code=409)
    assert early.json()["code"] == "conflict"
    run(here.service.database, job, 2_000)
    found = here.ask("GET", f"/jobs/{job}").json()
    assert found["state"] == "found"
    assert next(tier for tier in found["tiers"] if tier["name"] == "changes")["proven"]
    moves = {duty: (left, came) for duty, left, came in found["moves"]}
    assert moves[night(3)][0] == held[night(3)]
    here.ask("POST", f"/rosters/{roster}/changes", match="*", json={"job": job})
    again = here.ask("POST", f"/rosters/{roster}/changes", match="*", json={"job": job}, code=412)
    assert again.json()["code"] == "stale"
    versions = here.ask("GET", f"/rosters/{roster}/versions").json()
    assert [(v["number"], v["why"]) for v in versions] == [(1, "publish"), (2, "replan")]
    here.ask("POST", f"/rosters/{roster}/freeze", match="*")
    here.ask("POST", f"/rosters/{roster}/edits", match="*", json={}, code=409)
    done = here.ask("POST", f"/rosters/{roster}/finish", match="*", json={}).json()
    assert done["state"] == "done"


def test_only_one_roster_of_the_same_days_is_published(here):
    here.territory()
    here.published()
    other = here.solved()
    here.ask("POST", f"/rosters/{other}/propose", match="*")
    for duty, person in here.held(other).items():
        if person == "Bob":
            here.ask(
                "POST",
                f"/rosters/{other}/answers",
                json={"answers": [{"duty": duty, "person": person, "accepts": True}]},
            )
    assert "another roster" in here.ask("POST", f"/rosters/{other}/publish", match="*", code=409).json()["detail"]


def test_a_refusal_opens_that_duty_and_the_volunteer_alone_may_say_so(here):
    here.territory()
    roster = here.solved()
    here.ask("POST", f"/rosters/{roster}/propose", match="*")
    held = here.held(roster)
    duty = next(duty for duty, person in held.items() if person == "Bob")
    bob, ana = here.key("practitioner", person="Bob"), here.key("practitioner", person="Ana")
    said = {"answers": [{"duty": duty, "person": "Bob", "accepts": False}]}
    here.ask("POST", f"/rosters/{roster}/answers", ana, json=said, code=404)
    answered = here.ask("POST", f"/rosters/{roster}/answers", bob, json=said).json()
    assert answered["reopened"] == [duty]
    assert duty not in here.held(roster)


def test_of_two_who_accept_one_offer_the_first_has_it(here):
    here.territory("Ana . . . .\nBob . . . .\nCy . . . .\nDee . . . .\nEve . . . .")
    roster = here.published()
    held = here.held(roster)
    free = sorted({"Ana", "Cy", "Dee", "Eve"} - set(held.values()))
    duty, giver = next((d, p) for d, p in held.items() if p != "Bob")
    offered = here.ask("POST", f"/rosters/{roster}/exchanges", json={"duty": duty, "giver": giver}).json()["id"]
    path = f"/rosters/{roster}/exchanges/{offered}"
    taker = free[0] if free else next(p for p in ("Ana", "Cy", "Dee", "Eve") if p != giver)
    first = here.ask("POST", f"{path}/accept", json={"taker": taker}, code=(200, 422))
    assert first.status_code == 200, first.text
    assert here.ask("POST", f"{path}/accept", json={"taker": "Eve"}, code=409).json()["code"] == "taken"
    assert here.held(roster)[duty] == taker


def test_what_several_people_say_comes_as_one_table_or_not_at_all(here):
    here.territory()
    campaign = here.ask("POST", "/campaigns", json={"closes": "2027-02-10T12:00:00Z"}).json()["id"]
    place = f"/campaigns/{campaign}"
    here.ask("PUT", f"{place}/availability/Ana", json={"offers": [{"duties_per_month": 4}]})
    table = b"person;wish;days\nAna;rather_not;mon\nCy;would_like;tue\n"
    told = here.ask("PUT", f"{place}/tables/wishes", files={"file": ("w.csv", table)}).json()
    assert told["people"] == ["Ana", "Cy"]
    assert set(here.ask("GET", f"{place}/availability/Ana").json()["tables"]) == {"offers", "wishes"}
    wrong = b"person;wish\nAna;rather_not\nZoe;would_like\n"
    answer = here.ask("PUT", f"{place}/tables/wishes", files={"file": ("w.csv", wrong)}, code=422).json()
    assert any(finding["found"] == "Zoe" for finding in answer["findings"])
    assert here.ask("GET", f"{place}/availability/Ana").json()["tables"]["wishes"]["rows"][0][-1] == "mon"
    here.ask("PUT", f"{place}/tables/wishes", files={"file": ("w.csv", b"person\n")}, code=422)
    here.ask("PUT", f"{place}/tables/pins", files={"file": ("w.csv", table)}, code=422)


def test_every_combination_of_a_sweep_is_a_solve_of_its_own_and_makes_no_draft(here):
    here.territory()
    asked = {"vary": ["rules.min_rest.hours=12,24", "rules.evenness.weight=1,2"], "time_limit": 5}
    sweep = here.ask("POST", "/sweeps", "analyst", json=asked).json()
    assert len(sweep["variants"]) == 4
    for variant in sweep["variants"]:
        run(here.service.database, variant["job"], 2_000)
    found = here.ask("GET", f"/sweeps/{sweep['id']}", "analyst").json()["variants"]
    assert {variant["state"] for variant in found} == {"found"}
    assert all(tier["proven"] for variant in found for tier in variant["tiers"])
    assert here.ask("GET", "/rosters").json() == []
    here.ask("POST", "/sweeps", json={"vary": ["rules.min_rest.hourz=1"]}, code=422)
    here.ask("GET", "/sweeps/nothing", code=404)


# --- what is pulled ---------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_sent_again(here):
    here.territory()
    roster = here.published()
    path = "/assignments?from=2027-03-01&to=2027-03-04"
    first = here.ask("GET", path)
    assert here.ask("GET", path, headers={"if-none-match": first.headers["etag"]}, code=304).content == b""
    held = here.held(roster)
    here.ask("POST", f"/rosters/{roster}/edits", match="*", json={"drop": [[night(1), held[night(1)]]]})
    changed = here.ask("GET", path, headers={"if-none-match": first.headers["etag"]})
    assert changed.headers["etag"] != first.headers["etag"]
    cursor = here.ask("GET", "/changes").json()["cursor"]
    here.ask("POST", f"/rosters/{roster}/edits", match="*", json={"put": [[night(1), held[night(1)]]]})
    (change,) = here.ask("GET", f"/changes?after={cursor}").json()["changes"]
    assert change["duties"] == [[night(1), "", held[night(1)]]]


def test_a_calendar_entry_that_goes_is_cancelled_and_counts_up_and_a_revoked_address_is_silent(here):
    here.territory()
    roster = here.published()
    person = here.held(roster)[night(1)]
    feed = here.ask("POST", "/feeds", json={"kind": "person", "subject": person}).json()
    uid = f"{night(1)}.{person}@permanence"

    def entry():
        calendar = Calendar.from_ical(here.client.get(feed["address"]).content)
        event = next(event for event in calendar.walk("VEVENT") if event["uid"] == uid)
        return str(event["status"]), int(event["sequence"])

    assert entry() == ("CONFIRMED", 0)
    here.ask("POST", f"/rosters/{roster}/edits", match="*", json={"drop": [[night(1), person]]})
    assert entry() == ("CANCELLED", 1)
    here.ask("POST", f"/rosters/{roster}/edits", match="*", json={"put": [[night(1), person]]})
    assert entry() == ("CONFIRMED", 2)
    assert not {name for name in ("Ana", "Bob", "Cy") if name != person} & set(
        here.client.get(feed["address"]).text.split()
    )
    here.ask("DELETE", f"/feeds/{feed['id']}")
    assert here.client.get(feed["address"]).status_code == 404


@pytest.mark.parametrize(
    ("at", "duty"),
    [
        ("2027-03-01T18:59:59Z", None),
        ("2027-03-01T19:00:00Z", 1),
        ("2027-03-02T06:59:59Z", 1),
        ("2027-03-02T07:00:00Z", None),
    ],
)
def test_who_is_on_call_from_the_first_second_to_before_the_last(settled, at, duty):
    rows = settled.ask("GET", f"/on-call?at={at}", "reader").json()["on_call"]
    assert [row["duty"] for row in rows] == ([night(duty)] if duty else [])


def test_published_duties_as_fhir(settled):
    held = settled.held(settled.roster)
    bundle = settled.ask(
        "GET", "/fhir/Slot?start=ge2027-03-01&start=le2027-03-03T00:00:00Z&_include=Slot:schedule", "reader"
    ).json()
    matches = [entry["resource"] for entry in bundle["entry"] if entry["search"]["mode"] == "match"]
    assert (bundle["type"], bundle["total"]) == ("searchset", 2)
    assert [slot["identifier"][0]["value"] for slot in matches] == [night(1), night(2)]
    assert all(datetime.fromisoformat(slot["start"]).astimezone(UTC) for slot in matches)
    assert any(entry["resource"]["resourceType"] == "Schedule" for entry in bundle["entry"])
    mine = settled.ask("GET", "/fhir/Slot?schedule.actor:Practitioner.identifier=x|Ana", "reader").json()
    assert mine["total"] == sum(person == "Ana" for person in held.values())
    roles = settled.ask("GET", "/fhir/PractitionerRole", "reader").json()
    assert {entry["resource"]["practitioner"]["display"] for entry in roles["entry"]} == set(held.values())
    assert settled.ask("GET", "/fhir/Slot?start=soon", "reader", code=422).json()["code"] == "invalid"
    assert "entry" not in settled.ask("GET", "/fhir/Slot?start=gt2030-01-01", "reader").json()


@pytest.mark.parametrize(
    ("form", "begins"), [("csv", b"duty,"), ("xlsx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!doctype")]
)
def test_a_roster_leaves_in_every_form(settled, form, begins):
    answer = settled.ask("GET", f"/rosters/{settled.roster}/export.{form}")
    assert answer.content.lower().startswith(begins.lower())
    assert f"roster.{form}" in answer.headers["content-disposition"]


def test_a_scenario_comes_back_as_it_went_in(settled):
    for form in ("zip", "xlsx"):
        content = settled.ask("GET", f"/scenario?as={form}").content
        with_it = settled.ask("PUT", "/scenario", files={"file": (f"s.{form}", content)}).json()
        assert with_it["sha256"] == settled.ask("GET", "/scenario").json()["sha256"]


# --- the trail --------------------------------------------------------------------------------------------------------


def test_every_change_and_every_reading_of_somebodys_data_is_in_the_trail_and_the_trail_shows_what_was_touched(here):
    here.territory()
    roster = here.published()
    here.ask("GET", f"/rosters/{roster}/letters/Ana")
    actions = [entry["action"] for entry in here.ask("GET", "/audit?limit=1000").json()["entries"]]
    for action in ("scenario.put", "job.solve", "roster.draft", "roster.propose", "roster.publish", "letter.read"):
        assert action in actions
    with here.service.database.reading() as session:
        assert list(audit.broken(session)) == []
    for touch in ("about", "gone"):
        with here.service.database.writing() as session:
            row = session.get_one(Audit, 3)
            if touch == "about":
                row.about = "something else"
            else:
                last = session.query(Audit).order_by(Audit.number.desc()).first()
                session.delete(last)
        with here.service.database.reading() as session:
            assert list(audit.broken(session))


def test_what_was_said_in_a_campaign_goes_a_year_after_it_closed_and_the_roster_stays(here):
    here.territory()
    roster = here.published()
    campaign = here.ask("POST", "/campaigns", json={"closes": "2027-02-10T00:00:00+00:00"}).json()["id"]
    said = {"absences": [{"first_day": "2027-03-02", "last_day": "2027-03-02"}]}
    here.ask("PUT", f"/campaigns/{campaign}/availability/Ana", json=said)
    here.clock.at = datetime(2027, 2, 11, tzinfo=UTC)
    here.ask("POST", f"/campaigns/{campaign}/close", match="*")
    for days, gone in ((364, 0), (365, 0), (366, 1)):
        at = datetime(2027, 2, 10, tzinfo=UTC) + timedelta(days=days)
        with here.service.database.writing() as session:
            forget_old(session, at, 365)
            left = session.query(Submission).count()
        assert left == 1 - gone, days
    assert here.held(roster)
    with here.service.database.reading() as session:
        assert list(audit.broken(session)) == []


def test_an_establishment_sees_exchanges_of_its_own_people_and_those_to_anybody(here):
    drawing = "Ana . . . .\nBob . . . .\nCy . . . .\nDee . . . .\nEve . . . ."
    here.territory(drawing, sites=[{"id": "H"}, {"id": "K"}], engagements=[{"person": "Eve", "site": "K"}], consents=[])
    roster = here.published()
    held = here.held(roster)
    duty, giver = min((d, p) for d, p in held.items())
    path = f"/rosters/{roster}/exchanges"
    offers = ({"duty": duty, "giver": giver, "taker": taker} for taker in ("Ana", "Bob", "Cy", "Dee") if taker != giver)
    assert any(here.ask("POST", path, json=offer, code=(201, 422)).status_code == 201 for offer in offers)
    ours, theirs = here.key("establishment", sites=("H",)), here.key("establishment", sites=("K",))
    assert len(here.ask("GET", path, ours).json()) == 1
    assert here.ask("GET", path, theirs).json() == []
    here.ask("POST", path, json={"duty": duty, "giver": giver}, code=409)
    other, holder = next((d, p) for d, p in sorted(held.items()) if d != duty)
    here.ask("POST", path, json={"duty": other, "giver": holder, "taker": holder}, code=422)
    here.ask("POST", path, json={"duty": other, "giver": holder})
    assert [one["taker"] for one in here.ask("GET", path, theirs).json()] == [None]


def test_somebody_is_shown_everything_and_forgotten_on_request_and_the_counts_stay(here):
    here.territory()
    here.ask("PUT", "/contacts", json={"phones": {"Ana": "0100000001"}})
    roster = here.published()
    ana = here.key("practitioner", person="Ana")
    kept = here.ask("GET", "/me/data", ana).json()
    assert (kept["phone"], kept["person"]) == ("0100000001", "Ana")
    assert {duty["duty"] for duty in kept["duties"]} == {d for d, p in here.held(roster).items() if p == "Ana"}
    assert kept["scenario"]["people"]
    here.ask("DELETE", "/people/Nobody", code=404)
    here.ask("DELETE", "/people/Ana", code=409)
    before = here.held(roster)
    here.clock.at = datetime(2027, 4, 1, tzinfo=UTC)
    here.ask("DELETE", "/people/Ana")
    after = here.held(roster)
    assert "Ana" not in json.dumps(after)
    words = {after[duty] for duty, person in before.items() if person == "Ana"}
    assert len(words) <= 1
    assert {d: p for d, p in after.items() if p not in words} == {d: p for d, p in before.items() if p != "Ana"}
    assert "Ana" not in here.ask("GET", "/assignments?from=2027-03-01&to=2027-03-04").text
    here.ask("GET", "/me/data", ana, code=404)


def test_over_https_the_cookie_is_of_this_host_alone_and_no_script_reads_it(tmp_path):
    app = create_app(Settings(f"sqlite:///{tmp_path}/p.db"))
    with TestClient(app, base_url="https://permanence.example") as client:
        said = client.get("/welcome").headers["set-cookie"]
        assert said.startswith("__Host-permanence=")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= {word.strip().lower() for word in said.split(";")}


def test_a_campaign_keeps_its_scenario_and_ends_within_two_years(here):
    here.territory()
    for closes, code in (("2029-02-01T09:00:01Z", 422), ("2027-02-01T09:00:00Z", 422), ("2029-01-31T09:00:00Z", 201)):
        here.ask("POST", "/campaigns", json={"closes": closes}, code=code)
    scenario, _ = small(VOLUNTEERS, **VOLUNTEER)
    files = {"file": ("s.zip", packed(scenario, "zip"))}
    here.ask("PUT", "/scenario", files=files, code=409)
    (campaign,) = here.ask("GET", "/campaigns").json()
    here.ask("POST", f"/campaigns/{campaign['id']}/close", match="*")
    here.ask("PUT", "/scenario", files=files)


def test_what_somebody_takes_back_is_gone_and_what_they_do_not_speak_of_stays():
    wish = {"person": "Ana", "wish": "rather_not", "first_day": "2027-03-01", "last_day": "2027-03-01"}
    scenario, _ = small(VOLUNTEERS, wishes=[wish], **VOLUNTEER)
    assert merged(scenario, {"Ana": {"wishes": []}, "Bob": {}}).facts.tables.wishes == ()
    kept = merged(scenario, {"Ana": {"absences": []}, "Bob": {"wishes": []}})
    assert len(kept.facts.tables.wishes) == len(kept.facts.tables.consents) == 1
    assert merged(scenario, {"Bob": {"consents": []}}).facts.tables.consents == ()


def test_an_amount_that_may_be_left_empty_comes_back_as_it_went_in():
    for _ in range(3):
        rows = rows_from_cells("Ana", {"offers": [{"least_pay": "12.5"}]})
        sheet = sheet_from_json("offers", sheet_json(sheet_of("offers", rows["offers"])))
        (again,) = (row for _, row in rows_from(sheet, ROW_TYPES["offers"], []))
        assert again.least_pay == rows["offers"][0].least_pay == 1250


@pytest.mark.parametrize(
    "address", ["//evil.example/x", "/\\evil.example", "https://evil.example/", "http://[", "javascript:alert(1)", ""]
)
def test_a_page_sends_nobody_elsewhere(address):
    assert shell.here(address, "testserver") == ""


def test_a_page_goes_back_to_where_one_was():
    assert shell.here("http://testserver/t/x/overview?a=1", "testserver") == "/t/x/overview?a=1"


def test_a_body_that_is_too_large_for_a_page_is_refused_in_words(here):
    answer = here.client.post("/signin/key", content=b"x" * 5_000_001)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/plain; charset=utf-8")


def test_what_somebody_paints_is_in_the_tables_and_what_the_page_does_not_show_stays():
    said = {
        "absences": [{"first_day": "2027-03-01", "last_day": "2027-03-02"}],
        "wishes": [
            {"wish": "cannot", "first_day": "2027-03-01", "last_day": "2027-03-03"},
            {"wish": "rather_not", "first_day": "2027-03-05", "last_day": "2027-03-05"},
            {"wish": "would_like", "days": "sat"},
            {"wish": "rather_not", "days": "bridge"},
            {"wish": "cannot", "periods": "night", "first_day": "2027-03-04", "last_day": "2027-03-04"},
        ],
        "consents": [{"site": "H"}, {"site": "K", "lines": "N"}],
        "offers": [{"nights_per_month": "4"}],
    }
    rows = rows_from_cells("Ana", said)
    shown = painted(rows)
    assert {day.day: kind for day, kind in shown.days.items()} == {
        1: "cannot",
        2: "cannot",
        3: "cannot",
        5: "rather_not",
    }
    assert [wish.days for wish in shown.standing] == [("sat",)]
    assert shown.sites == {"H"}
    again = rows_of("Ana", shown)
    assert {name: sorted(map(repr, again[name])) for name in rows} == {
        name: sorted(map(repr, rows[name])) for name in rows
    }
