"""Every family through the command line, the peers, and what is written of their results."""

import csv
import importlib.util
import json
from itertools import zip_longest
from math import inf
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from api.cli import app
from benchmarks import replan, table
from benchmarks.peers.cpsat import plan_tiers
from benchmarks.peers.cpsat_sum import plan_sum
from benchmarks.peers.process import run_peer
from benchmarks.plot import draw
from benchmarks.registry import NAMES, family
from scenarios.generated import generated
from solver.plan import Found, Limits
from tests.test_nurse_families import SMALL
from tests.test_small_families import MONTH, ON_CALL, STATIONS

ROOT = Path(__file__).resolve().parent.parent
RUNNER = CliRunner()
BLOCK = "block-8x2x14-1"
KEYS = {
    *("instance", "status", "value", "bound", "proven", "best_known", "seconds", "counts", "trajectory", "versions"),
    *("machine", "seed", "workers", "time_limit_s", "peak_memory_mb", "tiers", "parts"),
}

SCENARIO = """SCENARIO = n003w1

WEEKS = 1

SKILLS = 2
Head
Nurse

SHIFT_TYPES = 2
Early (1,5)
Night (2,3)

FORBIDDEN_SHIFT_TYPES_SUCCESSIONS
Early 0
Night 1 Early

CONTRACTS = 2
Full (3,5) (2,4) (1,3) 1 1
Part (1,3) (1,3) (2,4) 1 0

NURSES = 3
Ana Full 2 Head Nurse
Bob Full 1 Nurse
Cleo Part 1 Nurse
"""
HISTORY = """HISTORY
0 n003w1

NURSE_HISTORY
Ana 0 0 Early 1 2 0
Bob 0 0 None 0 0 1
Cleo 0 0 Night 2 2 0
"""
WEEK = """WEEK_DATA
n003w1

REQUIREMENTS
Early Head (0,1) (0,0) (0,0) (0,1) (0,0) (0,0) (0,0)
Early Nurse (0,1) (1,1) (0,1) (0,1) (1,1) (0,1) (0,0)
Night Nurse (0,1) (0,1) (0,0) (0,0) (0,1) (0,1) (0,1)

SHIFT_OFF_REQUESTS = 2
Ana Any Tue
Bob Night Sat
"""


def small_files(name: str, folder: Path) -> str:
    """Write a small instance of a public family, in its format; its name."""
    files: dict[str, str] = {}
    match name:
        case "duties":
            able = "".join(f"\t{j}\t1\t{w}\t{d}\t1\n" for j in (1, 2) for w in (1, 2) for d in range(1, 8))
            files, found = {"2027-03-01-2.cdat": f"{MONTH}{able}>\n"}, "2027-03-01-2"
        case "oncall":
            files, found = {"few.dzn": ON_CALL}, "few"
        case "physicians":
            files, found = {"ward.dzn": STATIONS}, "ward"
        case "curtois":
            cover = "".join(f"{day},{shift},{int(day == 1)},100,1\n" for day in range(7) for shift in "EL")
            files, found = {"Instance1.txt": SMALL + cover}, "Instance1"
        case "inrc2":
            files = {"Sc-n003w1.txt": SCENARIO, "H0-n003w1-0.txt": HISTORY, "WD-n003w1-0.txt": WEEK}
            found = "n003w1_0_0"
        case _:
            found = BLOCK
    for file, text in files.items():
        (folder / file).write_text(text)
    return found


def bench(*words: str | Path) -> list[str]:
    """The command's lines; it has to end well."""
    result = RUNNER.invoke(app, ["bench", *map(str, words), "--lang", "en"])
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def pairs(result) -> list[tuple[float, float]]:
    """(value, bound) of each tier."""
    values, bounds = (found if isinstance(found, list) else [found] for found in (result["value"], result["bound"]))
    return [(v, -inf if b is None else b) for v, b in zip_longest(values, bounds)]


def assert_rescored(name, data, instance, out, stem):
    """The rota's file costs what the JSON says, by the family's own evaluator."""
    result = json.loads((out / f"{stem}.json").read_text())
    assert set(result) >= KEYS, KEYS - set(result)
    assert result["instance"] == instance
    assert result["status"] == "Found"
    chosen = family(name)
    with (out / f"{stem}.roster.csv").open(newline="") as file:
        head, *rows = (tuple(row) for row in csv.reader(file))
    assert head == chosen.columns
    score = chosen.score(data, instance, rows)
    assert not score.breaches
    assert [value for value, _ in pairs(result)] == pytest.approx(list(score.cost))
    assert all(bound <= value + 1e-6 for value, bound in pairs(result))
    if result["proven"]:
        assert all(tier["bound"] == pytest.approx(tier["value"]) for tier in result["tiers"])
    assert all(seconds >= 0 and tier for seconds, _, _, tier in result["trajectory"])
    return result


@pytest.mark.parametrize("name", NAMES)
def test_a_small_instance_of_every_family_is_solved_and_scored(name, tmp_path):
    instance, out = small_files(name, tmp_path), tmp_path / "out"
    lines = bench(name, "--data", tmp_path, "--instance", instance, "--out", out, "--time-limit", "4")
    assert instance in lines[0]
    assert_rescored(name, tmp_path, instance, out, instance)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "territory"])
def test_instances_are_found_where_the_files_are(name, tmp_path):
    deeper = tmp_path / "some" / "where"
    deeper.mkdir(parents=True)
    instance = small_files(name, deeper)
    # The competition has too many possible names: it lists the usual ones.
    assert family(name).names(tmp_path) == (() if name == "inrc2" else (instance,))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["curtoi"], "FAMILY curtoi: one of territory, duties, oncall, physicians, curtois, inrc2 was expected. Maybe"),
        (["oncall"], "--data: a folder with the public files of oncall was expected."),
        (["curtois", "--data", "."], "--data .: a folder with the public files of curtois was expected."),
        (["territory", "--instance", "block"], "a name like block-PEOPLExLINESxDAYS-SEED"),
        (["territory", "--peer", "higs"], "--peer higs: one of cpsat, cpsat-sum, highs, scip, timefold was expected."),
    ],
)
def test_what_cannot_be_run_is_said(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = RUNNER.invoke(app, ["bench", *words, "--out", "out", "--lang", "en"])
    assert result.exit_code == 2
    assert said in result.stderr


def test_an_instance_that_is_not_there_is_said(tmp_path):
    small_files("oncall", tmp_path)
    words = ["bench", "oncall", "--data", str(tmp_path), "--instance", "fw", "--out", str(tmp_path), "--lang", "fr"]
    result = RUNNER.invoke(app, words)
    assert result.exit_code == 2
    assert result.stderr.startswith("--instance fw: un mot parmi few était attendu.")


# --- peers ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_peers(tmp_path_factory) -> Path:
    """A dated folder of results: ours and two peers' on a block."""
    dated = tmp_path_factory.mktemp("results") / "2027-01-04"
    words = ("--instance", BLOCK, "--time-limit", "6", "--peer", "highs,cpsat", "--peers", "scip")
    assert len(bench("territory", "--out", dated / "territory", *words)) == 4
    return dated


@pytest.mark.parametrize("peer", ["highs", "cpsat", "scip"])
def test_a_peer_is_scored_like_us_and_contradicts_nobody(with_peers, peer):
    out = with_peers / "territory"
    ours = json.loads((out / f"{BLOCK}.json").read_text())
    found = assert_rescored("territory", None, BLOCK, out, f"{BLOCK}.{peer}")
    assert found["peer"] == peer
    assert found["seed"] == ours["seed"]
    assert found["trajectory"]
    for (mine, my_bound), (theirs, their_bound) in zip(pairs(ours), pairs(found), strict=True):
        assert my_bound <= theirs
        assert their_bound <= mine
        if mine != theirs:
            break  # Bounds of later tiers are of rotas that keep other values before.


def test_one_weighted_sum_is_as_good_as_tier_after_tier():
    scenario, limits = generated("block-4x1x7-1"), Limits(5.0, 1, 1)
    told = []
    one, other = plan_tiers(scenario, limits, told.append), plan_sum(scenario, limits, None)
    assert isinstance(one, Found)
    assert isinstance(other, Found)
    assert all(tier.proven for tier in (*one.tiers, *other.tiers))
    assert one.tiers == other.tiers
    assert [progress.tier for progress in told] == sorted(
        (progress.tier for progress in told), key=[tier.name for tier in scenario.tiers].index
    )


def test_a_peer_that_fails_says_why(tmp_path):
    # Timefold was told territories only; where it is not installed, it fails as well.
    done = run_peer("timefold", "oncall", tmp_path, small_files("oncall", tmp_path), Limits(1.0, 1, 1))
    assert done.rows is None
    assert done.result["status"] == "Failed"
    assert done.result["why"].startswith(("timefold needs", "Timefold was told"))


# --- tables and pictures -------------------------------------------------------------------------------------------------


def written(folder: Path, family_name: str, instance: str, value, bound, total: float, **more) -> None:
    """A result by hand; ``best`` is the best known cost."""
    peer = more.get("peer", "")
    values, bounds = (found if isinstance(found, list) else [found] for found in (value, bound))
    tiers = [
        {"name": f"t{n}", "value": v, "bound": b, "proven": v == b}
        for n, (v, b) in enumerate(zip(values, bounds, strict=True))
    ]
    said = {
        "instance": instance,
        "value": value,
        "bound": bound,
        "proven": value is not None and value == bound,
        "best_known": more.get("best"),
        "seconds": {"load": 0, "build": 0, "first": total / 10, "total": total},
        "counts": {"people": 20},
        "trajectory": [
            [total / 10, v and 2 * v, b, f"t{n}"] for n, (v, b) in enumerate(zip(values, bounds, strict=True))
        ],
        "tiers": tiers if value is not None else [],
        "versions": {"permanence": "1", "ortools": "9"},
        "machine": {"system": "Linux", "processor": "x"},
        "time_limit_s": 60.0,
        "workers": 2,
    }
    (folder / family_name).mkdir(parents=True, exist_ok=True)
    path = folder / family_name / f"{instance}{peer and '.' + peer}.json"
    path.write_text(json.dumps(said | ({"peer": peer} if peer else {})))


@pytest.fixture
def some_results(tmp_path) -> Path:
    folder = tmp_path / "2027-01-04"
    for seed, (cover, rest) in enumerate([((0, 0), (90, 90)), ((9, 3), (100, 80)), ((1, 1), (95, 95))], start=1):
        value, bound = [cover[0], rest[0]], [cover[1], rest[1]]
        written(folder, "territory", f"block-9x2x14-{seed}", value, bound, 10.0 * seed)
    written(folder, "territory", "block-9x2x14-1", [0, 80], [0, 80], 20.0, peer="highs")
    written(folder, "territory", "block-9x2x14-2", [9, 100], [9, 100], 40.0, peer="highs")
    written(folder, "territory", "block-9x2x14-3", None, None, 60.0, peer="highs")
    written(folder, "oncall", "10s-50d", 5.0, 4.0, 60.0, best=4)
    written(folder, "oncall", "4s-50d", None, None, 60.0, best=4)
    written(folder, "oncall", "4s-50d", 4.5, 4.0, 60.0, peer="cpsat")
    return folder


def lines_of(text: str) -> dict[str, list[str]]:
    """Cells by the first of their row."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {row[0].strip("* "): row[1:] for row in rows}


def test_tables_say_losses_like_gains(some_results):
    found = lines_of(table.tables(some_results))
    assert found["block-9x2x14-1"] == ["0 · 90", "0 · 90", "yes", "1", "10", "–", "–", "0 · 0", "0 · 80", "2"]
    # Only the peer has proved: at most so many times what we would have needed.
    assert found["block-9x2x14-2"][-2:] == ["9 · 100", "≤ 0.667"]
    assert found["block-9x2x14-2"][7] == "66.7 · 20"
    assert found["block-9x2x14-3"][-2:] == ["–", "≥ 2"]
    assert found["median of 3"] == ["1 · 95", "1 · 90", "2/3", "2", "20", "–", "–", "0 · 0", "9 · 100", "2"]
    assert found["worst of 3: block-9x2x14-2"] == found["block-9x2x14-2"]
    assert found["10s-50d"] == ["5", "4", "no", "6", "60", "4", "25", "20", "–", "–"]
    assert found["4s-50d"] == ["–", "–", "no", "–", "60", "4", "–", "–", "4.50", "–"]
    names = list(found)
    assert names.index("4s-50d") < names.index("10s-50d")


def test_the_summary_has_a_line_per_size(some_results):
    found = lines_of(table.summary(some_results))
    blocks = found["territory block-9x2x14 (3)"]
    assert blocks == ["2", "–", "0 · 0 (66.7 · 20)", "2 (3)", "20 (30)", "–", "1 / 1 / 1, × 2"]
    # Two instances, one without a rota: what is not known counts as worse.
    assert found["oncall up to 30 people (2)"][:3] == ["0", "– (–)", "– (–)"]
    assert found["oncall up to 30 people (2)"][-2:] == ["0 / 0 / 1, × –", "–"]


def test_markers_take_the_newest_results_or_stay(some_results, tmp_path):
    text = f"before\n{table.BEGIN}\nold\n{table.END}\nafter"
    assert table.put(text, table.summary, tmp_path / "nowhere") == text
    (tmp_path / "2026-12-31").mkdir()
    (tmp_path / "notes").mkdir()
    assert table.newest(tmp_path) == some_results
    once = table.put(text, table.summary, tmp_path)
    assert "old" not in once
    assert once.startswith("before")
    assert once.endswith("after")
    assert table.put(once, table.summary, tmp_path) == once


def test_the_results_in_the_documentation_are_the_newest():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    text = (ROOT / "benchmarks" / "README.md").read_text()
    assert text.count(table.BEGIN) == 1
    assert generate.measured(text) == text, "run `make docs`"
    assert table.put((ROOT / "README.md").read_text(), table.summary) == (ROOT / "README.md").read_text(), "`make docs`"


def test_pictures_are_drawn_of_what_there_is(some_results, with_peers):
    for cases in (*table.read(some_results).values(), *table.read(with_peers).values()):
        picture = ElementTree.fromstring(draw(cases, "a < b"))
        said = "".join(picture.itertext())
        assert "nan" not in ElementTree.tostring(picture).decode()
        assert all(case.ours.instance in said for case in cases)
        assert "permanence" in said


def test_the_benchmark_of_a_published_rota_asks_every_question_and_keeps_what_is_proved():
    rows = replan.measured(1, "block-8x2x28", Limits(4, 1, 1))
    asked = {row["question"] for row in rows}
    assert asked == {"replan", "bench", "replacements", "exchange"}
    assert len([row for row in rows if row["question"] == "replan"]) == replan.ABSENCES
    assert all(row["changes"] >= 0 for row in rows if row["question"] == "replan" and row["proved"])
