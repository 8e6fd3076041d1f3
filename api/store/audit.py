"""The audit trail: append-only, each row chained to the one before by its hash."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from time import sleep

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from api.store.database import CHANGED, HEAD, Database
from api.store.schema import Audit, Setting

FIRST = "0" * 64
GATHER_S = 0.005
"""Seconds for which readings are gathered into one transaction."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did, or read."""

    at: datetime
    subject: str
    role: str
    territory: str | None
    action: str
    about: str


def append(session: Session, *entries: Entry, only_read: bool = False) -> None:
    """Add to the trail, in the transaction of what is told. Writers take turns at its head, which also says the last change."""
    if not entries:
        return
    head = session.execute(select(Setting).where(Setting.name == HEAD).with_for_update()).scalar_one()
    number, before, changed = _read(head.value)
    rows = []
    for entry in entries:
        number += 1
        row = {
            "number": number,
            "at": entry.at.isoformat(),
            "subject": entry.subject,
            "role": entry.role,
            "territory": entry.territory,
            "action": entry.action,
            "about": entry.about,
        }
        before = _hash(before, row)
        rows.append(row | {"hash": before})
    session.execute(insert(Audit), rows)
    stamp = changed if only_read else number
    if not only_read:
        session.info[CHANGED] = str(stamp)
    head.value = f"{number} {before} {stamp}"


class Trail:
    """Entries about readings, written by one thread, many in one transaction: a reader waits for its own, not for its turn.

    Nothing that was read is given out before its entry is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: SimpleQueue[tuple[Sequence[Entry], Future[None]] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._begun = 0

    def start(self) -> None:
        """Begin to write; before that, and after the end, each reader writes its own. Begun twice, it ends the second time."""
        self._begun += 1
        if self._thread is not None:
            return
        self._thread = Thread(target=self._write, name="trail", daemon=True)
        self._thread.start()

    def keep(self, entries: Sequence[Entry]) -> None:
        """Keep some entries; returns when they are.

        Raises:
            OperationalError: they cannot be.
        """
        done: Future[None] = Future()
        if entries and self._thread is not None:
            self._waiting.put((entries, done))
            done.result()
        elif entries:
            self._together([(entries, done)])
            done.result()

    def close(self) -> None:
        """Write what waits, and end."""
        self._begun -= 1
        if self._thread is not None and self._begun == 0:
            thread, self._thread = self._thread, None
            self._waiting.put(None)
            thread.join()

    def _write(self) -> None:
        ends = False
        while not ends and (one := self._waiting.get()) is not None:
            batch = [one]
            # Fewer and larger transactions; and another process has its turn meanwhile.
            sleep(GATHER_S)
            while not self._waiting.empty():
                more = self._waiting.get()
                if more is None:
                    ends = True
                    break
                batch.append(more)
            self._together(batch)
        # Who came in while it was ending is not left waiting.
        while not self._waiting.empty():
            late = self._waiting.get()
            if late is not None:
                self._together([late])

    def _together(self, batch: Sequence[tuple[Sequence[Entry], Future[None]]]) -> None:
        try:
            with self._database.writing() as session:
                append(session, *(entry for entries, _ in batch for entry in entries), only_read=True)
        except Exception as error:
            for _, done in batch:
                done.set_exception(error)
        else:
            for _, done in batch:
                done.set_result(None)


def first(session: Session) -> None:
    """Begin the trail of a new database."""
    session.add(Setting(name=HEAD, value=f"0 {FIRST} 0"))


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that does not follow from the one before."""

    number: int
    found: str
    expected: str


def broken(session: Session) -> Iterator[Broken]:
    """Go through the whole trail; nothing comes out when it is whole, up to its head."""
    before, number = FIRST, 0
    for row in session.execute(select(Audit).order_by(Audit.number)).scalars():
        number += 1
        said = {
            name: getattr(row, name) for name in ("number", "at", "subject", "role", "territory", "action", "about")
        }
        expected = _hash(before, said)
        if row.number != number or row.hash != expected:
            yield Broken(row.number, row.hash, expected)
        before, number = row.hash, row.number
    head = session.execute(select(Setting).where(Setting.name == HEAD)).scalar_one()
    if _read(head.value)[:2] != (number, before):
        yield Broken(number + 1, head.value, f"{number} {before}")


def _read(head: str) -> tuple[int, str, int]:
    """Number and hash of the last row, number of the last one that tells a change."""
    number, hash_, changed = head.split(" ")
    return int(number), hash_, int(changed)


def _hash(before: str, row: dict[str, object]) -> str:
    parts = (str(row[name]) if row[name] is not None else "" for name in sorted(row))
    return hashlib.sha256("\x1f".join((before, *parts)).encode()).hexdigest()
