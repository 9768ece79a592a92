"""What the code that came back is worth: tokens, and what else the provider tells of the person."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

import msgspec
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from kundig.engine.extension import SignInProvider
from kundig.services.identity.providers.id_tokens import Claims
from kundig.services.identity.providers.issuers import Issuers, Metadata
from kundig.services.identity.providers.refusals import ProviderRefusal

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_SIGNED_ONLY = frozenset({"auth_time", "acr", "amr", "sid", "nonce"})
"""What is said of the sign-in, not of the person, counts only in the token, which is signed."""


class Tokens(msgspec.Struct, frozen=True):
    """The provider's answer to a code."""

    id_token: str
    access_token: str = ""


async def exchanged(
    issuers: Issuers, metadata: Metadata, provider: SignInProvider, secret: str | None, *, code: str, verifier: str, redirect: str
) -> Tokens:
    """The tokens for a code; raises ProviderRefusal."""
    form = prepare_token_request("authorization_code", redirect_uri=redirect, code=code, code_verifier=verifier)
    address, headers, body = _authentication(metadata, provider, secret).prepare("POST", metadata.token_endpoint, dict(_FORM), form)
    answer = await issuers.ask("POST", address, headers, body.encode() if isinstance(body, str) else body)
    if answer.status != 200:
        raise ProviderRefusal("code", detail=_error(answer.body))
    try:
        return msgspec.json.decode(answer.body, type=Tokens)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderRefusal("code") from error


def _authentication(metadata: Metadata, provider: SignInProvider, secret: str | None) -> ClientAuth:
    """How we say who we are. In a header, both parts are encoded as in a form (RFC 6749, 2.3.1), which Authlib leaves to us."""
    if secret is None:
        return ClientAuth(provider.client_id, None, "none")
    parts = (provider.client_id, secret)
    if metadata.authentication == "client_secret_basic":
        parts = (quote_plus(provider.client_id), quote_plus(secret))
    return ClientAuth(*parts, metadata.authentication)


async def with_user_info(issuers: Issuers, metadata: Metadata, claims: Claims, access_token: str, wanted: set[str]) -> Claims:
    """The claims with those that the provider tells only when it is asked for them; what it has signed counts first."""
    if wanted <= claims.keys() or metadata.userinfo_endpoint is None or not access_token:
        return claims
    answer = await issuers.ask("GET", metadata.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})
    if answer.status != 200:
        return claims
    try:
        more = msgspec.json.decode(answer.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderRefusal("userinfo") from error
    if more.get("sub") != claims["sub"]:
        raise ProviderRefusal("userinfo")
    return {**{name: value for name, value in more.items() if name not in _SIGNED_ONLY}, **claims}


def _error(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=dict[str, Any]).get("error", ""))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
