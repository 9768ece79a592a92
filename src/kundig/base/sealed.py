"""What lies encrypted in the database, and bringing it from one secret key to the next.

Each room says what it keeps (`SEALED` beside what encrypts it), `wiring` collects it: an exchange of the key must reach all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.errors import OutsideFault
from kundig.base.secrets import Secrets

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of encrypted texts in a table that has an `id`; `{ws}.…` is there in each workspace, others are there once.

    `table` and `column` are names in our own statements. `bound_to` is what each text was bound to, with `{id}` for the row's.
    """

    table: str
    column: str
    bound_to: str

    @property
    def shared(self) -> bool:
        """Whether it is one table for all workspaces."""
        return not self.table.startswith("{ws}.")


@dataclass(slots=True)
class Renewal:
    """What was found on the way."""

    renewed: int = 0
    lost: int = 0
    """Texts that no known key reads: they were unreadable before."""
    places: set[str] = field(default_factory=set)
    """Columns that hold such."""


async def renew(
    database: Database, secrets: Secrets, workspace: Workspace | None, sealed: Iterable[Sealed], found: Renewal
) -> None:
    """Encrypt everything by the key of today: in chunks, each a transaction of its own. What is done already is passed over."""
    for place in sealed:
        after = None
        while True:
            async with database.transaction(workspace) as connection:
                # Locked, so that nothing that is written meanwhile is put back.
                rows = await connection.rows(
                    f"select id, {place.column} as sealed from {place.table}"
                    f" where {place.column} is not null and (%(after)s::uuid is null or id > %(after)s::uuid)"
                    " order by id limit %(chunk)s for update",
                    {"after": after, "chunk": CHUNK},
                )
                for row in rows:
                    try:
                        renewed = secrets.renewed(bytes(row["sealed"]), place.bound_to.replace("{id}", str(row["id"])))
                    except OutsideFault:
                        found.lost += 1
                        found.places.add(f"{place.table}.{place.column}".replace("{ws}", workspace.schema if workspace else ""))
                        continue
                    if renewed is not None:
                        await connection.execute(
                            f"update {place.table} set {place.column} = %(sealed)s where id = %(id)s",
                            {"sealed": renewed, "id": row["id"]},
                        )
                        found.renewed += 1
            if len(rows) < CHUNK:
                break
            after = rows[-1]["id"]
