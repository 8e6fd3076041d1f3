"""A solve as it goes, on the terminal: a bar, the incumbent, the bound."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from scheduler.words import Lang
from solver.plan import Progress as State


class Bar:
    """Shows :class:`solver.plan.Progress`; silent when nobody looks (no terminal)."""

    def __init__(self, lang: Lang) -> None:
        self._bound = "borne" if lang == "fr" else "bound"
        columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task: TaskID | None = None

    def __enter__(self) -> "Bar":
        self._progress.start()
        self._task = self._progress.add_task("", total=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, state: State) -> None:
        """Draw one state of the solve."""
        assert self._task is not None
        bound = "–" if state.bound is None else str(state.bound)
        text = f"{state.tier}  {state.value}  ({self._bound} {bound})"
        self._progress.update(self._task, description=text, completed=state.done, total=state.of)
