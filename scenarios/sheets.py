"""A scenario as text in sheets: the one form that a folder and a workbook share.

``Sheets`` is read from either, understood here, and written back to either: so both mean exactly the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from scheduler import rules as catalogue
from scheduler.cells import written
from scheduler.consistency import findings_of
from scheduler.facts import Territory, facts_of
from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.misread import misread
from scheduler.rules.base import Rule
from scheduler.scenario import DEFAULT_TIERS, FORMAT, RuleSheet, Scenario, Tier, digest
from scheduler.tables import REQUIRED, ROW_TYPES, Row, Tables
from scheduler.words import Said

HEAD_KEYS = ("permanence", "name", "territory", "tiers", "rules")
_KIND_CLASSES = {rule.model_fields["kind"].default: rule for rule in catalogue.ALL}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as text: a header and rows of cells, with the number each row has in its file."""

    where: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Sheets:
    """A whole scenario as text: the head (``scenario.yaml``) and its tables."""

    head: Mapping[str, Any]
    tables: Mapping[str, Sheet]
    where: str = "scenario.yaml"
    findings: tuple[Finding, ...] = field(default=())
    """What already went wrong while reading the files."""


def scenario_of(sheets: Sheets) -> Scenario:
    """The scenario that sheets mean.

    Raises:
        ScenarioError: with every finding of every table at once, when at least one is an error.
    """
    findings = list(sheets.findings)
    territory = _territory(sheets, findings)
    rules = _rules(sheets, findings)
    tiers = _tiers(sheets, findings)
    for rule in rules:
        if rule.price is not None and rule.price_tier not in {tier.name for tier in tiers}:
            known = [tier.name for tier in tiers]
            findings.append(
                Finding(
                    Said(
                        f"a tier of the scenario was expected: {', '.join(known)}",
                        f"un palier du scénario était attendu : {', '.join(known)}",
                    ),
                    sheets.where,
                    column=f"rules: {rule.name}",
                    found=rule.price_tier,
                    maybe=nearest(rule.price_tier, known),
                )
            )
    tables, places = _tables(sheets, findings)
    if territory is not None:
        findings += findings_of(
            territory, tables, rules, places, complete=not any(f.severity == "error" for f in findings)
        )
    if territory is None or any(f.severity == "error" for f in findings):
        raise ScenarioError(findings)
    order = {kind: n for n, kind in enumerate(_KIND_CLASSES)}
    name = str(sheets.head.get("name") or territory.name)
    ordered = tuple(sorted(rules, key=lambda rule: order[rule.kind]))
    sha256 = digest(territory, tables, ordered, tiers)
    return Scenario(name, facts_of(territory, tables), ordered, tiers, sha256, tuple(findings))


def sheets_of(scenario: Scenario) -> Sheets:
    """A scenario written back as text; tables without rows are left out, and so are columns nobody filled."""
    head: dict[str, Any] = {
        "permanence": FORMAT,
        "name": scenario.name,
        "territory": scenario.facts.territory.model_dump(mode="json", exclude_defaults=True),
        "tiers": [tier.model_dump(exclude_defaults=True) for tier in scenario.tiers],
        "rules": [{"kind": r.kind} | r.model_dump(mode="json", exclude_defaults=True) for r in scenario.rules],
    }
    tables = {}
    for name in ROW_TYPES:
        rows: tuple[Row, ...] = getattr(scenario.facts.tables, name)
        if rows:
            tables[name] = sheet_of(name, rows)
    return Sheets(head, tables)


def sheet_of(name: str, rows: Sequence[Row]) -> Sheet:
    """A table as text, in the order of its columns; needed columns always, the others when somebody filled them."""
    fields = ROW_TYPES[name].model_fields
    header = tuple(
        column
        for column, info in fields.items()
        if info.is_required() or any(getattr(row, column) != info.default for row in rows)
    )
    cells = [tuple(written(getattr(row, c), unit_of(name, c)) for c in header) for row in rows]
    return Sheet(f"{name}.csv", header, tuple(enumerate(cells, start=2)))


def unit_of(table: str, column: str) -> str | None:
    """``clock``, ``hundredths`` or nothing: how a whole number is written in this column."""
    info = ROW_TYPES[table].model_fields[column]
    # Of a column that may be empty the unit stands inside: ``Hundredths | None``.
    inside = [m for one in get_args(info.annotation) for m in getattr(one, "__metadata__", ())]
    extras = [info.json_schema_extra, *(getattr(m, "json_schema_extra", None) for m in (*info.metadata, *inside))]
    for extra in extras:
        if isinstance(extra, dict) and "unit" in extra:
            return str(extra["unit"])
    return None


# --- the head ------------------------------------------------------------------------------------------------------


def _territory(sheets: Sheets, findings: list[Finding]) -> Territory | None:
    findings += [_unknown(sheets.where, None, str(key), HEAD_KEYS) for key in sheets.head if key not in HEAD_KEYS]
    version = sheets.head.get("permanence", FORMAT)
    if version != FORMAT:
        said = Said(f"format {FORMAT} was expected", f"le format {FORMAT} était attendu")
        findings.append(Finding(said, sheets.where, column="permanence", found=str(version)))
    raw = sheets.head.get("territory")
    if not isinstance(raw, dict):
        said = Said(
            "the part `territory` with name, first_day and last_day was expected",
            "la partie « territory » avec name, first_day et last_day était attendue",
        )
        findings.append(Finding(said, sheets.where, column="territory"))
        return None
    try:
        return Territory.model_validate({str(k): _text(v) for k, v in raw.items()})
    except ValidationError as error:
        findings += [
            _finding(e, sheets.where, None, "territory: ", raw, Territory.model_fields) for e in error.errors()
        ]
        return None


def _rules(sheets: Sheets, findings: list[Finding]) -> list[Rule]:
    raw = sheets.head.get("rules")
    if not isinstance(raw, list) or not raw:
        said = Said("a list of rules was expected", "une liste de règles était attendue")
        findings.append(Finding(said, sheets.where, column="rules"))
        return []
    rules: list[Rule] = []
    for number, item in enumerate(raw, start=1):
        kind = item.get("kind") if isinstance(item, dict) else None
        place = f"rules[{number}] {kind or ''}".strip()
        if not isinstance(item, dict) or kind not in _KIND_CLASSES:
            said = Said("the kind of a rule was expected", "le type d'une règle était attendu")
            maybe = nearest(str(kind), _KIND_CLASSES)
            findings.append(Finding(said, sheets.where, column=place, found=str(kind), maybe=maybe))
            continue
        try:
            rules.append(RuleSheet.model_validate({"rules": [item]}).rules[0])
        except ValidationError as error:
            fields = _KIND_CLASSES[kind].model_fields
            errors = [{**e, "loc": e["loc"][3:]} for e in error.errors()]
            findings += [_finding(e, sheets.where, None, place + ": ", item, fields) for e in errors]
    names = [rule.name for rule in rules]
    for name in sorted({name for name in names if names.count(name) > 1}):
        said = Said(
            "this kind stands twice: give each an `id` of its own",
            "ce type figure deux fois : donner à chacune un « id »",
        )
        findings.append(Finding(said, sheets.where, column="rules", found=name))
    return rules


def _tiers(sheets: Sheets, findings: list[Finding]) -> tuple[Tier, ...]:
    raw = sheets.head.get("tiers")
    if raw is None:
        return DEFAULT_TIERS
    tiers: list[Tier] = []
    for number, item in enumerate(raw if isinstance(raw, list) else [raw], start=1):
        try:
            tiers.append(Tier.model_validate({"name": item} if isinstance(item, str) else item))
        except ValidationError as error:
            given = item if isinstance(item, dict) else {"name": item}
            findings += [
                _finding(e, sheets.where, None, f"tiers[{number}]: ", given, Tier.model_fields) for e in error.errors()
            ]
    if len({tier.name for tier in tiers}) < len(tiers):
        said = Said("each tier stands once", "chaque palier figure une seule fois")
        findings.append(Finding(said, sheets.where, column="tiers"))
    return tuple(tiers)


# --- the tables ----------------------------------------------------------------------------------------------------


def _tables(sheets: Sheets, findings: list[Finding]) -> tuple[Tables, dict[str, list[tuple[str, int]]]]:
    """The rows that could be read, and where each stood: (file, row number), by table."""
    for name, sheet in sheets.tables.items():
        if name not in ROW_TYPES:
            findings.append(_unknown(sheet.where, None, name, ROW_TYPES))
    rows: dict[str, tuple[Row, ...]] = {}
    places: dict[str, list[tuple[str, int]]] = {}
    for name, row_type in ROW_TYPES.items():
        table = sheets.tables.get(name)
        if table is None or not table.rows:
            if name in REQUIRED:
                said = Said("at least one row was expected", "au moins une ligne était attendue")
                findings.append(Finding(said, table.where if table else f"{name}.csv"))
            continue
        found, where = [], []
        for number, row in rows_from(table, row_type, findings):
            found.append(row)
            where.append((table.where, number))
        rows[name], places[name] = tuple(found), where
    return Tables(**rows), places  # type: ignore[arg-type]


def rows_from(sheet: Sheet, row_type: type[Row], findings: list[Finding]) -> Iterable[tuple[int, Row]]:
    columns = [name.strip().lower() for name in sheet.header]
    known = row_type.model_fields
    for n, column in enumerate(columns):
        if column in columns[:n]:
            said = Said("this column stands twice", "cette colonne figure deux fois")
            findings.append(Finding(said, sheet.where, 1, column))
        elif column and column not in known:
            findings.append(_unknown(sheet.where, 1, column, known))
    missing = [column for column, info in known.items() if info.is_required() and column not in columns]
    for column in missing:
        said = Said("this column was expected", "cette colonne était attendue")
        findings.append(Finding(said, sheet.where, 1, column))
    if missing:
        return
    for number, cells in sheet.rows:
        surplus = [cell for cell in cells[len(columns) :] if cell.strip()]
        if surplus:
            said = Said("the row has more cells than the header", "la ligne a plus de cellules que l'en-tête")
            findings.append(Finding(said, sheet.where, number, found=surplus[0]))
        given = {c: cell.strip() for c, cell in zip(columns, cells, strict=False) if c in known and cell.strip()}
        if not given:
            continue
        try:
            yield number, row_type.model_validate(given)
        except ValidationError as error:
            findings += [_finding(e, sheet.where, number, "", given, known) for e in error.errors()]


# --- findings ------------------------------------------------------------------------------------------------------


def _unknown(where: str, row: int | None, word: str, known: Iterable[str]) -> Finding:
    said = Said("this name is not known here", "ce nom n'est pas connu ici")
    return Finding(said, where, row, found=word, maybe=nearest(word, known))


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _finding(
    error: Mapping[str, Any],
    where: str,
    row: int | None,
    prefix: str,
    given: Mapping[str, Any],
    fields: Mapping[str, Any],
) -> Finding:
    """A pydantic error, with its place."""
    column = str(error["loc"][0]) if error["loc"] else ""
    found = given.get(column)
    said, maybe = misread(error, found, fields)
    if error["type"] == "extra_forbidden":
        found = None
    return Finding(said, where, row, prefix + column, None if found is None else str(found), maybe)


def head_text(head: Mapping[str, Any]) -> str:
    """The head as YAML text that :func:`head_of` reads back to the same."""
    return yaml.safe_dump(dict(head), allow_unicode=True, sort_keys=False, width=100, default_flow_style=None)


class _Loader(yaml.SafeLoader):
    """YAML without aliases: a scenario needs none, and a bomb is made of them."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


def head_of(text: str, where: str) -> tuple[Mapping[str, Any], tuple[Finding, ...]]:
    """The head of a scenario from YAML text, with what is wrong in it."""
    try:
        head = yaml.load(text, _Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not readable"
        said = Said(f"valid YAML was expected ({problem})", f"du YAML valide était attendu ({problem})")
        return {}, (Finding(said, where, mark.line + 1 if mark else None),)
    if not isinstance(head, dict):
        said = Said("name, territory and rules were expected", "name, territory et rules étaient attendus")
        return {}, (Finding(said, where),)
    return head, ()
