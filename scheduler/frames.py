"""Rotas and what they pay as pandas frames, for whoever analyses. Money in cents, loads in hundredths, minutes elapsed."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from scheduler.actuals import Done
from scheduler.facts import Facts
from scheduler.figures import Figures
from scheduler.pay import Statement
from scheduler.roster import Roster, site_of
from scheduler.service import service_table

if TYPE_CHECKING:
    from collections.abc import Sequence

STATEMENT = {
    "person": "id",
    "name": "",
    "date": "of the duty; of additional time, the last planned day of its month",
    "line": "empty for additional time",
    "period": "pay period",
    "site": "where",
    "status": "of the engagement used",
    "modality": "",
    "item": "indemnity, on_call_part or additional_time",
    "payer": "",
    "cents": "euro cents",
    "halves": "half-periods of additional time",
    "legal_ref": "the text",
    "source": "",
}
"""Columns of :func:`statement_frame`."""


def statement_frame(facts: Facts, statement: Statement) -> pd.DataFrame:
    """One row per payer and thing paid; columns as :data:`STATEMENT`."""
    rows = [
        (
            item.person,
            facts.name(item.person),
            item.date,
            item.line,
            item.period,
            item.site,
            item.status,
            item.modality,
            item.kind,
            item.payer,
            item.cents,
            item.halves,
            item.tariff.legal_ref,
            item.tariff.source,
        )
        for item in statement.items
    ]
    return pd.DataFrame(rows, columns=list(STATEMENT))


def roster_frame(facts: Facts, roster: Roster) -> pd.DataFrame:
    """One row per assignment: duty, line, period, site, person, date, start and end (UTC), points (hundredths), night, weekend."""
    rows = []
    for duty_id, person in sorted(roster.assignments):
        duty = facts.duty_by_id[duty_id]
        rows.append(
            {
                "duty": duty_id,
                "line": duty.line,
                "period": duty.period,
                "site": site_of(duty, roster),
                "person": person,
                "date": duty.date,
                "start": duty.start,
                "end": duty.end,
                "points": duty.points,
                "night": duty.night,
                "weekend": duty.weekend is not None or duty.holiday is not None,
            }
        )
    columns = ["duty", "line", "period", "site", "person", "date", "start", "end", "points", "night", "weekend"]
    return pd.DataFrame(rows, columns=columns)


def people_frame(figures: Figures) -> pd.DataFrame:
    """One row per person; columns as :class:`scheduler.figures.PersonFigures`."""
    return pd.DataFrame([person.model_dump() for person in figures.people])


def lines_frame(figures: Figures) -> pd.DataFrame:
    """One row per line: places, holes (a number), pool, people, points, fragile."""
    rows = [
        {
            "line": line.line,
            "name": line.name,
            "sites": " ".join(line.sites),
            "places": line.places,
            "holes": len(line.holes),
            "pool": line.pool,
            "people": line.people,
            "points": line.points,
            "fragile": line.fragile,
        }
        for line in figures.lines
    ]
    return pd.DataFrame(rows)


def figures_row(figures: Figures) -> dict[str, Any]:
    """One rota in one row: counts, euros in cents, and each tier with its bound (empty: nothing proved)."""
    working = figures.working
    row: dict[str, Any] = {
        "name": figures.name,
        "places": figures.places,
        "holes": figures.holes,
        "lines": len(figures.lines),
        "lines_kept": figures.lines_kept,
        "fragile_lines": sum(line.fragile for line in figures.lines),
        "people": len(working),
        "nights_most": max((person.nights for person in working), default=0),
        "weekends_most": max((person.weekends for person in working), default=0),
        "points_most_beyond_share": max((person.points - person.points_share for person in working), default=0),
        "wishes": sum(person.wishes for person in figures.people),
        "wishes_refused": sum(person.refused for person in figures.people),
        "km": sum(person.km for person in figures.people),
        "cents": figures.cents,
        "unpriced": figures.unpriced,
    }
    for tier in figures.tiers:
        row[f"{tier.name}"], row[f"{tier.name}_bound"] = tier.value, tier.bound
    return row


def figures_frame(many: "Sequence[Figures]") -> pd.DataFrame:
    """One row per rota; columns as :func:`figures_row`."""
    return pd.DataFrame([figures_row(figures) for figures in many])


def service_frame(facts: Facts, roster: Roster, done: Done | None = None) -> pd.DataFrame:
    """The monthly service table; columns as :class:`scheduler.service.ServiceMonth`, with the person's name."""
    rows = service_table(facts, roster, done.call_in_minutes if done else None, done.hours if done else None)
    frame = pd.DataFrame([asdict(row) for row in rows])
    if len(frame):
        frame.insert(1, "name", [facts.name(person) for person in frame["person"]])
    return frame


def held_frame(facts: Facts, roster: Roster) -> pd.DataFrame:
    """The named list of duties done, for the Ordre (R. 6315-4 CSP, within one month): name, RPPS, line, place, local times."""
    rows = []
    for duty in facts.duties:
        for person in roster.people_on(duty.id):
            who = facts.person_by_id[person]
            start, end = (facts.calendar.local(i).replace(tzinfo=None) for i in (duty.start, duty.end))
            line, site = facts.line_by_id[duty.line], facts.name(site_of(duty, roster))
            rows.append((duty.date, start, end, line.name, line.modality, site, who.name, who.rpps or ""))
    return pd.DataFrame(rows, columns=["date", "start", "end", "line", "modality", "site", "name", "rpps"])
