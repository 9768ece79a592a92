"""Codes that let somebody in: how many there could be, who draws them, and what is kept of them."""

from __future__ import annotations

import hashlib
import math

import pytest

from kundig.services.identity import codes, recovery, totp


def test_codes_are_too_many_to_guess() -> None:
    made = {codes.new_code("kdg_") for _ in range(1000)}
    assert len(made) == 1000
    assert {len(code) for code in made} == {4 + math.ceil(256 / 6)}
    assert codes.hashed("x") == hashlib.sha256(b"x").digest()


def test_recovery_codes_have_eighty_bits_drawn_by_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def choice(letters: str) -> str:
        drawn.append(letters)
        return letters[len(drawn) % len(letters)]

    monkeypatch.setattr(recovery.secrets, "choice", choice)
    made = recovery._new()
    assert [len(group) for group in made.split("-")] == [4] * 4
    assert len(drawn) * math.log2(len(set(drawn[0]))) == 80


def test_keys_of_apps_have_as_many_bits_as_their_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def urandom(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    monkeypatch.setattr(totp.os, "urandom", urandom)
    assert totp.Offer().key == bytes(range(20))
    assert asked == [20]


def test_codes_of_apps_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []
    real = totp.hmac.compare_digest
    monkeypatch.setattr(totp.hmac, "compare_digest", lambda a, b: compared.append(b) or real(a, b))
    assert totp._step_of(bytes(20), "123456", 1_000_000.0) is None
    assert compared == [b"123456"] * 3, "those of the half minutes beside it too, whichever fits"
