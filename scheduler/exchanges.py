"""Duties that change hands: what an exchange does to each person, the rules that stand against it, and exchanges that are
better for everybody in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from scheduler.facts import Duty, Facts
from scheduler.fairness import CATEGORIES, Category, pool_of, weight_in
from scheduler.moves import Bench, Step, rest_around
from scheduler.pay import pay_of
from scheduler.roster import Roster, site_of
from scheduler.rules.wishes import named
from scheduler.words import Said

TRIED_MOST = 2_000
"""Rings looked at in the search for exchanges."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an exchange does to one person; hundredths of loads, cents."""

    person: str
    load: dict[Category, int]
    beyond_before: int
    beyond_after: int
    cents: int
    rest_minutes: int | None
    """Shortest rest around what they take; None when they take nothing."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A give-away, or a swap, with what it does and what stands against it."""

    steps: tuple[Step, ...]
    after: Roster
    effects: tuple[Effect, ...]
    refused: tuple[Said, ...]
    """The rules it would break, in words; empty: it may be."""

    @property
    def allowed(self) -> bool:
        """Whether no rule stands against it."""
        return not self.refused


def exchange(bench: Bench, duty: str, giver: str, taker: str, back: str | None = None) -> Exchange:
    """Somebody gives a duty to somebody; for another one of theirs when ``back`` names it.

    Raises:
        ValueError: the giver does not hold the duty, or the taker not the one to come back.
    """
    if not bench.roster.covers(giver, duty) or (back is not None and not bench.roster.covers(taker, back)):
        raise ValueError("nobody gives what they do not hold")
    steps = [Step(duty, giver, taker)] + ([Step(back, taker, giver)] if back else [])
    return exchanged(bench, steps)


def open_offer(bench: Bench, duty: str, giver: str) -> list[Exchange]:
    """A duty offered to whoever would take it: what it does for each who could, the furthest below their fair share first.

    Raises:
        ValueError: the giver does not hold the duty.
    """
    facts = bench.scenario.facts
    pool = [p for p in pool_of(facts, facts.duty_by_id[duty].line) if not bench.roster.covers(p, duty)]
    found = (exchange(bench, duty, giver, taker) for taker in sorted(pool, key=lambda p: (bench.beyond(p), p)))
    return [one for one in found if one.allowed]


def exchanged(bench: Bench, steps: Sequence[Step]) -> Exchange:
    """Several duties that change hands at once."""
    facts = bench.scenario.facts
    gone = {(step.duty, step.giver) for step in steps if step.giver}
    come = {(step.duty, step.taker) for step in steps}
    after = bench.after(gone, come)
    people = sorted({p for _, p in gone | come})
    refused = [rule.explain(breach, facts) for rule, breach in bench.broken(after, people)]
    return Exchange(
        tuple(steps), after, tuple(_effect(bench, after, person, gone, come) for person in people), tuple(refused)
    )


def _effect(
    bench: Bench, after: Roster, person: str, gone: Iterable[tuple[str, str]], come: Iterable[tuple[str, str]]
) -> Effect:
    facts = bench.scenario.facts
    taken = [facts.duty_by_id[d] for d, p in sorted(come) if p == person]
    given = [facts.duty_by_id[d] for d, p in sorted(gone) if p == person]
    load = {c: sum(weight_in(c, d) for d in taken) - sum(weight_in(c, d) for d in given) for c in CATEGORIES}
    cents = sum(pay_of(facts, person, d, site_of(d, after)) for d in taken)
    cents -= sum(pay_of(facts, person, d, site_of(d, bench.roster)) for d in given)
    rests = [r for d in taken if (r := rest_around(facts, after, person, d)) is not None]
    before = bench.beyond(person)
    return Effect(person, load, before, before + load["points"], cents, min(rests, default=None))


def better_for_all(bench: Bench, *, longest: int = 3, most: int = 20) -> list[Exchange]:
    """Exchanges in a ring of two or more that leave everybody in it better off; suggestions, never applied.

    Better off: what they take pleases them more, by their wishes, than what they give; or as much, and nearer to the fair
    share than before. Each ring begins with a duty that its holder would rather not have.
    """
    facts = bench.scenario.facts
    by_line: dict[str, list[tuple[str, str]]] = {}
    for duty, person in sorted(bench.roster.assignments):
        by_line.setdefault(facts.duty_by_id[duty].line, []).append((duty, person))
    rings = (
        path
        for same in by_line.values()
        for duty, person in same
        if wanted(facts, person, facts.duty_by_id[duty]) < 0
        for path in _rings(bench, ((duty, person),), same, longest)
    )
    found: list[Exchange] = []
    seen: set[frozenset[tuple[str, str]]] = set()
    for path in islice(rings, TRIED_MOST):
        if frozenset(path) in seen:
            continue
        seen.add(frozenset(path))
        # Each one's duty goes to the next in the ring.
        steps = [Step(duty, giver, path[(n + 1) % len(path)][1]) for n, (duty, giver) in enumerate(path)]
        one = exchanged(bench, steps)
        if one.allowed:
            found.append(one)
            if len(found) == most:
                break
    return found


Ring = tuple[tuple[str, str], ...]
"""(Duty, holder), each holder taking the duty before; the first one takes the last."""


def _rings(bench: Bench, path: Ring, others: Sequence[tuple[str, str]], longest: int) -> Iterator[Ring]:
    (first, owner), (last, _) = path[0], path[-1]
    if len(path) > 1 and _gains(bench, owner, first, last):
        yield path
    if len(path) < longest:
        people = {person for _, person in path}
        for duty, person in others:
            if person not in people and _gains(bench, person, duty, last):
                yield from _rings(bench, (*path, (duty, person)), others, longest)


def _gains(bench: Bench, person: str, given: str, taken: str) -> bool:
    """Whether somebody is better off with the one duty than with the other."""
    facts = bench.scenario.facts
    give, take = facts.duty_by_id[given], facts.duty_by_id[taken]
    pleased = wanted(facts, person, take) - wanted(facts, person, give)
    now = bench.beyond(person)
    return pleased > 0 or (pleased == 0 and abs(now + take.points - give.points) < abs(now))


def wanted(facts: Facts, person: str, duty: Duty) -> int:
    """How much somebody would like a duty, by the weights of their wishes: negative for rather not, 0 where none speaks of it."""
    total = 0
    for _, wish in facts.wishes_by_person.get(person, ()):
        if wish.wish in ("rather_not", "would_like") and named(facts, wish, duty):
            total += wish.weight if wish.wish == "would_like" else -wish.weight
    return total
