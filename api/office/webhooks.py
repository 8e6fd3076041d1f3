"""Webhooks (standard-webhooks): each change of a territory's rosters is told once and in order to each address, signed.

Private addresses are refused, and looked at again after the name is resolved, so that a name cannot lead inside.
"""

import ipaddress
import json
import secrets
import socket
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpcore2 as httpcore
import httpx2 as httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook as Signer

from api.office.desk import Desk
from api.problems import Problem
from api.store.database import Database
from api.store.schema import Change, Webhook
from api.who import new_id
from scheduler.findings import Finding
from scheduler.words import Said

TIMEOUT_S = 5.0
FAILURES_MOST = 20
"""Failures in a row after which an address is left alone until it is made anew."""
AT_ONCE = 100


def create(desk: Desk, url: str, *, private: bool = False) -> Webhook:
    """An address that is told of what changes from now on.

    Raises:
        Problem: it is on a private network, or its name is not known.
    """
    try:
        resolved(urlsplit(url).hostname or "", private=private)
    except (OSError, ValueError) as error:
        said = Said(f"a public address was expected ({error})", f"une adresse publique était attendue ({error})")
        raise Problem("invalid", findings=[Finding(said, "url", found=url)]) from None
    last = desk.session.execute(select(func.max(Change.number)).where(Change.territory == desk.who.territory))
    row = Webhook(
        id=new_id("webhook"),
        territory=desk.who.territory,
        url=url,
        secret=f"whsec_{b64encode(secrets.token_bytes(24)).decode()}",
        delivered=last.scalar_one() or 0,
        created=desk.at.isoformat(),
    )
    desk.session.add(row)
    desk.session.flush()
    desk.tell("webhook.create", row.id)
    return row


def resolved(host: str, *, private: bool) -> str:
    """An address of a host.

    Raises:
        OSError: it has none, or one that is not public.
    """
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except UnicodeError as error:
        raise OSError(f"{host}: no name") from error
    inside = [address for address in found if not ipaddress.ip_address(address.split("%")[0]).is_global]
    if inside and not private:
        raise OSError(f"{host}: {inside[0]}")
    return sorted(found)[0]


class _Checked(httpcore.NetworkBackend):
    """Connects to the address that was looked at, not to whatever the name leads to a moment later."""

    def __init__(self, *, private: bool) -> None:
        self._private, self._inner = private, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            address = resolved(host, private=self._private)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)


def client(*, private: bool = False) -> httpx.Client:
    """A client that reaches public addresses only, and follows nobody elsewhere."""
    transport = httpx.HTTPTransport(retries=0)
    transport._pool = httpcore.ConnectionPool(network_backend=_Checked(private=private))  # noqa: SLF001
    return httpx.Client(transport=transport, timeout=TIMEOUT_S, follow_redirects=False)


def deliver(database: Database, http: httpx.Client, at: datetime) -> int:
    """Tell every address what it has not been told yet; how many were told. An address that fails is tried again later."""
    told = 0
    with database.reading() as session:
        rows = session.execute(select(Webhook).where(Webhook.failures < FAILURES_MOST)).scalars().all()
        waiting = {row.id: _waiting(session, row) for row in rows}
    for row in rows:
        for change in waiting[row.id]:
            fine = _post(http, row, change, at)
            with database.writing() as session:
                kept = session.get(Webhook, row.id, with_for_update=True)
                if kept is None:
                    break
                kept.failures = 0 if fine else kept.failures + 1
                kept.delivered = change.number if fine else kept.delivered
            if not fine:
                break
            told += 1
    return told


def _waiting(session: Session, row: Webhook) -> list[Change]:
    asked = select(Change).where(Change.territory == row.territory, Change.number > row.delivered)
    return list(session.execute(asked.order_by(Change.number).limit(AT_ONCE)).scalars())


def _post(http: httpx.Client, row: Webhook, change: Change, at: datetime) -> bool:
    """No name and no duty's holder goes out: whoever is told comes and reads, with their own rights."""
    body = json.dumps(
        {
            "type": f"roster.{change.what}",
            "timestamp": change.at,
            "data": {
                "territory": change.territory,
                "roster": change.roster,
                "version": change.version,
                "cursor": change.number,
            },
        }
    )
    name = f"{row.id}_{change.number}"
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(row.secret).sign(name, at, body),
    }
    try:
        answer = http.post(row.url, content=body, headers=headers)
    except httpx.HTTPError:
        return False
    return answer.is_success
