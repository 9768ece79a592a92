"""Passwords: what is accepted, and that checking tells nothing by its time."""

from __future__ import annotations

import pytest

from kundig.base.errors import Invalid
from kundig.services.identity import passwords


@pytest.mark.parametrize("password", ["", "short", "password", "PASSWORT", "aaaaaaaaaa", "ann@example.com", "x" * 1025, "abababab"])
async def test_what_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        await passwords.check_new(password, "ann@example.com", "Ann")


@pytest.mark.parametrize(
    "password", ["correct horse", "🦊🐻🐼🐨🦁🐯🐮🐷🐸🐵", "drei Fische " * 80, "пароль и ещё", "k7#Wq vBn4 xR!t " * 5]
)
async def test_any_characters_and_long_ones_are_taken_whole(password: str) -> None:
    await passwords.check_new(password)
    stored = await passwords.hash_password(password)
    assert await passwords.fits(password, stored)
    assert not await passwords.fits(password[:-1], stored)
    assert stored.startswith("$argon2id$")
    assert not passwords.outdated(stored)


async def test_a_long_password_is_not_cut() -> None:
    stored = await passwords.hash_password("a" * 72 + "b")  # where other hashes stop to look
    assert await passwords.fits("a" * 72 + "b", stored)
    assert not await passwords.fits("a" * 72 + "c", stored)


async def test_the_same_letters_typed_otherwise_fit() -> None:
    assert await passwords.fits("schlu\u0308ssel 1", await passwords.hash_password("schl\u00fcssel 1"))


@pytest.mark.parametrize("password", ["", "\ud800", "x" * 1_000_000, "\0"])
async def test_odd_input_fits_nothing(password: str) -> None:
    stored = await passwords.hash_password("correct horse")
    assert not await passwords.fits(password, stored)
    assert not await passwords.fits(password, None)
    assert not await passwords.fits(password, "no hash")


async def test_passwords_are_kept_by_argon2id_as_owasp_advises() -> None:
    kept = [await passwords.hash_password("correct horse battery") for _ in range(2)]
    assert all(hashed.startswith("$argon2id$v=19$m=47104,t=1,p=1$") for hashed in kept)
    assert kept[0] != kept[1], "each has a salt of its own"


def test_nobodys_hash_costs_what_everybodys_does() -> None:
    assert not passwords.outdated(passwords._NOBODYS)
