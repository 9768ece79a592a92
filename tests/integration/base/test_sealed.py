"""The drill: everything that lies encrypted is brought from one key to another and back, and nothing is left behind."""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.conftest import TEST_KEY, NewWorkspace
from tests.integration.rights.crm import Crm
from tests.unit.house.source import python_files, room, tree

from kundig.base import sealed
from kundig.base.database import Database
from kundig.base.errors import OutsideFault
from kundig.base.sealed import Renewal, Sealed, renew
from kundig.base.secrets import Secrets
from kundig.base.uuid7 import uuid7
from kundig.engine.records.sealed_fields import sealed_fields
from kundig.services.sealed import SEALED

VAULT = """
kind: object
name: vault
label: {en: Vault, de: Tresor}
label_plural: {en: Vaults, de: Tresore}
title: "{name}"
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true}
  - {name: code, type: secret, label: {en: Code, de: Code}}
"""
NEW_KEY = b"a new key, for tests as the other one"
OLD, NEW = Secrets(TEST_KEY), Secrets(NEW_KEY)
THERE, BACK = Secrets(NEW_KEY, (TEST_KEY,)), Secrets(TEST_KEY, (NEW_KEY,))


@pytest.fixture
async def crm(database: Database, new_workspace: NewWorkspace, data: Path) -> AsyncIterator[Crm]:
    async with AsyncExitStack() as stack:
        made = await Crm.opened(database, await new_workspace(), data, stack)
        await made.configure(VAULT)
        yield made


async def filled(crm: Crm) -> None:
    """Something in every place that holds secrets, more than a chunk of each."""
    user = await crm.user("administrator")
    caller = await crm.caller(user)
    for number in range(5):
        answer = await caller.api.post("/api/v1/vault", json={"name": f"vault {number}", "code": f"code {number}"})
        assert answer.status_code == 201, answer.text
    async with crm.database.transaction(crm.workspace) as connection:
        for _ in range(5):
            id_ = uuid7()
            await connection.execute(
                "insert into {ws}.mail (id, message_id, recipient, purpose, content) values (%(id)s, %(id)s::text, 'a@b', 'x', %(c)s)",
                {"id": id_, "c": OLD.encrypt("letter", f"mail {id_}")},
            )
    async with crm.database.transaction(None) as connection:
        number, identity = (
            await connection.row(
                "select w.id, m.identity from kundig.workspace w join kundig.membership m on m.workspace = w.id"
                " where w.schema = %(s)s and m.user_id = %(u)s",
                {"s": crm.workspace.schema, "u": user},
            )
            or {}
        ).values()
        for _ in range(5):
            id_ = uuid7()
            await connection.execute(
                "insert into kundig.factor (id, identity, kind, name, secret, step) values (%(id)s, %(i)s, 'app', 'x', %(s)s, 0)",
                {"id": id_, "i": identity, "s": OLD.encrypt("00", f"factor {id_}")},
            )
            await connection.execute(
                "insert into kundig.device (id, hash, workspace, user_id, subscription)"
                " values (%(id)s, %(h)s, %(w)s, %(u)s, %(s)s)",
                {"id": id_, "h": id_.bytes, "w": number, "u": user, "s": OLD.encrypt("{}", f"device {id_}")},
            )
            await connection.execute(
                "insert into kundig.provider_secret (id, workspace, provider, secret) values (%(id)s, %(w)s, %(id)s::text, %(s)s)",
                {"id": id_, "w": number, "s": OLD.encrypt("x", f"provider secret {id_}")},
            )


async def places(crm: Crm) -> list[Sealed]:
    async with crm.system() as scope:
        return [*SEALED, *sealed_fields(scope.model)]


async def run(crm: Crm, secrets: Secrets) -> Renewal:
    found = Renewal()
    for place in await places(crm):
        await renew(crm.database, secrets, None if place.shared else crm.workspace, [place], found)
    return found


async def readable(crm: Crm, secrets: Secrets) -> dict[str, int]:
    """How many texts of each place a key reads; fails at the first that it does not."""
    counted = {}
    for place in await places(crm):
        async with crm.database.transaction(None if place.shared else crm.workspace) as connection:
            rows = await connection.rows(f"select id, {place.column} as sealed from {place.table} where {place.column} is not null")
        for row in rows:
            secrets.decrypt(bytes(row["sealed"]), place.bound_to.replace("{id}", str(row["id"])))
        counted[place.table] = len(rows)
    return counted


async def test_there_and_back(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "CHUNK", 2)
    await filled(crm)
    before = await readable(crm, OLD)
    assert before.keys() == {"{ws}.mail", "kundig.factor", "kundig.device", "kundig.provider_secret", '{ws}."vault"'}
    assert all(count >= 5 for count in before.values())
    found = await run(crm, THERE)
    try:
        assert (found.renewed, found.lost) == (sum(before.values()), 0)
        assert await readable(crm, NEW) == before
        with pytest.raises(OutsideFault):
            await readable(crm, OLD)
        assert (await run(crm, THERE)).renewed == 0, "a second run has nothing to do"
    finally:
        await run(crm, BACK)  # other tests share the tables that are there once
    assert await readable(crm, OLD) == before


async def test_interrupted_it_is_resumed(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the middle of a chunk: that chunk is as it was, those before are done, another run does the rest."""
    monkeypatch.setattr(sealed, "CHUNK", 2)
    await filled(crm)
    before, done = await readable(crm, OLD), 0

    class Dying(Secrets):
        def renewed(self, sealed: bytes, bound_to: str = "") -> bytes | None:
            nonlocal done
            done += 1
            if done == 4:
                raise KeyboardInterrupt
            return super().renewed(sealed, bound_to)

    try:
        with pytest.raises(KeyboardInterrupt):
            await run(crm, Dying(NEW_KEY, (TEST_KEY,)))
        assert await readable(crm, THERE) == before, "with both keys known nothing is unreadable meanwhile"
        assert (await run(crm, THERE)).renewed == sum(before.values()) - 2
        assert await readable(crm, NEW) == before
    finally:
        await run(crm, BACK)


async def test_what_no_key_reads_is_counted_and_left(crm: Crm) -> None:
    await filled(crm)
    strange = Secrets(b"nobody knows this key any more, nobody").encrypt("letter", "mail x")
    async with crm.database.transaction(crm.workspace) as connection:
        await connection.execute(
            "update {ws}.mail set content = %(c)s where id = (select min(id::text)::uuid from {ws}.mail)", {"c": strange}
        )
    found = Renewal()
    await renew(crm.database, THERE, crm.workspace, [Sealed("{ws}.mail", "content", "mail {id}")], found)
    assert (found.renewed, found.lost, found.places) == (4, 1, {f"{crm.workspace.schema}.mail.content"})


KNOWN: dict[str, int] = {
    "base/secrets.py": 1,  # renewing
    "engine/schema/fields/secret.py": 1,
    "services/delivery/mail.py": 1,
    "services/identity/devices.py": 1,
    "services/identity/providers/client_secrets.py": 1,
    "services/identity/providers/trips.py": 1,  # goes to the browser and back, and is not stored
    "services/identity/totp.py": 2,  # one of them goes to the browser and back, and is not stored
}


def test_nothing_else_is_encrypted() -> None:
    """Whoever encrypts something to store it says so in a SEALED, adds it to `filled` above, then here."""
    is_call: Callable[[ast.AST], bool] = lambda node: (  # noqa: E731 - read once, below
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "encrypt" and bool(node.args)
    )
    found = {room(path): sum(map(is_call, ast.walk(tree(path)))) for path in python_files()}
    aead = {"base/secrets.py": 1, "services/delivery/push_message.py": 1}  # AESGCM(…).encrypt itself; what is sent, not stored
    counted = {name: count - aead.get(name, 0) for name, count in found.items()}
    assert {name: count for name, count in counted.items() if count} == KNOWN
