"""The difference between the model's tables and what is there, as steps of DDL. Only ever adds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from kundig.base.database.names import quoted
from kundig.base.i18n import LANGUAGES
from kundig.engine.schema.ddl.present import Present, PresentIndex, PresentTable
from kundig.engine.schema.model import Model

BIG = 10_000
"""From about this many rows on an index is built beside the running work instead of in the transaction."""

# Named parameters, since those of the driver's style would double every percent sign of a formula.
_DIALECT = PGDialect_psycopg(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects are untyped here


@dataclass(frozen=True, slots=True)
class Step:
    """One statement. `later` ones build an index concurrently and can't run inside a transaction."""

    sql: str
    what: str
    later: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `conflicts` are columns that have another type already, `unknown` what is there but not in the model.

    `taken` are objects in whose place something else stands: a table of the program, of a plug-in, an index.
    """

    steps: tuple[Step, ...]
    taken: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def plan_tables(model: Model, present: Present) -> Plan:
    """All steps from what is present to the model's tables, in an order that works; none if nothing is missing."""
    tables = [table for table in model.metadata.tables.values() if not table.info.get("system")]
    indexes = {object_.table.name: object_.indexes for object_ in model.objects.values()}
    steps = [
        *_sequences(tables, present),
        *(step for table in tables for step in _columns(table, present)),
        *(step for table in tables for step in _foreign_keys(table, present)),
        *(step for table in tables for step in _indexes(table, indexes.get(table.name) or tuple(table.indexes), present)),
    ]
    taken = tuple(name for name in model.objects if _is_taken(name, present))
    return Plan(tuple(steps), taken, tuple(_conflicts(tables, present)), tuple(_unknown(tables, present)))


def _is_taken(name: str, present: Present) -> bool:
    found = present.tables.get(name)
    return not _is_objects(found) if found is not None else name in present.indexes or name in present.sequences


def _is_objects(found: PresentTable) -> bool:
    """Whether a table was made for an object."""
    return {"label_fold", "audience", "version"} <= set(found.columns)


def _sequences(tables: list[sa.Table], present: Present) -> Iterator[Step]:
    for table in tables:
        for column in table.c:
            name = column.info.get("sequence")
            if name is not None and name not in present.sequences:
                yield Step(f"create sequence {{ws}}.{quoted(name)}", f"sequence {name}")


def _columns(table: sa.Table, present: Present) -> Iterator[Step]:
    found = present.tables.get(table.name)
    if found is None:
        yield Step(_text(CreateTable(table, include_foreign_key_constraints=[])), f"table {table.name}")
        yield from (_comment(column) for column in table.c if column.computed is not None)
        return
    for column in table.c:
        name, place = quoted(column.name), f"alter table {{ws}}.{quoted(table.name)}"
        have = found.columns.get(column.name)
        if have is not None and (column.computed is None or have.comment == _digest(column)):
            continue
        # A formula that changed is worked out anew: the old column holds nothing that the new one can't give.
        drop = f" drop column {name}," if have is not None else ""
        yield Step(f"{place}{drop} add column {_specification(column)}", f"column {table.name}.{column.name}")
        if column.computed is not None:
            yield _comment(column)


def _foreign_keys(table: sa.Table, present: Present) -> Iterator[Step]:
    """On a table that is there a key is added unchecked; checking its rows takes a weaker lock and may come later."""
    found = present.tables.get(table.name)
    for key in sorted(table.foreign_key_constraints, key=lambda k: str(k.name)):
        name = str(key.name)
        if name not in present.constraints:
            yield Step(f"{_text(AddConstraint(key))}{' not valid' if found is not None else ''}", f"foreign key {name}")
        elif not present.constraints[name]:
            later = found is not None and found.rows >= BIG
            yield Step(f"alter table {{ws}}.{quoted(table.name)} validate constraint {quoted(name)}", f"check of {name}", later)


def _indexes(table: sa.Table, indexes: Sequence[sa.Index], present: Present) -> Iterator[Step]:
    found = present.tables.get(table.name)
    later = found is not None and found.rows >= BIG
    for index in sorted(indexes, key=lambda i: str(i.name)):
        name = str(index.name)
        have = present.indexes.get(name)
        if have is not None and have.valid:
            yield from _options(index, have)
            continue
        if have is not None:
            yield Step(f"drop index {'concurrently ' if later else ''}{{ws}}.{quoted(name)}", f"broken index {name}", later)
        create = _text(CreateIndex(index))
        yield Step(create.replace(" INDEX ", " INDEX CONCURRENTLY ", 1) if later else create, f"index {name}", later)
    wanted = {str(index.name) for index in indexes}
    for name, have in sorted(present.indexes.items()):
        # The only thing that is taken away: what once was unique would go on refusing values.
        if have.table == table.name and have.unique and name not in wanted:
            yield Step(f"drop index {{ws}}.{quoted(name)}", f"no longer unique: {name}")


def _options(index: sa.Index, have: PresentIndex) -> Iterator[Step]:
    for option, value in index.dialect_options["postgresql"]["with"].items():
        if f"{option}={value}" not in have.options:
            yield Step(f"alter index {{ws}}.{quoted(str(index.name))} set ({option} = {value})", f"{option} of {index.name}")


def _conflicts(tables: list[sa.Table], present: Present) -> Iterator[str]:
    for table in tables:
        found = present.tables.get(table.name)
        for column in table.c if found else ():
            have = found.columns.get(column.name) if found else None
            wanted = _type(column)
            if have is not None and have.type != wanted and column.computed is None:
                yield f"{table.name}.{column.name}: {have.type} → {wanted}"
            elif have is None and found is not None and (other := _otherwise(column.name, table, found)):
                yield f"{table.name}.{other} → {column.name}"


def _otherwise(column: str, table: sa.Table, found: PresentTable) -> str | None:
    """The column that holds a text's values as long as it is not translated, or the other way round, and would be left behind."""
    whole, _, language = column.rpartition("__")
    others = [whole] if language in LANGUAGES else [f"{column}__{language}" for language in LANGUAGES]
    return next((other for other in others if other in found.columns and other not in table.c), None)


def _unknown(tables: list[sa.Table], present: Present) -> Iterator[str]:
    known: Mapping[str, sa.Table] = {table.name: table for table in tables}
    for name, found in sorted(present.tables.items()):
        if name in known:
            yield from (f"{name}.{column}" for column in sorted(set(found.columns) - {c.name for c in known[name].c}))
        elif _is_objects(found):
            yield name


def _comment(column: sa.Column[Any]) -> Step:
    place = f"{{ws}}.{quoted(column.table.name)}.{quoted(column.name)}"
    return Step(f"comment on column {place} is '{_digest(column)}'", f"comment {column.table.name}.{column.name}")


def _digest(column: sa.Column[Any]) -> str | None:
    """What a generated column is made of, since PostgreSQL gives its expression back in other words."""
    if column.computed is None:
        return None
    return "formula " + hashlib.sha256(f"{column.computed.sqltext}::{_type(column)}".encode()).hexdigest()[:16]


def _specification(column: sa.Column[Any]) -> str:
    compiler = cast("Any", _DIALECT.ddl_compiler)(_DIALECT, None)
    return str(compiler.get_column_specification(column))


def _type(column: sa.Column[Any]) -> str:
    # format_type() leaves the collation out.
    return column.type.compile(dialect=_DIALECT).split(" COLLATE ")[0].lower()


def _text(element: CreateTable | CreateIndex | AddConstraint) -> str:
    return str(element.compile(dialect=_DIALECT)).strip()
