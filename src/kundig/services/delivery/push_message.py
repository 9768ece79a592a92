"""What a push service passes on unread: a message encrypted for one browser (RFC 8291), and who sends it (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
import binascii
import os
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.base.secrets import Secrets

LARGEST = 3993
"""Bytes of a message: with salt, key and tag the 4096 that every push service takes (RFC 8291, 4)."""
_SALT, _AUTH, _POINT, _RECORD = 16, 16, 65, 4096
_LIFETIME = timedelta(hours=12)
"""Of the signed statement who sends; a day is the most."""
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Subscription(msgspec.Struct, frozen=True):
    """Where a browser can be reached, and the keys that only it can answer to, as `PushSubscription.toJSON` tells them."""

    endpoint: str
    p256dh: str
    auth: str

    def __repr__(self) -> str:
        """Without what makes it worth something."""
        return f"Subscription({urlsplit(self.endpoint).hostname})"


def checked(subscription: Subscription) -> Subscription:
    """The same, if a message can be encrypted for it; raises Malformed."""
    try:
        _point(unpacked(subscription.p256dh))
        good = len(unpacked(subscription.auth)) == _AUTH and len(subscription.endpoint) <= 2000
        good = good and subscription.endpoint.startswith(("https://", "http://"))
    except (ValueError, binascii.Error):
        good = False
    if not good:
        raise Malformed(t("The browser has named no address at which it can be told of anything."))
    return subscription


def signing_key(secrets: Secrets) -> ec.EllipticCurvePrivateKey:
    """The key by which push services know this installation: follows from the secret key, so it is kept nowhere."""
    wide = HKDF(SHA256(), 48, None, b"push").derive(secrets.derive("push"))  # wider than the order: no number is likelier
    return ec.derive_private_key(int.from_bytes(wide) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(secrets: Secrets) -> str:
    """What browsers ask for when they subscribe (`applicationServerKey`)."""
    return packed(_octets(signing_key(secrets).public_key()))


def encrypted(
    subscription: Subscription, message: bytes, *, salt: bytes = b"", own: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """The body of a request with `Content-Encoding: aes128gcm`; `salt` and `own` are given to repeat a known one."""
    own, salt = own or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(_SALT)
    theirs, here = unpacked(subscription.p256dh), _octets(own.public_key())
    shared = own.exchange(ec.ECDH(), _point(theirs))
    material = HKDF(SHA256(), 32, unpacked(subscription.auth), b"WebPush: info\0" + theirs + here).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
    head = salt + _RECORD.to_bytes(4) + bytes([len(here)]) + here
    return head + AESGCM(key).encrypt(nonce, message + b"\x02", None)  # 2: the only record, so the last


def authorization(secrets: Secrets, endpoint: str, subject: str, now: datetime) -> str:
    """The header that says who sends; `subject` is an address by which the push service can complain."""
    key, parts = signing_key(secrets), urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + _LIFETIME).timestamp()), "sub": subject}
    said = ".".join(packed(msgspec.json.encode(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(said.encode(), ec.ECDSA(SHA256())))
    token = f"{said}.{packed(r.to_bytes(32) + s.to_bytes(32))}"
    return f"vapid t={token}, k={packed(_octets(key.public_key()))}"


def packed(raw: bytes) -> str:
    """As the standards write bytes: base64url without its end."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    """The bytes again; raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _point(octets: bytes) -> ec.EllipticCurvePublicKey:
    if len(octets) != _POINT:
        raise ValueError
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets)


def _octets(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
