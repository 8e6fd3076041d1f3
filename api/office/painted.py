"""Availability as a month painted day by day, and as rows of the tables: from one to the other, losing nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import get_args

from scheduler.calendar import days_between
from scheduler.tables import Consent, Offer, Row, Wish, WishKind

PAINTED: tuple[WishKind, ...] = ("cannot", "rather_not", "would_like")
"""What a day may be painted; a day that is not is available."""
SHOWN = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun", "hol"})
"""Days of a standing wish that the page can show; bridges and school days it keeps as they are."""
STANDING: tuple[WishKind, ...] = get_args(WishKind)


@dataclass(frozen=True, slots=True)
class Painted:
    """What somebody says, as a page shows it."""

    days: Mapping[date, WishKind]
    standing: tuple[Wish, ...]
    """Wishes by days of the week, on any date."""
    offer: Offer | None
    sites: frozenset[str]
    """Where they consent to be placed, on all lines."""
    others: Mapping[str, tuple[Row, ...]]
    """What the page does not show: absences, wishes for some lines or periods, consents for some. It is kept as it is."""


def _is_painted(row: Wish) -> bool:
    plain = not (row.days or row.periods or row.lines) and row.weight == 1
    return plain and row.wish in PAINTED and row.first_day is not None and row.last_day is not None


def _is_standing(row: Wish) -> bool:
    return (
        bool(row.days)
        and set(row.days) <= SHOWN
        and not (row.periods or row.lines or row.first_day or row.last_day)
        and row.weight == 1
    )


def _is_plain(row: Consent) -> bool:
    return not (row.lines or row.periods or row.first_day or row.last_day)


def painted(rows: Mapping[str, Sequence[Row]]) -> Painted:
    """Rows of the tables absences, wishes, offers and consents of one person, as a page shows them."""
    wishes = [row for row in rows.get("wishes", ()) if isinstance(row, Wish)]
    consents = [row for row in rows.get("consents", ()) if isinstance(row, Consent)]
    offers = [row for row in rows.get("offers", ()) if isinstance(row, Offer)]
    days: dict[date, WishKind] = {}
    for row in wishes:
        if _is_painted(row):
            assert row.first_day is not None
            assert row.last_day is not None
            days |= dict.fromkeys(days_between(row.first_day, row.last_day), row.wish)
    return Painted(
        days,
        tuple(row for row in wishes if _is_standing(row)),
        offers[0] if offers else None,
        frozenset(row.site for row in consents if _is_plain(row)),
        {
            "absences": tuple(rows.get("absences", ())),
            "wishes": tuple(row for row in wishes if not _is_painted(row) and not _is_standing(row)),
            "consents": tuple(row for row in consents if not _is_plain(row)),
        },
    )


def rows_of(person: str, said: Painted) -> dict[str, list[Row]]:
    """The rows that :func:`painted` shows so; days in a row that are painted the same are one row."""
    wishes: list[Row] = [
        Wish(person=person, wish=kind, first_day=first, last_day=last) for kind, first, last in _runs(said.days)
    ]
    return {
        "absences": list(said.others.get("absences", ())),
        "wishes": [*wishes, *said.standing, *said.others.get("wishes", ())],
        "offers": [said.offer] if said.offer else [],
        "consents": [
            *(Consent(person=person, site=site) for site in sorted(said.sites)),
            *said.others.get("consents", ()),
        ],
    }


def _runs(days: Mapping[date, WishKind]) -> Iterable[tuple[WishKind, date, date]]:
    """Days in a row that are painted the same: kind, first, last."""
    in_order = sorted(days)
    for _, run in groupby(enumerate(in_order), key=lambda at: (days[at[1]], at[1] - timedelta(days=at[0]))):
        found = [day for _, day in run]
        yield days[found[0]], found[0], found[-1]
