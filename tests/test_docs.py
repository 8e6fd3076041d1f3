"""The documentation is what the code says."""

import importlib.util
import re
from pathlib import Path

from typer.testing import CliRunner

from api.cli import app
from scenarios.templates import tables_described

ROOT = Path(__file__).resolve().parent.parent


def test_the_table_of_rules_in_the_readme_is_the_catalogue():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    text = (ROOT / "README.md").read_text()
    assert generate.readme(text) == text, "run `make docs`"


def test_the_described_tables_are_the_tables():
    assert (ROOT / "docs" / "tables.md").read_text() == tables_described(), "run `make docs`"


def test_every_command_and_file_the_readme_names_exists():
    text = (ROOT / "README.md").read_text()
    help_text = CliRunner().invoke(app, ["--help"]).stdout
    for command in re.findall(r"`permanence (\w+)", text):
        assert command in help_text
    for link in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (ROOT / link).exists(), link
