"""Exports: nothing of a rota is lost, changed or alive in what leaves, in either language, twice the same."""

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import icalendar
import openpyxl
import pytest

from api.exports import labels, pdf
from api.exports.boards import blocks
from api.exports.html import page
from api.exports.ics import person_calendar, site_calendar, write_calendars
from api.exports.loads import excess, groups, in_order, scale_of
from api.exports.names import family_name, short_names, site_ids
from api.exports.shown import shown
from api.exports.sums import payers, total
from api.exports.xlsx import ROSTER_COLUMNS, write_xlsx
from scenarios.rosters import read_roster
from scheduler.fairness import CATEGORIES
from scheduler.report import DayHead, report_of
from scheduler.roster import roster_of
from scheduler.scenario import DEFAULT_TIERS, RuleSheet, Scenario
from scheduler.sketch import drawn
from scheduler.tables import Modality, PayPeriod, Status
from scheduler.verify import verify
from scheduler.words import LANGS, MODALITIES

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://example.org";"x")'
LONG = "W" * 200
RIGHT_TO_LEFT = "\u202eאבג\u2066 Lévi"
SEPARATORS = "a\\,;b\\n:\u2028c\u0085d #panic() *e* _f_ $g$ {{ 7*7 }}"
NAMES = {"Ana": SCRIPT, "Bob": FORMULA, "Cleo": LONG, "Dan": RIGHT_TO_LEFT, "Eve": SEPARATORS}
MONDAY = date(2027, 3, 22)
"""The clocks go forward on the Sunday; Easter is on that day, and the Monday after is a holiday."""
DRAWING = """
Ana   N . N . . N . .
Bob   . N . N . . N D
Cleo  . p . . P . . .
Dan   D D . . . . . .
Eve   . C C C . . . .
"""
TABLES = {
    "people": [{"id": person, "name": name} for person, name in NAMES.items()],
    "sites": [{"id": "H", "name": "@SUM(1) Hôpital <b>"}, {"id": "K", "name": "-1+1 Clinique"}],
    "periods": [
        {"id": "deep", "name": "nuit profonde", "start": "24:00", "end": "32:00", "night": "yes", "pay": "deep_night"}
    ],
    "lines": [
        {"id": "N", "name": "Réanimation, <i>garde</i>", "needed": "1"},
        {"id": "D", "needed": "2"},
        {"id": "X", "name": "Régulation", "modality": "on_call", "periods": "deep", "sites": "H", "needed": "1"},
    ],
    "tariffs": [
        {"scheme": "pdses", "status": "consultant", "modality": "on_site", "period": "whole_night"}
        | {"amount": "422,03", "valid_from": "2024-01-01", "legal_ref": "arrêté du 30 avril 2003 & autres"}
    ],
    "wishes": [{"person": "Ana", "wish": "rather_not", "periods": "night"}, {"person": "Bob", "wish": "would_like"}],
    "sensitive_dates": [{"name": "Pâques", "first_day": "2027-03-27", "last_day": "2027-03-29"}],
    "balances": [{"person": "Ana", "points": "-3"}],
}
RULES = ("eligibility", "one_place", "coverage", "worst_off", "evenness", "wishes")


def judged(
    drawing=DRAWING, tables=TABLES, *, extra=(("X.2027-03-23.deep", "Dan"),), rules=RULES, first=MONDAY, bounds=None
):
    facts, roster = drawn(drawing, tables, first)
    roster = roster_of({*roster.assignments, *extra}, roster.site_by_duty)
    built = RuleSheet.model_validate({"rules": [{"kind": kind} for kind in rules]}).rules
    scenario = Scenario("<hostile> & co", facts, built, sha256="ab" * 32)
    return scenario, roster, report_of(scenario, roster, verify(scenario, roster), bounds, seed=7)


@pytest.fixture(scope="module")
def hostile():
    return judged(bounds={"cover": 0, "worst_off": 10_000})


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


# The page


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_is_alone_without_script_and_every_name_is_text(hostile, lang):
    written = page(hostile[2], lang)
    read = Page(written)
    assert dict(read.attributes)["lang"] == lang
    assert not {"script", "link", "img", "iframe", "object", "form", "b1"} & set(read.tags)
    assert all(value.startswith("#") for name, value in read.attributes if name in ("href", "src", "action", "data"))
    assert not any(name.startswith("on") for name, _ in read.attributes)
    assert "url(" not in written
    assert "@import" not in written
    assert set(NAMES.values()) <= set(read.text)
    assert "Réanimation, <i>garde</i>" in "".join(read.text)


@pytest.mark.parametrize("lang", LANGS)
def test_every_table_has_column_heads_and_every_chart_a_title(hostile, lang):
    read = Page(page(hostile[2], lang))
    assert read.tags.count("svg") == len(NAMES) == read.tags.count("title") - 1
    assert read.tags.count("thead") == read.tags.count("table")
    scopes = {value for name, value in read.attributes if name == "scope"}
    assert scopes == {"col", "colgroup", "row", "rowgroup"}
    ids = [value for name, value in read.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for name, value in read.attributes if name == "href"} <= set(ids)
    assert {value for name, value in read.attributes if name == "aria-labelledby"} <= set(ids)


def test_holes_come_first_with_their_reasons_and_are_named_on_the_board(hostile):
    report = hostile[2]
    written = page(report, "fr")
    assert report.holes
    assert written.index("Périodes vides") < written.index("Ce qui est prouvé") < written.index("Le tableau</h2>")
    assert written.count('<strong class="vacant">') == len(report.holes)
    assert "VACANT ×2" in written
    assert all(Page(f"{hole.said.fr}").text[0] in "".join(Page(written).text) for hole in report.holes)


def test_a_full_rota_says_so():
    tables = {"lines": [{"id": "D", "needed": "1"}]}
    report = judged("Ana D", tables, extra=(), bounds={"cover": 0})[2]
    assert "✓ Every duty is held" in page(report, "en")
    assert "✓ proved" in page(report, "en")
    assert "VACANT</strong>" not in page(report, "en")


def test_a_forbidden_rota_says_so():
    report = judged("Ana DC", {}, extra=(), rules=("eligibility", "one_place", "coverage"))[2]
    assert not report.forbidden
    report = judged("Ana DM", {}, extra=(), rules=("eligibility", "one_place", "coverage"))[2]
    assert report.forbidden
    assert "ne peut pas être publié" in page(report, "fr")
    assert report.forbidden[0].fr in shown(report, "fr").broken


def test_what_no_tariff_prices_is_not_free(hostile):
    report = hostile[2]
    nights = 8
    assert total(report, "en").amount == "€3,376.24"
    assert total(report, "en").unpriced == str(sum(row.duties for row in report.pay) - nights)
    rows = [row for payer in payers(report, "fr") for row in payer.rows]
    assert {row.amount for row in rows if row.text == "aucun tarif"} == {""}
    assert "non chiffré" in page(report, "fr")


# The document


@pytest.mark.parametrize("lang", LANGS)
def test_the_document_holds_every_name_as_text(hostile, lang, tmp_path):
    written = pdf.pdf(hostile[2], lang)
    assert written.startswith(b"%PDF")
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext")
    (tmp_path / "rota.pdf").write_bytes(written)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "rota.pdf", "-"], capture_output=True, check=True, text=True
    )
    for word in (SCRIPT, "=HYPERLINK", "#panic()", "*e*", "_f_", "$g$", "VACANT", "Réanimation", "ab" * 32):
        assert word in re.sub(r"[\s\u200b]", "", text.stdout)


def test_a_name_in_other_letters_still_gives_a_document():
    report = judged("Ana D", {"people": [{"id": "Ana", "name": "山田 花子"}]}, extra=())[2]
    assert pdf.pdf(report, "fr").startswith(b"%PDF")


def test_a_plain_rota_keeps_the_standard_of_accessible_documents():
    report = judged("Ana D\nBob N", {}, extra=())[2]
    assert b"pdfuaid" in pdf.pdf(report, "fr")


# The workbook


def sheet_rows(path, name):
    return list(openpyxl.load_workbook(path)[name].iter_rows())


@pytest.mark.parametrize("lang", LANGS)
def test_no_cell_of_the_workbook_is_a_formula_and_names_are_whole(hostile, lang, tmp_path):
    write_xlsx(hostile[2], tmp_path / "rota.xlsx", lang)
    book = openpyxl.load_workbook(tmp_path / "rota.xlsx")
    assert book.sheetnames == ["roster", "board", "people", "sites", "fairness", "pay"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    assert not any(cell.hyperlink for cell in cells)
    for name in ("people", "fairness"):
        values = {cell.value for row in book[name].iter_rows() for cell in row}
        assert set(NAMES.values()) <= values


def test_numbers_are_numbers_and_dates_dates(hostile, tmp_path):
    write_xlsx(hostile[2], tmp_path / "rota.xlsx", "en")
    head, first, *_ = sheet_rows(tmp_path / "rota.xlsx", "roster")
    assert tuple(cell.value for cell in head) == ROSTER_COLUMNS
    assert isinstance(first[2].value, datetime)
    assert isinstance(first[7].value, datetime)
    pay = sheet_rows(tmp_path / "rota.xlsx", "pay")
    assert pay[-1][-1].value == pytest.approx(3376.24)
    assert {row[-1].value for row in pay} >= {"not priced"}
    fairness = sheet_rows(tmp_path / "rota.xlsx", "fairness")
    titles = [cell.value for cell in fairness[0]]
    ana = next(row for row in fairness if row[1].value == "Ana")
    figures = {title: cell.value for title, cell in zip(titles, ana, strict=True)}
    assert figures["Points : carried over"] == -3
    assert figures["Points : load"] == 3
    assert figures["Wishes : refused"] == 1


def test_the_sheet_roster_reads_back_to_the_same_rota(hostile, tmp_path):
    scenario, roster, report = hostile
    write_xlsx(report, tmp_path / "rota.xlsx", "fr")
    assert read_roster(tmp_path / "rota.xlsx", scenario) == roster
    missing = [row for row in sheet_rows(tmp_path / "rota.xlsx", "roster") if row[5].value is None]
    assert len(missing) == sum(hole.missing for hole in report.holes)


def test_characters_that_a_workbook_cannot_hold_do_not_break_it(tmp_path):
    report = judged("Ana D", {"people": [{"id": "Ana", "name": "a\uffffb"}]}, extra=())[2]
    write_xlsx(report, tmp_path / "rota.xlsx", "fr")
    assert any(cell.value == "a\ufffdb" for cell in sheet_rows(tmp_path / "rota.xlsx", "people")[1])


def test_sites_of_the_same_name_are_not_mixed_up(tmp_path):
    tables = {"sites": [{"id": "H", "name": "Same"}, {"id": "K", "name": "Same"}]}
    assert site_ids(judged("Ana p", tables, extra=())[2]) == {}


# The calendars


def events(written):
    return list(icalendar.Calendar.from_ical(written).walk("VEVENT"))


@pytest.mark.parametrize("person", NAMES)
def test_a_calendar_has_all_the_duties_of_the_person_and_no_colleague(hostile, person):
    report = hostile[2]
    written = person_calendar(report, person, "fr")
    found = events(written)
    row = next(row for row in report.people if row.person == person)
    assert [str(event["uid"]) for event in found] == [f"{duty}.{person}@permanence" for duty in row.duties]
    assert all(str(event["dtstamp"].to_ical(), "ascii") == "20270322T000000Z" for event in found)
    assert all(event["sequence"] == 0 for event in found)
    calendar = icalendar.Calendar.from_ical(written)
    assert calendar["method"] == "PUBLISH"
    assert str(calendar["x-wr-calname"]) == f"Tableau des gardes et astreintes – {row.name}"
    others = [name for other, name in NAMES.items() if other != person]
    assert not any(name in str(value) for event in found for value in event.values() for name in others)


def test_calendars_keep_every_character_in_short_lines(hostile):
    written = site_calendar(hostile[2], "@SUM(1) Hôpital <b>", "en")
    lines = written.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(len(line) for line in lines) <= 75
    summaries = {str(event["summary"]) for event in events(written)}
    assert f"Réanimation, <i>garde</i>, night – {SCRIPT}" in summaries
    assert f"C, night – {SEPARATORS}" in summaries
    assert "D, day – VACANT ×2" in summaries
    assert {str(event["location"]) for event in events(written)} == {"@SUM(1) Hôpital <b>"}


def test_a_deep_night_starts_on_the_day_after_the_one_it_belongs_to(hostile):
    event = next(e for e in events(person_calendar(hostile[2], "Dan", "fr")) if str(e["uid"]).startswith("X."))
    assert str(event["uid"]) == "X.2027-03-23.deep.Dan@permanence"
    assert event["dtstart"].dt.isoformat() == "2027-03-24T00:00:00+01:00"
    assert event["dtend"].dt.isoformat() == "2027-03-24T08:00:00+01:00"
    text = "".join(Page(page(hostile[2], "fr")).text)
    assert "0\u202fh mer." in text
    assert "nuit profonde 0\u202fh–8\u202fh (le lendemain)" in text


def test_the_night_on_which_the_clocks_go_forward_lasts_eleven_hours(hostile):
    event = next(e for e in events(person_calendar(hostile[2], "Ana", "fr")) if "03-27" in str(e["uid"]))
    start, end = event["dtstart"].dt, event["dtend"].dt
    assert (start.hour, end.hour) == (20, 8)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=11)


def test_the_zone_tells_its_onset_on_the_wall_clock_that_ends(hostile):
    written = person_calendar(hostile[2], "Ana", "fr").decode()
    assert "TZID:Europe/Paris" in written
    assert (
        "BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\nTZNAME:CEST\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200" in written
    )
    assert "DTSTART;TZID=Europe/Paris:20270327T200000" in written


def test_the_zone_has_the_autumn_too():
    report = judged("Ana N", {}, extra=(), first=date(2027, 10, 30))[2]
    written = person_calendar(report, "Ana", "en").decode()
    assert (
        "BEGIN:STANDARD\r\nDTSTART:20271031T030000\r\nTZNAME:CET\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100" in written
    )
    event = events(person_calendar(report, "Ana", "en"))[0]
    assert event["dtend"].dt.astimezone(UTC) - event["dtstart"].dt.astimezone(UTC) == timedelta(hours=13)


def test_everybody_on_duty_and_every_site_have_a_file(hostile, tmp_path):
    write_calendars(hostile[2], tmp_path / "calendars", "fr")
    people = {f"{person}.ics" for person in NAMES}
    assert {path.name for path in (tmp_path / "calendars").iterdir()} == people | {"site-H.ics", "site-K.ics"}


# All of them


@pytest.mark.parametrize("lang", LANGS)
def test_the_same_report_gives_the_same_bytes(hostile, lang, tmp_path):
    again = judged(bounds={"cover": 0, "worst_off": 10_000})[2]
    assert again == hostile[2]
    both = (hostile[2], again)
    for report, name in zip(both, ("one.xlsx", "two.xlsx"), strict=True):
        write_xlsx(report, tmp_path / name, lang)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert page(both[0], lang) == page(both[1], lang)
    assert pdf.pdf(both[0], lang) == pdf.pdf(both[1], lang)
    assert person_calendar(both[0], "Ana", lang) == person_calendar(both[1], "Ana", lang)


def test_every_code_has_words_in_both_languages():
    assert set(MODALITIES) == set(get_args(Modality))
    assert set(labels.STATUSES) == set(get_args(Status))
    assert set(labels.PAY_PERIODS) == {*get_args(PayPeriod), "additional_time"}
    assert set(labels.CATEGORY_NAMES) == set(CATEGORIES)
    assert {tier.name for tier in DEFAULT_TIERS} <= set(labels.AIMS)
    tables = (labels.TEXTS, MODALITIES, labels.STATUSES, labels.PAY_PERIODS, labels.AIMS, labels.PROFESSIONS)
    assert all(said.en and said.fr for table in tables for said in table.values())


def test_every_text_is_used():
    folder = Path(labels.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file())
    for key in labels.TEXTS:
        assert re.search(rf"""t\.{key}\b|["']{key}["'](?!: Said)""", code), key


# Boards, names, shares


@pytest.mark.parametrize(
    ("first", "days", "weeks"),
    [
        (date(2027, 1, 4), 91, [5, 4, 4]),
        (date(2027, 1, 4), 35, [5]),
        (date(2027, 1, 4), 36, [3, 3]),
        (date(2027, 1, 6), 7, [2]),
        (date(2026, 12, 28), 7, [1]),
    ],
)
def test_boards_have_at_most_five_weeks_and_every_day_once(hostile, first, days, weeks):
    heads = tuple(DayHead(first + timedelta(days=n), False, None, None, False, 0) for n in range(days))
    found = blocks(replace(hostile[2], days=heads), "en")
    assert [len(block.weeks) for block in found] == weeks
    assert [len(block.days) for block in found] == [sum(week.days for week in block.weeks) for block in found]
    assert sum(len(block.days) for block in found) == days


def test_special_days_are_marked_by_letters_and_not_by_colour_alone(hostile):
    report = hostile[2]
    (block,) = blocks(report, "fr")
    marks = {day.number: day.marks for day in block.days}
    assert marks["26"] == ()
    assert marks["27"] == ("S",)
    assert marks["28"] == ("S", "−1 h")
    assert marks["29"] == ("F", "S")
    assert [day.off for day in block.days] == [False] * 5 + [True] * 3
    assert dict(shown(report, "fr").marks)["−1 h"] == "changement d'heure : ce jour dure 23 h"
    assert dict(shown(report, "fr").marks)["F"] == "jour férié"
    assert dict(shown(report, "en").marks)["H"] == "public holiday"


def test_times_and_sites_stand_where_they_do_not_go_without_saying():
    tables = {"lines": [{"id": "D", "periods": "day night", "needed": "1"}]}
    (block,) = blocks(judged("Ana D p", tables, extra=())[2], "en")
    by_name = {line.name: line for line in block.lines}
    assert [entry.when for entry in by_name["D"].cells[0]] == ["08:00", "20:00"]
    assert [entry.vacant for entry in by_name["D"].cells[0]] == ["", "VACANT"]
    assert by_name["P"].cells[1][0].site == "K"
    assert by_name["P"].cells[1][0].when == ""
    assert "fragile: 1 people can hold it" in by_name["D"].about


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Linh Aubert", "Aubert"),
        ("Dr Jean-Pierre de La Tour", "de La Tour"),
        ("DUPONT Marie", "DUPONT"),
        ("Marie DU BOIS", "DU BOIS"),
        ("Prince", "Prince"),
        ("Ben Ali", "Ali"),
        ("", ""),
    ],
)
def test_the_family_name_is_the_last_or_the_one_in_capitals(name, family):
    assert family_name(name) == family


def test_short_names_are_of_one_person_only():
    names = {
        "a": "Ana Roy",
        "b": "Bob Roy",
        "c": "Cleo Le Gall",
        "d": "Bea Roy",
        "e": "Same",
        "f": "Same",
        "g": "W" * 99,
    }
    short = short_names(names)
    assert short == {
        "a": "A. Roy",
        "b": "Bob Roy",
        "c": "Le Gall",
        "d": "Bea Roy",
        "e": "Same (e)",
        "f": "Same (f)",
        "g": "W" * 23 + "…",
    }


def test_who_has_no_name_or_no_visible_one_does_not_break_the_board():
    assert short_names({"a": "", "b": "\u200b"}) == {"a": "a", "b": "\u200b"}
    people = [{"id": "Ana", "name": ""}, {"id": "Bob", "name": "\u200b"}]
    report = judged("Ana D\nBob N", {"people": people}, extra=())[2]
    assert pdf.pdf(report, "fr").startswith(b"%PDF")
    assert "Ana</bdi>" in page(report, "fr")


def test_bars_and_ticks_share_one_scale_with_zero_and_those_above_come_first(hostile):
    report = hostile[2]
    scale = scale_of(report)
    assert 0 <= scale.at(scale.least) <= scale.at(0) <= scale.at(scale.most) == 1000
    for (_, rows), group in zip(in_order(report), groups(report, "fr"), strict=True):
        assert [excess(row, "points") for row in rows] == sorted((excess(row, "points") for row in rows), reverse=True)
        assert [member.name for member in group.members] == [row.name for row in rows]
        for row, member in zip(rows, group.members, strict=True):
            assert member.bar.reached == scale.at(row.load["points"] + row.carried["points"])
            assert member.bar.share == scale.at(row.share["points"])


def test_a_group_that_nobody_named_is_told_in_words():
    assert labels.group("doctor-SM02", "fr") == "médecins SM02"
    assert labels.group("nurse", "en") == "nurses"
    assert labels.group("doctor-night-team", "en") == "doctor-night-team"
