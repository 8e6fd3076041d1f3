"""The rules' few words said once: here it is decided what is forbidden, what is priced, and how strongly it is written.

Strength is won here, so that a rule can stay plain:

- people who can never hold a duty get no variable;
- pairs that exclude each other are merged into cliques;
- an OR of things that exclude each other is their sum, and needs no variable;
- a price that is convex in a whole number gets its convex hull over whole numbers, not its naive slopes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import gcd

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.rules.base import Breach, Rule
from scheduler.terms import Terms
from solver.model import Coefs, Decision, Goal, Model, Row

_CLIQUE_MOST = 60
"""Longest at-most-one row whose pairs are remembered; longer ones are strong as they are."""
_SUM_MOST = 8
"""Longest sum that stands for an OR by itself; a longer one is named once, and rows stay short."""


class Board:
    """Hears every rule of a scenario and writes the model. ``facts`` and the public words are for the rules."""

    def __init__(self, facts: Facts, rules: Sequence[Rule], tiers: Sequence[str]) -> None:
        self.facts = facts
        self.model = Model(goals={tier: Goal() for tier in tiers})
        people = [person.id for person in facts.people]
        self._open: dict[str, set[str]] = {duty.id: set(people) for duty in facts.duties}
        self._mine: dict[str, list[Duty]] = {}
        self._order = {person: i for i, person in enumerate(people)}
        self._held = {(person, d.id) for person in people for d in facts.past_of(person)}
        self._closed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._x: dict[tuple[str, str], int] = {}
        self._at: dict[tuple[str, str], int] = {}
        self._any: dict[tuple[int, ...], Terms] = {}
        self._both: dict[tuple[int, int], int] = {}
        self._apart: defaultdict[int, set[int]] = defaultdict(set)
        self._rows: dict[tuple[tuple[tuple[int, int], ...], int], None] = {}
        self._excess: dict[tuple[str, tuple[tuple[int, int], ...], int], int] = {}
        self._price: int | None = None
        self._tier = ""
        for rule in rules:
            self._price, self._tier = rule.price, rule.price_tier
            if rule.enabled:
                rule.encode(self)
        self._finish()

    # --- words -----------------------------------------------------------------------------------------------------

    def candidates(self, duty: Duty) -> tuple[str, ...]:
        """People not yet excluded from a duty, in the order of the files; for a past duty, those who held it."""
        if duty.past:
            return tuple(p for p in self._order if (p, duty.id) in self._held)
        return tuple(sorted(self._open[duty.id], key=self._order.__getitem__))

    def duties_of(self, person_id: str) -> Sequence[Duty]:
        """Duties somebody may hold or held before the horizon, by start."""
        if person_id not in self._mine:
            planned = [d for d in self.facts.duties if person_id in self._open[d.id]]
            self._mine[person_id] = [*self.facts.past_of(person_id), *planned]
        return self._mine[person_id]

    def on(self, person_id: str, duty: Duty) -> Terms:
        """1 if the person holds the duty."""
        if duty.past:
            return Terms(past=int((person_id, duty.id) in self._held))
        if person_id not in self._open[duty.id]:
            return Terms()
        key = (person_id, duty.id)
        if key not in self._x:
            self._x[key] = self.model.variable(0, 1)
            self.model.decisions[self._x[key]] = self._decision(person_id, duty)
        return Terms({self._x[key]: 1})

    def at(self, duty: Duty, site_id: str) -> Terms:
        """1 if the duty is at the site."""
        if site_id not in duty.sites or len(duty.sites) == 1:
            return Terms(const=int(duty.sites == (site_id,)))
        if (duty.id, site_id) not in self._at:
            for site in duty.sites:
                self._at[duty.id, site] = self.model.variable(0, 1)
                self.model.decisions[self._at[duty.id, site]] = self._decision(None, duty)
            self.model.rows.append(Row({self._at[duty.id, s]: 1 for s in duty.sites}, 1, 1))
        return Terms({self._at[duty.id, site_id]: 1})

    def _decision(self, person_id: str | None, duty: Duty) -> Decision:
        return Decision(person_id, duty.line, (duty.date - self.facts.territory.first_day).days)

    def any_of(self, parts: Iterable[Terms]) -> Terms:
        """1 if at least one of some yes/no terms is 1."""
        live: list[int] = []
        for part in parts:
            if part.past:
                return Terms(past=1)
            if part.const and not part.coefs:
                return Terms(const=1)
            live += (self._single(part) if part.const else part).coefs
        key = tuple(sorted(set(live)))
        if key not in self._any:
            exclusive = all(b in self._apart[a] for n, a in enumerate(key) for b in key[n + 1 :])
            if exclusive and len(key) <= _SUM_MOST:
                self._any[key] = Terms(dict.fromkeys(key, 1))
            elif exclusive:
                self._any[key] = self._single(Terms(dict.fromkeys(key, 1)))
            else:
                some = self.model.variable(0, 1)
                # What excludes each other may stand under the OR together, as one sum.
                for group in self._exclusive(key):
                    self._at_most(0, dict.fromkeys(group, 1) | {some: -1})
                self._at_most(0, {some: 1} | dict.fromkeys(key, -1))
                self._any[key] = Terms({some: 1})
        return self._any[key]

    def _exclusive(self, indices: Sequence[int]) -> list[list[int]]:
        """Yes/no variables in groups of which at most one is 1."""
        groups: list[list[int]] = []
        for i in indices:
            for group in groups:
                if self._apart[i].issuperset(group):
                    group.append(i)
                    break
            else:
                groups.append([i])
        return groups

    def both(self, one: Terms, other: Terms) -> Terms:
        """1 if two yes/no terms are 1."""
        if not one.coefs and not other.coefs:
            value = (one.const + one.past) * (other.const + other.past)
            # What is past stays past: a limit is never below it.
            return Terms(past=value) if one.past or other.past else Terms(const=value)
        if not one.coefs:
            return other * (one.const + one.past)
        if not other.coefs:
            return one * (other.const + other.past)
        one, other = self._single(one), self._single(other)
        a, b = sorted((*one.coefs, *other.coefs))
        if a == b:
            return one
        if (a, b) not in self._both:
            new = self._both[a, b] = self.model.variable(0, 1)
            self._at_most(0, {new: 1, a: -1})
            self._at_most(0, {new: 1, b: -1})
            self._at_most(1, {a: 1, b: 1, new: -1})
        return Terms({self._both[a, b]: 1})

    def _single(self, terms: Terms) -> Terms:
        if len(terms.coefs) == 1 and not terms.const:
            return terms
        same = self.model.variable(0, 1)
        self.model.rows.append(Row(terms.coefs | {same: -1}, -terms.const, -terms.const))
        return Terms({same: 1})

    def never(self, person_id: str, duty: Duty, site_id: str | None, breach: Breach) -> None:
        """The person does not hold the duty (at that site; None = anywhere): one unit."""
        if self._price is not None:
            here = self.on(person_id, duty)
            place = Terms(const=1) if site_id is None else self.at(duty, site_id)
            self.at_most(0, self.both(here, place), breach)
            return
        if person_id not in self._open[duty.id]:
            return
        if site_id is not None:
            self._closed[person_id, duty.id].add(site_id)
        if site_id is None or self._closed[person_id, duty.id].issuperset(duty.sites):
            self._open[duty.id].remove(person_id)
            self._mine.pop(person_id, None)
            index = self._x.get((person_id, duty.id))
            if index is not None:
                self.model.upper[index] = 0

    def at_most(self, limit: int, terms: Terms, breach: Breach, *, times: int = 1) -> None:
        """``terms`` is at most ``limit`` (or its past, if that is more): a unit per one above."""
        if terms.past and not terms.coefs:
            return
        room = max(limit, terms.past) - terms.past - terms.const
        self._ask(room, terms.coefs, breach, times)

    def at_least(self, limit: int, terms: Terms, breach: Breach, *, times: int = 1) -> None:
        """``terms`` is at least ``limit``: a unit per one below."""
        room = terms.const + terms.past - limit
        self._ask(room, {i: -c for i, c in terms.coefs.items()}, breach, times)

    def count(self, terms: Terms) -> Terms:
        """The same number as one thing: for a sum that many places speak of."""
        coefs = {i: c for i, c in terms.coefs.items() if c}
        if len(coefs) < 2:
            return terms
        number = self.model.variable(self.model.smallest(coefs), self.model.largest(coefs))
        self.model.rows.append(Row(coefs | {number: -1}, 0, 0))
        return Terms({number: 1}, terms.const, terms.past)

    def one_of(self, number: int) -> list[Terms]:
        """A free choice: so many things of which exactly one is 1, whichever costs least."""
        choice = [self.model.variable(0, 1) for _ in range(number)]
        self.model.rows.append(Row(dict.fromkeys(choice, 1), 1, 1))
        return [Terms({index: 1}) for index in choice]

    def lasting(self, least: int, days: Sequence[Terms], back: int, breach: Breach) -> None:
        """Each run of 1s that begins after a 0, and ends before one from place ``back`` on, has ``least``: a unit per one missing."""
        for start in range(1, len(days)):
            begins = days[start] - days[start - 1]
            # What went before is known: a run that ended there is over.
            over = any(not day.coefs and not day.const for day in days[start:back])
            if over or self.model.largest(begins.coefs) + begins.const <= 0:
                continue
            shorter: int | None = None
            ends = [k for k in range(1, least) if back <= start + k < len(days)]
            for k in ends:
                ended = begins - days[start + k]
                if self._price is None:
                    self.at_most(0, ended, breach)
                    continue
                # Shorter than k is shorter than k + 1.
                short = self.model.variable(0, 1)
                self._at_most(-ended.const, ended.coefs | {short: -1})
                if shorter is not None:
                    self._at_most(0, {shorter: 1, short: -1})
                shorter = short
                self._pay({short: 1}, 0, least - k if k == ends[-1] else 1)

    def worst(self, parts: Sequence[Terms], breach: Breach, *, per: int = 1) -> None:
        """The largest of some terms, if positive: a unit per ``per`` above zero, rounded up."""
        tops = [self.model.largest(part.coefs) + part.const + part.past for part in parts]
        if self._price is None:
            for part in parts:
                self._ask(-part.const - part.past, part.coefs, breach, 1)
            return
        worst = self.model.variable(0, -(-max([0, *tops]) // per))
        for part in parts:
            self._at_most(-part.const - part.past, part.coefs | {worst: -per})
        self._pay({worst: 1}, 0, 1)

    def worth(self, terms: Terms, units: Callable[[int], int]) -> Terms:
        """``units(value of terms)``, for units that never fall: at least that, and no more where less is better."""
        base = terms.const + terms.past
        coefs = {i: c for i, c in terms.coefs.items() if c}
        if not coefs:
            return Terms(const=units(base))
        step = gcd(*coefs.values())
        least, most = self.model.smallest(coefs), self.model.largest(coefs)
        table = [units(base + value) for value in range(least, most + 1, step)]
        free = sum(amount == table[0] for amount in table) - 1
        rises = [b - a for a, b in pairwise(table[free:])]
        steps = [self.model.variable(0, 1) for _ in rises]
        for one, next_ in pairwise(steps):
            self._at_most(0, {next_: 1, one: -1})
        whole = {i: c // step for i, c in coefs.items()}
        self._at_most(least // step + free, whole | dict.fromkeys(steps, -1))
        return Terms(dict(zip(steps, rises, strict=True)), const=table[0])

    def priced(self, terms: Terms, units: Callable[[int], int], breach: Breach) -> None:
        """``units(value of terms)``, a number of units by whole number."""
        base = terms.const + terms.past
        coefs = {i: c for i, c in terms.coefs.items() if c}
        if not coefs:
            self._ask(-units(base), {}, breach, 1)
            return
        step = gcd(*coefs.values())
        least, most = self.model.smallest(coefs), self.model.largest(coefs)
        values = [base + v for v in range(least, most + 1, step)]
        table = [units(v) for v in values]
        slopes = [b - a for a, b in pairwise(table)]
        whole = {i: c // step for i, c in coefs.items()}
        if self._price is None:
            self._allow(whole, least // step, [n for n, cost in enumerate(table) if cost <= 0], breach)
            return
        if all(a <= b for a, b in pairwise(slopes)):
            cost = self.model.variable(min(table), max(table))
            for n, slope in enumerate(slopes):
                if n == 0 or slope != slopes[n - 1]:
                    row = {i: slope * c for i, c in whole.items()} | {cost: -1}
                    self._at_most(slope * (n + least // step) - table[n], row)
            self._pay({cost: 1}, 0, 1)
            return
        chosen = [self.model.variable(0, 1) for _ in table]
        self.model.rows.append(Row(dict.fromkeys(chosen, 1), 1, 1))
        counts = {index: -(n + least // step) for n, index in enumerate(chosen)}
        self.model.rows.append(Row(whole | counts, 0, 0))
        self._pay(dict(zip(chosen, table, strict=True)), 0, 1)

    # --- what a word becomes ---------------------------------------------------------------------------------------

    def _ask(self, room: int, coefs: Coefs, breach: Breach, times: int) -> None:
        """``coefs`` is at most ``room``: never more, or each one more at a price."""
        coefs = {i: c for i, c in coefs.items() if c}
        most = self.model.largest(coefs)
        if most <= room:
            return
        if self._price is None:
            if self.model.smallest(coefs) > room:
                self.model.contradictions.append(f"{breach.rule}: {breach.subject} {' '.join(breach.where)}")
            else:
                self._at_most(room, coefs)
            return
        least = self.model.smallest(coefs)
        if least >= room:
            self._pay(coefs, -room, times)
            return
        key = (self._tier, tuple(sorted(coefs.items())), room)
        if key not in self._excess:
            self._excess[key] = self.model.variable(0, most - room)
            self._at_most(room, coefs | {self._excess[key]: -1})
        self._pay({self._excess[key]: 1}, 0, times)

    def _pay(self, coefs: Coefs, const: int, times: int) -> None:
        assert self._price is not None
        goal, price = self.model.goals[self._tier], self._price * times
        for i, c in coefs.items():
            goal.coefs[i] = goal.coefs.get(i, 0) + price * c
        goal.const += price * const

    def _at_most(self, room: int, coefs: Coefs) -> None:
        """A hard row, once; rows that set yes/no variables against each other also feed the cliques."""
        if room == 0 and all(c > 0 for c in coefs.values()):
            for i in coefs:
                self.model.upper[i] = 0
            return
        if room == 1 and all(c == 1 for c in coefs.values()) and len(coefs) <= _CLIQUE_MOST:
            for i in coefs:
                self._apart[i].update(coefs)
                self._apart[i].discard(i)
            if len(coefs) == 2:
                return
        self._rows.setdefault((tuple(sorted(coefs.items())), room))

    def _allow(self, whole: Coefs, offset: int, allowed: list[int], breach: Breach) -> None:
        """A whole number that may only take some values: for prices that are made hard."""
        if not allowed:
            self.model.contradictions.append(f"{breach.rule}: {breach.subject}")
            return
        chosen = {self.model.variable(0, 1): n + offset for n in allowed}
        self.model.rows.append(Row(dict.fromkeys(chosen, 1), 1, 1))
        self.model.rows.append(Row(whole | {i: -n for i, n in chosen.items()}, 0, 0))

    def _finish(self) -> None:
        """Sites closed to some people, cliques, rows."""
        blocked: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for (person, duty), index in self._x.items():
            for site in self._closed.get((person, duty), ()):
                if self.model.upper[index]:
                    blocked[duty, site].append(index)
        for (duty_id, site), indices in blocked.items():
            at = self.at(self.facts.duty_by_id[duty_id], site)
            if self.facts.duty_by_id[duty_id].wished == 1:
                self._at_most(1, dict.fromkeys(indices, 1) | at.coefs)
            else:
                for index in indices:
                    self._at_most(1, {index: 1} | at.coefs)
        self.model.rows += [Row(dict.fromkeys(clique, 1), None, 1) for clique in self._cliques()]
        self.model.rows += [Row(dict(key), None, room) for key, room in self._rows]

    def _cliques(self) -> list[tuple[int, ...]]:
        """At-most-one rows that cover every excluding pair: long rows grown first, then the pairs left."""
        rank = {index: n for n, index in enumerate(self._by_time())}
        seeds = [tuple(i for i, _ in key) for key, room in self._rows if room == 1 and all(c == 1 for _, c in key)]
        for key in [key for key in self._rows if key[1] == 1 and all(c == 1 for _, c in key[0])]:
            if len(key[0]) <= _CLIQUE_MOST:
                del self._rows[key]
        covered: set[tuple[int, int]] = set()
        found: list[tuple[int, ...]] = [seed for seed in seeds if len(seed) > _CLIQUE_MOST]
        pairs = [(a, b) for a in self._apart for b in self._apart[a] if a < b]
        pairs.sort(key=lambda pair: (rank.get(pair[0], pair[0]), rank.get(pair[1], pair[1])))
        for seed in (*sorted((s for s in seeds if len(s) <= _CLIQUE_MOST), key=len, reverse=True), *pairs):
            if all((a, b) in covered for n, a in enumerate(seed) for b in seed[n + 1 :]):
                continue
            clique = list(seed)
            centre = rank.get(seed[0], seed[0])
            common = set.intersection(*(self._apart[i] for i in clique))
            while common:
                grown = min(common, key=lambda i, centre=centre: (abs(rank.get(i, i) - centre), i))  # type: ignore[misc]
                clique.append(grown)
                common &= self._apart[grown]
            clique.sort()
            covered.update((a, b) for n, a in enumerate(clique) for b in clique[n + 1 :])
            found.append(tuple(clique))
        return found

    def _by_time(self) -> list[int]:
        start = {duty.id: n for n, duty in enumerate(self.facts.duties)}
        return [i for (p, d), i in sorted(self._x.items(), key=lambda kv: (self._order[kv[0][0]], start[kv[0][1]]))]

    # --- answers ---------------------------------------------------------------------------------------------------

    def read(self, values: Sequence[int]) -> Roster:
        """The roster that a point of the model means."""
        assignments = frozenset((duty, person) for (person, duty), i in self._x.items() if values[i])
        sites = {duty.id: duty.sites[0] for duty in self.facts.duties if len(duty.sites) > 1}
        sites |= {duty: site for (duty, site), i in self._at.items() if values[i]}
        return Roster(assignments, sites)

    def wanted(self, roster: Roster) -> list[int]:
        """The decisions that would make a roster, as far as the model knows them."""
        held = [self._x[person, duty] for duty, person in sorted(roster.assignments) if (person, duty) in self._x]
        return held + [self._at[key] for key in sorted(roster.site_by_duty.items()) if key in self._at]

    def fix(self, roster: Roster) -> None:
        """Let the model have no other answer than this roster (what stands in it but is excluded is a contradiction)."""
        for (person, duty), index in self._x.items():
            held = int(roster.covers(person, duty))
            if held > self.model.upper[index]:
                self.model.contradictions.append(f"{person} may not hold {duty}")
            self.model.lower[index] = self.model.upper[index] = held
        for duty_id, person in sorted(roster.assignments):
            if (person, duty_id) not in self._x and person not in self._open[duty_id]:
                self.model.contradictions.append(f"{person} may not hold {duty_id}")
        for (duty_id, site), index in self._at.items():
            chosen = roster.site_by_duty.get(duty_id, self.facts.duty_by_id[duty_id].sites[0])
            self.model.lower[index] = self.model.upper[index] = int(chosen == site)
        for planned in self.facts.duties:
            site = roster.site_by_duty.get(planned.id, planned.sites[0])
            for person in roster.people_on(planned.id):
                if site in self._closed.get((person, planned.id), ()):
                    self.model.contradictions.append(f"{person} may not hold {planned.id} at {site}")
