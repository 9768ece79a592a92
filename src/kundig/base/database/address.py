"""Where the database is: how each role logs in, and the user that may create roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kundig.base.database.names import APP, OWNER, READ

ROLES = (OWNER, APP, READ)


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach one database. `bootstrap` is used for creating roles and nothing else."""

    bootstrap: str
    logins: tuple[tuple[str, str], ...]
    """Role → connection string."""
    embedded: bool

    def login(self, role: str) -> str:
        """The connection string of a role."""
        return dict(self.logins)[role]

    @property
    def name(self) -> str:
        """Host and database for people, without passwords."""
        parts = conninfo_to_dict(self.bootstrap)
        return f"{parts.get('host') or 'localhost'}/{parts.get('dbname') or ''}"


def external(url: str, derive: Callable[[str], str]) -> Address:
    """An address of somebody else's PostgreSQL; `derive` makes the password of each role from the secret key."""
    logins = ((role, make_conninfo(url, user=role, password=derive(f"database role {role}"))) for role in ROLES)
    return Address(url, tuple(logins), embedded=False)


def local(socket_folder: str, superuser: str, database: str = "kundig") -> Address:
    """An address of the embedded server: a socket in a private folder, no passwords."""
    place: dict[str, Any] = {"host": socket_folder, "port": 5432, "dbname": database}
    logins = ((role, make_conninfo("", user=role, **place)) for role in ROLES)
    return Address(make_conninfo("", user=superuser, **place), tuple(logins), embedded=True)
