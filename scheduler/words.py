"""A sentence in the languages of the product, kept together so that one never drifts from the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from babel.dates import format_date
from babel.numbers import format_decimal

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, in English and in French."""

    en: str
    fr: str

    def to(self, lang: Lang) -> str:
        """The sentence in one language."""
        return self.fr if lang == "fr" else self.en


MODALITIES: dict[str, Said] = {
    "on_site": Said("on site", "garde sur place"),
    "on_call": Said("on call from home", "astreinte"),
    "mixed": Said("on site, then on call", "garde puis astreinte"),
    "session": Said("session", "vacation"),
}


def same(text: str) -> Said:
    """A name or a code, which is not translated."""
    return Said(text, text)


def said_day(day: date) -> Said:
    """A date as people say it: ``Sat 1 May 2027`` and ``sam. 1 mai 2027``."""
    return Said(format_date(day, "EEE d MMM y", locale="en"), format_date(day, "EEE d MMM y", locale="fr"))


def said_days(pattern: Sequence[str]) -> Said:
    """A pattern of days in words: ``sat hol`` → "Saturdays and public holidays", "les samedis et jours fériés"."""
    known = [_DAYS.get(word, same(word)) for word in pattern]
    ands = Said(" and ", " et ")
    en, fr = (
        ands.to(lang).join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
        for lang, names in ((lang, [said.to(lang) for said in known]) for lang in LANGS[::-1])
    )
    return Said(en, f"les {fr}" if fr else "")


_DAYS = {
    "mon": Said("Mondays", "lundis"),
    "tue": Said("Tuesdays", "mardis"),
    "wed": Said("Wednesdays", "mercredis"),
    "thu": Said("Thursdays", "jeudis"),
    "fri": Said("Fridays", "vendredis"),
    "sat": Said("Saturdays", "samedis"),
    "sun": Said("Sundays", "dimanches"),
    "hol": Said("public holidays", "jours fériés"),
    "bridge": Said("bridge days", "ponts"),
    "term": Said("days out of school holidays", "jours hors vacances scolaires"),
}


def said_hundredths(value: int) -> Said:
    """A number kept in hundredths (points, euros), without useless decimals: 1450 → 14.5 and 14,5."""
    return Said(
        format_decimal(value / 100, "#,##0.##", locale="en"),
        format_decimal(value / 100, "#,##0.##", locale="fr"),
    )


def counted(number: int, one: Said, many: Said) -> Said:
    """A number and what is counted: English has "0 duties" where French has "0 garde"."""
    return Said(f"{number} {one.en if number == 1 else many.en}", f"{number} {one.fr if number < 2 else many.fr}")


def joined(parts: tuple[str, ...]) -> str:
    """A list in a sentence; the comma serves both languages."""
    return ", ".join(parts)
