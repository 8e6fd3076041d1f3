"""The rota as a workbook: to filter, to count on, and to read back with corrections made by hand."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.exports import labels
from api.exports.boards import in_time, is_next_day, is_off, marks_of, vacant, when
from api.exports.labels import CATEGORY_NAMES, PAY_PERIODS, STATUSES, say
from api.exports.loads import excess, in_order
from api.exports.names import short_names, site_ids
from api.exports.sums import is_priced, status_name
from scenarios.rosters import SHEET
from scheduler.fairness import CATEGORIES
from scheduler.report import Held, PersonRow, Report
from scheduler.words import MODALITIES, Lang, joined

Cell = str | int | float | Decimal | date | None
"""What a cell holds; money is a Decimal, a moment of the territory's wall clock a datetime."""
ROSTER_COLUMNS = ("duty", "line", "date", "period", "site", "person", "name", "start", "end")
PEOPLE_COLUMNS = ("person", "name", "date", "start", "end", "line", "modality", "period", "site")
SITES_COLUMNS = ("site", "date", "start", "end", "line", "modality", "period", "who", "vacant")
PAY_COLUMNS = ("payer", "site", "status", "modality", "period", "text", "assignments", "amount")
_A3 = 8


def write_xlsx(report: Report, path: Path, lang: Lang) -> None:
    """Write the workbook. No text is ever a formula or a link; the same report gives the same bytes."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
        "in_memory": True,
    }
    with Workbook(str(path), options) as book:
        created = datetime.combine(report.first_day, time())
        book.set_properties({"title": f"{say('title', lang)} – {report.territory}", "created": created})
        formats = _formats(book, lang)
        _table(book.add_worksheet(SHEET), ROSTER_COLUMNS, _roster(report), formats)
        _board(book.add_worksheet("board"), report, formats, lang)
        _table(book.add_worksheet("people"), _titles(PEOPLE_COLUMNS, lang), _people(report, lang), formats)
        _table(book.add_worksheet("sites"), _titles(SITES_COLUMNS, lang), _sites(report, lang), formats)
        _table(book.add_worksheet("fairness"), _fairness_titles(lang), _fairness(report, lang), formats)
        _table(book.add_worksheet("pay"), _titles(PAY_COLUMNS, lang), _pay(report, lang), formats)


def _formats(book: Workbook, lang: Lang) -> dict[str, Format]:
    wrapped = {"text_wrap": True, "valign": "top"}
    euro = '#,##0.00 "€"' if lang == "fr" else '"€"#,##0.00'
    edge, shade = {"border": 1, "border_color": "#B4BDC7"}, {"bg_color": "#E4E8EE"}
    return {
        "head": book.add_format({"bold": True, "bg_color": "#F0F3F6", **wrapped, **edge}),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "whole": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "number": book.add_format({"num_format": "#,##0.00", "valign": "top"}),
        "money": book.add_format({"num_format": euro, "valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left", "valign": "top"}),
        "column": book.add_format({"num_format": "ddd d mmm", "bold": True, "align": "center", **edge}),
        "column off": book.add_format({"num_format": "ddd d mmm", "bold": True, "align": "center", **edge, **shade}),
        "cell": book.add_format({**wrapped, **edge}),
        "cell off": book.add_format({**wrapped, **edge, **shade}),
        "hole": book.add_format({**wrapped, "bold": True, "font_color": "#94200F", "bg_color": "#FDEEEA", "border": 2}),
    }


def _titles(columns: Sequence[str], lang: Lang) -> tuple[str, ...]:
    return tuple(say(column, lang) for column in columns)


def _table(
    sheet: Worksheet, titles: Sequence[str], rows: Iterator[tuple[Cell, ...]], formats: dict[str, Format]
) -> None:
    """A plain table with a fixed head, filters, and columns as wide as what they hold."""
    widths = [len(title) for title in titles]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, formats["head"])
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            _write(sheet, last, column, cell, formats)
            widths[column] = max(widths[column], 16 if isinstance(cell, datetime) else len(str(cell or "")))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(width + 2, 50))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(titles) - 1)
    _to_print(sheet)


def _to_print(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, formats: dict[str, Format]) -> None:
    match cell:
        case None | "":
            return
        case str():
            sheet.write_string(row, column, _legal(cell), formats["text"])
        case datetime():
            sheet.write_datetime(row, column, cell, formats["moment"])
        case date():
            sheet.write_datetime(row, column, cell, formats["day"])
        case Decimal():
            sheet.write_number(row, column, float(cell), formats["money"])
        case int():
            sheet.write_number(row, column, cell, formats["whole"])
        case float():
            sheet.write_number(row, column, cell, formats["number"])


def _legal(text: str) -> str:
    """Text without the two characters that the file format cannot hold."""
    return re.sub("[\ufffe\uffff]", "\ufffd", text)


def _roster(report: Report) -> Iterator[tuple[Cell, ...]]:
    """What ``scenarios.rosters.read_roster`` reads: one row per person, and one without a person per missing place."""
    codes = site_ids(report)
    names = {row.person: row.name for row in report.people}
    for row, day, held in in_time(report):
        period = held.duty.rpartition(".")[2]
        for person in (*held.people, *("",) * held.missing):
            site, name = codes.get(held.site, ""), names.get(person, "")
            yield held.duty, row.line, day, period, site, person, name, held.start, held.end


def _board(sheet: Worksheet, report: Report, formats: dict[str, Format], lang: Lang) -> None:
    names = short_names({row.person: row.name for row in report.people})
    codes = site_ids(report)
    sheet.write_string(0, 0, say("line", lang), formats["head"])
    sheet.write_string(1, 0, say("marks_key", lang), formats["head"])
    for column, head in enumerate(report.days, start=1):
        off = " off" if is_off(head) else ""
        sheet.write_datetime(0, column, head.day, formats[f"column{off}"])
        sheet.write_string(1, column, " ".join(marks_of(head, lang)), formats[f"cell{off}"])
    for n, row in enumerate(report.board, start=2):
        about = f"{labels.code(MODALITIES, row.modality, lang)}, {joined(row.sites)}"
        sheet.write_string(n, 0, _legal(f"{row.name}\n{about}"), formats["head"])
        for column, head in enumerate(report.days, start=1):
            duties = row.by_day.get(head.day, ())
            text = "\n".join(
                _entry(
                    held,
                    names,
                    time_of=when(held, lang) if len(duties) > 1 or is_next_day(held) else "",
                    site=codes.get(held.site, held.site) if len(row.sites) > 1 else "",
                    lang=lang,
                )
                for held in duties
            )
            style = "hole" if any(held.missing for held in duties) else "cell off" if is_off(head) else "cell"
            sheet.write_string(n, column, _legal(text), formats[style])
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(report.days), 17)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.repeat_rows(0, 1)
    sheet.repeat_columns(0)


def _entry(held: Held, names: dict[str, str], *, time_of: str, site: str, lang: Lang) -> str:
    people = joined((*(names[person] for person in held.people), *filter(None, (vacant(held, lang),))))
    return " ".join(filter(None, (time_of, people or "–", f"({site})" if site else "")))


def _people(report: Report, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    on_duty = {
        (held.duty, person): (day, held.start, held.end, row.name, modality, held.period, held.site)
        for row, day, held in in_time(report)
        for modality in (labels.code(MODALITIES, row.modality, lang),)
        for person in held.people
    }
    for person in report.people:
        for duty in person.duties:
            yield person.person, person.name, *on_duty[duty, person.person]
        if not person.duties:
            yield person.person, person.name, None, None, None, say("no_duty", lang)


def _sites(report: Report, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    names = {row.person: row.name for row in report.people}
    for row, day, held in sorted(in_time(report), key=lambda item: item[2].site):
        modality = labels.code(MODALITIES, row.modality, lang)
        who = joined(tuple(names[person] for person in held.people))
        yield held.site, day, held.start, held.end, row.name, modality, held.period, who, held.missing or None


def _fairness_titles(lang: Lang) -> tuple[str, ...]:
    figures = tuple(
        f"{labels.code(CATEGORY_NAMES, category, lang)} : {say(figure, lang)}"
        for category in CATEGORIES
        for figure in ("load", "carried", "share", "excess")
    )
    wishes = tuple(f"{say('wishes', lang)} : {say(word, lang)}" for word in ("granted", "refused"))
    return (
        *_titles(("group", "person", "name", "status", "sites_key", "duties"), lang),
        *figures,
        *wishes,
        *_titles(("pay", "not_priced"), lang),
    )


def _fairness(report: Report, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    for group, members in in_order(report):
        for row in members:
            yield (
                labels.group(group, lang),
                row.person,
                row.name,
                joined(tuple(labels.code(STATUSES, status, lang) for status in row.statuses)),
                joined(row.sites),
                len(row.duties),
                *_figures(row),
                row.wishes - row.refused,
                row.refused,
                Decimal(row.pay_cents) / 100,
                row.unpriced,
            )


def _figures(row: PersonRow) -> Iterator[float]:
    for category in CATEGORIES:
        for value in (row.load[category], row.carried[category], row.share[category], excess(row, category)):
            yield value / 100


def _pay(report: Report, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    for row in report.pay:
        yield (
            row.payer,
            row.site,
            status_name(row.status, lang),
            labels.code(MODALITIES, row.modality, lang),
            labels.code(PAY_PERIODS, row.period, lang),
            row.legal_ref if is_priced(row) else say("no_tariff", lang),
            row.duties,
            Decimal(row.cents) / 100 if is_priced(row) else say("not_priced", lang),
        )
    everything = sum(row.duties for row in report.pay), Decimal(sum(row.cents for row in report.pay)) / 100
    yield say("total", lang), None, None, None, None, None, *everything
