"""A database of an older Kundig, with what people left in it: after the upgrade all of it is there, and the new parts work on it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.conftest import empty_database
from tests.integration.world import WORLD, World
from tests.receiving import Receiver

from kundig import wiring
from kundig.base.context import SYSTEM, Workspace
from kundig.base.database import Connection, Database, MigrationSource, migrate
from kundig.base.database.migrations import pending
from kundig.base.errors import OutsideFault
from kundig.base.jobs import JobRun
from kundig.base.secrets import Secrets
from kundig.base.uuid7 import uuid7
from kundig.engine.extension import field
from kundig.engine.history.trail import TrailQuery, read_trail
from kundig.engine.installing import install
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.jobs import FILL, make_jobs
from kundig.services.collaboration.comments import add_comment, comments_of
from kundig.services.collaboration.notifications import notifications_of
from kundig.services.collaboration.preferences import PUSHED_AT_FIRST, Preferences, desk_of, set_preferences
from kundig.services.collaboration.reactions import reactions_to, toggle_reaction
from kundig.services.identity.devices import add_device, devices_of
from kundig.services.identity.feeds import feed_of, renew_feed
from kundig.services.identity.module import MODULE as IDENTITY
from kundig.services.identity.rights_trail import note_rights
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.sessions import sessions_of
from kundig.services.lists.choosing import choose
from kundig.services.transfer.imports import list_imports

FIRST = {"engine": 6, "identity": 2, "delivery": 1, "collaboration": 1, "transfer": 1, "lists": 1, "live": 0}
"""How many files each room had in the beginning; rooms that are not named have all of theirs."""
LATER = {"engine": 6, "identity": 3, "delivery": 1, "collaboration": 4, "transfer": 2, "lists": 2, "live": 1}
EARLIER = replace(WORLD, objects=tuple(msgspec.structs.replace(object_, readers=()) for object_ in WORLD.objects))
"""The objects as they were before what a record owns could let somebody read it."""
EARLIER_IDENTITY = replace(IDENTITY, hooks=tuple(hook for hook in IDENTITY.hooks if hook.run is not note_rights))
"""Users as they were before the audit trail told of their rights."""
_numbers = count(1)
STATES = ("queued", "running", "done", "failed")
_IMPORT = """
insert into {ws}.import_run (id, by_kind, by_id, by_user, source, object, file_name, file_size, request, shape, digest, change, state, total, created)
values (%(id)s, 'user', %(user)s, %(user)s, 'web', 'house', 'houses.csv', 9, '{"object": "house"}', '{}', '\\x01', %(change)s, %(state)s, 3, 1)
"""


_NEWS = """
insert into {ws}.notification (id, recipient, kind, object, record, comment)
values (%(id)s, %(user)s, 'comment', 'house', %(record)s, %(comment)s)
"""


@dataclass
class Old:
    """What was there before."""

    world: World
    user: UUID
    record: UUID
    comment: UUID
    guest: UUID
    """Somebody whom the record names, but who could not see it."""
    files: dict[str, int]


def earlier(folder: Path, numbers: dict[str, int]) -> list[MigrationSource]:
    """The rooms' migrations as they were at a time."""
    made = []
    for source in wiring.migration_sources():
        files = sorted(source.folder.glob("[0-9]*.sql"))
        (folder / source.name).mkdir()
        for file in files[: numbers.get(source.name, len(files))]:
            shutil.copy(file, folder / source.name)
        made.append(MigrationSource(source.name, folder / source.name))
    return made


@pytest.fixture(params=["first", "later"])
async def old(request: pytest.FixtureRequest, data: Path, secrets: Secrets, worker_id: str, tmp_path: Path) -> AsyncIterator[Old]:
    """A database of an earlier time in which people have worked."""
    name, numbers = f"{request.param}{next(_numbers)}_{worker_id}", {"first": FIRST, "later": LATER}[request.param]
    workspace = Workspace(name, f"ws_{name}")
    with empty_database(f"kundig_{name}", data, secrets) as address:
        sources = earlier(tmp_path, numbers)
        scopes = Scopes([EARLIER_IDENTITY, EARLIER])
        await install(address, data, workspace, sources, scopes.models)
        async with Database(address) as database:
            world = World(database, workspace, scopes, count(1))
            yield await _lived_in(world, numbers)


async def _lived_in(world: World, files: dict[str, int]) -> Old:
    user, guest = await world.user("level_all"), await world.user("level_own")
    record = await world.create("house", name="An old house", visitor=[{"user": str(guest)}])
    values = {"user": user, "record": record, "id": uuid7(), "comment": uuid7(), "session": uuid7()}
    async with world.system() as scope:
        for statement in (
            "insert into {ws}.comment (id, object, record, author, html) values (%(comment)s, 'house', %(record)s, %(user)s, '<p>old</p>')",
            "insert into {ws}.follower (object, record, user_id) values ('house', %(record)s, %(user)s)",
            _NEWS,
            "insert into {ws}.preference (user_id, theme, letter_keys, muted) values (%(user)s, 'dark', false, '{changed}')",
            "insert into {ws}.feed_position values ('notifications', 7)",
            "insert into {ws}.audit_event (id, by_kind, by_id, event, object) values (%(id)s, 'user', %(user)s, 'export', 'house')",
            "insert into {ws}.saved_view (id, object, name, owner, definition) values (%(id)s, 'house', 'Mine', %(user)s, '{}')",
        ):
            await scope.connection.execute(statement, values)
        for state in STATES:
            run = {"id": uuid7(), "change": uuid7(), "user": user, "state": state}
            await scope.connection.execute(_IMPORT, run)
            await scope.connection.execute("insert into {ws}.import_part values (%(id)s, 1, '\\x6e616d65')", run)
            await scope.connection.execute("insert into {ws}.import_error values (%(id)s, 2, 0, 'Name', '', 'required', '{}')", run)
    async with world.database.transaction(None) as connection:
        await connection.execute(
            "insert into kundig.session (id, hash, workspace, user_id, ends_at)"
            " select %(session)s, '\\x02', m.workspace, m.user_id, now() + interval '1 day'"
            " from kundig.membership m where m.user_id = %(user)s",
            values,
        )
    return Old(world, user, record, values["comment"], guest, files)


async def everything(connection: Connection, schema: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables of the workspace and of what workspaces share, but the list of migrations."""
    tables = await connection.values(
        "select format('%%I.%%I', schemaname, tablename) from pg_tables where schemaname = any(%(schemas)s)"
        " and tablename <> 'migration' order by 1",
        {"schemas": [schema, "kundig"]},
    )
    found = {}
    for table in tables:
        found[table] = await connection.values(f"select to_jsonb(t) from {table} t order by t::text")
    return found


async def test_an_upgrade_keeps_what_people_left_and_the_new_parts_work_on_it(old: Old) -> None:
    world, sources, schema = old.world, wiring.migration_sources(), old.world.workspace.schema
    async with world.database.owner() as connection:
        before = await everything(connection, schema)
    assert sum(len(rows) for rows in before.values()) > 30
    waiting = await pending(world.database, sources)
    assert waiting == sum(
        len(list(source.folder.glob("[0-9]*.sql"))) - old.files[source.name] for source in sources if source.name in old.files
    )
    assert await migrate(world.database, sources) == waiting
    assert await pending(world.database, sources) == await migrate(world.database, sources) == 0
    async with world.database.owner() as connection:
        after = await everything(connection, schema)
    for table, rows in before.items():
        kept = [{name: row[name] for name in rows[0]} for row in after[table]] if rows else after[table]
        assert sorted(map(msgspec.json.encode, kept)) == sorted(map(msgspec.json.encode, rows)), table
    await _works(old)
    await _guests_see(old)
    async with world.system() as scope:
        old_event = (await read_trail(scope, TrailQuery(event="feed_made"))).entries + (
            await read_trail(scope, TrailQuery(object="house"))
        ).entries
    assert [(event["event"], event["by"]["id"], event["token"]) for event in old_event] == [
        ("feed_made", str(old.user), None), ("export", str(old.user), None),
    ]  # fmt: skip


async def _works(old: Old) -> None:
    """The program of today on what was there before."""
    async with old.world.scope(old.user) as scope:
        connection = scope.connection
        desk = await desk_of(connection, old.user)
        assert desk.preferences == Preferences("dark", letter_keys=False, muted=frozenset({"changed"}), pushed=PUSHED_AT_FIRST)
        assert (desk.unread, desk.tour) == (1, 0)
        chosen = Preferences(mailed=frozenset({"mention"}), pushed=frozenset({"comment"}))
        await set_preferences(connection, old.user, chosen)
        assert (await desk_of(connection, old.user)).preferences == chosen
        [news] = await notifications_of(scope)
        assert (news.kind, news.record) == ("comment", old.record)
        await add_comment(scope, "house", old.record, "<p>new</p>")
        assert [comment.html for comment in await comments_of(scope, "house", old.record)] == ["<p>old</p>", "<p>new</p>"]
        await toggle_reaction(scope, old.comment, "like")
        assert old.comment in await reactions_to(scope, [old.comment])
        await choose(scope, "house", [old.record])
        assert {row["state"] for row in await list_imports(scope)} == set(STATES)
        await connection.execute("update {ws}.import_run set state = 'draft' where state = 'failed'")
        [session] = await sessions_of(connection, old.user)
        secrets = Secrets(b"only for tests, never for people")
        await add_device(connection, secrets, old.user, session["id"], Receiver("https://push.example.com/x").subscription)
        assert [device.here for device in await devices_of(connection, old.user, session["id"])] == [True]
        await renew_feed(scope.context, old.user)
        assert await feed_of(connection, old.user) is not None


async def _guests_see(old: Old) -> None:
    """Whom a record named before sees it after the first start, when the job is done that this has queued."""
    world = await World.made(old.world.database, old.world.workspace)
    [fill] = [job for job in make_jobs(world.scopes.of_system) if job.name == FILL]
    async with world.database.transaction(None) as connection:
        waiting = await connection.values(
            "select args->'payload' from jobs.procrastinate_jobs where task_name = %(name)s", {"name": FILL}
        )
    assert "house" in [payload["object"] for payload in waiting]
    seen = []
    for payload in [{}, *waiting]:
        if payload:
            await fill.run(JobRun(1, world.database, world.workspace, SYSTEM, payload, 0))
        async with world.scope(old.guest) as scope:
            seen.append(await visible_ids(scope, "house", [old.record]))
    assert (seen[0], seen[-1]) == (set(), {old.record})


async def test_what_let_readers_pass_others_records_makes_room(old: Old) -> None:
    """Decision 0044: indexes and settings of tables that were there for a time go, others stay, and the first start makes the new ones."""
    world = old.world
    async with world.database.owner(world.workspace) as connection:
        for statement in (
            (
                'create index room__name_sight__ix on {ws}.room (kundig.fold(name) collate "C", id) include (name, audience)'
                " where deleted_at is null and cardinality(audience) <= 40"
            ),
            (
                'create index room__name_sight_rest__ix on {ws}.room (kundig.fold(name) collate "C", id)'
                " where deleted_at is null and not cardinality(audience) <= 40"
            ),
            "create index room__line_of_sight__ix on {ws}.room (version)",
            "alter table {ws}.room set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)",
            "alter table {ws}.comment set (autovacuum_vacuum_scale_factor = 0.1)",
        ):
            await connection.execute(statement)
    await migrate(world.database, wiring.migration_sources())
    await World.made(world.database, world.workspace)
    async with world.database.owner(world.workspace) as connection:
        named = {"schema": world.workspace.schema}
        indexes = await connection.values("select indexname from pg_indexes where schemaname = %(schema)s", named)
        options = await connection.rows(
            "select relname, reloptions from pg_class where relnamespace = %(schema)s::regnamespace and relkind = 'r'", named
        )
    assert [name for name in indexes if "_sight" in name and name.startswith("room")] == ["room__line_of_sight__ix"]
    assert {"room__name_seen1__ix", "room__audience_larger__ix"} <= set(indexes)
    of = {row["relname"]: row["reloptions"] or [] for row in options}
    assert not [option for option in of["room"] if option.startswith("autovacuum_vacuum")]
    assert "autovacuum_vacuum_scale_factor=0.1" in of["comment"]


OWN_FIELD = """insert into {ws}.document (kind, name, body)
values ('field', 'house.colour', '{"object": "house", "name": "colour", "type": "number", "label": {"en": "Colour", "de": "Farbe"}}')"""


async def test_a_version_that_brings_what_one_has_otherwise_changes_nothing_and_says_so(old: Old, data: Path) -> None:
    """Their own field of a name and a module's of another type: the version before still runs, and there it can be renamed."""
    world, sources = old.world, wiring.migration_sources()
    async with world.database.owner(world.workspace) as connection:
        await connection.execute(OWN_FIELD)
    waiting = await pending(world.database, sources)
    [house, *others] = WORLD.objects
    colour = field("colour", "text", "Colour", "Farbe")
    brought = replace(WORLD, objects=(msgspec.structs.replace(house, fields=(*house.fields, colour)), *others))
    with pytest.raises(OutsideFault) as told:
        await install(world.database.address, data, world.workspace, sources, Scopes([IDENTITY, brought]).models)
    assert "house.colour" in str(told.value.text)
    assert "upgrade again" in str(told.value.text)
    assert await pending(world.database, sources) == waiting
    async with world.database.owner(world.workspace) as connection:
        await connection.execute("update {ws}.document set name = 'house.paint', body = body || '{\"name\": \"paint\"}'")
    await install(world.database.address, data, world.workspace, sources, Scopes([IDENTITY, brought]).models)
    assert await pending(world.database, sources) == 0
