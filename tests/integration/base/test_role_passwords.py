"""On somebody's own PostgreSQL: passwords of the roles go with the secret key to the next one, and none may do everything."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from kundig.base.database.address import ROLES, Address
from kundig.base.database.embedded import attached
from kundig.base.database.roles import ensure_roles, renew_passwords
from kundig.base.errors import OutsideFault
from kundig.base.secrets import Secrets

pytestmark = pytest.mark.skipif(bool(os.environ.get("KUNDIG_TEST_DATABASE_URL")), reason="starts a server of its own")


@pytest.fixture
def strict() -> Iterator[tuple[Path, Address]]:
    """A server that asks our roles for their passwords, as other people's do, and how its own user gets in."""
    top = Path(tempfile.mkdtemp(prefix="kundig-passwords-"))
    top.chmod(0o755)
    with attached(top) as server:
        server.create_database()
        address = server.address()
        hba = top / "postgres" / "pg_hba.conf"
        hba.write_text(f"local all {','.join(ROLES)} scram-sha-256\n" + hba.read_text())
        with psycopg.connect(address.bootstrap, autocommit=True) as connection:
            connection.execute("select pg_reload_conf()")
        yield top, address
    shutil.rmtree(top, ignore_errors=True)


def keyed(address: Address, key: bytes) -> Address:
    """The same place, with the passwords that a key makes."""
    derive = Secrets(key).derive_text
    logins = ((role, make_conninfo(address.login(role), password=derive(f"database role {role}"))) for role in ROLES)
    return Address(address.bootstrap, tuple(logins), embedded=False)


def enter(address: Address) -> list[str]:
    """Which of our roles can log in."""
    found = []
    for role in ROLES:
        try:
            psycopg.connect(address.login(role)).close()
        except psycopg.OperationalError:
            continue
        found.append(role)
    return found


async def test_they_follow_the_key(strict: tuple[Path, Address]) -> None:
    data, place = strict
    former, next_, strange = (keyed(place, letter * 32) for letter in (b"a", b"b", b"c"))
    await ensure_roles(former, data)
    assert (enter(former), enter(next_)) == (list(ROLES), [])
    with pytest.raises(OutsideFault, match="KUNDIG_SECRET_KEY_OLD"):
        await renew_passwords(strange, next_)
    await renew_passwords(former, Address(next_.bootstrap, next_.logins[:1], embedded=False))  # killed after the first of them
    assert enter(next_) == [ROLES[0]]
    await renew_passwords(former, next_)
    assert (enter(former), enter(next_)) == ([], list(ROLES))
    await renew_passwords(former, next_)
    assert enter(next_) == list(ROLES)


@pytest.mark.parametrize("power", ["superuser", "bypassrls"])
async def test_a_role_that_may_do_everything_stops_the_start(strict: tuple[Path, Address], power: str) -> None:
    """OP-05."""
    data, place = strict
    address = keyed(place, b"a" * 32)
    await ensure_roles(address, data)
    with psycopg.connect(address.bootstrap, autocommit=True) as connection:
        connection.execute(f"alter role kundig_app {power}")
        with pytest.raises(OutsideFault, match="alter role kundig_app"):
            await ensure_roles(address, data)
        connection.execute(f"alter role kundig_app no{power}")
    await ensure_roles(address, data)
