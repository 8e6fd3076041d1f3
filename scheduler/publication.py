"""The life of a roster after it is made: draft, proposed, published (numbered), frozen, done. Nothing else changes a rota.

Each step is a function from one publication to the next; a step that may not be taken says why. Dates are given, never read
from a clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from scheduler.facts import Facts, Territory, duty_id
from scheduler.fairness import CATEGORIES, carried, fair_shares, loads
from scheduler.findings import Finding, ScenarioError
from scheduler.roster import Roster, roster_of
from scheduler.rules.wishes import refusals
from scheduler.scenario import Scenario
from scheduler.tables import Balance
from scheduler.verify import verify
from scheduler.words import Said

State = Literal["draft", "proposed", "published", "frozen", "done"]
VOLUNTEERS = ("private", "locum", "retired")
"""Statuses that are asked before a duty is theirs (R. 6315-4 CSP: voluntary)."""
FREEZE_DAYS = 1
"""Days before a duty from which it no longer moves."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Days before the first day of an ambulatory roster, and after its last (R. 6315-2 and R. 6315-4 CSP)."""

    submit: int = 45
    publish: int = 10
    actuals: int = 30

    def dates(self, territory: Territory) -> dict[str, date]:
        """When the roster is due to the Ordre, when to everybody, when the list of duties done."""
        return {
            "submit": territory.first_day - timedelta(days=self.submit),
            "publish": territory.first_day - timedelta(days=self.publish),
            "actuals": territory.last_day + timedelta(days=self.actuals),
        }


@dataclass(frozen=True, slots=True)
class Published:
    """One numbered version."""

    number: int
    on: date
    roster: Roster


@dataclass(frozen=True, slots=True)
class Publication:
    """A roster in its life."""

    state: State
    roster: Roster
    versions: tuple[Published, ...] = ()
    accepted: frozenset[tuple[str, str]] = frozenset()
    """(Duty, volunteer) that said yes, while it is proposed."""
    reopened: frozenset[str] = frozenset()
    """Duties that a volunteer refused: they only are to be filled anew."""

    @property
    def last(self) -> Published | None:
        """The version in force."""
        return self.versions[-1] if self.versions else None


def draft(roster: Roster) -> Publication:
    """A rota that nobody was told of yet."""
    return Publication("draft", roster)


def in_table(facts: Facts) -> Roster:
    """The rota in the table ``published``, where its duties are in the horizon."""
    pairs = ((duty_id(row.line, row.date, row.period), row.person) for row in facts.tables.published)
    chosen = {duty.id: duty.sites[0] for duty in facts.duties if len(duty.sites) > 1}
    return roster_of(((duty, person) for duty, person in pairs if duty in facts.duty_by_id), chosen)


def asked(facts: Facts, roster: Roster) -> frozenset[tuple[str, str]]:
    """(Duty, person) of the volunteers, who accept or refuse."""
    found = set()
    for duty, person in roster.assignments:
        used = facts.engagement_for(person, facts.duty_by_id[duty])
        if used is not None and used.status in VOLUNTEERS:
            found.add((duty, person))
    return frozenset(found)


def propose(now: Publication, scenario: Scenario) -> Publication:
    """Ask the volunteers. What they said of duties that have not moved stands.

    Raises:
        ScenarioError: it is no draft, or the rota breaks a rule.
    """
    _only(now, "draft", "proposed")
    sound(scenario, now.roster)
    return replace(now, state="proposed", accepted=now.accepted & now.roster.assignments, reopened=frozenset())


@dataclass(frozen=True, slots=True)
class Answer:
    """What a volunteer says to one duty."""

    duty: str
    person: str
    accepts: bool


def answers(now: Publication, scenario: Scenario, given: Sequence[Answer]) -> Publication:
    """Volunteers accept, or refuse: then those duties are open again, and no other. All answers are taken, or none.

    Raises:
        ScenarioError: it is not proposed, or somebody was not asked; all of them are listed.
    """
    _only(now, "proposed")
    were_asked = asked(scenario.facts, now.roster)
    said = Said("a duty that was proposed to them was expected", "une garde qui leur a été proposée était attendue")
    wrong = [
        Finding(said, "publication", column="duty", found=f"{one.duty} {one.person}")
        for one in given
        if (one.duty, one.person) not in were_asked
    ]
    if wrong:
        raise ScenarioError(wrong)
    # What somebody says last is what they say.
    last = {(one.duty, one.person): one.accepts for one in given}
    refused = frozenset(pair for pair, accepts in last.items() if not accepts)
    return replace(
        now,
        roster=replace(now.roster, assignments=now.roster.assignments - refused),
        accepted=now.accepted - refused | (last.keys() - refused),
        reopened=now.reopened | {duty for duty, _ in refused},
    )


def refilled(now: Publication, roster: Roster) -> Publication:
    """A rota in which the duties that were open again are filled; nothing else may have moved.

    Raises:
        ScenarioError: another duty moved.
    """
    _only(now, "proposed", "draft")
    moved = {duty for duty, _ in now.roster.assignments ^ roster.assignments}
    if now.state == "proposed" and not moved <= now.reopened:
        said = Said("only duties that are open again may move", "seules les gardes rouvertes peuvent bouger")
        names = ", ".join(sorted(moved - now.reopened)[:5])
        raise ScenarioError([Finding(said, "publication", column="duty", found=names)])
    return replace(now, roster=roster)


def publish(now: Publication, scenario: Scenario, on: date) -> Publication:
    """The next numbered version.

    Raises:
        ScenarioError: a volunteer has not answered, a rule is broken, or it is neither proposed nor published.
    """
    _only(now, "proposed", "published")
    sound(scenario, now.roster)
    waiting = asked(scenario.facts, now.roster) - now.accepted
    if now.state == "proposed" and waiting:
        said = Said(
            f"an answer to every proposed duty was expected; {len(waiting)} are missing",
            f"une réponse à chaque garde proposée était attendue ; il en manque {len(waiting)}",
        )
        raise ScenarioError([Finding(said, "publication", column="accepted")])
    version = Published(len(now.versions) + 1, on, now.roster)
    return Publication("published", now.roster, (*now.versions, version), now.accepted)


def change(
    now: Publication, scenario: Scenario, roster: Roster, on: date, movable_from: date | None = None
) -> Publication:
    """A published rota changed by an exchange, a replacement or a mending: the next version, if no rule is broken and nothing
    that is frozen moved.

    Args:
        now: the publication.
        scenario: of which it is.
        roster: the rota with the change.
        on: the day of the change.
        movable_from: first day whose duties may move; by default by the freeze. An absence tonight cannot wait for it.

    Raises:
        ScenarioError: it is not published, a rule is broken, or a frozen duty moved.
    """
    _only(now, "published")
    until = movable_from or frozen_until(on)
    moved = {duty for duty, _ in now.roster.assignments ^ roster.assignments}
    late = sorted(duty for duty in moved if scenario.facts.duty_by_id[duty].date < until)
    if late:
        said = Said(
            f"duties from {until.isoformat()} on were expected: the others are frozen",
            f"des gardes à partir du {until.isoformat()} étaient attendues : les autres sont figées",
        )
        raise ScenarioError([Finding(said, "publication", column="duty", found=", ".join(late[:5]))])
    sound(scenario, roster)
    version = Published(len(now.versions) + 1, on, roster)
    return replace(now, roster=roster, versions=(*now.versions, version))


def frozen_until(on: date) -> date:
    """The first day whose duties may still move."""
    return on + timedelta(days=FREEZE_DAYS + 1)


def freeze(now: Publication) -> Publication:
    """Nothing moves any more.

    Raises:
        ScenarioError: it is not published.
    """
    _only(now, "published")
    return replace(now, state="frozen")


def done(now: Publication, held: Roster) -> Publication:
    """What was really held; the balance carried into the next roster is of this.

    Raises:
        ScenarioError: it is not frozen.
    """
    _only(now, "frozen")
    return replace(now, state="done", roster=held)


def balances(scenario: Scenario, held: Roster) -> list[Balance]:
    """What everybody carries into the next roster: what they brought, and what was really held against the fair share."""
    facts = scenario.facts
    load, share, before = loads(facts, held), fair_shares(facts), carried(facts)
    refused = {row.person: row.refused for row in facts.tables.balances}
    rows = []
    for person in facts.person_by_id:
        ends = {c: before[c][person] + load[c][person] - share[c][person] for c in CATEGORIES}
        times = refused.get(person, 0) + sum(refusals(facts, held, person).values())
        if any(ends.values()) or times:
            rows.append(
                Balance.model_construct(
                    person=person,
                    refused=times,
                    points=ends["points"],
                    nights=ends["nights"],
                    weekends=ends["weekends"],
                    sensitive=ends["sensitive"],
                )
            )
    return rows


@dataclass(frozen=True, slots=True)
class Differs:
    """What a version changed: (duty, person) no longer held, and now held."""

    gone: tuple[tuple[str, str], ...]
    come: tuple[tuple[str, str], ...]


def difference(before: Roster, after: Roster) -> Differs:
    """From one rota to another, by duty and person."""
    return Differs(
        tuple(sorted(before.assignments - after.assignments)), tuple(sorted(after.assignments - before.assignments))
    )


def _only(now: Publication, *states: State) -> None:
    if now.state not in states:
        names = " or ".join(states)
        said = Said(
            f"a roster that is {names} was expected", f"un tableau dans l'état {' ou '.join(states)} était attendu"
        )
        raise ScenarioError([Finding(said, "publication", column="state", found=now.state)])


def sound(scenario: Scenario, roster: Roster) -> None:
    """That no rule is broken.

    Raises:
        ScenarioError: some are; each breach in words.
    """
    findings: Iterable[Finding] = (
        Finding(scenario.rule(breach.rule).explain(breach, scenario.facts), "roster", column=breach.rule)
        for breach in verify(scenario, roster).forbidden
    )
    found = list(findings)
    if found:
        raise ScenarioError(found)
