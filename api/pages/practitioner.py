"""A practitioner's pages: my duties, my availability, my share and why, exchanges, my statement."""

import re
from calendar import monthcalendar
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import select
from starlette.datastructures import FormData

from api.access import Reading
from api.exports.labels import CATEGORY_NAMES
from api.office import campaigns, exchanges, feeds, rosters
from api.office.board import Assigned, assigned, boards
from api.office.desk import Desk
from api.office.documents import held_from, publication_of, scenario_by
from api.office.painted import PAINTED, STANDING, Painted, painted, rows_of
from api.pages.shell import Posting, page, then
from api.problems import Problem, misread_findings
from api.store.schema import Campaign, ExchangeRow, RosterRow, Submission
from scheduler import publication
from scheduler.exchanges import open_offer
from scheduler.facts import Facts
from scheduler.fairness import CATEGORIES, carried, fair_shares, loads, pool_of
from scheduler.findings import Finding
from scheduler.letters import letter
from scheduler.moves import Bench, candidates
from scheduler.pay import statement_of
from scheduler.publication import Answer
from scheduler.rules.base import Rule
from scheduler.scenario import Scenario
from scheduler.tables import Offer, Wish
from scheduler.words import Said, said_day, said_hundredths, same

router = APIRouter(prefix="/t/{territory}/me", include_in_schema=False)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "hol")
NEXT = 12
"""Duties to come that are shown at once."""
STANDING_MOST = 3
"""Standing wishes on the page."""


def _me(desk: Desk) -> str:
    """Who looks.

    Raises:
        Problem: their role says no person.
    """
    if desk.who.person is None:
        raise Problem("not_found")
    return desk.who.person


def _mine(desk: Desk, person: str) -> list[Assigned]:
    """My duties of every published roster, by start."""
    return [
        one
        for board in boards(desk.session, desk.who.territory)
        for one in assigned(board, [board.scenario.facts.duty_by_id[d] for d in sorted(board.held.duties_of(person))])
        if one.person == person
    ]


# --- my duties --------------------------------------------------------------------------------------------------------


@router.get("", name="my_duties")
def my_duties(request: Request, desk: Reading, past: bool = False) -> Response:
    """What comes next, what is proposed to me, and the address of my calendar."""
    me = _me(desk)
    mine = sorted(_mine(desk, me), key=lambda one: one.start)
    shown = [one for one in mine if (one.end > desk.at) != past]
    proposed: list[tuple[str, Scenario, list[str]]] = []
    asked = select(RosterRow).where(RosterRow.territory == desk.who.territory, RosterRow.state == "proposed")
    for row in desk.session.execute(asked).scalars():
        scenario, now = scenario_by(desk.session, row.scenario), publication_of(desk.session, row)
        waiting = sorted(d for d, p in publication.asked(scenario.facts, now.roster) - now.accepted if p == me)
        if waiting:
            proposed.append((row.id, scenario, waiting))
    desk.tell("duties.read", me)
    return page(
        request,
        "my_duties.html.j2",
        desk,
        mine=shown if past else shown[:NEXT],
        more=0 if past else max(0, len(shown) - NEXT),
        past=past,
        when=lambda one: _when(desk, one),
        proposed=proposed,
    )


def _when(desk: Desk, one: Assigned) -> Said:
    """Day and hours, on the wall clock of the territory."""
    (board,) = [b for b in boards(desk.session, desk.who.territory) if b.roster == one.roster]
    local = board.scenario.facts.calendar.local
    start, end = local(one.start), local(one.end)
    day = said_day(start.date())
    hours = f"{start:%H:%M} – {end:%H:%M}"
    return Said(f"{day.en}, {hours}", f"{day.fr}, {hours}")


@router.post("/calendar", name="my_calendar")
def my_calendar(request: Request, desk: Posting) -> Response:
    """A new secret address of my calendar, shown this once."""
    _, secret = feeds.create(desk, "person", _me(desk))
    address = f"{str(request.base_url).rstrip('/')}/v1/calendars/{secret}.ics"
    return then(request, f"/t/{desk.who.territory}/me", same(address))


@router.post("/answers", name="my_answers")
def my_answers(
    request: Request,
    desk: Posting,
    roster: Annotated[str, Form()],
    accepts: Annotated[bool, Form()],
    duty: Annotated[list[str], Form()],
) -> Response:
    """Accept or refuse what is proposed to me."""
    row = desk.get(RosterRow, roster, lock=True)
    rosters.answers(desk, row, [Answer(one, _me(desk), accepts) for one in duty])
    said = (
        Said("Accepted, thank you.", "Accepté, merci.")
        if accepts
        else Said("Refused: the duty is open again.", "Refusé : la garde est rouverte.")
    )
    return then(request, f"/t/{desk.who.territory}/me", said)


# --- my availability --------------------------------------------------------------------------------------------------


def _campaign(desk: Desk) -> Campaign | None:
    asked = select(Campaign).where(Campaign.territory == desk.who.territory, Campaign.state == "open")
    found = desk.session.execute(asked).scalar_one_or_none()
    return found if found is not None and found.closes > desk.at.isoformat() else None


@router.get("/availability", name="my_availability")
def my_availability(request: Request, desk: Reading) -> Response:
    """Every month of the campaign, to paint on; standing wishes, limits, sites."""
    me, campaign = _me(desk), _campaign(desk)
    if campaign is None:
        return page(request, "my_availability.html.j2", desk, campaign=None)
    facts = scenario_by(desk.session, campaign.scenario).facts
    said = desk.session.get(Submission, (campaign.id, me))
    now = painted(campaigns.rows_of(said.rows) if said else _known(facts, me))
    desk.tell("availability.read", f"{campaign.id} {me}")
    return page(
        request,
        "my_availability.html.j2",
        desk,
        campaign=campaign,
        closes=said_day(date.fromisoformat(campaign.closes[:10])),
        received=said.received if said else "",
        months=_months(facts),
        off=lambda day: day.weekday() >= 5 or day in facts.calendar.holiday_by_day,
        said=now,
        weekdays=DAYS,
        standing=[*now.standing, *[None] * max(1, STANDING_MOST - len(now.standing))],
        sites=list(facts.tables.sites),
        others=sum(len(rows) for rows in now.others.values()),
    )


def _known(facts: Facts, person: str) -> dict[str, Any]:
    """What the scenario knows of somebody: where a campaign begins."""
    return {name: [row for row in getattr(facts.tables, name) if row.person == person] for name in campaigns.TABLES}


def _months(facts: Facts) -> list[tuple[date, list[list[date | None]]]]:
    """First day of each month of the horizon, and its weeks; days outside it are None."""
    first, last = facts.territory.first_day, facts.territory.last_day
    found = []
    month = first.replace(day=1)
    while month <= last:
        weeks: list[list[date | None]] = []
        for week in monthcalendar(month.year, month.month):
            days = [month.replace(day=day) if day else None for day in week]
            weeks.append([day if day and first <= day <= last else None for day in days])
        found.append((month, [week for week in weeks if any(week)]))
        month = (month + timedelta(days=32)).replace(day=1)
    return found


async def whole_form(request: Request) -> FormData:
    """Every field of a form, also those whose names the page makes."""
    return await request.form()


WholeForm = Annotated[FormData, Depends(whole_form)]


@router.post("/availability", name="my_availability_put")
def my_availability_put(request: Request, desk: Posting, form: WholeForm) -> Response:
    """Keep it: in place of what I said before."""
    me, campaign = _me(desk), _campaign(desk)
    if campaign is None:
        raise Problem("conflict", Said("the campaign is closed", "la campagne est close"))
    facts = scenario_by(desk.session, campaign.scenario).facts
    before = desk.session.get(Submission, (campaign.id, me))
    known = painted(campaigns.rows_of(before.rows) if before else _known(facts, me))
    try:
        rows = rows_of(me, _read(me, form, known, facts))
    except ValidationError as error:
        raise Problem("invalid", findings=misread_findings(error.errors())) from None
    except ValueError as error:
        expected = Said("one of the choices of the page was expected", "un des choix de la page était attendu")
        raise Problem("invalid", findings=[Finding(expected, "form", found=str(error)[:200])]) from None
    campaigns.submit(desk, campaign, me, rows)
    return then(
        request,
        request.url.path,
        Said(
            "Kept. You may change it until the campaign closes.", "Enregistré. Vous pouvez modifier jusqu'à la clôture."
        ),
    )


def _read(person: str, form: FormData, known: Painted, facts: Facts) -> Painted:
    """What a form says. A day that says nothing is available; what the page does not show stays as it was known."""
    shown = range(facts.territory.first_day.toordinal(), facts.territory.last_day.toordinal() + 1)
    days = {day: kind for day, kind in known.days.items() if day.toordinal() not in shown}
    days |= {
        date.fromisoformat(name[2:]): next(kind for kind in PAINTED if kind == value)
        for name, value in form.items()
        if name.startswith("d-") and value in PAINTED
    }
    standing = []
    for n in sorted(int(name[2:]) for name in form if re.fullmatch(r"s-\d{1,3}", name)):
        kind, weekdays = form.get(f"s-{n}"), [str(one) for one in form.getlist(f"s-{n}-days")]
        if kind in STANDING and weekdays:
            standing.append(Wish(person=person, wish=next(k for k in STANDING if k == kind), days=" ".join(weekdays)))
    limits = {
        name: str(form.get(name))
        for name in ("duties_per_month", "nights_per_month", "weekends_per_month", "least_pay")
        if form.get(name)
    }
    offer = Offer.model_validate({"person": person, **limits}) if limits else None
    return Painted(days, tuple(standing), offer, frozenset(str(one) for one in form.getlist("site")), known.others)


# --- my share, and why ------------------------------------------------------------------------------------------------


@router.get("/share", name="my_share")
def my_share(request: Request, desk: Reading) -> Response:
    """What I carry against my fair share, how it came about, and my letter."""
    me, row = _me(desk), rosters.current(desk)
    if row is None:
        return page(request, "my_share.html.j2", desk, row=None)
    scenario, held = scenario_by(desk.session, row.scenario), held_from(row.held)
    facts = scenario.facts
    if me not in facts.person_by_id:
        return page(request, "my_share.html.j2", desk, row=None)
    load, share, before = loads(facts, held), fair_shares(facts), carried(facts)
    rows = [
        (CATEGORY_NAMES[c], load[c][me], before[c][me], share[c][me], before[c][me] + load[c][me] - share[c][me])
        for c in CATEGORIES
    ]
    desk.tell("letter.read", f"{row.id} {me}")
    lines = [line for line in facts.lines if me in pool_of(facts, line.id)]
    spans = [seen.facts.territory for _, seen in rosters.visible(desk)]
    return page(
        request,
        "my_share.html.j2",
        desk,
        row=row,
        rows=rows,
        letter=letter(scenario, held, me),
        lines=lines,
        first=min(one.first_day for one in spans),
        last=max(one.last_day for one in spans),
        today=rosters.within(facts, desk.at.date()),
    )


@router.get("/why", name="my_why")
def my_why(
    request: Request, desk: Reading, duty: str = "", line: str = "", day: Annotated[date | None, Query()] = None
) -> Response:
    """Why I have a duty, or why I have not: of others only that they hold it."""
    me = _me(desk)
    for row, scenario in rosters.visible(desk):
        facts = scenario.facts
        found = [d for d in facts.duties_by_line.get(line, ()) if d.date == day and not d.past] if line else []
        found += [facts.duty_by_id[duty]] if duty in facts.duty_by_id else []
        if found and me in facts.person_by_id:
            held = held_from(row.held)
            break
    else:
        said = Said("a line and a day of a roster were expected", "une ligne et un jour d'un tableau étaient attendus")
        raise Problem("invalid", said)
    bench, answers = Bench(scenario, held), []
    for one in found:
        said_name = facts.said_duty(one.id)
        if held.covers(me, one.id):
            others = [c for c in candidates(bench, one) if c.free]
            answers.append((said_name, _why_mine(len(others), bench.beyond(me))))
        else:
            mine = [c for c in candidates(bench, one) if c.person == me]
            answers.append((said_name, _why_not(mine[0].stopped_by if mine else None, bench.beyond(me))))
    desk.tell("roster.explain", f"{row.id} {found[0].id} {me}")
    return page(request, "my_why.html.j2", desk, answers=answers)


def _why_mine(others: int, beyond: int) -> Said:
    far = said_hundredths(abs(beyond))
    above = Said("above", "au-dessus") if beyond > 0 else Said("below", "au-dessous")
    share = (
        Said(
            f"you are {far.en} points {above.en} your fair share",
            f"vous êtes {far.fr} points {above.fr} de votre juste part",
        )
        if beyond
        else Said("you are at your fair share", "vous êtes à votre juste part")
    )
    if others == 0:
        return Said(
            "You hold it: as the roster stands, nobody else could take it without breaking a rule.",
            "Vous la tenez : dans ce tableau, personne d'autre ne pourrait la prendre sans enfreindre une règle.",
        )
    could = (
        Said("One other person could", "Une autre personne pourrait")
        if others == 1
        else Said(f"{others} others could", f"{others} autres personnes pourraient")
    )
    return Said(
        f"You hold it. {could.en} take it as the roster stands; with it {share.en}, which is what the whole roster was balanced on.",
        f"Vous la tenez. {could.fr} la prendre dans ce tableau ; avec elle, {share.fr}, ce sur quoi tout le tableau a été équilibré.",
    )


def _why_not(stopped: Sequence[Rule] | None, beyond: int) -> Said:
    if stopped is None:
        return Said(
            "You do not hold it: the line is not one of yours.", "Vous ne la tenez pas : la ligne n'est pas des vôtres."
        )
    if stopped:
        words = [rule.statement() for rule in stopped]
        return Said(
            "You do not hold it; you could not: " + " ".join(one.en for one in words),
            "Vous ne la tenez pas ; vous ne le pourriez pas : " + " ".join(one.fr for one in words),
        )
    far = said_hundredths(beyond)
    return Said(
        f"You do not hold it, though you could: somebody further from their share has it (your balance: {far.en} points).",
        f"Vous ne la tenez pas, mais vous le pourriez : quelqu'un plus loin de sa part l'a (votre solde : {far.fr} points).",
    )


# --- exchanges --------------------------------------------------------------------------------------------------------


@router.get("/exchanges", name="my_exchanges")
def my_exchanges(request: Request, desk: Reading, duty: str = "") -> Response:
    """What I may give, what is offered, and what became of it."""
    me, until = _me(desk), publication.frozen_until(desk.at.date())
    mine: list[tuple[str, Said]] = []
    takers: list[tuple[str, str]] = []
    found: list[tuple[ExchangeRow, Facts]] = []
    open_ = [(row, scenario) for row, scenario in rosters.visible(desk) if row.state == "published"]
    for row, scenario in open_:
        facts, held = scenario.facts, held_from(row.held)
        known = sorted((facts.duty_by_id[d] for d in held.duties_of(me)), key=lambda one: one.start)
        mine += [(one.id, facts.said_duty(one.id)) for one in known if one.date >= until]
        if duty and held.covers(me, duty):
            ways = open_offer(Bench(scenario, held), duty, me)
            takers += [(one.steps[0].taker, facts.name(one.steps[0].taker)) for one in ways]
        found += [
            (one, facts) for one in exchanges.of_roster(desk, row) if one.taker is None or me in (one.giver, one.taker)
        ]
        desk.tell("exchange.read", f"{row.id} {me}")
    return page(
        request,
        "my_exchanges.html.j2",
        desk,
        published=bool(open_),
        me=me,
        mine=mine,
        chosen=duty,
        takers=takers,
        offers=[(one, facts) for one, facts in found if one.state == "offered" and one.giver != me],
        own=[(one, facts) for one, facts in found if one.giver == me],
    )


@router.get("/exchanges/preview", name="my_exchange_preview")
def my_exchange_preview(
    request: Request, desk: Reading, duty: str, giver: str, taker: str, back: str = "", exchange: str = ""
) -> Response:
    """What an exchange would do to me, and the rules against it, before anything is offered or accepted."""
    me, to_me = _me(desk), False
    if exchange:
        # What is offered, not what an address says of it.
        offered = desk.session.get(ExchangeRow, exchange)
        if offered is None or offered.taker not in (None, me):
            raise Problem("not_found")
        duty, giver, taker, back = offered.duty, offered.giver, me, offered.back or ""
        to_me = offered.taker == me
        row = desk.get(RosterRow, offered.roster)
        facts = scenario_by(desk.session, row.scenario).facts
    else:
        row, scenario = rosters.of_duty(desk, duty)
        facts = scenario.facts
    if me not in (giver, taker):
        raise Problem("not_found")
    found = exchanges.preview(desk, row, duty, giver, taker, back or None)
    desk.tell("exchange.preview", f"{row.id} {duty}")
    (mine,) = [one for one in found.effects if one.person == me]
    return page(
        request,
        "my_exchange.html.j2",
        desk,
        facts=facts,
        duty=duty,
        giver=giver,
        taker=taker,
        back=back,
        refused=_mine_or_theirs(found.refused, facts.name(taker if me == giver else giver)),
        to_me=to_me,
        mine=mine,
        exchange=exchange,
        gives=giver == me,
    )


def _mine_or_theirs(refused: Sequence[Said], other: str) -> list[Said]:
    """Rules that stand against an exchange; which one it is of the other person is their affair."""
    theirs = Said(f"A rule stands against it for {other}.", f"Une règle s'y oppose pour {other}.")
    told = [one for one in refused if other not in one.en]
    return told + ([theirs] if len(told) < len(refused) else [])


@router.post("/exchanges", name="my_exchange_offer")
def my_exchange_offer(
    request: Request,
    desk: Posting,
    duty: Annotated[str, Form()],
    taker: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Offer one of my duties, to somebody or to whoever can."""
    row, _ = rosters.of_duty(desk, duty)
    exchanges.offer(desk, row, duty, _me(desk), taker or None, back or None)
    return then(request, f"/t/{desk.who.territory}/me/exchanges", Said("Offered.", "Proposé."))


def _exchange(desk: Desk, id_: str) -> tuple[RosterRow, ExchangeRow]:
    row = desk.session.get(ExchangeRow, id_, with_for_update=True)
    if row is None:
        raise Problem("not_found")
    roster, me = desk.get(RosterRow, row.roster, lock=True), _me(desk)
    if row.taker is not None and me not in (row.giver, row.taker):
        raise Problem("not_found")
    return roster, row


@router.post("/exchanges/{exchange}/accept", name="my_exchange_accept")
def my_exchange_accept(request: Request, desk: Posting, exchange: str) -> Response:
    """Take it."""
    exchanges.accept(desk, *_exchange(desk, exchange), _me(desk))
    return then(request, f"/t/{desk.who.territory}/me/exchanges", Said("It is yours now.", "Elle est à vous."))


@router.post("/exchanges/{exchange}/end", name="my_exchange_end")
def my_exchange_end(request: Request, desk: Posting, exchange: str) -> Response:
    """Withdraw my offer, or refuse one made to me."""
    _, row = _exchange(desk, exchange)
    me = _me(desk)
    if me not in (row.giver, row.taker):
        raise Problem("not_allowed")
    exchanges.end(desk, row, "withdrawn" if row.giver == me else "refused")
    return then(request, f"/t/{desk.who.territory}/me/exchanges", Said("Done.", "C'est fait."))


# --- my statement -----------------------------------------------------------------------------------------------------


@router.get("/statement", name="my_statement")
def my_statement(request: Request, desk: Reading) -> Response:
    """What I am paid, by whom, for what, by which text."""
    me, row = _me(desk), rosters.current(desk)
    items: list[Any] = []
    facts = None
    if row is not None:
        facts = scenario_by(desk.session, row.scenario).facts
        items = [one for one in statement_of(facts, held_from(row.held)).items if one.person == me]
    desk.tell("pay.read", f"{row.id if row else ''} {me}".strip())
    return page(request, "my_statement.html.j2", desk, facts=facts, items=items, total=sum(one.cents for one in items))
