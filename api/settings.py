"""What an installation may be told, by the environment: ``PERMANENCE_…``. The default is one machine, one SQLite file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scheduler.findings import Finding, ScenarioError
from scheduler.words import Said

DESCRIPTION = ".well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider: Pro Santé Connect, or any ordinary one."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "sub"
    """Claim that names the person: ``SubjectNameID`` (the RPPS) for Pro Santé Connect."""
    acr: str = ""
    """Level of authentication to ask for, and to find: ``eidas1`` for Pro Santé Connect."""
    scope: str = "openid"
    description: str = DESCRIPTION
    """Where the issuer describes itself: ``.well-known/wallet-openid-configuration`` for Pro Santé Connect."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation."""

    database_url: str
    secure: bool = True
    """Cookies over https only; a machine at home over http says no."""
    memory_mb: int = 4_000
    """Most memory of one solve."""
    solves_at_once: int = 1
    executor: str = "one"
    """Name of this worker, the same after a restart."""
    retention_days: int = 365
    """How long answers to a closed campaign and the progress of solves are kept."""
    demo: bool = False
    """Whether anybody may sign in to the demo territory, in any role, with one click."""
    private_webhooks: bool = False
    """Whether webhooks may go to private addresses: tests only."""
    provider: Provider | None = None


def settings_of(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that an environment says.

    Raises:
        ScenarioError: a value cannot be understood; every one is listed.
    """
    findings: list[Finding] = []

    def number(name: str, default: int) -> int:
        text = environment.get(f"PERMANENCE_{name}", "")
        if text and not (text.isdigit() and int(text) > 0):
            said = Said("a whole number above zero was expected", "un nombre entier positif était attendu")
            findings.append(Finding(said, f"PERMANENCE_{name}", found=text))
            return default
        return int(text) if text else default

    def said(name: str, default: str = "") -> str:
        return environment.get(f"PERMANENCE_{name}", default)

    def yes(name: str, *, default: bool) -> bool:
        text = said(name).lower()
        if text not in ("", "yes", "no"):
            expected = Said("yes or no was expected", "yes ou no était attendu")
            findings.append(Finding(expected, f"PERMANENCE_{name}", found=text))
        return default if text not in ("yes", "no") else text == "yes"

    provider = None
    if said("OIDC_ISSUER"):
        provider = Provider(
            said("OIDC_ISSUER").rstrip("/"),
            said("OIDC_CLIENT_ID"),
            said("OIDC_CLIENT_SECRET"),
            said("OIDC_CLAIM", "sub"),
            said("OIDC_ACR"),
            said("OIDC_SCOPE", "openid"),
            said("OIDC_DESCRIPTION", DESCRIPTION),
        )
    settings = Settings(
        said("DATABASE_URL") or f"sqlite:///{Path('permanence.db').resolve()}",
        yes("SECURE", default=True),
        number("MEMORY_MB", 4_000),
        number("SOLVES_AT_ONCE", 1),
        said("EXECUTOR", "one"),
        number("RETENTION_DAYS", 365),
        yes("DEMO", default=False),
        yes("PRIVATE_WEBHOOKS", default=False),
        provider,
    )
    if findings:
        raise ScenarioError(findings)
    return settings
