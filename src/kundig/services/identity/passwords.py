"""Passwords: what is accepted, and Argon2id away from the event loop."""

from __future__ import annotations

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.services.identity.strength import Strength, strength_of

SHORTEST = 8
LONGEST = 1024
_HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
_AT_ONCE = 2
"""Each takes 46 MiB and a core for some 100 ms: a flood of sign-ins must wait for its own kind, not push everybody aside."""
_NOBODYS = "$argon2id$v=19$m=47104,t=1,p=1$9vtwU6N1tRq+6NhnT5BfSg$kVxMwfBhkVX5r0NSmXUvQUdld/t7FMLbzydbYNkZsNA"
"""What an unknown account's password is checked against, so that it takes as long; made with the same parameters."""


class _Turns:
    """The semaphore of the running event loop (tests run several)."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns = asyncio.Semaphore(at_once)

    def taken(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._turns = loop, asyncio.Semaphore(self._at_once)
        return self._turns


_turns = _Turns(_AT_ONCE)
_judging = _Turns(1)
"""Anybody can have passwords judged while they type: that takes no turn of those who sign in."""


async def check_new(password: str, *about: str) -> None:
    """Raise Invalid unless a new password is acceptable; `about` are name, address, company: what is known of the person."""
    if len(password) < SHORTEST:
        raise Invalid.one("password", "too_short", t("A password needs at least {least} characters.", least=SHORTEST))
    if len(password) > LONGEST:
        raise Invalid.one("password", "too_long", t("At most {max} characters are possible here.", max=LONGEST))
    weakness = (await judged(password, *about)).weakness
    if weakness is not None:
        raise Invalid.one("password", "too_common", weakness)


async def judged(password: str, *about: str) -> Strength:
    """How hard a password is to guess, worked out away from the event loop."""
    async with _judging.taken():
        return await asyncio.to_thread(strength_of, password, about)


async def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    async with _turns.taken():
        return await asyncio.to_thread(_HASHER.hash, _normal(password))


async def fits(password: str, stored: str | None) -> bool:
    """Whether a password is the right one. Takes as long when nothing is stored, so that nobody learns who has an account."""
    async with _turns.taken():
        found = await asyncio.to_thread(_fits, password, stored or _NOBODYS)
    return found and stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's and should be made anew at this chance."""
    return _HASHER.check_needs_rehash(stored)


def _fits(password: str, stored: str) -> bool:
    if len(password) > LONGEST:
        password = ""
    try:
        return _HASHER.verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> bytes:
    # the same characters come composed from one keyboard and decomposed from another; lone surrogates can't be encoded strictly
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
