"""A server of the benchmark's own, with demo data of a size, and users who see so many records."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.cases import World
from kundig import wiring
from kundig.base.database.names import OWNER
from kundig.base.settings import Settings
from kundig.engine.records.writing import Create, write
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.sessions import begin_session
from kundig.services.identity.tokens import add_token

SIGHT = (0, 50, 5_000, 150_000)
"""How many contacts and opportunities the limited users see."""
RARE = "Seltenfeld"
KUNDIG = (sys.executable, "-m", "kundig.interfaces.cli.main")


@contextmanager
def installation(size: int, folder: str) -> Iterator[World]:
    """Fill a data folder (or use a filled one), start a server on it, and stop it at the end."""
    made = tempfile.TemporaryDirectory(prefix="kundig-bench-", ignore_cleanup_errors=True) if not folder else None
    data = Path(folder or made.name) / "data"  # type: ignore[union-attr]  # one of the two is there
    data.parent.chmod(0o755)  # PostgreSQL does not run as root, but must get in
    environment = _environment(data)
    fresh = not data.exists()
    if fresh:
        start = time.perf_counter()
        _kundig(["migrate"], environment)
        _kundig(["demo", "--size", str(size)], environment)
        print(f"demo data made in {time.perf_counter() - start:.0f} s", flush=True)
    world = asyncio.run(_prepare(environment, size))
    server = subprocess.Popen([*KUNDIG, "serve"], env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        _wait(world.url)
        yield world
    finally:
        server.terminate()
        server.wait(30)
        if made is not None:
            made.cleanup()


def _environment(data: Path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {name: value for name, value in os.environ.items() if not name.startswith("KUNDIG_")}
    wanted = {"KUNDIG_DATA": str(data), "KUNDIG_PORT": str(port), "KUNDIG_API_RATE": "0", "KUNDIG_COUNT_STATEMENTS": "1"}
    return own | wanted


def _kundig(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run([*KUNDIG, *command], env=environment, check=True)  # noqa: S603 - our own program


def _wait(url: str) -> None:
    for _ in range(240):
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.25)
    message = "the server did not answer within a minute"
    raise RuntimeError(message)


async def _prepare(environment: dict[str, str], size: int) -> World:
    """Users, tokens, and the facts that requests need; owners are set so that each limited user sees what the name says."""
    settings = Settings.from_environment(environment)
    scopes, main = Scopes(wiring.modules()), wiring.MAIN
    async with wiring.opened(settings) as database:
        people: dict[str, Any] = {}
        async with database.transaction(main, timeout_ms=0) as connection:
            scope = await scopes.of_system(connection, main, "cli")
            for name, role in [("all", "administrator"), *((str(n), "sales_representative") for n in SIGHT)]:
                people[name] = await _user(scope, f"bench{name}@example.com", role)
        limits = [n for n in SIGHT if 0 < n <= size]
        async with database.owner(main) as connection:
            taken = 0
            for limit in limits:
                for table in ("contact", "opportunity"):
                    await _give(connection, table, people[str(limit)], limit, taken)
                taken += limit
            await connection.execute("analyze")
        tokens = {}
        for name, user in people.items():
            async with database.transaction(main) as connection:
                tokens[name] = await add_token(connection, user, f"bench {name}")
        async with database.transaction(None) as connection:
            workspace = await connection.value("select id from kundig.workspace where name = 'main'")
            session = await begin_session(connection, workspace, people["all"], agent="bench", address=None)
        async with database.owner(main) as connection:
            facts = await _facts(connection, people["all"])
        return World(f"http://127.0.0.1:{settings.port}", main.schema, database.address.login(OWNER), tokens, session, facts)


async def _user(scope: Any, email: str, role: str) -> Any:
    found = await scope.connection.value('select id from {ws}."user" where email = %(email)s', {"email": email})
    if found is None:
        found = (await write(scope, "user", [Create({"name": email, "email": email, "role": [role]})])).ids[0]
    return found


async def _give(connection: Any, table: str, user: Any, count: int, after: int) -> None:
    """Make a user the owner of so many records, audience and search entries included."""
    await connection.execute(
        f"""with mine as (select id from {{ws}}."{table}" where deleted_at is null order by id
                           offset {int(after)} limit {int(count)}),
              number as (select id from {{ws}}.principal where kind = 'user' and ref = %(user)s::text),
              given as (update {{ws}}."{table}" r set owner_id = %(user)s, audience = array[(select id from number)]
                          from mine where mine.id = r.id returning r.id, r.audience)
            update {{ws}}.search_entry e set audience = given.audience from given
             where e.object = '{table}' and e.record = given.id""",
        {"user": user},
    )


async def _facts(connection: Any, owner: Any) -> dict[str, Any]:
    """Ids and values that the requests name; ten contacts get a name that nobody else has."""
    await connection.execute(
        """update {ws}.contact set last_name = %(rare)s
            where id in (select id from {ws}.contact where deleted_at is null order by id limit 10)
              and not exists (select 1 from {ws}.contact where last_name = %(rare)s)""",
        {"rare": RARE},
    )
    return {
        "rare": RARE,
        "rare_ids": await connection.values("select id from {ws}.contact where last_name = %(rare)s", {"rare": RARE}),
        "contact": await connection.value("select id from {ws}.contact where deleted_at is null and account is not null limit 1"),
        "account": str(await connection.value("select id from {ws}.account where deleted_at is null limit 1")),
        "phone": await connection.value("select value from {ws}.contact_point where kind = 'phone' and live limit 1"),
        "owner": owner,
    }
