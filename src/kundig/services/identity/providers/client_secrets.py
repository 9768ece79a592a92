"""What providers know us by: encrypted, bound to its provider, in no document, and never shown again."""

from __future__ import annotations

from kundig.base.database import Connection
from kundig.base.secrets import Secrets

_IN = "from kundig.workspace w where w.schema = %(schema)s"
_KEEP = f"""
insert into kundig.provider_secret (workspace, provider, secret) select w.id, %(provider)s, %(secret)s {_IN}
on conflict (workspace, provider) do update set secret = excluded.secret
"""
_READ = """
select s.secret from kundig.provider_secret s join kundig.workspace w on w.id = s.workspace
where w.schema = %(schema)s and s.provider = %(provider)s
"""
_FORGET = """
delete from kundig.provider_secret s using kundig.workspace w
where w.id = s.workspace and w.schema = %(schema)s and s.provider = %(provider)s
"""


async def keep_secret(connection: Connection, secrets: Secrets, provider: str, secret: str) -> None:
    """Keep what a provider of the connection's workspace knows us by; "" forgets it."""
    values = {"schema": connection.schema, "provider": provider, "secret": secrets.encrypt(secret, _place(connection, provider))}
    async with connection.directory():
        await connection.execute(_KEEP if secret else _FORGET, values)


async def secret_of(connection: Connection, secrets: Secrets, provider: str) -> str | None:
    """It again; None if the provider asks for none. Raises OutsideFault if it can't be decrypted."""
    place, schema = _place(connection, provider), connection.schema
    async with connection.directory():
        sealed = await connection.value(_READ, {"schema": schema, "provider": provider})
    return None if sealed is None else secrets.decrypt(bytes(sealed), place)


async def has_secret(connection: Connection, provider: str) -> bool:
    """Whether there is one."""
    schema = connection.schema
    async with connection.directory():
        return await connection.value(_READ, {"schema": schema, "provider": provider}) is not None


def _place(connection: Connection, provider: str) -> str:
    return f"sign-in provider {connection.schema} {provider}"
