"""Hospital months, one person on call, physicians on stations: the evaluators say what the published rules say, and the
rules what the evaluators say."""

import os
import random
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.duties import FAMILY as DUTIES
from benchmarks.oncall import FAMILY as ONCALL
from benchmarks.physicians import FAMILY as PHYSICIANS
from scenarios.minizinc import Unparsable, read_dzn
from scenarios.oncall import load_oncall
from scenarios.physicians import load_physicians
from scheduler.consistency import findings_of
from scheduler.findings import ScenarioError
from scheduler.roster import roster_of
from scheduler.rules.base import Breach, Rule
from scheduler.sketch import drawn
from scheduler.terms import constant, total
from scheduler.verify import verify
from solver.plan import Found, Limits, plan
from tests.test_rules import assert_agree
from tests.worlds import drawings

HERE = Path(__file__).resolve()
SHIPPED = HERE.parent.parent / "scenarios" / "data" / "hospital-months"
PLACES = (os.environ.get("PERMANENCE_INSTANCES", ""), *(str(up / "shared" / "instances") for up in HERE.parents))
DATA = next((Path(place) for place in PLACES if place and Path(place).is_dir()), Path("instances"))
"""The public instances do not come with the code, but for some hospital months."""


def solved_where_present(family, name, *, data=DATA):
    """A case that is skipped, visibly, where its file is not there."""
    there = bool(data.is_dir() and name in family.names(data))
    why = f"{name} is not there: set PERMANENCE_INSTANCES to the folder of the public instances"
    return pytest.param(family, data, name, marks=pytest.mark.skipif(not there, reason=why), id=name)


SOLVED = [
    solved_where_present(DUTIES, "2015-11-02-5", data=SHIPPED),
    solved_where_present(ONCALL, "4s-10d"),
    solved_where_present(ONCALL, "4s-100d"),
    solved_where_present(PHYSICIANS, "instance03_0.34"),
]


# --- MiniZinc data -----------------------------------------------------------------------------------------------------


def test_minizinc_data_are_read_as_they_are_written():
    text = """
    % a comment; with = signs
    n = 3;  names = ["a b", "c;d",]; flags = [true, false];
    some = {1, 3}; run = 0..n; none = {}; minus = -2;
    grid = array2d(1..2, 1..n, [1, 2, 3, 4, 5, 6]);
    one = array1d(0..n, [{}, {1..2}, {2}, 1..3])"""
    text = text.replace("{1..2}", "{1, 2}") + ";"
    assert read_dzn(text) == {
        "n": 3,
        "names": ("a b", "c;d"),
        "flags": (True, False),
        "some": frozenset({1, 3}),
        "run": frozenset(range(4)),
        "none": frozenset(),
        "minus": -2,
        "grid": ((1, 2, 3), (4, 5, 6)),
        "one": (frozenset(), frozenset({1, 2}), frozenset({2}), frozenset({1, 2, 3})),
    }


@pytest.mark.parametrize(
    "text", ["n = ;", "n = [1, 2;", "n = 1", "n 1;", "n = m;", "n = array2d(1..2, 1..2, [1, 2, 3]);", "n = 1 § 2;"]
)
def test_what_is_no_minizinc_data_is_refused(text):
    with pytest.raises(Unparsable):
        read_dzn(text)


# --- the board's word `worst`, in steps ----------------------------------------------------------------------------------


class Steps(Rule):
    """Of two people of a drawing, twice the duties of one minus the other's, in steps of ``per``. Unit: a step begun."""

    kind: Literal["steps"] = "steps"
    per: int

    def _apart(self, numbers):
        return [2 * one - other for one, other in (*combinations(numbers, 2), *combinations(numbers[::-1], 2))]

    def encode(self, board):
        people = [person.id for person in board.facts.people]
        numbers = [board.count(total(board.on(p, d) for d in board.duties_of(p))) for p in people]
        apart = [one * 2 - other for one, other in (*combinations(numbers, 2), *combinations(numbers[::-1], 2))]
        board.worst(apart, Breach(self.name, "all"), per=self.per)

    def check(self, facts, roster) -> Iterator[Breach]:
        numbers = [len(roster.duties_of(person.id)) for person in facts.people]
        steps = -(-max(0, *self._apart(numbers)) // self.per)
        if steps:
            yield Breach(self.name, "all", (), steps)


@given(st.integers(1, 7), st.lists(st.integers(0, 4), min_size=2, max_size=3))
def test_the_largest_of_some_terms_counts_each_step_begun(per, numbers):
    drawing = "\n".join(f"{name} {'D ' * n}{'. ' * (4 - n)}" for name, n in zip("ABC", numbers, strict=False))
    facts, roster = drawn(drawing)
    furthest = max(2 * a - b for i, a in enumerate(numbers) for j, b in enumerate(numbers) if i != j)
    assert assert_agree(Steps(per=per), facts, roster) == -(-max(0, furthest) // per)


class Free(Rule):
    """Unit: a pair of days in a row on which somebody holds nothing on either; a day that nobody of the first two holds."""

    kind: Literal["free"] = "free"

    def encode(self, board):
        days = sorted(board.facts.duties_by_day)
        off = {}
        for person in board.facts.people:
            for day in days:
                on = board.any_of(board.on(person.id, duty) for duty in board.facts.duties_by_day[day])
                off[person.id, day] = constant(1) - on
            for one, other in pairwise(days):
                both = board.both(off[person.id, one], off[person.id, other])
                board.at_most(0, both, Breach(self.name, person.id, (one.isoformat(),)))
        first, second = (person.id for person in board.facts.people[:2])
        for day in days:
            some = board.any_of((constant(1) - off[first, day], constant(1) - off[second, day]))
            board.at_least(1, some, Breach(self.name, "all", (day.isoformat(),)))

    def check(self, facts, roster) -> Iterator[Breach]:
        days = sorted(facts.duties_by_day)
        held = {(p, facts.duty_by_id[duty].date) for duty, p in roster.assignments}
        for person in facts.people:
            for one, other in pairwise(days):
                if not {(person.id, one), (person.id, other)} & held:
                    yield Breach(self.name, person.id, (one.isoformat(),))
        for day in days:
            if not {(person.id, day) for person in facts.people[:2]} & held:
                yield Breach(self.name, "all", (day.isoformat(),))


@given(drawings(2, 5))
def test_what_is_not_held_is_a_yes_or_no_like_what_is(drawing):
    facts, roster = drawn(drawing)
    assert_agree(Free(), facts, roster)


# --- evaluators, on rosters made by hand ---------------------------------------------------------------------------------

ON_CALL = """
num_staff = 3; work_load = [100, 100, 50]; num_days = 11; weekend_offset = 1;
unavailable = [{1}, {}, {}]; fixed = [{}, {4}, {}]; adj_days_str = 2; wed_before_weekend_str = 3;
"""
"""Days: 1 Thursday, 2 weekend, 3 to 6 Monday to Thursday, 7 weekend, 8 to 11 Monday to Thursday."""


@pytest.fixture
def on_call(tmp_path):
    (tmp_path / "few.dzn").write_text(ON_CALL)
    return tmp_path


def scored(folder, staff):
    """Score of a rota, staff by day from 1, 0 = nobody."""
    return ONCALL.score(folder, "few", [(str(s), str(day)) for day, s in enumerate(staff, start=1) if s])


def test_one_on_call_costs_what_the_model_says(on_call):
    found = scored(on_call, [2, 1, 3, 2, 1, 3, 2, 1, 3, 1, 2])
    assert not found.breaches
    # Weekdays: staff 1 and 2 have 3, staff 3 has 3: |100 × 3 - 50 × 3| is 2 steps. Weekends 1, 1, 0: a step of 50.
    assert found.cost == (2 + 1,)


@pytest.mark.parametrize(
    ("staff", "more"),
    [
        ([2, 1, 3, 2, 1, 3, 2, 1, 3, 2, 1], 0),
        ([2, 1, 3, 2, 2, 3, 1, 2, 1, 3, 1], 2),  # days 4 and 5 in a row
        ([2, 1, 3, 2, 1, 3, 2, 3, 1, 2, 2], 0),  # the very last two are not counted
        ([2, 1, 3, 2, 1, 3, 1, 2, 3, 1, 2], 3),  # Wednesday 5 and weekend 7 (weekends follow each other: forbidden)
    ],
)
def test_pairs_on_call_are_counted_but_the_very_last(on_call, staff, more):
    weekdays = [staff[d - 1] for d in range(1, 12) if d not in (2, 7)]
    weekends = [staff[1], staff[6]]
    spread = 0
    for days in (weekdays, weekends):
        n = [days.count(s) for s in (1, 2, 3)]
        spread += max(-(-abs(a) // 100) for a in (100 * (n[0] - n[1]), 100 * n[2] - 50 * n[0], 100 * n[2] - 50 * n[1]))
    assert scored(on_call, staff).cost == (spread + more,)


@pytest.mark.parametrize(
    ("staff", "said"),
    [
        ([2, 1, 3, 2, 1, 3, 2, 1, 3, 1, 0], "day 11 has 0 persons"),
        ([1, 2, 3, 2, 1, 3, 1, 2, 3, 1, 2], "staff 1 is not available on day 1"),
        ([2, 1, 3, 1, 2, 3, 2, 1, 3, 1, 2], "staff 2 is fixed on day 4"),
        ([2, 1, 2, 2, 2, 3, 1, 3, 1, 3, 2], "three days in a row from day 3"),
        ([2, 2, 3, 2, 1, 3, 1, 2, 3, 1, 2], "weekend 2 and day 1"),
        ([2, 3, 3, 2, 1, 3, 1, 2, 3, 1, 2], "weekend 2 and day 3"),
        ([2, 1, 3, 2, 1, 3, 1, 2, 3, 1, 2], "the successive weekends 2 and 7"),
        ([2, 1, 3, 2, 4, 3, 2, 1, 3, 1, 2], "there is no staff 4 or no day 5"),
    ],
)
def test_what_is_forbidden_on_call_is_said(on_call, staff, said):
    assert said in scored(on_call, staff).breaches


def test_what_is_fixed_on_call_is_let_pass(tmp_path):
    fixed = "fixed = [{2, 3}, {1, 4, 5, 6}, {7}]"
    (tmp_path / "few.dzn").write_text(ON_CALL.replace("fixed = [{}, {4}, {}]", fixed))
    found = scored(tmp_path, [2, 1, 1, 2, 2, 2, 3, 1, 2, 1, 2])
    assert not found.breaches
    # Of weekend 7 and day 6 only some are fixed by the next.
    assert scored(tmp_path, [2, 1, 1, 2, 2, 2, 3, 3, 2, 1, 2]).breaches == ("weekend 7 and day 8",)


def test_two_on_a_day_are_one_too_many(on_call):
    rows = [(str(s), str(day)) for day, s in enumerate([2, 1, 3, 2, 1, 3, 2, 1, 3, 1, 2], start=1)]
    assert ONCALL.score(on_call, "few", [*rows, ("1", "6")]).breaches == ("day 6 has 2 persons",)


MONTH = """%W set < 1..2 >
%g_req_off[J, W, D] = 0 indices <
\t1\t1\t1\t1
>
%c_work[J, A] = 0 indices <
\t1\t0\t0.5
\t1\t2\t1.25
\t2\t1\t2.0
>
%c[J, V] = 0 indices <
\t1\t1\t0.25
\t2\t1\t7
>
%D_off[J, W, D] = 0 indices <
\t2\t2\t2\t1
>
%g_req_on[J, I, W, D] = 0 indices <
\t2\t1\t1\t6\t1
>
%d_bar_duty[I, D] = 0 indices <
\t1\t1\t1
\t1\t2\t1
\t1\t3\t1
\t1\t4\t1
\t1\t5\t1
\t1\t6\t1
\t1\t7\t1
>
%E_pos[J, I, W, D] = 0 indices <
"""


@pytest.fixture
def month(tmp_path):
    able = "".join(f"\t{j}\t1\t{w}\t{d}\t1\n" for j in (1, 2) for w in (1, 2) for d in range(1, 8) if (j, d) != (1, 7))
    (tmp_path / "2027-03-01-2.cdat").write_text(MONTH + able + ">\n")
    return tmp_path


def monthly(folder, held):
    return DUTIES.score(folder, "2027-03-01-2", [tuple(map(str, row)) for row in held])


def test_a_month_costs_holes_refusals_and_numbers_of_duties(month):
    # 14 holes; nobody works: 0.5 for physician 1's none; physician 2's request is refused.
    assert monthly(month, []).cost == (1400 + 0.5 + 7,)
    # Physician 1 twice (a day off refused), physician 2 once, as asked.
    assert monthly(month, [(1, 1, 1, 1), (1, 1, 1, 3), (2, 1, 1, 6)]).cost == (1100 + 1.25 + 0.25 + 2.0,)
    # Three duties cost as the last number of the table.
    assert monthly(month, [(1, 1, 1, 2), (1, 1, 1, 4), (1, 1, 2, 2)]).cost == (1100 + 1.25 + 7,)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ([(1, 1, 1, 1), (1, 1, 1, 1)], "(1, 1, 1, 1) stands 2 times"),
        ([(1, 1, 1, 1), (2, 1, 1, 1)], "duty 1 has 2 physicians on day 1 of week 1"),
        ([(1, 1, 1, 7)], "physician 1 may not hold duty 1 on day 7 of week 1"),
        ([(2, 1, 2, 2)], "physician 2 is away on day 2 of week 2"),
        ([(2, 1, 1, 7), (2, 1, 2, 1)], "physician 2 holds duties on days 14 and 15"),
        ([(2, 1, 1, 6), (2, 1, 2, 7)], "physician 2 works weekends 1 and 2"),
        ([(1, 1, 1, 1), (1, 2, 1, 1)], "physician 1 holds 2 duties on day 1 of week 1"),
    ],
)
def test_what_is_forbidden_in_a_month_is_said(month, held, said):
    assert said in monthly(month, held).breaches


STATIONS = """
numDepartments = 2; numStations = 3; stationDepartment = array1d(0..numStations, [0, 1, 1, 2]);
stationCommon = array1d(0..numStations, [true, true, false, false]);
numShifts = 2; shiftLength = array1d(0..numShifts, [0, 7, 24]); forbiddenSequences = array1d(0..numShifts, [{}, {}, {1, 2}]);
preferenceWeight = 5; riskWeight = 10; rbWeight = 0; persWeight = 50; stationWeight = 500;
numSkills = 2; numSubsum = 1; subDepartment = [1]; subSkills = [{1}]; numDays = 3;
demand = array4d(0..numStations, 0..numShifts, 1..numDays, 0..numSkills, [
0,0,0, 0,0,0, 0,0,0,  0,0,0, 0,0,0, 0,0,0,  0,0,0, 0,0,0, 0,0,0,
0,0,0, 0,0,0, 0,0,0,  0,0,0, 0,0,0, 0,0,1,  0,0,0, 0,0,0, 0,0,0,
0,0,0, 0,0,0, 0,0,0,  0,1,0, 0,1,0, 0,0,0,  0,0,0, 0,0,0, 0,0,0,
0,0,0, 0,0,0, 0,0,0,  0,0,0, 0,0,1, 0,0,0,  0,0,0, 0,0,0, 0,0,0]);
subDemand = array2d(1..numSubsum, 1..numDays, [1, 0, 0]);
numPers = 4;
stationPrefs = array3d(1..numPers, 0..numStations, 0..numSkills, [
0,0,0, 0,4,1, 0,0,4, 0,0,4,
0,0,0, 0,4,4, 0,2,4, 0,3,3,
0,0,0, 0,4,0, 0,0,4, 0,0,0,
0,0,0, 0,4,0, 0,1,4, 0,4,4]);
persRequireWork = [true, false, false, false]; persRisk = [true, false, true, false];
maxHoursWeek = [50, 50, 50, 50]; forbiddenDays = [{}, {}, {}, {3}];
histConsecutiveWorkDays = [0, 0, 0, 0]; histLastStationWorked = [2, 2, 3, 2]; histShiftLastDay = [0, 0, 0, 0];
"""
"""Common station 1 asks one of skill 2 on day 3; station 2 one of skill 1 on days 1 (24 h) and 2; station 3 one on day 2."""


@pytest.fixture
def stations(tmp_path):
    (tmp_path / "ward.dzn").write_text(STATIONS)
    return tmp_path


GOOD = [(1, 1, 2, 2, 1), (1, 3, 1, 1, 2), (2, 2, 1, 2, 1), (3, 2, 1, 3, 2)]
"""(person, day, shift, station, skill)."""


def staffed(folder, works):
    return PHYSICIANS.score(folder, "ward", [tuple(map(str, row)) for row in works])


def test_physicians_cost_what_the_model_says(stations):
    found = staffed(stations, GOOD)
    assert not found.breaches
    # Three persons; preferences 1 and 2; at risk: person 1 in department 1, person 3 in department 2; nobody moves.
    assert found.cost == (150 + 5 * 3 + 10 * 3,)


def test_a_change_of_station_has_its_price_and_a_common_one_is_none(stations):
    # Person 2 goes from station 2 to station 3, which is forbidden by the department too.
    found = staffed(stations, [GOOD[0], GOOD[1], (4, 2, 1, 2, 1), (2, 2, 1, 3, 2)])
    assert found.cost == (150 + 5 * (1 + 1 + 3) + 10 + 500,)
    assert found.breaches == ("person 2 is in departments [0, 1, 2]",)


@pytest.mark.parametrize(
    ("works", "said"),
    [
        (GOOD[1:], "day 1, station 2, skill 1: 0 instead of 1"),
        ([*GOOD, (2, 1, 1, 2, 1)], "day 1, station 2, skill 1: 2 instead of 1"),
        ([(1, 1, 1, 2, 1), *GOOD[1:]], "day 1, sub-demand 1: 0 instead of 1"),
        ([(1, 1, 1, 2, 1), *GOOD[1:]], "day 1: 0 shifts of 24 h instead of 1"),
        ([GOOD[0], (1, 3, 2, 1, 2), *GOOD[2:]], "day 3, station 1, skill 2: [0, 1] instead of [1, 0]"),
        ([*GOOD[:2], (2, 2, 2, 2, 1), GOOD[3]], "day 2: 1 shifts of 24 h instead of 0"),
        ([*GOOD, (1, 2, 1, 2, 1)], "person 1 has shift 1 after shift 2 on day 2"),
        ([GOOD[0], (4, 3, 1, 1, 2), *GOOD[2:]], "person 4 is not available on day 3"),
        ([GOOD[0], (2, 3, 1, 1, 2), *GOOD[2:]], "person 2 cannot have skill 2 on station 1"),
        ([(2, 1, 2, 2, 1), (3, 3, 1, 1, 2), (4, 2, 1, 2, 1), GOOD[3]], "person 1 does not work"),
        ([*GOOD[:3], (3, 2, 1, 3, 2), (3, 3, 1, 1, 2)], "person 3 is in departments [0, 1, 2]"),
        ([*GOOD, (1, 1, 1, 2, 1)], "person 1 is in 2 places on day 1"),
        ([*GOOD, (9, 1, 1, 2, 1)], "there is no [9, 1, 1, 2, 1]"),
    ],
)
def test_what_is_forbidden_to_physicians_is_said(stations, works, said):
    assert said in staffed(stations, works).breaches


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((1, 2, 3, 4, 5, 6, 7), "person 1 has worked 7 days in a row on day 7"),
        ((1, 2, 3, 4, 5, 6), ""),
        ((2, 3, 4, 5, 6, 7), ""),
        ((6, 7, 8, 9, 10, 11, 12), "person 1 has worked 7 days in a row on day 12"),
    ],
)
def test_days_in_a_row_are_counted_over_the_weeks(tmp_path, days, said):
    text = STATIONS.replace("numDays = 3", "numDays = 14")
    flat = ", ".join("0" for _ in range(4 * 3 * 14 * 3))
    head, rest = text.split("demand = ", 1)
    text = (
        head
        + f"demand = array4d(0..numStations, 0..numShifts, 1..numDays, 0..numSkills, [{flat}]);\nsubDemand"
        + rest.split("subDemand", 1)[1]
    )
    text = text.replace("[1, 0, 0]);\nnumPers", f"[{', '.join('0' * 14)}]);\nnumPers")
    (tmp_path / "ward.dzn").write_text(text)
    found = staffed(tmp_path, [(1, day, 1, 2, 1) for day in days])
    assert (said in found.breaches) if said else not [b for b in found.breaches if "in a row" in b]
    hours = staffed(tmp_path, [(1, day, 2, 2, 1) for day in (1, 3, 5)]).breaches
    assert "person 1 works 72 h in week 1" in hours


def test_the_history_goes_on(tmp_path):
    text = STATIONS.replace("histConsecutiveWorkDays = [0, 0, 0, 0]", "histConsecutiveWorkDays = [6, 0, 0, 0]")
    (tmp_path / "ward.dzn").write_text(
        text.replace("histShiftLastDay = [0, 0, 0, 0]", "histShiftLastDay = [1, 2, 0, 0]")
    )
    assert "person 1 has worked 7 days in a row on day 1" in staffed(tmp_path, GOOD).breaches
    found = staffed(tmp_path, [(2, 1, 2, 2, 1), (1, 3, 1, 1, 2), (4, 2, 1, 2, 1), GOOD[3]])
    assert found.breaches == ("person 2 has shift 2 after shift 2 on day 1",)
    scenario = load_physicians(tmp_path / "ward.dzn")
    solved = plan(scenario, Limits(time_limit_s=30, workers=1, seed=1))
    assert isinstance(solved, Found)
    assert {p for d, p in solved.roster.assignments if ".2021-01-04." in d} == {"p4"}


# --- the rules and the evaluators ----------------------------------------------------------------------------------------


def agreed(family, data, instance, roster):
    """What the evaluator says of a roster, once the judge says the same; whether it is a rota at all."""
    verdict = verify(instance.scenario, roster)
    score = family.score(data, instance.name, family.rows(instance, roster))
    kept = verdict.ok and not verdict.values.get("cover", 0)
    assert kept is not bool(score.breaches), (score.breaches, verdict.forbidden)
    per_day = [(person, instance.scenario.facts.duty_by_id[duty].date) for duty, person in roster.assignments]
    if len(set(per_day)) == len(per_day):
        assert verdict.values["total"] / instance.scale == pytest.approx(score.cost[0], abs=0.005)
    return score, kept


def shaken(instance, roster, chance):
    """The roster with a few assignments dropped, added or handed over."""
    assignments = set(roster.assignments)
    duties, people = list(instance.scenario.facts.duties), [p.id for p in instance.scenario.facts.people]
    for _ in range(chance.randint(1, 4)):
        duty, person = chance.choice(sorted(assignments)) if assignments else (chance.choice(duties).id, "")
        match chance.randint(0, 3):
            case 0:
                assignments.discard((duty, person))
            case 1:
                assignments.add((chance.choice(duties).id, chance.choice(people)))
            case _:
                assignments.discard((duty, person))
                assignments.add((duty, chance.choice(people)))
    return roster_of(assignments)


@pytest.mark.parametrize(("family", "data", "name"), SOLVED)
def test_an_instance_is_solved_to_its_published_optimum_and_shaken(family, data, name):
    instance = family.load(data, name)
    found = plan(instance.scenario, Limits(time_limit_s=60, workers=1, seed=1))
    assert isinstance(found, Found)
    score, kept = agreed(family, data, instance, found.roster)
    assert kept
    assert all(tier.proven for tier in found.tiers)
    assert score.cost[0] == pytest.approx(family.best_known(name), abs=0.005)
    chance = random.Random(1)
    seen = {agreed(family, data, instance, shaken(instance, found.roster, chance))[1] for _ in range(150)}
    assert False in seen


@pytest.mark.parametrize("folder", ["on_call", "stations"])
def test_a_small_question_is_answered_like_its_evaluator_says(folder, request):
    family, name = {"on_call": (ONCALL, "few"), "stations": (PHYSICIANS, "ward")}[folder]
    data = request.getfixturevalue(folder)
    assert family.names(data) == (name,)
    instance = family.load(data, name)
    facts = instance.scenario.facts
    found = [
        f for f in findings_of(facts.territory, facts.tables, instance.scenario.rules, {}) if f.severity == "error"
    ]
    assert not found
    solved = plan(instance.scenario, Limits(time_limit_s=30, workers=1, seed=1))
    assert isinstance(solved, Found)
    _, kept = agreed(family, data, instance, solved.roster)
    assert kept
    assert all(tier.proven for tier in solved.tiers)
    chance = random.Random(2)
    seen = {agreed(family, data, instance, shaken(instance, solved.roster, chance))[1] for _ in range(400)}
    assert seen == {True, False}


@pytest.mark.parametrize("offset", range(5))
@pytest.mark.parametrize("last", [6, 7, 8, 9, 10, 11])
def test_days_on_call_are_in_order_wherever_the_week_begins(tmp_path, offset, last):
    text = ON_CALL.replace("weekend_offset = 1", f"weekend_offset = {offset}").replace(
        "num_days = 11", f"num_days = {last}"
    )
    (tmp_path / "few.dzn").write_text(text)
    instance = ONCALL.load(tmp_path, "few")
    duties = instance.scenario.facts.duties
    weekends = [n for n, duty in enumerate(duties, start=1) if duty.period == "weekend"]
    assert weekends == list(range(offset + 1, last + 1, 5))
    assert len(duties) == last
    rows = ONCALL.rows(instance, roster_of((duty.id, "s1") for duty in duties))
    assert rows == [("1", str(day)) for day in range(1, last + 1)]
    assert {(d.end - d.start).days for d in duties if d.period == "weekend"} == {3}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("work_load", "workload"), "work_load"),
        (("[100, 100, 50]", "[100, 100]"), "3 values"),
        (("fixed = [{}, {4}", "fixed = [{}, {40}"), "fixed days of the horizon"),
        (("num_staff = 3;", "num_staff = ;"), "were expected"),
    ],
)
def test_what_is_no_on_call_data_is_refused(tmp_path, change, said):
    (tmp_path / "few.dzn").write_text(ON_CALL.replace(*change))
    with pytest.raises(ScenarioError, match=said):
        load_oncall(tmp_path / "few.dzn")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("persRisk", "persRisc"), "persRisk"),
        (("rbWeight = 0", "rbWeight = 1"), "robustness"),
        (("[2, 2, 3, 2]", "[2, 2, 0, 2]"), "last station"),
        (("[{}, {}, {1, 2}]", "[{}, {1}, {1, 2}]"), "anything may follow"),
        (("subSkills = [{1}]", "subSkills = [{2}]"), "to stand in for"),
    ],
)
def test_what_is_no_data_of_physicians_is_refused(tmp_path, change, said):
    (tmp_path / "ward.dzn").write_text(STATIONS.replace(*change))
    with pytest.raises(ScenarioError, match=said):
        load_physicians(tmp_path / "ward.dzn")


def test_a_family_without_a_folder_has_no_instances():
    for family in (DUTIES, ONCALL, PHYSICIANS):
        assert family.names(None) == ()
