"""Names short enough for a cell of the board, and still of one person or site only."""

from collections import Counter
from collections.abc import Mapping

from scheduler.report import Report

_TITLES = frozenset({"dr", "pr", "docteur", "professeur", "m", "mme"})
_PARTICLES = frozenset(
    {"ben", "bin", "da", "de", "del", "della", "der", "di", "dos", "du", "el", "la", "le", "van", "von"}
)
_LONGEST = 24


def short_names(name_by_id: Mapping[str, str]) -> dict[str, str]:
    """The family name of everybody; with initials, in full or with the id where that would be of several people.

    Who has no name is called by the id.
    """
    forms = {person: _forms(name or person) for person, name in name_by_id.items()}
    counts = [Counter(form[level].casefold() for form in forms.values()) for level in range(3)]
    short = {
        person: next((f for f, count in zip(form, counts, strict=True) if count[f.casefold()] == 1), form[-1])
        for person, form in forms.items()
    }
    borne = Counter(name.casefold() for name in short.values())
    return {person: name if borne[name.casefold()] == 1 else f"{name} ({person})" for person, name in short.items()}


def _forms(name: str) -> tuple[str, str, str]:
    """Family name, initials and family name, full name; none longer than a cell bears."""
    family = family_name(name)
    given = [word for word in _words(name) if word not in family.split()]
    initials = "".join(f"{word[0]}. " for word in given)
    return _cut(family), _cut(initials + family), _cut(name)


def family_name(name: str) -> str:
    """What is likely the family name: the words in capitals (DUPONT Marie), else the last, with its particles."""
    words = _words(name)
    capitals = [word for word in words if word.isupper() and len(word) > 1 and not word.endswith(".")]
    if capitals and len(capitals) < len(words):
        return " ".join(capitals)
    first = max(len(words) - 1, 0)
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    return " ".join(words[first:])


def _words(name: str) -> list[str]:
    words = name.split()
    titled = len(words) > 1 and words[0].rstrip(".").lower() in _TITLES
    return words[1:] if titled else words


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def site_ids(report: Report) -> dict[str, str]:
    """The id of every site on the board, by its name; sites of the same name are left out."""
    others = {row.person for row in report.people} | {row.line for row in report.board}
    names = Counter(name for id_, name in report.name_by_id.items() if id_ not in others)
    return {name: id_ for id_, name in report.name_by_id.items() if id_ not in others and names[name] == 1}
