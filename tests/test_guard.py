"""A solve that is ended from outside: by a word, by its memory, by its clock."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from scenarios.generated import generated
from scheduler.findings import EngineError
from scheduler.verify import verify
from solver import guard
from solver.guard import guarded
from solver.plan import Found, Limits, OutOfTime, plan


@pytest.fixture(scope="module")
def block():
    return generated("block-60x10x91-1")


def children() -> list[psutil.Process]:
    return [
        p for p in psutil.Process(os.getpid()).children(recursive=True) if "resource_tracker" not in str(p.cmdline())
    ]


def test_a_solve_that_ends_by_itself_is_the_same_as_without_a_guard():
    small = generated("block-6x2x14-1")
    limits = Limits(30.0, 1, 1)
    behind, plain = guarded(small, limits), plan(small, limits)
    assert isinstance(behind, Found)
    assert isinstance(plain, Found)
    assert (behind.roster, behind.tiers, behind.ended) == (plain.roster, plain.tiers, "search")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_word_stops_it_at_once_with_the_best_rota_so_far(block, workers):
    seen = []
    outcome = guarded(block, Limits(600.0, workers, 1), seen.append, stop=lambda: len(seen) > 3)
    assert isinstance(outcome, Found)
    assert outcome.ended == "stopped"
    assert not outcome.reproducible
    assert verify(block, outcome.roster).ok
    assert [tier.value for tier in outcome.tiers] == list(outcome.verdict.values.values())
    assert all(tier.bound is None or tier.bound <= tier.value for tier in outcome.tiers)
    assert outcome.tiers[0].bound is not None
    assert children() == []


def test_stopped_before_there_is_a_rota_it_has_none(block):
    outcome = guarded(block, Limits(600.0, 1, 1), stop=lambda: True)
    assert isinstance(outcome, OutOfTime)
    assert children() == []


def test_memory_has_a_cap_and_what_was_found_is_kept(block):
    seen = []

    def memory(_pid):
        return 0 if len(seen) < 3 else 2 << 30

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "_memory", memory)
        outcome = guarded(block, Limits(600.0, 1, 1), seen.append, memory_mb=1024)
    assert isinstance(outcome, Found)
    assert outcome.ended == "memory"


def test_a_cap_below_what_starting_takes_ends_it(block):
    outcome = guarded(block, Limits(600.0, 1, 1), memory_mb=1)
    assert isinstance(outcome, OutOfTime)


def test_the_clock_is_hard(block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "GRACE_S", -1000.0)
        outcome = guarded(block, Limits(600.0, 1, 1))
    assert isinstance(outcome, OutOfTime)


def test_what_is_compiled_once_is_no_part_of_the_time(tmp_path):
    small = generated("block-6x2x14-1")
    with pytest.MonkeyPatch.context() as patch:
        # Nothing is compiled in there yet; that takes several times the limit.
        patch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
        patch.setattr(guard, "GRACE_S", 0.0)
        outcome = guarded(small, Limits(5.0, 1, 1))
    assert list(tmp_path.rglob("*.nbc"))
    assert isinstance(outcome, Found)
    assert outcome.ended == "search"
    assert all(tier.proven for tier in outcome.tiers)


def test_what_fails_inside_fails_outside(block):
    with pytest.raises(EngineError, match="said so"):
        guarded(block, Limits(600.0, 1, 1), start=Unreadable())


class Unreadable:
    """A rota that fails when it is read, in the process of the solve."""

    @property
    def assignments(self):
        raise EngineError("said so")

    site_by_duty = assignments


def test_a_process_that_dies_is_told_from_one_that_ends(block):
    def kill(_progress):
        for process in children():
            process.kill()
        time.sleep(0.1)

    outcome = guarded(block, Limits(600.0, 1, 1), kill)
    assert isinstance(outcome, Found | OutOfTime)
    assert not isinstance(outcome, Found) or outcome.ended == "died"


KILLED = """
from scenarios.generated import generated
from solver.guard import guarded
from solver.plan import Limits
guarded(generated("block-60x10x91-1"), Limits(600.0, 2, 1), lambda _: print("told", flush=True))
"""


def test_nothing_outlives_a_process_that_is_killed():
    """Neither the solve, nor its workers, nor what they talk through."""
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as asked:
        asked.stdout.readline()
        started = psutil.Process(asked.pid).children(recursive=True)
        assert started
        asked.kill()
    gone, alive = psutil.wait_procs(started, timeout=60)
    assert not alive
    assert len(gone) == len(started)
