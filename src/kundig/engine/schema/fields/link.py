"""Link: one record of another object, by its id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import Binding, FieldType, Misdefined, Parsing, Reading, Reference, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class LinkOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`target` is the object linked to."""

    target: str


class LinkType(FieldType):
    """A foreign key. On input an id, `"system:external id"` or what a link reads as; on output id, object and label."""

    name = "link"
    kind = Kind.LINK
    Options: ClassVar[type[msgspec.Struct]] = LinkOptions

    def bind(self, field: BoundField, binding: Binding) -> BoundField:
        """The target must exist."""
        if field.target not in binding.objects:
            raise Misdefined(t('It links to "{target}", which does not exist.', target=field.target))
        return field

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One uuid column; `schema.model` adds the foreign key."""
        return (sa.Column(field.column, PG_UUID(as_uuid=True)),)

    def references(self, field: BoundField, value: Any) -> Iterable[Reference]:
        """The one record meant."""
        key = link_key(value)
        return () if key is None else (Reference(field.options.target, key),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A link to a record that the writer may see."""
        if value is None:
            return {field.column: None}
        key = link_key(value)
        if key is None or (value is not key and value.get("object", field.options.target) != field.options.target):
            raise Refused("bad_type", t("Give the id of a record here."))
        found = parsing.record(Reference(field.options.target, key))
        if found is None:
            raise Refused("not_found", t("There is no such record, or you may not see it."))
        return {field.column: found}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """Id, object and label; null when the target is in the trash or hidden from the reader."""
        return link_json(field.options.target, row.c[field.column], reading)


class UserType(LinkType):
    """A link to a user."""

    name = "user"

    class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """The target is fixed."""

        target: str = "user"


class TeamType(LinkType):
    """A link to a team."""

    name = "team"

    class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """The target is fixed."""

        target: str = "team"


def link_key(value: Any) -> str | None:
    """The id or `system:value` in an input value, which may also be a link as it reads; None if there is none."""
    if isinstance(value, str):
        return value
    key = value.get("id") if isinstance(value, Mapping) else None
    return key if isinstance(key, str) else None


def link_json(target: str, id_: sa.ColumnElement[Any], reading: Reading) -> sa.ColumnElement[Any]:
    """A link as contract JSON: a scalar subquery, so that selecting one needs no join."""
    row = reading.table(target).alias()
    name: sa.ColumnElement[str] = sa.literal_column(f"'{target}'")
    shown = sa.func.json_build_object("id", row.c.id, "object", name, "label", reading.name(target, row))
    return sa.select(shown).where(row.c.id == id_, reading.seen(target, row)).scalar_subquery()
