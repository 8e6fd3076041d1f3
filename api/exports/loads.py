"""Who carries what against which fair share: one group of peers after the other, figures and bars."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from api.exports import labels
from api.exports.labels import STATUSES, say
from scheduler.fairness import CATEGORIES, Category
from scheduler.report import PersonRow, Report
from scheduler.words import Lang, joined


@dataclass(frozen=True, slots=True)
class Bar:
    """Points of a person on the scale of everybody, in thousandths: load with balance, and the fair share."""

    reached: int
    share: int
    title: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One category for one person."""

    load: str
    share: str
    excess: str


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a group."""

    name: str
    status: str
    duties: str
    figures: tuple[Figures, ...]
    bar: Bar
    granted: str
    refused: str
    pay: str
    unpriced: str
    """How many duties no tariff prices; empty for none."""


@dataclass(frozen=True, slots=True)
class Group:
    """People who are compared, those furthest above their fair share first."""

    name: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """Points at the two ends of the bars, in hundredths."""

    least: int
    most: int

    def at(self, value: int) -> int:
        """Where so many hundredths are, in thousandths of the scale."""
        return round(1000 * (value - self.least) / (self.most - self.least))


def excess(row: PersonRow, category: Category) -> int:
    """Load with the balance carried over, above (or below) the fair share."""
    return row.load[category] + row.carried[category] - row.share[category]


def in_order(report: Report) -> Iterator[tuple[str, list[PersonRow]]]:
    """Groups in the order of their first member; in each, the furthest above the fair share of points first."""
    first = {row.group: n for n, row in reversed(list(enumerate(report.people)))}
    rows = sorted(report.people, key=lambda row: (first[row.group], -excess(row, "points"), row.name, row.person))
    for group, members in groupby(rows, key=lambda row: row.group):
        yield group, list(members)


def scale_of(report: Report) -> Scale:
    """One scale for everybody, so that lengths compare; it always has zero."""
    reached = [row.load["points"] + row.carried["points"] for row in report.people]
    shares = [row.share["points"] for row in report.people]
    return Scale(min(0, *reached, *shares), max(100, *reached, *shares))


def groups(report: Report, lang: Lang) -> tuple[Group, ...]:
    """Everybody, by group."""
    scale = scale_of(report)
    return tuple(
        Group(labels.group(group, lang), tuple(_member(row, scale, lang) for row in members))
        for group, members in in_order(report)
    )


def _member(row: PersonRow, scale: Scale, lang: Lang) -> Member:
    reached, share = row.load["points"] + row.carried["points"], row.share["points"]
    title = say("bar_title", lang).format(row.name, labels.hundredths(reached, lang), labels.hundredths(share, lang))
    return Member(
        name=row.name,
        status=joined(tuple(labels.code(STATUSES, status, lang) for status in row.statuses)),
        duties=labels.whole(len(row.duties), lang),
        figures=tuple(
            Figures(
                _load(row.load[category], category, lang),
                labels.hundredths(row.share[category], lang),
                labels.signed(excess(row, category), lang),
            )
            for category in CATEGORIES
        ),
        bar=Bar(scale.at(reached), scale.at(share), title),
        granted=labels.whole(row.wishes - row.refused, lang),
        refused=labels.whole(row.refused, lang),
        pay=labels.euros(row.pay_cents, lang),
        unpriced=labels.whole(row.unpriced, lang) if row.unpriced else "",
    )


def _load(value: int, category: Category, lang: Lang) -> str:
    return labels.hundredths(value, lang) if category == "points" else labels.whole(value // 100, lang)
