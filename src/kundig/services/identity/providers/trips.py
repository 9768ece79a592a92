"""The way to a provider and back: what the browser that set out keeps, sealed, until it returns with the provider's answer."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from secrets import token_urlsafe
from typing import Literal
from uuid import UUID

import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from kundig.base.errors import KundigError
from kundig.base.secrets import Secrets
from kundig.engine.extension import SignInProvider
from kundig.services.identity.providers.issuers import Metadata
from kundig.services.identity.providers.refusals import ProviderRefusal, begin_again

LASTS = 600
"""Seconds that a person has to sign in at the provider."""
_SEALED = "sign-in trip"

Purpose = Literal["enter", "link", "prove"]


class Trip(msgspec.Struct, frozen=True):
    """A sign-in that has begun. `session` is that of whom it links or proves."""

    provider: str
    purpose: Purpose
    next: str
    session: UUID | None
    state: str
    nonce: str
    verifier: str
    ends_at: int


class Returned(msgspec.Struct, frozen=True):
    """What the browser brings back: the parameters of the provider's answer."""

    state: str = ""
    code: str = ""
    error: str = ""
    iss: str = ""


def begun(provider: str, *, next_: str, purpose: Purpose = "enter", session: UUID | None = None) -> Trip:
    """A new trip, with secrets of its own."""
    state, nonce, verifier = token_urlsafe(32), token_urlsafe(32), token_urlsafe(48)
    return Trip(provider, purpose, next_, session, state, nonce, verifier, int(time.time()) + LASTS)


def sealed(secrets: Secrets, trip: Trip) -> str:
    """The trip for a cookie: nobody can read, make or change it."""
    return base64.urlsafe_b64encode(secrets.encrypt(msgspec.json.encode(trip).decode(), _SEALED)).decode()


def opened(secrets: Secrets, text: str) -> Trip:
    """The trip of a cookie; raises ProviderRefusal."""
    try:
        trip = msgspec.json.decode(secrets.decrypt(base64.urlsafe_b64decode(text.encode()), _SEALED), type=Trip)
    except (KundigError, binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise begin_again() from error
    if trip.ends_at < time.time():
        raise begin_again()
    return trip


def address_of(trip: Trip, provider: SignInProvider, metadata: Metadata, redirect: str) -> str:
    """Where the browser is sent."""
    asked = {"prompt": "login", "max_age": "0"} if trip.purpose == "prove" else {}
    if provider.acr_values:
        asked["acr_values"] = " ".join(provider.acr_values)
    address: str = prepare_grant_uri(
        metadata.authorization_endpoint,
        client_id=provider.client_id,
        response_type="code",
        redirect_uri=redirect,
        scope=" ".join(dict.fromkeys(("openid", "profile", "email", *provider.scopes))),
        state=trip.state,
        nonce=trip.nonce,
        code_challenge=create_s256_code_challenge(trip.verifier),
        code_challenge_method="S256",
        **asked,
    )
    return address


def check_return(trip: Trip, provider: str, metadata: Metadata, returned: Returned) -> None:
    """Raises ProviderRefusal unless the answer is the one that this browser waits for, from the provider that was asked."""
    if trip.provider != provider or not hmac.compare_digest(trip.state.encode(), returned.state.encode()):
        raise begin_again()
    if (returned.iss or metadata.authorization_response_iss_parameter_supported) and returned.iss != metadata.issuer:
        raise ProviderRefusal("iss")
    if returned.error or not returned.code:
        raise ProviderRefusal("denied", detail=returned.error)
