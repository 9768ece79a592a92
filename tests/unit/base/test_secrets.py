"""Secrets: what is encrypted or signed for one place is of no use in another."""

from __future__ import annotations

import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from kundig.base.errors import Malformed, OutsideFault
from kundig.base.secrets import Secrets

OURS, THEIRS = Secrets(b"a" * 32), Secrets(b"b" * 32)
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, texts)
def test_what_was_encrypted_can_be_read(text: str, place: str) -> None:
    assert OURS.decrypt(OURS.encrypt(text, place), place) == text


def test_nothing_shows_and_nothing_repeats() -> None:
    assert b"secret" not in OURS.encrypt("secret")
    assert OURS.encrypt("secret") != OURS.encrypt("secret")


@pytest.mark.parametrize(
    "break_it", [lambda s: s[:-1], lambda s: s[:-1] + bytes([s[-1] ^ 1]), lambda s: b"\x02" + s[1:], lambda _: b"", lambda s: s[:5]]
)
def test_what_was_changed_is_refused(break_it) -> None:
    with pytest.raises(OutsideFault):
        OURS.decrypt(break_it(OURS.encrypt("secret", "here")), "here")


def test_another_key_or_place_can_not_read_it() -> None:
    sealed = OURS.encrypt("secret", "here")
    for secrets, place in ((THEIRS, "here"), (OURS, "there")):
        with pytest.raises(OutsideFault):
            secrets.decrypt(sealed, place)


@given(st.binary(), st.binary())
def test_what_was_signed_is_verified(content: bytes, binding: bytes) -> None:
    assert OURS.verify(OURS.sign(content, "cursor", binding), "cursor", binding) == content


def test_signatures_hold_for_one_key_purpose_and_binding() -> None:
    text = OURS.sign(b"content", "cursor", b"user")
    for secrets, purpose, binding in (
        (THEIRS, "cursor", b"user"),
        (OURS, "link", b"user"),
        (OURS, "cursor", b"other"),
        (OURS, "cursor", b""),
    ):
        with pytest.raises(Malformed):
            secrets.verify(text, purpose, binding)


@given(st.text())
def test_nonsense_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        OURS.verify(text, "cursor")


def test_keys_differ_by_purpose_and_stay() -> None:
    assert OURS.derive("a") == Secrets(b"a" * 32).derive("a")
    assert len({OURS.derive("a"), OURS.derive("b"), THEIRS.derive("a")}) == 3
    assert OURS.derive_text("a").isalnum()


def test_what_a_former_key_made_is_known_and_made_anew() -> None:
    both = Secrets(b"b" * 32, (b"a" * 32,))
    sealed = OURS.encrypt("secret", "here")
    assert both.decrypt(sealed, "here") == "secret"
    renewed = both.renewed(sealed, "here")
    assert renewed is not None
    assert THEIRS.decrypt(renewed, "here") == "secret"
    assert both.renewed(renewed, "here") is None
    with pytest.raises(OutsideFault):
        both.renewed(Secrets(b"c" * 32).encrypt("secret", "here"), "here")
    assert both.verify(OURS.sign(b"content", "cursor"), "cursor") == b"content"
    assert both.sign(b"content", "cursor") == THEIRS.sign(b"content", "cursor") != OURS.sign(b"content", "cursor")


def test_it_is_aes_gcm_by_a_key_of_256_bits() -> None:
    secrets = Secrets(b"k" * 32)
    sealed = secrets.encrypt("text", "here")
    key = secrets.derive("encryption")
    assert len(key) * 8 == 256
    assert AESGCM(key).decrypt(sealed[1:13], sealed[13:], b"here") == b"text"


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(a) or real(a, b))
    secrets = Secrets(b"k" * 32)
    signed = secrets.sign(b"content", "cursor")
    expected = hmac.new(secrets.derive("signature cursor"), bytes(8) + b"content", "sha256").digest()[:16]
    assert secrets.verify(signed, "cursor") == b"content"
    assert compared == [expected]
