"""Signing in with OpenID Connect: code flow with PKCE, state, nonce and the level of authentication; a cookie for the session."""

from typing import Annotated

from authlib.integrations.starlette_client import OAuth, OAuthError
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from api.access import begin_session, service_of
from api.pages.shell import Honest
from api.problems import Problem
from api.settings import Provider
from scheduler.words import Said

router = APIRouter(prefix="/signin", tags=["access"])
NAME = "provider"


def client_of(provider: Provider) -> OAuth:
    """The client of a provider: its endpoints come from its own description."""
    oauth = OAuth()
    oauth.register(
        NAME,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer}/{provider.description}",
        client_kwargs={"scope": provider.scope, "code_challenge_method": "S256"},
    )
    return oauth


def _provider(request: Request) -> Provider:
    provider = service_of(request).settings.provider
    if provider is None:
        raise Problem("not_found", Said("no provider is set", "aucun fournisseur d'identité n'est configuré"))
    return provider


@router.get("", include_in_schema=False)
async def signin(request: Request) -> RedirectResponse:
    """To the provider, and back."""
    provider = _provider(request)
    back = str(request.url_for("signed_in"))
    words = {"acr_values": provider.acr} if provider.acr else {}
    answer = await getattr(request.app.state.oauth, NAME).authorize_redirect(request, back, **words)
    assert isinstance(answer, RedirectResponse)
    return answer


@router.get("/back", include_in_schema=False)
async def signed_in(request: Request) -> RedirectResponse:
    """Back from the provider: who one is, by the claim that names people here."""
    provider = _provider(request)
    try:
        token = await getattr(request.app.state.oauth, NAME).authorize_access_token(request)
    except OAuthError as error:
        said = Said(
            f"the provider did not sign you in ({error.error})",
            f"le fournisseur ne vous a pas connecté ({error.error})",
        )
        raise Problem("not_signed_in", said) from None
    claims = token.get("userinfo") or {}
    subject = claims.get(provider.claim)
    if not isinstance(subject, str) or not subject:
        raise Problem("not_signed_in", Said(f"no claim {provider.claim}", f"aucun attribut {provider.claim}"))
    if provider.acr and claims.get("acr") not in provider.acr.split():
        said = Said("a stronger authentication was expected", "une authentification plus forte était attendue")
        raise Problem("not_signed_in", said)
    return RedirectResponse(begin_session(request, subject), 303)


@router.post("/out", include_in_schema=False)
async def signout(request: Request, _: Annotated[None, Honest]) -> RedirectResponse:
    """The session is over."""
    request.session.clear()
    return RedirectResponse("/", 303)
