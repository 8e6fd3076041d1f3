"""Cross-checks of a scenario's rows, one function each: every culprit is listed, nothing is mended in silence."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scheduler import tables as t
from scheduler.calendar import known_region
from scheduler.facts import Facts, Territory, duty_id, facts_of, in_force
from scheduler.fairness import pool_of
from scheduler.findings import Finding, nearest
from scheduler.pay import HALVES, WHOLE, Unpriced, findings_of_unpriced, paid_by, tariff_of
from scheduler.roster import roster_of
from scheduler.rules.base import Rule
from scheduler.words import Said, said_hundredths

HORIZON_DAYS_MOST = 800
_FRAME = {
    row["name"]: (int(row["value"]), date.fromisoformat(row["valid_from"]))
    for row in csv.DictReader((Path(__file__).parent / "frame.csv").read_text(encoding="utf-8").splitlines())
}
"""Amounts and numbers that a text sets for what establishments decide, with the day from which it does."""
FLAT_FEES_FROM = _FRAME["flat_fee_least"][1]
FLAT_FEE_CENTS = (_FRAME["flat_fee_least"][0], _FRAME["flat_fee_most"][0])
FLAT_FEES_LEAST, FLAT_FEE_SHARE = _FRAME["flat_fee_classes"][0], _FRAME["flat_fee_share"][0]
LOCUM_CEILING_CENTS, LOCUM_CEILING_FROM = _FRAME["locum_ceiling"]
PUBLIC = ("public_hospital", "local_hospital")
EMPLOYED = ("consultant", "university", "contract", "assistant", "sessional", "associate")
"""Statuses paid by art. 14."""
FRAGILE_POOL = 4
"""A line that so few people can hold breaks with the first absence."""

_REFERENCES: dict[tuple[str, str], str] = {
    ("facilities", "site"): "sites",
    ("engagements", "person"): "people",
    ("engagements", "site"): "sites",
    ("engagements", "replaces"): "people",
    ("privileges", "person"): "people",
    ("privileges", "site"): "sites",
    ("lines", "periods"): "periods",
    ("lines", "sites"): "sites",
    ("lines", "compatible"): "lines",
    ("lines", "senior_line"): "lines",
    ("needs", "line"): "lines",
    ("needs", "periods"): "periods",
    ("group_needs", "lines"): "lines",
    ("group_needs", "periods"): "periods",
    ("absences", "person"): "people",
    ("exemptions", "person"): "people",
    ("wishes", "person"): "people",
    ("wishes", "periods"): "periods",
    ("wishes", "lines"): "lines",
    ("offers", "person"): "people",
    ("limits", "person"): "people",
    ("limits", "lines"): "lines",
    ("limits", "periods"): "periods",
    ("consents", "person"): "people",
    ("consents", "site"): "sites",
    ("consents", "lines"): "lines",
    ("consents", "periods"): "periods",
    ("history", "person"): "people",
    ("history", "line"): "lines",
    ("history", "period"): "periods",
    ("history", "site"): "sites",
    ("balances", "person"): "people",
    ("pins", "line"): "lines",
    ("pins", "period"): "periods",
    ("pins", "person"): "people",
    ("pins", "site"): "sites",
    ("pairs", "first"): "people",
    ("pairs", "second"): "people",
    ("pairs", "lines"): "lines",
    ("commitments", "person"): "people",
    ("costs", "person"): "people",
    ("line_costs", "person"): "people",
    ("line_costs", "line"): "lines",
    ("exposures", "person"): "people",
    ("shares", "line"): "lines",
    ("published", "line"): "lines",
    ("published", "period"): "periods",
    ("published", "person"): "people",
}
_VOCABULARY: dict[tuple[str, str], tuple[str, ...]] = {
    ("lines", "statuses"): get_args(t.Status),
    ("exemptions", "modalities"): get_args(t.Modality),
}
Places = Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class _Input:
    territory: Territory
    tables: t.Tables
    rules: Sequence[Rule]
    places: Places

    def at(self, table: str, index: int, expected: Said, **more: Any) -> Finding:
        """A finding about one row."""
        here = self.places.get(table, ())
        file, row = here[index] if index < len(here) else (table, index + 2)
        return Finding(expected, file, row, **more)


def findings_of(
    territory: Territory, tables: t.Tables, rules: Sequence[Rule], places: Places, *, complete: bool = True
) -> list[Finding]:
    """Everything that does not fit together. ``complete`` is false when rows are missing because they were unreadable:
    then what would only follow from that is not said."""
    given = _Input(territory, tables, rules, places)
    found = [*_horizon(given), *_duplicates(given), *_intervals(given), *_identifiers(given), *_engagements(given)]
    if complete:
        found += [
            *_references(given),
            *_scopes(given),
            *_lines(given),
            *_needs(given),
            *_limits(given),
            *_exposures(given),
            *_tariffs(given),
            *_shares(given),
            *_flat_fees(given),
            *_ceilings(given),
        ]
    if complete and not any(f.severity == "error" for f in found):
        facts = facts_of(territory, tables)
        found += [*_pins(given, facts), *_pools(given, facts), *_ways(given, facts), *_prices(given, facts)]
    if complete and not any(f.severity == "error" for f in found):
        found += [*_pinned(given, facts), *_pinned_beyond(given, facts)]
    return found


def _horizon(given: _Input) -> Iterator[Finding]:
    territory = given.territory
    where = "scenario.yaml"
    days = (territory.last_day - territory.first_day).days + 1
    if not 1 <= days <= HORIZON_DAYS_MOST:
        said = Said(
            f"a last day after the first, at most {HORIZON_DAYS_MOST} days later, was expected",
            f"un dernier jour après le premier, à {HORIZON_DAYS_MOST} jours au plus, était attendu",
        )
        yield Finding(said, where, column="territory: last_day", found=territory.last_day.isoformat())
    try:
        ZoneInfo(territory.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        said = Said("a time zone such as Europe/Paris was expected", "un fuseau comme Europe/Paris était attendu")
        yield Finding(said, where, column="territory: timezone", found=territory.timezone, maybe="Europe/Paris")
    if not known_region(territory.holiday_region):
        said = Said(
            "FR, 57, 67, 68, 6AE or an overseas code was expected",
            "FR, 57, 67, 68, 6AE ou un code d'outre-mer était attendu",
        )
        maybe = "6AE" if territory.holiday_region == "GES" else "FR"
        yield Finding(said, where, column="territory: holiday_region", found=territory.holiday_region, maybe=maybe)


def _duplicates(given: _Input) -> Iterator[Finding]:
    for name, row_type in t.ROW_TYPES.items():
        seen: dict[tuple[object, ...], int] = {}
        for index, row in enumerate(getattr(given.tables, name) if row_type.KEY else ()):
            key = tuple(getattr(row, column) for column in row_type.KEY)
            if key in seen:
                shown = " ".join(str(part) for part in key if part is not None)
                first = given.places.get(name, ())
                row_number = first[seen[key]][1] if seen[key] < len(first) else seen[key] + 2
                said = Said(
                    f"each {' + '.join(row_type.KEY)} stands once; see row {row_number}",
                    f"chaque {' + '.join(row_type.KEY)} figure une fois ; voir la ligne {row_number}",
                )
                yield given.at(name, index, said, column=row_type.KEY[0], found=shown)
            seen.setdefault(key, index)


def _intervals(given: _Input) -> Iterator[Finding]:
    for name, row_type in t.ROW_TYPES.items():
        pairs = [
            p for p in (("first_day", "last_day"), ("valid_from", "valid_to")) if set(p) <= set(row_type.model_fields)
        ]
        for index, row in enumerate(getattr(given.tables, name)):
            for first, last in pairs:
                start, end = getattr(row, first), getattr(row, last)
                if start and end and end < start:
                    said = Said(
                        f"a day not before {start.isoformat()} was expected",
                        f"un jour qui ne précède pas le {start.isoformat()} était attendu",
                    )
                    yield given.at(name, index, said, column=last, found=end.isoformat())


def _identifiers(given: _Input) -> Iterator[Finding]:
    for index, person in enumerate(given.tables.people):
        if person.rpps is not None and not rpps_ok(person.rpps):
            said = Said(
                "11 digits whose last is the Luhn key were expected",
                "11 chiffres dont le dernier est la clé de Luhn étaient attendus",
            )
            yield given.at("people", index, said, column="rpps", found=person.rpps, severity="warning")
    for index, site in enumerate(given.tables.sites):
        for column, number in (("finess", site.finess), ("legal_entity", site.legal_entity)):
            if number is not None and not finess_ok(number):
                said = Said(
                    "9 characters whose last is the Luhn key were expected",
                    "9 caractères dont le dernier est la clé de Luhn étaient attendus",
                )
                yield given.at("sites", index, said, column=column, found=number, severity="warning")


def luhn_ok(digits: str) -> bool:
    """Luhn's check: from the right every second digit doubled, minus 9 above 9; the sum is a multiple of ten."""
    doubled = [int(c) if n % 2 == 0 else int(c) * 2 for n, c in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def rpps_ok(number: str) -> bool:
    """Whether an RPPS number has its 11 digits and its key."""
    return len(number) == 11 and number.isascii() and number.isdigit() and luhn_ok(number)


def finess_ok(number: str) -> bool:
    """Whether a FINESS number has its 9 characters and its key; Corsica's letter counts A = 1, B = 2."""
    plain = number.upper().replace("A", "1").replace("B", "2")
    return len(plain) == 9 and plain.isascii() and plain.isdigit() and luhn_ok(plain)


def _engagements(given: _Input) -> Iterator[Finding]:
    engaged = {row.person for row in given.tables.engagements}
    for index, person in enumerate(given.tables.people):
        if person.id not in engaged:
            said = Said(
                "an engagement was expected: without one nobody is on duty",
                "un engagement était attendu : sans lui, pas de garde",
            )
            yield given.at("people", index, said, column="id", found=person.id, severity="warning")


def _references(given: _Input) -> Iterator[Finding]:
    known = {name: {str(getattr(row, "id", "")) for row in getattr(given.tables, name)} for name in t.ROW_TYPES}
    for (table, column), target in _REFERENCES.items():
        for index, row in enumerate(getattr(given.tables, table)):
            value = getattr(row, column)
            for word in value if isinstance(value, tuple) else (value,):
                if word is not None and word not in known[target]:
                    said = Said(
                        f"an id of the table {target} was expected",
                        f"un identifiant de la table {target} était attendu",
                    )
                    yield given.at(table, index, said, column=column, found=word, maybe=nearest(word, known[target]))
    for (table, column), words in _VOCABULARY.items():
        for index, row in enumerate(getattr(given.tables, table)):
            for word in getattr(row, column):
                if word not in words:
                    choices = ", ".join(words)
                    said = Said(f"one of {choices} was expected", f"une valeur parmi {choices} était attendue")
                    yield given.at(table, index, said, column=column, found=word, maybe=nearest(word, words))


def _scopes(given: _Input) -> Iterator[Finding]:
    known = {
        "statuses": set(get_args(t.Status)),
        "modalities": set(get_args(t.Modality)),
        "lines": {line.id for line in given.tables.lines},
        "periods": {period.id for period in given.tables.periods},
    }
    known |= dict.fromkeys(("after", "never"), known["periods"])
    for rule in given.rules:
        for column, words in known.items():
            for word in getattr(rule, column, ()):
                if word not in words:
                    said = Said(
                        f"one of {', '.join(sorted(words))} was expected",
                        f"une valeur parmi {', '.join(sorted(words))} était attendue",
                    )
                    yield Finding(
                        said,
                        "scenario.yaml",
                        column=f"rules {rule.name}: {column}",
                        found=word,
                        maybe=nearest(word, words),
                    )


def _lines(given: _Input) -> Iterator[Finding]:
    for index, line in enumerate(given.tables.lines):
        if line.site_choice != "fixed" and len(line.sites) < 2:
            said = Said(
                "several sites were expected for a line whose site changes",
                "plusieurs sites étaient attendus pour une ligne qui change de site",
            )
            yield given.at("lines", index, said, column="sites", found=" ".join(line.sites))
        if line.site_choice == "fixed" and len(line.sites) > 1:
            said = Said(
                "one site was expected, or a site_choice: alternate, daily, weekly",
                "un seul site était attendu, ou un site_choice : alternate, daily, weekly",
            )
            yield given.at("lines", index, said, column="sites", found=" ".join(line.sites))
        if len(set(line.sites)) < len(line.sites):
            said = Said("each site stands once", "chaque site figure une fois")
            yield given.at("lines", index, said, column="sites", found=" ".join(line.sites))
        if line.wished is not None and line.wished < line.needed:
            said = Said(
                f"at least the {line.needed} needed were expected",
                f"au moins les {line.needed} nécessaires étaient attendus",
            )
            yield given.at("lines", index, said, column="wished", found=str(line.wished))
        if line.site_share_min * len(line.sites) > 100:
            said = Said(
                "shares of all sites within 100 per cent were expected",
                "des parts d'au plus 100 % au total étaient attendues",
            )
            yield given.at("lines", index, said, column="site_share_min", found=str(line.site_share_min))


def _needs(given: _Input) -> Iterator[Finding]:
    for index, row in enumerate(given.tables.needs):
        if row.wished is not None and row.wished < row.needed:
            said = Said(
                f"at least the {row.needed} needed were expected",
                f"au moins les {row.needed} nécessaires étaient attendus",
            )
            yield given.at("needs", index, said, column="wished", found=str(row.wished))


def _limits(given: _Input) -> Iterator[Finding]:
    named = [("limits", i, row.least, row.most) for i, row in enumerate(given.tables.limits)]
    named += [("group_needs", i, row.least, row.most) for i, row in enumerate(given.tables.group_needs)]
    for table, index, least, most in named:
        if least is None and most is None:
            said = Said("a least or a most was expected", "un minimum ou un maximum était attendu")
            yield given.at(table, index, said, column="least")
        elif least is not None and most is not None and most < least:
            said = Said(f"at least {least} was expected", f"au moins {least} était attendu")
            yield given.at(table, index, said, column="most", found=str(most))


def _exposures(given: _Input) -> Iterator[Finding]:
    departments = {site.department for site in given.tables.sites if site.department}
    for index, row in enumerate(given.tables.exposures):
        if row.department not in departments:
            said = Said("a department of the table sites was expected", "un service de la table sites était attendu")
            near = nearest(row.department, departments)
            yield given.at("exposures", index, said, column="department", found=row.department, maybe=near)


def _tariffs(given: _Input) -> Iterator[Finding]:
    """Two rows that would price the same duty on the same day; rows with days stand before those without."""
    groups: defaultdict[tuple[object, ...], list[tuple[date, date, int]]] = defaultdict(list)
    for index, row in enumerate(given.tables.tariffs):
        key = (row.scheme, row.status, row.modality, row.period, row.item, row.flat_fee)
        for day in row.days or ("",):
            groups[*key, day].append((row.valid_from, row.valid_to or date.max, index))
        if row.valid_to is not None and row.valid_to < row.valid_from:
            said = Said(
                "a day not before valid_from was expected", "un jour qui ne précède pas valid_from était attendu"
            )
            yield given.at("tariffs", index, said, column="valid_to", found=row.valid_to.isoformat())
    told: set[int] = set()
    for rows in groups.values():
        rows.sort()
        for (_, end, _), (start, _, index) in pairwise(rows):
            if start <= end and index not in told:
                told.add(index)
                said = Said(
                    "tariffs of the same duty that do not overlap were expected",
                    "des tarifs d'une même garde qui ne se chevauchent pas étaient attendus",
                )
                yield given.at("tariffs", index, said, column="valid_from", found=start.isoformat())


def _shares(given: _Input) -> Iterator[Finding]:
    """On every day on which a line has shares, they add up to all of it."""
    by_line: defaultdict[str, list[tuple[int, t.Share]]] = defaultdict(list)
    for index, row in enumerate(given.tables.shares):
        by_line[row.line].append((index, row))
    for line, rows in by_line.items():
        firsts = {row.first_day or given.territory.first_day for _, row in rows}
        afters = {row.last_day + timedelta(days=1) for _, row in rows if row.last_day}
        for day in sorted(firsts | afters):
            here = [(index, row) for index, row in rows if in_force(row, day)]
            parts = sum(row.percent for _, row in here)
            if here and parts != WHOLE and given.territory.first_day <= day <= given.territory.last_day:
                total = said_hundredths(parts)
                said = Said(
                    f"shares that add up to 100 on {day.isoformat()} were expected; those of {line} are {total.en}",
                    f"des parts dont la somme est 100 le {day.isoformat()} étaient attendues ; celles de {line} font {total.fr}",
                )
                yield given.at("shares", here[-1][0], said, column="percent", found=total.en)


def _flat_fees(given: _Input) -> Iterator[Finding]:
    """The framework of public on-call flat fees: between 70 and 280 euros, three classes at least, none for more than two
    fifths of an establishment's lines (arrêté of 30 April 2003, art. 14, from 1 November 2025)."""
    if given.territory.last_day < FLAT_FEES_FROM:
        return
    kind = {site.id: site.kind for site in given.tables.sites}
    lines: defaultdict[str, list[t.Line]] = defaultdict(list)
    for line in given.tables.lines:
        if line.modality == "on_call" and line.flat_fee and kind.get(line.sites[0]) in PUBLIC:
            lines[line.sites[0]].append(line)
    for site, found in lines.items():
        classes = Counter(line.flat_fee for line in found)
        most, number = classes.most_common(1)[0]
        said = None
        if len(classes) < FLAT_FEES_LEAST:
            said = Said(
                f"at least {FLAT_FEES_LEAST} classes of flat fee were expected at {site}; it has {len(classes)}",
                f"au moins {FLAT_FEES_LEAST} classes de forfait étaient attendues à {site} ; il en a {len(classes)}",
            )
        elif number * 100 > FLAT_FEE_SHARE * len(found):
            said = Said(
                f"at most {FLAT_FEE_SHARE} % of the on-call lines of {site} in one class of flat fee were expected",
                f"au plus {FLAT_FEE_SHARE} % des lignes d'astreinte de {site} dans une classe de forfait étaient attendus",
            )
        if said:
            yield Finding(said, "lines", column="flat_fee", found=str(most), severity="warning")
    for index, row in enumerate(given.tables.tariffs):
        least, highest = FLAT_FEE_CENTS if HALVES[row.period] == 2 else tuple(c // 2 for c in FLAT_FEE_CENTS)
        if row.flat_fee and row.status in EMPLOYED and row.modality == "on_call" and not least <= row.amount <= highest:
            said = Said(
                f"a flat fee from {least // 100} to {highest // 100} euros was expected",
                f"un forfait de {least // 100} à {highest // 100} euros était attendu",
            )
            found_amount = said_hundredths(row.amount).en
            yield given.at("tariffs", index, said, column="amount", found=found_amount, severity="warning")


def _ceilings(given: _Input) -> Iterator[Finding]:
    """What an agency locum may cost a public hospital: the ceiling of 24 hours, by half-periods of six (from 1 July 2025)."""
    for index, row in enumerate(given.tables.tariffs):
        if row.status != "locum" or row.scheme != "pdses" or row.modality != "on_site" or row.per != "duty":
            continue
        most = LOCUM_CEILING_CENTS * HALVES[row.period] // 4
        if row.amount > most and (row.valid_to or LOCUM_CEILING_FROM) >= LOCUM_CEILING_FROM:
            euros = said_hundredths(most)
            said = Said(
                f"at most the ceiling for agency locums, {euros.en} €, was expected",
                f"au plus le plafond de l'intérim, {euros.fr} €, était attendu",
            )
            yield given.at(
                "tariffs", index, said, column="amount", found=said_hundredths(row.amount).en, severity="warning"
            )


def _prices(given: _Input, facts: Facts) -> Iterator[Finding]:
    """Duties that somebody able to hold them could not be paid for; an error where an envelope depends on it."""
    if not given.tables.tariffs:
        if given.tables.envelopes:
            said = Said(
                "tariffs were expected, as there are envelopes", "des tarifs étaient attendus, avec des enveloppes"
            )
            yield Finding(said, "tariffs")
        return
    severity: Literal["error", "warning"] = "error" if given.tables.envelopes else "warning"
    missing: list[Unpriced] = []
    for line in facts.lines:
        pool = pool_of(facts, line.id)
        for duty in facts.duties_by_line[line.id]:
            if duty.past or not duty.wished:
                continue
            without: dict[str, Unpriced] = {}
            for person in pool:
                used = facts.engagement_for(person, duty, duty.sites[0])
                if used and used.status not in without and tariff_of(facts, duty, used.status) is None:
                    why = Said("no tariff in force on that day", "aucun tarif en vigueur ce jour-là")
                    period = facts.period_by_id[duty.period].pay
                    without[used.status] = Unpriced(
                        person, duty, duty.date, line.id, duty.sites[0], used.status, duty.modality, period, why
                    )
            missing += without.values()
    for finding in findings_of_unpriced(facts, missing):
        yield replace(finding, severity=severity)


def _pinned_beyond(given: _Input, facts: Facts) -> Iterator[Finding]:
    """An envelope that what is decided by hand already empties."""
    site = {duty_id(p.line, p.date, p.period): p.site for p in given.tables.pins if p.site}
    spent: defaultdict[int, int] = defaultdict(int)
    for pin in given.tables.pins:
        if pin.person is None or not pin.held:
            continue
        duty = facts.duty_by_id[duty_id(pin.line, pin.date, pin.period)]
        paid = paid_by(facts, pin.person, duty, site.get(duty.id) or duty.sites[0])
        for index, envelope in enumerate(given.tables.envelopes):
            if envelope.first_day <= duty.date <= envelope.last_day:
                spent[index] += paid.get(envelope.payer, 0)
    for index, cents in sorted(spent.items()):
        if cents > given.tables.envelopes[index].amount:
            euros = said_hundredths(cents)
            said = Said(
                f"at least the {euros.en} € that the duties decided by hand cost were expected: raise it, or take pins back",
                f"au moins les {euros.fr} € que coûtent les gardes décidées à la main étaient attendus : la relever, ou retirer des décisions",
            )
            amount = said_hundredths(given.tables.envelopes[index].amount).en
            yield given.at("envelopes", index, said, column="amount", found=amount)


def _pins(given: _Input, facts: Facts) -> Iterator[Finding]:
    planned = {duty.id: duty for duty in facts.duties}
    asked: dict[tuple[str, str], bool] = {}
    sites: dict[str, str] = {}
    held: defaultdict[str, list[str]] = defaultdict(list)
    for index, pin in enumerate(given.tables.pins):
        name = duty_id(pin.line, pin.date, pin.period)
        if name not in planned:
            said = Said("a duty of the horizon was expected", "une garde de l'horizon était attendue")
            yield given.at("pins", index, said, column="date", found=name, maybe=nearest(name, planned))
            continue
        if pin.person is None and pin.site is None:
            said = Said("a person or a site was expected", "une personne ou un site était attendu")
            yield given.at("pins", index, said, column="person")
        if pin.person is not None and asked.setdefault((pin.person, name), pin.held) is not pin.held:
            said = Said("this pin contradicts another one", "cette décision en contredit une autre")
            yield given.at("pins", index, said, column="held", found=f"{pin.person} {name}")
        if pin.site is not None and (
            pin.site not in planned[name].sites or sites.setdefault(name, pin.site) != pin.site
        ):
            said = Said(
                "a site that may host this duty, the same in every pin, was expected",
                "un site qui peut accueillir cette garde, le même partout, était attendu",
            )
            yield given.at("pins", index, said, column="site", found=pin.site)
        if pin.person is not None and pin.held and pin.person not in held[name]:
            held[name].append(pin.person)
    capped = any(rule.kind == "places" and rule.enabled for rule in given.rules)
    for name, people in held.items() if capped else ():
        if len(people) > planned[name].wished:
            said = Said(
                f"at most {planned[name].wished} people were expected on this duty",
                f"au plus {planned[name].wished} personne(s) étaient attendues sur cette garde",
            )
            yield Finding(said, "pins", column="person", found=name)


_UPWARD = frozenset(
    {
        "coverage",
        "wished_cover",
        "senior_backup",
        "pairs",
        "weekend_block",
        "colocation",
        "site_rotation",
        "pins",
        "places",
        "run_length",
        "contract_total",
        "whole_weekends",
        "group_cover",
        "weekly_hours",
        "departments",
    }
)
"""Rules that a rota of the pins alone may break although one with more assignments does not."""


def _pinned(given: _Input, facts: Facts) -> Iterator[Finding]:
    """Pins that break a rule all by themselves: whatever else one decides, no rota keeps both."""
    pins = [pin for pin in given.tables.pins if pin.person is not None and pin.held]
    chosen = {duty_id(p.line, p.date, p.period): p.site for p in given.tables.pins if p.site is not None}
    roster = roster_of(((duty_id(p.line, p.date, p.period), str(p.person)) for p in pins), chosen)
    where = {(duty_id(p.line, p.date, p.period), p.person): n for n, p in enumerate(given.tables.pins)}
    free = {duty.id for duty in facts.duties if len(duty.sites) > 1} - chosen.keys()
    for rule in given.rules if pins else ():
        if not rule.enabled or rule.price is not None or rule.kind in _UPWARD:
            continue
        for breach in rule.check(facts, roster):
            places = [where[d, breach.subject] for d in breach.where if (d, breach.subject) in where]
            if free.intersection(breach.where):
                continue
            told = rule.explain(breach, facts)
            said = Said(
                f"this decision breaks the rule {rule.name}: {told.en.rstrip('.')}",
                f"cette décision enfreint la règle {rule.name} : {told.fr.rstrip('.')}",
            )
            yield given.at("pins", places[-1] if places else 0, said, column="person", found=breach.subject)


def _pools(given: _Input, facts: Facts) -> Iterator[Finding]:
    with_duties = {duty.line for duty in facts.duties}
    needed = {duty.line for duty in facts.duties if duty.needed}
    for index, line in enumerate(given.tables.lines):
        if line.id not in with_duties:
            said = Said(
                "days on which its periods exist were expected: it has no duty",
                "des jours où ses périodes existent étaient attendus : elle n'a aucune garde",
            )
            yield given.at("lines", index, said, column="periods", found=line.id, severity="warning")
            continue
        pool = pool_of(facts, line.id)
        if line.id in needed and not pool:
            trade = [p for p in given.tables.people if p.profession == line.profession]
            coded = [p for p in trade if not line.specialties or set(p.specialties) & set(line.specialties)]
            skilled = [p for p in coded if set(line.skills) <= set(p.skills)]
            allowed = [p for p in skilled if not facts.sites_by_person.get(p.id, frozenset()).isdisjoint(line.sites)]
            numbers = (len(trade), len(coded), len(skilled), len(allowed))
            said = Said(
                "nobody may hold it: {} have the profession, {} of them a code, {} the skills, {} the right to its sites, none the status and the consent".format(
                    *numbers
                ),
                "personne ne peut la tenir : {} ont la profession, dont {} un code, {} les compétences, {} le droit d'y exercer, aucune le statut et l'accord".format(
                    *numbers
                ),
            )
            maybe = "privileges.csv" if skilled and not allowed else "consents.csv" if allowed else "people.csv"
            yield given.at("lines", index, said, column="id", found=line.id, maybe=maybe)
        elif line.id in needed and len(pool) <= FRAGILE_POOL:
            said = Said(
                f"only {len(pool)} people can hold it: it is fragile",
                f"seulement {len(pool)} personnes peuvent la tenir : elle est fragile",
            )
            yield given.at("lines", index, said, column="id", found=line.id, severity="warning")


def _ways(given: _Input, facts: Facts) -> Iterator[Finding]:
    for index, line in enumerate(given.tables.lines):
        if line.response_minutes is None:
            continue
        unknown = [
            person
            for person in pool_of(facts, line.id)
            if all(facts.minutes_between(facts.person_by_id[person].home, site) is None for site in line.sites)
        ]
        if unknown:
            said = Said(
                f"the way from home was expected in the travel table for {len(unknown)} people; without it they are not placed",
                f"le trajet depuis le domicile était attendu dans la table travel pour {len(unknown)} personnes ; sans lui elles ne sont pas placées",
            )
            yield given.at("lines", index, said, column="response_minutes", found=_some(unknown), severity="warning")


def _some(words: Iterable[str]) -> str:
    listed = list(words)
    return ", ".join(listed[:5]) + (" …" if len(listed) > 5 else "")
