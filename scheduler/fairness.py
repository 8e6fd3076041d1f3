"""Who carries what, against which fair share.

The fair share of a person is what they would carry if the duties were divided as evenly as skills allow, in proportion
to fraction × presence: nobody is blamed for being the only one who can hold a line, and an offer of so many duties a
month caps the share. All loads are in hundredths: of a point, a night, a weekend duty, a duty on a sensitive date.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

from scheduler.calendar import days_between
from scheduler.facts import Duty, Facts, in_force
from scheduler.roster import Roster
from scheduler.tables import Consent, Line, Modality, Person

Category = Literal["points", "nights", "weekends", "sensitive"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
_ROUNDS = 200
"""Rounds of balancing; the shares of a pilot territory move by less than a hundredth after some 100."""


def weight_in(category: Category, duty: Duty) -> int:
    """What one duty counts in a category, in hundredths."""
    match category:
        case "points":
            return duty.points
        case "nights":
            return 100 if duty.night else 0
        case "weekends":
            return 100 if duty.weekend or duty.holiday else 0
        case "sensitive":
            return 100 if duty.sensitive else 0


def pool_of(facts: Facts, line_id: str) -> tuple[str, ...]:
    """People who can hold a line at all: trade, codes, skills, status and the right to one of its sites."""
    return pools(facts)[line_id]


@lru_cache(maxsize=16)
def pools(facts: Facts) -> dict[str, tuple[str, ...]]:
    """:func:`pool_of` every line."""
    with_skill: defaultdict[str, list[Person]] = defaultdict(list)
    with_trade: defaultdict[str, list[Person]] = defaultdict(list)
    for person in facts.people:
        with_trade[person.profession].append(person)
        for skill in person.skills:
            with_skill[skill].append(person)
    exempt = _always_exempt(facts)
    consents: defaultdict[str, list[Consent]] = defaultdict(list)
    for row in facts.tables.consents:
        consents[row.person].append(row)
    found = {}
    for line in facts.lines:
        # The rarest skill leaves few people to look at, even in a whole country.
        able = min((with_skill[skill] for skill in line.skills), key=len, default=with_trade[line.profession])
        found[line.id] = tuple(
            person.id
            for person in able
            if person.profession == line.profession
            and (not line.specialties or not set(person.specialties).isdisjoint(line.specialties))
            and set(line.skills) <= set(person.skills)
            and (not line.statuses or not facts.statuses_of(person.id).isdisjoint(line.statuses))
            and not facts.sites_by_person.get(person.id, frozenset()).isdisjoint(line.sites)
            and (person.id, line.modality) not in exempt
            and _consents(facts, person.id, line, consents)
        )
    return found


def _always_exempt(facts: Facts) -> set[tuple[str, str]]:
    """(Person, modality) that somebody holds on no day of the horizon."""
    horizon = facts.territory
    return {
        (row.person, modality)
        for row in facts.tables.exemptions
        if not row.nights_only and in_force(row, horizon.first_day) and in_force(row, horizon.last_day)
        for modality in row.modalities or get_args(Modality)
    }


def _consents(facts: Facts, person_id: str, line: Line, consents: Mapping[str, list[Consent]]) -> bool:
    """Whether somebody was asked and agreed, at one of the line's sites; employees at their own site need not be."""
    engaged = facts.engagements_by_person.get(person_id, ())
    if any(e.site in line.sites and e.status not in ("private", "retired") for e in engaged):
        return True
    speaks = {person_id} | {e.replaces for e in engaged if e.replaces}
    return any(
        row.site in line.sites and (not row.lines or line.id in row.lines)
        for who in speaks
        for row in consents.get(who, ())
    )


def presence(facts: Facts) -> dict[str, int]:
    """Fraction × presence of everybody over the horizon, in per cent days (100 × days for a full-timer who is there)."""
    days = list(days_between(facts.territory.first_day, facts.territory.last_day))
    away: defaultdict[str, set[object]] = defaultdict(set)
    for absence in facts.tables.absences:
        away[absence.person].update(day for day in days if in_force(absence, day))
    for exemption in facts.tables.exemptions:
        if not exemption.modalities and not exemption.nights_only:
            away[exemption.person].update(day for day in days if in_force(exemption, day))
    return {
        person.id: sum(facts.percent_of(person.id, d) for d in days if d not in away[person.id])
        for person in facts.people
    }


Group = tuple[str, bool]
"""Duties that the same people share: those of a line by day, or by night."""


@lru_cache(maxsize=16)
def fair_shares(facts: Facts) -> dict[Category, dict[str, int]]:
    """Fair share of everybody in each category, in hundredths.

    Each line's demand (people needed, days and nights apart) is divided over those who can hold it; people with several
    lines shift towards the lines whose other members carry more, until loads per presence no longer move. Shares of a
    category add up to its demand, but for rounding.
    """
    # Remembered, because every judgement of every rota of one territory asks for it again.
    present = presence(facts)
    no_nights = {
        row.person
        for row in facts.tables.exemptions
        if row.nights_only and in_force(row, facts.territory.first_day) and in_force(row, facts.territory.last_day)
    }
    members = {line.id: [p for p in pool_of(facts, line.id) if present[p]] for line in facts.lines}
    pools = {
        (line, night): [p for p in pool if not night or p not in no_nights]
        for line, pool in members.items()
        for night in (False, True)
    }
    number: defaultdict[Group, int] = defaultdict(int)
    for duty in facts.duties:
        number[duty.line, duty.night] += duty.needed
    caps = _caps(facts)
    shares: dict[Category, dict[str, int]] = {}
    for category in CATEGORIES:
        demand: defaultdict[Group, int] = defaultdict(int)
        for duty in facts.duties:
            demand[duty.line, duty.night] += duty.needed * weight_in(category, duty)
        per_duty = {group: whole / number[group] for group, whole in demand.items() if whole}
        load = _balanced(present, pools, demand, caps, per_duty)
        shares[category] = {person.id: round(load.get(person.id, 0)) for person in facts.people}
    return shares


def _caps(facts: Facts) -> dict[str, float]:
    """Most duties that somebody offered for the horizon; absent when they set no limit."""
    months = ((facts.territory.last_day - facts.territory.first_day).days + 1) / 30.44
    return {
        row.person: row.duties_per_month * months for row in facts.tables.offers if row.duties_per_month is not None
    }


def _balanced(
    present: Mapping[str, int],
    pools: Mapping[Group, list[str]],
    demand: Mapping[Group, int],
    caps: Mapping[str, float],
    per_duty: Mapping[Group, float],
) -> dict[str, float]:
    weight = {(group, p): float(present[p]) for group, pool in pools.items() for p in pool if demand[group]}
    load: defaultdict[str, float] = defaultdict(float)
    for _ in range(_ROUNDS):
        load = defaultdict(float)
        count: defaultdict[str, float] = defaultdict(float)
        for group, pool in pools.items():
            whole = sum(weight[group, p] for p in pool) if demand[group] else 0.0
            for p in pool if whole else ():
                part = demand[group] * weight[group, p] / whole
                load[p] += part
                count[p] += part / per_duty[group]
        for group, p in weight:
            pull = (present[p] / load[p]) ** 0.5 if load[p] else 1.0
            if p in caps and count[p] > caps[p]:
                pull = min(pull, (caps[p] / count[p])) if caps[p] else 0.0
            weight[group, p] *= pull
        # Group by group, so that shares in one place do not depend on another, not even by rounding.
        largest: defaultdict[Group, float] = defaultdict(float)
        for (group, _), value in weight.items():
            largest[group] = max(largest[group], value)
        weight = {(group, p): max(value / (largest[group] or 1.0), 1e-12) for (group, p), value in weight.items()}
    return dict(load)


def carried(facts: Facts) -> dict[Category, dict[str, int]]:
    """Balance that each person brings from earlier rosters, in hundredths; above the fair share is positive."""
    found: dict[Category, dict[str, int]] = {c: {p.id: 0 for p in facts.people} for c in CATEGORIES}
    for row in facts.tables.balances:
        for category in CATEGORIES:
            found[category][row.person] = getattr(row, category)
    return found


def loads(facts: Facts, roster: Roster) -> dict[Category, dict[str, int]]:
    """What each person carries in a roster, in hundredths, the past left out."""
    found: dict[Category, dict[str, int]] = {c: {p.id: 0 for p in facts.people} for c in CATEGORIES}
    for duty_id, person in roster.assignments:
        for category in CATEGORIES:
            found[category][person] += weight_in(category, facts.duty_by_id[duty_id])
    return found
