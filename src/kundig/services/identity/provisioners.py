"""Directories that provision users and teams (SCIM): each with a token that is good for this alone, shown once, kept as a hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kundig.base.context import Actor, Workspace
from kundig.base.database import Asked, Connection, Database, Question
from kundig.base.database.names import workspace_role
from kundig.base.database.workspaces import workspace_from
from kundig.base.errors import Unauthenticated
from kundig.base.uuid7 import uuid7
from kundig.services.identity.codes import hashed, new_code

PREFIX = "kdgscim_"
KIND = "directory"
"""Of the actor that it is in journal and audit trail."""

_ADD = """
insert into kundig.provisioner (id, hash, workspace, name, roles, first_roles, expires_at)
select %(id)s, %(hash)s, w.id, %(name)s, %(roles)s, %(first)s, %(expires_at)s from kundig.workspace w where w.schema = %(schema)s
"""
_LIST = """
select p.id, p.name, p.roles, p.first_roles, p.created_at, p.used_at, p.expires_at from kundig.provisioner p
join kundig.workspace w on w.id = p.workspace where w.schema = %(schema)s order by p.created_at desc
"""
_END = """
delete from kundig.provisioner p using kundig.workspace w
where w.id = p.workspace and w.schema = %(schema)s and p.id = %(id)s returning p.name
"""
# Every request begins with it.
_WHO = Question(
    "kundig_provisioner",
    f"""
select p.id, p.name as own_name, p.roles, p.first_roles, (p.used_at is null or p.used_at < now() - interval '10 minutes') as stale,
w.version, w.name, w.schema, w.kind, w.currency, w.region, w.language, w.time_zone,
set_config('role', '{workspace_role("")}' || w.schema, true)
from kundig.provisioner p join kundig.workspace w on w.id = p.workspace
where p.hash = $1 and (p.expires_at is null or p.expires_at > now())
""",
)


@dataclass(frozen=True, slots=True)
class Provisioner:
    """A directory that asks for something. `roles` are all that it may give or take."""

    id: UUID
    name: str
    roles: frozenset[str]
    first_roles: tuple[str, ...]
    workspace: Workspace
    version: int
    stale: bool

    @property
    def actor(self) -> Actor:
        """Who is answerable for what happens."""
        return Actor(KIND, self.id)


async def add_provisioner(
    connection: Connection, name: str, roles: Sequence[str], first_roles: Sequence[str], *, expires_at: datetime | None
) -> str:
    """The token of a new one of the connection's workspace; it can't be read again."""
    token = new_code(PREFIX)
    values = {
        "id": uuid7(),
        "hash": hashed(token),
        "schema": connection.schema,
        "name": name,
        "roles": list(roles),
        "first": list(first_roles),
        "expires_at": expires_at,
    }
    async with connection.directory():
        await connection.execute(_ADD, values)
    return token


async def provisioners(connection: Connection) -> list[dict[str, Any]]:
    """All of the workspace, the newest first, without their tokens."""
    schema = connection.schema
    async with connection.directory():
        return await connection.rows(_LIST, {"schema": schema})


async def end_provisioner(connection: Connection, id_: UUID) -> str | None:
    """End one at once; what it was called, None if there is none."""
    schema = connection.schema
    async with connection.directory():
        name: str | None = await connection.value(_END, {"schema": schema, "id": id_})
    return name


def asking_provisioner(token: str) -> Asked:
    """Whose a token is, for a transaction to begin with: `authenticate_provisioner` then costs no statement of its own."""
    return _WHO.about(hashed(token))


async def authenticate_provisioner(connection: Connection, token: str) -> Provisioner:
    """Which directory a token belongs to; the connection is in its workspace then. Raises Unauthenticated.

    The connection must be in no workspace; it must be the transaction's first statement, so that nothing is done as nobody.
    """
    if not token.startswith(PREFIX):
        raise Unauthenticated
    row = await connection.ask(asking_provisioner(token))
    if row is None:
        raise Unauthenticated
    workspace = workspace_from(row)
    connection.enter(workspace)
    roles = frozenset(row["roles"])
    return Provisioner(row["id"], row["own_name"], roles, tuple(row["first_roles"]), workspace, row["version"], row["stale"])


async def note_provisioning(database: Database, found: Provisioner) -> None:
    """Note that a token is in use; in a transaction of its own, after the answer."""
    async with database.transaction(None) as connection:
        await connection.execute("update kundig.provisioner set used_at = now() where id = %(id)s", {"id": found.id})
