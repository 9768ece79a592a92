"""What providers know us by: encrypted, in no document, and never shown again."""

from __future__ import annotations

from kundig.base.database import Connection
from kundig.base.sealed import Sealed
from kundig.base.secrets import Secrets
from kundig.base.uuid7 import uuid7

SEALED = (Sealed("kundig.provider_secret", "secret", "provider secret {id}"),)

_KEEP = """
insert into kundig.provider_secret (id, workspace, provider, secret)
select %(id)s, w.id, %(provider)s, %(secret)s from kundig.workspace w where w.schema = %(schema)s
on conflict (workspace, provider) do update set id = excluded.id, secret = excluded.secret
"""
_READ = """
select s.id, s.secret from kundig.provider_secret s join kundig.workspace w on w.id = s.workspace
where w.schema = %(schema)s and s.provider = %(provider)s
"""
_FORGET = """
delete from kundig.provider_secret s using kundig.workspace w
where w.id = s.workspace and w.schema = %(schema)s and s.provider = %(provider)s
"""


async def keep_secret(connection: Connection, secrets: Secrets, provider: str, secret: str) -> None:
    """Keep what a provider of the connection's workspace knows us by; "" forgets it."""
    id_, schema = uuid7(), connection.schema
    sealed = secrets.encrypt(secret, f"provider secret {id_}")
    async with connection.directory():
        values = {"id": id_, "schema": schema, "provider": provider, "secret": sealed}
        await connection.execute(_KEEP if secret else _FORGET, values)


async def forget_secret(connection: Connection, provider: str) -> None:
    """Keep it no longer: another provider of this name must not get it."""
    schema = connection.schema
    async with connection.directory():
        await connection.execute(_FORGET, {"schema": schema, "provider": provider})


async def secret_of(connection: Connection, secrets: Secrets, provider: str) -> str | None:
    """It again; None if the provider asks for none. Raises OutsideFault if it can't be decrypted."""
    schema = connection.schema
    async with connection.directory():
        row = await connection.row(_READ, {"schema": schema, "provider": provider})
    return None if row is None else secrets.decrypt(bytes(row["secret"]), f"provider secret {row['id']}")


async def has_secret(connection: Connection, provider: str) -> bool:
    """Whether there is one."""
    schema = connection.schema
    async with connection.directory():
        return await connection.row(_READ, {"schema": schema, "provider": provider}) is not None
