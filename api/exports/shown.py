"""What the page and the document show of a rota in one language: plain text and figures, ready to be laid out."""

from dataclasses import dataclass

from api.exports import labels
from api.exports.boards import Block, blocks, mark_key, period_key, site_key
from api.exports.labels import AIMS, CATEGORY_NAMES, say
from api.exports.loads import Group, groups, scale_of
from api.exports.sums import Payer, Sum, payers, sums, total
from scheduler.fairness import CATEGORIES
from scheduler.report import Report, TierRow
from scheduler.words import Lang

HUNDREDTHS = ("worst_off", "evenness")
"""Tiers whose points are kept in hundredths."""
Key = tuple[tuple[str, str], ...]
"""Short word or figure, and what it means."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One tier: figures, proved or not, and a sentence."""

    name: str
    reached: str
    bound: str
    proven: bool
    said: str


@dataclass(frozen=True, slots=True)
class Empty:
    """A hole and its reasons."""

    duty: str
    missing: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Law:
    """A rule in force."""

    statement: str
    strength: str
    cites: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole rota."""

    lang: Lang
    text: dict[str, str]
    """Titles and columns."""
    territory: str
    span: str
    times: str
    counts: Key
    broken: tuple[str, ...]
    holes: tuple[Empty, ...]
    aims: tuple[Aim, ...]
    blocks: tuple[Block, ...]
    sites: Key
    periods: Key
    marks: Key
    categories: tuple[str, ...]
    groups: tuple[Group, ...]
    least: str
    """Points at the left end of the bars …"""
    most: str
    """… and at the right end."""
    zero: int
    """Where zero is on that scale, in thousandths."""
    payers: tuple[Payer, ...]
    by_payer: tuple[Sum, ...]
    by_site: tuple[Sum, ...]
    by_status: tuple[Sum, ...]
    total: Sum
    rules: tuple[Law, ...]
    footer: Key


def shown(report: Report, lang: Lang) -> Shown:
    """Everything in one language."""
    scale = scale_of(report)
    return Shown(
        lang=lang,
        text=labels.texts(lang),
        territory=report.territory,
        span=labels.span(report.first_day, report.last_day, lang),
        times=say("times", lang).format(report.timezone),
        counts=_counts(report, lang),
        broken=tuple(said.to(lang) for said in report.forbidden),
        holes=tuple(
            Empty(
                hole.said.to(lang),
                say("missing", lang).format(hole.missing),
                tuple(reason.to(lang) for reason in hole.reasons),
            )
            for hole in report.holes
        ),
        aims=tuple(_aim(tier, lang) for tier in report.tiers),
        blocks=blocks(report, lang),
        sites=site_key(report),
        periods=period_key(report, lang),
        marks=mark_key(report, lang),
        categories=tuple(labels.code(CATEGORY_NAMES, category, lang) for category in CATEGORIES),
        groups=groups(report, lang),
        least=labels.hundredths(scale.least, lang),
        most=labels.hundredths(scale.most, lang),
        zero=scale.at(0),
        payers=payers(report, lang),
        by_payer=sums(report, "payer", lang),
        by_site=sums(report, "site", lang),
        by_status=sums(report, "status", lang),
        total=total(report, lang),
        rules=tuple(Law(said.to(lang), _strength(weight, lang), cites) for said, cites, weight in report.rules),
        footer=(
            (say("scenario", lang), report.name),
            (say("input", lang), report.input_sha256),
            (say("seed", lang), say("no_seed", lang) if report.seed is None else str(report.seed)),
        ),
    )


def _counts(report: Report, lang: Lang) -> Key:
    number = {name: labels.whole(count, lang) for name, count in report.counts.items()}
    return (
        (f"{number['filled']} / {number['places']}", say("places_count", lang)),
        (number["duties"], say("duties_count", lang)),
        (number["lines"], say("lines_count", lang)),
        (number["people"], say("people_count", lang)),
    )


def _aim(tier: TierRow, lang: Lang) -> Aim:
    figure = labels.hundredths if tier.name in HUNDREDTHS else labels.whole
    return Aim(
        name=labels.code(AIMS, tier.name, lang),
        reached=figure(tier.value, lang),
        bound="–" if tier.bound is None else figure(tier.bound, lang),
        proven=tier.proven,
        said=tier.said.to(lang),
    )


def _strength(weight: int | None, lang: Lang) -> str:
    return say("never_broken", lang) if weight is None else say("weighs", lang).format(labels.whole(weight, lang))
