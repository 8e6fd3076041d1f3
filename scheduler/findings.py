"""What is wrong with a user's data: where, what was found, what was expected, what was maybe meant.

::

    ScenarioError          the user's data: carries every finding
    EngineError            ours: a bug; carries what a report needs
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from scheduler.words import Lang, Said


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (``error``) or to look at (``warning``)."""

    expected: Said
    where: str
    """File or sheet, or the thing it is about."""
    row: int | None = None
    """Number of the row as a spreadsheet shows it: the header is row 1."""
    column: str | None = None
    found: str | None = None
    maybe: str = ""
    severity: Literal["error", "warning"] = "error"

    def to(self, lang: Lang) -> str:
        """The finding on one line."""
        row, column = ("ligne", "colonne") if lang == "fr" else ("row", "column")
        place = self.where
        if self.row is not None:
            place += f" {row} {self.row}"
        if self.column is not None:
            place += f", {column} `{self.column}`"
        found = (
            ""
            if self.found is None
            else f" `{_shown(self.found)}`:"
            if lang == "en"
            else f" « {_shown(self.found)} » :"
        )
        maybe = f" {'Peut-être' if lang == 'fr' else 'Maybe'} {self.maybe} ?" if self.maybe else ""
        colon = " :" if lang == "fr" else ":"
        return f"{place}{colon}{found} {self.expected.to(lang)}.{maybe if lang == 'fr' else maybe.replace(' ?', '?')}"


def _shown(text: str) -> str:
    """A value fit for a terminal: short, and without control or direction characters."""
    plain = "".join(c if c.isprintable() and not 0x202A <= ord(c) <= 0x2069 else "·" for c in text)
    return plain if len(plain) <= 60 else plain[:57] + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one; empty when none is."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


class ScenarioError(Exception):
    """A scenario that cannot be used, with everything that is wrong with it."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(f.to("en") for f in self.findings))


class EngineError(Exception):
    """The engine contradicts itself: a bug of ours, never the user's fault."""
