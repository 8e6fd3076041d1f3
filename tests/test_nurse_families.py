"""Curtois and INRC-II: the evaluators give the published costs, the rules say what the evaluators say."""

import os
import random
import re
from pathlib import Path

import pytest

from benchmarks.curtois import FAMILY as CURTOIS
from benchmarks.inrc2 import BENCHMARK, QUICK
from benchmarks.inrc2 import FAMILY as INRC2
from scenarios.curtois import FIRST_DAY, load_curtois
from scenarios.inrc2 import WEEKDAYS
from scheduler.consistency import findings_of
from scheduler.facts import duty_id
from scheduler.findings import ScenarioError
from scheduler.roster import Roster, roster_of
from scheduler.verify import verify
from solver import cpsat
from solver.board import Board
from solver.plan import Found, Limits, plan

_HERE = Path(__file__).resolve()
_PLACES = (os.environ.get("PERMANENCE_INSTANCES", ""), *(str(up / "shared" / "instances") for up in _HERE.parents))
DATA = next((Path(place) for place in _PLACES if place and Path(place).is_dir()), Path("instances"))
"""The public instances do not come with the code."""


def needed(pattern):
    """Skip a test, visibly, where the public files are not there."""
    found = bool(list(DATA.rglob(pattern))) if DATA.is_dir() else False
    why = f"{pattern} is not there: set PERMANENCE_INSTANCES to the folder of the public instances"
    return pytest.mark.skipif(not found, reason=why)


OFFICIAL = {
    "n005w4_0_1-2-3-3": (320, 465, 330, 70, 210, 60, 240, 1695),
    "n005w4_1_5-3-1-0": (360, 690, 390, 60, 210, 0, 300, 2010),
    "n005w4_2_6-7-8-9": (300, 270, 360, 40, 150, 30, 570, 1720),
    "n012w8_0_3-5-0-2-0-4-5-2": (860, 585, 180, 140, 720, 90, 720, 3295),
    "n012w8_1_7-7-0-8-9-3-2-6": (1140, 675, 390, 130, 810, 60, 600, 3805),
    "n012w8_2_4-5-6-7-2-1-2-1": (960, 735, 210, 190, 870, 90, 690, 3745),
    "n021w4_0_5-4-1-2": (720, 345, 30, 70, 420, 0, 720, 2305),
    "n021w4_1_0-6-1-6": (780, 315, 0, 40, 540, 60, 570, 2305),
    "n021w4_2_8-1-4-3": (860, 405, 30, 90, 450, 30, 480, 2345),
}
"""Cost of the organisers' reference rosters: S6, S2, S3, S4, S7, S5, S1, total."""


def official_rows(name):
    """The organisers' roster of an instance: a file for each week, its place in the horizon last in its name."""
    dataset, history, weeks = name.split("_")
    (folder,) = DATA.rglob(f"{dataset}/Solution_H_{history}-WD_{weeks}")
    rows = []
    for path in folder.glob("Sol-*.txt"):
        week = int(re.search(r"-(\d+)\.txt$", path.name)[1])
        for line in path.read_text().splitlines():
            words = line.split()
            if len(words) == 4 and words[1] in WEEKDAYS:
                rows.append((words[0], str(7 * week + WEEKDAYS.index(words[1])), words[2], words[3]))
    return sorted(rows, key=lambda row: (row[0], int(row[1]), *row[2:]))


def roster_from(instance, rows):
    """Rows of either family as a roster of the scenario."""
    day_of = {(duty.date - FIRST_DAY).days: duty.date for duty in instance.scenario.facts.duties}
    return roster_of(
        (duty_id(row[-1], day_of[int(row[1])], row[2] if len(row) == 4 else row[-1]), row[0]) for row in rows
    )


def assert_judged_alike(family, instance, roster):
    """The rules and the evaluator agree: whether it may be, and what it costs. Returns whether it may be."""
    verdict = verify(instance.scenario, roster)
    score = family.score(DATA, instance.name, family.rows(instance, roster))
    covered = not verdict.values.get("cover")
    assert (verdict.ok and covered) == (not score.breaches), (verdict.forbidden, verdict.values, score)
    if covered:
        # Below the minimum the competition has no cost: nor has the scenario where nothing is wished beyond it.
        assert score.cost == (verdict.values["total"],)
    return not score.breaches


def shaken(roster, instance, rng, moves):
    """Some assignments exchanged between people, moved to another duty of the day, given to others, dropped or added."""
    facts = instance.scenario.facts
    people = [person.id for person in facts.people]
    held = set(roster.assignments)
    for _ in range(moves):
        day = rng.choice(list(facts.duties_by_day))
        duties = [duty.id for duty in facts.duties_by_day[day]]
        one, other = rng.sample(people, 2)
        mine, theirs = ({(d, p) for d, p in held if p == who and d in duties} for who in (one, other))
        match rng.randrange(8):
            case 0:
                held -= mine
            case 1:
                held.add((rng.choice(duties), one))
            case 2:
                held = (held - mine) | {(rng.choice(duties), one) for _ in mine}
            case 3:
                held = (held - mine) | {(d, other) for d, _ in mine}
            case _:
                held = (held - mine - theirs) | {(d, other) for d, _ in mine} | {(d, one) for d, _ in theirs}
    return Roster(frozenset(held))


def shake(family, instance, roster, times, seed):
    """Agreement on many neighbours of a roster, near and far; how many of them may be."""
    rng = random.Random(seed)
    kept = 0
    for n in range(times):
        kept += assert_judged_alike(family, instance, shaken(roster, instance, rng, 1 + n % 3 if n % 10 else 40))
    return kept


@pytest.mark.parametrize("name", OFFICIAL)
@needed("Sc-n*.txt")
def test_the_evaluator_gives_the_official_costs_of_the_competition(name):
    rows = official_rows(name)
    cost = INRC2.breakdown(DATA, name, rows)
    cost["S2"] = cost.pop("S2a") + cost.pop("S2b")
    assert (*(cost[rule] for rule in ("S6", "S2", "S3", "S4", "S7", "S5", "S1")), sum(cost.values())) == OFFICIAL[name]
    score = INRC2.score(DATA, name, rows)
    assert score.cost == (OFFICIAL[name][-1],)
    assert not score.breaches


@pytest.mark.parametrize("name", OFFICIAL)
@needed("Sc-n*.txt")
def test_the_rules_give_the_official_costs_of_the_competition(name):
    instance = INRC2.load(DATA, name)
    roster = roster_from(instance, official_rows(name))
    assert assert_judged_alike(INRC2, instance, roster)
    assert list(INRC2.rows(instance, roster)) == official_rows(name)


@pytest.mark.parametrize(
    "name", ["n005w4_0_1-2-3-3", "n005w4_1_5-3-1-0", "n012w8_0_3-5-0-2-0-4-5-2", "n021w4_2_8-1-4-3"]
)
@needed("Sc-n*.txt")
def test_rules_and_evaluator_agree_on_shaken_rosters_of_the_competition(name):
    instance = INRC2.load(DATA, name)
    shake(INRC2, instance, roster_from(instance, official_rows(name)), 200, seed=1)
    shake(INRC2, instance, Roster(frozenset()), 10, seed=2)


@pytest.mark.parametrize("name", ["n005w4_0_1-2-3-3", "n012w8_0_3-5-0-2-0-4-5-2"])
@needed("Sc-n*.txt")
def test_the_encoding_prices_the_official_rosters_like_the_evaluator(name):
    instance = INRC2.load(DATA, name)
    scenario = instance.scenario
    board = Board(scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers])
    board.fix(roster_from(instance, official_rows(name)))
    assert not board.model.contradictions
    problem = board.model.problem("total")
    answer = cpsat.solve(problem, hint=None, seed=0, effort=10, time_limit_s=60)
    assert answer.bound == OFFICIAL[name][-1]


@needed("Sc-n005w4.txt")
def test_a_planned_roster_of_the_competition_costs_what_the_evaluator_says():
    instance = INRC2.load(DATA, "n005w4_0_1-2-3-3")
    found = plan(instance.scenario, Limits(time_limit_s=20, workers=1, seed=1))
    assert isinstance(found, Found)
    assert assert_judged_alike(INRC2, instance, found.roster)
    assert found.tiers[-1].value >= INRC2.best_known(instance.name) >= (found.tiers[-1].bound or 0)
    shake(INRC2, instance, found.roster, 100, seed=3)


@pytest.mark.parametrize("name", ["Instance1", "Instance2"])
@needed("Instance1.txt")
def test_a_planned_roster_of_curtois_costs_what_the_evaluator_says(name):
    instance = CURTOIS.load(DATA, name)
    found = plan(instance.scenario, Limits(time_limit_s=20, workers=1, seed=1))
    assert isinstance(found, Found)
    assert assert_judged_alike(CURTOIS, instance, found.roster)
    (tier,) = found.tiers
    assert (tier.bound or 0) <= CURTOIS.best_known(name) <= tier.value
    if name == "Instance1":
        assert tier.proven
    rows = CURTOIS.rows(instance, found.roster)
    assert roster_from(instance, rows) == found.roster
    assert shake(CURTOIS, instance, found.roster, 300, seed=4) > 10


@pytest.mark.parametrize("name", ["Instance5", "Instance10"])
@needed("Instance1.txt")
def test_rules_and_evaluator_agree_on_any_roster_of_curtois(name):
    instance = CURTOIS.load(DATA, name)
    rng = random.Random(5)
    for moves in (0, 1, 10, 100, 400):
        for _ in range(4):
            assert_judged_alike(CURTOIS, instance, shaken(Roster(frozenset()), instance, rng, moves))


@needed("Instance1.txt")
def test_instances_are_listed_from_the_easiest_and_have_their_best_cost():
    names = CURTOIS.names(DATA)
    assert names[:3] == ("Instance1", "Instance2", "Instance3")
    assert all(CURTOIS.best_known(name) for name in names)
    assert CURTOIS.names(None) == ()
    assert CURTOIS.best_known("Instance99") is None


@needed("Sc-n*.txt")
def test_the_usual_instances_of_the_competition_are_listed_after_the_small_ones():
    names = INRC2.names(DATA)
    assert names[: len(QUICK)] == tuple(QUICK)
    assert set(names[len(QUICK) :]) <= BENCHMARK.keys()
    assert len(BENCHMARK) == 40
    assert INRC2.names(None) == ()
    assert INRC2.best_known("n030w4_1_6-2-9-1") == 1670


@pytest.mark.parametrize(("family", "name"), [(CURTOIS, "Instance3"), (INRC2, "n021w4_0_5-4-1-2")])
@needed("*.txt")
def test_an_instance_is_a_consistent_scenario(family, name):
    if name not in family.names(DATA):
        pytest.skip(f"{name} is not there")
    scenario = family.load(DATA, name).scenario
    found = findings_of(scenario.facts.territory, scenario.facts.tables, scenario.rules, {})
    assert not [finding for finding in found if finding.severity == "error"]


@pytest.mark.parametrize("family", [CURTOIS, INRC2])
def test_what_is_not_there_is_said(family, tmp_path):
    for name in ("Instance7", "n005w4_0_1-2-3-3", "another"):
        with pytest.raises(ScenarioError, match="expected"):
            family.load(tmp_path, name)
        with pytest.raises(ScenarioError, match="expected"):
            family.score(None, name, [])


@pytest.mark.parametrize("spoilt", ["", "SECTION_HORIZON\n14\n", "SECTION_HORIZON\nfourteen\n"])
def test_what_is_no_instance_is_refused(tmp_path, spoilt):
    (tmp_path / "Instance1.txt").write_text(spoilt)
    with pytest.raises(ScenarioError):
        load_curtois(tmp_path / "Instance1.txt")


SMALL = """SECTION_HORIZON
7

SECTION_SHIFTS
E,480,
L,480,E

SECTION_STAFF
A,E=7|L=7,2400,960,3,2,2,1
B,E=7|L=0,2400,0,3,1,1,1

SECTION_DAYS_OFF
A,0

SECTION_SHIFT_ON_REQUESTS
A,1,L,2

SECTION_SHIFT_OFF_REQUESTS
B,3,E,3

SECTION_COVER
"""


@pytest.fixture
def small(tmp_path):
    cover = "".join(f"{day},{shift},{int(day == 1)},100,1\n" for day in range(7) for shift in "EL")
    (tmp_path / "Instance1.txt").write_text(SMALL + cover)
    return tmp_path


@pytest.mark.parametrize(
    ("worked", "cost", "broken"),
    [
        ("A1L A2L", 100 + 1, ()),
        ("A1L A2L B1E", 1, ()),
        ("A1E A2E", 100 + 2 + 1, ()),
        ("A1L A2E", 100 + 1, ("E after L",)),
        ("A0L A1L", 100 + 1, ("a day off",)),
        ("A1L", 100, ("480 minutes", "only 1 days of work")),
        ("A6L A5L", 200 + 2 + 2, ()),
        ("A6L", 200 + 2 + 1, ("480 minutes",)),
        ("A1L A2L A4L A5L", 100 + 3, ("only 1 days off",)),
        ("A1L A2L A3L A4L", 100 + 3, ("4 days of work",)),
        ("A1L A2L B2L B1E", 2, ("1 shifts L",)),
        ("A1L A1E A2L", 1, ("2 shifts",)),
        ("A1L A2L B3E B3E", 100 + 1 + 3 + 2, ("2 shifts",)),
        ("A1L A2L X3E A9E A3X", 100 + 1, ("no employee",) * 3),
    ],
)
def test_costs_and_rules_of_curtois_by_hand(small, worked, cost, broken):
    rows = [tuple(word) for word in worked.split()]
    score = CURTOIS.score(small, "Instance1", rows)
    assert score.cost == (cost,)
    assert len(score.breaches) >= len(broken)
    assert all(any(word in said for said in score.breaches) for word in broken)
    assert bool(score.breaches) == bool(broken)


def test_covers_of_several_weights_are_refused(small):
    path = small / "Instance1.txt"
    path.write_text(path.read_text().replace("0,E,0,100,1", "0,E,0,50,1"))
    with pytest.raises(ScenarioError, match="weight for under"):
        load_curtois(path)
