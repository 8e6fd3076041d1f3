"""Exchanges: looked at, offered, accepted once."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Reading, Writing
from api.office import exchanges
from api.office.desk import Desk
from api.office.documents import scenario_by
from api.problems import Problem
from api.store.schema import ExchangeRow, RosterRow
from api.views import Accept, EffectShown, Exchanged, ExchangeShown, PreviewShown

router = APIRouter(prefix="/v1/territories/{territory}/rosters/{roster}/exchanges", tags=["exchanges"])


def _acts_for(desk: Desk, roster: RosterRow, person: str) -> None:
    """A practitioner acts for oneself, an establishment's manager for its own people, also for one who is ill.

    Raises:
        Problem: they act for somebody else.
    """
    if desk.who.role == "practitioner" and desk.who.person != person:
        raise Problem("not_allowed")
    if desk.who.sites is not None:
        engaged = scenario_by(desk.session, roster.scenario).facts.engagements_by_person.get(person, ())
        if not any(one.site in desk.who.sites for one in engaged):
            raise Problem("not_allowed")


def _part_of(desk: Desk, roster: RosterRow, row: ExchangeRow) -> bool:
    """Offers to anybody are everybody's affair; the others are of those who give or take, and of their establishments."""
    if desk.who.role == "coordinator" or row.taker is None:
        return True
    if desk.who.sites is None:
        return desk.who.person in (row.giver, row.taker)
    engaged = scenario_by(desk.session, roster.scenario).facts.engagements_by_person
    return any(one.site in desk.who.sites for person in (row.giver, row.taker) for one in engaged.get(person, ()))


@router.get("/preview")
def preview_exchange(
    desk: Reading, roster: str, duty: str, giver: str, taker: str, back: Annotated[str | None, Query()] = None
) -> PreviewShown:
    """What it would do to both, and the rules against it, in words."""
    row = desk.get(RosterRow, roster)
    if desk.who.role == "practitioner" and desk.who.person not in (giver, taker):
        raise Problem("not_allowed")
    found = exchanges.preview(desk, row, duty, giver, taker, back)
    desk.tell("exchange.preview", f"{row.id} {duty}")
    effects = [
        EffectShown(
            person=one.person,
            beyond_before=one.beyond_before,
            beyond_after=one.beyond_after,
            cents=one.cents,
            rest_minutes=one.rest_minutes,
            nights=one.load["nights"] // 100,
            weekends=one.load["weekends"] // 100,
        )
        for one in found.effects
        # What it does to the other is the other's affair.
        if desk.who.role != "practitioner" or one.person == desk.who.person
    ]
    return PreviewShown(
        allowed=found.allowed, refused=[{"en": said.en, "fr": said.fr} for said in found.refused], effects=effects
    )


@router.post("", status_code=201)
def offer_exchange(desk: Writing, roster: str, asked: Exchanged) -> ExchangeShown:
    """Offer a duty, to somebody or to whoever can."""
    row = desk.get(RosterRow, roster)
    _acts_for(desk, row, asked.giver)
    found = exchanges.offer(desk, row, asked.duty, asked.giver, asked.taker, asked.back)
    return ExchangeShown.model_validate(found)


@router.get("")
def list_exchanges(desk: Reading, roster: str) -> list[ExchangeShown]:
    """All of a roster; practitioners and establishments see those to anybody, and their own."""
    row = desk.get(RosterRow, roster)
    found = exchanges.of_roster(desk, row)
    return [ExchangeShown.model_validate(one) for one in found if _part_of(desk, row, one)]


def _exchange(desk: Desk, roster: RosterRow, id_: str) -> ExchangeRow:
    row = desk.session.get(ExchangeRow, id_, with_for_update=True)
    if row is None or row.roster != roster.id or not _part_of(desk, roster, row):
        raise Problem("not_found")
    return row


@router.post("/{exchange}/accept")
def accept_exchange(desk: Writing, roster: str, exchange: str, asked: Accept) -> ExchangeShown:
    """Accept it: the roster's next version has it. Of several who accept at once, one does."""
    held = desk.get(RosterRow, roster, lock=True)
    _acts_for(desk, held, asked.taker)
    return ExchangeShown.model_validate(exchanges.accept(desk, held, _exchange(desk, held, exchange), asked.taker))


@router.post("/{exchange}/end")
def end_exchange(desk: Writing, roster: str, exchange: str) -> ExchangeShown:
    """Withdraw one's own offer, or refuse one made to oneself."""
    held = desk.get(RosterRow, roster)
    row = _exchange(desk, held, exchange)
    refuses = desk.who.role == "practitioner" and desk.who.person == row.taker
    if not refuses:
        _acts_for(desk, held, row.giver)
    return ExchangeShown.model_validate(exchanges.end(desk, row, "refused" if refuses else "withdrawn"))
