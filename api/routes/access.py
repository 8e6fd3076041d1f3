"""Keys, grants, webhooks, the trail, one's own data."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import select

from api.access import Administering, Reading, Writing, actor, service_of
from api.office import privacy, webhooks
from api.problems import Problem
from api.store.schema import Audit, Grant, Key, Territory, Webhook
from api.views import (
    AuditShown,
    AuditsShown,
    GrantShown,
    KeyShown,
    MeShown,
    NewGrant,
    NewKey,
    NewWebhook,
    WebhookShown,
)
from api.who import grant, new_key
from scheduler.findings import Finding
from scheduler.words import Said

router = APIRouter(prefix="/v1", tags=["access"])
territory_router = APIRouter(prefix="/v1/territories/{territory}", tags=["access"])


@router.get("/me")
def me(request: Request) -> MeShown:
    """Who one is here, and what one may do."""
    service = service_of(request)
    with service.database.reading() as session:
        who = actor(request, session, service.clock())
        grants = [
            {"role": one.role, "territory": one.territory, "person": one.person, "sites": sorted(one.sites)}
            for one in who.grants
        ]
        return MeShown(subject=who.subject, grants=grants)


@router.post("/keys", status_code=201)
def create_key(desk: Administering, asked: NewKey) -> KeyShown:
    """A key; its text is shown this once. What it may do is granted to its id."""
    key, text = new_key(desk.session, asked.name, desk.at, asked.expires)
    desk.session.flush()
    desk.tell("key.create", key.id)
    return KeyShown.model_validate(key, from_attributes=True).model_copy(update={"key": text})


@router.get("/keys")
def list_keys(desk: Administering) -> list[KeyShown]:
    """All keys, without their text."""
    rows = desk.session.execute(select(Key).order_by(Key.created)).scalars()
    return [_key(row) for row in rows]


@router.delete("/keys/{key}", status_code=204)
def revoke_key(desk: Administering, key: str) -> None:
    """It opens nothing any more."""
    row = desk.session.get(Key, key)
    if row is None:
        raise Problem("not_found")
    row.revoked = row.revoked or desk.at.isoformat()
    desk.tell("key.revoke", key)


def _key(row: Key) -> KeyShown:
    return KeyShown(id=row.id, name=row.name, prefix=row.prefix, expires=row.expires, revoked=row.revoked)


@router.post("/grants", status_code=201)
def create_grant(desk: Administering, asked: NewGrant) -> GrantShown:
    """Grant a role to who signs in, or to a key."""
    findings = []
    if asked.role != "administrator" and (
        asked.territory is None or desk.session.get(Territory, asked.territory) is None
    ):
        said = Said("a territory was expected", "un territoire était attendu")
        findings.append(Finding(said, "body", column="territory", found=asked.territory))
    if asked.role == "practitioner" and asked.person is None:
        said = Said("a practitioner's person was expected", "la personne du praticien était attendue")
        findings.append(Finding(said, "body", column="person"))
    if asked.role == "establishment" and not asked.sites:
        said = Said("an establishment's sites were expected", "les sites de l'établissement étaient attendus")
        findings.append(Finding(said, "body", column="sites"))
    if findings:
        raise Problem("invalid", findings=findings)
    territory = None if asked.role == "administrator" else asked.territory
    row = grant(desk.session, asked.subject, asked.role, desk.at, territory, asked.person, tuple(asked.sites))
    desk.session.flush()
    desk.tell("grant.create", f"{row.id} {asked.subject} {asked.role} {territory or ''}".strip())
    return GrantShown.model_validate(row)


@router.get("/grants")
def list_grants(desk: Administering) -> list[GrantShown]:
    """All grants."""
    rows = desk.session.execute(select(Grant).order_by(Grant.created, Grant.id)).scalars()
    return [GrantShown.model_validate(row) for row in rows]


@router.delete("/grants/{grant}", status_code=204)
def revoke_grant(desk: Administering, grant: str) -> None:
    """The role is theirs no more."""
    row = desk.session.get(Grant, grant)
    if row is None:
        raise Problem("not_found")
    desk.session.delete(row)
    desk.tell("grant.revoke", grant)


@territory_router.post("/webhooks", status_code=201)
def create_webhook(desk: Writing, request: Request, asked: NewWebhook) -> WebhookShown:
    """An address that is told of every change, signed; the secret is shown this once."""
    row = webhooks.create(desk, asked.url, private=service_of(request).settings.private_webhooks)
    return WebhookShown.model_validate(row)


@territory_router.get("/webhooks")
def list_webhooks(desk: Reading) -> list[WebhookShown]:
    """All addresses of a territory."""
    asked = select(Webhook).where(Webhook.territory == desk.who.territory).order_by(Webhook.created)
    rows = desk.session.execute(asked).scalars()
    return [WebhookShown(id=row.id, url=row.url, failures=row.failures) for row in rows]


@territory_router.delete("/webhooks/{webhook}", status_code=204)
def delete_webhook(desk: Writing, webhook: str) -> None:
    """It is told nothing any more."""
    desk.session.delete(desk.get(Webhook, webhook))
    desk.tell("webhook.delete", webhook)


@territory_router.get("/audit")
def list_audit(
    desk: Reading,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> AuditsShown:
    """The trail of a territory, in order, after a cursor."""
    asked = select(Audit).where(Audit.territory == desk.who.territory, Audit.number > after)
    rows = desk.session.execute(asked.order_by(Audit.number).limit(limit)).scalars().all()
    return AuditsShown(
        entries=[
            AuditShown(
                number=row.number,
                at=row.at,
                subject=row.subject,
                role=row.role,
                action=row.action,
                about=row.about,
                hash=row.hash,
            )
            for row in rows
        ],
        cursor=rows[-1].number if rows else after,
    )


@territory_router.get("/me/data")
def my_data(desk: Reading) -> dict[str, object]:
    """Everything that is kept about oneself."""
    if desk.who.person is None:
        raise Problem("not_found")
    return privacy.export(desk, desk.who.person)


@territory_router.delete("/people/{person}", status_code=204)
def erase_person(desk: Writing, person: str) -> None:
    """Forget who somebody was: names, phone, what they said; counts and rotas keep a word in their place."""
    privacy.erase(desk, person)
