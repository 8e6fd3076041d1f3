"""A judged rota in figures: what two rotas are compared by. A plain record that is written to disk and read back.

Loads are in hundredths (of a point, a night, a weekend duty, a duty on a sensitive date), money in cents, ways in hundredths
of a kilometre.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict

from scheduler.facts import Facts
from scheduler.fairness import carried, fair_shares, loads, pool_of
from scheduler.grids import sector
from scheduler.pay import statement_of
from scheduler.roster import Roster, site_of
from scheduler.rules.wishes import refusals
from scheduler.scenario import Scenario
from scheduler.verify import Verdict

FRAGILE = 4
"""A line that so few people can hold breaks with the first absence."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TierFigure(_Record):
    """A tier: value and proved bound in points; None: nothing is proved. Less is better."""

    name: str
    value: int
    bound: int | None


class PersonFigures(_Record):
    """What one person carries."""

    person: str
    name: str
    group: str
    sector: Literal["public", "private", "both", "none"]
    birth_year: int | None
    duties: int
    points: int
    points_share: int
    """The fair share of points, what is carried over included."""
    nights: int
    weekends: int
    sensitive: int
    cents: int
    km: int
    """From home and back, hundredths."""
    wishes: int
    refused: int


class LineFigures(_Record):
    """One line: places needed, how many of them are empty and on which days, and how many people can hold it."""

    line: str
    name: str
    site: str
    """The first one that hosts it."""
    sites: tuple[str, ...]
    places: int
    holes: tuple[str, ...]
    """The date of each empty place."""
    pool: int
    people: int
    """Who really hold it."""
    points: int

    @property
    def fragile(self) -> bool:
        """Whether so few people can hold it that one absence breaks it."""
        return self.places > 0 and self.pool <= FRAGILE


class Figures(_Record):
    """One rota of one scenario."""

    name: str
    input_sha256: str
    seed: int | None
    days: int
    places: int
    filled: int
    broken: int
    """Breaches of rules that may not be broken; 0 for a rota that may leave."""
    tiers: tuple[TierFigure, ...]
    people: tuple[PersonFigures, ...]
    lines: tuple[LineFigures, ...]
    cents_by_payer: dict[str, int]
    cents_by_status: dict[str, int]
    points_by_sector: dict[str, int]
    """Of the people who hold the duties."""
    unpriced: int

    @property
    def cents(self) -> int:
        """All that is paid."""
        return sum(self.cents_by_payer.values())

    @property
    def holes(self) -> int:
        """Empty places."""
        return self.places - self.filled

    @property
    def lines_kept(self) -> int:
        """Lines without an empty place."""
        return sum(not line.holes for line in self.lines)

    @property
    def working(self) -> tuple[PersonFigures, ...]:
        """People with a duty or a share of them."""
        return tuple(person for person in self.people if person.duties or person.points_share)


def figures_of(
    scenario: Scenario,
    roster: Roster,
    verdict: Verdict,
    bounds: dict[str, int | None] | None = None,
    seed: int | None = None,
) -> Figures:
    """The figures of a judged rota."""
    facts, pay = scenario.facts, statement_of(scenario.facts, roster)
    return Figures(
        name=scenario.name,
        input_sha256=scenario.sha256,
        seed=seed,
        days=(facts.territory.last_day - facts.territory.first_day).days + 1,
        places=sum(duty.needed for duty in facts.duties),
        filled=sum(min(duty.needed, len(roster.people_on(duty.id))) for duty in facts.duties),
        broken=len(verdict.forbidden),
        tiers=tuple(
            TierFigure(name=name, value=value, bound=(bounds or {}).get(name)) for name, value in verdict.values.items()
        ),
        people=_people(facts, roster),
        lines=_lines(facts, roster),
        cents_by_payer={payer: cents for (payer,), cents in pay.by("payer").items()},
        cents_by_status={status: cents for (status,), cents in pay.by("status").items()},
        points_by_sector=_by_sector(facts, roster),
        unpriced=len(pay.unpriced),
    )


def _sector(facts: Facts, person: str) -> Literal["public", "private", "both", "none"]:
    found = {sector(facts.site_by_id[e.site]) for e in facts.engagements_by_person.get(person, ())}
    if len(found) == 2:
        return "both"
    return "public" if "public" in found else "private" if found else "none"


def _by_sector(facts: Facts, roster: Roster) -> dict[str, int]:
    found: Counter[str] = Counter()
    for duty, person in roster.assignments:
        found[_sector(facts, person)] += facts.duty_by_id[duty].points
    return dict(sorted(found.items()))


def _people(facts: Facts, roster: Roster) -> tuple[PersonFigures, ...]:
    load, share, before = loads(facts, roster), fair_shares(facts), carried(facts)
    cents: Counter[str] = Counter()
    for item in statement_of(facts, roster).items:
        cents[item.person] += item.cents
    asked = Counter(w.person for w in facts.tables.wishes if w.wish in ("rather_not", "would_like"))
    found = []
    for person in facts.people:
        mine = [facts.duty_by_id[duty] for duty in roster.duties_of(person.id)]
        ways = (facts.km_between(person.home, site_of(duty, roster)) or 0.0 for duty in mine)
        found.append(
            PersonFigures(
                person=person.id,
                name=person.name,
                group=facts.peer_group(person.id),
                sector=_sector(facts, person.id),
                birth_year=person.birth_year,
                duties=len(mine),
                points=load["points"][person.id],
                points_share=share["points"][person.id] - before["points"][person.id],
                nights=load["nights"][person.id],
                weekends=load["weekends"][person.id],
                sensitive=load["sensitive"][person.id],
                cents=cents[person.id],
                km=round(200 * sum(ways)),
                wishes=asked[person.id],
                refused=len(refusals(facts, roster, person.id)) if asked[person.id] else 0,
            )
        )
    return tuple(found)


def _lines(facts: Facts, roster: Roster) -> tuple[LineFigures, ...]:
    found = []
    for line in facts.lines:
        duties = [duty for duty in facts.duties_by_line[line.id] if not duty.past]
        holes = [
            duty.date.isoformat()
            for duty in duties
            for _ in range(max(0, duty.needed - len(roster.people_on(duty.id))))
        ]
        holders = {person for duty in duties for person in roster.people_on(duty.id)}
        found.append(
            LineFigures(
                line=line.id,
                name=line.name,
                site=line.sites[0],
                sites=line.sites,
                places=sum(duty.needed for duty in duties),
                holes=tuple(holes),
                pool=len(pool_of(facts, line.id)),
                people=len(holders),
                points=sum(duty.points * duty.needed for duty in duties),
            )
        )
    return tuple(found)


def lorenz(values: Sequence[int]) -> list[tuple[float, float]]:
    """Points of the Lorenz curve of some loads, from (0, 0) to (1, 1): the share of the load of the least loaded share of people."""
    total, ordered = sum(values), sorted(values)
    if not total:
        return [(0.0, 0.0), (1.0, 1.0)]
    points, so_far = [(0.0, 0.0)], 0
    for n, value in enumerate(ordered, 1):
        so_far += value
        points.append((n / len(ordered), so_far / total))
    return points


def gini(values: Sequence[int]) -> float:
    """Twice the area between the Lorenz curve and evenness: 0 all alike, towards 1 all on one person."""
    points = lorenz(values)
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
    return 1 - 2 * area


# --- two rotas -------------------------------------------------------------------------------------------------------

Judgement = Literal["better", "worse", "same", "open", "after"]
"""``better`` and ``worse`` are proved; ``same``: equal values, both proved best; ``open``: the difference, if any, is within what
is not proved yet; ``after``: a tier before differs, so that this one answers another question."""


class TierComparison(_Record):
    """What is known of the second rota's tier against the first's."""

    name: str
    first: TierFigure
    second: TierFigure
    judgement: Judgement


def compared(first: Figures, second: Figures) -> tuple[TierComparison, ...]:
    """Tier by tier, in the first one's order, whether the second is better, with what the bounds prove.

    The second *scenario* is better when its value is below what the first can reach, worse when its bound is above the
    first's value. A bound of a tier is of rotas that keep the values before; after a difference it says nothing more.
    """
    found: list[TierComparison] = []
    other = {tier.name: tier for tier in second.tiers}
    alike = True
    for one in first.tiers:
        two = other.get(one.name)
        if two is None:
            continue
        judgement: Judgement
        if not alike:
            judgement = "after"
        elif one.bound is not None and two.value < one.bound:
            judgement = "better"
        elif two.bound is not None and one.value < two.bound:
            judgement = "worse"
        elif one.value == two.value and one.bound == one.value and two.bound == two.value:
            judgement = "same"
        else:
            judgement = "open"
        alike &= one.value == two.value
        found.append(TierComparison(name=one.name, first=one, second=two, judgement=judgement))
    return tuple(found)


class Change(_Record):
    """How one person's life changes from one rota to another; hundredths, cents."""

    person: str
    name: str
    points: int
    nights: int
    weekends: int
    sensitive: int
    cents: int

    @property
    def better(self) -> bool:
        """Less of something to carry, and more of nothing."""
        return min(self.burdens) < 0 and max(self.burdens) <= 0

    @property
    def worse(self) -> bool:
        """More of something to carry, and less of nothing."""
        return max(self.burdens) > 0 and min(self.burdens) >= 0

    @property
    def burdens(self) -> tuple[int, int, int, int]:
        """Points, nights, weekends, sensitive dates."""
        return self.points, self.nights, self.weekends, self.sensitive


def changes(first: Figures, second: Figures) -> tuple[Change, ...]:
    """Everybody who is in both, by the change of points, the most relieved first."""
    before = {person.person: person for person in first.people}
    found = []
    for now in second.people:
        then = before.get(now.person)
        if then is not None and (then.duties or now.duties):
            found.append(
                Change(
                    person=now.person,
                    name=now.name,
                    points=now.points - then.points,
                    nights=now.nights - then.nights,
                    weekends=now.weekends - then.weekends,
                    sensitive=now.sensitive - then.sensitive,
                    cents=now.cents - then.cents,
                )
            )
    return tuple(sorted(found, key=lambda change: (change.points, change.person)))
