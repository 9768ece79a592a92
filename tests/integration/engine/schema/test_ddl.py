"""From the model to the tables: complete, repeatable, and without loss."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import psycopg
import pytest
from tests.integration.engine.schema.sample import PART, PIPELINE, TEAM, THING, USER

from kundig.base.errors import Invalid
from kundig.engine.extension import Module, field
from kundig.engine.schema.ddl import applying, planning
from kundig.engine.schema.ddl.applying import apply_model, change_tables
from kundig.engine.schema.ddl.planning import plan_tables
from kundig.engine.schema.ddl.present import read_present
from kundig.engine.schema.definitions import define
from kundig.engine.schema.model import build_model


def _model(*, things=THING, pipeline=PIPELINE):
    module = Module(name="sample", label={"en": "S", "de": "S"}, objects=(USER, TEAM, things, PART), pipelines=(pipeline,))
    return build_model(define([module]), "test", 2)


def _with(*fields, without=()):
    kept = tuple(f for f in THING.fields if f.name not in without)
    return msgspec.structs.replace(THING, fields=(*kept, *fields))


async def test_after_applying_nothing_is_left_to_do(database, sample_workspace, model):
    async with database.owner(sample_workspace) as connection:
        plan = plan_tables(model, await read_present(connection))
    assert plan.steps == ()
    assert plan.conflicts == ()
    assert plan.unknown == ()


async def test_applying_twice_does_nothing(database, sample_workspace, model):
    applied = await apply_model(database, sample_workspace, model)
    assert applied.steps == ()


async def test_a_new_field_keeps_the_data(database, with_engine, model):
    place = await with_engine()
    await apply_model(database, place, model)
    async with database.transaction(place) as connection:
        await connection.execute("insert into {ws}.thing (id, name, tags) values (gen_random_uuid(), 'Anna', '{a}')")
    extra = (field("extra", "text", "Extra", "Extra", main=True), field("flag", "boolean", "Flag", "Flag"))
    number = field("second", "autonumber", "Second", "Zweite", prefix="S-")
    applied = await apply_model(database, place, _model(things=_with(*extra, number)))
    assert "column thing.extra" in applied.steps
    async with database.transaction(place) as connection:
        row = await connection.row("select name, tags, extra, flag, second from {ws}.thing")
    assert row == {"name": "Anna", "tags": ["a"], "extra": None, "flag": False, "second": "S-000001"}


async def test_indexes_of_audiences_put_nothing_off_also_where_they_did(database, with_engine, model):
    place = await with_engine()
    await apply_model(database, place, model)
    name = f"{place.schema}.thing__audience__ix"
    options = "select reloptions from pg_class where oid = %(name)s::regclass"
    async with database.owner(place) as connection:
        assert await connection.value(options, {"name": name}) == ["fastupdate=off"]
        await connection.execute("alter index {ws}.thing__audience__ix reset (fastupdate)")
    async with database.transaction(place) as connection:
        await connection.execute("insert into {ws}.thing (id, name, audience) values (gen_random_uuid(), 'Anna', '{7}')")
    applied = await apply_model(database, place, model)
    assert applied.steps == ("fastupdate of thing__audience__ix",)
    async with database.transaction(place) as connection:
        assert await connection.value(options, {"name": name}) == ["fastupdate=off"]
        await connection.execute("set local enable_seqscan = off")
        assert await connection.value("select name from {ws}.thing where audience && '{7}' and deleted_at is null") == "Anna"
    assert (await apply_model(database, place, model)).steps == ()


async def test_a_removed_field_stays_and_is_reported(database, with_engine, model):
    place = await with_engine()
    await apply_model(database, place, model)
    applied = await apply_model(database, place, _model(things=_with(without=("data",))))
    assert applied.steps == ()
    assert applied.unknown == ("thing.data",)


async def test_a_changed_formula_is_worked_out_anew(database, with_engine, model):
    place = await with_engine()
    await apply_model(database, place, model)
    async with database.transaction(place) as connection:
        await connection.execute("insert into {ws}.thing (id, name) values (gen_random_uuid(), 'Anna')")
    other = field("greeting", "formula", "G", "G", result="text", sql="'Bye 100%, ' || {name}", overridable=True)
    await apply_model(database, place, _model(things=_with(other, without=("greeting",))))
    async with database.transaction(place) as connection:
        assert await connection.value("select greeting from {ws}.thing") == "Bye 100%, Anna"


async def test_another_type_is_refused_and_nothing_changed(database, with_engine, model):
    place = await with_engine()
    await apply_model(database, place, model)
    with pytest.raises(Invalid) as refused:
        await apply_model(database, place, _model(things=_with(field("data", "date", "D", "D"), without=("data",))))
    assert [error.field for error in refused.value.errors] == ["thing.data: jsonb → date"]


async def test_big_indexes_are_built_later_and_broken_ones_again(database, with_engine, model, monkeypatch):
    place = await with_engine()
    await apply_model(database, place, model)
    monkeypatch.setattr(planning, "BIG", 0)
    async with database.owner(place) as connection:
        await connection.execute("drop index {ws}.thing__name__ix")
    applied = await apply_model(database, place, model)
    assert applied.steps == ("index thing__name__ix",)
    async with database.owner(place) as connection:
        present = await read_present(connection)
    name = present.indexes["thing__name__ix"]
    assert name.valid
    broken = plan_tables(model, replace(present, indexes={**present.indexes, "thing__name__ix": replace(name, valid=False)}))
    assert [step.sql.split("{ws}")[0] for step in broken.steps] == [
        "drop index concurrently ",
        'CREATE INDEX CONCURRENTLY thing__name__ix ON "',
    ]
    await applying.build_indexes(database, place, broken.steps)
    async with database.owner(place) as connection:
        assert plan_tables(model, await read_present(connection)).steps == ()


def _pipeline(*stages):
    return msgspec.structs.replace(PIPELINE, stages=stages)


async def test_stages_are_projected_and_kept_while_in_use(database, with_engine, model):
    place = await with_engine()
    await apply_model(database, place, model)
    begin, done = PIPELINE.stages
    middle = msgspec.structs.replace(begin, key="middle")
    await apply_model(database, place, _model(pipeline=_pipeline(begin, middle, done)))
    async with database.transaction(place) as connection:
        assert await connection.values("select key from {ws}.stage order by position") == ["begin", "middle", "done"]
        await connection.execute(
            "insert into {ws}.thing (id, stage, stage__pipeline, stage__status)"
            " values (gen_random_uuid(), 'done', 'thing_way', 'won')"
        )
    with pytest.raises(Invalid) as refused:
        await apply_model(database, place, _model(pipeline=_pipeline(begin, middle)))
    assert [error.code for error in refused.value.errors] == ["in_use"]
    lost = msgspec.structs.replace(done, status="lost")
    await apply_model(database, place, _model(pipeline=_pipeline(begin, lost)))
    async with database.transaction(place) as connection:
        assert await connection.values("select key from {ws}.stage order by position") == ["begin", "done"]
        assert await connection.value("select stage__status from {ws}.thing") == "lost"


async def test_the_journal_is_append_only(database, sample_workspace):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(sample_workspace) as connection:
            await connection.execute("delete from {ws}.change_entry")


async def test_a_change_may_be_part_of_a_larger_transaction(database, with_engine, model):
    place = await with_engine()
    with pytest.raises(RuntimeError):
        async with database.owner(place) as connection:
            await change_tables(connection, model)
            raise RuntimeError
    async with database.owner(place) as connection:
        assert "thing" not in (await read_present(connection)).tables


async def test_what_is_no_longer_unique_takes_values_again(database, with_engine, model):
    place = await with_engine()
    await apply_model(database, place, model)
    plain = field("source", "text", "S", "S")
    applied = await apply_model(database, place, _model(things=_with(plain, without=("source",))))
    assert applied.steps == ("no longer unique: thing__source__key",)
    async with database.transaction(place) as connection:
        await connection.execute("insert into {ws}.thing (id, source) select gen_random_uuid(), 'x' from generate_series(1, 2)")
    with pytest.raises(Invalid) as refused:
        await apply_model(database, place, model)
    assert [error.code for error in refused.value.errors] == ["not_unique"]


async def test_a_new_link_on_a_filled_table_is_checked(database, with_engine, model, monkeypatch):
    place = await with_engine()
    await apply_model(database, place, model)
    async with database.transaction(place) as connection:
        await connection.execute("insert into {ws}.thing (id) values (gen_random_uuid())")
    monkeypatch.setattr(planning, "BIG", 0)
    wider = _model(things=_with(field("other", "link", "O", "O", target="thing")))
    applied = await apply_model(database, place, wider)
    assert applied.steps == (
        "column thing.other",
        "foreign key thing__other__fk",
        "check of thing__other__fk",
        "index thing__other__ix",
    )
    async with database.owner(place) as connection:
        present = await read_present(connection)
    assert present.constraints["thing__other__fk"]
    assert plan_tables(wider, present).steps == ()


async def test_a_held_lock_delays_but_does_not_stop_it(database, with_engine, model, monkeypatch):
    """The reader is never blocked for longer than the lock may be waited for."""
    place = await with_engine()
    await apply_model(database, place, model)
    monkeypatch.setattr(applying, "LOCK_TIMEOUT_MS", 50)
    wider = _model(things=_with(field("extra", "text", "E", "E")))
    async with database.transaction(place) as reader:
        await reader.execute("select count(*) from {ws}.thing")
        change = asyncio.create_task(apply_model(database, place, wider))
        await asyncio.sleep(0.4)
        assert not change.done()
        async with database.transaction(place, timeout_ms=1000) as other:
            await other.execute("select count(*) from {ws}.thing")
    assert "column thing.extra" in (await change).steps
