"""A grid of variants of one scenario: every combination of some values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from pydantic import ValidationError

from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.rules.base import Rule
from scheduler.scenario import Scenario
from scheduler.tables import ROW_TYPES, Row
from scheduler.variants import revised
from scheduler.words import Said
from solver.studies.run import Variant


@dataclass(frozen=True, slots=True)
class Vary:
    """One thing that varies: ``rules.NAME.PARAMETER`` or ``TABLE.csv:KEY.COLUMN`` over some values, as text;
    or ``TABLE.csv`` over whole tables by the names of their files."""

    what: str
    values: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Vary":
        """From ``rules.on_site_a_month.limit=4,5``, ``lines.csv:urology.needed=0,1`` or ``lines.csv=a.csv,b.csv``.

        Raises:
            ScenarioError: it cannot be understood.
        """
        what, equals, values = text.partition("=")
        chosen = tuple(value.strip() for value in values.split(",") if value.strip())
        if not equals or not chosen or not (what.startswith("rules.") or ".csv" in what):
            said = Said(
                "rules.NAME.PARAMETER=v1,v2 or TABLE.csv:KEY.COLUMN=v1,v2 or TABLE.csv=FILE1,FILE2 was expected",
                "rules.NOM.PARAMÈTRE=v1,v2 ou TABLE.csv:CLÉ.COLONNE=v1,v2 ou TABLE.csv=FICHIER1,FICHIER2 était attendu",
            )
            raise ScenarioError([Finding(said, "--vary", found=text)])
        return cls(what.strip(), chosen)


def variants_of(
    scenario: Scenario, varied: Sequence[Vary], tables: Mapping[str, Sequence[Row]] | None = None
) -> list[tuple[dict[str, str], Variant]]:
    """Every combination, the last thing varying fastest; ``tables`` holds whole tables by file name.

    Raises:
        ScenarioError: a rule, parameter, table, row or column is not known, or a variant does not fit together.
    """
    found = []
    for values in product(*(vary.values for vary in varied)):
        setting = dict(zip((vary.what for vary in varied), values, strict=True))
        name = ", ".join(f"{what.removeprefix('rules.')}={value}" for what, value in setting.items())
        found.append((setting, Variant(name, _changed(scenario, setting, tables or {}))))
    return found


def _changed(scenario: Scenario, setting: Mapping[str, str], given: Mapping[str, Sequence[Row]]) -> Scenario:
    """A scenario with all of a setting at once: each step alone need not fit."""
    rules, tables = list(scenario.rules), dict[str, Sequence[Row]]()
    for what, value in setting.items():
        if what.startswith("rules."):
            rules = _rules(rules, what.removeprefix("rules."), value)
            continue
        table, _, rest = what.partition(".csv")
        if table not in ROW_TYPES:
            raise ScenarioError([_unknown(what, table, ROW_TYPES)])
        if not rest and value not in given:
            raise ScenarioError([_unknown(what, value, given)])
        rows: Sequence[Row] = tables.get(table, getattr(scenario.facts.tables, table))
        tables[table] = _rows(table, rows, what, value) if rest else given[value]
    return revised(scenario, tables=tables, rules=rules)


def _rows(table: str, rows: Sequence[Row], what: str, value: str) -> list[Row]:
    key, _, column = what.partition(".csv")[2].removeprefix(":").rpartition(".")
    columns = ROW_TYPES[table].model_fields
    if column not in columns:
        raise ScenarioError([_unknown(what, column, columns)])
    named = (*ROW_TYPES[table].KEY, *columns)[0]
    known = {str(getattr(row, named)) for row in rows}
    if key not in known:
        raise ScenarioError([_unknown(what, key, known)])
    return [_row(row, column, value, what) if str(getattr(row, named)) == key else row for row in rows]


def _row(row: Row, column: str, value: str, what: str) -> Row:
    try:
        # Read anew as text, so that a cell means here what it means in a file.
        read = type(row).model_validate({**_needed(row), column: value})
    except ValidationError as error:
        raise ScenarioError([_refused(what, value, error)]) from None
    return row.model_copy(update={column: getattr(read, column)})


def _needed(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name, info in type(row).model_fields.items() if info.is_required()}


def _rules(rules: Sequence[Rule], where: str, value: str) -> list[Rule]:
    name, _, parameter = where.rpartition(".")
    if not name:
        name, parameter = parameter, ""
    rule = next((rule for rule in rules if rule.name == name), None)
    if rule is None:
        raise ScenarioError([_unknown(f"rules.{where}", name, [rule.name for rule in rules])])
    parameter = parameter or ("limit" if "limit" in type(rule).model_fields else "enabled")
    if parameter not in type(rule).model_fields:
        raise ScenarioError([_unknown(f"rules.{where}", parameter, type(rule).model_fields)])
    try:
        changed = type(rule).model_validate(
            {**rule.model_dump(exclude_defaults=True), "kind": rule.kind, parameter: value}
        )
    except ValidationError as error:
        raise ScenarioError([_refused(f"rules.{where}", value, error)]) from None
    return [changed if one is rule else one for one in rules]


def _unknown(where: str, word: str, known: Any) -> Finding:
    some = ", ".join(list(known)[:10])
    said = Said(f"one of {some} … was expected", f"un mot parmi {some} … était attendu")
    return Finding(said, f"--vary {where}", found=word, maybe=nearest(word, known))


def _refused(where: str, value: str, error: ValidationError) -> Finding:
    why = error.errors()[0]["msg"]
    return Finding(
        Said(f"another value was expected ({why})", f"une autre valeur était attendue ({why})"), where, found=value
    )
