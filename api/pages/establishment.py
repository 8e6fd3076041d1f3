"""An establishment's page: its lines, its people, its money, what it may download and subscribe to."""

import csv
import io
from collections import defaultdict
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.access import Reading
from api.office import feeds, rosters
from api.office.board import Assigned, assigned, boards
from api.office.desk import Desk
from api.office.documents import held_from, scenario_by
from api.pages.shell import Posting, page, then
from api.problems import Problem
from scheduler.pay import statement_of
from scheduler.words import same

router = APIRouter(prefix="/t/{territory}/establishment", include_in_schema=False)
DAYS = 28
"""Days shown at once."""


def _ours(desk: Desk, first: date, last: date) -> list[Assigned]:
    """Duties at one's sites on these days, by start."""
    sites = desk.who.sites or frozenset()
    return sorted(
        (
            one
            for board in boards(desk.session, desk.who.territory)
            for one in assigned(board, board.between(first, last))
            if one.site in sites
        ),
        key=lambda one: (one.start, one.line, one.person or ""),
    )


@router.get("", name="establishment")
def establishment(
    request: Request, desk: Reading, first: Annotated[date | None, Query(alias="from")] = None
) -> Response:
    """Own lines from a day on, own people, own money."""
    row, sites = rosters.current(desk), desk.who.sites or frozenset()
    if row is None:
        return page(request, "establishment.html.j2", desk, row=None)
    scenario, held = scenario_by(desk.session, row.scenario), held_from(row.held)
    facts = scenario.facts
    start = rosters.within(facts, first or desk.at.date())
    rows = _ours(desk, start, start + timedelta(days=DAYS - 1))
    people = {e.person for e in facts.tables.engagements if e.site in sites}
    money: defaultdict[tuple[str, str], int] = defaultdict(int)
    for item in statement_of(facts, held).items:
        if item.site in sites:
            money[item.payer, item.person] += item.cents
    desk.tell("assignments.read", f"{start} {' '.join(sorted(sites))}")
    return page(
        request,
        "establishment.html.j2",
        desk,
        row=row,
        facts=facts,
        sites=sorted(sites),
        rows=rows,
        first=start,
        before=start - timedelta(days=DAYS),
        after=start + timedelta(days=DAYS),
        people=[(facts.name(p), len(held.duties_of(p))) for p in facts.person_by_id if p in people],
        money=[(facts.name(payer), facts.name(person), cents) for (payer, person), cents in sorted(money.items())],
        total=sum(money.values()),
    )


@router.get("/roster.csv", name="site_table")
def site_table(desk: Reading) -> Response:
    """Own duties of the published roster as a table."""
    row = rosters.current(desk)
    if row is None:
        raise Problem("not_found")
    territory = scenario_by(desk.session, row.scenario).facts.territory
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("start_utc", "end_utc", "site", "line", "modality", "person"))
    for one in _ours(desk, territory.first_day, territory.last_day):
        cells = (
            one.start.isoformat(),
            one.end.isoformat(),
            one.site_name,
            one.line_name,
            one.modality,
            one.person_name or "",
        )
        # A spreadsheet would take such a cell for a formula.
        table.writerow(f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell for cell in cells)
    desk.tell("assignments.read", f"{row.id} csv")
    headers = {"content-disposition": 'attachment; filename="roster.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/calendar", name="site_calendar")
def site_calendar(request: Request, desk: Posting, site: Annotated[str, Form()]) -> Response:
    """A new secret address of a site's calendar, shown this once."""
    if site not in (desk.who.sites or frozenset()):
        raise Problem("not_found")
    _, secret = feeds.create(desk, "site", site)
    address = f"{str(request.base_url).rstrip('/')}/v1/calendars/{secret}.ics"
    return then(request, f"/t/{desk.who.territory}/establishment", same(address))
