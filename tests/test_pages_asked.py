"""Pages as they answer, without a browser: what they say in French, where they lead, what they know."""

import re
from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from api import uploads
from api.store.schema import Audit
from scheduler.misread import misread
from scheduler.words import Said, counted
from tests.service import PLACE, house
from tests.test_life import night

NEXT_MONTH = date(2027, 4, 1)


@pytest.fixture
def here(tmp_path):
    """Three people, four nights, a published roster."""
    with house(f"sqlite:///{tmp_path}/p.db") as here:
        here.territory()
        here.roster = here.published()
        yield here


class Reader:
    """Somebody who has signed in with a key, in French."""

    def __init__(self, here, role, person=None, wanted=""):
        self.client = here.client
        self.client.cookies.clear()
        key = here.key(role, person=person)
        self.token = self.csrf(f"/welcome?next={wanted}" if wanted else "/welcome")
        self.landed = self.post("/signin/key", key=key).headers["location"]
        self.token = self.csrf(f"/t/{PLACE}/rules")

    def csrf(self, path):
        return re.search('name="csrf" value="([^"]+)"', self.page(path))[1]

    def page(self, path, code=200):
        answer = self.client.get(path, headers={"accept-language": "fr"})
        assert answer.status_code == code, answer.text
        return answer.text

    def post(self, path, files=None, **form):
        return self.client.post(
            path,
            data={"csrf": self.token, **form},
            files=files,
            headers={"accept-language": "fr", "sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )


def test_signing_in_leads_to_the_page_that_was_wanted_and_never_elsewhere(here):
    assert Reader(here, "coordinator", wanted=f"/t/{PLACE}/campaign").landed == f"/t/{PLACE}/campaign"
    assert Reader(here, "coordinator", wanted="//evil.example/x").landed == "/"
    assert Reader(here, "coordinator").landed == "/"


def test_the_trail_says_in_which_role_somebody_signed_in(here):
    Reader(here, "practitioner", "Ana")
    with here.service.database.reading() as session:
        (row,) = session.query(Audit).filter(Audit.action == "signin")
    assert row.role == "practitioner"


def test_what_a_form_misread_is_said_in_french(here):
    here.ask("POST", "/campaigns", json={"closes": "2027-02-20T12:00:00Z"})
    ana = Reader(here, "practitioner", "Ana")
    path = f"/t/{PLACE}/me/availability"
    assert "un nombre était attendu" in ana.post(path, nights_per_month="many").text
    coordinator = Reader(here, "coordinator")
    assert "une date était attendue" in coordinator.post(f"/t/{PLACE}/campaign", closes="soon").text


def test_days_that_the_campaign_does_not_show_stay_as_they_were(here):
    campaign = here.ask("POST", "/campaigns", json={"closes": "2027-02-20T12:00:00Z"}).json()["id"]
    wishes = [
        {"wish": "cannot", "first_day": "2027-02-27", "last_day": "2027-03-01"},
        {"wish": "rather_not", "first_day": "2027-03-04", "last_day": "2027-03-05"},
    ]
    here.ask("PUT", f"/campaigns/{campaign}/availability/Ana", json={"wishes": wishes})
    Reader(here, "practitioner", "Ana").post(f"/t/{PLACE}/me/availability", **{"d-2027-03-02": "cannot"})
    said = here.ask("GET", f"/campaigns/{campaign}/availability/Ana").json()["tables"]["wishes"]
    spans = {(wish, first, last) for _, wish, first, last in said["rows"]}
    assert spans == {
        ("cannot", "2027-02-27", "2027-02-28"),
        ("cannot", "2027-03-02", "2027-03-02"),
        ("rather_not", "2027-03-05", "2027-03-05"),
    }


def test_a_workbook_is_read_before_the_turn_to_write_is_taken(here, monkeypatch):
    coordinator, read = Reader(here, "coordinator"), uploads.read

    def slowly(content, name):
        with here.service.database.writing() as session:
            here.desk(session).tell("meanwhile", "somebody")
        return read(content, name)

    monkeypatch.setattr(uploads, "read", slowly)
    scenario = here.ask("GET", "/scenario?as=zip").content
    answer = coordinator.post(f"/t/{PLACE}/workbook", files={"file": ("s.zip", scenario)})
    assert answer.headers["location"] == f"/t/{PLACE}/overview"
    assert "3 personnes, 7 lignes, 28 gardes" in coordinator.page(f"/t/{PLACE}/overview")
    here.ask("PUT", "/scenario", files={"file": ("s.zip", scenario)})


def test_a_duty_of_the_next_roster_is_explained_and_offered_too(here):
    here.upload(first_drawn=NEXT_MONTH)
    later = here.published()
    duty, holder = next((d, p) for d, p in sorted(here.held(later).items()) if p != "Bob")
    assert duty.startswith("N.2027-04-")
    me = Reader(here, "practitioner", holder)
    assert "Vous la tenez" in me.page(f"/t/{PLACE}/me/why?duty={duty}")
    assert "Vous " in me.page(f"/t/{PLACE}/me/why?duty={night(2)}")
    assert "Vous " in me.page(f"/t/{PLACE}/me/why?line=N&day=2027-04-02")
    exchanges = me.page(f"/t/{PLACE}/me/exchanges")
    assert f'value="{duty}"' in exchanges
    assert ("N.2027-03-" in exchanges) == (holder in here.held(here.roster).values())
    assert me.post(f"/t/{PLACE}/me/exchanges", duty=duty).headers["location"] == f"/t/{PLACE}/me/exchanges"
    (offered,) = here.ask("GET", f"/rosters/{later}/exchanges").json()
    assert (offered["duty"], offered["giver"]) == (duty, holder)
    me.page(f"/t/{PLACE}/me/why?line=N&day=2027-05-02", 422)


def test_a_part_is_given_alone_only_to_a_page_that_asks_for_it_and_not_after_a_form(here):
    analyst = Reader(here, "analyst")
    path = analyst.post(f"/t/{PLACE}/sweeps", vary="rules.min_rest.hours=12,24", time_limit="5").headers["location"]
    asked = {"hx-request": "true"}
    assert "<html" not in here.client.get(path, headers=asked).text
    assert "<html" in here.client.get(path, headers=asked | {"hx-boosted": "true"}).text


@pytest.mark.parametrize(
    ("number", "en", "fr"), [(0, "0 duties", "0 garde"), (1, "1 duty", "1 garde"), (2, "2 duties", "2 gardes")]
)
def test_a_count_is_singular_where_its_language_says_so(number, en, fr):
    assert counted(number, Said("duty", "garde"), Said("duties", "gardes")) == Said(en, fr)


class Asked(BaseModel):
    whole: Annotated[int, Field(ge=2, le=4)] = 3
    short: Annotated[str, Field(min_length=2, max_length=4)] = "abc"
    kind: Literal["night", "day"] = "day"
    day: date = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"whole": 1}, "au moins 2 était attendu"),
        ({"whole": 5}, "au plus 4 était attendu"),
        ({"whole": "x"}, "un nombre entier était attendu"),
        ({"short": "a"}, "au moins 2 caractères étaient attendus"),
        ({"short": "abcde"}, "au plus 4 caractères étaient attendus"),
        ({"kind": "nihgt"}, "une valeur parmi night, day était attendue"),
        ({"day": "soon"}, "une date était attendue, comme 2027-05-31"),
    ],
)
def test_what_was_misread_is_said_in_both_languages(given, expected):
    with pytest.raises(ValidationError) as raised:
        Asked.model_validate(given)
    (error,) = raised.value.errors()
    said, maybe = misread(error, *given.values())
    assert said.fr == expected
    assert "was expected" in said.en or "were expected" in said.en
    assert maybe == ("night" if "kind" in given else "")
