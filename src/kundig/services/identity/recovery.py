"""Recovery codes: for who has lost the device. Ten, each good once, shown when they are made and kept as hashes."""

from __future__ import annotations

import re
import secrets
from uuid import UUID

from kundig.base.database import Connection
from kundig.services.identity.codes import hashed

HOW_MANY = 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 that are not taken for each other."""
_GROUPS, _GROUP = 4, 4
"""Eighty bits: a plain hash is enough."""

_ADD = """
insert into kundig.recovery_code (hash, identity) select hash, %(identity)s from unnest(%(hashes)s::bytea[]) as n (hash)
"""
_FORGET = "delete from kundig.recovery_code where identity = %(identity)s"
_USE = """
update kundig.recovery_code set used_at = now() where hash = %(hash)s and identity = %(identity)s and used_at is null
returning hash
"""
_LEFT = "select count(*) from kundig.recovery_code where identity = %(identity)s and used_at is null"


async def renew_codes(connection: Connection, identity: UUID) -> tuple[str, ...]:
    """New codes; all earlier ones are void. They can't be read again. The transaction must be in no workspace."""
    codes = tuple(_new() for _ in range(HOW_MANY))
    await forget_codes(connection, identity)
    await connection.execute(_ADD, {"identity": identity, "hashes": [hashed(_plain(code)) for code in codes]})
    return codes


async def forget_codes(connection: Connection, identity: UUID) -> None:
    """Remove them: without a second factor there is nothing to recover. The transaction must be in no workspace."""
    await connection.execute(_FORGET, {"identity": identity})


async def use_recovery_code(connection: Connection, identity: UUID, code: str) -> bool:
    """Whether a code is right and was not used; it is from now on. The transaction must be in no workspace."""
    return await connection.value(_USE, {"identity": identity, "hash": hashed(_plain(code))}) is not None


async def codes_left(connection: Connection, identity: UUID) -> int:
    """How many were not used. The transaction must be in no workspace."""
    left: int = await connection.value(_LEFT, {"identity": identity})
    return left


def _new() -> str:
    letters = [secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP)]
    return "-".join("".join(letters[start : start + _GROUP]) for start in range(0, len(letters), _GROUP))


def _plain(code: str) -> str:
    """Without what people add or leave out when they type it."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())[: 2 * _GROUPS * _GROUP]
