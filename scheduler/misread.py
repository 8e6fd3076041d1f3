"""What pydantic found wrong with a value, in the words of the house and both languages."""

from collections.abc import Iterable, Mapping
from typing import Any

from scheduler.cells import Unreadable
from scheduler.findings import nearest
from scheduler.words import Said

_WHOLE = Said("a whole number was expected", "un nombre entier était attendu")
_NUMBER = Said("a number was expected", "un nombre était attendu")
_DAY = Said("a date was expected, as 2027-05-31", "une date était attendue, comme 2027-05-31")
_INSTANT = Said(
    "an instant with its offset from UTC was expected, as 2027-05-31T20:00:00Z",
    "un instant avec son décalage à l'UTC était attendu, comme 2027-05-31T20:00:00Z",
)
_KINDS: Mapping[str, Said] = {
    "missing": Said("a value was expected", "une valeur était attendue"),
    "extra_forbidden": Said("this name is not known here", "ce nom n'est pas connu ici"),
    "json_invalid": Said("JSON was expected", "du JSON était attendu"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": Said("yes or no was expected", "oui ou non était attendu"),
    "bool_parsing": Said("yes or no was expected", "oui ou non était attendu"),
    "string_type": Said("a text was expected", "un texte était attendu"),
    "list_type": Said("a list was expected", "une liste était attendue"),
    "dict_type": Said("names with their values were expected", "des noms avec leurs valeurs étaient attendus"),
    "model_attributes_type": Said(
        "names with their values were expected", "des noms avec leurs valeurs étaient attendus"
    ),
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": _INSTANT,
}
_LIMITS: Mapping[str, tuple[str, str, str]] = {
    "greater_than_equal": ("ge", "at least {} was expected", "au moins {} était attendu"),
    "less_than_equal": ("le", "at most {} was expected", "au plus {} était attendu"),
    "greater_than": ("gt", "more than {} was expected", "plus de {} était attendu"),
    "less_than": ("lt", "less than {} was expected", "moins de {} était attendu"),
    "string_too_long": ("max_length", "at most {} characters were expected", "au plus {} caractères étaient attendus"),
    "string_too_short": (
        "min_length",
        "at least {} characters were expected",
        "au moins {} caractères étaient attendus",
    ),
    "too_long": ("max_length", "at most {} of them were expected", "au plus {} étaient attendus"),
    "too_short": ("min_length", "at least {} of them were expected", "au moins {} étaient attendus"),
}


def misread(error: Mapping[str, Any], found: object = None, known: Iterable[str] = ()) -> tuple[Said, str]:
    """What was expected, and what was maybe meant, of one of ``ValidationError.errors()``; ``known`` are the names of its fields."""
    kind, ctx = str(error["type"]), error.get("ctx", {})
    raised = ctx.get("error")
    if isinstance(raised, Unreadable):
        return raised.expected, raised.maybe
    if kind in ("literal_error", "enum"):
        choices = str(ctx["expected"]).replace(" or ", ", ").replace("'", "")
        said = Said(f"one of {choices} was expected", f"une valeur parmi {choices} était attendue")
        return said, nearest(str(found), choices.split(", "))
    if kind == "extra_forbidden":
        return _KINDS[kind], nearest(str(error["loc"][0]), known)
    if kind == "string_pattern_mismatch" and "A-Z" in str(ctx.get("pattern")):
        return Said(
            "a short name of letters, digits, - and _ was expected",
            "un nom court de lettres, chiffres, - et _ était attendu",
        ), ""
    if kind == "value_error":
        return Said(str(raised), str(raised)), ""
    if kind in _LIMITS:
        name, en, fr = _LIMITS[kind]
        return Said(en.format(ctx[name]), fr.format(ctx[name])), ""
    other = Said(f"another value was expected ({error['msg']})", f"une autre valeur était attendue ({error['msg']})")
    return _KINDS.get(kind, other), ""
