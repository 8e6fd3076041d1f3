"""Explanations on random small worlds, each held against every roster there is: the judge goes through them all."""

from datetime import date
from itertools import combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduler.findings import ScenarioError
from scheduler.moves import Bench, candidates, chains
from scheduler.roster import roster_of
from scheduler.tables import Absence
from scheduler.verify import verify
from solver.plan import Found, Limits, plan
from solver.repair import informed, replan
from solver.why import _less, _pieces, clash, filled, granted, without
from tests.test_life import night, small

PEOPLE, DAYS = ("Ana", "Bob", "Cy"), 4
FEW = settings(max_examples=25)
SOON = Limits(time_limit_s=20, workers=1, seed=1)

people = st.sampled_from(PEOPLE)
days = st.integers(1, DAYS)
absences = st.lists(st.tuples(people, days), max_size=3, unique=True)
rotas = st.tuples(*(st.sampled_from(("", *PEOPLE)) for _ in range(DAYS)))
wishes = st.lists(st.tuples(people, st.sampled_from(("rather_not", "would_like")), days), max_size=3, unique=True)


def day(number):
    return f"2027-03-{number:02d}"


def world(away=(), asked=(), pins=(), nights=DAYS):
    """Four nights, one person each, a day of rest after each: small enough to go through all of its 256 rosters."""
    rows = {
        "absences": [{"person": p, "first_day": day(d), "last_day": day(d)} for p, d in away],
        "wishes": [{"person": p, "wish": w, "first_day": day(d), "last_day": day(d)} for p, w, d in asked],
        "pins": [{"line": "N", "date": day(d), "period": "night", "person": p} for p, d in pins],
    }
    drawing = "\n".join(f"{person} {' '.join('.' * nights)}" for person in PEOPLE)
    return small(drawing, **{name: found for name, found in rows.items() if found})[0]


def rota(held):
    """Who holds each night: nobody, a name, or several."""
    return roster_of(
        (night(n), person) for n, who in enumerate(held, start=1) for person in PEOPLE if person in (who, *who)
    )


def every_roster(scenario, nights=DAYS, each=("", *PEOPLE)):
    """All that break no rule, and what each is worth."""
    for held in product(each, repeat=nights):
        verdict = verify(scenario, rota(held))
        if verdict.ok:
            yield rota(held), tuple(verdict.values.values())


@FEW
@given(absences, rotas)
def test_a_candidate_said_to_be_free_really_is_and_a_chain_really_fills(away, held):
    scenario, roster = world(away), rota(held)
    assume(verify(scenario, roster).ok)
    bench = Bench(scenario, roster)
    for duty in scenario.facts.duties:
        if duty.line != "N" or roster.people_on(duty.id):
            continue
        for one in candidates(bench, duty):
            assert one.free == verify(scenario, bench.after((), [(duty.id, one.person)])).ok
        for steps in chains(bench, duty):
            gone = [(step.duty, step.giver) for step in steps if step.giver]
            after = bench.after(gone, [(step.duty, step.taker) for step in steps])
            assert verify(scenario, after).ok
            assert len(after.assignments) == len(roster.assignments) + 1


@FEW
@given(absences, rotas, days)
def test_the_cheapest_fill_fills_and_no_roster_fills_with_fewer_changes(away, held, number):
    scenario, roster = world(away), rota(held)
    assume(verify(scenario, roster).ok and not held[number - 1])
    duty = scenario.facts.duty_by_id[night(number)]
    found = filled(scenario, roster, duty, SOON)
    fewest = min(
        (
            len(roster.assignments - other.assignments)
            for other, _ in every_roster(scenario)
            if other.people_on(duty.id)
        ),
        default=None,
    )
    assert found.proved
    if fewest is None:
        assert not found.moves
    else:
        assert duty.id in {move.duty for move in found.moves}
        assert found.changes == fewest


@FEW
@given(absences, wishes, days)
def test_a_duty_is_worth_what_the_best_of_all_rosters_without_it_costs(away, asked, number):
    scenario = world(away, asked)
    best = plan(scenario, SOON)
    assert isinstance(best, Found)
    duty = scenario.facts.duty_by_id[night(number)]
    assume(best.roster.people_on(duty.id))
    (person,) = best.roster.people_on(duty.id)
    other = without(scenario, best.roster, duty, person, SOON)
    least = min(value for roster, value in every_roster(scenario) if not roster.covers(person, duty.id))
    assert tuple(price.otherwise for price in other.prices) == least
    assert tuple(price.now for price in other.prices) == min(value for _, value in every_roster(scenario))


@FEW
@given(absences, st.lists(st.tuples(people, st.just("rather_not"), days), min_size=1, max_size=3, unique=True))
def test_granting_a_wish_costs_what_the_best_of_all_rosters_that_grant_it_does(away, asked):
    scenario = world(away, asked)
    best = plan(scenario, SOON)
    assert isinstance(best, Found)
    refused = [n for n, (person, _, d) in enumerate(asked) if best.roster.covers(person, night(d))]
    assume(refused)
    person, _, number = asked[refused[0]]
    found = granted(scenario, best.roster, refused[0], SOON)
    least = min(value for roster, value in every_roster(scenario) if not roster.covers(person, night(number)))
    assert found.otherwise.roster is not None
    assert not found.otherwise.roster.covers(person, night(number))
    assert tuple(price.otherwise for price in found.otherwise.prices) == least


@FEW
@given(absences, st.lists(st.tuples(people, st.integers(1, 3)), min_size=1, max_size=4, unique=True))
def test_a_core_clashes_and_without_any_one_of_it_some_roster_is_left(away, pins):
    assume(not {(p, d) for p, d in pins} & {(p, d) for p, d in away})
    assume(not {(p, d + 1) for p, d in pins} & {(p, d) for p, d in away})
    scenario = world([one for one in away if one[1] < DAYS], pins=pins, nights=3)
    found = clash(scenario, seconds=60)
    every = _pieces(scenario)
    if found is None:
        assert left(scenario, every, every)
        return
    assert found.minimal
    assert not left(scenario, every, every)
    assert not left(scenario, found.core, every)
    for piece in found.core:
        assert left(scenario, [other for other in found.core if other != piece], every), piece
    for repair in found.repairs:
        if repair.piece.name == "places":
            continue  # then people may also be on the lines that need nobody: more rosters than these
        values = left(scenario, [other for other in every if other != repair.piece], every)
        assert tuple(value for _, value in repair.values) == min(values)


CROWDS = [who for number in range(4) for who in combinations(PEOPLE, number)]
"""Where places are not counted any more, several may be on one night."""


def left(scenario, kept, every):
    """What the rosters that some pieces of a scenario leave are worth; none where a pin breaks a rule by itself."""
    try:
        return [value for _, value in every_roster(_less(scenario, kept, every), 3, CROWDS)]
    except ScenarioError:
        return []


@FEW
@given(absences, rotas, people, days)
def test_no_roster_with_the_cover_has_fewer_changes_after_an_absence(away, held, person, number):
    scenario, roster = world(away), rota(held)
    assume(verify(scenario, roster).ok)
    absence = Absence(person=person, first_day=day(number), last_day=day(number))
    found = replan(scenario, roster, SOON, absences=[absence])
    told = informed(scenario, roster, [absence], None)
    cover = min(value[0] for _, value in every_roster(told))
    fewest = min(
        len(roster.assignments - other.assignments) for other, value in every_roster(told) if value[0] == cover
    )
    assert (found.changes, found.proved) == (fewest, True)


def test_who_held_the_night_before_keeps_it_and_holds_nothing_that_begins_on_the_day():
    """Ana's night of the 1st ends on the 2nd, from when she is away; it is past, and stays hers."""
    scenario, roster = world(), rota(("Ana", "", "Ana", ""))
    absence = Absence(person="Ana", first_day=day(2), last_day=day(3))
    told = informed(scenario, roster, [absence], date(2027, 3, 2))
    assert verify(told, rota(("Ana", "", "", ""))).ok
    for held in (("", "Ana", "", ""), ("", "", "Ana", "")):
        assert not verify(told, rota(held)).ok
    known_too_late = absence.model_copy(update={"first_day": date(2027, 3, 1)})
    with pytest.raises(ScenarioError, match="not available"):
        replan(scenario, roster, SOON, absences=[known_too_late], frozen_until=date(2027, 3, 2))
