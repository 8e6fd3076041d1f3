"""What one cell of a table may hold: how it is read from text and how it is written back.

Every type accepts what a French or an English spreadsheet writes (``31/12/2026`` or ``2026-12-31``,
``0,5`` or ``0.5``, ``oui`` or ``yes``) and has one canonical text, so that a table survives a round trip.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from scheduler.words import Said

MIDNIGHT_MIN = 24 * 60
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_TOKENS = (*WEEKDAYS, "hol", "bridge", "term")
_FRENCH_DAYS = dict(zip(("lun", "mar", "mer", "jeu", "ven", "sam", "dim"), WEEKDAYS, strict=True))
_FRENCH_DAYS |= {"fer": "hol", "férié": "hol", "ferie": "hol", "pont": "bridge", "scolaire": "term"}
_YES = {"yes", "y", "true", "1", "oui", "o", "vrai", "x"}
_NO = {"no", "n", "false", "0", "non", "faux"}


class Unreadable(ValueError):
    """A cell that cannot be read: what was expected, in both languages, and what was perhaps meant."""

    def __init__(self, en: str, fr: str, maybe: str = "") -> None:
        super().__init__(en)
        self.expected, self.maybe = Said(en, fr), maybe


def read_day(value: object) -> object:
    """A date from ``2026-12-31`` or ``31/12/2026``; the day comes first in the second form."""
    if not isinstance(value, str):
        return value.date() if isinstance(value, datetime) else value
    text = value.strip()
    french = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", text)
    if not french and not iso:
        raise Unreadable(
            "a date was expected, as 2027-05-31 or 31/05/2027",
            "une date était attendue, comme 31/05/2027 ou 2027-05-31",
        )
    parts = iso or french
    assert parts is not None
    numbers = [int(n) for n in parts.groups()]
    year, month, day = numbers if iso else numbers[::-1]
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("there is no such date", "cette date n'existe pas", _nearest_day(year, month, day)) from None


def _nearest_day(year: int, month: int, day: int) -> str:
    """The last day of the month, or the date with day and month swapped; empty when neither makes sense."""
    if 1 <= month <= 12 and 28 < day <= 31 and 1 <= year <= 9999:
        last = 31
        while last > 27:
            try:
                return date(year, month, last).isoformat()
            except ValueError:
                last -= 1
    if 1 <= day <= 12 < month <= 31:
        return f"{year:04}-{day:02}-{month:02}"
    return ""


def read_flag(value: object) -> object:
    """A yes or a no, in either language."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if text in _YES | _NO:
        return text in _YES
    raise Unreadable("yes or no was expected", "oui ou non était attendu")


def read_whole(value: object) -> object:
    """A whole number; ``3,0`` and ``3.0`` are whole, ``3.5`` is not."""
    if not isinstance(value, str):
        return value
    number = _decimal(value)
    if number != number.to_integral_value():
        raise Unreadable("a whole number was expected", "un nombre entier était attendu")
    return int(number)


def read_number(value: object) -> object:
    """A decimal number, with a point or a comma."""
    return float(_decimal(value)) if isinstance(value, str) else value


def read_hundredths(value: object) -> object:
    """A number with at most two decimals, kept as a whole number of hundredths: ``422,03`` → 42203."""
    if not isinstance(value, str):
        return value
    number = _decimal(value) * 100
    if number != number.to_integral_value():
        raise Unreadable("at most two decimals were expected", "deux décimales au plus étaient attendues")
    return int(number)


def _decimal(text: str) -> Decimal:
    plain = re.sub(r"[\s\u00a0\u202f€]", "", text).replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise Unreadable("a number was expected", "un nombre était attendu") from None
    if not number.is_finite() or abs(number) > 10**12:
        raise Unreadable("a number of reasonable size was expected", "un nombre raisonnable était attendu")
    return number


def read_list(value: object) -> object:
    """Several words in one cell, separated by spaces, bars, commas or semicolons."""
    return tuple(re.split(r"[\s|,;]+", value.strip())) if isinstance(value, str) else value


def read_days(value: object) -> object:
    """A pattern of days: ``mon-fri``, ``sat sun hol``, ``lun-ven``; always in the order of the week.

    ``hol`` are public holidays (a holiday on a Saturday is a holiday, not a Saturday), ``bridge`` the Monday
    before and the Friday and Saturday after a holiday, ``term`` leaves school holidays out.
    """
    if not isinstance(value, str):
        return value
    found: set[str] = set()
    for word in re.split(r"[\s|,;]+", value.strip().lower()):
        ends = [_FRENCH_DAYS.get(part, part) for part in word.split("-")]
        if len(ends) == 2 and all(end in WEEKDAYS for end in ends):
            first, last = (WEEKDAYS.index(end) for end in ends)
            if first > last:
                raise Unreadable("the first day comes after the last", "le premier jour vient après le dernier")
            found.update(WEEKDAYS[first : last + 1])
        elif len(ends) == 1 and ends[0] in DAY_TOKENS:
            found.add(ends[0])
        else:
            raise Unreadable(
                f"days were expected, from {' '.join(DAY_TOKENS)}",
                f"des jours étaient attendus, parmi {' '.join(DAY_TOKENS)}",
                "mon-fri",
            )
    return tuple(token for token in DAY_TOKENS if token in found)


def read_clock(value: object) -> object:
    """Minutes after local midnight of the duty's date; past 24:00 is the next morning (``24:00-32:00``), up to four days
    (a weekend from Friday 18:00 to Monday 08:00 ends at ``80:00``)."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"(\d{1,2})[:hH](\d{2})?(?::00)?", value.strip())
    minutes = int(match[1]) * 60 + int(match[2] or 0) if match else -1
    if not match or int(match[2] or 0) > 59 or minutes > 4 * MIDNIGHT_MIN:
        raise Unreadable(
            "a time was expected, as 20:00 (up to 48:00 for the next day, 96:00 for a block of days)",
            "une heure était attendue, comme 20:00 (jusqu'à 48:00 pour le lendemain, 96:00 pour plusieurs jours)",
        )
    return minutes


def written(value: object, unit: str | None = None) -> str:
    """The canonical text of a cell; ``unit`` is ``clock``, ``hundredths`` or nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if unit == "clock" and isinstance(value, int):
        return f"{value // 60:02}:{value % 60:02}"
    if unit == "hundredths" and isinstance(value, int):
        return f"{Decimal(value) / 100:f}"
    if isinstance(value, tuple):
        return " ".join(str(part) for part in value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,60}$", strip_whitespace=True)]
"""A short name: letters, digits, ``-`` and ``_``."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
Words = Annotated[tuple[Id, ...], BeforeValidator(read_list)]
Day = Annotated[date, BeforeValidator(read_day)]
Days = Annotated[tuple[str, ...], BeforeValidator(read_days)]
Flag = Annotated[bool, BeforeValidator(read_flag)]
Whole = Annotated[int, BeforeValidator(read_whole)]
Number = Annotated[float, BeforeValidator(read_number)]
Hundredths = Annotated[int, BeforeValidator(read_hundredths), Field(json_schema_extra={"unit": "hundredths"})]
Clock = Annotated[int, BeforeValidator(read_clock), Field(json_schema_extra={"unit": "clock"})]
