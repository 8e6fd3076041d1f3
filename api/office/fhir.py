"""Published rosters as FHIR R4: a Schedule for each line, a Slot for each duty, a PractitionerRole for each engagement.

After the mapping and the search of the French care-access-service guide (``ans.fhir.fr.sas`` 1.2.0): nothing about patients.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from api.office.board import Board
from scheduler.facts import Duty
from scheduler.roster import site_of

RPPS = "https://rpps.esante.gouv.fr"
FINESS = "https://finess.esante.gouv.fr"
PROFILES = "https://hl7.fr/ig/fhir/core/StructureDefinition"


def slots(
    found: Sequence[Board], starts: Sequence[tuple[str, datetime]], actors: frozenset[str], include: frozenset[str]
) -> dict[str, Any]:
    """A searchset of Slots.

    Args:
        found: the rosters in force.
        starts: conditions on the start, as ``("ge", instant)``, ``("lt", …)``; all must hold.
        actors: RPPS numbers or ids of practitioners; empty: all.
        include: ``Slot:schedule`` and ``Schedule:actor`` bring those with it.
    """
    entries: dict[str, dict[str, Any]] = {}
    total = 0
    for board in found:
        rpps = {person.id: person.rpps for person in board.scenario.facts.people}
        for duty in board.duties:
            if not all(_holds(op, duty.start, instant) for op, instant in starts):
                continue
            people = board.held.people_on(duty.id)
            if not people and not duty.needed:
                continue
            if actors and not any(person in actors or rpps[person] in actors for person in people):
                continue
            total += 1
            _add(entries, _slot(board, duty, people), "match")
            if "Slot:schedule" in include:
                _add(entries, _schedule(board, duty.line), "include")
            if "Schedule:actor" in include:
                for person in people:
                    for role in _roles(board, [person]):
                        _add(entries, role, "include")
    return _bundle(entries.values(), total)


def schedules(found: Sequence[Board]) -> dict[str, Any]:
    """A searchset of Schedules."""
    entries: dict[str, dict[str, Any]] = {}
    for board in found:
        for line in board.scenario.facts.lines:
            _add(entries, _schedule(board, line.id), "match")
    return _bundle(entries.values(), len(entries))


def practitioner_roles(found: Sequence[Board], actors: frozenset[str]) -> dict[str, Any]:
    """A searchset of PractitionerRoles, of these practitioners or of everybody on a roster."""
    entries: dict[str, dict[str, Any]] = {}
    for board in found:
        on_it = {person for _, person in board.held.assignments}
        rpps = {person.id: person.rpps for person in board.scenario.facts.people}
        chosen = [p for p in sorted(on_it) if not actors or p in actors or rpps[p] in actors]
        for role in _roles(board, chosen):
            _add(entries, role, "match")
    return _bundle(entries.values(), len(entries))


def _holds(op: str, start: datetime, instant: datetime) -> bool:
    return {
        "ge": start >= instant,
        "gt": start > instant,
        "le": start <= instant,
        "lt": start < instant,
        "eq": start == instant,
    }[op]


def _slot(board: Board, duty: Duty, people: Sequence[str]) -> dict[str, Any]:
    enough = len(people) >= duty.needed
    return {
        "resourceType": "Slot",
        "id": _id(duty.id),
        "meta": {"profile": [f"{PROFILES}/fr-core-slot"], "versionId": str(board.version)},
        "identifier": [{"system": "urn:permanence:duty", "value": duty.id}],
        "schedule": {"reference": f"Schedule/{_id(duty.line)}"},
        # A duty that is held is a time at which somebody can be reached: free; one that nobody holds is not.
        "status": "free" if people and enough else "busy-unavailable",
        "start": duty.start.isoformat(),
        "end": duty.end.isoformat(),
        "comment": board.scenario.facts.name(site_of(duty, board.held)),
    }


def _schedule(board: Board, line: str) -> dict[str, Any]:
    facts = board.scenario.facts
    row = facts.line_by_id[line]
    actors = [{"reference": f"Location/{_id(site)}", "display": facts.name(site)} for site in row.sites]
    horizon = facts.territory
    return {
        "resourceType": "Schedule",
        "id": _id(line),
        "meta": {"profile": [f"{PROFILES}/fr-core-schedule"]},
        "active": True,
        "serviceType": [{"text": row.name}],
        "specialty": [{"coding": [{"code": code}]} for code in row.specialties],
        "actor": actors,
        "planningHorizon": {"start": horizon.first_day.isoformat(), "end": horizon.last_day.isoformat()},
    }


def _roles(board: Board, people: Iterable[str]) -> Iterator[dict[str, Any]]:
    facts = board.scenario.facts
    for person in people:
        row = facts.person_by_id[person]
        for number, engagement in enumerate(facts.engagements_by_person.get(person, ())):
            site = facts.site_by_id[engagement.site]
            identifier = (
                {"system": RPPS, "value": row.rpps} if row.rpps else {"system": "urn:permanence", "value": person}
            )
            organisation: dict[str, Any] = {"display": site.name}
            if site.finess:
                organisation["identifier"] = {"system": FINESS, "value": site.finess}
            yield {
                "resourceType": "PractitionerRole",
                "id": _id(f"{person}.{number}"),
                "meta": {"profile": [f"{PROFILES}/fr-core-practitioner-role"]},
                "active": True,
                "practitioner": {"identifier": identifier, "display": row.name},
                "organization": organisation,
                "location": [{"reference": f"Location/{_id(engagement.site)}", "display": site.name}],
                "code": [{"text": row.profession}],
                "specialty": [{"coding": [{"code": code}]} for code in row.specialties],
            }


def _id(text: str) -> str:
    """An id that FHIR allows: letters, digits, hyphen and dot, at most 64."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "-" for c in text)[:64]


def _add(entries: dict[str, dict[str, Any]], resource: dict[str, Any], mode: str) -> None:
    url = f"{resource['resourceType']}/{resource['id']}"
    entries.setdefault(url, {"fullUrl": url, "resource": resource, "search": {"mode": mode}})


def _bundle(entries: Iterable[dict[str, Any]], total: int) -> dict[str, Any]:
    found = list(entries)
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": total}
    # An empty array is no array in FHIR.
    return bundle | ({"entry": [_lean(entry) for entry in found]} if found else {})


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _lean(v) for k, v in value.items() if v not in ([], {}, None)}
    if isinstance(value, list):
        return [_lean(v) for v in value]
    return value
