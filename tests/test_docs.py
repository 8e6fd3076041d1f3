"""The documentation is what the code says."""

import importlib.util
import re
from pathlib import Path

from typer.testing import CliRunner

from api.cli import app
from scenarios.load import load
from scenarios.templates import tables_described
from solver import Limits
from tests.test_scenarios import short

ROOT = Path(__file__).resolve().parent.parent


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    return generate


def test_the_table_of_rules_in_the_readme_is_the_catalogue():
    text = (ROOT / "README.md").read_text()
    assert generator().readme(text) == text, "run `make docs`"


def test_the_letters_shown_are_the_letters_that_come_out_and_name_no_colleague():
    shown = (ROOT / "docs" / "letters.md").read_text()
    assert generator().letters() == shown, "run `make docs`"
    to_one = shown.split("## To the coordinator")[0]
    facts = load(ROOT / "scenarios" / "data" / "care-unit").facts
    named = [person.name for person in facts.people if person.name in to_one]
    assert named == [facts.name("rigal")]


def test_the_described_tables_are_the_tables():
    assert (ROOT / "docs" / "tables.md").read_text() == tables_described(), "run `make docs`"


def test_every_command_and_file_the_readme_names_exists():
    text = (ROOT / "README.md").read_text()
    help_text = CliRunner().invoke(app, ["--help"]).stdout
    for command in re.findall(r"`permanence (\w+)", text):
        assert command in help_text
    for link in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (ROOT / link).exists(), link


def test_the_analysts_script_runs_to_its_end(capsys):
    """The whole of it on the first ten days of the pilot territory."""
    spec = importlib.util.spec_from_file_location("analyst", ROOT / "docs" / "analyst.py")
    analyst = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(analyst)
    days = short(load(ROOT / "scenarios" / "data" / "pilot-pooled"), 10)
    frames = analyst.main(days, Limits(time_limit_s=3, workers=1, seed=1), draws=1)
    assert frames["pay"]["cents"].sum() == frames["people"]["cents"].sum()
    assert len(frames["roster"]) == frames["people"]["duties"].sum()
    assert list(frames["grids"]["grid"]) == ["before-2025-11", "from-2025-11", "harmonised"]
    assert frames["envelope"]["amount"].diff().iloc[1] == 1000_00
    assert (frames["envelope"]["spent"] <= frames["envelope"]["amount"]).all()
    assert "Gini" in capsys.readouterr().out
