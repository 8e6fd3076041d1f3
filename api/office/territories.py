"""Territories, the scenario in force, how people are reached."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.office.desk import Desk
from api.office.documents import put_scenario, scenario_by
from api.problems import Problem
from api.store.database import kept
from api.store.schema import Campaign, Contact, ScenarioRow, Territory
from scheduler.findings import Finding, ScenarioError, nearest
from scheduler.scenario import Scenario
from scheduler.words import Said


def create(desk: Desk, id_: str, name: str) -> Territory:
    """A territory with nothing in it yet.

    Raises:
        Problem: there is one of that id.
    """
    if desk.session.get(Territory, id_) is not None:
        raise Problem("taken")
    row = Territory(id=id_, name=name, created=desk.at.isoformat())
    desk.session.add(row)
    desk.session.flush()
    desk.tell("territory.create", id_)
    return row


def put_in_force(desk: Desk, scenario: Scenario) -> ScenarioRow:
    """Take a scenario as the one in force; earlier ones stay, for the rosters that were made of them.

    Raises:
        Problem: a campaign is open: what people say is of the scenario that they were asked for.
    """
    territory = desk.session.get_one(Territory, desk.who.territory)
    asked = select(Campaign.id).where(Campaign.territory == territory.id, Campaign.state == "open")
    if desk.session.execute(asked).first() is not None:
        said = Said(
            "a campaign is open on the scenario in force: close it first",
            "une campagne est ouverte sur le scénario en vigueur : fermez-la d'abord",
        )
        raise Problem("conflict", said)
    row = put_scenario(desk, scenario)
    territory.scenario = row.id
    desk.tell("scenario.put", row.id)
    return row


def in_force(desk: Desk) -> tuple[str, Scenario]:
    """The scenario in force, and its id.

    Raises:
        Problem: there is none yet.
    """
    territory = desk.session.get_one(Territory, desk.who.territory)
    if territory.scenario is None:
        said = Said("upload a scenario first", "déposez d'abord un scénario")
        raise Problem("conflict", said)
    return territory.scenario, scenario_by(desk.session, territory.scenario)


def put_contacts(desk: Desk, phones: Mapping[str, str]) -> int:
    """How people are reached; nobody else's number changes.

    Raises:
        ScenarioError: a person is not of the territory; all of them are listed.
    """
    _, scenario = in_force(desk)
    known = scenario.facts.person_by_id
    said = Said("an id of the table people was expected", "un identifiant de la table people était attendu")
    strange = [Finding(said, "contacts", found=p, maybe=nearest(p, known)) for p in phones if p not in known]
    if strange:
        raise ScenarioError(strange)
    for person, phone in phones.items():
        desk.session.merge(Contact(territory=desk.who.territory, person=person, phone=phone))
    desk.tell("contacts.put", " ".join(sorted(phones)))
    return len(phones)


def contacts(desk: Desk) -> dict[str, str]:
    """Phone numbers by person."""
    return phones_of(desk.session, desk.who.territory)


def phones_of(session: Session, territory: str) -> dict[str, str]:
    """Phone numbers of a territory by person."""

    def load() -> dict[str, str]:
        rows = session.execute(select(Contact).where(Contact.territory == territory)).scalars()
        return {row.person: row.phone for row in rows}

    return kept(session, ("contacts", territory), load)
