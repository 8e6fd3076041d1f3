"""The verbs of the terminal, from files to files."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner
from xlsxwriter import Workbook

from api.cli import app
from scenarios.load import save
from scheduler.scenario import RuleSheet, Scenario
from scheduler.sketch import drawn

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def solved(tmp_path_factory) -> tuple[Path, Path]:
    """A small scenario and the folder of its results."""
    root = tmp_path_factory.mktemp("cli")
    tables = {
        "lines": [
            {"id": "D", "needed": "1", "wished": "1"},
            {"id": "N", "needed": "1", "wished": "1", "skills": "night"},
            *({"id": x, "wished": "0"} for x in "MACSP"),
        ],
        "people": [{"id": "Ana", "skills": "night"}],
        "absences": [{"person": "Ana", "first_day": "2027-03-03", "last_day": "2027-03-03"}],
    }
    facts, _ = drawn("Ana . . . .\nBob . . . .", tables)
    kinds = ("eligibility", "absence", "places", "one_place", "coverage", "worst_off", "evenness", "wishes")
    rules = RuleSheet.model_validate(
        {"rules": [*({"kind": k} for k in kinds), {"kind": "min_rest", "hours": 11}]}
    ).rules
    save(Scenario("small", facts, rules), root / "small")
    result = RUNNER.invoke(app, ["solve", str(root / "small"), "--out", str(root / "out"), "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert "no rota that keeps these rules covers better (proved)" in result.stdout
    return root / "small", root / "out"


def test_every_output_is_there_and_the_result_has_its_keys(solved):
    _, out = solved
    names = {path.name for path in out.iterdir()}
    assert names == {
        "roster.csv",
        "roster.xlsx",
        "roster.html",
        "roster.pdf",
        "calendars",
        "result.json",
        "figures.json",
        "certificate.json",
        "scenario",
    }
    result = json.loads((out / "result.json").read_text())
    assert result["status"] == "found"
    assert [tier["name"] for tier in result["tiers"]] == ["cover", "worst_off", "evenness", "wishes", "costs"]
    assert all(tier["proven"] for tier in result["tiers"])
    assert set(result["seconds"]) == {"load", "build", "first", "total"}
    assert result["counts"] == {"people": 2, "lines": 7, "duties": 28, "places": 8, "filled": 6}
    assert {"peak_memory_mb", "seed", "workers", "versions", "input_sha256"} <= set(result)


def test_the_rows_of_the_roster_have_local_instants_and_an_empty_person_for_a_hole(solved):
    _, out = solved
    rows = list(csv.DictReader((out / "roster.csv").open()))
    night = next(row for row in rows if row["duty"] == "N.2027-03-01.night")
    assert night == {
        "duty": "N.2027-03-01.night",
        "line": "N",
        "site": "H",
        "start": "2027-03-01T20:00:00+01:00",
        "end": "2027-03-02T08:00:00+01:00",
        "person": "Ana",
        "engagement": "H:consultant",
    }
    assert sum(row["person"] == "" for row in rows if row["line"] == "N") == 2


def test_the_same_seed_and_one_worker_give_the_same_files_byte_for_byte(solved, tmp_path):
    scenario, out = solved
    assert RUNNER.invoke(app, ["solve", str(scenario), "--out", str(tmp_path), "--lang", "en"]).exit_code == 0
    for path in sorted(p for p in out.rglob("*") if p.is_file() and p.name != "result.json"):
        assert path.read_bytes() == (tmp_path / path.relative_to(out)).read_bytes(), path.name


@pytest.mark.parametrize("name", ["roster.csv", "roster.xlsx"])
def test_what_was_solved_is_accepted_by_the_judge(solved, name):
    scenario, out = solved
    result = RUNNER.invoke(app, ["verify", str(scenario), str(out / name), "--lang", "fr"])
    assert result.exit_code == 0
    assert "aucune règle n'est enfreinte" in result.stdout


def test_a_rota_made_by_hand_in_excel_is_judged_with_every_breach_in_words(solved, tmp_path):
    scenario, _ = solved
    with Workbook(str(tmp_path / "hand.xlsx")) as book:
        page = book.add_worksheet("Feuil1")
        for n, row in enumerate(
            (
                ("Line", "Date", "Period", "Person"),
                ("N", "01/03/2027", "night", "Ana"),
                ("D", "02/03/2027", "day", "ana"),
                ("N", "03/03/2027", "night", "Bob"),
            )
        ):
            page.write_row(n, 0, row)
    result = RUNNER.invoke(app, ["verify", str(scenario), str(tmp_path / "hand.xlsx"), "--lang", "en"])
    assert result.exit_code == 1
    assert (
        "min_rest: Ana would start D, day, Tue 2 Mar 2027 less than 11 h after N, night, Mon 1 Mar 2027."
        in result.stdout
    )
    assert (
        "eligibility: Bob has not the trade, the skill, the status or the privilege for N, night, Wed 3 Mar 2027."
        in result.stdout
    )
    told = json.loads(RUNNER.invoke(app, ["verify", str(scenario), str(tmp_path / "hand.xlsx"), "--json"]).stdout)
    assert told["ok"] is False


def test_a_rota_that_cannot_be_understood_gets_every_finding(solved, tmp_path):
    scenario, _ = solved
    (tmp_path / "odd.csv").write_text(
        "duty,person,site\nN.2027-03-01.nihgt,Ana,\nN.2027-03-01.night,Anna,K\nN.2027-03-02.night,Ana,\nN.2027-03-02.night,Ana,\n"
    )
    result = RUNNER.invoke(app, ["verify", str(scenario), str(tmp_path / "odd.csv"), "--lang", "en"])
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: odd.csv row 2, column `duty`: `N.2027-03-01.nihgt`: a duty of the horizon was expected. Maybe N.2027-03-01.night?",
        "error: odd.csv row 3, column `person`: `Anna`: an id or a name of the table people was expected. Maybe Ana?",
        "error: odd.csv row 3, column `site`: `K`: one site of H, the same in all rows of the duty, was expected.",
        "error: odd.csv row 5, column `person`: `Ana`: this assignment stands twice.",
    ]


def test_an_empty_duty_and_a_person_are_explained(solved):
    scenario, out = solved
    told = RUNNER.invoke(
        app, ["explain", str(scenario), str(out / "roster.csv"), "--duty", "N.2027-03-03.night", "--lang", "en"]
    )
    assert told.exit_code == 0
    assert told.stdout.splitlines()[:2] == [
        "N, night, Wed 3 Mar 2027: nobody",
        "1 more needed. Of those who know the line:",
    ]
    assert "1 not available" in told.stdout
    told = RUNNER.invoke(app, ["explain", str(scenario), str(out / "roster.csv"), "--person", "Ana", "--lang", "fr"])
    assert "nuits : 2, juste part 4, report 0" in told.stdout
    assert (
        RUNNER.invoke(
            app, ["explain", str(scenario), str(out / "roster.csv"), "--duty", "N.2027-03-03.nigth"]
        ).exit_code
        == 2
    )


def test_languages_follow_the_locale_unless_asked(solved, monkeypatch):
    scenario, _ = solved
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert "personnes" in RUNNER.invoke(app, ["check", str(scenario)]).stdout
    assert "people" in RUNNER.invoke(app, ["check", str(scenario), "--lang", "en"]).stdout
    assert RUNNER.invoke(app, ["check", str(scenario), "--lang", "de"]).exit_code == 2


def test_a_rota_to_begin_from_is_read_and_judged_like_any_other(solved, tmp_path):
    scenario, out = solved
    asked = ["solve", str(scenario), "--out", str(tmp_path / "again"), "--lang", "en", "--start"]
    again = RUNNER.invoke(app, [*asked, str(out / "roster.csv")])
    assert again.exit_code == 0, again.output
    before, after = (json.loads((folder / "result.json").read_text()) for folder in (out, tmp_path / "again"))
    assert [tier["value"] for tier in after["tiers"]] == [tier["value"] for tier in before["tiers"]]
    other = tmp_path / "other.csv"
    other.write_text("duty,person\nN.2027-03-01.night,Eve\n")
    refused = RUNNER.invoke(app, [*asked, str(other)])
    assert refused.exit_code == 2
    assert "Eve" in refused.output
