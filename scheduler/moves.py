"""Small changes of a rota, judged at once: who could take a duty, by which chain of moves, which duties nobody else could.

Judging a whole territory takes a second; a change of one or two people is judged by the rules that look at one person on those
people's facts alone, and by the others on the whole, so that the answer is the judge's own and comes in milliseconds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler.explain import only_of
from scheduler.facts import Duty, Facts
from scheduler.fairness import Category, carried, fair_shares, loads, pool_of
from scheduler.pay import pay_of
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Breach, Rule
from scheduler.scenario import Scenario

AROUND = timedelta(days=8)
"""Days on both sides of a change that rules about days are shown: a whole weekend and what touches it."""
NEAR_DAYS = 7
"""How far from a duty another one is that its holder may give away for it."""


class Bench:
    """One rota, and what the rules say of changes to it. Keeps what it worked out of each person."""

    def __init__(self, scenario: Scenario, roster: Roster) -> None:
        self.scenario, self.roster = scenario, roster
        hard = [rule for rule in scenario.rules if rule.price is None and rule.enabled]
        self._alone, self._near, self._whole = (
            [rule for rule in hard if sees == rule.SEES] for sees in ("person", "days", "everything")
        )
        self._parts: dict[tuple[date, date], Facts] = {}
        self._facts: dict[str, Facts] = {}
        self._before: dict[tuple[str, str], frozenset[Breach]] = {}
        self.load = loads(scenario.facts, roster)
        self.share, self.carried = fair_shares(scenario.facts), carried(scenario.facts)

    def after(self, gone: Iterable[tuple[str, str]], come: Iterable[tuple[str, str]]) -> Roster:
        """The rota with some (duty, person) taken away and others added."""
        return replace(self.roster, assignments=(self.roster.assignments - frozenset(gone)) | frozenset(come))

    def broken(self, after: Roster, people: Sequence[str], *, first: bool = False) -> list[tuple[Rule, Breach]]:
        """What a rota that differs in the duties of some people breaks and this one does not; ``first``: one is enough."""
        found: list[tuple[Rule, Breach]] = []
        for person in people:
            mine = frozenset((d, person) for d in after.duties_of(person))
            for rule in self._alone:
                before = self._breaches(rule, person)
                now = rule.check(self._facts[person], replace(after, assignments=mine))
                found += [(rule, breach) for breach in now if breach not in before]
                if found and first:
                    return found
        for rules, facts, days in ((self._near, *self._part(after)), (self._whole, self.scenario.facts, "")):
            shown = _within(facts, after)
            for rule in rules:
                before = self._breaches_of(rule, facts, days)
                found += [(rule, one) for one in rule.check(facts, shown) if one not in before]
                if found and first:
                    return found
        return found

    def _part(self, after: Roster) -> tuple[Facts, str]:
        """The days around what differs, as facts of their own, and which days they are."""
        differs = [self.scenario.facts.duty_by_id[duty].date for duty, _ in self.roster.assignments ^ after.assignments]
        if not differs:
            return self.scenario.facts, ""
        first, last = min(differs) - AROUND, max(differs) + AROUND
        if (first, last) not in self._parts:
            facts = self.scenario.facts
            by_day = {day: duties for day, duties in facts.duties_by_day.items() if first <= day <= last}
            duties = tuple(duty for duty in facts.duties if duty.date in by_day)
            self._parts[first, last] = replace(facts, duties=duties, duties_by_day=by_day)
        return self._parts[first, last], f"{first} {last}"

    def _breaches(self, rule: Rule, person: str) -> frozenset[Breach]:
        if person not in self._facts:
            self._facts[person] = only_of(self.scenario.facts, person)
        if (rule.name, person) not in self._before:
            mine = frozenset((d, person) for d in self.roster.duties_of(person))
            breaches = rule.check(self._facts[person], replace(self.roster, assignments=mine))
            self._before[rule.name, person] = frozenset(breaches)
        return self._before[rule.name, person]

    def _breaches_of(self, rule: Rule, facts: Facts, days: str) -> frozenset[Breach]:
        key = (rule.name, f" {days}")
        if key not in self._before:
            self._before[key] = frozenset(rule.check(facts, _within(facts, self.roster)))
        return self._before[key]

    def beyond(self, person: str, category: Category = "points", more: int = 0) -> int:
        """How far above the fair share somebody is, what was carried over included, with so much more; hundredths."""
        return self.load[category][person] + self.carried[category][person] + more - self.share[category][person]


def _within(facts: Facts, roster: Roster) -> Roster:
    """The assignments of the duties that facts plan."""
    if len(facts.duties) == len(facts.duty_by_id):
        return roster
    planned = {duty.id for duty in facts.duties}
    return replace(roster, assignments=frozenset(pair for pair in roster.assignments if pair[0] in planned))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could take a duty, or could if a rule gave way."""

    person: str
    stopped_by: tuple[Rule, ...]
    """Empty: nothing stops them. One: that rule would have to give way."""
    beyond: int
    """Points above the fair share with it, hundredths."""
    rest_minutes: int | None
    """Shortest rest between it and their duties next to it; None without any."""
    cents: int
    km: float | None
    """From home, one way."""
    locum: bool
    """Of the replacement pool."""

    @property
    def free(self) -> bool:
        """Whether they can."""
        return not self.stopped_by


def candidates(bench: Bench, duty: Duty, most: int | None = None) -> list[Candidate]:
    """Who could take a duty: those who can, the furthest below their fair share first, then the nearest; then those whom one
    rule alone stops, then the others."""
    facts = bench.scenario.facts
    site = site_of(duty, bench.roster)
    found = []
    for person in pool_of(facts, duty.line):
        if bench.roster.covers(person, duty.id):
            continue
        after = bench.after((), ((duty.id, person),))
        rules: dict[str, Rule] = {}
        for rule, _ in bench.broken(after, (person,)):
            # That a place is taken already says nothing of the person.
            if rule.kind != "places":
                rules.setdefault(rule.name, rule)
        found.append(
            Candidate(
                person,
                tuple(rules.values()),
                bench.beyond(person, more=duty.points),
                rest_around(facts, bench.roster, person, duty),
                pay_of(facts, person, duty, site),
                facts.km_between(facts.person_by_id[person].home, site),
                "locum" in facts.statuses_of(person),
            )
        )
    found.sort(key=lambda c: (len(c.stopped_by), c.beyond, c.km or 0.0, c.person))
    return found[:most]


def rest_around(facts: Facts, roster: Roster, person: str, duty: Duty) -> int | None:
    """Minutes between a duty and the nearest other one of a person; 0 when they overlap."""
    others = [facts.duty_by_id[d] for d in roster.duties_of(person) if d != duty.id] + list(facts.past_of(person))
    gaps = [max(duty.start - other.end, other.start - duty.end, timedelta(0)) for other in others]
    return min((int(gap.total_seconds()) // 60 for gap in gaps), default=None)


# --- chains -----------------------------------------------------------------------------------------------------------


Pairs = frozenset[tuple[str, str]]
"""(Duty, person)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One duty goes from somebody (empty: nobody) to somebody."""

    duty: str
    giver: str
    taker: str


def chains(bench: Bench, duty: Duty, *, most: int = 5, longest: int = 3) -> list[tuple[Step, ...]]:
    """Ways to fill a duty, also by two or three moves where no single person can: somebody takes it and gives another away.

    The shortest first, then those whose takers are furthest below their fair share.
    """
    found = list(_Chains(bench, longest).of((), duty, frozenset(), frozenset(), most * 4))
    found.sort(key=lambda steps: (len(steps), [bench.beyond(step.taker) for step in steps]))
    return found[:most]


def chain_upon(bench: Bench, duty: Duty, gone: Pairs, come: Pairs, longest: int = 3) -> tuple[Step, ...]:
    """The first way to fill a duty after other changes; empty when there is none so short."""
    for least in range(1, longest + 1):
        for steps in _Chains(bench, least).of((), duty, gone, come, 1):
            return steps
    return ()


class _Chains:
    """The search for chains; no state is looked at twice."""

    def __init__(self, bench: Bench, longest: int) -> None:
        self._bench, self._longest = bench, longest
        self._tried: set[Pairs] = set()

    def of(
        self, steps: tuple[Step, ...], open_: Duty, gone: Pairs, come: Pairs, most: int
    ) -> Iterator[tuple[Step, ...]]:
        """Chains that begin with some steps and go on by filling a duty."""
        bench, number = self._bench, 0
        giver = steps[-1].taker if steps else ""
        takers = {step.taker for step in steps}
        for person in self._pool(open_, gone):
            if person in takers or number >= most:
                continue
            taken, longer = come | {(open_.id, person)}, (*steps, Step(open_.id, giver, person))
            people = sorted({p for _, p in gone | taken})
            if not bench.broken(bench.after(gone, taken), people, first=True):
                number += 1
                yield longer
            elif len(longer) < self._longest:
                for chain in self._given(longer, open_, gone, taken, most - number):
                    number += 1
                    yield chain

    def _pool(self, open_: Duty, gone: Pairs) -> list[str]:
        bench = self._bench
        pool = pool_of(bench.scenario.facts, open_.line)
        able = [p for p in pool if (open_.id, p) not in gone and not bench.roster.covers(p, open_.id)]
        return sorted(able, key=lambda p: (bench.beyond(p, more=open_.points), p))

    def _given(
        self, steps: tuple[Step, ...], open_: Duty, gone: Pairs, come: Pairs, most: int
    ) -> Iterator[tuple[Step, ...]]:
        """What the last taker could give away so that they could take what they took."""
        bench, person = self._bench, steps[-1].taker
        for name in bench.roster.duties_of(person):
            given = bench.scenario.facts.duty_by_id[name]
            less = gone | {(name, person)}
            if abs((given.date - open_.date).days) > NEAR_DAYS or less | come in self._tried:
                continue
            self._tried.add(less | come)
            if not bench.broken(bench.after(less, come), (person,), first=True):
                yield from self.of(steps, given, less, come, most)


# --- fragile duties ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fragile:
    """A duty that falls when its holder does: nobody, or one person, could take it."""

    duty: str
    replacements: tuple[str, ...]


def fragile(bench: Bench, most: int = 1, duties: Sequence[Duty] | None = None) -> list[Fragile]:
    """Held duties that at most so many others could take as the rota stands, by start; of some duties, or of all."""
    facts = bench.scenario.facts
    found = []
    for duty in facts.duties if duties is None else duties:
        if not bench.roster.people_on(duty.id):
            continue
        others: list[str] = []
        # Who is free around it first: two of them, and the others need not be judged.
        near = {
            p
            for other in facts.duties
            if abs((other.date - duty.date).days) <= 1
            for p in bench.roster.people_on(other.id)
        }
        for person in sorted(pool_of(facts, duty.line), key=lambda p: (p in near, bench.beyond(p), p)):
            if not bench.roster.covers(person, duty.id):
                holder = bench.roster.people_on(duty.id)[0]
                after = bench.after([(duty.id, holder)], [(duty.id, person)])
                if not bench.broken(after, (person,), first=True):
                    others.append(person)
                    if len(others) > most:
                        break
        if len(others) <= most:
            found.append(Fragile(duty.id, tuple(others)))
    return found
