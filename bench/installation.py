"""A server of the benchmark's own, with demo data of a size, and users who see so many records."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bench.cases import SIGHTS
from bench.handing import facts_of, hand_out
from bench.jobs import await_jobs
from bench.world import ALL, World
from kundig import wiring
from kundig.base.context import SYSTEM, Context, Workspace
from kundig.base.database import Database
from kundig.base.database.names import OWNER
from kundig.base.database.opening import opened
from kundig.base.settings import Settings
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Create, write
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.sessions import begin_session
from kundig.services.identity.tokens import add_token

LIMITED = "sales_representative"
"""The role of those who see only what is theirs."""
KUNDIG = (sys.executable, "-m", "kundig.interfaces.cli.main")


Further = Callable[[Database, Workspace, Scopes], Awaitable[None]]
"""What a measurement needs besides the demo data."""


@contextmanager
def installation(size: int, folder: str, further: Further | None = None) -> Iterator[World]:
    """Fill a data folder (or use a filled one: `folder` holds one for each size), start a server on it, and stop it at the end."""
    made = tempfile.TemporaryDirectory(prefix="kundig-bench-", ignore_cleanup_errors=True) if not folder else None
    data = Path(folder or made.name) / str(size) / "data"  # type: ignore[union-attr]  # one of the two is there
    data.parent.mkdir(parents=True, exist_ok=True)
    for above in (data.parent, data.parent.parent):
        above.chmod(0o755)  # PostgreSQL does not run as root, but must get in
    environment = _environment(data)
    fresh = not data.exists()
    _kundig(["migrate"], environment)
    if fresh:
        start = time.perf_counter()
        _kundig(["demo", "--size", str(size)], environment)
        print(f"demo data made in {time.perf_counter() - start:.0f} s", flush=True)
    world = asyncio.run(_prepare(environment, size, further))
    server = subprocess.Popen([*KUNDIG, "serve"], env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    try:
        _wait(f"http://{world.host}:{world.port}")
        await_jobs(world)
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


async def _prepare(environment: dict[str, str], size: int, further: Further | None) -> World:
    """Users, tokens, and the facts that requests need; owners are set so that each limited user sees what the name says."""
    settings = Settings.from_environment(environment)
    scopes, main = Scopes(wiring.modules()), wiring.MAIN
    async with opened(settings) as database:
        people: dict[str, Any] = {}
        async with database.transaction(main, timeout_ms=0) as connection:
            scope = await scopes.of_system(connection, main, "cli")
            for name in SIGHTS:
                people[name] = await _user(scope, f"bench{name}@example.com", "administrator" if name == ALL else LIMITED)
        async with database.owner(main) as connection:
            await hand_out(connection, {int(name): people[name] for name in SIGHTS if name != ALL and 0 < int(name) <= size})
        if further is not None:
            await further(database, main, scopes)
        tokens, sessions, facts = {}, {}, {}
        for name, user in people.items():
            async with database.transaction(main, timeout_ms=0) as connection:
                tokens[name] = await add_token(Context(connection, main, SYSTEM, "bench"), user, f"bench {name}")
                facts[name] = await facts_of(await scopes.of_system(connection, main, "cli"), None if name == ALL else user)
            async with database.transaction(None) as connection:
                workspace = await connection.value("select id from kundig.workspace where name = 'main'")
                sessions[name] = await begin_session(connection, workspace, user, agent="bench", address=None)
        async with database.owner_autocommit(main) as connection:
            await connection.execute("vacuum (analyze)")
        dsn = database.address.login(OWNER)
        return World("127.0.0.1", settings.port, main.schema, dsn, size, tokens, sessions, people, facts, environment)


async def _user(scope: Scope, email: str, role: str) -> Any:
    found = await scope.connection.value('select id from {ws}."user" where email = %(email)s', {"email": email})
    if found is None:
        found = (await write(scope, "user", [Create({"name": email, "email": email, "role": [role]})])).ids[0]
    return found
