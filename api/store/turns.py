"""Whose turn it is to write to a SQLite file, and the stamp of its last change: a small file beside it, which all processes share.

In the library a writer that finds another one looks again after pauses of up to 0.1 s, and some wait for seconds; here the next
one is woken at once. And who only wants to know whether anything changed asks this file: no writer has to wait for that reader.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

WIDTH = 64


class Turns:
    """The file beside a database."""

    def __init__(self, database: str) -> None:
        self.path = Path(f"{database}-turn")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Alone among all threads and processes that take turns."""
        with self.path.open("ab") as file:
            flock(file, LOCK_EX)
            yield

    def say(self, stamp: str) -> None:
        """Put the stamp, in one's turn; empty: not known, as while a change is being kept."""
        with self.path.open("r+b") as file:
            file.write(f"{stamp}:{stamp}".ljust(WIDTH).encode())

    def stamp(self) -> str:
        """The stamp of the last change; empty when it is not known, or is being written just now."""
        try:
            words = self.path.read_bytes().decode().split(":")
        except FileNotFoundError:
            return ""
        once, again = (words[0], words[-1].strip()) if len(words) == 2 else ("", "")
        return once if once == again else ""
