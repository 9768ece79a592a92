"""The tables of the model: one per object, side tables for lists of links, `{object}_rollup` for roll-ups."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from kundig.base.database.connection import WORKSPACE_SCHEMA
from kundig.engine.extension import Object
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.identifiers import shortened
from kundig.engine.schema.standard import standard_columns


@dataclass(frozen=True)
class Tables:
    """All tables by object; side tables also by field."""

    metadata: sa.MetaData
    objects: dict[str, sa.Table] = field(default_factory=dict)
    sides: dict[str, dict[str, sa.Table]] = field(default_factory=dict)
    rollups: dict[str, sa.Table] = field(default_factory=dict)


def make_tables(
    objects: Mapping[str, Object], fields: Mapping[str, Mapping[str, BoundField]], ordered: Mapping[str, Collection[str]]
) -> Tables:
    """Tables of all objects. They stand in `WORKSPACE_SCHEMA`, which is replaced by the real one when a statement runs.

    `ordered` are the fields by which lists of each object are in order: of roll-ups only these have an index, since every child
    writes them.
    """
    tables = Tables(sa.MetaData(schema=WORKSPACE_SCHEMA))
    _stage_table(tables.metadata)
    for name, object_ in objects.items():
        own = fields[name]
        tables.objects[name] = _object_table(object_, own, tables.metadata)
        tables.sides[name] = {
            f.name: side for f in own.values() if (side := f.type.side_table(f, tables.metadata, name)) is not None
        }
        rolled_up = {f.name: f for f in own.values() if f.type.rollup_columns(f)}
        if rolled_up:
            tables.rollups[name] = _rollup_table(name, rolled_up.values(), tables.metadata)
            for wanted in sorted(rolled_up.keys() & set(ordered.get(name, ()))):
                _index_rollup(rolled_up[wanted], tables.rollups[name])
    return tables


def _rollup_table(object_: str, fields: Collection[BoundField], metadata: sa.MetaData) -> sa.Table:
    record = sa.Column(
        "record",
        PG_UUID(as_uuid=True),
        sa.ForeignKey(f"{WORKSPACE_SCHEMA}.{object_}.id", name=f"{object_}__rollup__fk", ondelete="CASCADE"),
        primary_key=True,
    )
    return sa.Table(f"{object_}_rollup", metadata, record, *(c for own in fields for c in own.type.rollup_columns(own)))


def _index_rollup(own: BoundField, table: sa.Table) -> None:
    """An index for an order by a roll-up. One that is never empty has none: only where a value is needed can an index be used."""
    value = own.type.scalar(own, table)
    if isinstance(value, sa.Column):
        sa.Index(shortened(f"{own.object}__{own.name}__ix"), value, table.c.record, postgresql_where=value.is_not(None))


def _object_table(object_: Object, fields: Mapping[str, BoundField], metadata: sa.MetaData) -> sa.Table:
    columns = {column.name: column for column in standard_columns()}
    for own in fields.values():
        # By name, since a pipeline field and the one that chooses the pipeline share a column.
        columns |= {column.name: column for column in own.type.columns(own) if not own.standard}
    return sa.Table(object_.name, metadata, *columns.values(), *_foreign_keys(object_, fields))


def _foreign_keys(object_: Object, fields: Mapping[str, BoundField]) -> Iterator[sa.ForeignKeyConstraint]:
    for own in fields.values():
        # Who created or changed a record is a principal, which need not be a user.
        if own.to_one and not (own.standard and own.read_only):
            name = shortened(f"{object_.name}__{own.name}__fk")
            yield sa.ForeignKeyConstraint([own.column], [f"{WORKSPACE_SCHEMA}.{own.target}.id"], name=name, ondelete="RESTRICT")
        if own.pipeline is not None and own.name == own.pipeline.field:
            stage = [f"{WORKSPACE_SCHEMA}.stage.pipeline", f"{WORKSPACE_SCHEMA}.stage.key"]
            yield sa.ForeignKeyConstraint(
                [f"{own.column}__pipeline", own.column], stage, name=shortened(f"{object_.name}__{own.name}__fk")
            )


def _stage_table(metadata: sa.MetaData) -> None:
    """The engine's table that stages point to; made by its migrations, here only to be pointed to."""
    sa.Table(
        "stage",
        metadata,
        sa.Column("pipeline", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        info={"system": True},
    )
