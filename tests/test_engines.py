"""An engine in a process of its own: what it answers, and that nobody waits for an answer that is not needed."""

from os import _exit, getpid
from time import sleep

import psutil
import pytest

from solver.engines import Engines


def doubled(number, *, time_limit_s):
    return 2 * number, time_limit_s, getpid()


def endless(*, time_limit_s):
    sleep(3600)


def refuses(*, time_limit_s):
    raise ValueError("not this")


def dies(*, time_limit_s):
    _exit(1)


def never():
    return False


def test_question_after_question_is_answered_by_the_same_process():
    with Engines(ready=True) as engines:
        answers = [engines.ask(doubled, n, needless=never, time_limit_s=60) for n in (1, 2)]
    assert [answer[:2] for answer in answers] == [(2, 60), (4, 60)]
    assert answers[0][2] == answers[1][2] != getpid()


def test_what_is_needless_ends_and_the_next_question_is_answered():
    before = set(psutil.Process().children())
    with Engines(ready=False) as engines:
        assert engines.ask(endless, needless=lambda: True, time_limit_s=3600) is None
        assert engines.ask(doubled, 3, needless=never, time_limit_s=60)[0] == 6
    assert set(psutil.Process().children()) <= before


def test_an_engine_that_does_not_keep_its_time_is_ended(monkeypatch):
    monkeypatch.setattr("solver.engines.LATE_S", 0.0)
    with Engines(ready=False) as engines:
        assert engines.ask(endless, needless=never, time_limit_s=0.1) is None


def test_what_an_engine_raises_is_raised_and_its_death_is_no_answer():
    with Engines(ready=False) as engines:
        with pytest.raises(ValueError, match="not this"):
            engines.ask(refuses, needless=never, time_limit_s=60)
        assert engines.ask(dies, needless=never, time_limit_s=60) is None
        assert engines.ask(doubled, 4, needless=never, time_limit_s=60)[0] == 8
