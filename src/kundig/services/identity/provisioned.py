"""How the directory (SCIM) names users and teams: by its own ids, kept as external ids of one system."""

from __future__ import annotations

from uuid import UUID

from kundig.base.database import Connection

SYSTEM = "scim"
"""Of the external ids that the directory gives."""

_FIND = """
select e.record from {ws}.external_id e where e.object = %(object)s and e.system = %(system)s and e.value = %(value)s and e.live
"""


async def record_by_directory_id(connection: Connection, object_: str, value: str) -> UUID | None:
    """The live record that the directory calls so."""
    found: UUID | None = await connection.value(_FIND, {"object": object_, "system": SYSTEM, "value": value})
    return found


async def user_by_directory_id(connection: Connection, value: str) -> UUID | None:
    """The user whom the directory calls so."""
    return await record_by_directory_id(connection, "user", value)
