"""Schedules of persons: the cheapest is what an engine that knows no programme finds, for every rule there is; bounds hold."""

from itertools import pairwise
from time import monotonic

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from scenarios.generated import generated
from scheduler.rules.one_a_day import OneADay
from solver import cpsat, linear
from solver.board import Board
from solver.climb import Climb, PartFound
from solver.columns import EXACT_STATES, Columns, gain
from solver.dive import Dive
from solver.engines import Engines
from solver.first import _bounded, _by_person, first_of
from solver.margins import Margins
from solver.model import Problem
from solver.neighbourhoods import Neighbourhoods
from solver.persons import Persons, compile_now
from solver.schedules import _made_of, by_schedules
from solver.search import _prove
from solver.walk import kind_costs, settled, walked
from solver.ways import branch
from tests.worlds import built, ruled_worlds

TIER = "cover"


def own_problem(persons: Persons, person: int, cost) -> Problem:
    """The rows of one person alone, with another cost."""
    problem = persons.problem
    mine = np.bincount(problem.row, weights=persons.owner[problem.col] == person, minlength=len(problem.lo)) > 0
    here = (mine & ~persons.linking)[problem.row]
    row, col, val = problem.row[here], problem.col[here], problem.val[here]
    rows = np.unique(row)
    return Problem(
        problem.lower,
        problem.upper,
        np.searchsorted(rows, row),
        col,
        val,
        problem.lo[rows],
        problem.hi[rows],
        np.where(persons.owner == person, cost, 0),
        0,
    )


@settings(max_examples=150)
@given(ruled_worlds(), st.booleans(), st.integers(0, 10**6))
def test_the_cheapest_schedule_is_what_cp_sat_finds_whatever_the_rule(world, hard, seed):
    rule, drawing, tables, first_day = world
    facts, _ = built(drawing, tables, first_day)
    ruled = rule.model_copy(update={"weight": None if hard else 3, "tier": TIER})
    # Without it every set of duties would be a way to spend a day.
    board = Board(facts, [OneADay(), ruled], sorted({TIER, ruled.price_tier}))
    problem = board.model.problem(ruled.price_tier)
    assume(not board.model.contradictions and board.model.decisions and np.all(problem.lower <= problem.upper))
    persons = Persons(problem, board.model.decisions)
    random = np.random.default_rng(seed)
    duties = Neighbourhoods(board.model.decisions, 1).held_by_people(problem)
    cost = problem.cost + np.where(duties, random.integers(-9, 10, len(problem.cost)), 0)
    for person in range(persons.people):
        programme = persons.programme(person)
        if programme is None:
            continue
        alone = own_problem(persons, person, cost)
        expected = cpsat.solve(alone, hint=None, seed=1, effort=10.0, time_limit_s=60.0)
        found = programme.cheapest(cost.astype(float), many=2, most_states=EXACT_STATES)
        costs, chosen, exact = found.costs, found.chosen, found.exact
        if expected.impossible:
            assert len(costs) == 0
            continue
        assert found.floor <= expected.bound + 1e-6
        assert expected.values is not None
        assert alone.value(expected.values) == expected.bound
        if not exact:
            # A few worlds have more states in a day than are kept: then it may not say that it is the least.
            event("not exact")
            assert len(costs) == 0 or costs[0] >= expected.bound - 1e-6
            continue
        assert costs[0] == pytest.approx(expected.bound)
        fixed = np.where(problem.lower == problem.upper, problem.lower, 0)
        for found, choice in zip(costs, chosen, strict=True):
            point = fixed + programme.point(choice, len(cost))
            assert alone.within(np.minimum(alone.lower, point), np.maximum(alone.upper, point)).holds(point)
            assert cost[persons.owner == person] @ point[persons.owner == person] == pytest.approx(found)


def _question(name: str):
    """What a board is made of."""
    scenario = generated(name)
    return scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers]


def _climb(problem, decisions, values, ahead=None, engines=None):
    """A tier with twenty seconds."""
    return Climb(
        problem,
        Neighbourhoods(decisions, 1),
        PartFound(values),
        seed=1,
        ends=monotonic() + 20,
        workers=1,
        report=lambda _value, _bound: None,
        ahead=ahead,
        engines=engines,
    )


def begun(name: str, tier: str = "cover"):
    """A small territory's problem of one tier, a first rota, its relaxation, its columns."""
    board = Board(*_question(name))
    problem = board.model.problem(tier)
    values, _ = first_of(board.model, set(), seed=1, seconds=60, workers=1)
    relaxed = linear.relax(problem, time_limit_s=60)
    assert values is not None
    assert relaxed is not None
    persons = Persons(problem, board.model.decisions)
    programmes = [persons.programme(person) for person in range(persons.people)]
    assert None not in programmes
    duties = Neighbourhoods(board.model.decisions, 1).held_by_people(problem)
    return problem, values, relaxed, persons, Columns(persons, programmes, values, relaxed.prices, workers=1), duties


def everything(columns: Columns):
    """The mix of all schedules known."""
    mix = columns.mix(range(len(columns.schedules)))
    assert mix is not None
    return mix


@pytest.mark.parametrize("seed", range(1, 5))
def test_bounds_are_above_the_relaxation_and_never_above_the_best_rota(seed):
    problem, _, relaxed, persons, columns, _ = begun(f"block-4x2x14-{seed}")
    best = cpsat.solve(problem, hint=None, seed=1, effort=60.0, time_limit_s=120.0)
    assert best.values is not None
    assert best.bound == problem.value(best.values)
    bounds = [found.bound for found in columns.rounds(hasty=False)]
    assert None not in bounds
    assert max(bounds) >= relaxed.exact - 1e-6 * max(1.0, abs(relaxed.exact))
    assert linear.whole_bound(problem, max(bounds)) <= best.bound
    # They end where all that schedules can prove is proved.
    assert linear.whole_bound(problem, max(bounds)) == linear.whole_bound(problem, everything(columns).value)
    assert gain(persons, relaxed) is not None


@pytest.mark.parametrize("seed", range(1, 4))
def test_without_a_relaxation_the_margins_of_a_rota_lead_to_bounds(seed, monkeypatch):
    monkeypatch.setattr("solver.climb.RELAXED_MOST", 0)
    board = Board(*_question(f"block-4x2x14-{seed}"))
    problem = board.model.problem("cover")
    values, _ = first_of(board.model, set(), seed=1, seconds=60, workers=1)
    best = cpsat.solve(problem, hint=None, seed=1, effort=60.0, time_limit_s=120.0)
    climb = _climb(problem, board.model.decisions, values)
    climb.relax()
    assert climb.relaxed is None
    by_schedules(climb, Persons(problem, board.model.decisions))
    assert problem.least() < climb.bound <= best.bound <= climb.value
    assert problem.holds(climb.values)
    climb.relax(large=True)
    assert climb.relaxed is not None


def test_what_schedules_gain_is_asked_of_so_many_that_a_few_who_gain_are_among_them(monkeypatch):
    _, _, relaxed, persons, _, _ = begun("block-60x4x21-1", "evenness")
    asked, programme = [], persons.programme
    monkeypatch.setattr(
        persons, "programme", lambda person, prices: (asked.append(person), programme(person, prices))[1]
    )
    assert gain(persons, relaxed) is not None
    # Every sixth person at least, the first and the last among them.
    assert np.diff([-1, *asked, 60]).max() < 6
    assert (asked[0], asked[-1]) == (0, 59)


def test_a_tier_before_another_is_branched_on_by_itself_before_both_are_sought_at_once(monkeypatch):
    board = Board(*_question("block-4x2x14-1"))
    problem, used = board.model.problem("cover"), []
    ahead = problem.towards(board.model.cost("evenness"), 0)
    values, _ = first_of(board.model, set(), seed=1, seconds=60, workers=1)
    monkeypatch.setattr("solver.search.SMALL", 0)
    monkeypatch.setattr("solver.search.by_schedules", lambda *_: None)
    for way in ("on_core", "branch", "descend"):
        monkeypatch.setattr(f"solver.search.{way}", lambda *_, way=way: used.append(way))
    for tier, first in ((ahead, "branch"), (None, "on_core")):
        used.clear()
        climb = _climb(problem, board.model.decisions, np.zeros_like(values), ahead=tier)
        _prove(climb, alone=True)
        assert next(way for way in used if way != "descend") == first


@pytest.mark.parametrize("branched", [True, False])
def test_where_schedules_gain_but_slightly_branch_and_bound_is_tried_first(monkeypatch, branched):
    board = Board(*_question("block-4x2x14-1"))
    problem = board.model.problem("evenness")
    values, _ = first_of(board.model, set(), seed=1, seconds=60, workers=1)
    climb, used = _climb(problem, board.model.decisions, values), []
    climb.relax()
    assert climb.value > climb.bound > 0
    monkeypatch.setattr("solver.schedules.gain", lambda _persons, relaxed: 0.0005 * relaxed.exact)
    monkeypatch.setattr("solver.schedules._made_of", lambda *_: used.append(True))
    if not branched:
        monkeypatch.setattr("solver.schedules.on_core", lambda *_: None)
        monkeypatch.setattr("solver.schedules.branch", lambda *_: None)
    by_schedules(climb, Persons(problem, board.model.decisions))
    assert (climb.value == climb.bound) == branched
    assert bool(used) != branched


def test_the_margin_of_a_row_says_what_one_duty_more_or_less_would_cost():
    problem, values, _, persons, _, _ = begun("block-6x2x14-1")
    cost = problem.cost.astype(float)
    nobody = np.where(persons.owner >= 0, 0, values)
    for point in (values, nobody):
        prices = Margins(persons, cost).prices(point)
        assert np.all(prices[~persons.linking] == 0)
        assert np.all(np.abs(prices) <= np.abs(cost).max())
    # Held by nobody, a duty is worth all of its hole; held, less: one more would save nothing.
    held, worth = Margins(persons, cost).prices(values), prices != 0
    assert worth.sum() > 1
    part = held[worth] / prices[worth]
    assert np.all((part > 0) & (part <= 1))
    assert np.any(part == 1 / 2)


@pytest.mark.parametrize("seed", range(1, 5))
def test_rotas_made_of_schedules_keep_every_row(seed):
    problem, values, _, _, columns, duties = begun(f"block-6x2x21-{seed}", "evenness")
    for _ in columns.rounds(hasty=True):
        pass
    made = 0
    some, random = np.flatnonzero(duties & (values > 0))[::2].tolist(), np.random.default_rng(seed)
    for held, how in (
        ([], {}),
        ([], {"short": True}),
        ([], {"random": random}),
        (some, {}),
        (some, {"random": random}),
    ):
        dive = Dive(columns, duties, held, **how)
        for chosen in dive.steps(at_most=10**9):
            if chosen is not None:
                point, settled = dive.point(chosen, values)
                assert all(point[i] == 1 for i in held)
                rest = problem.around(point, settled)
                answer, _ = linear.solve(rest.problem, hint=None, seed=1, nodes=100, time_limit_s=60)
                if answer.values is not None:
                    made += 1
                    assert problem.holds(rest.back(answer.values))
    columns.bring(values)
    choice, kept = columns.choice(20)
    answer, _ = linear.solve(choice, hint=None, seed=1, nodes=1000, time_limit_s=60)
    assert answer.values is not None
    point = columns.chosen(kept, answer.values)
    assert problem.holds(point)
    assert problem.value(point) == choice.value(answer.values) <= problem.value(values)
    assert made


@pytest.mark.parametrize(("loss", "again"), [(-1.0, True), (10.0**6, False)])
def test_a_dive_prices_anew_only_where_what_is_given_spoils_something(monkeypatch, loss, again):
    _, _, _, _, columns, duties = begun("block-6x2x21-1", "evenness")
    for _ in columns.rounds(hasty=True):
        pass
    sought, price = [], columns.price

    def counted(*args, needed=False, **kwargs):
        sought.append(not needed)
        return price(*args, needed=needed, **kwargs)

    monkeypatch.setattr(columns, "price", counted)
    monkeypatch.setattr("solver.dive.LOSS", loss)
    steps = Dive(columns, duties).steps(at_most=10**9)
    assert next(steps) is None
    assert any(sought)
    sought.clear()
    assert next(steps) is None
    assert any(sought) == again


@pytest.mark.parametrize(("falling", "most", "settles"), [(-1.0, 4, False), (1e-6, 60, True), (1e9, 60, False)])
def test_nothing_is_given_as_long_as_another_round_makes_the_mix_cheaper(monkeypatch, falling, most, settles):
    """Begun with the schedules of a rota alone, a mix is far too dear: what it says first is not to be given for good."""
    _, _, _, _, columns, duties = begun("block-6x2x21-1", "evenness")
    monkeypatch.setattr("solver.dive.FALLING", falling)
    monkeypatch.setattr("solver.dive.ROUNDS_FIRST", most)
    monkeypatch.setattr("solver.dive.ROUNDS", 0)
    mixes, mix = [], columns.mix

    def noted(*args):
        mixes.append(mix(*args))
        return mixes[-1]

    monkeypatch.setattr(columns, "mix", noted)
    dive = Dive(columns, duties)
    assert next(dive.steps(at_most=10**9)) is None
    falls = [before.value - after.value for before, after in pairwise(mixes)]
    if settles:
        assert len(mixes) > 5
        assert all(fall > falling * abs(after.value) for fall, after in zip(falls[:-1], mixes[1:-1], strict=True))
        everybody = everything(columns).value
        assert mixes[-1].value == pytest.approx(everybody, rel=0.01)
        # Where there is hardly time it is not waited for.
        mixes.clear()
        monkeypatch.setattr("solver.dive.ROUNDS_SHORT", 0)
        assert next(Dive(columns, duties, short=True).steps(at_most=10**9)) is None
        assert len(mixes) == 1
    else:
        assert len(mixes) == (most + 1 if falling < 0 else 2)


def test_of_few_people_a_round_asks_for_several_schedules_each():
    for people, several in ((4, 10), (12, 3), (24, 1)):
        _, _, _, _, columns, _ = begun(f"block-{people}x2x21-1", "evenness")
        rounds = columns.rounds(hasty=True)
        next(rounds)
        each = np.bincount([schedule.person for schedule in columns.schedules])
        # One is of the rota they began with.
        assert 1 < max(each) <= several + 1


def test_a_dive_ends_where_no_mix_is_cheap_enough():
    _, _, _, _, columns, duties = begun("block-6x2x21-1", "evenness")
    for _ in columns.rounds(hasty=False):
        pass
    least = everything(columns).value
    assert list(Dive(columns, duties).steps(at_most=int(least) - 1)) == []
    assert next(Dive(columns, duties).steps(at_most=int(least) + 10**6)) is None


def test_what_is_cut_short_is_not_called_exact():
    problem, _, _, persons, _, _ = begun("block-6x2x28-1", "evenness")
    programme = persons.programme(0)
    cost = problem.cost.astype(float)
    random, cut_short = np.random.default_rng(1), 0
    for _ in range(20):
        drawn = cost + random.integers(-40, 40, len(cost))
        few = programme.cheapest(drawn, many=1, most_states=1)
        every = programme.cheapest(drawn, many=1, most_states=10**6)
        assert every.exact
        assert few.floor <= every.floor == every.costs[0]
        assert len(few.costs) == 0 or few.costs[0] >= every.costs[0]
        assert few.exact == (few.floor == every.floor and len(few.costs) == 1)
        cut_short += not few.exact
    assert cut_short


def test_only_schedules_below_a_cost_are_found_and_that_there_are_none_is_known():
    problem, _, _, persons, _, _ = begun("block-6x2x28-1", "evenness")
    programme = persons.programme(0)
    drawn = problem.cost + np.random.default_rng(1).integers(-40, 40, len(problem.cost))
    least = programme.cheapest(drawn.astype(float), many=1, most_states=10**6).costs[0]
    none = programme.cheapest(drawn.astype(float), many=1, most_states=10**6, below=least - 1e-6)
    assert len(none.costs) == 0
    assert none.exact
    assert none.floor == pytest.approx(least, abs=1e-5)
    some = programme.cheapest(drawn.astype(float), many=1, most_states=10**6, below=least + 1e-6)
    assert some.costs.tolist() == [least]


def test_a_duty_that_is_fixed_stays_and_is_not_given_again():
    scenario = generated("block-8x2x14-1")
    board = Board(scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers])
    values, _ = first_of(board.model, set(), seed=1, seconds=60, workers=1)
    held = next(i for i, said in board.model.decisions.items() if said.person is not None and values[i])
    board.model.lower[held] = 1
    problem = board.model.problem("evenness")
    climb = _climb(problem, board.model.decisions, values)
    climb.relax()
    persons = Persons(problem, board.model.decisions)
    programmes = [persons.programme(person) for person in range(persons.people)]
    _made_of(climb, Columns(persons, programmes, values, climb.relaxed.prices, workers=1))
    assert climb.values[held] == 1
    assert problem.holds(climb.values)


@pytest.mark.parametrize("programmed", [True, False])
@pytest.mark.parametrize("workers", [1, 2])
def test_people_answer_each_other_with_and_without_a_programme(monkeypatch, programmed, workers):
    if not programmed:
        monkeypatch.setattr(Persons, "programme", lambda _self, _person, _prices=None: None)
    scenario = generated("block-12x3x28-1")
    board = Board(scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers])
    problem = _bounded(board.model.problem("cover"))
    assert all((Persons(problem, board.model.decisions).programme(n) is not None) == programmed for n in range(12))
    values = _by_person(problem, board.model, 1, monotonic() + 60, workers)
    assert values is not None
    assert problem.holds(values)
    assert _by_person(problem, board.model, 1, monotonic() - 1, workers) is None


def test_one_person_alone_has_their_own_rows_and_no_other():
    problem, values, _, persons, _, _ = begun("block-6x2x14-1")
    cost = np.arange(len(problem.lower))
    for person in range(persons.people):
        alone, mine = persons.alone(person, cost)
        assert set(persons.owner[mine]) == {person}
        assert alone.holds(values[mine])
        assert alone.value(values[mine]) == cost[mine] @ values[mine]
        best = cpsat.solve(alone, hint=None, seed=1, effort=10.0, time_limit_s=60.0)
        found = persons.programme(person).cheapest(cost.astype(float), many=1, most_states=EXACT_STATES)
        assert found.exact
        assert alone.value(best.values) == best.bound == pytest.approx(found.costs[0])


def test_after_compile_now_no_question_compiles_anything():
    compile_now()
    known = [len(function.signatures) for function in (settled, walked, kind_costs)]
    _, _, _, persons, _, _ = begun("block-6x2x14-1")
    programme = persons.programme(0)
    without = np.zeros(programme.options, dtype=bool)
    programme.cheapest(persons.problem.cost.astype(float), many=2, most_states=9, without=without, below=1.0)
    assert [len(function.signatures) for function in (settled, walked, kind_costs)] == known


def test_branch_and_bound_in_a_process_of_its_own_proves_and_ends_with_the_climb():
    problem, values, _, _, _, _ = begun("block-4x2x14-1")
    board = Board(*_question("block-4x2x14-1"))
    best = cpsat.solve(problem, hint=None, seed=1, effort=60.0, time_limit_s=120.0)
    for over in (True, False):
        with Engines(ready=True) as engines:
            climb = _climb(problem, board.model.decisions, values, engines=engines)
            climb.over = over
            branch(climb, 50_000, apart=True)
        assert (climb.value, climb.bound) == (
            (problem.value(values), problem.least()) if over else (best.bound, best.bound)
        )


def test_cp_sat_hears_that_it_is_over():
    random, asked = np.random.default_rng(1), []
    # Two sums to hit exactly among 2^60 choices: nothing that is found or refuted in half a minute.
    weights = random.integers(10**7, 10**8, (2, 60))
    col, row = np.tile(np.arange(60), 2), np.repeat(np.arange(2), 60)
    aim = weights.sum(axis=1) // 2
    zero = np.zeros(60, dtype=np.int64)
    hard = Problem(zero, zero + 1, row, col, weights.ravel(), aim, aim, zero, 0)

    def over() -> bool:
        asked.append(True)
        return len(asked) > 5

    answer = cpsat.solve(hard, hint=None, seed=1, effort=1e9, time_limit_s=30.0, over=over)
    assert answer.values is None
    assert not answer.impossible
    # Not heard, it would have been asked some 300 times.
    assert 5 < len(asked) < 150


def test_a_hasty_first_rota_has_no_time_of_its_own_and_people_answer_all_the_same(monkeypatch):
    monkeypatch.setattr("solver.first._by_duty", lambda *_: None)
    monkeypatch.setattr("solver.first._by_relaxation", lambda *_: None)
    monkeypatch.setattr("solver.first.SMALL", 0)
    monkeypatch.setattr("solver.first.cpsat.solve", lambda *_, **__: pytest.fail("the last resort"))
    board = Board(*_question("block-12x3x28-1"))
    values, _ = first_of(board.model, set(), seed=1, seconds=0.0, workers=1)
    assert values is not None
    assert board.model.problem("cover").holds(values)
