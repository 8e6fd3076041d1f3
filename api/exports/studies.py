"""What studies found, in sections: grids of pay, envelopes, sweeps, stress, need, the map."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from api.exports import labels
from api.exports.charts import Place, bars_chart, map_chart
from api.exports.comparisons import aim, judged
from api.exports.labels import PAY_PERIODS, STATUSES, either, euros, hundredths, whole
from api.exports.study import Section, Table
from scheduler.facts import Facts
from scheduler.figures import Figures
from scheduler.grids import Harmonised, sector
from scheduler.grids import Path as Way
from scheduler.tables import Site
from scheduler.words import MODALITIES, Lang, Said
from solver.studies.envelope import Marginal
from solver.studies.need import Help, Need
from solver.studies.run import Solved
from solver.studies.stress import Stress

DECILES = 10
KINDS: dict[str, Said] = {
    "person": Said("one more person like {what}", "une personne de plus comme {what}"),
    "consent": Said("one more consent: {what}", "un consentement de plus : {what}"),
    "shared": Said("the line shared with {what}", "la ligne partagée avec {what}"),
}


def _percent(value: float, lang: Lang) -> str:
    return f"{hundredths(round(value * 100), lang)} %"


# --- harmonisation ---------------------------------------------------------------------------------------------------


def harmonisation(found: Sequence[Harmonised], lang: Lang, way: Way | None = None) -> tuple[Section, ...]:
    """The same rota under several grids; the first is what the others are compared with."""
    names = tuple(one.grid + (either(lang, " (solved again)", " (recalculé)") if one.resolved else "") for one in found)
    columns = ("", *names)
    right = frozenset(range(1, len(columns)))
    base = found[0]
    envelopes = sum(row.amount for row in base.scenario.facts.tables.envelopes)
    glance = [
        (either(lang, "Total", "Total"), *(euros(one.statement.cents, lang) for one in found)),
        (
            either(lang, "Against the first", "Par rapport à la première"),
            *(_more(one.statement.cents - base.statement.cents, lang) for one in found),
        ),
        (
            either(lang, "Gap public / private, same duty", "Écart public / privé, même garde"),
            *(_percent(one.gap_percent, lang) for one in found),
        ),
        (either(lang, "Volunteers", "Volontaires"), *(whole(len(one.volunteers), lang) for one in found)),
    ]
    if envelopes:
        glance.append(
            (
                either(lang, "Left of the envelopes", "Reste des enveloppes"),
                *(_more(envelopes - one.statement.cents, lang) for one in found),
            )
        )
    sections = [
        Section(
            either(lang, "Grids side by side", "Les grilles côte à côte"), (), (Table(columns, tuple(glance), right),)
        ),
        Section(
            either(lang, "Who gains, who loses", "Qui gagne, qui perd"),
            (),
            (
                _by(found, "payer", either(lang, "By payer", "Par payeur"), columns, {}, lang),
                _by(found, "status", either(lang, "By status", "Par statut"), columns, STATUSES, lang),
                _by_site(found, columns, lang),
                _by_decile(found, columns, lang),
            ),
        ),
        _gaps(found, names, lang),
    ]
    if way is not None:
        sections.append(_way(way, lang))
    return tuple(sections)


def _more(cents: int, lang: Lang) -> str:
    return ("+" if cents > 0 else "") + euros(cents, lang)


def _by(
    found: Sequence[Harmonised],
    column: str,
    caption: str,
    columns: tuple[str, ...],
    words: Mapping[str, Said],
    lang: Lang,
) -> Table:
    sums = [one.statement.by(column) for one in found]
    names = sorted({name for of in sums for (name,) in of})
    rows = tuple((labels.code(words, name, lang), *(euros(of.get((name,), 0), lang) for of in sums)) for name in names)
    return Table(columns, rows, frozenset(range(1, len(columns))), caption)


def _by_site(found: Sequence[Harmonised], columns: tuple[str, ...], lang: Lang) -> Table:
    facts, sums = found[0].scenario.facts, [one.statement.by("site") for one in found]
    names = sorted({name for of in sums for (name,) in of})
    rows = tuple(
        (
            f"{facts.name(name)} ({either(lang, *_SECTOR[sector(facts.site_by_id[name])])})",
            *(euros(of.get((name,), 0), lang) for of in sums),
        )
        for name in names
    )
    return Table(
        columns, rows, frozenset(range(1, len(columns))), either(lang, "By establishment", "Par établissement")
    )


_SECTOR = {"public": ("public", "public"), "private": ("private", "privé")}


def _by_decile(found: Sequence[Harmonised], columns: tuple[str, ...], lang: Lang) -> Table:
    """People in ten groups by what they earn under the first grid: the mean of each group under every grid."""
    sums = [one.statement.by("person") for one in found]
    people = sorted({person for of in sums for (person,) in of}, key=lambda p: (sums[0].get((p,), 0), p))
    rows = []
    for n in range(DECILES):
        group = people[len(people) * n // DECILES : len(people) * (n + 1) // DECILES]
        if group:
            means = (sum(of.get((person,), 0) for person in group) // len(group) for of in sums)
            rows.append((f"{n + 1}", *(euros(mean, lang) for mean in means)))
    caption = either(
        lang,
        "Mean pay by tenth of the people, the least paid first",
        "Paie moyenne par dixième des personnes, les moins payées d'abord",
    )
    return Table(columns, tuple(rows), frozenset(range(1, len(columns))), caption)


def _gaps(found: Sequence[Harmonised], names: Sequence[str], lang: Lang) -> Section:
    rows = tuple(
        (
            name,
            labels.code(MODALITIES, gap.modality, lang),
            labels.code(PAY_PERIODS, gap.period, lang),
            euros(gap.public, lang),
            euros(gap.private, lang),
            _percent(gap.percent, lang),
            whole(gap.duties, lang),
        )
        for name, one in zip(names, found, strict=True)
        for gap in one.gaps
    )
    columns = (
        either(lang, "Grid", "Grille"),
        either(lang, "Modality", "Modalité"),
        either(lang, "Period", "Période"),
        either(lang, "Consultant", "Praticien hospitalier"),
        either(lang, "Private", "Libéral"),
        either(lang, "Gap", "Écart"),
        either(lang, "Duties", "Gardes"),
    )
    title = either(lang, "The same duty, public and private", "La même garde, en public et en privé")
    return Section(title, (), (Table(columns, rows, frozenset({3, 4, 5, 6})),))


def _way(way: Way, lang: Lang) -> Section:
    rows = tuple(
        (
            str(y.year),
            f"{y.part_percent} %",
            euros(y.cents, lang),
            euros(y.envelope_cents, lang),
            _percent(y.gap_percent, lang),
        )
        for y in way.years
    )
    columns = (
        either(lang, "Year", "Année"),
        either(lang, "Way done", "Chemin fait"),
        either(lang, "Cost", "Coût"),
        either(lang, "Envelope", "Enveloppe"),
        either(lang, "Gap left", "Écart restant"),
    )
    if way.reached is not None:
        said = either(
            lang, f"The gap asked for is reached in {way.reached}.", f"L'écart visé est atteint en {way.reached}."
        )
    elif way.not_before is not None:
        said = either(lang, f"Not reachable before {way.not_before}.", f"Pas atteignable avant {way.not_before}.")
    else:
        said = either(lang, "Not reachable inside this envelope.", "Pas atteignable dans cette enveloppe.")
    return Section(
        either(lang, "Year by year", "Année par année"), (said,), (Table(columns, rows, frozenset({1, 2, 3, 4})),)
    )


# --- envelopes -------------------------------------------------------------------------------------------------------


def marginal_value(found: Marginal, lang: Lang) -> tuple[Section, ...]:
    """What each step of an envelope buys."""
    rows, text = [], []
    before = None
    for step in found.steps:
        figures = step.answer.figures
        tiers = " · ".join(whole(tier.value, lang) for tier in figures.tiers) if figures else step.answer.status
        holes = whole(figures.holes, lang) if figures else "–"
        spent = euros(step.spent, lang) if step.spent is not None else "–"
        rows.append(
            (
                euros(step.amount, lang),
                spent,
                either(lang, "yes", "oui") if step.binds else either(lang, "no", "non"),
                holes,
                tiers,
            )
        )
        for tier in step.gained:
            if tier.first.value != tier.second.value:
                one, two = euros(before or 0, lang), euros(step.amount, lang)
                text.append(
                    f"{one} → {two}, {aim(tier.name, lang)} : {whole(tier.first.value, lang)} → {whole(tier.second.value, lang)} "
                    f"({judged(tier, one, two, lang)})."
                )
                break
        before = step.amount
    if found.stops_binding is not None:
        amount = euros(found.stops_binding, lang)
        text.append(
            either(
                lang,
                f"From {amount} on, more money buys nothing (proved).",
                f"À partir de {amount}, plus d'argent n'apporte rien (prouvé).",
            )
        )
    columns = (
        either(lang, "Envelope", "Enveloppe"),
        either(lang, "Spent", "Dépensé"),
        either(lang, "Binds", "Limite"),
        either(lang, "Empty places", "Places vides"),
        either(lang, "Tiers", "Paliers"),
    )
    title = either(lang, f"What the envelope of {found.payer} buys", f"Ce que l'enveloppe de {found.payer} permet")
    return (Section(title, tuple(text), (Table(columns, tuple(rows), frozenset({0, 1, 3, 4})),)),)


# --- sweeps ----------------------------------------------------------------------------------------------------------


def sweep_table(settings: Sequence[Mapping[str, str]], answers: Sequence[Solved], lang: Lang) -> tuple[Section, ...]:
    """Every variant in a row."""
    what = tuple(settings[0]) if settings else ()
    rows = []
    for setting, answer in zip(settings, answers, strict=True):
        figures = answer.figures
        values = tuple(setting[name] for name in what)
        if figures is None:
            rows.append((*values, answer.status, "", "", ""))
            continue
        proved = sum(tier.bound is not None and tier.bound >= tier.value for tier in figures.tiers)
        tiers = " · ".join(whole(tier.value, lang) for tier in figures.tiers)
        rows.append(
            (*values, whole(figures.holes, lang), euros(figures.cents, lang), tiers, f"{proved} / {len(figures.tiers)}")
        )
    columns = (
        *what,
        either(lang, "Empty places", "Places vides"),
        either(lang, "Paid", "Payé"),
        either(lang, "Tiers", "Paliers"),
        either(lang, "Proved", "Prouvés"),
    )
    title = either(lang, "Every variant", "Toutes les variantes")
    numbers = frozenset(range(len(what), len(columns)))
    return (Section(title, (), (Table(columns, tuple(rows), numbers),)),)


# --- stress ----------------------------------------------------------------------------------------------------------


def stressed(found: Sequence[tuple[str, Stress]], lang: Lang) -> tuple[Section, ...]:
    """What breaks first, who absorbs it and what it costs; of several territories one after the other."""
    sections = []
    for name, one in found:
        number = len(one.draws)
        first = one.first_to_break
        if first is None:
            text = either(lang, f"In {number} tries no line breaks.", f"En {number} essais aucune ligne ne casse.")
        else:
            text = either(
                lang,
                f"The first line to break is {first.name}: in {first.draws} of {number} tries, by {hundredths(round(100 * first.holes), lang)} places on average, from {first.first_day} on.",
                f"La première ligne à casser est {first.name} : dans {first.draws} essais sur {number}, de {hundredths(round(100 * first.holes), lang)} places en moyenne, dès le {first.first_day}.",
            )
        more = [
            text,
            either(
                lang,
                f"That fewer duties can be held than before is proved in {one.proved} of {number} tries; elsewhere a difference may also be the search's.",
                f"Que moins de gardes puissent être tenues qu'avant est prouvé dans {one.proved} essais sur {number} ; ailleurs une différence peut aussi tenir à la recherche.",
            ),
        ]
        if one.impossible:
            more.append(
                either(
                    lang,
                    f"In {one.impossible} tries no rota keeps the rules.",
                    f"Dans {one.impossible} essais aucun tableau ne respecte les règles.",
                )
            )
        if one.cents is not None:
            cents = _more(round(one.cents), lang)
            more.append(
                either(
                    lang,
                    f"What is paid changes by {cents} on average.",
                    f"Ce qui est payé change de {cents} en moyenne.",
                )
            )
        lines = tuple(
            (x.name, f"{x.draws} / {number}", hundredths(round(100 * x.holes), lang), x.first_day, whole(x.pool, lang))
            for x in one.lines
        )
        heads = (
            either(lang, "Line", "Ligne"),
            either(lang, "Breaks in", "Casse dans"),
            either(lang, "Empty places more, on average", "Places vides de plus, en moyenne"),
            either(lang, "First day", "Premier jour"),
            either(lang, "Can hold it", "Peuvent la tenir"),
        )
        people = tuple((x.name, "+" + hundredths(round(x.points), lang)) for x in one.absorbers[:12])
        who = (
            either(lang, "Who absorbs the load", "Qui absorbe la charge"),
            either(lang, "Points more, on average", "Points de plus, en moyenne"),
        )
        months = tuple((month, whole(holes, lang)) for month, holes in one.by_month().items())
        when = (
            either(lang, "Month", "Mois"),
            either(lang, "New empty places, all tries", "Nouvelles places vides, tous essais"),
        )
        tries = tuple(
            (
                draw.name,
                ", ".join(draw.away) or "–",
                whole(answer.figures.holes - one.before.holes, lang) if answer.figures else answer.status,
            )
            for draw, answer in one.draws
        )
        each = (
            either(lang, "Try", "Essai"),
            either(lang, "Away", "Absents"),
            either(lang, "Empty places more", "Places vides de plus"),
        )
        chart = bars_chart(
            [(x.name, x.draws, f"{x.draws} / {number}") for x in one.lines[:12]],
            text,
            frozenset(x.name for x in one.lines[:1]),
        )
        sections.append(
            Section(
                name,
                tuple(more),
                (
                    Table(heads, lines, frozenset({1, 2, 4})),
                    Table(when, months, frozenset({1})),
                    Table(who, people, frozenset({1})),
                    Table(each, tries, frozenset({2})),
                ),
                chart if one.lines else None,
            )
        )
    return tuple(sections)


# --- need ------------------------------------------------------------------------------------------------------------


def needed(facts: Facts, rows: Sequence[Need], helps: Sequence[Help], lang: Lang) -> tuple[Section, ...]:
    """What each trade has to hold and who can; then the changes, the most helpful first."""
    columns = (
        either(lang, "Specialty, skills", "Spécialité, compétences"),
        either(lang, "Zone", "Zone"),
        either(lang, "Lines", "Lignes"),
        either(lang, "Places", "Places"),
        either(lang, "People", "Personnes"),
        either(lang, "Full-time equivalents", "Équivalents temps plein"),
        either(lang, "Places a month for each", "Places par mois pour chacun"),
    )
    table = tuple(
        (
            row.specialty,
            ", ".join(facts.name(site) for site in row.zone.split()),
            ", ".join(facts.name(line) for line in row.lines),
            whole(row.duties, lang),
            whole(row.people, lang),
            hundredths(round(100 * row.full_time), lang),
            hundredths(round(100 * row.nights_a_month), lang) if row.full_time else "∞",
        )
        for row in rows
    )
    sections = [
        Section(
            either(lang, "Need against resources", "Besoins et ressources"),
            (),
            (Table(columns, table, frozenset({3, 4, 5, 6})),),
        )
    ]
    if helps:
        heads = (
            either(lang, "Change", "Changement"),
            either(lang, "Line", "Ligne"),
            either(lang, "Empty places", "Places vides"),
            either(lang, "Tiers", "Paliers"),
            either(lang, "Proved better", "Mieux, prouvé"),
        )
        ranked = tuple(
            (
                KINDS[one.kind].to(lang).format(what=" · ".join(facts.name(word) for word in one.what.split())),
                facts.name(one.line),
                whole(one.answer.figures.holes, lang) if one.answer.figures else one.answer.status,
                " · ".join(whole(tier.second.value, lang) for tier in one.gained),
                either(lang, "yes", "oui") if one.proved else either(lang, "not proved", "non prouvé"),
            )
            for one in helps
        )
        title = either(lang, "Where one change helps most", "Où un changement aide le plus")
        sections.append(Section(title, (), (Table(heads, ranked, frozenset({2, 3})),)))
    return tuple(sections)


# --- the map ---------------------------------------------------------------------------------------------------------


def territory_map(facts: Facts, figures: Figures, lang: Lang, outline: Path | None = None) -> tuple[Section, ...]:
    """Sites, their lines, load and fragility; a list beside the map says the same."""
    load: defaultdict[str, int] = defaultdict(int)
    lines: defaultdict[str, list[str]] = defaultdict(list)
    fragile: set[str] = set()
    for line in figures.lines:
        for host in line.sites:
            load[host] += line.points // len(line.sites)
            sign = " ⚠" if line.fragile else ""
            lines[host].append(line.name + sign)
            if line.fragile:
                fragile.add(host)
    most = max(load.values(), default=1) or 1
    hosts = [site for site in facts.tables.sites if site.id in lines]
    # Sites at one address are one circle.
    together: defaultdict[tuple[float, float], list[tuple[int, Site]]] = defaultdict(list)
    for number, site in enumerate(hosts, 1):
        if site.latitude is not None and site.longitude is not None:
            together[site.latitude, site.longitude].append((number, site))
    places = [
        Place(
            ", ".join(site.name for _, site in here),
            latitude,
            longitude,
            sum(load[site.id] for _, site in here) / most,
            any(site.id in fragile for _, site in here),
            ", ".join(str(number) for number, _ in here),
        )
        for (latitude, longitude), here in together.items()
    ]
    rows = tuple(
        (
            str(number),
            site.name,
            ", ".join(lines[site.id]),
            hundredths(load[site.id], lang),
            "⚠" if site.id in fragile else "",
        )
        for number, site in enumerate(hosts, 1)
    )
    columns = (
        "",
        either(lang, "Site", "Site"),
        either(lang, "Lines", "Lignes"),
        either(lang, "Load, points", "Charge, points"),
        either(lang, "Fragile", "Fragile"),
    )
    title = either(lang, "The territory", "Le territoire")
    text = either(
        lang,
        "A circle is as large as the load of its site; ⚠ marks a line that four people or fewer can hold.",
        "Un cercle a la taille de la charge de son site ; ⚠ signale une ligne que quatre personnes au plus peuvent tenir.",
    )
    return (Section(title, (text,), (Table(columns, rows, frozenset({3})),), map_chart(places, title, outline)),)
