"""An empty scenario to fill: a folder with commented files, and one workbook with drop-downs and notes."""

import csv
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from xlsxwriter import Workbook

from scenarios.workbook import HEAD_SHEET
from scheduler import rules as catalogue
from scheduler.rules.base import Rule
from scheduler.tables import REQUIRED, ROW_TYPES, Row
from scheduler.words import Lang

WORKBOOK = "scenario.xlsx"
_NEEDED: dict[str, dict[str, Any]] = {
    "travel_limit": {"minutes": 60},
    "holiday_rotation": {"years": 2},
    "next_day_activity": {"rest_hours": 11},
    "mean_weekly_hours": {"hours": 48, "weeks": 17},
    "min_rest": {"hours": 11},
    "longest_stretch": {"hours": 24},
    "rest_after_stretch": {"hours": 24, "rest_hours": 24},
    "spacing": {"days_apart": 2},
    "weekend_block": {"mode": "together"},
    "consecutive_nights": {"limit": 2},
    "max_duties": {"limit": 5, "per": "month"},
    "max_weekends": {"limit": 2},
    "weekends_in_a_row": {"limit": 2},
    "max_sites": {"limit": 3},
    "count_cost": {"counted": "duties"},
    "successive_duties": {"limit": 2},
    "run_length": {"counted": "days_on"},
    "contract_total": {"counted": "duties"},
}
"""Values that a rule cannot do without, as a start."""
_LEFT_OUT = (
    "weekend_block",
    "mean_weekly_hours",
    "count_cost",
    "max_sites",
    "spacing",
    "travel_limit",
    "one_a_day",
    "succession",
    "surplus",
    "successive_duties",
    "neighbours",
    "departments",
    "proportional_spread",
    "headcount",
    "site_changes",
)
"""Rules that a new scenario shows but does not switch on."""


def write_templates(folder: Path, lang: Lang) -> None:
    """Write ``scenario.yaml``, one CSV per table with its header, ``TABLES.md`` that explains every column, and a workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(_head(lang), encoding="utf-8")
    (folder / "TABLES.md").write_text(tables_described(), encoding="utf-8")
    for name, row_type in ROW_TYPES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(row_type.model_fields)
    _write_workbook(folder / WORKBOOK, lang)


def _head(lang: Lang) -> str:
    """The head, with every rule of the catalogue, its statement and whether it is on."""
    lines = {
        "en": [
            "# A rule without a weight is never broken; with one, each unit costs so many points.",
            "# Take a rule out with `enabled: false`, or delete its line.",
        ],
        "fr": [
            "# Une règle sans poids (weight) n'est jamais enfreinte ; avec un poids, chaque unité coûte des points.",
            "# Pour retirer une règle : `enabled: false`, ou supprimer sa ligne.",
        ],
    }[lang]
    text = [
        "permanence: 1",
        "name: my-territory",
        "territory:",
        "  name: My territory",
        "  timezone: Europe/Paris",
        "  holiday_region: FR        # 57, 67, 68: Alsace-Moselle; 971…: overseas",
        "  school_zone: A",
        "  first_day: 2027-01-04",
        "  last_day: 2027-04-04",
        "tiers: [cover, worst_off, evenness, wishes, costs]",
        *lines,
        "rules:",
    ]
    for rule in catalogue.ALL:
        kind = rule.model_fields["kind"].default
        built = rule.model_validate({"kind": kind, **_NEEDED.get(kind, {})})
        shown = ", ".join(f"{k}: {v}" for k, v in {"kind": kind, **_NEEDED.get(kind, {})}.items())
        off = ", enabled: false" if kind in _LEFT_OUT else ""
        text += [f"  # {built.statement().to(lang)}", f"  - {{{shown}{off}}}"]
    return "\n".join(text) + "\n"


def tables_described() -> str:
    """Every table and column with type, unit and meaning, as Markdown."""
    text = ["# Tables of a scenario", ""]
    for name, row_type in ROW_TYPES.items():
        needed = " (needed)" if name in REQUIRED else ""
        text += [
            f"## {name}{needed}",
            "",
            row_type.ABOUT,
            "",
            "| Column | Needed | Values | Meaning |",
            "|---|---|---|---|",
        ]
        for column, info in row_type.model_fields.items():
            choices = ", ".join(choices_of(row_type, column))
            meaning = (info.description or "").replace("|", "/")
            text.append(f"| `{column}` | {'yes' if info.is_required() else ''} | {choices} | {meaning} |")
        text.append("")
    return "\n".join(text)


def choices_of(row_type: type[Row], column: str) -> tuple[str, ...]:
    """The words a column accepts, where they are a fixed list; yes and no for flags."""
    hint: Any = row_type.model_fields[column].annotation
    for option in (hint, *get_args(hint)):
        if get_origin(option) is Literal:
            return tuple(get_args(option))
    return ("yes", "no") if hint is bool else ()


def _write_workbook(path: Path, lang: Lang) -> None:
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF4"})
        needed = book.add_format({"bold": True, "bg_color": "#F6E3B4"})
        text = book.add_format({"num_format": "@"})
        head = book.add_worksheet(HEAD_SHEET)
        head.set_column(0, 0, 110)
        for n, line in enumerate(_head(lang).splitlines()):
            head.write_string(n, 0, line)
        for name, row_type in ROW_TYPES.items():
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            page.set_column(0, len(row_type.model_fields) - 1, 16, text)
            for column, (title, info) in enumerate(row_type.model_fields.items()):
                page.write_string(0, column, title, needed if info.is_required() else bold)
                if info.description:
                    page.write_comment(0, column, info.description)
                choices = list(choices_of(row_type, title))
                if choices:
                    page.data_validation(1, column, 2_000, column, {"validate": "list", "source": choices})


def rule_table() -> str:
    """The catalogue of rules as a Markdown table, for the README: kind, statement, unit, how it may be set."""
    rows = ["| Rule | Says (with example numbers) | May be |", "|---|---|---|"]
    for rule in catalogue.ALL:
        kind = rule.model_fields["kind"].default
        built = rule.model_validate({"kind": kind, **_NEEDED.get(kind, {})})
        rows.append(f"| `{kind}` | {built.statement().en} | {_may_be(rule)} |")
    return "\n".join(rows)


def _may_be(rule: type[Rule]) -> str:
    if rule.ALWAYS_HARD:
        return "hard, off"
    return f"priced ({rule.TIER}), off" if rule.ALWAYS_PRICED else "hard, priced, off"
