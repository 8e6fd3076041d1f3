"""The words around the figures: titles, columns and codes, in both languages."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from scheduler.words import Lang, Said

TEXTS: dict[str, Said] = {
    "title": Said("Duty rota", "Tableau des gardes et astreintes"),
    "contents": Said("Contents", "Sommaire"),
    "in_figures": Said("In figures", "En chiffres"),
    "people_count": Said("people", "personnes"),
    "lines_count": Said("lines", "lignes"),
    "duties_count": Said("duties", "gardes et astreintes"),
    "places_count": Said("places held", "places tenues"),
    "of": Said("of", "sur"),
    "broken": Said(
        "Rules broken: this rota may not be published", "Règles enfreintes : ce tableau ne peut pas être publié"
    ),
    "holes": Said("Empty periods", "Périodes vides"),
    "no_holes": Said("Every duty is held", "Toutes les gardes sont tenues"),
    "missing": Said("{} missing", "manque {}"),
    "of_those": Said("Of those who know the line:", "Parmi les personnes qui connaissent la ligne :"),
    "then": Said("; ", "\u00a0; "),
    "no_reason": Said("nobody knows the line", "personne ne connaît la ligne"),
    "proof": Said("What is proved", "Ce qui est prouvé"),
    "proof_about": Said(
        "The aims in their order; each is pursued without giving up those before it.",
        "Les buts dans leur ordre ; chacun est poursuivi sans rien céder sur les précédents.",
    ),
    "aim": Said("Aim", "But"),
    "reached": Said("Reached", "Atteint"),
    "bound": Said("Impossible below", "Impossible en dessous de"),
    "proven": Said("Proof", "Preuve"),
    "is_proven": Said("proved", "prouvé"),
    "not_proven": Said("not proved", "non prouvé"),
    "meaning": Said("In words", "En clair"),
    "board": Said("The board", "Le tableau"),
    "board_how": Said("How to read it", "Comment le lire"),
    "line": Said("Line", "Ligne"),
    "weeks": Said("Weeks", "Semaines"),
    "week": Said("Week", "Semaine"),
    "vacant": Said("VACANT", "VACANT"),
    "nobody_needed": Said("nobody is needed", "personne n'est demandé"),
    "unless_told": Said("unless noted", "sauf mention"),
    "next_day": Said("{} (the next day)", "{} (le lendemain)"),
    "fragile": Said("fragile: {} people can hold it", "fragile : {} personnes peuvent la tenir"),
    "sites_key": Said("Sites", "Sites"),
    "periods_key": Said("Periods", "Périodes"),
    "marks_key": Said("Marks", "Signes"),
    "off_key": Said("weekends and holidays", "week-ends et jours fériés"),
    "vacant_means": Said("somebody is still missing", "il manque quelqu'un"),
    "holiday_sign": Said("H", "F"),
    "holiday": Said("public holiday", "jour férié"),
    "sensitive_sign": Said("S", "S"),
    "sensitive": Said("sensitive date", "date sensible"),
    "school_sign": Said("V", "V"),
    "school": Said("school holidays", "vacances scolaires"),
    "clock_change": Said("the clocks change: this day has {} h", "changement d'heure : ce jour dure {} h"),
    "people": Said("Who carries what", "Qui porte quoi"),
    "people_about": Said(
        "Load of this rota against the fair share: what each would carry if the duties were divided as evenly as "
        "skills and presence allow. The difference counts the balance carried over from earlier rotas. The bar is "
        "load and balance in points, the upright tick the fair share. In each group, those furthest above come first.",
        "Charge de ce tableau face à la juste part : ce que chacun porterait si les gardes étaient réparties aussi "
        "également que les compétences et les présences le permettent. L'écart compte le report des tableaux "
        "précédents. La barre est la charge avec le report, en points ; le trait vertical, la juste part. Dans chaque "
        "groupe, les plus au-dessus viennent d'abord.",
    ),
    "group": Said("Group", "Groupe"),
    "person": Said("Person", "Personne"),
    "name": Said("Name", "Nom"),
    "status": Said("Status", "Statut"),
    "duties": Said("Duties", "Gardes"),
    "load": Said("load", "charge"),
    "share": Said("fair share", "juste part"),
    "excess": Said("difference", "écart"),
    "carried": Said("carried over", "report"),
    "bar": Said("Points and fair share", "Points et juste part"),
    "bar_title": Said(
        "{}: {} points with the balance carried over, fair share {}",
        "{} : {} points avec le report, juste part {}",
    ),
    "wishes": Said("Wishes", "Souhaits"),
    "granted": Said("granted", "exaucés"),
    "refused": Said("refused", "refusés"),
    "pay": Said("Pay", "Indemnités"),
    "pay_about": Said(
        "Gross indemnities by the tariffs in force on the day of each duty. Not priced means that the scenario has no "
        "tariff for it, not that it is free.",
        "Indemnités brutes, aux tarifs en vigueur le jour de chaque garde. « Non chiffré » veut dire que le scénario "
        "n'a pas de tarif, non que c'est gratuit.",
    ),
    "not_priced": Said("not priced", "non chiffré"),
    "no_tariff": Said("no tariff", "aucun tarif"),
    "no_status": Said("no engagement", "aucun engagement"),
    "payer": Said("Payer", "Payeur"),
    "site": Said("Site", "Site"),
    "modality": Said("Form", "Modalité"),
    "period": Said("Period", "Période"),
    "text": Said("Text", "Texte"),
    "assignments": Said("Assignments", "Affectations"),
    "amount": Said("Amount", "Montant"),
    "total": Said("Total", "Total"),
    "by_payer": Said("By payer", "Par payeur"),
    "by_site": Said("By site", "Par site"),
    "by_status": Said("By status", "Par statut"),
    "in_detail": Said("In detail", "Dans le détail"),
    "rules": Said("Rules in force", "Règles en vigueur"),
    "rules_about": Said(
        "What the rota keeps, and what it aims at: a rule that is never broken, or one whose breach has a price.",
        "Ce que le tableau respecte et ce qu'il vise : une règle n'est jamais enfreinte, ou l'enfreindre a un prix.",
    ),
    "rule": Said("Rule", "Règle"),
    "strength": Said("Strength", "Force"),
    "never_broken": Said("never broken", "jamais enfreinte"),
    "weighs": Said("priced: weight {}", "au prix : poids {}"),
    "cited": Said("Text or vote", "Texte ou vote"),
    "scenario": Said("Scenario", "Scénario"),
    "input": Said("SHA-256 of the input", "SHA-256 des données d'entrée"),
    "seed": Said("Seed", "Graine"),
    "no_seed": Said("none: not solved here", "aucune : non calculé ici"),
    "date": Said("Date", "Date"),
    "start": Said("Start", "Début"),
    "end": Said("End", "Fin"),
    "who": Said("Who", "Qui"),
    "no_duty": Said("no duty", "aucune garde"),
    "page": Said("page", "page"),
    "times": Said("Times are of the zone {}.", "Les heures sont celles du fuseau {}."),
}
"""Everything that is always said the same way."""

AIMS: dict[str, Said] = {
    "cover": Said("Every duty held", "Toutes les gardes tenues"),
    "worst_off": Said("Nobody far above the fair share", "Nul n'est loin au-dessus de sa juste part"),
    "evenness": Said("Everybody near the fair share", "Chacun près de sa juste part"),
    "wishes": Said("Wishes granted", "Souhaits exaucés"),
    "costs": Said("Kilometres, money, stability", "Kilomètres, argent, stabilité"),
    "changes": Said("Few changes", "Peu de changements"),
}
STATUSES: dict[str, Said] = {
    "consultant": Said("hospital consultant", "praticien hospitalier"),
    "university": Said("university staff", "hospitalo-universitaire"),
    "contract": Said("contract practitioner", "praticien contractuel"),
    "assistant": Said("assistant", "assistant"),
    "sessional": Said("sessional", "attaché"),
    "associate": Said("associate", "praticien associé"),
    "resident": Said("resident", "interne"),
    "senior_resident": Said("senior resident", "docteur junior"),
    "private": Said("private practitioner", "libéral"),
    "employee": Said("employee", "salarié"),
    "locum": Said("locum", "remplaçant"),
    "retired": Said("retired, active", "retraité actif"),
    "solidarity": Said("consultant of another hospital", "PH d'un autre hôpital"),
}
PAY_PERIODS: dict[str, Said] = {
    "whole_night": Said("whole night", "nuit entière"),
    "early_night": Said("early night", "début de nuit"),
    "deep_night": Said("deep night", "nuit profonde"),
    "saturday_afternoon": Said("Saturday afternoon", "samedi après-midi"),
    "day": Said("Sunday or holiday, day", "dimanche ou férié, jour"),
    "half_day": Said("half-day", "demi-journée"),
    "additional_time": Said("additional working time", "temps de travail additionnel"),
}
PROFESSIONS: dict[str, Said] = {
    "doctor": Said("doctors", "médecins"),
    "nurse": Said("nurses", "infirmiers"),
    "midwife": Said("midwives", "sages-femmes"),
    "dentist": Said("dentists", "dentistes"),
    "pharmacist": Said("pharmacists", "pharmaciens"),
    "physiotherapist": Said("physiotherapists", "kinésithérapeutes"),
    "social_worker": Said("social workers", "assistants sociaux"),
    "operator": Said("operators", "opérateurs"),
}
CATEGORY_NAMES: dict[str, Said] = {
    "points": Said("Points", "Points"),
    "nights": Said("Nights", "Nuits"),
    "weekends": Said("Weekends", "Week-ends"),
    "sensitive": Said("Sensitive dates", "Dates sensibles"),
}


def say(key: str, lang: Lang) -> str:
    """One of :data:`TEXTS`."""
    return TEXTS[key].to(lang)


def texts(lang: Lang) -> dict[str, str]:
    """All of :data:`TEXTS` in one language."""
    return {key: said.to(lang) for key, said in TEXTS.items()}


def either(lang: Lang, en: str, fr: str) -> str:
    """One of two sentences that stand side by side where they are said."""
    return fr if lang == "fr" else en


def code(names: Mapping[str, Said], key: str, lang: Lang) -> str:
    """A code in words; one that has none stays as it is."""
    return names[key].to(lang) if key in names else key


def group(name: str, lang: Lang) -> str:
    """A peer group: ``doctor-SM02``, which nobody named, in words; a name that somebody gave as it is."""
    unnamed = re.fullmatch(r"([a-z_]+)(?:-([A-Z]{2}\d{2}))?", name)
    if unnamed is None or unnamed[1] not in PROFESSIONS:
        return name
    return " ".join(filter(None, (PROFESSIONS[unnamed[1]].to(lang), unnamed[2])))


def whole(value: int, lang: Lang) -> str:
    """A whole number with its thousands apart."""
    return format_decimal(value, "#,##0", locale=lang)


def hundredths(value: int, lang: Lang) -> str:
    """A number kept in hundredths, always with two decimals, so that columns line up; the minus is a real one."""
    return format_decimal(Decimal(value) / 100, "#,##0.00", locale=lang).replace("-", "−")


def signed(value: int, lang: Lang) -> str:
    """As :func:`hundredths`, with its sign."""
    return ("+" if value > 0 else "") + hundredths(value, lang)


def euros(cents: int, lang: Lang) -> str:
    """An amount of money."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=lang)


def long_day(day: date, lang: Lang) -> str:
    """A date in full: ``Monday 4 January 2027``, ``lundi 4 janvier 2027``."""
    return format_date(day, "EEEE d MMMM y", locale=lang)


def span(first: date, last: date, lang: Lang) -> str:
    """From one date to another, both included."""
    ends = [format_date(day, "d MMMM y", locale=lang) for day in (first, last)]
    return f"du {ends[0]} au {ends[1]}" if lang == "fr" else f"{ends[0]} to {ends[1]}"


def clock(moment: datetime, lang: Lang) -> str:
    """A time of day: ``20:00``; ``20 h`` or ``8 h 30``."""
    if lang == "en":
        return f"{moment:%H:%M}"
    return f"{moment.hour}\u202fh" + (f"\u202f{moment:%M}" if moment.minute else "")
