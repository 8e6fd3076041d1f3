"""A first rota in seconds: duty by duty, else person by person, else on the core of the relaxation, else CP-SAT alone."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from time import monotonic

import numpy as np

from solver import cpsat, linear
from solver.linear import Relaxed
from solver.margins import by_answers
from solver.model import NO_LIMIT, Decision, Mask, Model, Problem, Whole
from solver.neighbourhoods import Neighbourhoods
from solver.persons import Persons

SMALL = 300
"""Decisions below which CP-SAT takes the whole part at once."""
EFFORT = 1.0
"""Deterministic seconds of CP-SAT for a first rota, doubled until there is one."""
NODES = 50
"""Nodes of HiGHS for what follows from decisions taken."""
PERSON_EFFORT, PERSON_S = 2.0, 10.0
"""Deterministic seconds of CP-SAT for the duties of a person whom no programme helps, and a guard in seconds around it."""
WANTED_EFFORT, WANTED_S = 3.0, 10.0
"""Deterministic seconds of CP-SAT, and a guard in seconds, to keep as much as can be of a rota that cannot be kept whole."""
ANSWERS, ANSWERS_MOST = 5, 160_000
"""Rounds in which people answer each other: fewer where that would be more days of a person than so many."""
ANSWERS_S = 60.0
"""Seconds that they may always take: a hasty first rota has no time of its own."""
LATER = 1000.0
"""How much less the tiers after one weigh together."""
LATE_S = 5.0
"""Seconds that the last resort may always take: a late rota is better than none."""


def first_of(model: Model, wanted: set[int], *, seed: int, seconds: float, workers: int) -> tuple[Whole | None, bool]:
    """Any rota of the part as a point, with what fits of the ``wanted`` decisions; and whether there is none at all."""
    problem = _bounded(model.problem(next(iter(model.goals))))
    ends, effort = monotonic() + seconds, EFFORT
    if len(model.decisions) > SMALL or wanted:
        near = Neighbourhoods(model.decisions, seed)
        values = _as_wanted(problem, model.decisions, wanted, seed) if wanted else None
        if values is None:
            values = _by_duty(problem, model.decisions, wanted, seed)
        ways: tuple[Callable[[], Whole | Impossible | None], ...] = (
            partial(_by_relaxation, problem, near, seed, ends),
            partial(_by_person, problem, model, seed, max(ends, monotonic() + ANSWERS_S), workers),
        )
        # Where tiers follow, the first is cover alone, and its relaxation knows nearly everything of it.
        for way in ways if len(model.goals) > 1 else ways[::-1]:
            if values is None:
                found = way()
                if isinstance(found, Impossible):
                    return None, True
                values = found
        if values is not None:
            return values, False
    while True:
        guard = max(ends - monotonic(), LATE_S)
        answer = cpsat.solve(problem, hint=None, seed=seed, effort=effort, time_limit_s=guard, workers=workers)
        if answer.impossible or answer.values is not None:
            return answer.values, answer.impossible
        if monotonic() > ends:
            return None, False
        effort *= 2


def _bounded(problem: Problem) -> Problem:
    """Rows of one variable as its bounds: what is decided by hand is known from the start."""
    alone = np.bincount(problem.row, minlength=len(problem.lo))[problem.row] == 1
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for row, i, val in zip(*(a[alone].tolist() for a in (problem.row, problem.col, problem.val)), strict=True):
        ends = [(problem.lo[row], -NO_LIMIT), (problem.hi[row], NO_LIMIT)]
        least, most = (None if end in (-NO_LIMIT, NO_LIMIT) else int(end) for end, _ in ends)
        if val < 0:
            least, most = most, least
        if least is not None:
            lower[i] = max(lower[i], -(-least // val))
        if most is not None:
            upper[i] = min(upper[i], most // val)
    return problem.within(lower, upper) if np.all(lower <= upper) else problem


def core_of(near: Neighbourhoods, problem: Problem, relaxed: Relaxed, values: Whole, share: float, seed: int) -> Mask:
    """The decisions that the relaxation or the rota uses, and others that cost the relaxation least."""
    decisions = near.everything(problem)
    used = decisions & ((relaxed.point > 1e-6) | (values != 0))
    wanted = int(used.sum() * share)
    (others,) = np.nonzero(decisions & ~used)
    order = np.random.default_rng(seed).permutation(len(others))
    cheap = others[order][np.argsort(np.abs(relaxed.reduced_costs[others][order]), kind="stable")]
    core: Mask = used.copy()
    core[cheap[: max(0, wanted - int(used.sum()))]] = True
    return core


def _as_wanted(problem: Problem, decisions: dict[int, Decision], wanted: set[int], seed: int) -> Whole | None:
    """The wanted decisions, all of them and no other, if that keeps the rows; else as many of them as can be together soon."""
    values = np.clip(0, problem.lower, problem.upper)
    decided = np.zeros(len(values), dtype=bool)
    decided[list(decisions)] = True
    values[[i for i in wanted if problem.upper[i]]] = 1
    exactly = _rest(problem, values, decided, seed)
    return exactly if exactly is not None else _near(problem, decisions, wanted, seed)


def _near(problem: Problem, decisions: dict[int, Decision], wanted: set[int], seed: int) -> Whole | None:
    """A point with as many of the wanted decisions, and as few others, as is soon found."""
    like = np.zeros(len(problem.lower), dtype=np.int64)
    like[list(decisions)] = 1
    like[list(wanted)] = -len(decisions)
    hint = np.clip(0, problem.lower, problem.upper)
    hint[[i for i in wanted if problem.upper[i]]] = 1
    near = problem.towards(like, 0)
    return cpsat.solve(near, hint=hint, seed=seed, effort=WANTED_EFFORT, time_limit_s=WANTED_S).values


def _by_duty(problem: Problem, decisions: dict[int, Decision], wanted: set[int], seed: int) -> Whole | None:
    """Day after day, each duty to the least loaded of those who may still hold it; then what follows from that.

    A decision is taken where a row is short of it whose shortage has a price, and no row is broken that has none.
    """
    nothing = np.clip(0, problem.lower, problem.upper)
    decided = np.zeros(len(nothing), dtype=bool)
    decided[list(decisions)] = True
    found = _places(problem, decisions, nothing, wanted, seed)
    if found is None:
        return None
    values = found
    values[~decided] = nothing[~decided]
    sums = problem.sums(values)
    hard = np.bincount(problem.row, weights=~decided[problem.col], minlength=len(sums)) == 0
    order = np.argsort(problem.col, kind="stable")
    starts = np.searchsorted(problem.col[order], np.arange(len(values) + 1))
    load: defaultdict[str, int] = defaultdict(int)
    days: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for i, decision in decisions.items():
        if decision.person is not None and problem.upper[i] > values[i]:
            days[decision.day, decision.line].append(i)
    by_day = [ids for _, ids in sorted(days.items(), key=lambda item: (item[0][0], len(item[1]), item[0][1]))]
    # What is wanted comes first everywhere: a duty given on the day before would stand in its way.
    for candidates in [*([i for i in ids if i in wanted] for ids in by_day), *by_day]:
        for i in sorted(candidates, key=lambda i: (load[decisions[i].person or ""], i)):
            here = order[starts[i] : starts[i + 1]]
            rows, val = problem.row[here], problem.val[here]
            short = ((sums[rows] > problem.hi[rows]) & (val < 0)) | ((sums[rows] < problem.lo[rows]) & (val > 0))
            if not short.any():
                break
            after = sums[rows] + val
            free = problem.upper[i] > values[i]
            if free and np.all(((after <= problem.hi[rows]) & (after >= problem.lo[rows])) | ~hard[rows]):
                values[i] += 1
                sums[rows] = after
                load[decisions[i].person or ""] += 1
    found = _rest(problem, values, decided, seed)
    return found if found is not None and problem.holds(found) else None


def _places(
    problem: Problem, decisions: dict[int, Decision], nothing: Whole, wanted: set[int], seed: int
) -> Whole | None:
    """Where each duty is, with nobody on duty who need not be."""
    held = np.zeros(len(nothing), dtype=bool)
    held[list(decisions)] = True
    places = [i for i, d in decisions.items() if d.person is None]
    if wanted.intersection(places):
        values = nothing.copy()
        values[[i for i in places if i in wanted]] = 1
        found = _rest(problem, values, held, seed)
        if found is not None:
            return found
    held[places] = False
    found = _rest(problem, nothing, held, seed)
    if found is None:
        # What somebody must hold may ask for more of theirs, the rest of a weekend say.
        forced = {d.person for i, d in decisions.items() if problem.lower[i] > 0}
        held[[i for i, d in decisions.items() if d.person in forced]] = False
        found = _rest(problem, nothing, held, seed)
    return found


def _rest(problem: Problem, values: Whole, kept: Mask, seed: int) -> Whole | None:
    """What follows from some decisions, for the rest of the variables; None where nothing does."""
    rest = problem.around(values, kept)
    # Counts that must come out right (shares, changes of site) are nothing to HiGHS, and a maze to CP-SAT alone.
    answer, _ = linear.solve(rest.problem, hint=None, seed=seed, nodes=NODES, time_limit_s=30.0)
    return None if answer.values is None else rest.back(answer.values)


class Impossible:
    """No point keeps the rows."""


def _by_relaxation(problem: Problem, near: Neighbourhoods, seed: int, ends: float) -> "Whole | Impossible | None":
    """On the core of the relaxation, if there is one in half of the time left."""
    relaxed = linear.relax(problem, time_limit_s=max(LATE_S, (ends - monotonic()) / 2))
    if relaxed is None:
        return None
    return Impossible() if relaxed.impossible else _on_core(problem, near, relaxed, seed)


def _on_core(problem: Problem, near: Neighbourhoods, relaxed: Relaxed, seed: int) -> Whole | None:
    nothing = np.clip(0, problem.lower, problem.upper)
    free = core_of(near, problem, relaxed, nothing, 2.0, seed)
    values = _rest(problem, nothing, near.everything(problem) & ~free, seed)
    return values if values is not None and problem.holds(values) else None


def _by_person(problem: Problem, model: Model, seed: int, ends: float, workers: int) -> Whole | None:
    """People answer each other with whole schedules, at what one duty more saves or costs in all tiers together."""
    persons = Persons(problem, model.decisions)
    cost = np.zeros(len(problem.cost))
    for tier in reversed(model.goals):
        cost = model.cost(tier) + cost / LATER

    def anything(person: int, reduced: Whole) -> Whole | None:
        """A person's schedule where no programme helps: soon, else by branch and bound, else any."""
        alone, mine = persons.alone(person, reduced)
        soon = cpsat.solve(alone, hint=None, seed=seed, effort=PERSON_EFFORT, time_limit_s=PERSON_S).values
        if soon is None:
            soon = linear.solve(alone, hint=None, seed=seed, nodes=NODES, time_limit_s=PERSON_S)[0].values
        if soon is None:
            some = alone.towards(np.zeros_like(alone.cost), 0)
            soon = cpsat.solve(some, hint=None, seed=seed, effort=WANTED_EFFORT, time_limit_s=PERSON_S).values
        if soon is None:
            return None
        values = np.zeros(len(problem.lower), dtype=np.int64)
        values[mine] = soon
        return values

    def over() -> bool:
        return monotonic() > ends

    days = persons.people * (1 + max(decision.day for decision in model.decisions.values()))
    rounds = min(ANSWERS, max(1, ANSWERS_MOST // days))
    values = by_answers(persons, cost, rounds, anything, workers=workers, over=over)
    values = None if values is None else _rest(problem, values, persons.owner >= 0, seed)
    return values if values is not None and problem.holds(values) else None
