"""An analyst's pages: rosters compared, sweeps, a stress test, pay harmonised, the map. People are pseudonyms here."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from sqlalchemy import select

from api.access import Reading, service_of
from api.exports.comparisons import comparison
from api.exports.studies import harmonisation, stressed, sweep_table, territory_map
from api.office import jobs, rosters
from api.office.desk import Desk
from api.office.documents import held_from, scenario_by
from api.office.figures import figures_for, pseudonymous, seen_by
from api.office.territories import in_force
from api.pages.shell import Posting, moment, page, part, then, zone_of
from api.problems import Problem, language
from api.store.schema import Job, RosterRow
from scenarios.grids import grid_of, shipped
from scheduler.findings import Finding
from scheduler.grids import STEPS, between, harmonised
from scheduler.words import Said
from solver.studies.run import Variant
from solver.studies.stress import Draw, leavers_by_age, random_draws, stress_of, without

router = APIRouter(prefix="/t/{territory}", include_in_schema=False)
COMPARED_MOST = 6
IMPERSONAL = frozenset({"lines", "periods", "needs", "facilities", "sites", "tariffs", "shares", "envelopes", "travel"})
"""Tables without anybody in them: what an analyst may vary."""
STRESS = "stress "
"""How a variant of a stress test is called: then the draw's name, a colon, and who is away."""


def _published(desk: Desk) -> RosterRow:
    row = rosters.current(desk)
    if row is None:
        raise Problem("conflict", Said("publish a roster first", "publiez d'abord un tableau"))
    return row


@router.get("/compare", name="compare_page")
def compare_page(request: Request, desk: Reading, roster: Annotated[list[str], Query()] = []) -> Response:  # noqa: B006
    """Choose rosters, and see them side by side: what is better, and whether that is proved."""
    asked = select(RosterRow).where(RosterRow.territory == desk.who.territory).order_by(RosterRow.created.desc())
    rows = list(desk.session.execute(asked).scalars())
    chosen = [desk.get(RosterRow, id_) for id_ in roster[:COMPARED_MOST]]
    lang, zone = language(request), zone_of(desk)
    found = [
        figures_for(desk, row).model_copy(update={"name": f"{n}. {moment(row.created, zone, lang)}"})
        for n, row in enumerate(chosen, 1)
    ]
    if chosen:
        desk.tell("figures.read", " ".join(row.id for row in chosen))
    return page(
        request,
        "compare.html.j2",
        desk,
        rows=rows,
        chosen={row.id for row in chosen},
        sections=comparison(found, lang) if len(found) > 1 else (),
    )


# --- sweeps -----------------------------------------------------------------------------------------------------------


def _sweeps(desk: Desk, *, stress: bool) -> list[tuple[str, str, int, int]]:
    """(Id, when, ended, all) of each sweep, the newest first."""
    asked = select(Job).where(Job.territory == desk.who.territory, Job.sweep.is_not(None)).order_by(Job.created.desc())
    found: dict[str, list[Job]] = {}
    for job in desk.session.execute(asked).scalars():
        if str(job.asked["variant"]).startswith(STRESS) == stress:
            found.setdefault(str(job.sweep), []).append(job)
    return [
        (id_, rows[0].created, sum(one.state in jobs.ENDED for one in rows), len(rows)) for id_, rows in found.items()
    ]


@router.get("/sweeps", name="sweeps_page")
def sweeps_page(request: Request, desk: Reading) -> Response:
    """What was swept, and one more."""
    _, scenario = in_force(desk)
    examples = [f"lines.csv:{scenario.facts.lines[0].id}.needed=1,2", "rules.min_rest.hours=11,12"]
    return page(
        request,
        "sweeps.html.j2",
        desk,
        found=_sweeps(desk, stress=False),
        examples=examples,
        rules=[rule for rule in scenario.rules if rule.enabled],
    )


@router.post("/sweeps", name="sweep_begin")
def sweep_begin(
    request: Request,
    desk: Posting,
    vary: Annotated[str, Form(max_length=2_000)],
    time_limit: Annotated[float, Form(ge=1, le=3_600)] = 20.0,
) -> Response:
    """Solve every combination."""
    _without_people(desk, vary)
    id_ = jobs.sweep(
        desk, service_of(request).queue, [one.strip() for one in vary.splitlines() if one.strip()], time_limit
    )
    return then(request, f"/t/{desk.who.territory}/sweeps/{id_}")


def _without_people(desk: Desk, vary: str) -> None:
    """That an analyst varies rules and tables in which nobody is.

    Raises:
        Problem: a table of people was named.
    """
    tables = {line.partition(".csv")[0].strip() for line in vary.splitlines() if ".csv" in line}
    if desk.who.role != "coordinator" and not tables <= IMPERSONAL:
        said = Said(
            f"rules, or a table of {', '.join(sorted(IMPERSONAL))}, were expected",
            f"des règles, ou une table parmi {', '.join(sorted(IMPERSONAL))}, étaient attendues",
        )
        raise Problem("not_allowed", said)


@router.get("/sweeps/{sweep}", name="sweep_page")
def sweep_page(request: Request, desk: Reading, sweep: str) -> Response:
    """Every variant in a row as it ends; of a stress test, what breaks first."""
    every, lang = jobs.of_sweep(desk, sweep), language(request)
    answers = jobs.answers(desk, sweep)
    waiting = len(every) - len(answers)
    desk.tell("figures.read", sweep)
    names = [answer.name for answer in answers]
    if every[0].asked["variant"].startswith(STRESS):
        row = _published(desk)
        draws = [_draw(name) for name in names]
        if desk.who.role != "coordinator":
            scenario = scenario_by(desk.session, row.scenario)
            draws = [replace(one, away=tuple(pseudonymous(list(one.away), scenario, row.id))) for one in draws]
        before = figures_for(desk, row)
        answers = [
            replace(one, figures=seen_by(desk, one.figures, one.scenario, row.id))
            if one.figures and one.scenario
            else one
            for one in answers
        ]
        sections = stressed([(desk.who.territory, stress_of(before, draws, answers))], lang) if answers else ()
    else:
        settings = [dict(part.split("=", 1) for part in name.split(", ") if "=" in part) for name in names]
        sections = sweep_table(settings, answers, lang) if answers and all(settings) else ()
    return part(request, "sweep.html.j2", desk, sweep=sweep, waiting=waiting, every=len(every), sections=sections)


def _draw(name: str) -> Draw:
    said, _, away = name.removeprefix(STRESS).partition(": ")
    return Draw(said, tuple(away.split()))


# --- stress -----------------------------------------------------------------------------------------------------------


@router.get("/stress", name="stress_page")
def stress_page(request: Request, desk: Reading) -> Response:
    """Who leaves, and what breaks first."""
    return page(request, "stress.html.j2", desk, found=_sweeps(desk, stress=True))


@router.post("/stress", name="stress_begin")
def stress_begin(
    request: Request,
    desk: Posting,
    leavers: Annotated[str, Form(pattern=r"^(\d{2}\+|\d{1,2})$")],
    draws: Annotated[int, Form(ge=1, le=20)] = 3,
    time_limit: Annotated[float, Form(ge=1, le=600)] = 15.0,
) -> Response:
    """The published roster without some people: from an age on, or so many drawn by chance."""
    row = _published(desk)
    scenario = scenario_by(desk.session, row.scenario)
    facts = scenario.facts
    if leavers.endswith("+"):
        tries: Sequence[Draw] = [
            Draw(leavers, leavers_by_age(facts, int(leavers[:-1]), facts.territory.first_day.year))
        ]
    else:
        tries = random_draws(facts, int(leavers), draws, 1)
    if not any(one.away for one in tries):
        expected = Said(
            "somebody of that age was expected; birth years may not be known",
            "quelqu'un de cet âge était attendu ; les années de naissance sont peut-être inconnues",
        )
        raise Problem("invalid", findings=[Finding(expected, "leavers", found=leavers)])
    variants = [Variant(f"{STRESS}{one.name}: {' '.join(one.away)}", without(scenario, one.away)) for one in tries]
    id_ = jobs.variants(desk, service_of(request).queue, variants, time_limit, held=row.held)
    return then(request, f"/t/{desk.who.territory}/sweeps/{id_}")


# --- pay --------------------------------------------------------------------------------------------------------------


@router.get("/harmonise", name="harmonise_page")
def harmonise_page(
    request: Request,
    desk: Reading,
    low: str = "",
    high: str = "",
    way: Annotated[int, Query(ge=0, le=STEPS)] = STEPS,
) -> Response:
    """The published roster priced again as the slider moves: from one grid some of the way to another."""
    row, lang, names = _published(desk), language(request), shipped()
    low, high = low or names[0], high or names[-1]
    if low not in names or high not in names:
        raise Problem("not_found")
    scenario, held = scenario_by(desk.session, row.scenario), held_from(row.held)
    grids = {low: grid_of(low), f"{way} % → {high}": between(grid_of(low), grid_of(high), way)}
    found = [harmonised(scenario, held, name, grid) for name, grid in grids.items()]
    desk.tell("figures.read", f"{row.id} pay")
    return part(
        request,
        "harmonise.html.j2",
        desk,
        names=names,
        low=low,
        high=high,
        way=way,
        sections=harmonisation(found, lang),
    )


@router.get("/map", name="map_page")
def map_page(request: Request, desk: Reading) -> Response:
    """Sites, their lines, load and fragility on a map drawn here, and in a list beside it."""
    row = _published(desk)
    facts = scenario_by(desk.session, row.scenario).facts
    desk.tell("figures.read", row.id)
    return page(
        request,
        "study.html.j2",
        desk,
        title=Said("Map", "Carte").to(language(request)),
        sections=territory_map(facts, figures_for(desk, row), language(request)),
    )
