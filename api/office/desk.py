"""The desk at which a function of the office works: the transaction, the instant, who acts; and what every function does there."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.problems import Problem
from api.store import audit
from api.store.schema import Answered, Base, Change
from api.who import Acting
from scheduler.findings import Finding
from scheduler.words import Said

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Desk:
    """One transaction, at one instant, for somebody in a role."""

    session: Session
    at: datetime
    who: Acting
    read: list[audit.Entry] | None = None
    """Of a desk that only reads: the entries to keep before anything is given out."""

    def tell(self, action: str, about: str) -> None:
        """An entry in the trail: of a change in its transaction, of a reading before it is given out."""
        who = self.who
        entry = audit.Entry(self.at, who.subject, who.role, who.territory or None, action, about)
        if self.read is None:
            audit.append(self.session, entry)
        else:
            self.read.append(entry)

    def changed(self, roster: str, what: str, version: int, duties: Sequence[tuple[str, str, str]] = ()) -> None:
        """A change of a roster, for cursors and webhooks: (duty, who left, who came)."""
        self.session.add(
            Change(
                territory=self.who.territory,
                roster=roster,
                what=what,
                version=version,
                duties=[list(one) for one in duties],
                at=self.at.isoformat(),
            )
        )

    def get(self, kind: type[Row], id_: str, *, lock: bool = False) -> Row:
        """A row of this territory; with ``lock`` nobody else changes it until the transaction ends.

        Raises:
            Problem: there is none here, be there one elsewhere or not.
        """
        asked = select(kind).where(kind.id == id_)  # type: ignore[attr-defined]
        row = self.session.execute(asked.with_for_update() if lock else asked).scalar_one_or_none()
        if row is None or row.territory != self.who.territory:  # type: ignore[attr-defined]
            raise Problem("not_found")
        return row


def seen(row: Any, if_match: str | None) -> None:
    """That somebody changes what they saw.

    Raises:
        Problem: they do not say which version they saw, or it is another one by now.
    """
    if if_match is None:
        raise Problem("precondition_required")
    if if_match.strip() not in (tag(row), "*"):
        raise Problem("stale", headers={"etag": tag(row)})


def tag(row: Any) -> str:
    """The entity tag of a row's version."""
    return f'"{row.version}"'


def once(desk: Desk, key: str | None, asked: Any) -> dict[str, Any] | None:
    """The answer already given to this request under this key.

    Raises:
        Problem: the key was used for another request.
    """
    if key is None:
        return None
    row = desk.session.get(Answered, (desk.who.subject, key))
    if row is None:
        return None
    if row.request != _digest(asked):
        said = Said("another request was sent with this key", "une autre requête a été envoyée avec cette clé")
        raise Problem("invalid", findings=[Finding(said, "header", column="Idempotency-Key", found=key)])
    return row.answer


def keep(desk: Desk, key: str | None, asked: Any, answer: dict[str, Any]) -> dict[str, Any]:
    """Keep an answer under a key, and give it."""
    if key is not None:
        row = Answered(subject=desk.who.subject, key=key, request=_digest(asked), answer=answer, at=desk.at.isoformat())
        desk.session.add(row)
    return answer


def _digest(asked: Any) -> str:
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
