"""What a rota pays, written down: rows to the cent, sums per person and payer, the service table, the list of duties done."""

from collections import defaultdict
from pathlib import Path

import pandas as pd

from api.exports import labels
from api.exports.labels import PAY_PERIODS, either, euros, whole
from api.exports.study import Section, Table
from scheduler.actuals import Done
from scheduler.facts import Facts
from scheduler.frames import held_frame, service_frame, statement_frame
from scheduler.pay import Item, Statement
from scheduler.roster import Roster
from scheduler.words import MODALITIES, Lang


def write_pay(
    folder: Path, facts: Facts, roster: Roster, statement: Statement, done: Done | None, lang: Lang
) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """``statement.csv``, ``service.csv``, ``held.csv`` and the same in ``pay.xlsx``; the sections of the page are returned: sums, then a statement for each person."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "statement": statement_frame(facts, statement),
        "service": service_frame(facts, roster, done),
        "held": held_frame(facts, roster),
    }
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(folder / "pay.xlsx", engine="xlsxwriter", engine_kwargs=options) as book:
        for name, frame in frames.items():
            frame.to_excel(book, sheet_name=name, index=False)
    return (*_sums(facts, statement, lang), *_done(facts, done, lang)), _people(facts, statement, lang)


def _sums(facts: Facts, statement: Statement, lang: Lang) -> tuple[Section, ...]:
    by_payer = statement.by("payer")
    rows = tuple((facts.name(payer), euros(cents, lang)) for (payer,), cents in by_payer.items())
    total = (either(lang, "Total", "Total"), euros(statement.cents, lang))
    tables = [Table((either(lang, "Payer", "Payeur"), either(lang, "Pays", "Paie")), (*rows, total), frozenset({1}))]
    kept = []
    for row in facts.tables.envelopes:
        spent = sum(
            i.cents for i in statement.items if i.payer == row.payer and row.first_day <= i.date <= row.last_day
        )
        days = f"{row.first_day.isoformat()} – {row.last_day.isoformat()}"
        kept.append(
            (facts.name(row.payer), days, euros(row.amount, lang), euros(spent, lang), euros(row.amount - spent, lang))
        )
    if kept:
        heads = (
            either(lang, "Payer", "Payeur"),
            either(lang, "Days", "Jours"),
            either(lang, "Envelope", "Enveloppe"),
            either(lang, "Spent", "Dépensé"),
            either(lang, "Left", "Reste"),
        )
        tables.append(Table(heads, tuple(kept), frozenset({2, 3, 4})))
    texts: defaultdict[str, int] = defaultdict(int)
    for item in statement.items:
        texts[item.tariff.legal_ref] += item.cents
    legal = tuple((text, euros(cents, lang)) for text, cents in sorted(texts.items()))
    tables.append(Table((either(lang, "By text", "Par texte"), either(lang, "Paid", "Payé")), legal, frozenset({1})))
    return (Section(either(lang, "What is paid", "Ce qui est payé"), (), tuple(tables)),)


def _done(facts: Facts, done: Done | None, lang: Lang) -> tuple[Section, ...]:
    if done is None:
        return ()
    differences = tuple(
        (
            facts.name(d.person),
            facts.name(d.payer),
            euros(d.planned, lang),
            euros(d.done, lang),
            euros(d.done - d.planned, lang),
        )
        for d in done.differences
    )
    heads = (
        either(lang, "Person", "Personne"),
        either(lang, "Payer", "Payeur"),
        either(lang, "Planned", "Prévu"),
        either(lang, "Done", "Fait"),
        either(lang, "Difference", "Écart"),
    )
    rests = tuple(
        (
            facts.name(r.person),
            facts.said_duty(r.duty).to(lang),
            facts.said_duty(r.next_duty).to(lang),
            _hours(r.minutes),
            _hours(r.needed),
        )
        for r in done.short_rests
    )
    rest_heads = (
        either(lang, "Rest cut short", "Repos écourté"),
        either(lang, "After", "Après"),
        either(lang, "Before", "Avant"),
        either(lang, "Rest", "Repos"),
        either(lang, "Needed", "Nécessaire"),
    )
    halves = tuple(
        (facts.name(h.person), h.months, _hours(h.minutes), whole(h.half_days, lang)) for h in done.half_days
    )
    half_heads = (
        either(lang, "Call-ins", "Déplacements"),
        either(lang, "Months", "Mois"),
        either(lang, "Time, travel included", "Temps, trajets compris"),
        either(lang, "Half-days", "Demi-journées"),
    )
    broken = len(done.verdict.forbidden)
    said = either(
        lang,
        f"{broken} breaches of the rules in what was done.",
        f"{broken} infractions aux règles dans ce qui a été fait.",
    )
    tables = (
        Table(heads, differences, frozenset({2, 3, 4})),
        Table(rest_heads, rests, frozenset({3, 4})),
        Table(half_heads, halves, frozenset({2, 3})),
    )
    return (Section(either(lang, "Planned and done", "Prévu et fait"), (said,), tables),)


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02d}"


def _people(facts: Facts, statement: Statement, lang: Lang) -> tuple[Section, ...]:
    """A statement for each person, as on a payslip: every row with its text, and the sum."""
    heads = (
        either(lang, "Date", "Date"),
        either(lang, "Line", "Ligne"),
        either(lang, "Period", "Période"),
        either(lang, "Site", "Site"),
        either(lang, "Payer", "Payeur"),
        either(lang, "Amount", "Montant"),
        either(lang, "Text", "Texte"),
    )
    by_person: defaultdict[str, list[Item]] = defaultdict(list)
    for item in statement.items:
        by_person[item.person].append(item)
    sections = []
    for person, items in sorted(by_person.items(), key=lambda pair: facts.name(pair[0])):
        rows = [
            (
                item.date.isoformat(),
                facts.name(item.line)
                if item.duty
                else either(lang, "additional working time", "temps de travail additionnel"),
                labels.code(PAY_PERIODS, item.period, lang)
                if item.duty
                else either(lang, f"{item.halves} half-periods", f"{item.halves} demi-périodes"),
                facts.name(item.site) + f" ({labels.code(MODALITIES, item.modality, lang)})",
                facts.name(item.payer),
                euros(item.cents, lang),
                item.tariff.legal_ref,
            )
            for item in items
        ]
        rows.append((either(lang, "Total", "Total"), "", "", "", "", euros(sum(i.cents for i in items), lang), ""))
        sections.append(Section(facts.name(person), (), (Table(heads, tuple(rows), frozenset({5})),)))
    return tuple(sections)
