"""What the secret key is good for: encrypting what must be read again, signing what comes back, deriving other keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kundig.base.errors import Malformed, OutsideFault
from kundig.base.i18n import Text, t

_NONCE = 12
_SIGNATURE = 16
_VERSION = b"\x01"


class Secrets:
    """Cryptography with keys derived from the one secret key, a different key for each purpose."""

    __slots__ = ("_former", "_key", "_keys")

    def __init__(self, key: bytes, former: Iterable[bytes] = ()) -> None:
        """`key` is `Settings.secret_key`; what `former` keys made is read and recognised, and never made again."""
        self._key = key
        self._former = tuple(Secrets(other) for other in former)
        self._keys: dict[str, bytes] = {}

    def derive(self, purpose: str) -> bytes:
        """32 bytes for a purpose: always the same for the same secret key, telling nothing about it or other purposes."""
        if purpose not in self._keys:
            self._keys[purpose] = hmac.new(self._key, b"kundig " + purpose.encode(), hashlib.sha256).digest()
        return self._keys[purpose]

    def derive_text(self, purpose: str) -> str:
        """The same as letters and digits, for a password."""
        return base64.b32encode(self.derive(purpose)).decode().rstrip("=").lower()

    def encrypt(self, text: str, bound_to: str = "") -> bytes:
        """Encrypt a text. `bound_to` names where it belongs (object, field, record): elsewhere it can't be decrypted."""
        nonce = os.urandom(_NONCE)
        sealed = AESGCM(self.derive("encryption")).encrypt(nonce, text.encode(), bound_to.encode())
        return _VERSION + nonce + sealed

    def decrypt(self, sealed: bytes, bound_to: str = "") -> str:
        """The text again; `OutsideFault` if it was encrypted with another key or for another place, or was changed."""
        for secrets in (self, *self._former):
            if (text := secrets._decrypted(sealed, bound_to)) is not None:
                return text
        raise OutsideFault(t("A stored secret can't be decrypted. Was KUNDIG_SECRET_KEY changed? Enter the secret again."))

    def renewed(self, sealed: bytes, bound_to: str = "") -> bytes | None:
        """The same text encrypted by the key of today; None if it is already. `OutsideFault` as `decrypt`."""
        return None if self._decrypted(sealed, bound_to) is not None else self.encrypt(self.decrypt(sealed, bound_to), bound_to)

    def _decrypted(self, sealed: bytes, bound_to: str) -> str | None:
        """By this key alone."""
        nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            if sealed[:1] != _VERSION:
                return None
            return AESGCM(self.derive("encryption")).decrypt(nonce, rest, bound_to.encode()).decode()
        except (InvalidTag, ValueError):
            return None

    def sign(self, content: bytes, purpose: str, bound_to: bytes = b"") -> str:
        """A text for URLs that carries `content` readable by anybody, and that nobody can make or use for another purpose."""
        return base64.urlsafe_b64encode(content + self._signature(content, purpose, bound_to)).decode().rstrip("=")

    def verify(self, text: str, purpose: str, bound_to: bytes = b"") -> bytes:
        """The content of a signed text; `Malformed` if it isn't ours, or for another purpose or binding."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed(_foreign()) from error
        content, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
        known = [secrets._signature(content, purpose, bound_to) for secrets in (self, *self._former)]
        if not any(hmac.compare_digest(signature, own) for own in known):
            raise Malformed(_foreign())
        return content

    def _signature(self, content: bytes, purpose: str, bound_to: bytes) -> bytes:
        # The length keeps binding and content apart, so that moving a byte from one to the other changes the signature.
        message = len(bound_to).to_bytes(8, "big") + bound_to + content
        return hmac.new(self.derive(f"signature {purpose}"), message, hashlib.sha256).digest()[:_SIGNATURE]


def _foreign() -> Text:
    return t("This cursor or link was not made for this request. Start again without it.")
