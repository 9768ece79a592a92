"""Messages for browsers: only the receiver reads them, and the push service knows who sends."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from tests.receiving import Receiver

from kundig.base.errors import Malformed
from kundig.base.secrets import Secrets
from kundig.services.delivery.push_message import (
    LARGEST,
    Subscription,
    authorization,
    checked,
    encrypted,
    packed,
    public_key,
    unpacked,
)

SECRETS = Secrets(b"only for tests, never for people")
EXAMPLE = Subscription(
    "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "BTBZMqHH6r4Tts7J_aSIgg",
)


def test_the_example_of_the_standard() -> None:
    """RFC 8291, 5."""
    own = ec.derive_private_key(int.from_bytes(unpacked("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1())
    body = encrypted(EXAMPLE, b"When I grow up, I want to be a watermelon", salt=unpacked("DGv6ra1nlYgDCS1FRnbzlw"), own=own)
    assert packed(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(st.binary(max_size=LARGEST))
def test_the_receiver_reads_it_and_nobody_else(message: bytes) -> None:
    receiver = Receiver("https://push.example.net/x")
    body = encrypted(receiver.subscription, message)
    assert len(body) <= 4096
    assert receiver.read(body) == message
    assert encrypted(receiver.subscription, message) != body
    with pytest.raises(InvalidTag):
        Receiver("https://push.example.net/x").read(body)


@pytest.mark.parametrize(
    "change",
    [{"p256dh": "AAAA"}, {"p256dh": "!"}, {"p256dh": packed(b"\x04" + bytes(64))}, {"auth": "AAAA"}, {"auth": ""},
     {"endpoint": "file:///etc/passwd"}, {"endpoint": ""}, {"endpoint": "https://x.example/" + "x" * 2000}],
)  # fmt: skip
def test_what_is_no_subscription_is_refused(change: dict[str, str]) -> None:
    assert checked(EXAMPLE) is EXAMPLE
    with pytest.raises(Malformed):
        checked(msgspec.structs.replace(EXAMPLE, **change))


def test_who_sends_is_signed_for_one_push_service() -> None:
    """RFC 8292: the token names the service, an end within a day, and is signed by the key that the browser was given."""
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    scheme, _, rest = authorization(SECRETS, EXAMPLE.endpoint, "mailto:crm@example.com", now).partition(" ")
    token, _, key = rest.removeprefix("t=").partition(", k=")
    assert (scheme, key) == ("vapid", public_key(SECRETS))
    head, claims, signature = (unpacked(part) for part in token.split("."))
    assert msgspec.json.decode(head) == {"typ": "JWT", "alg": "ES256"}
    assert msgspec.json.decode(claims) == {
        "aud": "https://push.example.net", "exp": int(now.timestamp()) + 12 * 3600, "sub": "mailto:crm@example.com",
    }  # fmt: skip
    known = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpacked(key))
    whole = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    known.verify(whole, token.rpartition(".")[0].encode(), ec.ECDSA(SHA256()))


def test_the_key_follows_from_the_secret_key_alone() -> None:
    assert public_key(SECRETS) == public_key(Secrets(b"only for tests, never for people"))
    assert public_key(SECRETS) != public_key(Secrets(b"another one, never for people!!!"))


def test_what_is_worth_something_is_not_shown() -> None:
    assert "JzLQ3" not in repr(EXAMPLE)
    assert "BTBZ" not in repr(EXAMPLE)
