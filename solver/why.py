"""Why, answered by solving again: what a rota without a duty costs, what it takes to fill an empty one, what a refused wish lost to,
and which few things make a scenario impossible."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from scheduler.facts import Duty
from scheduler.findings import ScenarioError
from scheduler.moves import Bench, Candidate, candidates
from scheduler.roster import Roster
from scheduler.rules.group_cover import GroupCover
from scheduler.rules.stability import Stability
from scheduler.rules.wishes import named, refusals
from scheduler.scenario import Scenario, Tier
from scheduler.tables import GroupNeed, Pin
from scheduler.variants import revised
from scheduler.verify import verify
from solver.plan import Found, Impossible, Limits, plan
from solver.repair import CHANGES, Move, moves_between, to_mend

MUST = "must-be-held"
"""Name of the need that a duty be held."""


@dataclass(frozen=True, slots=True)
class Price:
    """A tier as the rota has it, and as the best rota found otherwise has it; the bound is of the latter."""

    tier: str
    now: int
    otherwise: int
    bound: int | None

    @property
    def proved(self) -> bool:
        """Whether no rota otherwise is as good: what is kept is kept for a reason."""
        return self.bound is not None and self.bound > self.now


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The best rota under one more condition, against the one there is."""

    prices: tuple[Price, ...]
    """Every tier, in order; the first that differs tells which is better."""
    moves: tuple[Move, ...]
    roster: Roster | None
    impossible: bool = False

    @property
    def first(self) -> Price | None:
        """The first tier that differs; None when the other rota is as good."""
        return next((price for price in self.prices if price.now != price.otherwise), None)


def _otherwise(scenario: Scenario, changed: Scenario, roster: Roster, limits: Limits) -> Otherwise:
    now = verify(scenario, roster).values
    outcome = plan(changed, limits, None, roster)
    if not isinstance(outcome, Found):
        return Otherwise((), (), None, isinstance(outcome, Impossible))
    judged = verify(scenario, outcome.roster).values
    bound = {tier.name: tier.bound for tier in outcome.tiers}
    prices: list[Price] = []
    alike = True
    for name, value in now.items():
        # After a difference the bounds answer another question.
        prices.append(Price(name, value, judged[name], bound.get(name) if alike else None))
        alike &= value == judged[name]
    return Otherwise(tuple(prices), moves_between(scenario.facts, roster, outcome.roster), outcome.roster)


def without(scenario: Scenario, roster: Roster, duty: Duty, person: str, limits: Limits) -> Otherwise:
    """The best rota in which somebody does not hold a duty they hold: what their holding it is good for."""
    tables = scenario.facts.tables
    pin = Pin(line=duty.line, date=duty.date, period=duty.period, person=person, held=False)
    kept = [
        row
        for row in tables.pins
        if (row.line, row.date, row.period, row.person) != (duty.line, duty.date, duty.period, person)
    ]
    return _otherwise(scenario, revised(scenario, tables={"pins": [*kept, pin]}), roster, limits)


# --- an empty duty ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filling:
    """What it takes to fill an empty duty."""

    candidates: tuple[Candidate, ...]
    moves: tuple[Move, ...]
    """The fewest moves that fill it within the rules; empty when there are none."""
    changes: int
    """Published assignments that move."""
    proved: bool
    """Whether fewer moves do not fill it, or, without moves, that nothing within the rules does."""
    gives_way: tuple[Candidate, ...]
    """Without moves: those for whom one rule alone would have to give way."""
    holes: int
    """Empty places more (or fewer, negative) elsewhere, with those moves."""


def filled(scenario: Scenario, roster: Roster, duty: Duty, limits: Limits) -> Filling:
    """The cheapest change that fills a duty: the fewest moves within the rules, else the one rule to give way."""
    who = tuple(candidates(Bench(scenario, roster), duty))
    need = GroupNeed(
        name=MUST,
        lines=(duty.line,),
        periods=(duty.period,),
        first_day=duty.date,
        last_day=duty.date,
        least=duty.needed,
    )
    question = to_mend(scenario, roster)
    tables = question.facts.tables
    first, changes, *later = question.tiers
    # It must be held; then as few moves as possible; cover elsewhere comes after.
    asked = revised(
        question,
        tables={"group_needs": [*tables.group_needs, need]},
        rules=[*(rule for rule in question.rules if rule.name != MUST), *_must(question)],
        tiers=[changes, first, *later],
    )
    outcome = plan(asked, limits, None, roster)
    if isinstance(outcome, Found):
        tier = next(tier for tier in outcome.tiers if tier.name == CHANGES)
        empty = sum(max(0, d.needed - len(outcome.roster.people_on(d.id))) for d in scenario.facts.duties)
        before = sum(max(0, d.needed - len(roster.people_on(d.id))) for d in scenario.facts.duties)
        missing = max(0, duty.needed - len(roster.people_on(duty.id)))
        moves = moves_between(scenario.facts, roster, outcome.roster)
        return Filling(who, moves, tier.value, tier.proven, (), empty - before + missing)
    alone = tuple(candidate for candidate in who if len(candidate.stopped_by) == 1)
    return Filling(who, (), 0, isinstance(outcome, Impossible), alone, 0)


def _must(scenario: Scenario) -> list[GroupCover]:
    hard = any(isinstance(rule, GroupCover) and rule.weight is None and rule.enabled for rule in scenario.rules)
    return [] if hard else [GroupCover(id=MUST)]


# --- a refused wish ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """What granting a wish would do."""

    otherwise: Otherwise
    lost_to: tuple[tuple[str, int], ...]
    """(person, number of the row in the table wishes) refused instead. For the coordinator: never shown to a colleague."""
    refused_before: int
    """How often wishes of the person were refused before this roster: its weight in the memory …"""
    more_refused: int
    """… and how many people were refused more often: their wishes come first."""


def granted(scenario: Scenario, roster: Roster, wish: int, limits: Limits) -> Refusal:
    """The best rota that grants a wish (a number of a row of the table ``wishes``) the given one refuses.

    Raises:
        ValueError: it is not a wish that the rota refuses.
    """
    facts = scenario.facts
    row = facts.tables.wishes[wish]
    if wish not in refusals(facts, roster, row.person):
        raise ValueError("the rota does not refuse this wish")
    if row.wish == "rather_not":
        wishes = [
            one.model_copy(update={"wish": "cannot"}) if n == wish else one for n, one in enumerate(facts.tables.wishes)
        ]
        rules = scenario.rules if any(r.kind == "cannot" and r.enabled for r in scenario.rules) else None
        if rules is None:
            raise ValueError("the rule cannot is needed to keep it")
        best = _otherwise(scenario, revised(scenario, tables={"wishes": wishes}), roster, limits)
    else:
        best = _one_of(scenario, roster, wish, limits)
    lost = []
    if best.roster is not None:
        for person in {one.person for one in facts.tables.wishes}:
            before, after = refusals(facts, roster, person), refusals(facts, best.roster, person)
            lost += [(person, n) for n, times in after.items() if times > before.get(n, 0)]
    memory = {balance.person: balance.refused for balance in facts.tables.balances}
    mine = memory.get(row.person, 0)
    return Refusal(best, tuple(sorted(lost)), mine, sum(times > mine for times in memory.values()))


TRIED = 3
"""Duties that a wish names of which each is tried."""


def _one_of(scenario: Scenario, roster: Roster, wish: int, limits: Limits) -> Otherwise:
    """The best rota in which somebody holds one of the duties they would like; the first few that nothing stops are tried."""
    facts, bench = scenario.facts, Bench(scenario, roster)
    row = facts.tables.wishes[wish]
    liked = [duty for duty in facts.duties if named(facts, row, duty)]
    stopped = {duty.id: len(bench.broken(bench.after((), ((duty.id, row.person),)), (row.person,))) for duty in liked}
    found = []
    for duty in sorted(liked, key=lambda d: (stopped[d.id], d.start))[:TRIED]:
        pin = Pin(line=duty.line, date=duty.date, period=duty.period, person=row.person)
        changed = revised(scenario, tables={"pins": [*facts.tables.pins, pin]})
        found.append(_otherwise(scenario, changed, roster, limits))
    able = [one for one in found if one.roster is not None]
    if not able:
        return Otherwise((), (), None, bool(found) and all(one.impossible for one in found))
    return min(able, key=lambda one: [price.otherwise for price in one.prices])


# --- impossible -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that may be taken away from a scenario: a rule by its name, or a row of a table by its number."""

    table: str
    """``rules``, or the table."""
    name: str
    row: int = -1


@dataclass(frozen=True, slots=True)
class Repair:
    """A piece of the core taken away, and what the best rota then is."""

    piece: Piece
    values: tuple[tuple[str, int], ...]
    """Each tier's value; empty when there is still no rota, or none yet."""
    impossible: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """Things that cannot hold together."""

    core: tuple[Piece, ...]
    minimal: bool
    """Verified: without any one of them, the rest can hold. Else: not minimal yet."""
    repairs: tuple[Repair, ...]
    """The cheapest first."""


def clash(
    scenario: Scenario, *, seconds: float = 30.0, repairs: int = 5, hear: Callable[[int], None] = lambda _: None
) -> Clash | None:
    """The few things that make a scenario impossible, and what taking each away would give; None: it is possible.

    Every step is a solve of its own: the set is impossible, and without any one of its members it is not. ``hear`` is told
    how many are left.
    """
    ends = monotonic() + seconds
    pieces = _pieces(scenario)
    if _possible(scenario, pieces, [], seconds) is not False:
        return None
    kept, minimal = list(pieces), True
    size = max(1, len(kept) // 2)
    # Half of what is left at a time, then less: most pieces have nothing to do with it.
    while size:
        at = 0
        while at < len(kept):
            left = ends - monotonic()
            if left <= 0:
                minimal = False
                break
            fewer = kept[:at] + kept[at + size :]
            answer = _possible(scenario, pieces, fewer, max(1.0, left / 4), only=True)
            if answer is False:
                kept = fewer
                hear(len(kept))
            else:
                minimal &= answer is True or size > 1
                at += size
        if not minimal:
            break
        size = size // 2
    found = [_repaired(scenario, piece) for piece in kept]
    able = sorted((r for r in found if r.values), key=lambda r: [value for _, value in r.values])
    return Clash(tuple(kept), minimal, tuple(able[:repairs]))


def _pieces(scenario: Scenario) -> list[Piece]:
    """Hard rules but the one that says who may hold what, and the rows that decide something by hand."""
    rules = [
        Piece("rules", rule.name)
        for rule in scenario.rules
        if rule.enabled and rule.price is None and rule.kind not in KEPT
    ]
    tables = scenario.facts.tables
    rows = [Piece("pins", f"{p.person or p.site} {p.line}.{p.date}.{p.period}", n) for n, p in enumerate(tables.pins)]
    rows += [Piece("group_needs", need.name, n) for n, need in enumerate(tables.group_needs) if need.least]
    rows += [Piece("limits", row.person, n) for n, row in enumerate(tables.limits) if row.least]
    rows += [Piece("absences", f"{a.person} {a.first_day}", n) for n, a in enumerate(tables.absences)]
    return [*rules, *rows]


KEPT = ("eligibility", "pins", "group_cover", "contract_total", "absence")
"""Rules that are never taken away: what they keep is taken away row by row."""


def _less(scenario: Scenario, kept: Sequence[Piece], every: Sequence[Piece]) -> Scenario:
    names = {piece.name for piece in kept if piece.table == "rules"}
    known = {piece.name for piece in every if piece.table == "rules"}
    rules = [rule for rule in scenario.rules if rule.name not in known or rule.name in names]
    tables = {}
    for table in ("pins", "group_needs", "limits", "absences"):
        here = {piece.row for piece in every if piece.table == table}
        stay = {piece.row for piece in kept if piece.table == table}
        rows = getattr(scenario.facts.tables, table)
        tables[table] = [row for n, row in enumerate(rows) if n not in here or n in stay]
    return revised(scenario, tables=tables, rules=rules)


def _possible(
    scenario: Scenario, every: Sequence[Piece], kept: Sequence[Piece], seconds: float, *, only: bool = False
) -> bool | None:
    """Whether there is a rota at all; None: not known in time."""
    try:
        asked = _less(scenario, kept, every) if only else scenario
        hard = [rule for rule in asked.rules if rule.price is None]
        hard.append(Stability(weight=1, tier=CHANGES))
        asked = revised(asked, tables={"published": []}, rules=hard, tiers=[Tier(name=CHANGES)])
    except ScenarioError:
        # What is decided by hand breaks a rule by itself: no search is needed.
        return False
    outcome = plan(asked, Limits(seconds, 1, 1))
    return True if isinstance(outcome, Found) else False if isinstance(outcome, Impossible) else None


REPAIR_S = 10.0
"""Seconds for the rota after each repair."""


def _repaired(scenario: Scenario, piece: Piece) -> Repair:
    every = _pieces(scenario)
    try:
        asked = _less(scenario, [other for other in every if other != piece], every)
    except ScenarioError:
        return Repair(piece, (), True)
    outcome = plan(asked, Limits(REPAIR_S, 1, 1))
    if isinstance(outcome, Found):
        return Repair(piece, tuple((tier.name, tier.value) for tier in outcome.tiers), False)
    return Repair(piece, (), isinstance(outcome, Impossible))
