"""Rosters: their life, their versions, what is said of them."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy import select

from api.access import Reading, Writing, only_self
from api.exports.forms import FORMS, exported
from api.office import jobs, rosters
from api.office.desk import Desk, seen, tag
from api.office.documents import held_from, publication_of, scenario_by
from api.office.figures import figures_by, pseudonymous
from api.problems import Problem, language
from api.store.schema import Job, RosterRow
from api.views import (
    Apply,
    ComparedShown,
    DutyAnswers,
    Edit,
    Finish,
    Paragraphs,
    ReplacementShown,
    RosterShown,
    StatementShown,
    VersionShown,
)
from scheduler import publication
from scheduler.explain import said_duty_held, said_person
from scheduler.facts import Duty
from scheduler.figures import compared
from scheduler.findings import Finding, nearest
from scheduler.letters import letter
from scheduler.moves import Bench, candidates
from scheduler.pay import statement_of
from scheduler.roster import roster_of
from scheduler.scenario import Scenario
from scheduler.words import Said

router = APIRouter(prefix="/v1/territories/{territory}/rosters", tags=["rosters"])
IfMatch = Annotated[str | None, Header(description="the version that you saw")]
IfNoneMatch = Annotated[str | None, Header(description="the version that you have: 304 when it is still that")]


@router.get("")
def list_rosters(desk: Reading) -> list[RosterShown]:
    """All of a territory, the newest first; practitioners see those that are published."""
    asked = select(RosterRow).where(RosterRow.territory == desk.who.territory).order_by(RosterRow.created.desc())
    rows = desk.session.execute(asked).scalars()
    every = desk.who.role == "coordinator"
    return [_shown(desk, row) for row in rows if every or row.state in ("published", "frozen", "done")]


@router.get("/{roster}")
def get_roster(desk: Reading, roster: str, response: Response, if_none_match: IfNoneMatch = None) -> RosterShown:
    """One roster, with who holds what."""
    row = desk.get(RosterRow, roster)
    response.headers["etag"] = tag(row)
    if if_none_match == tag(row):
        raise NotModified(tag(row))
    desk.tell("roster.read", row.id)
    return _shown(desk, row, whole=True)


class NotModified(Exception):
    """What was asked for is still what the asker has."""

    def __init__(self, etag: str) -> None:
        self.etag = etag
        super().__init__(etag)


@router.get(
    "/{roster}/export.{form}",
    response_class=Response,
    responses={200: {"content": {kind.split(";")[0]: {} for kind in FORMS.values()}}},
)
def export_roster(
    desk: Reading, request: Request, roster: str, form: Literal["csv", "xlsx", "pdf", "html"]
) -> Response:
    """A roster as a file."""
    row = desk.get(RosterRow, roster)
    scenario, held = scenario_by(desk.session, row.scenario), held_from(row.held)
    content = exported(form, scenario, held, row.proof, language(request))
    desk.tell("roster.read", f"{row.id} {form}")
    headers = {"content-disposition": f'attachment; filename="roster.{form}"', "etag": tag(row)}
    return Response(content, media_type=FORMS[form], headers=headers)


@router.get("/{roster}/versions")
def list_versions(desk: Reading, roster: str) -> list[VersionShown]:
    """The published versions, each with what it changed."""
    row = desk.get(RosterRow, roster)
    found: list[VersionShown] = []
    before = roster_of(())
    for version in rosters.versions(desk, row):
        now = held_from(version.held)
        differs = publication.difference(before, now) if found else publication.Differs((), ())
        gone, come = ([list(pair) for pair in pairs] for pairs in (differs.gone, differs.come))
        found.append(VersionShown(number=version.number, on=version.on, why=version.why, gone=gone, come=come))
        before = now
    desk.tell("roster.read", f"{row.id} versions")
    return found


# --- steps of its life ------------------------------------------------------------------------------------------------


def _step(desk: Desk, roster: str, if_match: str | None) -> RosterRow:
    row = desk.get(RosterRow, roster, lock=True)
    seen(row, if_match)
    return row


def _after(desk: Desk, response: Response, row: RosterRow) -> RosterShown:
    response.headers["etag"] = tag(row)
    return _shown(desk, row)


@router.post("/{roster}/propose")
def propose_roster(desk: Writing, response: Response, roster: str, if_match: IfMatch = None) -> RosterShown:
    """Ask the volunteers, who accept or refuse."""
    return _after(desk, response, rosters.propose(desk, _step(desk, roster, if_match)))


@router.post("/{roster}/answers")
def answer_duties(desk: Writing, response: Response, roster: str, asked: DutyAnswers) -> RosterShown:
    """Volunteers accept or refuse duties; a refusal opens that duty only. No version is asked for: answers do not clash."""
    for one in asked.answers:
        only_self(desk, one.person)
    row = desk.get(RosterRow, roster, lock=True)
    given = [publication.Answer(one.duty, one.person, one.accepts) for one in asked.answers]
    return _after(desk, response, rosters.answers(desk, row, given))


@router.post("/{roster}/publish")
def publish_roster(desk: Writing, response: Response, roster: str, if_match: IfMatch = None) -> RosterShown:
    """The next numbered version: what everybody sees."""
    return _after(desk, response, rosters.publish(desk, _step(desk, roster, if_match)))


@router.post("/{roster}/edits")
def edit_roster(desk: Writing, response: Response, roster: str, asked: Edit, if_match: IfMatch = None) -> RosterShown:
    """Change it by hand, within the rules; a published one becomes its next version."""
    return _after(desk, response, rosters.edit(desk, _step(desk, roster, if_match), asked.drop, asked.put))


@router.post("/{roster}/changes")
def apply_replan(desk: Writing, response: Response, roster: str, asked: Apply, if_match: IfMatch = None) -> RosterShown:
    """Take what a mending found as the next version."""
    row = _step(desk, roster, if_match)
    return _after(desk, response, jobs.apply(desk, row, desk.get(Job, asked.job)))


@router.post("/{roster}/freeze")
def freeze_roster(desk: Writing, response: Response, roster: str, if_match: IfMatch = None) -> RosterShown:
    """Nothing moves any more."""
    return _after(desk, response, rosters.freeze(desk, _step(desk, roster, if_match)))


@router.post("/{roster}/finish")
def finish_roster(
    desk: Writing, response: Response, roster: str, asked: Finish, if_match: IfMatch = None
) -> RosterShown:
    """What was really held; balances and pay are counted from it."""
    row = _step(desk, roster, if_match)
    held = held_from(row.held)
    if asked.held is not None:
        now = set(asked.held)
        scenario = scenario_by(desk.session, row.scenario)
        gone, come = sorted(held.assignments - now), sorted(now - held.assignments)
        held = rosters.changed_roster(scenario, held, gone, come)
    return _after(desk, response, rosters.done(desk, row, held))


# --- reasons ----------------------------------------------------------------------------------------------------------


def _duty(scenario: Scenario, duty: str) -> Duty:
    planned = {one.id: one for one in scenario.facts.duties}
    if duty not in planned:
        said = Said("a duty of the horizon was expected", "une garde de l'horizon était attendue")
        raise Problem(
            "invalid", findings=[Finding(said, "query", column="duty", found=duty, maybe=nearest(duty, planned))]
        )
    return planned[duty]


def _person(scenario: Scenario, person: str) -> str:
    if person not in scenario.facts.person_by_id:
        raise Problem("not_found")
    return person


@router.get("/{roster}/explain")
def explain_duty(
    desk: Reading, request: Request, roster: str, duty: str | None = None, person: str | None = None
) -> Paragraphs:
    """Why a duty is held or empty, or what a person carries."""
    row, lang = desk.get(RosterRow, roster), language(request)
    scenario, held = scenario_by(desk.session, row.scenario), held_from(row.held)
    if (duty is None) == (person is None):
        said = Said("a duty or a person was expected", "une garde ou une personne était attendue")
        raise Problem("invalid", findings=[Finding(said, "query")])
    told = said_duty_held(scenario, held, _duty(scenario, duty)) if duty else []
    told += said_person(scenario, held, _person(scenario, person)) if person else []
    desk.tell("roster.explain", f"{row.id} {duty or person}")
    return Paragraphs(lang=lang, said=[one.to(lang) for one in told])


@router.get("/{roster}/replacements")
def list_replacements(desk: Reading, roster: str, duty: str) -> list[ReplacementShown]:
    """Who could take a duty, ranked; who could if one rule gave way."""
    row = desk.get(RosterRow, roster)
    scenario = scenario_by(desk.session, row.scenario)
    one = _duty(scenario, duty)
    if desk.who.sites is not None and desk.who.sites.isdisjoint(one.sites):
        raise Problem("not_found")
    found = candidates(Bench(scenario, held_from(row.held)), one)
    desk.tell("roster.replacements", f"{row.id} {duty}")
    return [
        ReplacementShown(
            person=who.person,
            name=scenario.facts.name(who.person),
            free=who.free,
            stopped_by=[{"en": rule.statement().en, "fr": rule.statement().fr} for rule in who.stopped_by],
            beyond=who.beyond,
            rest_minutes=who.rest_minutes,
            cents=who.cents,
            km=who.km,
            locum=who.locum,
        )
        for who in found
    ]


@router.get("/{roster}/letters/{person}")
def letter_to(desk: Reading, request: Request, roster: str, person: str) -> Paragraphs:
    """The letter to a practitioner."""
    only_self(desk, person)
    row, lang = desk.get(RosterRow, roster), language(request)
    if desk.who.role == "practitioner" and row.state in ("draft", "proposed"):
        raise Problem("not_found")
    scenario = scenario_by(desk.session, row.scenario)
    told = letter(scenario, held_from(row.held), _person(scenario, person))
    desk.tell("letter.read", f"{row.id} {person}")
    return Paragraphs(lang=lang, said=[one.to(lang) for one in told])


@router.get("/{roster}/statements")
def pay_statements(desk: Reading, roster: str) -> list[StatementShown]:
    """What each person is paid by each payer, in cents: an establishment's manager sees own sites, a practitioner oneself."""
    row = desk.get(RosterRow, roster)
    scenario = scenario_by(desk.session, row.scenario)
    sums: dict[tuple[str, str], list[int]] = {}
    for item in statement_of(scenario.facts, held_from(row.held)).items:
        if desk.who.sites is not None and item.site not in desk.who.sites:
            continue
        if desk.who.role == "practitioner" and item.person != desk.who.person:
            continue
        sums.setdefault((item.person, item.payer), []).append(item.cents)
    desk.tell("pay.read", row.id)
    return [
        StatementShown(person=person, payer=payer, cents=sum(cents), items=len(cents))
        for (person, payer), cents in sorted(sums.items())
    ]


# --- figures ----------------------------------------------------------------------------------------------------------


@router.get("/{roster}/figures")
def figures(desk: Reading, roster: str) -> dict[str, Any]:
    """The figures of a roster; an analyst sees people by a pseudonym."""
    row = desk.get(RosterRow, roster)
    desk.tell("figures.read", row.id)
    shown: dict[str, Any] = figures_by(desk, row).model_dump(mode="json")
    return (
        shown
        if desk.who.role == "coordinator"
        else pseudonymous(shown, scenario_by(desk.session, row.scenario), row.id)
    )


compare = APIRouter(prefix="/v1/territories/{territory}", tags=["rosters"])


@compare.get("/compare")
def compare_rosters(desk: Reading, roster: Annotated[list[str], Query(min_length=2, max_length=8)]) -> ComparedShown:
    """Rosters against the first, tier by tier, with what the bounds prove."""
    rows = [desk.get(RosterRow, id_) for id_ in roster]
    found = [figures_by(desk, row) for row in rows]
    desk.tell("figures.read", " ".join(roster))
    tiers = [
        {"roster": other.id, **one.model_dump(mode="json")}
        for other, theirs in zip(rows[1:], found[1:], strict=True)
        for one in compared(found[0], theirs)
    ]
    return ComparedShown(names=[row.id for row in rows], tiers=tiers)


def _shown(desk: Desk, row: RosterRow, *, whole: bool = False) -> RosterShown:
    scenario, now = scenario_by(desk.session, row.scenario), publication_of(desk.session, row)
    proposed = now.state == "proposed"
    waiting = sorted(publication.asked(scenario.facts, now.roster) - now.accepted) if proposed else []
    return RosterShown(
        id=row.id,
        scenario=row.scenario,
        state=row.state,
        version=row.version,
        created=row.created,
        number=now.last.number if now.last else None,
        waiting=len(waiting),
        awaited=[list(pair) for pair in waiting] if whole else None,
        reopened=sorted(now.reopened),
        proof=row.proof,
        assignments=sorted(map(list, now.roster.assignments)) if whole else None,
    )
