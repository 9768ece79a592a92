"""What every object has: standard columns, and the standard fields that show some of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from kundig.engine.extension import Field, field
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields import TYPES

_FIELDS: tuple[tuple[Field, str], ...] = (
    (field("version", "number", "Version", "Version", read_only=True), "version"),
    (field("created_at", "datetime", "Created at", "Angelegt am", read_only=True), "created_at"),
    (field("created_by", "user", "Created by", "Angelegt von", read_only=True), "created_by"),
    (field("updated_at", "datetime", "Changed at", "Geändert am", read_only=True), "updated_at"),
    (field("updated_by", "user", "Changed by", "Geändert von", read_only=True), "updated_by"),
    (field("owner", "user", "Owner", "Zuständig"), "owner_id"),
    (field("team", "team", "Team", "Team"), "team_id"),
)

STANDARD: Mapping[str, Field] = {definition.name: definition for definition, _ in _FIELDS}
"""The standard fields by their API names."""
STANDARD_NAMES = frozenset(STANDARD)


def standard_fields(object_: str, declared: Mapping[str, Field]) -> dict[str, BoundField]:
    """The standard fields of an object. `user` and `team` fields need objects of that name; `declared` may rename labels."""
    bound: dict[str, BoundField] = {}
    for definition, column in _FIELDS:
        own = declared.get(definition.name)
        shown = msgspec.structs.replace(definition, label=own.label) if own is not None else definition
        type_ = TYPES[definition.type]
        bound[definition.name] = BoundField(shown, type_, type_.Options(), object_, column, standard=True)
    return bound


def standard_columns() -> tuple[sa.Column[Any], ...]:
    """Fresh standard columns for a table. Foreign keys and indexes are added by `schema.tables`."""
    uuid = PG_UUID(as_uuid=True)
    instant = sa.DateTime(timezone=True)
    now = sa.text("now()")
    return (
        sa.Column("id", uuid, primary_key=True),
        sa.Column("label", sa.Text, nullable=False, server_default=""),
        sa.Column("label_fold", sa.Text(collation="C"), sa.Computed("kundig.fold(label)", persisted=True)),
        sa.Column("created_at", instant, nullable=False, server_default=now),
        sa.Column("created_by", uuid),
        sa.Column("created_by__kind", sa.Text, nullable=False, server_default="system"),
        sa.Column("updated_at", instant, nullable=False, server_default=now),
        sa.Column("updated_by", uuid),
        sa.Column("updated_by__kind", sa.Text, nullable=False, server_default="system"),
        sa.Column("owner_id", uuid),
        sa.Column("team_id", uuid),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("deleted_at", instant),
        sa.Column("origin", sa.Text),
        sa.Column("is_sample", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("audience", ARRAY(sa.Integer), nullable=False, server_default=sa.text("'{}'")),
    )
