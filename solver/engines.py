"""HiGHS in processes of their own: it does not hear that nobody needs its answer any more, and is ended then."""

from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic
from types import TracebackType
from typing import Any, TypeVar

from solver.cpsat import HEARD_S
from solver.orphans import end_with_parent

LATE_S = 5.0
"""Seconds over its time limit after which an engine is ended without an answer."""


T = TypeVar("T")


class Engines:
    """Processes that are asked one question after another. ``ready``: the first one starts before anything is asked."""

    def __init__(self, *, ready: bool) -> None:
        self._begun: list[_Process] = []
        self._idle = [self._another()] if ready else []

    def __enter__(self) -> "Engines":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in self._begun:
            process.end()

    def _another(self) -> "_Process":
        process = _Process()
        self._begun.append(process)
        return process

    def ask(
        self, call: Callable[..., T], *args: Any, needless: Callable[[], bool], time_limit_s: float, **kwargs: Any
    ) -> T | None:
        """The answer of a function of a module; None once it is ``needless``, or where it does not come in time.

        Raises:
            Exception: whatever the function raises.
        """
        try:
            process = self._idle.pop()
        except IndexError:
            process = self._another()
        latest = monotonic() + time_limit_s + LATE_S
        try:
            process.pipe.send((call, args, {**kwargs, "time_limit_s": time_limit_s}))
            while not process.pipe.poll(HEARD_S):
                if needless() or monotonic() > latest:
                    process.end()
                    self._idle.append(self._another())
                    return None
            answer, error = process.pipe.recv()
        except (EOFError, OSError):
            # For want of memory, mostly; what it was asked is not known.
            process.end()
            return None
        self._idle.append(process)
        if error is not None:
            raise error
        return answer  # type: ignore[no-any-return]


class _Process:
    def __init__(self) -> None:
        spawn = get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        self._process: BaseProcess = spawn.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(pipe: Connection) -> None:
    """Answer one question after another, as long as somebody may ask."""
    end_with_parent()
    with suppress(EOFError):
        while True:
            call, args, kwargs = pipe.recv()
            try:
                pipe.send((call(*args, **kwargs), None))
            except Exception as error:
                pipe.send((None, error))
