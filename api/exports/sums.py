"""What is paid, added up by payer, site and status, and in detail; what no tariff prices is counted apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from api.exports import labels
from api.exports.labels import PAY_PERIODS, STATUSES, say
from scheduler.report import PayRow, Report
from scheduler.words import MODALITIES, Lang


@dataclass(frozen=True, slots=True)
class Sum:
    """What several assignments pay together."""

    name: str
    duties: str
    amount: str
    unpriced: str
    """How many of them no tariff prices; empty for none."""


@dataclass(frozen=True, slots=True)
class Paid:
    """One row in detail."""

    site: str
    status: str
    modality: str
    period: str
    text: str
    duties: str
    amount: str
    """Empty when not priced."""


@dataclass(frozen=True, slots=True)
class Payer:
    """All that one payer pays."""

    total: Sum
    rows: tuple[Paid, ...]


def payers(report: Report, lang: Lang) -> tuple[Payer, ...]:
    """The detail, payer by payer."""
    by_payer = ((payer, list(rows)) for payer, rows in groupby(report.pay, key=lambda row: row.payer))
    return tuple(Payer(_sum(payer, rows, lang), tuple(_paid(row, lang) for row in rows)) for payer, rows in by_payer)


def sums(report: Report, by: Literal["payer", "site", "status"], lang: Lang) -> tuple[Sum, ...]:
    """Sums by one column, in its order."""
    rows_by_name: dict[str, list[PayRow]] = {}
    for row in report.pay:
        rows_by_name.setdefault(getattr(row, by), []).append(row)
    return tuple(
        _sum(status_name(name, lang) if by == "status" else name, rows, lang)
        for name, rows in sorted(rows_by_name.items())
    )


def total(report: Report, lang: Lang) -> Sum:
    """Everything."""
    return _sum(say("total", lang), report.pay, lang)


def status_name(status: str, lang: Lang) -> str:
    """A status in words; without an engagement there is none."""
    return labels.code(STATUSES, status, lang) if status else say("no_status", lang)


def is_priced(row: PayRow) -> bool:
    """Whether a tariff prices it, be it at nothing."""
    return bool(row.legal_ref or row.cents)


def _sum(name: str, rows: Sequence[PayRow], lang: Lang) -> Sum:
    without = sum(row.duties for row in rows if not is_priced(row))
    return Sum(
        name,
        labels.whole(sum(row.duties for row in rows), lang),
        labels.euros(sum(row.cents for row in rows), lang),
        labels.whole(without, lang) if without else "",
    )


def _paid(row: PayRow, lang: Lang) -> Paid:
    return Paid(
        site=row.site,
        status=status_name(row.status, lang),
        modality=labels.code(MODALITIES, row.modality, lang),
        period=labels.code(PAY_PERIODS, row.period, lang),
        text=row.legal_ref if is_priced(row) else say("no_tariff", lang),
        duties=labels.whole(row.duties, lang),
        amount=labels.euros(row.cents, lang) if is_priced(row) else "",
    )
