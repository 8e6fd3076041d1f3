"""What a new installation begins with: an administrator's key, and on request the pilot territory, with a rota published there
and somebody for every role."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.installation import prepared
from api.office import campaigns, rosters, territories
from api.office.desk import Desk
from api.settings import Settings
from api.store.schema import Key, Territory
from api.who import Acting, Role, grant, new_key
from scenarios.load import load
from scheduler import publication
from scheduler.publication import Answer
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from solver.plan import Found, Limits, plan

PILOT = "pilot-pooled"
DATA = Path(__file__).parent.parent / "scenarios" / "data"
DEMO_S = 20.0
"""Seconds of search for the demo's rota."""
CAMPAIGN = timedelta(days=30)
"""How long the demo's campaign is open, so that a month can be painted there."""
DEMO: tuple[Role, ...] = ("coordinator", "practitioner", "establishment", "analyst", "reader")
"""Roles in which anybody may look around the demo."""


def fill(settings: Settings, at: datetime, *, demo: bool) -> str | None:
    """The text of the first administrator's key; None when there are keys already."""
    database = prepared(settings)
    with database.reading() as session:
        wanted = demo and session.get(Territory, PILOT) is None
    scenario = load(DATA / PILOT) if wanted else None
    outcome = plan(scenario, Limits(DEMO_S, 1, 1)) if scenario else None
    with database.writing() as session:
        desk = Desk(session, at, Acting("demo", "administrator", PILOT))
        if scenario is not None and session.get(Territory, PILOT) is None:
            territories.create(desk, PILOT, scenario.facts.territory.name)
            id_ = territories.put_in_force(desk, scenario).id
            if isinstance(outcome, Found):
                tiers = [
                    {"name": t.name, "value": t.value, "bound": t.bound, "proven": t.proven} for t in outcome.tiers
                ]
                _publish(desk, id_, scenario, outcome.roster, {"tiers": tiers, "seed": 1})
            _everybody(session, desk, scenario)
            campaigns.open_(desk, at + CAMPAIGN)
        if session.execute(select(Key.id).limit(1)).first() is not None:
            return None
        key, text = new_key(session, "first", at)
        grant(session, key.id, "administrator", at)
        if demo:
            grant(session, key.id, "coordinator", at, PILOT)
        Desk(session, at, Acting("terminal", "administrator", "")).tell("key.create", key.id)
    return text


def _publish(desk: Desk, scenario_id: str, scenario: Scenario, roster: Roster, proof: dict[str, object]) -> None:
    """The rota, through every step of its life up to its first version; all volunteers say yes."""
    row = rosters.new_draft(desk, scenario_id, roster, proof)
    rosters.propose(desk, row)
    asked = sorted(publication.asked(scenario.facts, roster))
    if asked:
        rosters.answers(desk, row, [Answer(duty, person, accepts=True) for duty, person in asked])
    rosters.publish(desk, row)


def _everybody(session: Session, desk: Desk, scenario: Scenario) -> None:
    """Somebody for every role: the first who privately practises, so that every page of theirs has something to show."""
    facts = scenario.facts
    person = next(p.id for p in facts.people if "private" in facts.statuses_of(p.id))
    site = facts.engagements_by_person[person][0].site
    words: Mapping[Role, dict[str, object]] = {"practitioner": {"person": person}, "establishment": {"sites": (site,)}}
    for role in DEMO:
        grant(session, f"demo:{role}", role, desk.at, PILOT, **words.get(role, {}))  # type: ignore[arg-type]
    desk.tell("grant.create", "demo")
    territories.put_contacts(desk, {p.id: f"05 00 00 {n // 100:02d} {n % 100:02d}" for n, p in enumerate(facts.people)})
