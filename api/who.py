"""Who asks: an API key or a session, and the roles that were granted to it."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.store.database import kept
from api.store.schema import Grant, Key

Role = Literal["administrator", "coordinator", "establishment", "practitioner", "reader", "analyst"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Administrator of the installation; coordinator of a territory; manager of an establishment (own sites); practitioner (oneself);
reader of who is on call; analyst (figures with pseudonyms)."""
PREFIX = 12
"""Characters of a key that may be shown: enough to tell keys apart."""


@dataclass(frozen=True, slots=True)
class Granted:
    """One role in one territory (none: all)."""

    role: Role
    territory: str | None
    person: str | None
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and everything that was granted to them."""

    subject: str
    grants: tuple[Granted, ...]

    def roles_in(self, territory: str) -> tuple[Granted, ...]:
        """What was granted in a territory; an administrator's grant is not of any."""
        return tuple(grant for grant in self.grants if grant.territory == territory)

    @property
    def administers(self) -> bool:
        """Whether the installation is theirs."""
        return any(grant.role == "administrator" for grant in self.grants)


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody acting in a role in a territory: what functions of the office are told, and the trail."""

    subject: str
    role: Role
    territory: str
    person: str | None = None
    sites: frozenset[str] | None = None
    """Of an establishment's manager; None: all."""


def new_key(session: Session, name: str, at: datetime, expires: datetime | None = None) -> tuple[Key, str]:
    """A key, and its text, which is shown this once."""
    text = f"pmk_{secrets.token_urlsafe(32)}"
    key = Key(
        id=new_id("key"),
        name=name,
        prefix=text[:PREFIX],
        hash=hash_of(text),
        expires=expires.isoformat() if expires else None,
        created=at.isoformat(),
    )
    session.add(key)
    return key, text


def grant(
    session: Session,
    subject: str,
    role: Role,
    at: datetime,
    territory: str | None = None,
    person: str | None = None,
    sites: tuple[str, ...] = (),
) -> Grant:
    """Grant a role."""
    row = Grant(
        id=new_id("grant"),
        subject=subject,
        role=role,
        territory=territory,
        person=person,
        sites=list(sites),
        created=at.isoformat(),
    )
    session.add(row)
    return row


def actor_of_key(session: Session, text: str, at: datetime) -> Actor | None:
    """Who holds a key; None when it is unknown, revoked or expired."""
    hash_ = hash_of(text)
    found = kept(session, ("key", hash_), lambda: _key(session, text, hash_))
    if found is None or (found[1] is not None and found[1] <= at.isoformat()):
        return None
    return actor_of(session, found[0])


def _key(session: Session, text: str, hash_: str) -> tuple[str, str | None] | None:
    """Id and end of a key that was not revoked."""
    key = session.execute(select(Key).where(Key.prefix == text[:PREFIX])).scalar_one_or_none()
    known = key is not None and hmac.compare_digest(key.hash, hash_) and key.revoked is None
    return (key.id, key.expires) if key is not None and known else None


def actor_of(session: Session, subject: str) -> Actor:
    """Somebody, by the name under which they sign in."""
    return kept(session, ("actor", subject), lambda: _actor(session, subject))


def _actor(session: Session, subject: str) -> Actor:
    rows = session.execute(select(Grant).where(Grant.subject == subject).order_by(Grant.id)).scalars()
    grants = tuple(Granted(_role(row.role), row.territory, row.person, frozenset(row.sites)) for row in rows)
    return Actor(subject, grants)


def _role(text: str) -> Role:
    return next(role for role in ROLES if role == text)


def hash_of(secret: str) -> str:
    """What is kept of a secret. It has 256 bits of chance: a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_id(kind: str) -> str:
    """An id that nobody guesses, and that says what it is of."""
    return f"{kind}_{secrets.token_hex(10)}"
