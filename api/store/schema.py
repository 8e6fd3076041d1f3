"""The tables of the service. Instants are UTC, written as ISO 8601; what a scenario or a rota is, is kept as JSON.

A row that several people may change at once has a ``version``: who changes it says which one they saw.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables of the service. A version goes up with every change, and a change of what another one changed meanwhile fails."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON, str: Text, datetime: Text}  # noqa: RUF012


class Territory(Base):
    """One territory: who shares lines; everything else belongs to one."""

    __tablename__ = "territories"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    scenario: Mapped[str | None]
    """The scenario in force, by its id."""
    created: Mapped[str]
    version: Mapped[int] = mapped_column(nullable=False)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ScenarioRow(Base):
    """A scenario as it was read; never changed."""

    __tablename__ = "scenarios"
    id: Mapped[str] = mapped_column(primary_key=True)
    territory: Mapped[str] = mapped_column(ForeignKey("territories.id"), index=True)
    name: Mapped[str]
    sha256: Mapped[str]
    sheets: Mapped[dict[str, Any]]
    """Head and tables, as text."""
    created: Mapped[str]


class Contact(Base):
    """How the call centre reaches somebody on call."""

    __tablename__ = "contacts"
    territory: Mapped[str] = mapped_column(ForeignKey("territories.id"), primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    phone: Mapped[str]


class Campaign(Base):
    """Who may say what until when, for the roster to come."""

    __tablename__ = "campaigns"
    id: Mapped[str] = mapped_column(primary_key=True)
    territory: Mapped[str] = mapped_column(ForeignKey("territories.id"), index=True)
    scenario: Mapped[str] = mapped_column(ForeignKey("scenarios.id"))
    closes: Mapped[str]
    """From this instant on nothing more comes in."""
    state: Mapped[str]
    """open or closed."""
    result: Mapped[str | None]
    """The scenario with everything that came in, once it is closed."""
    created: Mapped[str]
    version: Mapped[int] = mapped_column(nullable=False)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Submission(Base):
    """What one person said in a campaign: rows of the tables absences, wishes, offers, consents."""

    __tablename__ = "submissions"
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    person: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[dict[str, Any]]
    received: Mapped[str]
    version: Mapped[int] = mapped_column(nullable=False)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Job(Base):
    """One solve: what is asked, how far it is, the best rota so far."""

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(primary_key=True)
    territory: Mapped[str] = mapped_column(ForeignKey("territories.id"), index=True)
    kind: Mapped[str]
    """solve or replan."""
    sweep: Mapped[str | None] = mapped_column(index=True)
    """The sweep of which it is one variant."""
    asked: Mapped[dict[str, Any]]
    """Scenario, limits, the rota to begin from, absences."""
    state: Mapped[str]
    """waiting, running, found, impossible, out_of_time, failed or cancelled."""
    cancel: Mapped[bool] = mapped_column(default=False)
    used: Mapped[float] = mapped_column(default=0.0)
    """Seconds of search so far, over all attempts."""
    attempts: Mapped[int] = mapped_column(default=0)
    best: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The best rota so far, and each tier's value and bound."""
    roster: Mapped[str | None]
    """The draft that it became."""
    said: Mapped[str | None]
    """Why it failed."""
    created: Mapped[str]
    ended: Mapped[str | None]


class Step(Base):
    """One line of a job's progress."""

    __tablename__ = "job_steps"
    job: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    seconds: Mapped[float]
    tier: Mapped[str]
    value: Mapped[int]
    bound: Mapped[int | None]


class RosterRow(Base):
    """A roster in its life: what is at hand; its versions stand apart."""

    __tablename__ = "rosters"
    id: Mapped[str] = mapped_column(primary_key=True)
    territory: Mapped[str] = mapped_column(ForeignKey("territories.id"), index=True)
    scenario: Mapped[str] = mapped_column(ForeignKey("scenarios.id"))
    state: Mapped[str]
    held: Mapped[dict[str, Any]]
    """Assignments and sites."""
    accepted: Mapped[list[Any]]
    reopened: Mapped[list[Any]]
    proof: Mapped[dict[str, Any]]
    """Bounds by tier, seed, how it was made."""
    created: Mapped[str]
    version: Mapped[int] = mapped_column(nullable=False)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Published(Base):
    """One numbered version of a roster; never changed."""

    __tablename__ = "roster_versions"
    roster: Mapped[str] = mapped_column(ForeignKey("rosters.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    on: Mapped[str]
    """The day."""
    held: Mapped[dict[str, Any]]
    why: Mapped[str]
    """publish, exchange, replan or edit."""
    by: Mapped[str]


class ExchangeRow(Base):
    """A duty offered to somebody, or to whoever can; for another one, or for nothing."""

    __tablename__ = "exchanges"
    id: Mapped[str] = mapped_column(primary_key=True)
    roster: Mapped[str] = mapped_column(ForeignKey("rosters.id"), index=True)
    duty: Mapped[str]
    giver: Mapped[str]
    taker: Mapped[str | None]
    back: Mapped[str | None]
    state: Mapped[str]
    """offered, accepted, refused or withdrawn."""
    created: Mapped[str]
    version: Mapped[int] = mapped_column(nullable=False)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Feed(Base):
    """A secret, revocable calendar address."""

    __tablename__ = "feeds"
    id: Mapped[str] = mapped_column(primary_key=True)
    territory: Mapped[str] = mapped_column(ForeignKey("territories.id"), index=True)
    kind: Mapped[str]
    """person, site, line or board."""
    subject: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created: Mapped[str]
    revoked: Mapped[str | None]


class Webhook(Base):
    """An address that is told of changes, signed."""

    __tablename__ = "webhooks"
    id: Mapped[str] = mapped_column(primary_key=True)
    territory: Mapped[str] = mapped_column(ForeignKey("territories.id"), index=True)
    url: Mapped[str]
    secret: Mapped[str]
    """Kept, for it signs."""
    delivered: Mapped[int] = mapped_column(default=0)
    """Number of the last change that was delivered."""
    failures: Mapped[int] = mapped_column(default=0)
    created: Mapped[str]


class Change(Base):
    """What happened to rosters, in order: what cursors and webhooks read."""

    __tablename__ = "changes"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    territory: Mapped[str] = mapped_column(ForeignKey("territories.id"), index=True)
    roster: Mapped[str]
    what: Mapped[str]
    version: Mapped[int]
    duties: Mapped[list[Any]]
    """Those that moved, [duty, left, came]."""
    at: Mapped[str]


class Grant(Base):
    """What a role lets somebody do, in which territory: for establishments at which sites, for practitioners who they are."""

    __tablename__ = "grants"
    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(index=True)
    """Who signs in: the claim of the provider (RPPS for Pro Santé Connect), or a key's id."""
    role: Mapped[str]
    territory: Mapped[str | None] = mapped_column(ForeignKey("territories.id"), index=True)
    """Empty for an administrator."""
    person: Mapped[str | None]
    sites: Mapped[list[Any]]
    created: Mapped[str]
    __table_args__ = (UniqueConstraint("subject", "role", "territory"),)


class Key(Base):
    """An API key: only its hash is kept."""

    __tablename__ = "keys"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    hash: Mapped[str]
    expires: Mapped[str | None]
    revoked: Mapped[str | None]
    created: Mapped[str]


class Answered(Base):
    """An answer already given to a request with an idempotency key."""

    __tablename__ = "answered"
    subject: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[str]
    """Hash of what was asked."""
    answer: Mapped[dict[str, Any]]
    at: Mapped[str]


class Audit(Base):
    """The trail: every change, every reading of personal data; each row's hash is of the row and of the hash before."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    subject: Mapped[str]
    role: Mapped[str]
    territory: Mapped[str | None]
    action: Mapped[str]
    about: Mapped[str]
    hash: Mapped[str]
    __table_args__ = (Index("ix_audit_territory_number", "territory", "number"),)


class Setting(Base):
    """One word of the whole installation: the head of the trail, the secret of sessions."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
