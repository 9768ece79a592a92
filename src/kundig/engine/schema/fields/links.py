"""Links: several records of one object (links) or of different ones (link_any), in order, in a side table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.dialects.postgresql import aggregate_order_by

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import Binding, FieldType, Misdefined, Parsing, Reading, Reference, Refused
from kundig.engine.schema.fields.link import LinkOptions, link_json, link_key
from kundig.engine.schema.fields.surroundings import beside
from kundig.engine.schema.identifiers import shortened
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

MAX_LINKS = 1000


class LinksType(FieldType):
    """Records of one object, each once."""

    name = "links"
    kind = Kind.LINK
    Options: ClassVar[type[msgspec.Struct]] = LinkOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """None: the values are rows of the side table."""
        return ()

    def side_table(self, field: BoundField, metadata: sa.MetaData, owner: str) -> sa.Table:
        """`record`, `position`, `target`."""
        schema = metadata.schema
        target = sa.ForeignKey(
            f"{schema}.{field.target}.id", name=shortened(f"{side_name(field)}__target__fk"), ondelete="RESTRICT"
        )
        return sa.Table(
            side_name(field), metadata, *_side_columns(field, owner, schema, sa.Column("target", _ID, target, nullable=False))
        )

    def references(self, field: BoundField, value: Any) -> Iterable[Reference]:
        """All records meant."""
        keys = (link_key(item) for item in value) if isinstance(value, list | tuple) else ()
        return [Reference(field.options.target, key) for key in keys if key is not None]

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A list of links to records that the writer may see: the field's name → rows."""
        found: list[dict[str, Any]] = []
        for number, item in enumerate(_as_list(value)):
            key = link_key(item)
            if key is None or (isinstance(item, Mapping) and item.get("object", field.target) != field.target):
                raise Refused("bad_type", t("Give the id of a record here."), f"[{number}]")
            target = parsing.record(Reference(field.options.target, key))
            if target is None:
                raise Refused("not_found", t("There is no such record, or you may not see it."), f"[{number}]")
            found.append({"target": target})
        return {field.name: _each_once(found)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """A list of links; targets in the trash or hidden from the reader are left out."""
        side = beside(row, side_name(field), "record", "position", "target").alias()
        link = link_json(field.options.target, side.c.target, reading)
        return _list_of(sa.select(side.c.position, link.label("link")).where(side.c.record == row.c.id).correlate(row))

    def scalar(self, field: BoundField, row: sa.FromClause) -> None:
        """Nothing: the values lie in the side table."""
        return


class LinkAnyOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`targets` are the objects that may be linked to; none given: all that are no part of another."""

    targets: tuple[str, ...] = ()


class LinkAnyType(LinksType):
    """Records of any objects, each once."""

    name = "link_any"
    Options = LinkAnyOptions

    def bind(self, field: BoundField, binding: Binding) -> BoundField:
        """The objects that may be linked to."""
        named = field.options.targets
        for name in named:
            if name not in binding.objects:
                raise Misdefined(t('It links to "{target}", which does not exist.', target=name))
        targets = named or tuple(name for name, object_ in binding.objects.items() if object_.storage == "record")
        return replace(field, options=LinkAnyOptions(tuple(targets)))

    def side_table(self, field: BoundField, metadata: sa.MetaData, owner: str) -> sa.Table:
        """`record`, `position`, `target`, `target_object`; no foreign key can point to many tables."""
        own = (sa.Column("target", _ID, nullable=False), sa.Column("target_object", sa.Text, nullable=False))
        return sa.Table(side_name(field), metadata, *_side_columns(field, owner, metadata.schema, *own))

    def references(self, field: BoundField, value: Any) -> Iterable[Reference]:
        """All records meant."""
        items = value if isinstance(value, list | tuple) else ()
        pairs = ((item.get("object"), link_key(item)) for item in items if isinstance(item, Mapping))
        return [Reference(str(object_), key) for object_, key in pairs if key is not None and object_ in field.options.targets]

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A list of `{"object", "id"}`: the field's name → rows."""
        found: list[dict[str, Any]] = []
        for number, item in enumerate(_as_list(value)):
            key = link_key(item) if isinstance(item, Mapping) else None
            if key is None or not isinstance(item.get("object"), str):
                raise Refused("bad_type", t("Give object and id of a record here."), f"[{number}]")
            known = item["object"] in field.options.targets
            target = parsing.record(Reference(item["object"], key)) if known else None
            if target is None:
                raise Refused("not_found", t("There is no such record, or you may not see it."), f"[{number}]")
            found.append({"target": target, "target_object": item["object"]})
        return {field.name: _each_once(found)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """A list of links; targets in the trash or hidden from the reader are left out."""
        side = beside(row, side_name(field), "record", "position", "target", "target_object").alias()
        links = (
            (side.c.target_object == sa.literal_column(f"'{target}'"), link_json(target, side.c.target, reading))
            for target in field.options.targets
        )
        return _list_of(sa.select(side.c.position, sa.case(*links).label("link")).where(side.c.record == row.c.id).correlate(row))


_ID = PG_UUID(as_uuid=True)


def side_name(field: BoundField) -> str:
    """The name of a field's side table."""
    return shortened(f"{field.object}__{field.name}")


def _side_columns(field: BoundField, owner: str, schema: str | None, *own: sa.Column[Any]) -> tuple[sa.schema.SchemaItem, ...]:
    name = side_name(field)
    record = sa.ForeignKey(f"{schema}.{owner}.id", name=shortened(f"{name}__record__fk"), ondelete="CASCADE")
    names = [column.name for column in own]
    return (
        sa.Column("record", _ID, record, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        *own,
        sa.Index(shortened(f"{name}__target__ix"), *reversed(names), "record"),
    )


def _list_of(links: sa.Select[Any]) -> sa.ColumnElement[Any]:
    rows = links.subquery()
    listed = sa.func.json_agg(aggregate_order_by(rows.c.link, rows.c.position)).filter(rows.c.link.is_not(None))
    return sa.select(sa.func.coalesce(listed, sa.text("'[]'::json"))).scalar_subquery()


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise Refused("bad_type", t("Give a list here."))
    if len(value) > MAX_LINKS:
        raise Refused("too_many", t("At most {max} entries are possible here.", max=MAX_LINKS))
    return list(value)


def _each_once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["target"]: row for row in rows}.values())
