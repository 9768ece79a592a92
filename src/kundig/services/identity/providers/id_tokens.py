"""What is believed of a provider's answer: a token that it signed, for us, now, and for the browser that asked."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from kundig.services.identity.providers.issuers import Issuers, Metadata
from kundig.services.identity.providers.refusals import ProviderRefusal

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that only the holder of the private key can make. What the provider proposes is not asked."""
LONGEST = 20_000
"""Characters of a token."""
LEEWAY = 60
"""Seconds by which clocks may differ."""
LONGEST_SUBJECT = 255
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)

_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
FRESH = 300
"""Seconds after which a logout token says nothing any more; clocks come on top."""

Claims = Mapping[str, Any]


async def id_claims(issuers: Issuers, metadata: Metadata, token: str, *, client_id: str, nonce: str) -> Claims:
    """What a provider says of who signed in; raises ProviderRefusal unless all of it fits."""
    claims = await signed_claims(issuers, metadata, token, types=(None, "jwt"))
    _check(claims, client_id, iss=metadata.issuer, nonce=nonce)
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if "azp" in claims or len(audiences) > 1:
        _same(claims.get("azp"), client_id, "azp")
    if not _is_id(claims["sub"]):
        raise ProviderRefusal("sub")
    return claims


async def logout_claims(issuers: Issuers, metadata: Metadata, token: str, *, client_id: str) -> Claims:
    """Whom a provider has signed out (OpenID Connect Back-Channel Logout 1.0); raises ProviderRefusal unless all of it fits.

    The specification only recommends a type, so none is taken: the event, and no nonce, tell it from an ID token. Any other type
    says that it is something else.
    """
    claims = await signed_claims(issuers, metadata, token, types=(None, "logout+jwt"))
    _check(claims, client_id, needed=("exp", "iat", "jti", "events"), iss=metadata.issuer)
    if "nonce" in claims:  # an ID token, which somebody has got hold of
        raise ProviderRefusal("nonce")
    if not isinstance(claims["events"], dict) or not isinstance(claims["events"].get(_LOGOUT), dict):
        raise ProviderRefusal("events")
    if not isinstance(claims["iat"], int | float) or claims["iat"] < time.time() - FRESH - LEEWAY:
        raise ProviderRefusal("iat")
    named = [claims[name] for name in ("sub", "sid") if name in claims]
    if not named or not all(map(_is_id, (*named, claims["jti"]))):
        raise ProviderRefusal("sub")
    return claims


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_SUBJECT


def _check(claims: Claims, client_id: str, *, needed: tuple[str, ...] = ("sub", "exp", "iat"), **expected: str) -> None:
    options: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in expected.items()}
    options |= {"aud": {"essential": True, "value": client_id}} | {name: {"essential": True} for name in needed}
    try:
        jwt.JWTClaimsRegistry(leeway=LEEWAY, **options).validate(dict(claims))
    except JoseError as error:
        raise ProviderRefusal("claims", detail=str(error)) from error


def _same(found: Any, expected: str, reason: str) -> None:
    if found != expected:
        raise ProviderRefusal(reason)


async def signed_claims(issuers: Issuers, metadata: Metadata, token: str, *, types: tuple[str | None, ...]) -> Claims:
    """The claims of a token that the provider has signed; raises ProviderRefusal.

    The key is the provider's own of that name: addresses and keys that the token brings along are not looked at.
    """
    if len(token) > LONGEST:
        raise ProviderRefusal("length")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise ProviderRefusal("token") from error
    kid, algorithm, type_ = header.get("kid"), header.get("alg"), header.get("typ")
    if algorithm not in ALGORITHMS:
        raise ProviderRefusal("algorithm")
    if isinstance(type_, str):  # RFC 7515, 4.1.9: a media type, whose beginning may be left out
        type_ = type_.lower().removeprefix("application/")
    if type_ not in types or not isinstance(kid, str | None):
        raise ProviderRefusal("token")
    key = await issuers.key(metadata, kid)
    try:
        if key.alg not in (None, algorithm):
            raise ProviderRefusal("algorithm")
        return jwt.decode(token, key, registry=_REGISTRY).claims
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderRefusal("signature") from error
