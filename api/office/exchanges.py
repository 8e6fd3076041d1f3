"""Exchanges: offered to somebody or to whoever can, accepted once, applied as the next version of the published roster."""

from collections.abc import Sequence

from sqlalchemy import select

from api.office.desk import Desk
from api.office.documents import held_from, scenario_by
from api.office.rosters import step
from api.problems import Problem
from api.store.schema import ExchangeRow, RosterRow
from api.who import new_id
from scheduler import publication
from scheduler.exchanges import Exchange, exchange
from scheduler.findings import Finding
from scheduler.moves import Bench
from scheduler.words import Said


def preview(desk: Desk, roster: RosterRow, duty: str, giver: str, taker: str, back: str | None) -> Exchange:
    """What an exchange does to both, and the rules against it.

    Raises:
        Problem: somebody would give what they do not hold.
    """
    bench = Bench(scenario_by(desk.session, roster.scenario), held_from(roster.held))
    try:
        return exchange(bench, duty, giver, taker, back)
    except (ValueError, KeyError):
        said = Said(
            "duties that those who give them hold were expected",
            "des gardes tenues par qui les donne étaient attendues",
        )
        raise Problem("invalid", findings=[Finding(said, "exchange", column="duty", found=duty)]) from None


def offer(desk: Desk, roster: RosterRow, duty: str, giver: str, taker: str | None, back: str | None) -> ExchangeRow:
    """Offer a duty that is published: to somebody, for one of theirs or for nothing, or to whoever can.

    Raises:
        Problem: it is not theirs, not published, or the exchange would break rules.
    """
    if roster.state != "published":
        raise Problem("conflict", Said("a published roster was expected", "un tableau publié était attendu"))
    scenario, held = scenario_by(desk.session, roster.scenario), held_from(roster.held)
    one = scenario.facts.duty_by_id.get(duty)
    if one is not None and one.date < publication.frozen_until(desk.at.date()):
        said = Said("a duty that may still move was expected", "une garde qui peut encore bouger était attendue")
        raise Problem("conflict", said)
    if taker == giver or (taker is not None and held.covers(taker, duty)):
        said = Said(
            "somebody who does not hold it yet was expected", "quelqu'un qui ne la tient pas encore était attendu"
        )
        raise Problem("invalid", findings=[Finding(said, "exchange", column="taker", found=taker)])
    same = select(ExchangeRow.id).where(
        ExchangeRow.roster == roster.id, ExchangeRow.duty == duty, ExchangeRow.state == "offered"
    )
    if desk.session.execute(same).first() is not None:
        raise Problem("taken", Said("it is offered already", "elle est déjà proposée"))
    if taker is not None:
        found = preview(desk, roster, duty, giver, taker, back)
        if found.refused:
            raise Problem("breaks_rules", findings=[Finding(said, "exchange") for said in found.refused])
    elif back is not None or not held_from(roster.held).covers(giver, duty):
        said = Said(
            "a duty that the giver holds was expected, and none back",
            "une garde tenue par qui la donne était attendue, sans retour",
        )
        raise Problem("invalid", findings=[Finding(said, "exchange", column="duty", found=duty)])
    row = ExchangeRow(
        id=new_id("exchange"),
        roster=roster.id,
        duty=duty,
        giver=giver,
        taker=taker,
        back=back,
        state="offered",
        created=desk.at.isoformat(),
    )
    desk.session.add(row)
    desk.session.flush()
    desk.tell("exchange.offer", row.id)
    return row


def accept(desk: Desk, roster: RosterRow, row: ExchangeRow, taker: str) -> ExchangeRow:
    """Accept an offer: the roster's next version has it, or nothing changes.

    Raises:
        Problem: somebody was faster, it is for somebody else, or rules stand against it by now.
    """
    _open(row)
    if row.taker not in (None, taker) or taker == row.giver:
        raise Problem("not_allowed")
    found = preview(desk, roster, row.duty, row.giver, taker, row.back)
    if found.refused:
        raise Problem("breaks_rules", findings=[Finding(said, "exchange") for said in found.refused])
    row.state, row.taker = "accepted", taker
    desk.session.flush()
    step(desk, roster, "exchange", lambda now, asked: publication.change(now, asked, found.after, desk.at.date()))
    desk.tell("exchange.accept", row.id)
    return row


def end(desk: Desk, row: ExchangeRow, state: str) -> ExchangeRow:
    """Refuse or withdraw an offer.

    Raises:
        Problem: it is not open any more.
    """
    _open(row)
    row.state = state
    desk.session.flush()
    desk.tell(f"exchange.{state}", row.id)
    return row


def of_roster(desk: Desk, roster: RosterRow) -> Sequence[ExchangeRow]:
    """All exchanges of a roster, the newest first."""
    asked = select(ExchangeRow).where(ExchangeRow.roster == roster.id)
    return desk.session.execute(asked.order_by(ExchangeRow.created.desc(), ExchangeRow.id)).scalars().all()


def _open(row: ExchangeRow) -> None:
    if row.state != "offered":
        raise Problem("taken", Said(f"it is {row.state}", "elle n'est plus proposée"))
