"""What goes in and out over HTTP: shapes of their own, apart from the domain's and the store's."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.who import Role

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Instant = Annotated[datetime, Field(description="ISO 8601 with its offset")]


class Given(BaseModel):
    """What comes in: nothing that is not known."""

    model_config = ConfigDict(extra="forbid", str_max_length=2_000)


class Shown(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class NewTerritory(Given):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    name: Name


class TerritoryShown(Shown):
    id: str
    name: str
    scenario: str | None


class FindingShown(Shown):
    severity: Literal["error", "warning"]
    where: str
    row: int | None
    column: str | None
    found: str | None
    maybe: str | None
    expected: dict[str, str]


class ScenarioShown(Shown):
    id: str
    name: str
    sha256: str
    people: int
    lines: int
    duties: int
    warnings: list[FindingShown]


class Contacts(Given):
    phones: Annotated[
        dict[Id, Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ().-]{3,30}$")]], Field(max_length=5_000)
    ]


class NewCampaign(Given):
    closes: Instant


class CampaignShown(Shown):
    id: str
    scenario: str
    state: str
    closes: str
    result: str | None
    answered: list[str]
    waiting: list[str]


Cells = dict[str, str | int | float | bool | list[str] | None]


class Availability(Given):
    """Rows of the tables absences, wishes, offers and consents, with cells as in a file; the person goes without saying."""

    absences: Annotated[list[Cells], Field(max_length=400)] = []
    wishes: Annotated[list[Cells], Field(max_length=400)] = []
    offers: Annotated[list[Cells], Field(max_length=1)] = []
    consents: Annotated[list[Cells], Field(max_length=100)] = []


class AvailabilityShown(Shown):
    campaign: str
    person: str
    received: str
    tables: dict[str, Any]


class NewSolve(Given):
    scenario: Annotated[Id | None, Field(description="empty = the one in force")] = None
    start: Annotated[Id | None, Field(description="a roster to begin from")] = None
    time_limit: Annotated[float, Field(ge=1, le=86_400, description="seconds of search")] = 60.0
    workers: Annotated[int, Field(ge=1, le=8)] = 1
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    gap: Annotated[float, Field(ge=0, le=100, description="per cent")] = 0.0


class NewSweep(Given):
    scenario: Annotated[Id | None, Field(description="empty = the one in force")] = None
    vary: Annotated[
        list[Annotated[str, StringConstraints(max_length=500)]],
        Field(min_length=1, max_length=6, description="as rules.NAME.PARAMETER=1,2 or TABLE.csv:KEY.COLUMN=1,2"),
    ]
    time_limit: Annotated[float, Field(ge=1, le=3_600, description="seconds of search for each")] = 30.0
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class VariantShown(Shown):
    name: str
    job: str
    state: str
    tiers: "list[TierShown]"


class SweepShown(Shown):
    id: str
    variants: list[VariantShown]


class Told(Shown):
    people: list[str]


class Away(Given):
    person: Id
    first_day: date
    last_day: date


class NewReplan(Given):
    absences: Annotated[list[Away], Field(min_length=1, max_length=200)]
    tonight: Annotated[
        bool, Field(description="today's duties may move too; else the freeze of the day before holds")
    ] = False
    time_limit: Annotated[float, Field(ge=1, le=600)] = 10.0


class TierShown(Shown):
    name: str
    value: int
    bound: int | None
    proven: bool


class JobShown(Shown):
    id: str
    kind: str
    state: str
    created: str
    ended: str | None
    used: float
    time_limit: float
    roster: str | None
    said: str | None
    tiers: list[TierShown]
    moves: list[list[str]]
    """Of a mending: duty, who left, who came."""


class StepShown(Shown):
    number: int
    seconds: float
    tier: str
    value: int
    bound: int | None


class RosterShown(Shown):
    id: str
    scenario: str
    state: str
    version: int
    created: str
    number: int | None
    waiting: int
    awaited: list[list[str]] | None
    """Who has not answered yet: [duty, person]; of one roster only."""
    reopened: list[str]
    proof: dict[str, Any]
    assignments: list[list[str]] | None


class VersionShown(Shown):
    number: int
    on: str
    why: str
    gone: list[list[str]]
    come: list[list[str]]


class DutyAnswer(Given):
    duty: Id
    person: Id
    accepts: bool


class DutyAnswers(Given):
    answers: Annotated[list[DutyAnswer], Field(min_length=1, max_length=10_000)]


class Edit(Given):
    drop: Annotated[list[tuple[Id, Id]], Field(max_length=2_000, description="[duty, person]")] = []
    put: Annotated[list[tuple[Id, Id]], Field(max_length=2_000, description="[duty, person]")] = []


class Apply(Given):
    job: Id


class Finish(Given):
    held: Annotated[
        list[tuple[Id, Id]] | None, Field(max_length=1_000_000, description="[duty, person]; empty = as published")
    ] = None


class AssignmentShown(Shown):
    roster: str
    duty: str
    line: str
    line_name: str
    site: str
    site_name: str
    modality: str
    start: datetime
    end: datetime
    person: str | None
    person_name: str | None


class OnCall(AssignmentShown):
    phone: str | None


class OnCallShown(Shown):
    at: datetime
    territory: str
    on_call: list[OnCall]


class Exchanged(Given):
    duty: Id
    giver: Id
    taker: Annotated[Id | None, Field(description="empty = whoever can")] = None
    back: Annotated[Id | None, Field(description="the duty that comes back; empty = none")] = None


class Accept(Given):
    taker: Id


class EffectShown(Shown):
    person: str
    beyond_before: int
    beyond_after: int
    cents: int
    rest_minutes: int | None
    nights: int
    weekends: int


class PreviewShown(Shown):
    allowed: bool
    refused: list[dict[str, str]]
    effects: list[EffectShown]


class ExchangeShown(Shown):
    id: str
    roster: str
    duty: str
    giver: str
    taker: str | None
    back: str | None
    state: str
    version: int


class ReplacementShown(Shown):
    person: str
    name: str
    free: bool
    stopped_by: list[dict[str, str]]
    beyond: int
    rest_minutes: int | None
    cents: int
    km: float | None
    locum: bool


class Paragraphs(Shown):
    lang: str
    said: list[str]


class StatementShown(Shown):
    person: str
    payer: str
    cents: int
    items: int


class ChangeShown(Shown):
    cursor: int
    roster: str
    what: str
    version: int
    at: str
    duties: list[list[str]]


class ChangesShown(Shown):
    changes: list[ChangeShown]
    cursor: int
    """To ask with next time."""


class NewFeed(Given):
    kind: Literal["person", "site", "line", "board"]
    subject: Annotated[str, StringConstraints(max_length=128)] = ""


class FeedShown(Shown):
    id: str
    kind: str
    subject: str
    address: str


class NewWebhook(Given):
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]{3,500}$")]


class WebhookShown(Shown):
    id: str
    url: str
    failures: int
    secret: Annotated[str | None, Field(description="shown once")] = None


class NewKey(Given):
    name: Name
    expires: Instant | None = None


class KeyShown(Shown):
    id: str
    name: str
    prefix: str
    expires: str | None
    revoked: str | None
    key: Annotated[str | None, Field(description="shown once")] = None


class NewGrant(Given):
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    role: Role
    territory: Id | None = None
    person: Id | None = None
    sites: Annotated[list[Id], Field(max_length=200)] = []


class GrantShown(Shown):
    id: str
    subject: str
    role: str
    territory: str | None
    person: str | None
    sites: list[str]


class AuditShown(Shown):
    number: int
    at: str
    subject: str
    role: str
    action: str
    about: str
    hash: str


class AuditsShown(Shown):
    entries: list[AuditShown]
    cursor: int


class MeShown(Shown):
    subject: str
    grants: list[dict[str, Any]]


class ComparedShown(Shown):
    names: list[str]
    tiers: list[dict[str, Any]]
