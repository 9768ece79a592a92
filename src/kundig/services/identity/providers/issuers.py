"""What providers say of themselves: their addresses and keys, asked for through the guarded client and kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from kundig.base.errors import OutsideFault
from kundig.base.http import Answer, OutgoingHttp, Refused
from kundig.base.i18n import t
from kundig.services.identity.providers.refusals import ProviderRefusal, away

KEPT = 3600.0
"""Seconds for which addresses and keys are believed."""
AGAIN = 60.0
"""Seconds before a key that is not known lets ask for the keys once more."""
_WELL_KNOWN = "/.well-known/openid-configuration"

Read = TypeVar("Read")


class Metadata(msgspec.Struct, frozen=True):
    """The part of a provider's description that we need (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def authentication(self) -> Literal["client_secret_basic", "client_secret_post"]:
        """How we say at the token endpoint who we are."""
        basic = "client_secret_basic" in self.token_endpoint_auth_methods_supported
        return "client_secret_basic" if basic else "client_secret_post"


@dataclass(frozen=True, slots=True)
class _Keys:
    """A provider's signing keys, those without a name under None, and when they were read."""

    named: Mapping[str, Key]
    nameless: tuple[Key, ...]
    at: float

    def found(self, kid: str | None) -> Key | None:
        """The key of a name. Without a name only one that is the only one can be meant."""
        if kid is not None:
            return self.named.get(kid)
        every = (*self.named.values(), *self.nameless)
        return every[0] if len(every) == 1 else None


@dataclass
class Issuers:
    """Asks providers and remembers what they said, for this process."""

    outgoing: OutgoingHttp
    clock: Callable[[], float] = time.monotonic
    _metadata: dict[str, tuple[Metadata, float]] = field(default_factory=dict)
    _keys: dict[str, _Keys] = field(default_factory=dict)

    def check(self, issuer: str) -> None:
        """Refuse what can't be an issuer when it is entered; raises `Refused`. What it says is checked when it is asked."""
        parts = urlsplit(issuer)
        if parts.query or parts.fragment:
            raise Refused
        self.outgoing.check_secure(issuer)

    async def metadata(self, issuer: str, *, fresh: bool = False) -> Metadata:
        """What the provider says of itself; raises ProviderRefusal. Only the issuer that was asked for may answer."""
        kept = self._metadata.get(issuer)
        if kept is not None and not fresh and self.clock() - kept[1] < KEPT:
            return kept[0]
        found = _decoded(await self._got(issuer.rstrip("/") + _WELL_KNOWN, "discovery"), Metadata, "discovery")
        if found.issuer != issuer:
            raise ProviderRefusal(
                "issuer", t("The provider calls itself {issuer}. Enter exactly that as its address.", issuer=found.issuer[:200])
            )
        try:
            for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint or issuer):
                self.outgoing.check_secure(address)
        except Refused as error:
            raise ProviderRefusal("address", error.text) from error
        self._metadata[issuer] = found, self.clock()
        return found

    async def key(self, metadata: Metadata, kid: str | None) -> Key:
        """The key that a token says it was signed with; raises ProviderRefusal.

        The keys are asked for again when a name is not known: providers change them. Not more than once a minute.
        """
        kept = self._keys.get(metadata.jwks_uri)
        if kept is None or self.clock() - kept.at > KEPT:
            kept = await self._read_keys(metadata.jwks_uri)
        found = kept.found(kid)
        if found is None and self.clock() - kept.at > AGAIN:
            found = (await self._read_keys(metadata.jwks_uri)).found(kid)
        if found is None:
            raise ProviderRefusal("key")
        return found

    async def refresh_keys(self, metadata: Metadata) -> None:
        """Read the provider's keys anew; raises ProviderRefusal."""
        await self._read_keys(metadata.jwks_uri)

    async def ask(self, method: str, address: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """Ask a provider something; raises ProviderRefusal if it does not answer."""
        try:
            return await self.outgoing.request(method, address, headers={"Accept": "application/json", **headers}, content=content)
        except Refused as error:
            raise ProviderRefusal("address", error.text) from error
        except OutsideFault as error:
            raise away() from error

    async def _read_keys(self, address: str) -> _Keys:
        entries = _decoded(await self._got(address, "keys"), _KeySet, "keys").keys
        named: dict[str, Key] = {}
        nameless: list[Key] = []
        for entry in entries:
            key = _imported(entry)
            if key is not None and isinstance(entry.get("kid"), str):
                named[entry["kid"]] = key
            elif key is not None:
                nameless.append(key)
        kept = self._keys[address] = _Keys(named, tuple(nameless), self.clock())
        return kept

    async def _got(self, address: str, what: str) -> bytes:
        answer = await self.ask("GET", address, {})
        if answer.status >= 500 or answer.status == 429:
            raise away()
        if answer.status != 200:
            raise ProviderRefusal(
                what, t("There is no OpenID Connect provider at this address: it answers with status {n}.", n=answer.status)
            )
        return answer.body


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


def _imported(entry: Mapping[str, Any]) -> Key | None:
    """A public key for signatures; None for others and for what we can't read."""
    if entry.get("kty") not in ("RSA", "EC", "OKP") or entry.get("use", "sig") != "sig":
        return None
    try:
        return import_key(dict(entry))
    except (JoseError, ValueError, KeyError, TypeError):
        return None


def _decoded(body: bytes, type_: type[Read], what: str) -> Read:
    try:
        return msgspec.json.decode(body, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProviderRefusal(what, t("There is no OpenID Connect provider at this address.")) from error
