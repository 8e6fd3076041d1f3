"""A solve in a process of its own: it can be stopped at any instant, with the best rota so far, whatever it is at.

The search looks at its clock between steps; a step of an engine may take long, or all memory. Out here the clock is hard,
memory has a cap, and a word from outside is heard at once. What leaves has been judged as any rota.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

import psutil

from scheduler.roster import Roster
from scheduler.scenario import Scenario
from scheduler.verify import verify
from solver.orphans import end_with_parent
from solver.persons import compile_now
from solver.plan import Ended, Found, Hear, Limits, Outcome, OutOfTime, Progress, TierResult, Timing, plan

GRACE_S = 10.0
"""Seconds over the limit, and its tenth, until a solve is ended from outside."""
LOOK_S = 0.2
"""How often the clock, the memory and the word to stop are looked at, in seconds."""
ROTAS_S = 0.5
"""Least seconds between two rotas told from inside."""
MEGABYTE = 1 << 20


def guarded(
    scenario: Scenario,
    limits: Limits,
    on_progress: Hear | None = None,
    start: Roster | None = None,
    *,
    memory_mb: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    on_rota: Callable[[Roster], None] | None = None,
) -> Outcome:
    """:func:`solver.plan.plan` behind a hard clock, a cap of memory (all its processes together) and a word to stop.

    An interrupt from the keyboard is such a word. ``ended`` of what was found says what ended it. ``on_rota`` is told complete
    rotas on the way, not yet judged, at most two a second. What is compiled at its first use, once for an installation, is
    compiled before the clock begins.

    Raises:
        EngineError: the solver and the rules disagree.
    """
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=_inside, args=(theirs, scenario, limits, start))
    child.start()
    theirs.close()
    hard = limits.time_limit_s * 1.1 + GRACE_S
    heard = _Heard(on_progress, on_rota)
    ended: Ended = "search"
    try:
        while heard.outcome is None and ended == "search":
            if ours.poll(LOOK_S):
                try:
                    heard.take(*ours.recv())
                except EOFError:
                    # For want of the machine's memory, mostly.
                    ended = "died"
            if stop():
                ended = "stopped"
            elif heard.seconds() > hard:
                ended = "clock"
            elif memory_mb is not None and _memory(child.pid) > memory_mb * MEGABYTE:
                ended = "memory"
    except KeyboardInterrupt:
        ended = "stopped"
    finally:
        _end(child)
        ours.close()
    if heard.outcome is not None:
        return heard.outcome
    return heard.best(scenario, ended)


class _Heard:
    """What has been told from inside."""

    def __init__(self, on_progress: Hear | None, on_rota: Callable[[Roster], None] | None) -> None:
        self._tell, self._tell_rota, self._first = on_progress, on_rota, 0.0
        self._rota: Roster | None = None
        self._known: dict[str, Progress] = {}
        self.outcome: Outcome | None = None
        self._began: float | None = None

    def seconds(self) -> float:
        """Since the solve began."""
        return 0.0 if self._began is None else monotonic() - self._began

    def take(self, kind: str, said: Any) -> None:
        match kind:
            case "begins":
                self._began = monotonic()
            case "progress":
                self._known[said.tier] = said
                if self._tell is not None:
                    self._tell(said)
            case "rota":
                rota, seconds = said
                self._rota = rota
                self._first = self._first or seconds
                if self._tell_rota is not None:
                    self._tell_rota(rota)
            case "failed":
                raise said
            case _:
                self.outcome = said

    def best(self, scenario: Scenario, ended: Ended) -> Outcome:
        """The last rota, judged; bounds only where the tiers before are what they were proved for."""
        timing = Timing(0.0, self._first, self.seconds())
        if self._rota is None:
            return OutOfTime(timing)
        verdict, exact, tiers = verify(scenario, self._rota), True, []
        for tier in scenario.tiers:
            value, known = verdict.values[tier.name], self._known.get(tier.name)
            bound = known.bound if exact and known is not None and known.whole else None
            tiers.append(TierResult(tier.name, value, None if bound is None or bound > value else bound))
            exact = exact and known is not None and known.whole and known.value == value
        return Found(self._rota, verdict, tuple(tiers), timing, reproducible=False, ended=ended)


def _inside(out: Connection, scenario: Scenario, limits: Limits, start: Roster | None) -> None:
    """The solve, telling what it finds; a group of processes that can be ended together."""
    with suppress(AttributeError, OSError):
        os.setsid()
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    last = -ROTAS_S

    def rota(roster: Roster, seconds: float) -> None:
        nonlocal last
        if seconds - last >= ROTAS_S:
            last = seconds
            out.send(("rota", (roster, seconds)))

    compile_now()
    out.send(("begins", None))
    try:
        outcome = plan(scenario, limits, lambda progress: out.send(("progress", progress)), start, rota)
    except Exception as error:
        out.send(("failed", error))
    else:
        out.send(("outcome", outcome))


def _family(pid: int | None) -> list[psutil.Process]:
    """A process and all that it has begun."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _memory(pid: int | None) -> int:
    """Bytes that a process and its children hold."""
    held = 0
    for process in _family(pid):
        with suppress(psutil.NoSuchProcess):
            held += process.memory_info().rss
    return held


def _end(child: Any) -> None:
    """End a process and all that it has begun."""
    child.join(0)
    family = _family(child.pid) if child.is_alive() else []
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    child.join()
