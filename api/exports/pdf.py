"""The rota as a document to print and to keep: A3 landscape, tagged, the same bytes for the same report."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Literal

import typst

from api.exports.shown import shown
from scheduler.report import Report
from scheduler.words import Lang


def pdf(report: Report, lang: Lang) -> bytes:
    """The rota as PDF, with the fonts that come with the typesetter alone; dated by its first day, not by the clock.

    It keeps PDF/UA-1 (accessible to screen readers) unless a name has letters that these fonts lack.
    """
    try:
        return _compiled(report, lang, "ua-1")
    except typst.TypstError:
        return _compiled(report, lang, None)


def _compiled(report: Report, lang: Lang, standard: Literal["ua-1"] | None) -> bytes:
    data = json.dumps(asdict(shown(report, lang)), ensure_ascii=False)
    return typst.compile(
        Path(__file__).with_name("rota.typ"),
        format="pdf",
        sys_inputs={"rota": data},
        ignore_system_fonts=True,
        pdf_standards=standard,
        timestamp=datetime.combine(report.first_day, time(), UTC),
    )
