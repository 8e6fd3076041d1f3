"""What breaks first when people leave: the same territory without some of them, solved again and again."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from scheduler.facts import Facts
from scheduler.fairness import pools
from scheduler.figures import Figures
from scheduler.scenario import Scenario
from scheduler.tables import Absence
from scheduler.variants import revised
from solver.plan import Limits
from solver.studies.run import Solved, Variant, solve_all


@dataclass(frozen=True, slots=True)
class Draw:
    """Who is away in one try."""

    name: str
    away: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """One line over all tries."""

    line: str
    name: str
    draws: int
    """Tries in which it has more empty places than before."""
    holes: float
    """More empty places than before, on average over all tries."""
    first_day: str
    """The earliest new empty place of any try."""
    pool: int
    """People who can hold it when everybody is there."""


@dataclass(frozen=True, slots=True)
class Absorber:
    """Somebody who stays, and carries more: hundredths of a point, on average over the tries in which they stay."""

    person: str
    name: str
    points: float


@dataclass(frozen=True, slots=True)
class Stress:
    """What leaving does to a territory."""

    before: Figures
    draws: tuple[tuple[Draw, Solved], ...]
    lines: tuple[BrokenLine, ...]
    """Those that break, the first to break first: in most tries, then by most places, then soonest."""
    absorbers: tuple[Absorber, ...]
    cents: float | None
    """More paid than before, on average over the tries with a rota; None without any."""
    impossible: int
    """Tries in which no rota keeps the rules."""

    @property
    def first_to_break(self) -> BrokenLine | None:
        """The weakest line; None when none breaks."""
        return self.lines[0] if self.lines else None

    @property
    def proved(self) -> int:
        """Tries in which it is proved that cover is worse than before: no rota reaches what there was."""
        cover = self.before.tiers[0]
        bounds = [answer.figures.tiers[0].bound for _, answer in self.draws if answer.figures]
        return self.impossible + sum(bound is not None and bound > cover.value for bound in bounds)

    def by_month(self) -> dict[str, int]:
        """New empty places by month, over all tries."""
        found: Counter[str] = Counter()
        for _, answer in self.draws:
            for _, day in new_holes(self.before, answer.figures):
                found[day[:7]] += 1
        return dict(sorted(found.items()))


def leavers_by_age(facts: Facts, age: int, year: int) -> tuple[str, ...]:
    """People with a share of the duties who are of that age or more in a year; those whose birth year is not known stay."""
    working = {person for pool in pools(facts).values() for person in pool}
    return tuple(
        person.id
        for person in facts.people
        if person.id in working and person.birth_year is not None and year - person.birth_year >= age
    )


def random_draws(facts: Facts, leavers: int, draws: int, seed: int) -> list[Draw]:
    """So many tries, each without so many people drawn among those who can hold a duty."""
    random = Random(seed)
    working = sorted({person for pool in pools(facts).values() for person in pool})
    number = min(leavers, len(working))
    return [Draw(f"#{n}", tuple(sorted(random.sample(working, number)))) for n in range(1, draws + 1)]


def retirements(facts: Facts, age: int, years: Iterable[int]) -> list[Draw]:
    """Year by year, everybody who will have reached an age: the wave."""
    return [Draw(str(year), leavers_by_age(facts, age, year)) for year in years]


def without(scenario: Scenario, away: Sequence[str]) -> Scenario:
    """A scenario in which some people are absent from the first day to the last; what was pinned to them is free."""
    facts, gone = scenario.facts, set(away)
    horizon = facts.territory
    absences = [row for row in facts.tables.absences if row.person not in gone] + [
        Absence(person=person, first_day=horizon.first_day, last_day=horizon.last_day) for person in sorted(gone)
    ]
    pins = [pin for pin in facts.tables.pins if pin.person not in gone]
    return revised(scenario, tables={"absences": absences, "pins": pins})


def stress(
    scenario: Scenario,
    draws: Sequence[Draw],
    limits: Limits,
    *,
    processes: int = 1,
    folder: Path | None = None,
    hear: Callable[[Solved], None] = lambda _: None,
) -> Stress:
    """Solve the territory as it is, then without the people of each draw.

    Raises:
        ValueError: there is no rota even when everybody is there.
    """
    (first,) = solve_all([Variant("", scenario)], limits, folder=folder, hear=hear)
    if first.figures is None:
        raise ValueError("no rota with everybody there")
    variants = [Variant(draw.name, without(scenario, draw.away)) for draw in draws]
    # From the same rota: what differs is then less the search and more the leaving.
    answers = solve_all(variants, limits, processes=processes, folder=folder, start=first.roster, hear=hear)
    return stress_of(first.figures, draws, answers)


def stress_of(before: Figures, draws: Sequence[Draw], answers: Sequence[Solved]) -> Stress:
    """What the answers to some draws say, against the territory with everybody there."""
    tries = tuple(zip(draws, answers, strict=True))
    return Stress(
        before,
        tries,
        _broken(before, answers),
        _absorbers(before, tries),
        _cost(before, answers),
        sum(answer.status == "impossible" for answer in answers),
    )


def new_holes(before: Figures, after: Figures | None) -> list[tuple[str, str]]:
    """(line, date) of each empty place that was not empty before."""
    if after is None:
        return []
    then = {line.line: Counter(line.holes) for line in before.lines}
    return [
        (line.line, day)
        for line in after.lines
        for day, number in sorted((Counter(line.holes) - then.get(line.line, Counter())).items())
        for _ in range(number)
    ]


def _broken(before: Figures, answers: Sequence[Solved]) -> tuple[BrokenLine, ...]:
    holes: defaultdict[str, list[str]] = defaultdict(list)
    breaks: Counter[str] = Counter()
    solved = [answer for answer in answers if answer.figures]
    for answer in solved:
        found = new_holes(before, answer.figures)
        breaks.update({line for line, _ in found})
        for line, day in found:
            holes[line].append(day)
    lines = {line.line: line for line in before.lines}
    broken = [
        BrokenLine(line, lines[line].name, breaks[line], len(days) / len(solved), min(days), lines[line].pool)
        for line, days in holes.items()
    ]
    return tuple(sorted(broken, key=lambda line: (-line.draws, -line.holes, line.first_day, line.line)))


def _absorbers(before: Figures, tries: Sequence[tuple[Draw, Solved]]) -> tuple[Absorber, ...]:
    then = {person.person: person for person in before.people}
    more: defaultdict[str, list[int]] = defaultdict(list)
    for draw, answer in tries:
        for person in answer.figures.people if answer.figures else ():
            if person.person not in draw.away:
                more[person.person].append(person.points - then[person.person].points)
    found = [Absorber(person, then[person].name, sum(points) / len(points)) for person, points in more.items()]
    return tuple(sorted((one for one in found if one.points > 0), key=lambda one: (-one.points, one.person)))


def _cost(before: Figures, answers: Sequence[Solved]) -> float | None:
    found = [answer.figures.cents - before.cents for answer in answers if answer.figures]
    return sum(found) / len(found) if found else None
