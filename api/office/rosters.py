"""Rosters: each step of their life, with the versions that everybody sees, and what each one changed."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from api.office.desk import Desk
from api.office.documents import held_from, held_json, publication_of, scenario_by
from api.problems import Problem
from api.store.schema import Published as PublishedRow
from api.store.schema import RosterRow
from api.who import new_id
from scheduler import publication
from scheduler.facts import Facts
from scheduler.findings import Finding, ScenarioError
from scheduler.moves import Bench
from scheduler.publication import Answer, Publication
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from scheduler.words import Said


def new_draft(desk: Desk, scenario: str, roster: Roster, proof: dict[str, Any]) -> RosterRow:
    """A rota that nobody was told of yet."""
    row = RosterRow(
        id=new_id("roster"),
        territory=desk.who.territory,
        scenario=scenario,
        state="draft",
        held=held_json(roster),
        accepted=[],
        reopened=[],
        proof=proof,
        created=desk.at.isoformat(),
    )
    desk.session.add(row)
    desk.session.flush()
    desk.tell("roster.draft", row.id)
    return row


def step(
    desk: Desk,
    row: RosterRow,
    what: str,
    take: Callable[[Publication, Scenario], Publication],
    *,
    why: str = "",
) -> RosterRow:
    """One step of a roster's life: what it was and what it becomes, its new version, the trail, and who is told.

    Raises:
        Problem: the step may not be taken now.
    """
    scenario = scenario_by(desk.session, row.scenario)
    before = publication_of(desk.session, row)
    try:
        after = take(before, scenario)
    except ScenarioError as error:
        state = any(finding.where == "publication" and finding.column == "state" for finding in error.findings)
        raise Problem("conflict" if state else "breaks_rules", findings=error.findings) from None
    row.state, row.held = after.state, held_json(after.roster)
    row.accepted, row.reopened = sorted(map(list, after.accepted)), sorted(after.reopened)
    for version in after.versions[len(before.versions) :]:
        desk.session.add(
            PublishedRow(
                roster=row.id,
                number=version.number,
                on=version.on.isoformat(),
                held=held_json(version.roster),
                why=why or what,
                by=desk.who.subject,
            )
        )
    desk.session.flush()
    desk.tell(f"roster.{what}", row.id)
    desk.changed(row.id, what, row.version, moved(before, after))
    return row


def moved(before: Publication, after: Publication) -> list[tuple[str, str, str]]:
    """What a step changed in what everybody sees: the duties of the last version that differ, who left and who came."""
    if len(after.versions) == len(before.versions):
        return []
    old = before.versions[-1].roster if before.versions else Roster(frozenset())
    new = after.versions[-1].roster
    duties = sorted({duty for duty, _ in old.assignments ^ new.assignments})
    return [
        (
            duty,
            " ".join(p for p in old.people_on(duty) if not new.covers(p, duty)),
            " ".join(p for p in new.people_on(duty) if not old.covers(p, duty)),
        )
        for duty in duties
    ]


def propose(desk: Desk, row: RosterRow) -> RosterRow:
    """Ask the volunteers."""
    return step(desk, row, "propose", publication.propose)


def answers(desk: Desk, row: RosterRow, given: Sequence[Answer]) -> RosterRow:
    """Volunteers accept or refuse duties."""
    what = "accept" if all(one.accepts for one in given) else "refuse"
    return step(desk, row, what, lambda now, scenario: publication.answers(now, scenario, given))


def publish(desk: Desk, row: RosterRow) -> RosterRow:
    """The next numbered version; of a territory and its days only one roster is published."""

    def take(now: Publication, scenario: Scenario) -> Publication:
        other = _other_in_force(desk, row, scenario)
        if other is not None:
            said = Said(
                f"another roster of these days is published: {other}",
                f"un autre tableau de ces jours est publié : {other}",
            )
            raise Problem("conflict", said)
        return publication.publish(now, scenario, desk.at.date())

    return step(desk, row, "publish", take)


def _other_in_force(desk: Desk, row: RosterRow, scenario: Scenario) -> str | None:
    first, last = scenario.facts.territory.first_day, scenario.facts.territory.last_day
    for other in in_force(desk):
        theirs = scenario_by(desk.session, other.scenario).facts.territory
        if other.id != row.id and theirs.first_day <= last and first <= theirs.last_day:
            return other.id
    return None


def in_force(desk: Desk) -> Sequence[RosterRow]:
    """Rosters that are published or frozen, by id."""
    asked = select(RosterRow).where(
        RosterRow.territory == desk.who.territory, RosterRow.state.in_(("published", "frozen"))
    )
    return desk.session.execute(asked.order_by(RosterRow.id)).scalars().all()


def visible(desk: Desk) -> list[tuple[RosterRow, Scenario]]:
    """Rosters that everybody sees: those in force in the order of their days, then those that are done, the last first."""
    asked = select(RosterRow).where(RosterRow.territory == desk.who.territory, RosterRow.state == "done")
    over = [(row, scenario_by(desk.session, row.scenario)) for row in desk.session.execute(asked).scalars()]
    over.sort(key=lambda one: (one[1].facts.territory.first_day, one[0].id), reverse=True)
    now = [(row, scenario_by(desk.session, row.scenario)) for row in in_force(desk)]
    now.sort(key=lambda one: one[1].facts.territory.first_day)
    return now + over


def of_duty(desk: Desk, duty: str) -> tuple[RosterRow, Scenario]:
    """The roster in which a duty is seen.

    Raises:
        Problem: there is none.
    """
    for row, scenario in visible(desk):
        if duty in scenario.facts.duty_by_id:
            return row, scenario
    raise Problem("not_found")


def current(desk: Desk) -> RosterRow | None:
    """The published roster of now: the first that has not ended, else the last."""
    rows = in_force(desk)
    spans = [(scenario_by(desk.session, row.scenario).facts.territory, row) for row in rows]
    spans.sort(key=lambda one: one[0].first_day)
    to_come = [row for territory, row in spans if territory.last_day >= desk.at.date()]
    return to_come[0] if to_come else spans[-1][1] if spans else None


def within(facts: Facts, day: date) -> date:
    """A day of the horizon: the nearest one."""
    return max(facts.territory.first_day, min(day, facts.territory.last_day))


def edit(desk: Desk, row: RosterRow, gone: Sequence[tuple[str, str]], come: Sequence[tuple[str, str]]) -> RosterRow:
    """Change a rota by hand: a draft as one likes, within the rules; a published one becomes the next version.

    Raises:
        Problem: a rule would be broken, or something frozen would move.
        ScenarioError: what is taken away is not held, or what is put in is.
    """

    after = changed_roster(scenario_by(desk.session, row.scenario), held_from(row.held), gone, come)

    def take(now: Publication, scenario: Scenario) -> Publication:
        if now.state == "published":
            return publication.change(now, scenario, after, desk.at.date())
        publication.sound(scenario, after)
        return publication.refilled(now, after)

    return step(desk, row, "edit", take)


def changed_roster(
    scenario: Scenario, roster: Roster, gone: Sequence[tuple[str, str]], come: Sequence[tuple[str, str]]
) -> Roster:
    """A rota with some (duty, person) taken away and others put in.

    Raises:
        ScenarioError: what is taken away is not held, or what is put in is, or it is no duty or person of the scenario.
    """
    findings = []
    for where, pairs, holds in (("drop", gone, True), ("put", come, False)):
        for duty, person in pairs:
            if duty not in scenario.facts.duty_by_id or person not in scenario.facts.person_by_id:
                said = Said(
                    "a duty and a person of the scenario were expected",
                    "une garde et une personne du scénario étaient attendues",
                )
                findings.append(Finding(said, where, found=f"{duty} {person}"))
            elif roster.covers(person, duty) != holds:
                said = (
                    Said("somebody who holds it was expected", "quelqu'un qui la tient était attendu")
                    if holds
                    else Said(
                        "somebody who does not hold it was expected", "quelqu'un qui ne la tient pas était attendu"
                    )
                )
                findings.append(Finding(said, where, found=f"{duty} {person}"))
    if findings:
        raise ScenarioError(findings)
    return Bench(scenario, roster).after(gone, come)


def freeze(desk: Desk, row: RosterRow) -> RosterRow:
    """Nothing moves any more."""
    return step(desk, row, "freeze", lambda now, _: publication.freeze(now))


def done(desk: Desk, row: RosterRow, held: Roster) -> RosterRow:
    """What was really held."""
    return step(desk, row, "done", lambda now, _: publication.done(now, held))


def versions(desk: Desk, row: RosterRow) -> Sequence[PublishedRow]:
    """The versions of a roster, in order."""
    asked = select(PublishedRow).where(PublishedRow.roster == row.id).order_by(PublishedRow.number)
    return desk.session.execute(asked).scalars().all()
