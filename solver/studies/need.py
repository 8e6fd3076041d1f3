"""Need against resources: what each trade has to hold and who can, and where one more person, consent or shared line helps most."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scheduler.facts import Facts
from scheduler.fairness import loads, pool_of, pools, presence
from scheduler.figures import Figures, TierComparison, compared
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from scheduler.tables import Consent, Engagement, Line, Person
from scheduler.variants import revised
from solver.plan import Limits
from solver.studies.run import Solved, Variant, solve_all

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Need:
    """One specialty in one zone: duties to hold against the people who can."""

    specialty: str
    """The line's ordinal codes, else its trade."""
    zone: str
    """The sites that host it."""
    lines: tuple[str, ...]
    duties: int
    points: int
    """Load of all its places, hundredths."""
    people: int
    """Who can hold one of its lines."""
    full_time: float
    """The same, by fraction and presence."""
    nights_a_month: float
    """Places a month for each full-time person: what everybody would hold if all were alike."""


def needs(facts: Facts) -> tuple[Need, ...]:
    """By specialty and zone, the heaviest load for each person first."""
    groups: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in facts.lines:
        specialty = " ".join((*line.specialties, *line.skills)) or line.profession
        groups[specialty, " ".join(sorted(line.sites))].append(line)
    there = presence(facts)
    days = (facts.territory.last_day - facts.territory.first_day).days + 1
    found = []
    for (specialty, zone), lines in groups.items():
        duties = [duty for line in lines for duty in facts.duties_by_line[line.id] if not duty.past]
        people = {person for line in lines for person in pool_of(facts, line.id)}
        places = sum(duty.needed for duty in duties)
        if not places:
            continue
        full_time = sum(there[person] for person in people) / (100 * days)
        a_month = places / full_time * 30.4 / days if full_time else float("inf")
        points = sum(duty.points * duty.needed for duty in duties)
        found.append(
            Need(specialty, zone, tuple(line.id for line in lines), places, points, len(people), full_time, a_month)
        )
    return tuple(sorted(found, key=lambda need: (-need.nights_a_month, need.specialty, need.zone)))


Kind = Literal["person", "consent", "shared"]


@dataclass(frozen=True, slots=True)
class Help:
    """One change, and what it does by a solve of its own."""

    kind: Kind
    line: str
    what: str
    """Like whom the new person is, who consents where, or with which site the line is shared."""
    answer: Solved
    gained: tuple[TierComparison, ...]
    """Tier by tier against the territory as it is."""

    @property
    def proved(self) -> bool:
        """Whether the first tier that moves is proved better."""
        return next(
            (tier.judgement == "better" for tier in self.gained if tier.first.value != tier.second.value), False
        )


def helps(
    scenario: Scenario,
    limits: Limits,
    *,
    most: int = 12,
    processes: int = 1,
    folder: Path | None = None,
) -> tuple[Figures, tuple[Help, ...]]:
    """The territory as it is, and the changes ranked by the tiers they reach: cover first.

    Tried are the lines with empty places, then those heaviest for their people: for each, one more person like the one who
    carries most, one more consent of somebody with the right trade, and one more site's people by sharing the line.

    Raises:
        ValueError: there is no rota of the territory as it is.
    """
    (now,) = solve_all([Variant("", scenario)], limits, folder=folder)
    if now.figures is None or now.roster is None:
        raise ValueError("no rota of the territory as it is")
    tried: list[tuple[Kind, str, str, Variant]] = []
    for kind, line, what, changed in _changes(scenario, now.figures, now.roster):
        if len(tried) == most:
            break
        tried.append((kind, line, what, Variant(f"{kind} {line} {what}", changed)))
    answers = solve_all([one[3] for one in tried], limits, processes=processes, folder=folder, start=now.roster)
    found = [
        Help(kind, line, what, answer, compared(now.figures, answer.figures) if answer.figures else ())
        for (kind, line, what, _), answer in zip(tried, answers, strict=True)
    ]

    def reached(help_: Help) -> tuple[tuple[int, ...], str, str]:
        values = tuple(tier.second.value for tier in help_.gained)
        return values or (1 << 60,), help_.kind, help_.line

    return now.figures, tuple(sorted(found, key=reached))


def _changes(scenario: Scenario, now: Figures, roster: Roster) -> Iterator[tuple[Kind, str, str, Scenario]]:
    facts = scenario.facts
    carried = loads(facts, roster)["points"]
    heavy = sorted(
        (line for line in now.lines if line.places),
        key=lambda line: (-len(line.holes), -line.points / max(1, line.pool), line.line),
    )
    alike: set[str] = set()
    for figures in heavy:
        line = facts.line_by_id[figures.line]
        pool = sorted(set(pool_of(facts, line.id)) - alike, key=lambda person: (-carried[person], person))
        if pool:
            alike.add(pool[0])
            yield "person", line.id, pool[0], one_more(scenario, pool[0])
        for person, site in _could_consent(facts, line):
            consent = Consent(person=person, site=site, lines=(line.id,))
            consents = [*facts.tables.consents, consent]
            yield "consent", line.id, f"{person} {site}", revised(scenario, tables={"consents": consents})
            break
        other = _could_share(facts, line)
        if other is not None:
            lines = [
                row.model_copy(update={"sites": (*row.sites, other), "site_choice": "daily"})
                if row.id == line.id
                else row
                for row in facts.lines
            ]
            yield "shared", line.id, other, revised(scenario, tables={"lines": lines})


def one_more(scenario: Scenario, like: str) -> Scenario:
    """A scenario with one more person like somebody: the same trade, engagements, rights and consents, nothing decided."""
    facts, tables = scenario.facts, scenario.facts.tables
    new = f"{like}-2"
    while new in facts.person_by_id:
        new += "+"

    def twice(rows: tuple[Person, ...]) -> list[Person]:
        return [*rows, *(row.model_copy(update={"id": new, "name": f"+ {row.name}"}) for row in rows if row.id == like)]

    engagements: list[Engagement] = [
        *tables.engagements,
        *(row.model_copy(update={"person": new, "replaces": None}) for row in tables.engagements if row.person == like),
    ]
    return revised(
        scenario,
        tables={
            "people": twice(tables.people),
            "engagements": engagements,
            "privileges": [
                *tables.privileges,
                *(r.model_copy(update={"person": new}) for r in tables.privileges if r.person == like),
            ],
            "consents": [
                *tables.consents,
                *(r.model_copy(update={"person": new}) for r in tables.consents if r.person == like),
            ],
        },
    )


def _could_consent(facts: Facts, line: Line) -> Iterator[tuple[str, str]]:
    """People with the trade, codes, skills and right for a line who were not asked or did not agree."""
    inside = set(pools(facts)[line.id])
    for person in facts.people:
        if person.id in inside or not _has_trade(person, line):
            continue
        free = facts.statuses_of(person.id) & {"private", "locum", "retired"}
        if line.statuses and facts.statuses_of(person.id).isdisjoint(line.statuses):
            continue
        for site in line.sites:
            if free and site in facts.sites_by_person.get(person.id, frozenset()):
                yield person.id, site


def _has_trade(person: Person, line: Line) -> bool:
    return (
        person.profession == line.profession
        and (not line.specialties or not set(person.specialties).isdisjoint(line.specialties))
        and set(line.skills) <= set(person.skills)
    )


def _could_share(facts: Facts, line: Line) -> str | None:
    """The site that would bring most people who cannot hold the line today; None where no site does, or the line is bound."""
    if line.together or line.facility or line.site_choice not in ("fixed", "daily"):
        return None
    inside = set(pools(facts)[line.id])
    found: Counter[str] = Counter()
    for person in facts.people:
        if person.id not in inside and _has_trade(person, line):
            found.update(sorted(facts.sites_by_person.get(person.id, frozenset()) - set(line.sites)))
    return min(found, key=lambda site: (-found[site], site)) if found else None
