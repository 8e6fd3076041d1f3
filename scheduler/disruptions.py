"""What goes otherwise after a rota is published, as a table: absences and needs, in the order in which they become known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.cells import Day, Id, Text, Whole, Words
from scheduler.facts import Facts
from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.tables import Absence, Need, Row
from scheduler.words import Said


class Disruption(Row):
    """One row; rows of the same step become known together."""

    KEY: ClassVar[tuple[str, ...]] = ()
    ABOUT: ClassVar[str] = (
        "What goes otherwise after a rota is published, step by step. There is no column for the reason."
    )
    step: Annotated[Text, Field(description="what this step is called; rows of one step follow each other")]
    known: Annotated[Day, Field(description="the day it becomes known: earlier duties are past and never move")]
    what: Literal["absence", "need"]
    person: Annotated[Id | None, Field(description="for an absence")] = None
    line: Annotated[Id | None, Field(description="for a need")] = None
    periods: Annotated[Words, Field(description="for a need; empty = all")] = ()
    needed: Annotated[Whole | None, Field(ge=0, le=999, description="for a need: people")] = None
    first_day: Day
    last_day: Day


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes known at once."""

    name: str
    known: date
    absences: tuple[Absence, ...]
    needs: tuple[Need, ...]


def steps_of(facts: Facts, rows: Sequence[Disruption]) -> list[Step]:
    """The steps, in the order of the table.

    Raises:
        ScenarioError: a row is incomplete, speaks of nobody known, or a step goes back in time; every one is listed.
    """
    findings = list(_strange(facts, rows))
    if findings:
        raise ScenarioError(findings)
    found: dict[tuple[str, date], tuple[list[Absence], list[Need]]] = {}
    for row in rows:
        absences, needs = found.setdefault((row.step, row.known), ([], []))
        if row.person is not None and row.what == "absence":
            absences.append(Absence(person=row.person, first_day=row.first_day, last_day=row.last_day))
        if row.line is not None and row.needed is not None and row.what == "need":
            days = {"first_day": row.first_day, "last_day": row.last_day}
            needs.append(Need(line=row.line, periods=row.periods, needed=row.needed, **days))
    return [Step(name, known, tuple(a), tuple(n)) for (name, known), (a, n) in found.items()]


def _strange(facts: Facts, rows: Sequence[Disruption]) -> Iterable[Finding]:
    before: date | None = None
    for number, row in enumerate(rows, start=2):
        if before is not None and row.known < before:
            said = Said(
                "a day not before the row above was expected",
                "un jour non antérieur à la ligne du dessus était attendu",
            )
            yield Finding(said, "disruptions", number, "known", row.known.isoformat())
        before = row.known
        column, table, name, known = (
            ("person", "people", row.person, list(facts.person_by_id))
            if row.what == "absence"
            else ("line", "lines", row.line, list(facts.line_by_id))
        )
        if name not in known:
            said = Said(f"an id of the table {table} was expected", f"un identifiant de la table {table} était attendu")
            yield Finding(said, "disruptions", number, column, name, nearest(name or "", known))
        if row.what == "need" and row.needed is None:
            said = Said("a number of people was expected", "un nombre de personnes était attendu")
            yield Finding(said, "disruptions", number, "needed")
        if row.what == "absence" and row.first_day < row.known:
            said = Said(
                "a first day not before the one it is known was expected",
                "un premier jour non antérieur à celui où l'on sait était attendu",
            )
            yield Finding(said, "disruptions", number, "first_day", row.first_day.isoformat())
        if row.last_day < row.first_day:
            said = Said("a day not before first_day was expected", "un jour non antérieur à first_day était attendu")
            yield Finding(said, "disruptions", number, "last_day", row.last_day.isoformat())
