"""Pages of trust: the rules in force with their texts, and the audit trail."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from api.access import Reading
from api.office.territories import in_force
from api.pages.shell import page
from api.store.schema import Audit

router = APIRouter(prefix="/t/{territory}", include_in_schema=False)
PAGE = 100


@router.get("/rules", name="rules_page")
def rules_page(request: Request, desk: Reading) -> Response:
    """Every rule of the scenario in force, what it weighs and where it comes from."""
    _, scenario = in_force(desk)
    rules = [rule for rule in scenario.rules if rule.enabled]
    return page(request, "rules.html.j2", desk, rules=rules, tiers=[tier.name for tier in scenario.tiers])


@router.get("/trail", name="trail_page")
def trail_page(
    request: Request, desk: Reading, before: Annotated[int | None, Query(ge=1, le=2**62)] = None
) -> Response:
    """Who did or read what, the last first; each line is chained to the one before."""
    asked = select(Audit).where(Audit.territory == desk.who.territory)
    if before is not None:
        asked = asked.where(Audit.number < before)
    rows = list(desk.session.execute(asked.order_by(Audit.number.desc()).limit(PAGE)).scalars())
    desk.tell("audit.read", str(before or ""))
    return page(request, "trail.html.j2", desk, rows=rows, older=rows[-1].number if len(rows) == PAGE else None)
