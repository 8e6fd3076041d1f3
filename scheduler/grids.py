"""The same rota under other tariffs: who gains, who loses, what remains between public and private, and a way to close it.

A *grid* is a table of tariffs that stands for those of its schemes, whatever the date; other schemes stay as they are.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log

from scheduler.facts import Duty, Facts
from scheduler.fairness import pool_of
from scheduler.pay import Statement, amount_of, indemnities, pay_of, priced, tariff_of
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from scheduler.tables import Site, Tariff
from scheduler.variants import revised

Grid = Sequence[Tariff]
PUBLIC_STATUS, PRIVATE_STATUS = "consultant", "private"
"""Who is compared: a hospital consultant and a private practitioner, for the same duty."""
FREE = ("private", "locum", "retired")
"""Statuses that take part by consent."""
STEPS = 100
"""Parts into which the way from one grid to another is cut."""


def under(scenario: Scenario, name: str, grid: Grid) -> Scenario:
    """A scenario with a grid in the place of its own tariffs for the schemes that the grid speaks of."""
    schemes = {row.scheme for row in grid}
    kept = [row for row in scenario.facts.tables.tariffs if row.scheme not in schemes]
    return revised(scenario, name=name, tables={"tariffs": [*kept, *grid]})


@dataclass(frozen=True, slots=True)
class Gap:
    """What the same duty pays a consultant and a private practitioner, in cents."""

    modality: str
    period: str
    public: int
    private: int
    duties: int
    """So many planned duties are of the kind."""

    @property
    def percent(self) -> float:
        """What the less paid earns less, in per cent of what the other earns."""
        most = max(self.public, self.private)
        return 0.0 if not most else 100 * abs(self.public - self.private) / most


def gaps(facts: Facts) -> tuple[Gap, ...]:
    """The gap for each modality and pay period that both statuses could hold, by the first such duty of the horizon."""
    first: dict[tuple[str, str], Duty] = {}
    number: defaultdict[tuple[str, str], int] = defaultdict(int)
    for duty in facts.duties:
        kind = (duty.modality, facts.period_by_id[duty.period].pay)
        if tariff_of(facts, duty, PUBLIC_STATUS) and tariff_of(facts, duty, PRIVATE_STATUS):
            first.setdefault(kind, duty)
            number[kind] += 1
    found = []
    for (modality, period), duty in sorted(first.items()):
        public, private = (
            sum(amount_of(row, duty) for row in rows if row)
            for rows in (
                [tariff_of(facts, duty, PUBLIC_STATUS), tariff_of(facts, duty, PUBLIC_STATUS, "on_call_part")],
                [tariff_of(facts, duty, PRIVATE_STATUS), tariff_of(facts, duty, PRIVATE_STATUS, "on_call_part")],
            )
        )
        found.append(Gap(modality, period, public, private, number[modality, period]))
    return tuple(found)


def mean_gap(facts: Facts) -> float:
    """The gap over all comparable planned duties, in per cent."""
    found = gaps(facts)
    duties = sum(gap.duties for gap in found)
    return sum(gap.percent * gap.duties for gap in found) / duties if duties else 0.0


def volunteers(facts: Facts) -> tuple[str, ...]:
    """People who take part by consent and for whom at least one duty they can hold pays as much as they ask."""
    least = {offer.person: offer.least_pay for offer in facts.tables.offers if offer.least_pay is not None}
    found = []
    for person in facts.people:
        if facts.statuses_of(person.id).isdisjoint(FREE):
            continue
        duties = list(_one_of_each(facts, person.id))
        asked = least.get(person.id, 0)
        if any(
            indemnities(facts, person.id, duty, site)
            and pay_of(facts, person.id, duty, site) * 100 >= asked * duty.points
            for duty in duties
            for site in duty.sites
        ):
            found.append(person.id)
    return tuple(found)


def _one_of_each(facts: Facts, person: str) -> Iterator[Duty]:
    """The first duty of each line and period that somebody can hold; what it pays there hangs on nothing else."""
    for line in facts.lines:
        if person in pool_of(facts, line.id):
            seen: set[tuple[str, bool]] = set()
            for duty in facts.duties_by_line[line.id]:
                kind = (duty.period, duty.date.weekday() >= 5 or duty.holiday is not None)
                if not duty.past and kind not in seen:
                    seen.add(kind)
                    yield duty


@dataclass(frozen=True, slots=True)
class Harmonised:
    """One rota under one grid."""

    grid: str
    scenario: Scenario
    roster: Roster
    statement: Statement
    gap_percent: float
    gaps: tuple[Gap, ...]
    volunteers: tuple[str, ...]
    resolved: bool
    """The rota was made anew under the grid; else it is the one given."""


def harmonised(
    scenario: Scenario, roster: Roster, name: str, grid: Grid | None, *, resolved: bool = False
) -> Harmonised:
    """A rota priced under a grid (None: the scenario's own tariffs).

    Raises:
        ScenarioError: the grid does not price every assignment; each case is listed.
    """
    there = scenario if grid is None else under(scenario, name, grid)
    return Harmonised(
        name,
        there,
        roster,
        priced(there.facts, roster),
        mean_gap(there.facts),
        gaps(there.facts),
        volunteers(there.facts),
        resolved,
    )


def sector(site: Site) -> str:
    """``public`` or ``private``: whose establishment a site is."""
    return (
        "public"
        if site.kind in ("public_hospital", "local_hospital", "health_centre", "call_centre", "school")
        else "private"
    )


# --- from one grid to another ----------------------------------------------------------------------------------------


def between(low: Grid, high: Grid, part: int, parts: int = STEPS) -> list[Tariff]:
    """The amounts ``part``/``parts`` of the way from one grid to another, rounded to the cent; rows of only one stay."""

    def key(row: Tariff) -> tuple[object, ...]:
        return (row.scheme, row.status, row.modality, row.period, row.item, row.flat_fee, row.days, row.per)

    there = {key(row): row for row in high}
    blended = []
    for row in low:
        goal = there.pop(key(row), None)
        amount = (
            row.amount if goal is None else (row.amount * (parts - part) + goal.amount * part + parts // 2) // parts
        )
        blended.append(row.model_copy(update={"amount": amount}))
    return [*blended, *there.values()]


@dataclass(frozen=True, slots=True)
class YearOfPath:
    """One year on the way: how far, at what price, within what, and what gap is left."""

    year: int
    part_percent: int
    cents: int
    envelope_cents: int
    gap_percent: float


@dataclass(frozen=True, slots=True)
class Path:
    """Yearly steps towards a gap."""

    years: tuple[YearOfPath, ...]
    reached: int | None
    """The first year with no more than the gap asked for; None: not within the years looked at …"""
    not_before: int | None
    """… and then the first year in which the envelope would have grown enough; None: never."""


def path(
    scenario: Scenario,
    roster: Roster,
    low: Grid,
    high: Grid,
    *,
    envelope_cents: int,
    growth_percent: float,
    target_gap_percent: float,
    first_year: int,
    years: int = 10,
) -> Path:
    """Each year as far from ``low`` towards ``high`` as the envelope allows, for the rota given; it grows by a part a year."""
    steps = [0, *range(5, STEPS, 5), STEPS]
    cost: dict[int, tuple[int, float]] = {}

    def at(part: int) -> tuple[int, float]:
        if part not in cost:
            there = under(scenario, f"{part} %", between(low, high, part))
            cost[part] = priced(there.facts, roster).cents, mean_gap(there.facts)
        return cost[part]

    walked: list[YearOfPath] = []
    reached = None
    for year in range(first_year, first_year + years):
        envelope = round(envelope_cents * (1 + growth_percent / 100) ** (year - first_year))
        part = max((part for part in steps if at(part)[0] <= envelope), default=0)
        cents, gap = at(part)
        walked.append(YearOfPath(year, part, cents, envelope, gap))
        if gap <= target_gap_percent and cents <= envelope:
            reached = year
            break
    if reached is not None:
        return Path(tuple(walked), reached, None)
    enough = [at(part)[0] for part in steps if at(part)[1] <= target_gap_percent]
    if not enough or growth_percent <= 0 or envelope_cents <= 0:
        return Path(tuple(walked), None, None)
    wait = max(0, ceil(log(min(enough) / envelope_cents) / log(1 + growth_percent / 100)))
    return Path(tuple(walked), None, first_year + wait)
