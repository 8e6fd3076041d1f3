"""The board of a roster, its duties one by one, by-hand changes judged at once, its steps, versions and certificate."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy import select

from api.access import Reading, service_of
from api.exports.comparisons import aim
from api.office import jobs, rosters
from api.office.desk import Desk, seen
from api.office.documents import held_from, publication_of, scenario_by
from api.pages.shell import Posting, page, part, then
from api.problems import Problem
from api.store.schema import Published, RosterRow
from scheduler import publication
from scheduler.calendar import days_between
from scheduler.editing import edited
from scheduler.explain import said_duty_held
from scheduler.facts import Duty, Facts
from scheduler.letters import note
from scheduler.moves import Bench, candidates, chains, fragile
from scheduler.publication import Answer, Deadlines
from scheduler.roster import Roster, roster_of, site_of
from scheduler.scenario import Scenario
from scheduler.tables import Absence
from scheduler.verify import verify
from scheduler.words import Said, counted

router = APIRouter(prefix="/t/{territory}/rosters", include_in_schema=False)
CANDIDATES_MOST = 12
WEEK = timedelta(days=7)


def _read(desk: Desk, roster: str) -> tuple[RosterRow, Scenario, Roster]:
    row = desk.get(RosterRow, roster)
    return row, scenario_by(desk.session, row.scenario), held_from(row.held)


@router.get("", name="rosters_page")
def rosters_page(request: Request, desk: Reading) -> Response:
    """Every roster, the newest first."""
    asked = select(RosterRow).where(RosterRow.territory == desk.who.territory).order_by(RosterRow.created.desc())
    rows = [
        (row, scenario_by(desk.session, row.scenario).facts.territory) for row in desk.session.execute(asked).scalars()
    ]
    return page(request, "rosters.html.j2", desk, rows=rows, aim=aim)


# --- the board --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """One duty in one cell of the board."""

    duty: str
    text: str
    title: str
    empty: bool
    holder: str


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One row of the board: a line, or a person."""

    id: str
    name: str
    cells: dict[date, list[Cell]]
    holes: int


def _name_short(facts: Facts, person: str) -> str:
    name = facts.name(person)
    return name if len(name) <= 14 else f"{name[:13]}…"


def _chosen(facts: Facts, site: str, line: str, specialty: str) -> Iterator[Duty]:
    for duty in facts.duties:
        if (site and site not in duty.sites) or (line and duty.line != line):
            continue
        if specialty and specialty not in facts.line_by_id[duty.line].specialties:
            continue
        yield duty


def _by_line(facts: Facts, held: Roster, duties: list[Duty]) -> list[BoardLine]:
    cells: dict[str, dict[date, list[Cell]]] = {}
    holes: dict[str, int] = {}
    for duty in duties:
        people = held.people_on(duty.id)
        missing = duty.needed - len(people)
        row = cells.setdefault(duty.line, {}).setdefault(duty.date, [])
        title = f"{duty.date} {facts.period_by_id[duty.period].name}"
        row += [
            Cell(duty.id, _name_short(facts, p), f"{title}: {facts.name(p)}", empty=False, holder=p) for p in people
        ]
        if missing > 0:
            row.append(Cell(duty.id, f"∅ {missing}", title, empty=True, holder=""))
            holes[duty.line] = holes.get(duty.line, 0) + missing
    rows = [
        BoardLine(line.id, line.name, cells[line.id], holes.get(line.id, 0)) for line in facts.lines if line.id in cells
    ]
    # Empty duties first.
    return sorted(rows, key=lambda row: -row.holes)


def _by_person(facts: Facts, held: Roster, duties: list[Duty]) -> list[BoardLine]:
    known = {duty.id: duty for duty in duties}
    rows = []
    for person in facts.people:
        cells: dict[date, list[Cell]] = {}
        for id_ in held.duties_of(person.id):
            if id_ in known:
                duty = known[id_]
                name = facts.name(duty.line)
                text = name if len(name) <= 20 else f"{name[:19]}…"
                cells.setdefault(duty.date, []).append(
                    Cell(id_, text, f"{duty.date} {name}", empty=False, holder=person.id)
                )
        rows.append(BoardLine(person.id, person.name, cells, 0))
    return rows


@router.get("/{roster}", name="roster_page")
def roster_page(
    request: Request,
    desk: Reading,
    roster: str,
    by: Annotated[str, Query(pattern="^(lines|people)$")] = "lines",
    site: str = "",
    line: str = "",
    specialty: str = "",
    duty: str = "",
) -> Response:
    """The board, empty duties first, and the duty that was opened beside it."""
    row, scenario, held = _read(desk, roster)
    facts = scenario.facts
    duties = list(_chosen(facts, site, line, specialty))
    now = publication_of(desk.session, row)
    waiting = sorted(publication.asked(facts, held) - now.accepted) if row.state == "proposed" else []
    desk.tell("roster.read", row.id)
    return page(
        request,
        "roster.html.j2",
        desk,
        row=row,
        facts=facts,
        days=list(days_between(facts.territory.first_day, facts.territory.last_day)),
        off=lambda day: day.weekday() >= 5 or day in facts.calendar.holiday_by_day,
        holiday=facts.calendar.holiday_by_day,
        sensitive=facts.calendar.sensitive_by_day,
        changes={
            day: hours
            for day in days_between(facts.territory.first_day, facts.territory.last_day)
            if (hours := _clock(facts, day))
        },
        lines=_by_line(facts, held, duties) if by == "lines" else _by_person(facts, held, duties),
        empty=[one for one in duties if one.needed > len(held.people_on(one.id))],
        by=by,
        site=site,
        line=line,
        specialty=specialty,
        specialties=sorted({code for one in facts.lines for code in one.specialties}),
        waiting=waiting,
        number=now.last.number if now.last else 0,
        opened=_duty(scenario, held, duty) if duty in facts.duty_by_id else None,
    )


def _clock(facts: Facts, day: date) -> int:
    """Hours that the night of a day is longer (1) or shorter (-1): the clocks change."""
    local = facts.calendar
    hours = (local.instant(day, 2 * 24 * 60) - local.instant(day, 24 * 60)).total_seconds() / 3600 - 24
    return round(hours)


def _duty(scenario: Scenario, held: Roster, id_: str) -> dict[str, Any]:
    """Why a duty is as it is, and who could hold it."""
    facts, duty = scenario.facts, scenario.facts.duty_by_id[id_]
    bench = Bench(scenario, held)
    people = held.people_on(id_)
    found = candidates(bench, duty)
    filled = chains(bench, duty) if len(people) < duty.needed and not any(one.free for one in found) else []
    return {
        "duty": duty,
        "name": facts.said_duty(id_),
        "site": facts.name(site_of(duty, held)),
        "people": people,
        "missing": max(0, duty.needed - len(people)),
        # Why the others do not hold it is asked of a place that is empty; of one that is held, who else could.
        "said": said_duty_held(scenario, held, duty)[1:] if len(people) < duty.needed else [],
        "free": [one for one in found if one.free][:CANDIDATES_MOST],
        "stopped": [one for one in found if not one.free][:CANDIDATES_MOST],
        "chains": filled,
    }


@router.get("/{roster}/duty/{duty}", name="duty_part")
def duty_part(request: Request, desk: Reading, roster: str, duty: str) -> Response:
    """A duty opened beside the board."""
    row, scenario, held = _read(desk, roster)
    if duty not in scenario.facts.duty_by_id:
        raise Problem("not_found")
    desk.tell("roster.explain", f"{row.id} {duty}")
    return part(request, "duty.html.j2", desk, row=row, facts=scenario.facts, opened=_duty(scenario, held, duty))


@router.get("/{roster}/duty/{duty}/move", name="move_part")
def move_part(request: Request, desk: Reading, roster: str, duty: str, to: str = "", away: str = "") -> Response:
    """A change by hand, judged at once: rules it breaks, what it costs against the proven best; nothing is changed yet."""
    row, scenario, held = _read(desk, roster)
    facts = scenario.facts
    if duty not in facts.duty_by_id or (to and to not in facts.person_by_id):
        raise Problem("not_found")
    gone = [(duty, away)] if away and held.covers(away, duty) else []
    come = [(duty, to)] if to and not held.covers(to, duty) else []
    best = {tier["name"]: tier["bound"] for tier in row.proof.get("tiers", ())}
    found = edited(Bench(scenario, held), gone, come, best)
    desk.tell("roster.edit.preview", f"{row.id} {duty}")
    return part(
        request,
        "move.html.j2",
        desk,
        row=row,
        facts=facts,
        duty=facts.duty_by_id[duty],
        name=facts.said_duty(duty),
        to=to if come else "",
        away=away if gone else "",
        broken=found.broken,
        first=found.first,
    )


@router.post("/{roster}/duty/{duty}/move", name="move_apply")
def move_apply(
    request: Request,
    desk: Posting,
    roster: str,
    duty: str,
    version: Annotated[str, Form()],
    to: Annotated[str, Form()] = "",
    away: Annotated[str, Form()] = "",
) -> Response:
    """Change it by hand; of a published roster this is the next version."""
    row = desk.get(RosterRow, roster, lock=True)
    seen(row, f'"{version}"')
    rosters.edit(desk, row, [(duty, away)] if away else [], [(duty, to)] if to else [])
    return then(
        request,
        f"/t/{desk.who.territory}/rosters/{roster}?duty={duty}",
        Said("Changed; every rule holds.", "Modifié ; toutes les règles sont respectées."),
    )


# --- versions, fragile duties, the certificate ------------------------------------------------------------------------


@router.get("/{roster}/versions", name="versions_page")
def versions_page(request: Request, desk: Reading, roster: str) -> Response:
    """Each published version beside the one before."""
    row, scenario, _ = _read(desk, roster)
    facts, before = scenario.facts, roster_of(())
    found: list[tuple[Published, list[tuple[Said, list[str], list[str]]]]] = []
    for version in rosters.versions(desk, row):
        now = held_from(version.held)
        duties = (
            sorted({d for d, _ in before.assignments ^ now.assignments}, key=lambda d: (facts.duty_by_id[d].start, d))
            if found
            else []
        )
        found.append(
            (
                version,
                [
                    (
                        facts.said_duty(d),
                        [facts.name(p) for p in before.people_on(d)],
                        [facts.name(p) for p in now.people_on(d)],
                    )
                    for d in duties
                ],
            )
        )
        before = now
    desk.tell("roster.read", f"{row.id} versions")
    return page(request, "versions.html.j2", desk, row=row, found=found[::-1])


@router.get("/{roster}/fragile", name="fragile_page")
def fragile_page(
    request: Request, desk: Reading, roster: str, first: Annotated[date | None, Query(alias="from")] = None
) -> Response:
    """Duties of a week that fall when their holder does."""
    row, scenario, held = _read(desk, roster)
    facts = scenario.facts
    start = rosters.within(facts, first or desk.at.date())
    duties = [duty for duty in facts.duties if start <= duty.date < start + WEEK]
    found = [
        (
            facts.duty_by_id[one.duty],
            facts.said_duty(one.duty),
            [facts.name(p) for p in held.people_on(one.duty)],
            [facts.name(p) for p in one.replacements],
        )
        for one in fragile(Bench(scenario, held), duties=duties)
    ]
    desk.tell("roster.read", f"{row.id} fragile")
    return page(
        request, "fragile.html.j2", desk, row=row, found=found, first=start, before=start - WEEK, after=start + WEEK
    )


@router.get("/{roster}/certificate", name="certificate_page")
def certificate_page(request: Request, desk: Reading, roster: str) -> Response:
    """What a rota is worth and what of it is proved, in plain words."""
    row, scenario, held = _read(desk, roster)
    verdict = verify(scenario, held)
    bounds = {tier["name"]: tier["bound"] for tier in row.proof.get("tiers", ())}
    desk.tell("roster.read", f"{row.id} certificate")
    return page(
        request,
        "certificate.html.j2",
        desk,
        row=row,
        said=note(scenario, held, verdict, bounds, ()),
        broken=[scenario.rule(b.rule).explain(b, scenario.facts) for b in verdict.forbidden],
        tiers=[(name, value, bounds.get(name)) for name, value in verdict.values.items()],
        rules=[rule for rule in scenario.rules if rule.enabled],
        sha256=scenario.sha256,
        seed=row.proof.get("seed"),
        deadlines=Deadlines().dates(scenario.facts.territory),
    )


# --- its steps --------------------------------------------------------------------------------------------------------

STEPS = {"propose": rosters.propose, "publish": rosters.publish, "freeze": rosters.freeze}
DONE = {
    "propose": Said("Proposed to the volunteers.", "Proposé aux volontaires."),
    "publish": Said("Published: everybody sees it now.", "Publié : chacun le voit maintenant."),
    "freeze": Said("Frozen.", "Figé."),
}


@router.post("/{roster}/step", name="roster_step")
def roster_step(
    request: Request, desk: Posting, roster: str, step: Annotated[str, Form()], version: Annotated[str, Form()]
) -> Response:
    """The next step of its life."""
    if step not in STEPS:
        raise Problem("invalid")
    row = desk.get(RosterRow, roster, lock=True)
    seen(row, f'"{version}"')
    STEPS[step](desk, row)
    return then(request, f"/t/{desk.who.territory}/rosters/{roster}", DONE[step])


@router.post("/{roster}/accept-all", name="roster_accept_all")
def roster_accept_all(request: Request, desk: Posting, roster: str, version: Annotated[str, Form()]) -> Response:
    """Write down that all volunteers said yes, as when they were asked together."""
    row = desk.get(RosterRow, roster, lock=True)
    seen(row, f'"{version}"')
    scenario, now = scenario_by(desk.session, row.scenario), publication_of(desk.session, row)
    waiting = sorted(publication.asked(scenario.facts, now.roster) - now.accepted)
    if waiting:
        rosters.answers(desk, row, [Answer(duty, person, accepts=True) for duty, person in waiting])
    return then(
        request,
        f"/t/{desk.who.territory}/rosters/{roster}",
        counted(
            len(waiting), Said("answer written down", "réponse notée"), Said("answers written down", "réponses notées")
        ),
    )


@router.post("/{roster}/away", name="away_begin")
def away_begin(
    request: Request,
    desk: Posting,
    roster: str,
    person: Annotated[str, Form()],
    first_day: Annotated[date, Form()],
    last_day: Annotated[date | None, Form()] = None,
    tonight: Annotated[bool, Form()] = False,
) -> Response:
    """Somebody is away: mend the roster with the fewest changes."""
    row = desk.get(RosterRow, roster)
    facts = scenario_by(desk.session, row.scenario).facts
    if not facts.territory.first_day <= first_day <= (last_day or first_day) <= facts.territory.last_day:
        said = Said(
            "days of the roster, in order, were expected", "des jours du tableau, dans l'ordre, étaient attendus"
        )
        raise Problem("invalid", said)
    absence = Absence(person=person, first_day=first_day, last_day=last_day or first_day)
    job = jobs.replan(desk, service_of(request).queue, row, [absence], tonight=tonight)
    return then(request, f"/t/{desk.who.territory}/jobs/{job.id}")
