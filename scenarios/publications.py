"""A roster's life as a folder: ``publication.json`` says its state, each version and the roster at hand are rotas beside it."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenarios.rosters import read_roster, write_roster
from scheduler.findings import Finding, ScenarioError
from scheduler.publication import Publication, Published, State
from scheduler.scenario import Scenario
from scheduler.words import Said

HEAD, AT_HAND = "publication.json", "roster.csv"
FORMAT = 1


class _Version(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: Annotated[int, Field(ge=1)]
    on: date


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid")
    publication: Annotated[int, Field(ge=1, le=FORMAT)]
    state: State
    versions: list[_Version] = []
    accepted: list[tuple[str, str]] = []
    reopened: list[str] = []


def read_publication(folder: Path, scenario: Scenario) -> Publication:
    """The publication in a folder.

    Raises:
        ScenarioError: a file is missing or cannot be understood.
    """
    try:
        head = _Head.model_validate_json((folder / HEAD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        said = Said(
            "a roster's life was expected here: begin with draft",
            "un tableau suivi était attendu ici : commencez par draft",
        )
        raise ScenarioError([Finding(said, str(folder))]) from None
    except (ValidationError, UnicodeDecodeError) as error:
        said = Said("a file written by this program was expected", "un fichier écrit par ce programme était attendu")
        raise ScenarioError([Finding(said, HEAD, found=str(error).splitlines()[0])]) from None
    versions = tuple(Published(v.number, v.on, read_roster(folder / _named(v.number), scenario)) for v in head.versions)
    return Publication(
        head.state,
        read_roster(folder / AT_HAND, scenario),
        versions,
        frozenset(head.accepted),
        frozenset(head.reopened),
    )


def write_publication(folder: Path, scenario: Scenario, now: Publication) -> None:
    """Write a publication; versions that are there already are never written again, and the head comes last, at once."""
    folder.mkdir(parents=True, exist_ok=True)
    for version in now.versions:
        path = folder / _named(version.number)
        if not path.exists():
            write_roster(path, scenario.facts, version.roster)
    write_roster(folder / f"{AT_HAND}.new", scenario.facts, now.roster)
    head = _Head(
        publication=FORMAT,
        state=now.state,
        versions=[_Version(number=v.number, on=v.on) for v in now.versions],
        accepted=sorted(now.accepted),
        reopened=sorted(now.reopened),
    )
    text = json.dumps(head.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
    (folder / f"{HEAD}.new").write_text(text, encoding="utf-8")
    for name in (AT_HAND, HEAD):
        (folder / f"{name}.new").replace(folder / name)


def _named(number: int) -> str:
    return f"version-{number}.csv"
