"""Reading scenarios: a folder and a workbook mean the same; bad files get every finding at once, word for word."""

import shutil
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner
from xlsxwriter import Workbook

from api.cli import app
from scenarios.load import load, save
from scenarios.sheets import scenario_of, sheets_of
from scheduler.findings import ScenarioError
from scheduler.roster import roster_of
from scheduler.scenario import RuleSheet, Scenario
from scheduler.sketch import drawn

RUNNER = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small scenario as a folder, ready to be spoilt."""
    tables = {
        "lines": [{"id": "D", "needed": "1"}, *({"id": x, "wished": "0"} for x in "MACSP")],
        "absences": [{"person": "Ana", "first_day": "2027-03-02", "last_day": "2027-03-03"}],
        "tariffs": [
            {
                "scheme": "pdses",
                "status": "consultant",
                "modality": "on_site",
                "period": "whole_night",
                "amount": "422.03",
                "valid_from": "2024-01-01",
                "legal_ref": "arrêté du 30 avril 2003, art. 13",
            }
        ],
        "balances": [{"person": "Ana", "points": "-0.5"}],
        "commitments": [{"person": "Bob", "days": "mon tue hol", "start": "08:30", "end": "13:00"}],
    }
    facts, _ = drawn("Ana N | . . .\nBob . | . . .", tables)
    rules = RuleSheet.model_validate(
        {
            "rules": [
                {"kind": "eligibility"},
                {"kind": "absence"},
                {"kind": "places"},
                {"kind": "one_place"},
                {"kind": "min_rest", "hours": 11, "modalities": "on_site"},
                {"kind": "coverage"},
                {"kind": "evenness", "categories": ["points"]},
            ]
        }
    ).rules
    target = tmp_path / "small"
    save(Scenario("small", facts, rules), target)
    return target


def findings(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    return [f.to("en") for f in caught.value.findings if f.severity == "error"]


def put(folder: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    (folder / name).write_bytes(text.encode(encoding))


def test_a_folder_and_a_workbook_mean_the_same_and_turn_into_each_other_without_loss(folder, tmp_path):
    one = load(folder)
    book, back = tmp_path / "book.xlsx", tmp_path / "back"
    assert RUNNER.invoke(app, ["convert", str(folder), str(book)]).exit_code == 0
    assert RUNNER.invoke(app, ["convert", str(book), str(back)]).exit_code == 0
    two, three = load(book), load(back)
    assert one.facts.tables == two.facts.tables == three.facts.tables
    assert one.rules == two.rules == three.rules
    assert one.sha256 == two.sha256 == three.sha256
    for path in folder.iterdir():
        assert path.read_bytes() == (back / path.name).read_bytes()


def test_what_a_scenario_means_does_not_hang_on_the_order_of_columns_or_on_unfilled_ones(folder):
    before = load(folder).sha256
    put(folder, "absences.csv", "last_day,person,first_day\n2027-03-03,Ana,2027-03-02\n")
    assert load(folder).sha256 == before
    put(folder, "absences.csv", "last_day,person,first_day\n2027-03-04,Ana,2027-03-02\n")
    assert load(folder).sha256 != before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_what_a_french_excel_saves_loads_as_it_is(folder, encoding):
    before = load(folder).sha256
    put(folder, "absences.csv", "person;first_day;last_day\r\nAna;02/03/2027;03/03/2027\r\n;;\r\n", encoding)
    put(folder, "balances.csv", "person;points\nAna;-0,5\n", encoding)
    put(
        folder,
        "tariffs.csv",
        "scheme;status;modality;period;amount;valid_from;legal_ref\npdses;consultant;on_site;whole_night;422,03 €;01/01/2024;arrêté du 30 avril 2003, art. 13\n",
        encoding,
    )
    put(folder, "commitments.csv", "person;days;start;end\nBob;lun mar fer;8h30;13:00\n", encoding)
    assert load(folder).sha256 == before


def test_all_errors_are_reported_at_once_each_with_its_place_and_what_was_maybe_meant(folder):
    put(
        folder,
        "absences.csv",
        "person,first_day,last_day,reason\nAna,2027-02-30,2027-03-03,\nAna,13/2027,03/03/2027,\n",
    )
    put(folder, "people.csv", "id,name,profession\nAna,Ana,docter\nBob,Bob,doctor,surplus\n")
    put(folder, "balances.csv", "person,points\nAna,half\nAna,0.123\n")
    put(
        folder,
        "wishes.csv",
        "person,wish,days,weight\nAna,maybe,,\nAna,rather_not,tuesday,\nAna,rather_not,fri-mon,12\n",
    )
    put(folder, "commitments.csv", "person,days,start\nBob,mon,08:30\n")
    put(folder, "holidays.csv", "a\n1\n")
    head = (folder / "scenario.yaml").read_text()
    put(
        folder,
        "scenario.yaml",
        head.replace("hours: 11", "hours: 0")
        .replace("kind: places", "kind: place")
        .replace("name: sketch", "nome: sketch"),
    )
    assert findings(folder) == [
        "holidays.csv: a table of a scenario was expected: " + ", ".join(_tables()) + ".",
        "scenario.yaml, column `territory: name`: a value was expected.",
        "scenario.yaml, column `territory: nome`: this name is not known here. Maybe name?",
        "scenario.yaml, column `rules[3] place`: `place`: the kind of a rule was expected. Maybe places?",
        "scenario.yaml, column `rules[5] min_rest: hours`: `0`: at least 1 was expected.",
        "people.csv row 2, column `profession`: `docter`: one of doctor, nurse, midwife, dentist, pharmacist, physiotherapist, social_worker, operator, other was expected. Maybe doctor?",
        "people.csv row 3: `surplus`: the row has more cells than the header.",
        "absences.csv row 1: `reason`: this name is not known here. Maybe person?",
        "absences.csv row 2, column `first_day`: `2027-02-30`: there is no such date. Maybe 2027-02-28?",
        "absences.csv row 3, column `first_day`: `13/2027`: a date was expected, as 2027-05-31 or 31/05/2027.",
        "wishes.csv row 2, column `wish`: `maybe`: one of cannot, only, rather_not, would_like was expected.",
        "wishes.csv row 3, column `days`: `tuesday`: days were expected, from mon tue wed thu fri sat sun hol bridge term. Maybe mon-fri?",
        "wishes.csv row 4, column `days`: `fri-mon`: the first day comes after the last.",
        "wishes.csv row 4, column `weight`: `12`: at most 9 was expected.",
        "balances.csv row 2, column `points`: `half`: a number was expected.",
        "balances.csv row 3, column `points`: `0.123`: at most two decimals were expected.",
        "commitments.csv row 1, column `end`: this column was expected.",
    ]


def _tables() -> list[str]:
    from scheduler.tables import ROW_TYPES

    return list(ROW_TYPES)


def test_what_does_not_fit_together_is_reported_at_once(folder):
    put(folder, "absences.csv", "person,first_day,last_day\nAnna,2027-03-03,2027-03-02\n")
    put(folder, "people.csv", "id,name\nAna,Ana\nBob,Bob\nAna,Again\n")
    put(folder, "privileges.csv", "person,site\nAna,Z\n")
    head = (folder / "scenario.yaml").read_text()
    put(
        folder,
        "scenario.yaml",
        head.replace("modalities: [on_site]", "modalities: [onsite]")
        + "- {kind: min_rest, hours: 12}\n- {kind: money, tier: cost}\n",
    )
    assert findings(folder) == [
        "scenario.yaml, column `rules`: `min_rest`: this kind stands twice: give each an `id` of its own.",
        "scenario.yaml, column `rules: money`: `cost`: a tier of the scenario was expected: cover, worst_off, evenness, wishes, costs. Maybe costs?",
        "people.csv row 4, column `id`: `Ana`: each id stands once; see row 2.",
        "absences.csv row 2, column `last_day`: `2027-03-02`: a day not before 2027-03-03 was expected.",
    ]
    put(folder, "people.csv", "id,name\nAna,Ana\nBob,Bob\n")
    put(folder, "absences.csv", "person,first_day,last_day\nAnna,2027-03-02,2027-03-02\n")
    put(folder, "scenario.yaml", head.replace("modalities: [on_site]", "modalities: [onsite]"))
    assert findings(folder) == [
        "privileges.csv row 2, column `site`: `Z`: an id of the table sites was expected.",
        "absences.csv row 2, column `person`: `Anna`: an id of the table people was expected. Maybe Ana?",
        "scenario.yaml, column `rules min_rest: modalities`: `onsite`: one of mixed, on_call, on_site, session was expected. Maybe on_site?",
    ]


def test_a_line_that_nobody_may_hold_says_how_far_people_get(folder):
    put(folder, "people.csv", "id,name,specialties\nAna,Ana,SM04\nBob,Bob,\n")
    text = (folder / "lines.csv").read_text().splitlines()
    text[0] += ",specialties,skills"
    text = [text[0], *(line + (",SM04,hand" if line.startswith("D,") else ",,") for line in text[1:])]
    put(folder, "lines.csv", "\n".join(text))
    assert findings(folder) == [
        "lines.csv row 2, column `id`: `D`: nobody may hold it: 2 have the profession, 1 of them a code, 0 the skills, 0 the right to its sites, none the status and the consent. Maybe people.csv?"
    ]


def test_contradictory_pins_are_found_before_any_solve(folder):
    put(
        folder,
        "pins.csv",
        "line,date,period,person,held\nD,2027-03-02,day,Ana,yes\nD,2027-03-02,day,Ana,no\nN,2027-03-09,night,Bob,\nD,2027-03-03,day,,\n",
    )
    assert findings(folder) == [
        "pins.csv row 3, column `held`: `Ana D.2027-03-02.day`: this pin contradicts another one.",
        "pins.csv row 4, column `date`: `N.2027-03-09.night`: a duty of the horizon was expected. Maybe N.2027-03-04.night?",
        "pins.csv row 5, column `person`: a person or a site was expected.",
    ]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("holiday_region", "GES", "FR, 57, 67, 68, 6AE or an overseas code was expected. Maybe 6AE?"),
        ("timezone", "Europe/Pari", "a time zone such as Europe/Paris was expected. Maybe Europe/Paris?"),
    ],
)
def test_a_territory_that_does_not_exist_is_refused(folder, key, value, said):
    head = (folder / "scenario.yaml").read_text()
    put(folder, "scenario.yaml", head.replace("name: sketch", f"name: sketch, {key}: {value}"))
    assert findings(folder) == [f"scenario.yaml, column `territory: {key}`: `{value}`: {said}"]


def test_a_yaml_bomb_is_refused(folder):
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefghi", "bcdefghij", strict=True)
    )
    put(folder, "scenario.yaml", bomb)
    assert findings(folder)[0] == "scenario.yaml row 2: valid YAML was expected (aliases (*name) are not allowed)."


def test_deeply_nested_yaml_is_refused(folder):
    put(folder, "scenario.yaml", "[" * 100_000)
    assert findings(folder)[0].startswith("scenario.yaml: valid YAML was expected")


def test_a_path_that_leaves_the_folder_is_refused(folder, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("person,first_day,last_day\n")
    (folder / "absences.csv").unlink()
    (folder / "absences.csv").symlink_to(secret)
    assert findings(folder) == ["absences.csv: a file inside the folder was expected, not a link out of it."]


def test_a_workbook_that_unpacks_to_a_gigabyte_is_not_opened(tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for n in range(4):
            packed.writestr(f"xl/worksheets/sheet{n}.xml", b"0" * 100_000_000)
    assert bomb.stat().st_size < 1_000_000
    assert findings(bomb)[0] == "bomb.xlsx: a workbook that unpacks to at most 300 MB was expected."


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"plain text"])
def test_what_is_no_workbook_is_refused(tmp_path, content):
    path = tmp_path / "odd.xlsx"
    path.write_bytes(content)
    assert findings(path)[0] == "odd.xlsx: an .xlsx workbook was expected."


def test_a_cell_that_looks_like_a_formula_stays_text(folder, tmp_path):
    put(folder, "people.csv", 'id,name\nAna,"=HYPERLINK(""http://x"")"\nBob,Bob\n')
    save(load(folder), tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "book.xlsx") as packed:
        assert not any(b"<f>" in packed.read(name) for name in packed.namelist())
    assert load(tmp_path / "book.xlsx").facts.person_by_id["Ana"].name == '=HYPERLINK("http://x")'


def test_dates_and_numbers_typed_in_excel_are_understood(folder, tmp_path):
    from datetime import date

    book = tmp_path / "typed.xlsx"
    save(load(folder), book)
    sheets = sheets_of(load(folder))
    with Workbook(str(tmp_path / "own.xlsx")) as out:
        day = out.add_format({"num_format": "dd/mm/yyyy"})
        head = out.add_worksheet("scenario")
        for n, line in enumerate((folder / "scenario.yaml").read_text().splitlines()):
            head.write_string(n, 0, line)
        for name, sheet in sheets.tables.items():
            page = out.add_worksheet(name)
            page.write_row(0, 0, sheet.header)
            for r, (_, cells) in enumerate(sheet.rows, start=1):
                for c, cell in enumerate(cells):
                    if name == "absences" and cell.startswith("2027"):
                        page.write_datetime(r, c, date.fromisoformat(cell), day)
                    elif cell.replace(".", "").replace("-", "").isdigit() and "-" not in cell[1:]:
                        page.write_number(r, c, float(cell))
                    else:
                        page.write_string(r, c, cell)
    assert load(tmp_path / "own.xlsx").sha256 == load(book).sha256


def test_nothing_is_half_written_when_the_input_is_bad(folder, tmp_path):
    put(folder, "people.csv", "id\n")
    out = tmp_path / "out"
    result = RUNNER.invoke(app, ["solve", str(folder), "--out", str(out)])
    assert result.exit_code == 2
    assert not out.exists()


def test_what_is_neither_folder_nor_workbook_is_refused(tmp_path):
    assert findings(tmp_path / "nowhere") == [
        f"{tmp_path / 'nowhere'}: a folder with scenario.yaml or an .xlsx workbook was expected."
    ]


def test_french_speakers_read_french(folder):
    put(folder, "absences.csv", "person;first_day;last_day\nAna;31/02/2027;03/03/2027\n")
    result = RUNNER.invoke(app, ["check", str(folder), "--lang", "fr"])
    assert result.exit_code == 2
    assert (
        "absences.csv ligne 2, colonne `first_day` : « 31/02/2027 » : cette date n'existe pas. Peut-être 2027-02-28 ?"
        in result.stderr
    )


def test_an_empty_scenario_explains_itself_and_asks_for_its_rows(tmp_path):
    for lang in ("fr", "en"):
        target = tmp_path / lang
        assert RUNNER.invoke(app, ["new", str(target), "--lang", lang]).exit_code == 0
        for path in (target, target / "scenario.xlsx"):
            assert len(findings(path)) == 5
        assert "min_rest" in (target / "scenario.yaml").read_text()
    assert RUNNER.invoke(app, ["new", str(tmp_path / "fr")]).exit_code == 2
    shutil.rmtree(tmp_path / "fr")


def test_a_scenario_written_as_text_is_read_back_the_same(folder):
    one = load(folder)
    assert scenario_of(sheets_of(one)).sha256 == one.sha256


def test_a_rota_written_and_read_back_is_the_same_also_where_nobody_is_needed(tmp_path):
    from scenarios.rosters import read_roster, write_roster

    facts, roster = drawn("Ana D p .\nBob . . P")
    scenario = Scenario("small", facts, ())
    chosen = dict(roster.site_by_duty) | {"P.2027-03-01.night": "K"}
    roster = roster_of(roster.assignments, chosen)
    write_roster(tmp_path / "roster.csv", facts, roster)
    assert read_roster(tmp_path / "roster.csv", scenario) == roster
