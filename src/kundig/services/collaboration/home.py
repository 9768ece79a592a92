"""How people have arranged their first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kundig.base.database import Connection

_READ = """
select p.home, coalesce(p.home_of_all, false) as of_all, u.role as roles
from {ws}."user" u left join {ws}.preference p on p.user_id = u.id where u.id = %(user)s
"""
_WRITE = """
insert into {ws}.preference (user_id, home) values (%(user)s, %(home)s) on conflict (user_id) do update set home = excluded.home
"""

_WRITE_WHO = """
insert into {ws}.preference (user_id, home_of_all) values (%(user)s, %(of_all)s)
on conflict (user_id) do update set home_of_all = excluded.home_of_all
"""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The names of the cards in order, None as long as nothing was arranged; and the roles that say what it begins with.

    `of_all`: the lists are about everybody, as far as the person may see, not about oneself.
    """

    cards: tuple[str, ...] | None = None
    roles: frozenset[str] = frozenset()
    of_all: bool = False


async def arrangement_of(connection: Connection, user: UUID | None) -> Arrangement:
    """One statement."""
    row = await connection.row(_READ, {"user": user})
    if row is None:
        return Arrangement()
    return Arrangement(None if row["home"] is None else tuple(row["home"]), frozenset(row["roles"] or ()), row["of_all"])


async def arrange(connection: Connection, user: UUID, cards: Sequence[str] | None) -> None:
    """Keep an arrangement; None: as it is for the role."""
    await connection.execute(_WRITE, {"user": user, "home": None if cards is None else list(cards)})


async def set_whose(connection: Connection, user: UUID, *, of_all: bool) -> None:
    """Keep whether the lists are about everybody or oneself."""
    await connection.execute(_WRITE_WHO, {"user": user, "of_all": of_all})
