"""Flat columns for records: money becomes amount and currency, an address its parts, a link its label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from kundig.base.i18n import label_in
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import path_in
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.contact_points import contact_values
from kundig.engine.schema.kinds import Kind

Flat = str | bool | Decimal | date | datetime | None
"""What stands in a cell."""
Take = Callable[[Any], Flat]

_JOINED = "; "


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, the name in the record, and how the cell is taken from the value there."""

    header: str
    name: str
    take: Take


def columns_for(scope: Scope, object_: BoundObject, fields: Sequence[str] | None, *, localized: bool) -> tuple[Column, ...]:
    """The columns of the fields named; of a whole record all that the reader may see, links with their ids too.

    `localized` gives headers and choices as people read them.
    """
    hidden = scope.rights(object_.name).hidden
    if fields is None:
        named = {name: field for name, field in object_.fields.items() if name not in hidden}
    else:
        named = {name: path_in(scope, object_.name, name).field for name in fields if name not in {"id", "object", "external_ids"}}
    flattening = _Flattening(scope.context.language, ZoneInfo(str(scope.context.time_zone)), localized, with_ids=fields is None)
    columns = [Column("id", "id", _text)]
    for name, field in named.items():
        columns += flattening.columns(name, field)
    if fields is None or "external_ids" in fields:
        columns.append(Column("external_ids", "external_ids", _joined))
    return tuple(columns)


@dataclass(frozen=True, slots=True)
class _Flattening:
    language: str
    zone: ZoneInfo
    localized: bool
    with_ids: bool

    def columns(self, name: str, field: BoundField) -> list[Column]:
        """The columns of one field."""
        header = label_in(field.definition.label, self.language) if self.localized else name
        parts = field.result.parts
        if "currency" in parts:
            return [Column(header, name, _amount), Column(f"{header}.currency", name, _part("currency"))]
        if parts:
            return [Column(f"{header}.{part}", name, _part(part)) for part in parts]
        if field.kind is Kind.LINK and name != "id":
            found = [Column(header, name, _labels)]
            return [*found, Column(f"{header}.id", name, _part("id"))] if self.with_ids and field.to_one else found
        return [Column(header, name, self._taking(field))]

    def _taking(self, field: BoundField) -> Take:
        if field.choices and self.localized:
            labels = {entry.key: label_in(entry.label, self.language) for entry in field.choices}
            return lambda value: _joined([labels.get(key, key) for key in ([value] if isinstance(value, str) else value or [])])
        by_kind: Mapping[Kind, Take] = {Kind.NUMBER: _number, Kind.BOOLEAN: _truth, Kind.DATE: self._date, Kind.LIST: _joined}
        return by_kind.get(field.kind, _text)

    def _date(self, value: Any) -> Flat:
        if value is None:
            return None
        if len(value) == len("2026-11-23"):
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).astimezone(self.zone) if self.localized else str(value)


def _text(value: Any) -> Flat:
    return value if value is None or isinstance(value, str) else msgspec.json.encode(value).decode()


def _truth(value: Any) -> Flat:
    return None if value is None else bool(value)


def _number(value: Any) -> Flat:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return str(value)


def _amount(value: Any) -> Flat:
    return _number(value.get("amount")) if isinstance(value, Mapping) else None


def _part(name: str) -> Take:
    return lambda value: _text(value.get(name)) if isinstance(value, Mapping) else None


def _labels(value: Any) -> Flat:
    links = value if isinstance(value, list) else [value] if value else []
    return _JOINED.join(str(link.get("label", "")) for link in links if isinstance(link, Mapping)) or None


def _joined(value: Any) -> Flat:
    """A list in one cell, as the import takes it apart again."""
    return _JOINED.join(contact_values(value)) or None
