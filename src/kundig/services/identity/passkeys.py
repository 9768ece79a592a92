"""Passkeys (WebAuthn): a key on a device or stick that its owner unlocks there. One opens Kundig by itself, without a password.

A passkey is asked to be found without a name being typed, and to have its owner unlock it: so it is two factors in one. What it is
to sign is good once, for minutes; the address of the page must be ours.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kundig.base.database import Connection
from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7
from kundig.services.identity.factors import Holder

_LIFETIME = timedelta(minutes=5)
_LARGEST = 20_000
"""Bytes of an answer; attestations are not asked for, so a real one has a few hundred."""
_ASK = "insert into kundig.challenge (hash, bound_to, ends_at) values (%(hash)s, %(bound_to)s, now() + %(lifetime)s)"
_TAKE = """
delete from kundig.challenge where hash = %(hash)s and bound_to is not distinct from %(bound_to)s and ends_at > now()
returning hash
"""
_KNOWN = "select credential from kundig.factor where identity = %(identity)s and kind = 'passkey' order by id"
_ADD = """
insert into kundig.factor (id, identity, kind, name, credential, public_key, counter)
values (%(id)s, %(identity)s, 'passkey', %(name)s, %(credential)s, %(public_key)s, %(counter)s)
on conflict (credential) do nothing
"""
_FIND = "select id, identity, public_key, counter from kundig.factor where credential = %(credential)s and kind = 'passkey'"
_USED = """
update kundig.factor set counter = %(counter)s, used_at = now()
where id = %(id)s and counter = %(before)s returning id
"""


@dataclass(frozen=True, slots=True)
class Site:
    """What passkeys are made for: the name of the host, and the address that pages are at."""

    host: str
    origin: str

    @classmethod
    def at(cls, origin: str) -> Site:
        """The site at an address."""
        parts = urlsplit(origin)
        return cls((parts.hostname or "").lower(), f"{parts.scheme}://{parts.netloc}")

    @property
    def possible(self) -> bool:
        """Whether browsers make passkeys for it: a name (no number), by https or on the machine itself."""
        try:
            ip_address(self.host)
        except ValueError:
            return self.origin.startswith("https://") or self.host == "localhost" or self.host.endswith(".localhost")
        return False


async def registration_options(connection: Connection, site: Site, holder: Holder, session: UUID) -> str:
    """What a browser is to make a passkey by, as JSON. The transaction must be in no workspace."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Kundig",
        user_id=holder.identity.bytes,
        user_name=holder.email,
        user_display_name=holder.name,
        challenge=await _asked(connection, session),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=await _known(connection, holder.identity),
    )
    return webauthn.options_to_json(options)


async def add_passkey(connection: Connection, site: Site, identity: UUID, session: UUID, name: str, answer: str) -> UUID:
    """Take a passkey into use that a browser has made; raises Invalid. The transaction must be in no workspace."""
    try:
        made = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=await _taken(connection, answer, session),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise not_accepted() from None
    id_ = uuid7()
    values = {"id": id_, "identity": identity, "name": name, "credential": made.credential_id}
    if not await connection.execute(_ADD, {**values, "public_key": made.credential_public_key, "counter": made.sign_count}):
        raise not_accepted()
    return id_


async def sign_options(connection: Connection, site: Site, identity: UUID | None, bound_to: UUID | None) -> str:
    """What a passkey is to sign, as JSON: one of a person's, or of whoever is there. The transaction must be in no workspace."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=await _asked(connection, bound_to),
        allow_credentials=None if identity is None else await _known(connection, identity),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


async def whose_passkey(connection: Connection, site: Site, bound_to: UUID | None, answer: str) -> UUID:
    """The identity whose passkey has signed; raises Invalid. The transaction must be in no workspace.

    Where a passkey counts, it must have counted on: otherwise there are two of it.
    """
    try:
        credential = _read(answer)
        challenge = await _taken(connection, answer, bound_to)
        found = await connection.row(_FIND, {"credential": base64url_to_bytes(credential["rawId"])})
        if found is None:
            raise not_accepted()
        signed = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(found["public_key"]),
            credential_current_sign_count=found["counter"],
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise not_accepted() from None
    used = {"id": found["id"], "before": found["counter"], "counter": signed.new_sign_count}
    if await connection.value(_USED, used) is None:
        raise not_accepted()
    identity: UUID = found["identity"]
    return identity


async def _asked(connection: Connection, bound_to: UUID | None) -> bytes:
    challenge = os.urandom(32)
    await connection.execute(_ASK, {"hash": _hash(challenge), "bound_to": bound_to, "lifetime": _LIFETIME})
    return challenge


async def _taken(connection: Connection, answer: str, bound_to: UUID | None) -> bytes:
    """The challenge that an answer is about, used up; raises Invalid if it was not asked, or for somebody else."""
    client = parse_client_data_json(base64url_to_bytes(_read(answer)["response"]["clientDataJSON"]))
    if await connection.value(_TAKE, {"hash": _hash(client.challenge), "bound_to": bound_to}) is None:
        raise not_accepted()
    return client.challenge


async def _known(connection: Connection, identity: UUID) -> list[PublicKeyCredentialDescriptor]:
    found = await connection.values(_KNOWN, {"identity": identity})
    return [PublicKeyCredentialDescriptor(id=bytes(credential)) for credential in found]


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > _LARGEST:
        raise not_accepted()
    try:
        return msgspec.json.decode(answer, type=dict[str, Any])
    except msgspec.DecodeError:
        raise not_accepted() from None


def _hash(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()


def not_accepted() -> Invalid:
    """The same whatever was wrong with a passkey."""
    return Invalid.one("passkey", "wrong", t("This passkey was not accepted. Try again, or choose another way."))
