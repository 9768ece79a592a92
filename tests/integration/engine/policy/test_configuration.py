"""Configuration applied and rolled back: a custom object, roles and rules, at once in every process."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.integration.world import IDENTITY, WORLD, World

from kundig.base.database import Connection
from kundig.base.database.transactions import retrying
from kundig.base.errors import Conflict, Invalid, Overtaken
from kundig.engine.configuration.changing import plan
from kundig.engine.configuration.store import history, stored_documents
from kundig.engine.configuration.yaml import load, read_path, write_folder
from kundig.engine.policy.applying import plan_documents, rollback_plan
from kundig.engine.policy.configuring import configure
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.policy.principals import end_former
from kundig.engine.records.writing import Change, Create
from kundig.services.identity.scopes import Scopes

BOAT = """
kind: object
name: boat
label: {en: Boat, de: Boot}
label_plural: {en: Boats, de: Boote}
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true}
  - {name: house, type: link, label: {en: House, de: Haus}, options: {target: house}}
"""


def sharing_houses(name: str, city: str, user: UUID, *, level: str = "read") -> str:
    """A rule that shares the houses of a city with somebody."""
    return f"""
kind: sharing_rule
name: {name}
label: {{en: {city}, de: {city}}}
object: house
where: {{field: city, op: is, value: {city}}}
to: ["user:{user}"]
level: {level}
"""


async def planned(world: World, *documents: Any) -> Any:
    """The plan, as a server's transaction makes it."""
    async with world.system() as scope:
        return await plan_documents(scope.connection, world.workspace, world.scopes.models, documents)


async def refused(world: World, documents: Any, place: str) -> None:
    """Neither planned nor applied, with the place named."""
    with pytest.raises(Invalid) as told:
        await planned(world, *documents)
    assert any(place in error.field for error in told.value.errors), told.value.errors
    with pytest.raises(Invalid) as told:
        await world.apply(*documents)
    assert any(place in error.field for error in told.value.errors), told.value.errors


async def queued(world: World) -> list[Any]:
    async with world.database.transaction(None) as connection:
        return await connection.values(
            "select args->'payload'->>'object' from jobs.procrastinate_jobs where task_name = 'policy.fill_audience'"
            " and args->>'workspace' = %(schema)s",
            {"schema": world.workspace.schema},
        )


async def test_an_object_from_yaml_works_at_once_everywhere_and_goes_again(world: World) -> None:
    elsewhere = World(world.database, world.workspace, Scopes([IDENTITY, WORLD]), world._numbers)
    async with elsewhere.system() as scope:
        assert "boat" not in scope.model.objects
    applied = await world.apply(*load(BOAT, "boat.yaml"))
    assert [difference.line() for difference in applied.differences] == ["+ object boat"]
    house = await world.create("house", name="x")
    async with elsewhere.system() as scope:
        [boat] = await Change(scope).write("boat", [Create({"name": "Ark", "house": str(house)})])
    user = await world.user("level_all")
    async with elsewhere.scope(user) as scope:
        assert "boat" not in scope.access.objects, "no role of the user speaks of it"
    reader = await world.user("administrator")
    async with elsewhere.scope(reader) as scope:
        assert await visible_ids(scope, "boat", [boat]) == {boat}
    await rollback_plan(world.database, world.workspace, world.scopes.models, applied.id)
    async with elsewhere.system() as scope:
        assert "boat" not in scope.model.objects
        assert [document.name for document in await stored_documents(scope.connection) if document.kind == "object"] == []
        assert (await history(scope.connection, 2))[1].plan == applied.id
    await world.apply(*load(BOAT, "boat.yaml"))
    async with elsewhere.scope(reader) as scope:
        assert await visible_ids(scope, "boat", [boat]) == {boat}, "taking an object out keeps its records"
    await world.apply(*load("kind: object\nname: boat\nhidden: true", "boat.yaml"))
    async with world.system() as scope:
        assert "boat" not in scope.model.objects


async def test_a_field_on_an_object_of_a_module(world: World) -> None:
    document = load("kind: field\nobject: house\nname: colour\ntype: text\nlabel: {en: Colour, de: Farbe}", "f.yaml")
    await world.apply(*document)
    house = await world.create("house", name="x", colour="blue")
    async with world.system() as scope:
        query = 'select colour from {ws}."house" where id = %(id)s'
        assert await scope.connection.value(query, {"id": house}) == "blue"
    await world.apply(
        *load("kind: field\nobject: house\nname: colour\ntype: text\nlabel: {en: Colour, de: Farbe}\nhidden: true", "f.yaml")
    )
    async with world.system() as scope:
        assert "colour" not in scope.model.objects["house"].fields


async def test_a_plan_names_what_would_change(world: World) -> None:
    await world.apply(*load("kind: object\nname: house\nlabel: {en: Villa, de: Villa}", "h.yaml"))
    async with world.system() as scope:
        made = await plan(scope.connection, load("kind: object\nname: house\nlabel: {en: Hut, de: Villa}\nicon: home", "h.yaml"))
    assert [difference.line() for difference in made.differences] == [
        "~ object house: label.en: Villa → Hut",
        "+ object house: icon: home",
    ]
    async with world.system() as scope:
        assert scope.model.objects["house"].definition.label["en"] == "Villa"


@pytest.mark.parametrize(
    "text",
    [
        "kind: object\nname: nest\nlabel: {en: Nest, de: Nest}\nlabel_plural: {en: x, de: x}\nfields: [{name: a, type: nonsense, label: {en: a, de: a}}]",
        "kind: role\nname: r\nlabel: {en: R, de: R}\nobjects: {house: {read: all, fields: {name: hidden}}}",
        "kind: role\nname: r\nlabel: {en: R, de: R}\nobjects: {house: {where: {field: nothing, op: is, value: 1}}}",
        "kind: role\nname: r\nlabel: {en: R, de: R}\nobjects: {house: {where: {field: created_at, op: within, value: today}}}",
        "kind: role\nname: r\nlabel: {en: R, de: R}\nobjects: {house: {where: {field: owner, op: is, value: me}}}",
        # children, also where a field is called as they are
        "kind: role\nname: r\nlabel: {en: R, de: R}\nobjects: {house: {where: {related: room.house}}}",
        (
            "kind: field\nobject: house\nname: room\ntype: text\nlabel: {en: R, de: R}\n---\n"
            "kind: role\nname: r\nlabel: {en: R, de: R}\nobjects: {house: {where: {related: room.house}}}"
        ),
        "kind: role\nname: r\nlabel: {en: R, de: R}\nrights: [rule_the_world]",
        "kind: sharing_rule\nname: s\nlabel: {en: S, de: S}\nobject: house\nwhere: {field: city, op: is, value: x}\nto: [everybody]",
        "kind: sharing_rule\nname: s\nlabel: {en: S, de: S}\nobject: window\nwhere: {field: name, op: is, value: x}\nto: ['role:sees']",
    ],
)
async def test_what_does_not_fit_is_refused_as_a_whole(world: World, text: str) -> None:
    good = "kind: role\nname: good\nlabel: {en: Good, de: Gut}\n---\n"
    with pytest.raises(Invalid):
        await world.apply(*load(good + text, "bad.yaml"))
    async with world.system() as scope:
        assert "good" not in scope.model.roles


DEFAULTS = [
    ("text", "", "5"),
    ("text", "{max_length: 3}", "long"),
    ("number", "", "many"),
    ("number", "", "'5'"),
    ("boolean", "", "1"),
    ("date", "", "2026-02-30"),
    ("choice", "{choices: [{key: a, label: {en: A, de: A}}]}", "b"),
    ("choice", "{choices: [{key: a, label: {en: A, de: A}, retired: true}]}", "a"),
    ("choices", "{choices: [{key: a, label: {en: A, de: A}}]}", "[a, b]"),
    ("emails", "", "nobody"),
    ("money", "", "{amount: 5, currency: XXX}"),
    ("autonumber", "", "T-1"),
    ("secret", "", "hush"),
    ("link", "{target: house}", "01900000-0000-7000-8000-000000000000"),
]


@pytest.mark.parametrize(("type_", "options", "default"), DEFAULTS)
async def test_a_default_that_its_field_would_refuse_is_refused(world: World, type_: str, options: str, default: str) -> None:
    field = f"kind: field\nobject: house\nname: odd\ntype: {type_}\nlabel: {{en: x, de: x}}\ndefault: {default}"
    documents = load(f"{field}\noptions: {options}" if options else field, "f.yaml")
    await refused(world, documents, "house.odd")


async def test_defaults_that_fit_are_taken(world: World) -> None:
    fields = {
        "given_emails": ("emails", "office@example.com"),
        "given_money": ("money", "{amount: '5'}"),
        "given": ("boolean", "true"),
    }
    documents = [
        load(f"kind: field\nobject: house\nname: {name}\ntype: {type_}\nlabel: {{en: x, de: x}}\ndefault: {default}", "f.yaml")[0]
        for name, (type_, default) in fields.items()
    ]
    await world.apply(*documents)
    house = await world.create("house", name="x")
    async with world.system() as scope:
        row = await scope.connection.row('select * from {ws}."house" where id = %(id)s', {"id": house})
    assert row is not None
    assert row["given"] is True
    assert row["given_money"] == 5
    assert row["given_emails"] == [{"label": None, "value": "office@example.com"}]


@pytest.mark.parametrize("name", ["comment", "search", "change_2031_05", "search_entry_vector", "house_rollup"])
async def test_an_object_does_not_take_the_place_of_something_else(world: World, name: str) -> None:
    documents = load(BOAT.replace("name: boat", f"name: {name}"), "boat.yaml")
    await refused(world, documents, name)
    async with world.system() as scope:
        columns = "select count(*) from pg_attribute where attrelid = to_regclass(%(name)s) and attname = 'label_fold'"
        assert await scope.connection.value(columns, {"name": f'"{world.workspace.schema}"."comment"'}) == 0


async def test_a_plan_tells_what_applying_would_refuse(world: World) -> None:
    for text in (
        "kind: role\nname: r\nlabel: {en: R, de: R}\nrights: [rule_the_world]",
        BOAT.replace("target: house", "target: hut"),
    ):
        with pytest.raises(Invalid):
            await planned(world, *load(text, "bad.yaml"))
    await world.apply(*load("kind: field\nobject: house\nname: height\ntype: number\nlabel: {en: x, de: x}", "f.yaml"))
    other = load("kind: field\nobject: house\nname: height\ntype: date\nlabel: {en: x, de: x}", "f.yaml")
    await refused(world, other, "house.height")
    assert [d.line() for d in (await planned(world, *load(BOAT.replace("boat", "raft"), "raft.yaml"))).differences] == [
        "+ object raft"
    ]


async def test_a_plan_that_later_ones_built_on_is_not_rolled_back(world: World) -> None:
    first = await world.apply(*load("kind: role\nname: guest\nlabel: {en: Guest, de: Gast}", "g.yaml"))
    await world.apply(*load("kind: role\nname: guest\nlabel: {en: Visitor, de: Gast}", "g.yaml"))
    with pytest.raises(Conflict):
        await rollback_plan(world.database, world.workspace, world.scopes.models, first.id)


async def test_the_first_settings_are_undone_to_those_of_the_beginning(world: World) -> None:
    chosen = "select language, time_zone, region from kundig.workspace where schema = %(schema)s"
    async with world.database.transaction(None) as connection:
        before = await connection.row(chosen, {"schema": world.workspace.schema})
    made = await world.apply(*load("kind: workspace\nlanguage: en\ntime_zone: Europe/Lisbon\nregion: PT", "w.yaml"))
    await rollback_plan(world.database, world.workspace, world.scopes.models, made.id)
    async with world.database.transaction(None) as connection:
        assert await connection.row(chosen, {"schema": world.workspace.schema}) == before


async def test_a_view_that_begins_its_order_with_a_roll_up_brings_an_index(world: World) -> None:
    async def indexes() -> list[str]:
        async with world.system() as scope:
            asked = (
                "select indexdef from pg_indexes where schemaname = %(schema)s and tablename = 'house_rollup' order by indexname"
            )
            return [
                str(index).partition(" USING ")[2]
                for index in await scope.connection.values(asked, {"schema": world.workspace.schema})
            ]

    assert await indexes() == ["btree (record)"]
    view = "kind: view\nobject: house\nname: large\nlabel: {en: Large, de: Große}\norder: -area"
    await world.apply(*load(view, "v.yaml"))
    assert await indexes() == ["btree (area, record) WHERE (area IS NOT NULL)", "btree (record)"]


async def test_a_rule_opens_old_and_new_records_and_closes_at_once(world: World) -> None:
    user = await world.user("level_own")
    old = await world.create("house", name="x", city="Berlin")
    rule = sharing_houses("berlin", "Berlin", user, level="edit")
    await world.apply(*load(rule, "r.yaml"))
    new = await world.create("house", name="y", city="Berlin")
    assert "house" in await queued(world)
    await world.fill("house")
    async with world.scope(user) as scope:
        assert await visible_ids(scope, "house", [old, new]) == {old, new}
        assert await allowed(scope, "edit", "house", [old, new]) == {old, new}
        assert await allowed(scope, "delete", "house", [old, new]) == set()
    await world.apply(*load(rule.replace("value: Berlin", "value: Bonn"), "r.yaml"))
    async with world.scope(user) as scope:
        assert await visible_ids(scope, "house", [old, new]) == set(), "before any job has run"
    await world.apply(*load(rule, "r.yaml"))
    async with world.scope(user) as scope:
        assert await visible_ids(scope, "house", [old, new]) == set(), "the rule starts anew"
    await world.fill("house")
    async with world.scope(user) as scope:
        assert await visible_ids(scope, "house", [old, new]) == {old, new}


async def test_a_changed_forbid_forbids_what_it_did_until_the_job_is_done(world: World) -> None:
    """Else what it forbids before and after would be seen meanwhile; a lifted one is gone at once."""
    both, only = await world.create("house", name="x", city="Riga"), await world.create("house", name="y", city="Oslo")
    text = "kind: role\nname: blind\nlabel: {{en: Blind, de: Blind}}\nobjects: {{house: {{read: own}}}}\nforbids: [{}]"
    forbid = "{{object: house, where: {{field: city, op: in, value: [{}]}}}}"

    await world.apply(*load(text.format(forbid.format("Riga, Oslo")), "r.yaml"))
    user, other = await world.user("level_all", "blind"), await world.user("level_all")

    async def seen(by: Any = user) -> set[Any]:
        async with world.scope(by) as scope:
            return set(await visible_ids(scope, "house", [both, only]))

    async def former() -> list[int]:
        async with world.database.transaction(None) as connection:
            found = await connection.values(
                "select args->'payload'->'former' from jobs.procrastinate_jobs where args->>'workspace' = %(schema)s"
                " and args->'payload' ? 'former' order by id desc limit 1",
                {"schema": world.workspace.schema},
            )
        return list(found[0]) if found else []

    await world.fill("house")
    assert await seen() == set()
    await world.apply(*load(text.format(forbid.format("Riga")), "r.yaml"))
    assert await seen() == set(), "before any job has run"
    assert await seen(other) == {both, only}
    await world.apply(*load(text.format(forbid.format("Riga, Oslo")), "r.yaml"))
    assert await seen() == set(), "and while it is changed back"
    await world.apply(*load(text.format(forbid.format("Riga")), "r.yaml"))
    await world.fill("house")
    ids = await former()
    assert ids
    async with world.system() as scope:
        await scope.connection.execute(
            "delete from {ws}.principal where split_part(ref, '/', 4) <> '' and not id = any(%(ids)s)", {"ids": ids}
        )
        await end_former(scope.connection, ids)
    assert await seen() == {only}, "with the job it is what it says"
    await world.apply(*load(text.format(forbid.format("Oslo")), "r.yaml"))
    await world.apply(*load(text.format(""), "r.yaml"))
    assert await seen() == {both, only}, "nothing is forbidden any more"


async def test_a_rule_that_closes_writes_no_record(world: World) -> None:
    """Its number opens nothing any more; the next write of a record takes it out."""
    user = await world.user("level_own")
    house = await world.create("house", name="x", city="Lund")
    rule = sharing_houses("lund", "Lund", user)

    async def stored() -> tuple[str, list[int]]:
        async with world.system() as scope:
            row = await scope.connection.row("select ctid::text, audience from {ws}.house where id = %(id)s", {"id": house})
            return (row["ctid"], row["audience"]) if row else ("", [])

    await world.apply(*load(rule, "r.yaml"))
    await world.fill("house")
    shared = await stored()
    await world.apply(*load("kind: sharing_rule\nname: lund\nhidden: true", "r.yaml"))
    await world.fill("house")
    assert await stored() == shared
    async with world.scope(user) as scope:
        assert await visible_ids(scope, "house", [house]) == set()
    await world.update("house", house, city="Oslo")
    assert len((await stored())[1]) < len(shared[1])


async def test_a_rule_over_a_link_follows_the_linked_record(world: World) -> None:
    user = await world.user("level_own")
    rule = f"""
kind: sharing_rule
name: rooms_in_kiel
label: {{en: Kiel, de: Kiel}}
object: room
where: {{field: house.city, op: is, value: Kiel}}
to: ["user:{user}"]
"""
    await world.apply(*load(rule, "r.yaml"))
    house = await world.create("house", name="x", city="Ulm")
    room = await world.create("room", name="y", house=house)
    window = await world.create("window", name="z", room=room)
    for city, seen in (("Ulm", False), ("Kiel", True), ("Bern", False)):
        await world.update("house", house, city=city)
        async with world.scope(user) as scope:
            assert (room in await visible_ids(scope, "room", [room])) is seen
            assert (window in await visible_ids(scope, "window", [window])) is seen


async def test_export_and_apply_again_changes_nothing(world: World, tmp_path: Any) -> None:
    await world.apply(*load("kind: role\nname: kept\nlabel: {en: 'Yes: no', de: 'Schön'}", "k.yaml"))
    async with world.system() as scope:
        before = await stored_documents(scope.connection)
    write_folder(before, tmp_path)
    async with world.system() as scope:
        made = await plan(scope.connection, read_path(tmp_path), whole=True)
    assert made.differences == []


async def test_servers_can_not_change_tables(connection: Connection) -> None:
    import psycopg

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await connection.execute("create table {ws}.intruder (id int)")


async def test_what_was_made_from_an_older_configuration_is_begun_again(world: World) -> None:
    """The door of pages: what somebody else has applied since the page looked is never overwritten unseen."""
    admin = await world.user("administrator")
    [late] = load("kind: role\nname: late\nlabel: {en: Late, de: Spät}", "late.yaml")
    seen = []

    async def work() -> None:
        async with world.scope(admin) as scope:
            seen.append("early" in scope.model.roles)
            if len(seen) == 1:
                await world.apply(*load("kind: role\nname: early\nlabel: {en: Early, de: Früh}", "early.yaml"))
                with pytest.raises(Overtaken):
                    await configure(scope, world.database, world.scopes.models, [late], note="late")
            await configure(scope, world.database, world.scopes.models, [late], note="late")

    await retrying(work)
    assert seen == [False, True]
    async with world.system() as scope:
        assert {"early", "late"} <= scope.model.roles.keys()
