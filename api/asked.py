"""What every command asks of its words: a language, a scenario, a rota; what is wrong is said, and the command ends."""

import locale
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from scheduler.facts import Duty
    from scheduler.findings import Finding, ScenarioError
    from scheduler.roster import Roster
    from scheduler.scenario import Scenario
    from scheduler.words import Lang

BROKEN, BAD_DATA, IMPOSSIBLE, OUT_OF_TIME = 1, 2, 3, 4
"""Exit codes."""
MANY = 10
"""Names said of a longer list."""

ScenarioPath = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="a folder with scenario.yaml, or an .xlsx workbook")
]
RosterPath = Annotated[Path, typer.Argument(metavar="ROSTER", help="a rota as .csv or .xlsx")]
Language = Annotated[str, typer.Option("--lang", help="fr or en; by default the locale's")]
AsJson = Annotated[bool, typer.Option("--json", help="the same as JSON")]


def language_of(asked: str) -> "Lang":
    """The language asked for, else the locale's."""
    if asked and asked not in ("fr", "en"):
        typer.echo("--lang: fr or en was expected", err=True)
        raise typer.Exit(BAD_DATA)
    default = (
        os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG")
        or locale.getlocale()[0]
        or ""
    )
    return "fr" if (asked or default).lower().startswith("fr") else "en"


def tell(findings: "tuple[Finding, ...]", lang: "Lang") -> None:
    """Findings on stderr, one a line."""
    names = {"error": {"fr": "erreur", "en": "error"}, "warning": {"fr": "attention", "en": "warning"}}
    for finding in findings:
        typer.echo(f"{names[finding.severity][lang]}: {finding.to(lang)}", err=True)


def loaded(path: Path, lang: "Lang") -> "Scenario":
    """A scenario, or its findings and the end."""
    from scenarios.load import load
    from scheduler.findings import ScenarioError

    try:
        return load(path)
    except ScenarioError as error:
        tell(error.findings, lang)
        raise typer.Exit(BAD_DATA) from None


def rota_of(path: Path, question: "Scenario", lang: "Lang") -> "Roster":
    """A rota, or what is wrong with it and the end."""
    from scenarios.rosters import read_roster
    from scheduler.findings import ScenarioError

    try:
        return read_roster(path, question)
    except ScenarioError as error:
        tell(error.findings, lang)
        raise typer.Exit(BAD_DATA) from None


def opened(scenario: Path, roster: Path, lang: str) -> "tuple[Scenario, Roster, Lang]":
    """A scenario, a rota of it and the language, or what is wrong with them and the end."""
    language = language_of(lang)
    question = loaded(scenario, language)
    return question, rota_of(roster, question, language), language


def person_of(word: str, name: str, question: "Scenario", lang: "Lang") -> str:
    """The id of somebody known, or the end."""
    if name not in question.facts.person_by_id:
        refuse(word, name, sorted(question.facts.person_by_id), lang)
    return name


def duty_of(word: str, name: str, question: "Scenario", lang: "Lang") -> "Duty":
    """A planned duty, or the end."""
    planned = {duty.id: duty for duty in question.facts.duties}
    if name not in planned:
        refuse(word, name, sorted(planned), lang)
    return planned[name]


def wrong(error: "ScenarioError", lang: "Lang") -> NoReturn:
    """Say every finding, and end."""
    tell(error.findings, lang)
    raise typer.Exit(BAD_DATA) from None


def refuse(word: str, asked: str, known: Sequence[str], lang: "Lang") -> NoReturn:
    """Say what was expected instead, and end."""
    from scheduler.findings import nearest

    some = ", ".join(known[:MANY]) + (", …" if len(known) > MANY else "")
    maybe = nearest(asked, known)
    if lang == "en":
        said = f"one of {some} was expected." + (f" Maybe {maybe}?" if maybe else "")
    else:
        said = f"un mot parmi {some} était attendu." + (f" Peut-être {maybe} ?" if maybe else "")
    typer.echo(f"{word} {asked}: {said}", err=True)
    raise typer.Exit(BAD_DATA)
