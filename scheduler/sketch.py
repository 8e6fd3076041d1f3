"""Tiny rosters drawn as text: the worlds of the rules' examples and of the tests.

One line per person, one word per day, ``.`` for nothing, ``|`` where the past ends::

    Ana  N | D .
    Bob  . | . DC

The first day drawn is Monday 1 March 2027 unless one says otherwise. Letters are duties of a line of the same name: ``D`` day and ``N`` night on
site at the hospital H (12 h each, from 8 and from 20 h), ``M`` and ``A`` its morning 8-12 and afternoon 12-20, ``C`` on
call from home at night, ``S`` day session at the clinic K, ``P`` a night on site whose place is chosen (``p`` = held
at K).
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from scheduler.facts import Facts, Territory, duty_id, facts_of
from scheduler.roster import Roster, roster_of
from scheduler.rules.base import FIRST_DRAWN
from scheduler.tables import ROW_TYPES, Row, Tables

PERIOD_BY_LETTER = {
    "D": "day",
    "N": "night",
    "M": "morning",
    "A": "afternoon",
    "C": "night",
    "S": "day",
    "P": "night",
    "p": "night",
}
MODALITY_BY_LETTER = {"C": "on_call", "S": "session"}

_WORLD: dict[str, list[dict[str, Any]]] = {
    "sites": [
        {"id": "H", "name": "Hospital", "kind": "public_hospital", "commune": "c1"},
        {"id": "K", "name": "Clinic", "kind": "private_clinic", "commune": "c2"},
    ],
    "periods": [
        {"id": "day", "name": "day", "start": "08:00", "end": "20:00"},
        {"id": "night", "name": "night", "start": "20:00", "end": "08:00", "night": "yes", "pay": "whole_night"},
        {"id": "morning", "name": "morning", "start": "08:00", "end": "12:00", "points": "0.5"},
        {"id": "afternoon", "name": "afternoon", "start": "12:00", "end": "20:00", "points": "0.5"},
    ],
    "lines": [
        {
            "id": letter,
            "name": letter,
            "modality": MODALITY_BY_LETTER.get(letter, "on_site"),
            "periods": PERIOD_BY_LETTER[letter],
            "needed": "0",
            "wished": "3",
            "sites": {"S": "K", "P": "H K"}.get(letter, "H"),
            "site_choice": "daily" if letter == "P" else "fixed",
        }
        for letter in "DNMACSP"
    ],
}
_SAME = {"engagements": ("person",), "pairs": ("first", "second")}
"""What makes two rows the same where the table's own key is too narrow for a drawing: one engagement each."""


def drawn(
    drawing: str,
    tables: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    first_drawn: date = FIRST_DRAWN,
) -> tuple[Facts, Roster]:
    """The world and the roster of a drawing; ``tables`` adds rows, or changes those with the same key."""
    rows = {name: [dict(row) for row in given] for name, given in _WORLD.items()}
    words_by_person = {line.split()[0]: line.split()[1:] for line in drawing.splitlines() if line.strip()}
    for person in words_by_person:
        rows.setdefault("people", []).append({"id": person, "name": person})
        rows.setdefault("engagements", []).append({"person": person, "site": "H", "status": "consultant"})
        rows.setdefault("privileges", []).append({"person": person, "site": "K"})
    past_days = max(words.index("|") if "|" in words else 0 for words in words_by_person.values())
    planned, sites = [], {}
    last = first_drawn
    for person, words in words_by_person.items():
        for offset, word in enumerate(w for w in words if w != "|"):
            day = first_drawn + timedelta(days=offset)
            last = max(last, day)
            for letter in word.replace(".", ""):
                line, period = letter.upper(), PERIOD_BY_LETTER[letter]
                site = "K" if letter == "p" else "H" if letter == "P" else None
                if offset < past_days:
                    past = {"person": person, "line": line, "date": day, "period": period, "site": site}
                    rows.setdefault("history", []).append(past)
                    continue
                planned.append((duty_id(line, day, period), person))
                if site:
                    sites[duty_id(line, day, period)] = site
    for name, given in (tables or {}).items():
        rows[name] = _merged(rows.get(name, []), given, _SAME.get(name, ROW_TYPES[name].KEY))
    territory = Territory(name="sketch", first_day=first_drawn + timedelta(days=past_days), last_day=last)
    built: dict[str, tuple[Row, ...]] = {
        name: tuple(ROW_TYPES[name].model_validate(row) for row in found) for name, found in rows.items()
    }
    facts = facts_of(territory, Tables(**built))  # type: ignore[arg-type]
    chosen = {d.id: sites.get(d.id, d.sites[0]) for d in facts.duties if len(d.sites) > 1}
    return facts, roster_of(planned, chosen)


def _merged(
    rows: list[dict[str, Any]], given: Sequence[Mapping[str, Any]], key: tuple[str, ...]
) -> list[dict[str, Any]]:
    for change in given:
        named = [column for column in key if column in change]
        same = [row for row in rows if named and all(row.get(c) == change[c] for c in named)]
        if same:
            for row in same:
                row.update(change)
        else:
            rows.append(dict(change))
    return rows
