"""By which day's rates a record is worth something, and whether it is closed: its own date and stage, or those of its owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kundig.engine.policy.resolve import parent_of
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.records.rates import Holder
from kundig.engine.records.stages import derived_names
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import Model

Rows = Mapping[UUID, Mapping[str, Any]]
"""Column values of records by their ids."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides about the rate: the record that has date and stage, the day, whether it is closed."""

    holder: Holder
    day: date
    closed: bool
    closing: bool = False
    """It is closed by the write at hand, so that rates kept from before don't hold."""


def heir(object_: BoundObject) -> bool:
    """Whether its records follow the date and the stage of what they belong to, since they have neither themselves."""
    definition = object_.definition
    return definition.storage == "owned" and definition.rate_date is None and not object_.pipelines


def heirs(model: Model, object_: BoundObject) -> Iterator[tuple[BoundObject, str]]:
    """The objects whose records follow this one's, with the columns of their links."""
    for child in object_.children:
        bound = model.objects[child.object]
        if heir(bound) and bound.definition.parent == child.field:
            yield bound, bound.fields[child.field].column


def deciding(object_: BoundObject) -> list[str]:
    """The columns that decide, beside the day of creation."""
    if heir(object_):
        return [object_.fields[object_.definition.parent or ""].column]
    return [*_date_column(object_), *_statuses(object_)]


def moves(draft: Draft) -> bool:
    """Whether a draft changes what decides."""
    return any(column in draft.new and draft.new[column] != draft.old.get(column) for column in deciding(draft.object))


def closes(draft: Draft) -> bool:
    """Whether a draft closes its record."""
    columns = _statuses(draft.object)
    return _closed(columns, {**draft.old, **draft.new}) and not _closed(columns, draft.old)


async def standings(scope: Scope, object_: BoundObject, rows: Rows, above: Mapping[UUID, Standing]) -> dict[UUID, Standing]:
    """How records stand whose columns are given; `above` are those of owners that are known already."""
    zone = ZoneInfo(scope.context.workspace.time_zone)
    if not heir(object_):
        return {id_: _standing(object_, id_, row, zone) for id_, row in rows.items()}
    owner, [link] = scope.model.objects[parent_of(object_)], deciding(object_)
    missing = {row.get(link) for row in rows.values()} - {None} - above.keys()
    found = dict(above)
    if missing:
        columns = ", ".join(f'"{column}"' for column in dict.fromkeys(["id", *_read(owner)]))
        statement = f'select {columns} from {{ws}}."{owner.name}" where id = any(%(ids)s)'
        stored = {row["id"]: row for row in await scope.connection.rows(statement, {"ids": sorted(missing)})}
        found |= await standings(scope, owner, stored, {})
    alone = {id_: row for id_, row in rows.items() if row.get(link) not in found}
    return {id_: found[row[link]] for id_, row in rows.items() if id_ not in alone} | {
        id_: _standing(object_, id_, row, zone) for id_, row in alone.items()
    }


def _read(object_: BoundObject) -> list[str]:
    return [*(["created_at"] if "created_at" in object_.table.c else []), *deciding(object_)]


def _standing(object_: BoundObject, id_: UUID, row: Mapping[str, Any], zone: ZoneInfo) -> Standing:
    """By its columns; a time is of the day that it is where the company is, whoever writes."""
    given = next((row[column] for column in _date_column(object_) if row.get(column) is not None), None)
    at: date | datetime = given or row.get("created_at") or datetime.now(UTC)
    day = at.astimezone(zone).date() if isinstance(at, datetime) else at
    return Standing((object_.name, id_), day, _closed(_statuses(object_), row))


def _date_column(object_: BoundObject) -> list[str]:
    field = object_.fields.get(object_.definition.rate_date or "")
    return [] if field is None else [field.column]


def _statuses(object_: BoundObject) -> list[str]:
    return [object_.fields[derived_names(field)["status"]].column for field in object_.pipelines]


def _closed(columns: list[str], row: Mapping[str, Any]) -> bool:
    return any(row.get(column) not in (None, "open") for column in columns)
