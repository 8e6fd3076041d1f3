"""The territory's days: which are holidays, bridges, school days, sensitive; local time turned into instants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from scheduler.cells import MIDNIGHT_MIN, WEEKDAYS, Days

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Calendar:
    """Dates of one territory. Build it with :func:`calendar_of`."""

    zone: ZoneInfo
    holiday_by_day: dict[date, str]
    school_holidays: frozenset[date]
    sensitive_by_day: dict[date, str]

    def matches(self, day: date, pattern: Days) -> bool:
        """Whether ``day`` belongs to a pattern such as ``mon-fri hol``; an empty pattern has every day.

        A public holiday is ``hol`` and no weekday: 8 May 2027 is not a Saturday for the grid.
        """
        if not pattern:
            return True
        if "term" in pattern and day in self.school_holidays:
            return False
        if set(pattern) == {"term"}:
            return True
        if day in self.holiday_by_day:
            return "hol" in pattern
        return WEEKDAYS[day.weekday()] in pattern or ("bridge" in pattern and self.is_bridge(day))

    def is_bridge(self, day: date) -> bool:
        """The Monday before a holiday, or the Friday or Saturday right after one (art. R. 6315-1 CSP)."""
        if day in self.holiday_by_day:
            return False
        if day.weekday() == 0:
            return day + ONE_DAY in self.holiday_by_day
        if day.weekday() == SATURDAY - 1:
            return day - ONE_DAY in self.holiday_by_day
        if day.weekday() == SATURDAY:
            return day - ONE_DAY in self.holiday_by_day or day - 2 * ONE_DAY in self.holiday_by_day
        return False

    def instant(self, day: date, minutes: int) -> datetime:
        """UTC instant of so many wall-clock minutes after local midnight of ``day`` (may pass midnight)."""
        days, rest = divmod(minutes, MIDNIGHT_MIN)
        local = datetime.combine(day + days * ONE_DAY, datetime.min.time(), self.zone)
        return local.replace(hour=rest // 60, minute=rest % 60).astimezone(UTC)

    def local(self, instant: datetime) -> datetime:
        """The wall clock at an instant."""
        return instant.astimezone(self.zone)


def weekend_of(day: date) -> date | None:
    """The Saturday of the weekend a date belongs to; None from Monday to Friday."""
    return day - (day.weekday() - SATURDAY) * ONE_DAY if day.weekday() >= SATURDAY else None


def days_between(first: date, last: date) -> Iterable[date]:
    """Every date from ``first`` to ``last``, both included."""
    for offset in range((last - first).days + 1):
        yield first + offset * ONE_DAY


ALSACE_MOSELLE = ("57", "67", "68", "6AE")
"""Moselle, Bas-Rhin, Haut-Rhin and Alsace: two days more than elsewhere."""
GOOD_FRIDAY = "Vendredi saint"
NO_HOLIDAYS = "none"
"""The holiday region of a territory that counts plain weekdays."""


def holiday_names(region: str, years: range, *, good_friday: bool) -> dict[date, str]:
    """Public holidays of France in a holiday region: ``FR``, a département of Alsace-Moselle, or overseas (``974``);
    ``none`` has no holidays.

    Good Friday is one in Alsace-Moselle only in communes with a Protestant or mixed church: ``good_friday`` says so.
    """
    if region == NO_HOLIDAYS:
        return {}
    subdivision = {"FR": None, "67": "6AE", "68": "6AE"}.get(region, region)
    names = dict(holidays.country_holidays("FR", subdiv=subdivision, years=years, language="fr"))
    fridays = [monday - 3 * ONE_DAY for monday, name in names.items() if "Pâques" in name]
    for friday in fridays:
        names.pop(friday, None)
    return names | dict.fromkeys(fridays if good_friday else (), GOOD_FRIDAY)


def known_region(region: str) -> bool:
    """Whether a holiday region can be used. ``GES`` is not: it would silently lose the days of Alsace-Moselle."""
    known = {"FR", NO_HOLIDAYS, *ALSACE_MOSELLE, *holidays.country_holidays("FR").subdivisions} - {"GES"}
    return region in known
