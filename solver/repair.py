"""Life happens: a published rota is mended with the fewest changes, proved, and then as fairly as those allow.

What is past or frozen never moves. Everything else may move at a price of one per assignment, in a tier of its own right
after cover.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler.disruptions import Step
from scheduler.facts import Duty, Facts, in_force
from scheduler.fairness import pool_of
from scheduler.moves import Bench, Pairs, chain_upon
from scheduler.roster import Roster
from scheduler.rules.cannot import Cannot
from scheduler.rules.stability import Stability
from scheduler.scenario import Scenario, Tier
from scheduler.tables import Absence, Pin, Published, Row, Wish
from scheduler.variants import revised
from solver.plan import Found, Hear, Limits, Outcome, plan

CHANGES = "changes"
"""Name of the tier of assignments that moved."""


@dataclass(frozen=True, slots=True)
class Move:
    """One duty that another person holds now. Nobody: empty."""

    duty: str
    left: tuple[str, ...]
    came: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mended:
    """A rota mended: what moved, how many changes there had to be, and whether fewer are impossible."""

    outcome: Outcome
    scenario: Scenario
    """With the absence, what is frozen, and the tier of changes."""
    moves: tuple[Move, ...]
    changes: int
    """Published assignments that somebody no longer holds."""
    least: int | None
    """No rota with this cover has fewer (proved); None: not known."""

    @property
    def proved(self) -> bool:
        """Whether fewer changes are impossible, the cover being what it is."""
        return self.least is not None and self.least >= self.changes


def frozen(scenario: Scenario, roster: Roster, until: date | None) -> list[Pin]:
    """Pins that keep every duty before a day as it is: who holds it holds it, and nobody joins."""
    if until is None:
        return []
    facts, pins = scenario.facts, []
    for duty in facts.duties:
        if duty.date >= until:
            continue
        people = roster.people_on(duty.id)
        site = roster.site_by_duty.get(duty.id)
        if site is not None:
            pins.append(Pin(line=duty.line, date=duty.date, period=duty.period, site=site))
        pins += [Pin(line=duty.line, date=duty.date, period=duty.period, person=person) for person in people]
        if len(people) < duty.wished:
            others = [person for person in pool_of(facts, duty.line) if person not in people]
            pins += [
                Pin(line=duty.line, date=duty.date, period=duty.period, person=person, held=False) for person in others
            ]
    return pins


def to_mend(
    scenario: Scenario, roster: Roster, *, absences: Sequence[Absence] = (), frozen_until: date | None = None
) -> Scenario:
    """The question that mending asks: the scenario with the absences, what is frozen, and the tier of changes.

    Raises:
        ScenarioError: somebody is absent from a duty that is frozen to them.
    """
    scenario = informed(scenario, roster, absences, frozen_until)
    facts = scenario.facts
    published = [
        Published(line=duty.line, date=duty.date, period=duty.period, person=person)
        for duty in facts.duties
        for person in roster.people_on(duty.id)
    ]
    first, *later = scenario.tiers
    rules = [rule for rule in scenario.rules if not isinstance(rule, Stability)]
    return revised(
        scenario,
        tables={
            "published": published,
            "pins": _once([*facts.tables.pins, *frozen(scenario, roster, frozen_until)]),
        },
        rules=[*rules, Stability(weight=1, tier=CHANGES)],
        tiers=[first, Tier(name=CHANGES), *(tier for tier in later if tier.name != CHANGES)],
    )


def informed(scenario: Scenario, roster: Roster, absences: Sequence[Absence], frozen_until: date | None) -> Scenario:
    """The scenario with absences known now.

    Who holds a frozen duty that runs into the first day of the absence (the night before) has held it: they are away from
    what begins on that day.
    """
    facts = scenario.facts
    days: list[Absence] = []
    begun: list[Wish] = []
    for row in absences:
        night_before = any(
            frozen_until is not None
            and duty.date < frozen_until
            and duty.date < row.first_day
            and _ends(facts, duty) >= row.first_day
            for duty in map(facts.duty_by_id.__getitem__, roster.duties_of(row.person))
        )
        if not night_before:
            days.append(row)
            continue
        begun.append(Wish(person=row.person, wish="cannot", first_day=row.first_day, last_day=row.first_day))
        if row.first_day < row.last_day:
            days.append(row.model_copy(update={"first_day": row.first_day + timedelta(days=1)}))
    if not days and not begun:
        return scenario
    rules = list(scenario.rules)
    if begun and not any(isinstance(rule, Cannot) and rule.enabled for rule in rules):
        rules.append(Cannot(id="away"))
    tables: dict[str, Sequence[Row]] = {
        "absences": [*facts.tables.absences, *days],
        "wishes": [*facts.tables.wishes, *begun],
    }
    return revised(scenario, tables=tables, rules=rules)


def _ends(facts: Facts, duty: Duty) -> date:
    """The local day on which a duty ends, midnight being of the day before."""
    return facts.calendar.local(duty.end - timedelta(microseconds=1)).date()


def _once(pins: Iterable[Pin]) -> list[Pin]:
    """Each pin once; what was decided to be is stronger than what was decided not to be."""
    held = {(p.line, p.date, p.period, p.person) for p in pins if p.person and p.held}
    kept: dict[tuple[object, ...], Pin] = {}
    for pin in pins:
        key = (pin.line, pin.date, pin.period, pin.person)
        if pin.held or key not in held:
            kept.setdefault((*key, pin.site, pin.held), pin)
    return list(kept.values())


def replan(
    scenario: Scenario,
    roster: Roster,
    limits: Limits,
    *,
    absences: Sequence[Absence] = (),
    frozen_until: date | None = None,
    on_progress: Hear | None = None,
) -> Mended:
    """Mend a published rota for absences known now.

    Raises:
        ScenarioError: somebody is absent from a duty that is frozen to them.
    """
    question = to_mend(scenario, roster, absences=absences, frozen_until=frozen_until)
    outcome = plan(question, limits, on_progress, replaced(question, roster, absences))
    if not isinstance(outcome, Found):
        return Mended(outcome, question, (), 0, None)
    tier = next(tier for tier in outcome.tiers if tier.name == CHANGES)
    return Mended(outcome, question, moves_between(scenario.facts, roster, outcome.roster), tier.value, tier.bound)


def replay(scenario: Scenario, roster: Roster, steps: Sequence[Step], limits: Limits) -> Iterator[tuple[Step, Mended]]:
    """Mend a published rota step by step, each for what is known by then; what is earlier than its day never moves.

    Ends with the first step that no rota answers.

    Raises:
        ScenarioError: an absence or a need does not fit the scenario.
    """
    question, now = scenario, roster
    for step in steps:
        tables = question.facts.tables
        question = revised(question, tables={"needs": [*tables.needs, *step.needs]})
        mended = replan(question, now, limits, absences=step.absences, frozen_until=step.known)
        yield step, mended
        if not isinstance(mended.outcome, Found):
            return
        question = informed(question, now, step.absences, step.known)
        now = mended.outcome.roster


def replaced(question: Scenario, roster: Roster, absences: Sequence[Absence]) -> Roster:
    """A rota to begin from: each duty of somebody absent goes to who can take it, or is filled by two or three moves."""
    facts = question.facts
    away = {
        (duty, person)
        for duty, person in roster.assignments
        if any(row.person == person and in_force(row, facts.duty_by_id[duty].date) for row in absences)
    }
    bench = Bench(question, replace(roster, assignments=roster.assignments - away))
    gone: Pairs = frozenset()
    come: Pairs = frozenset()
    for name, _ in sorted(away, key=lambda pair: facts.duty_by_id[pair[0]].start):
        for step in chain_upon(bench, facts.duty_by_id[name], gone, come):
            come |= {(step.duty, step.taker)}
            gone |= {(step.duty, step.giver)} if step.giver else frozenset()
    return bench.after(gone, come)


def moves_between(facts: Facts, before: Roster, after: Roster) -> tuple[Move, ...]:
    """Duties held by others than before, by start."""
    found = []
    for duty in facts.duties:
        then, now = before.people_on(duty.id), after.people_on(duty.id)
        if then != now:
            left = tuple(person for person in then if person not in now)
            came = tuple(person for person in now if person not in then)
            found.append(Move(duty.id, left, came))
    return tuple(found)
