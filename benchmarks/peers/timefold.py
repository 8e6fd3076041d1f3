"""Timefold's last release for Python, on territories drawn at random: local search, no bounds, one thread.

One entity per place of a duty (nobody is allowed), one per time at which the site of lines that work together is chosen.
Who may hold what, and where, is asked of the rules' own judgement. Said to Timefold as it is: absences, eligibility, consent
(also to the chosen site), one duty at a time, spacing, duties in any so many days, weekends in any so many weeks and in a
row, changes of the chosen site and each site's share; then, as soft levels, cover, the worst-off, evenness with wishes.
Simpler than asked: with more than two sites to choose from, only what is too much at one site is counted, not each share.
"""

# ruff: noqa: ARG005 - Timefold calls these functions with all there is.

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any

from jpype import JProxy
from timefold.solver import SolverFactory
from timefold.solver.config import (
    Duration,
    ScoreDirectorFactoryConfig,
    SolverConfig,
    SolverConfigOverride,
    TerminationConfig,
)
from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import (
    BendableScore,
    Constraint,
    ConstraintCollectors,
    ConstraintFactory,
    Joiners,
    constraint_provider,
)

from benchmarks.peers.tiers import Clock, Listen
from scheduler.facts import Duty, Facts, in_force
from scheduler.fairness import carried, fair_shares, weight_in
from scheduler.findings import EngineError
from scheduler.roster import Roster
from scheduler.rules.base import Rule
from scheduler.scenario import Scenario
from scheduler.verify import verify
from solver.plan import Found, Limits, Outcome, OutOfTime, TierResult

KINDS = (
    *("eligibility", "absence", "consent", "places", "one_place", "spacing", "max_duties", "max_weekends"),
    *("weekends_in_a_row", "colocation", "site_rotation", "coverage", "worst_off", "evenness", "wishes"),
)
TIERS = ("cover", "worst_off", "evenness")
WEEK = 7
STARTS_S = 2.0
"""What Timefold needs to start and to end, beyond the limit it is given."""


@dataclass
class Somewhere:
    """Somewhere to be on duty."""

    id: Annotated[str, PlanningId]
    index: int


@dataclass
class Agreed:
    """The limits of everybody."""

    days_apart: int
    duties: int
    window_days: int
    weekends: int
    window_weeks: int
    weekends_in_a_row: int
    evenness: int
    wishes: int


@dataclass
class Someone:
    """A person, with fair shares in hundredths."""

    id: Annotated[str, PlanningId]
    index: int
    group: str
    points: int
    weekends: int
    refused: int
    """Wishes to be on duty, by weight: refused as long as no duty is held that day."""
    agreed: Agreed


@dataclass
class Choice:
    """What does not change over the stays of a group."""

    changes: int
    most: list[int]
    """Most stays at each site, so that the others have their share."""
    sites: list[Somewhere]


@planning_entity
@dataclass
class Stay:
    """The site of lines that work together, at one time."""

    id: Annotated[str, PlanningId]
    group: str
    following: str
    choice: Choice
    site: Annotated[Somewhere | None, PlanningVariable] = None

    def get_sites(self) -> Annotated[list[Somewhere], ValueRangeProvider]:
        """Where it may be."""
        return self.choice.sites


@dataclass
class Wanted:
    """What does not change of a place. Timefold copies its entities at every better rota: they have to be small."""

    duty: str
    day: int
    weekend: int
    """Number of its weekend; -1 on other days."""
    price: int
    points: int
    weekend_points: int
    stay: str
    """Where the site is a choice."""
    able: dict[int, int]
    """By person, the sites agreed to, as bits."""
    moods: dict[int, int]
    """By person, wishes that the duty refuses less those that it grants, by weight; 0 is left out."""
    people: list[Someone]


@planning_entity
@dataclass
class Place:
    """Somebody's place on a duty."""

    id: Annotated[str, PlanningId]
    wanted: Wanted
    person: Annotated[Someone | None, PlanningVariable(allows_unassigned=True)] = None

    def get_people(self) -> Annotated[list[Someone], ValueRangeProvider]:
        """Who may hold it."""
        return self.wanted.people


@planning_solution
@dataclass
class Rota:
    """The question, and its answer."""

    someone: Annotated[list[Someone], ProblemFactCollectionProperty]
    sites: Annotated[list[Somewhere], ProblemFactCollectionProperty]
    stays: Annotated[list[Stay], PlanningEntityCollectionProperty]
    places: Annotated[list[Place], PlanningEntityCollectionProperty]
    score: Annotated[BendableScore | None, PlanningScore(bendable_hard_levels_size=1, bendable_soft_levels_size=3)] = (
        field(default=None)
    )


FORBIDDEN = BendableScore.of([1], [0, 0, 0])
COVER = BendableScore.of([0], [1, 0, 0])
WORST = BendableScore.of([0], [0, 1, 0])
EVEN = BendableScore.of([0], [0, 0, 1])


def broken(person: Someone, places: list[Place]) -> int:
    """How much of what somebody agreed to is broken: spacing, duties, weekends."""
    days = sorted([place.wanted.day for place in places])
    weekends = sorted([place.wanted.weekend for place in places if place.wanted.weekend >= 0])
    agreed = person.agreed
    found = 0
    # Lists are in order, so only neighbours are looked at: these loops run at every move.
    for n in range(1, len(days)):
        if days[n] - days[n - 1] < agreed.days_apart:
            found += 1
        if n >= agreed.duties and days[n] - days[n - agreed.duties] < agreed.window_days:
            found += 1
    for n in range(1, len(weekends)):
        if n >= agreed.weekends and weekends[n] - weekends[n - agreed.weekends] < agreed.window_weeks:
            found += 1
        if n >= agreed.weekends_in_a_row and (
            weekends[n] - weekends[n - agreed.weekends_in_a_row] <= agreed.weekends_in_a_row
        ):
            found += 1
    return found


def uneven(person: Someone, points: int, weekends: int, mood: int) -> int:
    """What somebody's duties cost in the last level, more than none would."""
    agreed, count = person.agreed, person.refused + mood
    away = abs(points - person.points) - person.points + abs(weekends - person.weekends) - person.weekends
    wishes = count * (count + 1) // 2 - person.refused * (person.refused + 1) // 2
    return agreed.evenness * away + agreed.wishes * wishes


def rules(factory: ConstraintFactory) -> list[Constraint]:
    """The rules as constraint streams."""
    collect = ConstraintCollectors
    return [
        factory.for_each(Place)
        .group_by(lambda place: place.person, collect.to_list(lambda place: place))
        .penalize(FORBIDDEN, broken)
        .as_constraint("agreed"),
        factory.for_each(Place)
        .filter(lambda place: place.wanted.stay != "")
        .join(Stay, Joiners.equal(lambda place: place.wanted.stay, lambda stay: stay.id))
        .filter(lambda place, stay: (place.wanted.able[place.person.index] >> stay.site.index) & 1 == 0)
        .penalize(FORBIDDEN)
        .as_constraint("consent"),
        factory.for_each(Stay)
        .join(Stay, Joiners.equal(lambda stay: stay.following, lambda stay: stay.id))
        .filter(lambda stay, after: stay.site.index != after.site.index)
        .group_by(lambda stay, after: stay.group, lambda stay, after: stay.choice.changes, collect.count_bi())
        .filter(lambda group, most, count: count > most)
        .penalize(FORBIDDEN, lambda group, most, count: count - most)
        .as_constraint("changes"),
        factory.for_each(Stay)
        .group_by(
            lambda stay: stay.group,
            lambda stay: stay.choice.most[stay.site.index],
            lambda stay: stay.site,
            collect.count(),
        )
        .filter(lambda group, most, site, count: count > most)
        .penalize(FORBIDDEN, lambda group, most, site, count: count - most)
        .as_constraint("share"),
        factory.for_each_including_unassigned(Place)
        .filter(lambda place: place.person is None and place.wanted.price > 0)
        .penalize(COVER, lambda place: place.wanted.price)
        .as_constraint("cover"),
        factory.for_each(Place)
        .group_by(lambda place: place.person, collect.sum(lambda place: place.wanted.points))
        .group_by(
            lambda person, points: person.group, collect.max(lambda person, points: max(0, points - person.points))
        )
        .penalize(WORST, lambda group, above: above)
        .as_constraint("worst off"),
        factory.for_each(Place)
        .group_by(
            lambda place: place.person,
            collect.sum(lambda place: place.wanted.points),
            collect.sum(lambda place: place.wanted.weekend_points),
            collect.sum(lambda place: place.wanted.moods.get(place.person.index, 0)),
        )
        .impact(EVEN, lambda person, points, weekends, mood: -uneven(person, points, weekends, mood))
        .as_constraint("evenness"),
    ]


def plan_timefold(scenario: Scenario, limits: Limits, listen: Listen) -> Outcome:
    """Solve a territory; the start of Java and the translation of the rules (some seconds) are within the limit.

    Raises:
        EngineError: the scenario asks for more than was told to Timefold, or the judge refuses the rota.
    """
    clock = Clock(scenario, limits, listen)
    logging.getLogger("timefold").setLevel(logging.WARNING)
    question = _question(scenario)
    clock.built()
    nothing = sum(_alone(person) for person in question.someone)
    told: list[int | None] = [None] * len(TIERS)

    def hear(event: Any) -> None:
        score = event.getNewBestScore()
        if not event.isNewBestSolutionInitialized() or any(score.hardScores()):
            return
        for n, (tier, value) in enumerate(zip(TIERS, _values(score.softScores(), nothing), strict=True)):
            if told[n] != value:
                clock.tell(tier, value, None)
                told[n] = value

    config = SolverConfig(
        solution_class=Rota,
        entity_class_list=[Stay, Place],
        score_director_factory_config=ScoreDirectorFactoryConfig(
            constraint_provider_function=constraint_provider(rules)
        ),
        random_seed=limits.seed,
    )
    factory = SolverFactory.create(config)
    left = max(0.1, clock.left().time_limit_s - STARTS_S)
    ends = TerminationConfig(spent_limit=Duration(milliseconds=int(1000 * left)))
    solver = factory.build_solver(SolverConfigOverride(termination_config=ends))
    # The package's own way to listen writes the whole rota back into Python each time, and takes most of the search.
    heard = JProxy("ai.timefold.solver.core.api.solver.event.SolverEventListener", {"bestSolutionChanged": hear})
    solver._delegate.addEventListener(heard)  # noqa: SLF001
    answer = solver.solve(question)
    if answer.score is None or any(answer.score.hard_scores):
        return OutOfTime(clock.timing())
    site_by_stay = {stay.id: stay.site.id for stay in answer.stays if stay.site is not None}
    held = frozenset((place.wanted.duty, place.person.id) for place in answer.places if place.person is not None)
    sites = {place.wanted.duty: site_by_stay[place.wanted.stay] for place in answer.places if place.wanted.stay}
    roster = Roster(held, sites)
    verdict = verify(scenario, roster)
    if not verdict.ok:
        raise EngineError(f"a forbidden roster: {verdict.forbidden[:5]}")
    said = _values(answer.score.soft_scores, nothing)
    if said != list(verdict.values.values()):
        raise EngineError(f"Timefold counts {said}, the rules {verdict.values}")
    tiers = tuple(TierResult(tier.name, verdict.values[tier.name], None) for tier in scenario.tiers)
    return Found(roster, verdict, tiers, clock.timing(), reproducible=False)


def _values(scores: Iterable[int], nothing: int) -> list[int]:
    """Soft levels as the values of tiers; ``nothing`` is what a rota of holes costs in the last."""
    *others, last = (-int(score) for score in scores)
    return [*others, last + nothing]


def _question(scenario: Scenario) -> Rota:
    """The scenario as Timefold's entities and facts.

    Raises:
        EngineError: it is not made of the rules and tiers of the territories drawn at random.
    """
    by_kind: dict[str, Any] = {rule.kind: rule for rule in scenario.rules if rule.enabled}
    kinds = [rule.kind for rule in scenario.rules if rule.enabled]
    names = tuple(tier.name for tier in scenario.tiers)
    facts = scenario.facts
    if sorted(kinds) != sorted(KINDS) or names != TIERS or facts.tables.history or facts.tables.balances:
        raise EngineError("Timefold was told the rules of the family territory only")
    agreed = Agreed(
        by_kind["spacing"].days_apart,
        by_kind["max_duties"].limit,
        by_kind["max_duties"].window_days,
        by_kind["max_weekends"].limit,
        by_kind["max_weekends"].weeks,
        by_kind["weekends_in_a_row"].limit,
        by_kind["evenness"].price,
        by_kind["wishes"].price,
    )
    shares, before = fair_shares(facts), carried(facts)
    moods, wished = _moods(facts)
    people = [
        Someone(
            person.id,
            index,
            facts.peer_group(person.id),
            shares["points"][person.id] - before["points"][person.id],
            shares["weekends"][person.id] - before["weekends"][person.id],
            wished[person.id],
            agreed,
        )
        for index, person in enumerate(facts.people)
    ]
    sites = {site.id: Somewhere(site.id, index) for index, site in enumerate(facts.tables.sites)}
    able = _able(scenario, [by_kind[kind] for kind in ("eligibility", "absence", "consent")], sites)
    stays = _stays(scenario, sites)
    stay_of = {duty: stay.id for stay, duties in stays for duty in duties}
    first = facts.territory.first_day
    places = []
    for duty in facts.duties:
        bits = {person.index: able[duty.id, person.id] for person in people if able[duty.id, person.id]}
        mood = {person.index: moods[person.id, duty.id] for person in people if moods[person.id, duty.id]}
        price = by_kind["coverage"].price * by_kind["coverage"].prices[duty.priority - 1]
        for number in range(duty.wished):
            wanted = Wanted(
                duty.id,
                (duty.date - first).days,
                -1 if duty.weekend is None else duty.weekend.toordinal() // WEEK,
                price if number < duty.needed else 0,
                weight_in("points", duty),
                weight_in("weekends", duty),
                stay_of.get(duty.id, ""),
                bits,
                mood,
                [person for person in people if person.index in bits],
            )
            places.append(Place(f"{duty.id}/{number}", wanted))
    return Rota(people, list(sites.values()), [stay for stay, _ in stays], places)


def _moods(facts: Facts) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Wishes that a duty refuses a person less those it grants, and each person's wishes to be on duty; by weight.

    Raises:
        EngineError: a wish to be on duty is for more than one day.
    """
    moods: Counter[tuple[str, str]] = Counter()
    wished: Counter[str] = Counter()
    for wish in facts.tables.wishes:
        if wish.wish == "would_like" and (wish.first_day is None or wish.first_day != wish.last_day):
            raise EngineError("Timefold was told wishes to be on duty on one day only")
        sign = {"rather_not": 1, "would_like": -1}.get(wish.wish, 0)
        wished[wish.person] += wish.weight * (sign < 0)
        for duty in facts.duties:
            if (
                in_force(wish, duty.date)
                and duty.line in (wish.lines or (duty.line,))
                and duty.period in (wish.periods or (duty.period,))
                and facts.calendar.matches(duty.date, wish.days)
            ):
                moods[wish.person, duty.id] += sign * wish.weight
    return moods, wished


def _able(scenario: Scenario, judges: list[Rule], sites: Mapping[str, Somewhere]) -> dict[tuple[str, str], int]:
    """By duty and person, the sites where the rules' own judgement lets them be, as bits."""
    facts = scenario.facts
    found: dict[tuple[str, str], int] = {(d.id, p.id): 0 for d in facts.duties for p in facts.people}
    for n in range(max(len(duty.sites) for duty in facts.duties)):
        duties = [duty for duty in facts.duties if n < len(duty.sites)]
        chosen = {duty.id: duty.sites[n] for duty in duties if len(duty.sites) > 1}
        pairs = {(duty.id, person.id) for duty in duties for person in facts.people}
        for judge in judges:
            everybody = Roster(frozenset(pairs), chosen)
            pairs -= {(breach.where[0], breach.subject) for breach in judge.check(facts, everybody)}
        for duty, person in pairs:
            found[duty, person] |= 1 << sites[facts.duty_by_id[duty].sites[n]].index
    return found


def _stays(scenario: Scenario, sites: Mapping[str, Somewhere]) -> list[tuple[Stay, list[str]]]:
    """The times at which lines that work together choose their site, and the duties that are then held there."""
    facts = scenario.facts
    duties: defaultdict[str, defaultdict[datetime, list[Duty]]] = defaultdict(lambda: defaultdict(list))
    for duty in facts.duties:
        if len(duty.sites) > 1:
            line = facts.line_by_id[duty.line]
            duties[line.together or line.id][duty.start].append(duty)
    found = []
    for group, by_start in duties.items():
        lines = [facts.line_by_id[duty.line] for together in by_start.values() for duty in together]
        share = max(-(-len(by_start) * line.site_share_min // 100) for line in lines)
        changes = min(len(by_start) if line.site_changes_max is None else line.site_changes_max for line in lines)
        starts = sorted(by_start)
        for start, following in pairwise((*starts, None)):
            assert start is not None
            here = by_start[start]
            open_to = [sites[site] for site in here[0].sites]
            most = [len(starts) - share * (len(open_to) - 1)] * len(sites)
            after = "" if following is None else f"{group}@{following}"
            stay = Stay(f"{group}@{start}", group, after, Choice(changes, most, open_to))
            found.append((stay, [duty.id for duty in here]))
    return found


def _alone(person: Someone) -> int:
    """What somebody without any duty costs in the last level."""
    return (
        uneven(person, 0, 0, 0)
        + person.agreed.evenness * (person.points + person.weekends)
        + (person.agreed.wishes * (person.refused * (person.refused + 1) // 2))
    )
