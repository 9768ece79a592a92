"""Orders: `account.name,-amount` as sort keys with the SQL that they sort by.

Texts sort by their folded form in C collation, which is the German dictionary's order; links by the label of their target,
choices and stages as the model lists them. Empty values come last in both directions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import t
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import comparable, path_in
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.fields.contract import Reading
from kundig.engine.schema.filters.conditions import folded
from kundig.engine.schema.filters.paths import exists_along
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.model import Path, UnknownField

MOST_KEYS = 10


@dataclass(frozen=True)
class Key:
    """One sort key."""

    path: Path
    descending: bool

    @property
    def name(self) -> str:
        """As the order writes it."""
        return f"-{self.path.name}" if self.descending else self.path.name

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a choice in their order, reversed for a descending key; none for other kinds."""
        if self.path.field.kind is not Kind.CHOICE:
            return ()
        keys = tuple(choice.key for choice in self.path.field.choices)
        return keys[::-1] if self.descending else keys

    def nullable(self, object_: BoundObject) -> bool:
        """Whether records without a value are possible."""
        column = object_.table.c.get(self.path.field.column)
        if self.path.links or self.path.field.kind is Kind.LIST or column is None:
            return True
        # A link that is there may still lead to nothing that can be seen.
        return column.nullable is not False or (self.path.field.kind is Kind.LINK and self.path.field.column != "id")


@dataclass
class Joined:
    """A row of the object together with the rows that its keys are read from. `outer` joins keep rows without a target.

    What is built with its `reading` shares the joins to the row's roll-ups; `source` is whole only when all is built.
    `looked_up` reads linked records one by one: where there are few rows, so that one plan serves however many targets can be seen.
    """

    row: sa.FromClause
    reading: AccessReading
    looked_up: bool = False
    source: sa.FromClause = field(init=False)
    _figures: dict[str, sa.FromClause] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.source = self.row
        self.reading = replace(self.reading, joined=self._rollups)

    def value(self, key: Key, *, outer: bool) -> sa.ColumnElement[Any]:
        """What a key sorts by; the joins it needs are added."""
        *links, bound = *key.path.links, key.path.field
        if bound.kind is Kind.LINK and bound.column != "id":
            return self.join(self.along(links, outer=outer), bound, outer=outer).c.label_fold
        if self.looked_up and links:
            return self._looked_up(self.along(links[:-1], outer=outer), links[-1], key, outer=outer)
        return sorted_value(key, self.along(links, outer=outer), self.reading)

    def along(self, links: Sequence[BoundField], *, outer: bool) -> sa.FromClause:
        """The row at the end of links."""
        row = self.row
        for link in links:
            row = self.join(row, link, outer=outer)
        return row

    def join(self, row: sa.FromClause, link: BoundField, *, outer: bool) -> sa.FromClause:
        """The row that a link points to, if it is live and visible."""
        other, on = self._target(row, link)
        if self.looked_up:
            return self._apart(sa.select(other).where(on), outer=outer)
        self.source = self.source.join(other, on, isouter=outer)
        return other

    def _looked_up(self, row: sa.FromClause, link: BoundField, key: Key, *, outer: bool) -> sa.ColumnElement[Any]:
        """What a key sorts by, made where the linked record is read: PostgreSQL remembers it for all rows that point there."""
        other, on = self._target(row, link)
        return self._apart(sa.select(sorted_value(key, other, self.reading).label("sorted")).where(on), outer=outer).c.sorted

    def _target(self, row: sa.FromClause, link: BoundField) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
        target = link.target or ""
        other = self.reading.table(target).alias()
        return other, sa.and_(other.c.id == row.c[link.column], self.reading.seen(target, other))

    def _apart(self, found: sa.Select[Any], *, outer: bool) -> sa.FromClause:
        # OFFSET 0 keeps the planner from beginning with all targets that can be seen.
        lateral = found.offset(sa.literal_column("0")).lateral()
        self.source = self.source.join(lateral, sa.true(), isouter=outer)
        return lateral

    def _rollups(self, bound: BoundField, row: sa.FromClause) -> sa.FromClause | None:
        """The roll-ups of the row, joined at first use: the stored ones together, each that is worked out by itself."""
        if row is not self.row:
            return None
        name = "" if self.reading.stored_rollup(bound) else bound.name
        if name not in self._figures:
            self._figures[name], on = self.reading.figures(bound, row)
            # Where a value is needed PostgreSQL makes it an inner join, which an index on the value can drive.
            self.source = self.source.join(self._figures[name], on, isouter=True)
        return self._figures[name]


def sorted_value(key: Key, row: sa.FromClause, reading: Reading | None = None) -> sa.ColumnElement[Any]:
    """What a key sorts by on the row of the record that has its field (not for links to other records).

    Without a reading, on the table that holds its columns: what an index is made over.
    """
    bound = key.path.field
    if bound.column == "label" and bound.standard:
        return row.c.label_fold
    value = bound.type.scalar(bound, row) if reading is None else bound.type.compared(bound, row, reading)
    assert value is not None
    if bound.kind is Kind.TEXT:
        return folded(value)
    if bound.kind is Kind.LIST:
        return folded(sa.func.nullif(sa.func.array_to_string(value, sa.literal_column("','")), sa.literal_column("''")))
    if bound.kind is Kind.CHOICE:
        return position(key, value)
    return value


def position(key: Key, value: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """The place of a choice among the possible ones; null for none."""
    known = sa.literal([choice.key for choice in key.path.field.choices], ARRAY(sa.Text()))
    return sa.func.array_position(known, value, type_=sa.Integer())


def has_value(key: Key, row: sa.FromClause, reading: Reading, of: Callable[[sa.FromClause], Any] | None = None) -> Any:
    """The condition that a row has a value for a key (or that `of` holds for it), without joins."""

    def at_end(last: sa.FromClause) -> sa.ColumnElement[bool]:
        bound = key.path.field
        if of is not None:
            return of(last)  # type: ignore[no-any-return]
        if bound.kind is Kind.LINK and bound.column != "id":
            target = reading.table(bound.target or "").alias()
            one: sa.ColumnElement[int] = sa.literal_column("1")
            linked = target.c.id == last.c[bound.column]
            return sa.exists(sa.select(one).select_from(target).where(linked, reading.seen(bound.target or "", target)))
        return sorted_value(key, last, reading).is_not(None)

    return exists_along(key.path.links, row, reading, at_end)


def parse_order(scope: Scope, object_: BoundObject, order: str | None) -> tuple[Key, ...]:
    """The keys of an order, or of the object's own; raises Invalid with `order` as field."""
    errors: list[FieldError] = []
    keys: list[Key] = []
    if order is None:
        return _own_order(scope, object_)
    names = [name.strip() for name in order.split(",")]
    if len(names) > MOST_KEYS:
        raise Invalid.one("order", "bad_value", t("An order has at most {most} keys.", most=MOST_KEYS))
    for name in names:
        try:
            keys.append(_key(scope, object_, name))
        except Invalid as error:
            errors.extend(error.errors)
    if errors:
        raise Invalid(errors)
    return tuple(keys)


def _own_order(scope: Scope, object_: BoundObject) -> tuple[Key, ...]:
    """The object's own order, as far as the actor may know of it."""
    keys = []
    for name in object_.definition.order.split(","):
        try:
            keys.append(_key(scope, object_, name.strip()))
        except Invalid:
            continue
    return tuple(keys)


def _key(scope: Scope, object_: BoundObject, name: str) -> Key:
    bare = name.removeprefix("-")
    try:
        path = path_in(scope, object_.name, bare).in_language(scope.context.language)
    except UnknownField:
        raise Invalid.one("order", "unknown_field", t("There is no field “{field}”.", field=bare[:200])) from None
    kind = path.field.kind
    if kind is Kind.NONE or (kind is Kind.LINK and not path.field.to_one):
        raise Invalid.one("order", "not_sortable", t("“{field}” has no order.", field=bare[:200]))
    if not comparable(scope, path):
        text = t("“{field}” may hold names that you don't see, so you can't sort by it.", field=bare[:200])
        raise Invalid.one("order", "not_sortable", text)
    return Key(path, name.startswith("-"))
