"""Two or more rotas side by side, in sections: what is better and proved, who carries what, what is paid and by whom."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from api.exports import labels
from api.exports.charts import bars_chart, lorenz_chart
from api.exports.labels import AIMS, CATEGORY_NAMES, STATUSES, either, euros, hundredths, signed, whole
from api.exports.study import Section, Table
from scheduler.figures import Figures, Judgement, LineFigures, TierComparison, changes, compared, gini, lorenz
from scheduler.words import Lang, Said

JUDGED: dict[Judgement, Said] = {
    "better": Said("{two} is better, proved", "{two} est meilleur, prouvé"),
    "worse": Said("{one} is better, proved", "{one} est meilleur, prouvé"),
    "same": Said("the same, both proved best", "identiques, tous deux prouvés optimaux"),
    "open": Said(
        "the difference is within what is not proved yet", "la différence reste dans ce qui n'est pas encore prouvé"
    ),
    "after": Said("not comparable: what comes before differs", "non comparable : ce qui précède diffère"),
}
SECTORS: dict[str, Said] = {
    "public": Said("public", "public"),
    "private": Said("private", "privé"),
    "both": Said("both", "les deux"),
    "none": Said("without an engagement", "sans engagement"),
}
SHOWN = 12
"""People or lines in a table that would be long."""


def judged(tier: TierComparison, one: str, two: str, lang: Lang) -> str:
    """What is known of a tier, in words."""
    return JUDGED[tier.judgement].to(lang).format(one=one, two=two)


def comparison(many: Sequence[Figures], lang: Lang) -> tuple[Section, ...]:
    """Everything that is said of several rotas."""
    return (
        _proved(many, lang),
        _at_a_glance(many, lang),
        _holes(many, lang),
        _spread(many, lang),
        _lives(many, lang),
        _money(many, lang),
        _fragile(many, lang),
    )


def aim(name: str, lang: Lang) -> str:
    """What a tier is for."""
    return labels.code(AIMS, name, lang)


def _proved(many: Sequence[Figures], lang: Lang) -> Section:
    rows = []
    for figures in many:
        for tier in figures.tiers:
            bound = "–" if tier.bound is None else whole(tier.bound, lang)
            state = (
                either(lang, "proved best", "prouvé optimal")
                if tier.bound is not None and tier.bound >= tier.value
                else either(lang, "open", "ouvert")
            )
            rows.append((figures.name, aim(tier.name, lang), whole(tier.value, lang), bound, state))
    columns = (
        either(lang, "Rota", "Tableau"),
        either(lang, "Aim", "But"),
        either(lang, "Value", "Valeur"),
        either(lang, "Proved bound", "Borne prouvée"),
        "",
    )
    text = [said for one, two in pairwise(many) for said in _judged(one, two, lang)]
    if len({figures.places for figures in many}) > 1:
        text.append(
            either(
                lang,
                "They do not have to hold the same number of places: values in points also differ for that reason.",
                "Ils n'ont pas le même nombre de places à tenir : les valeurs en points diffèrent aussi pour cela.",
            )
        )
    return Section(
        either(lang, "What is better, and proved", "Ce qui est meilleur, et prouvé"),
        tuple(text),
        (Table(columns, tuple(rows), frozenset({2, 3})),),
    )


def _judged(one: Figures, two: Figures, lang: Lang) -> Iterator[str]:
    """Tier by tier, until they differ; what comes after answers another question."""
    colon = either(lang, ":", " :")
    for tier in compared(one, two):
        if tier.judgement == "after":
            yield f"{one.name} / {two.name}, {either(lang, 'the aims after it', 'les buts suivants')}{colon} {judged(tier, one.name, two.name, lang)}."
            return
        yield f"{one.name} / {two.name}, {aim(tier.name, lang).lower()}{colon} {judged(tier, one.name, two.name, lang)}."


def _at_a_glance(many: Sequence[Figures], lang: Lang) -> Section:
    def each(name: str, value: "Sequence[str]") -> tuple[str, ...]:
        return (name, *value)

    working = [figures.working for figures in many]
    rows = [
        each(either(lang, "Places to hold", "Places à tenir"), [whole(f.places, lang) for f in many]),
        each(either(lang, "Empty places", "Places vides"), [whole(f.holes, lang) for f in many]),
        each(
            either(lang, "Lines held throughout", "Lignes tenues de bout en bout"),
            [f"{f.lines_kept} / {len(f.lines)}" for f in many],
        ),
        each(
            either(lang, "Fragile lines", "Lignes fragiles"),
            [whole(sum(x.fragile for x in f.lines), lang) for f in many],
        ),
        each(
            either(lang, "People who share them", "Personnes qui les partagent"), [whole(len(w), lang) for w in working]
        ),
        each(
            either(lang, "Wishes granted", "Souhaits exaucés"),
            [f"{sum(p.wishes - p.refused for p in f.people)} / {sum(p.wishes for p in f.people)}" for f in many],
        ),
        each(
            either(lang, "Kilometres", "Kilomètres"),
            [whole(round(sum(p.km for p in f.people) / 100), lang) for f in many],
        ),
        each(either(lang, "Paid", "Payé"), [euros(f.cents, lang) for f in many]),
        each(either(lang, "Without a tariff", "Sans tarif"), [whole(f.unpriced, lang) for f in many]),
        each(either(lang, "Rules broken", "Règles enfreintes"), [whole(f.broken, lang) for f in many]),
    ]
    sectors = sorted({sector for f in many for sector in f.points_by_sector})
    for sector in sectors:
        name = either(lang, "Load carried, ", "Charge portée, ") + SECTORS[sector].to(lang)
        rows.append(
            each(
                name,
                [_percent(f.points_by_sector.get(sector, 0), sum(f.points_by_sector.values()), lang) for f in many],
            )
        )
    columns = ("", *(figures.name for figures in many))
    return Section(
        either(lang, "At a glance", "En bref"), (), (Table(columns, tuple(rows), frozenset(range(1, len(columns)))),)
    )


def _percent(part: int, whole_: int, lang: Lang) -> str:
    return f"{hundredths(round(10_000 * part / whole_) if whole_ else 0, lang)} %"


def _holes(many: Sequence[Figures], lang: Lang) -> Section:
    rows = [
        (
            figures.name,
            line.name,
            whole(len(line.holes), lang),
            ", ".join(line.holes[:4]) + (" …" if len(line.holes) > 4 else ""),
        )
        for figures in many
        for line in sorted(figures.lines, key=lambda line: -len(line.holes))[:SHOWN]
        if line.holes
    ]
    columns = (
        either(lang, "Rota", "Tableau"),
        either(lang, "Line", "Ligne"),
        either(lang, "Empty", "Vides"),
        either(lang, "Days", "Jours"),
    )
    none = () if rows else (either(lang, "No place is empty.", "Aucune place n'est vide."),)
    tables = (Table(columns, tuple(rows), frozenset({2})),) if rows else ()
    return Section(either(lang, "Where the holes are", "Où sont les trous"), none, tables)


def _spread(many: Sequence[Figures], lang: Lang) -> Section:
    rows = []
    for figures in many:
        for category in ("points", "nights", "weekends", "sensitive"):
            values = sorted(getattr(person, category) for person in figures.working)
            if not values:
                continue
            middle, ninth = values[len(values) // 2], values[min(len(values) - 1, len(values) * 9 // 10)]
            name = labels.code(CATEGORY_NAMES, category, lang)
            shown = (hundredths(v, lang) for v in (values[0], middle, ninth, values[-1]))
            rows.append((figures.name, name, *shown, f"{gini(values):.2f}"))
    columns = (
        either(lang, "Rota", "Tableau"),
        "",
        either(lang, "Least", "Le moins"),
        either(lang, "Middle", "Médiane"),
        either(lang, "Ninth of ten", "Neuvième décile"),
        either(lang, "Most", "Le plus"),
        "Gini",
    )
    worst = [
        (
            figures.name,
            person.name,
            hundredths(person.points, lang),
            hundredths(person.points_share, lang),
            signed(person.points - person.points_share, lang),
        )
        for figures in many
        for person in sorted(figures.working, key=lambda p: p.points_share - p.points)[:3]
    ]
    heads = (
        either(lang, "Rota", "Tableau"),
        either(lang, "Furthest above the fair share", "Les plus au-dessus de leur juste part"),
        either(lang, "Points", "Points"),
        either(lang, "Fair share", "Juste part"),
        either(lang, "Difference", "Écart"),
    )
    chart = lorenz_chart(
        [(f.name, lorenz([person.points for person in f.working])) for f in many],
        either(lang, "share of people, least loaded first", "part des personnes, des moins chargées aux plus chargées"),
        either(lang, "share of the load", "part de la charge"),
    )
    return Section(
        either(lang, "Who carries what", "Qui porte quoi"),
        (
            either(
                lang,
                "The curve shows which part of the load the less loaded part of the people carries; the straight line would be everybody alike. Gini sums it up in one number, and says less.",
                "La courbe montre quelle part de la charge porte la part la moins chargée des personnes ; la droite serait l'égalité de tous. Gini la résume en un nombre, et dit moins.",
            ),
        ),
        (Table(columns, tuple(rows), frozenset(range(2, 7))), Table(heads, tuple(worst), frozenset({2, 3, 4}))),
        chart,
    )


def _lives(many: Sequence[Figures], lang: Lang) -> Section:
    tables, text = [], []
    for one, two in pairwise(many):
        found = changes(one, two)
        better, worse = [c for c in found if c.better], [c for c in found if c.worse]
        text.append(
            either(
                lang,
                f"From {one.name} to {two.name}: {len(better)} people carry less of something and more of nothing, {len(worse)} the reverse, {len(found) - len(better) - len(worse)} some of both or the same.",
                f"De {one.name} à {two.name} : {len(better)} personnes portent moins d'une chose et plus d'aucune, {len(worse)} l'inverse, {len(found) - len(better) - len(worse)} un peu des deux ou autant.",
            )
        )
        shown = [*found[: SHOWN // 2], *found[max(SHOWN // 2, len(found) - SHOWN // 2) :]]
        rows = tuple(
            (
                c.name,
                signed(c.points, lang),
                signed(c.nights, lang),
                signed(c.weekends, lang),
                signed(c.sensitive, lang),
                euros(c.cents, lang),
            )
            for c in shown
        )
        heads = (
            either(lang, "Most relieved, then most burdened", "Les plus soulagés, puis les plus alourdis"),
            *(labels.code(CATEGORY_NAMES, c, lang) for c in ("points", "nights", "weekends", "sensitive")),
            either(lang, "Pay", "Paie"),
        )
        tables.append(Table(heads, rows, frozenset(range(1, 6)), f"{one.name} → {two.name}"))
    return Section(either(lang, "Whose life changes", "Pour qui la vie change"), tuple(text), tuple(tables))


def _money(many: Sequence[Figures], lang: Lang) -> Section:
    def table(caption: str, names: Sequence[str], of: "Sequence[dict[str, int]]", words: dict[str, Said]) -> Table:
        rows = tuple(
            (labels.code(words, name, lang), *(euros(sums.get(name, 0), lang) for sums in of)) for name in names
        )
        columns = ("", *(figures.name for figures in many))
        return Table(columns, rows, frozenset(range(1, len(columns))), caption)

    payers = sorted({payer for f in many for payer in f.cents_by_payer})
    statuses = sorted({status for f in many for status in f.cents_by_status})
    return Section(
        either(lang, "Who pays, and whom", "Qui paie, et qui est payé"),
        (),
        (
            table(either(lang, "By payer", "Par payeur"), payers, [f.cents_by_payer for f in many], {}),
            table(either(lang, "By status", "Par statut"), statuses, [f.cents_by_status for f in many], STATUSES),
        ),
    )


def _fragile(many: Sequence[Figures], lang: Lang) -> Section:
    def row(figures: Figures, line: LineFigures) -> tuple[str, ...]:
        return figures.name, line.name, whole(line.pool, lang), whole(line.people, lang), whole(line.places, lang)

    rows = tuple(row(f, line) for f in many for line in sorted(f.lines, key=lambda x: x.pool) if line.fragile)
    columns = (
        either(lang, "Rota", "Tableau"),
        either(lang, "Line", "Ligne"),
        either(lang, "Can hold it", "Peuvent la tenir"),
        either(lang, "Hold it", "La tiennent"),
        either(lang, "Places", "Places"),
    )
    text = either(
        lang,
        "Lines that four people or fewer can hold: the first absence is felt.",
        "Lignes que quatre personnes au plus peuvent tenir : la première absence se sent.",
    )
    chart = None
    if len(many) > 1:
        bars = [(f.name, float(sum(x.fragile for x in f.lines)), str(sum(x.fragile for x in f.lines))) for f in many]
        chart = bars_chart(bars, either(lang, "Fragile lines", "Lignes fragiles"))
    return Section(
        either(lang, "Fragile lines", "Lignes fragiles"), (text,), (Table(columns, rows, frozenset({2, 3, 4})),), chart
    )
