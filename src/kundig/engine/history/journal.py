"""Reading the journal of a record: who changed what, when and why, as far as the reader may know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.errors import Malformed, Missing
from kundig.base.i18n import t
from kundig.base.whole import whole
from kundig.engine.history.entries import DELETED
from kundig.engine.history.telling import tells
from kundig.engine.policy.predicates import AccessReading, FullReading, visible
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.values_json import read_values, values_statement

Entry = dict[str, Any]


async def journal(scope: Scope, object_: str, id_: UUID, *, limit: int = 50, cursor: str | None = None) -> dict[str, Any]:
    """Entries newest first, of records in the trash too: `{"data", "next_cursor"}`; `cursor` is a version. Raises Missing."""
    bound = scope.object(object_)
    await _require_visible(scope, bound, id_)
    before = _version(cursor)
    rows = await scope.connection.rows(
        """select e.change, e.at, e.version, e.action, e.old, e.new, c.by_kind, c.by_id, c.source
             from {ws}.change_entry e join {ws}.change c on c.id = e.change and c.at = e.at
            where e.object = %(object)s and e.record = %(record)s and e.version < %(before)s
            order by e.version desc limit %(limit)s""",
        {"object": object_, "record": id_, "before": before, "limit": limit + 1},
    )
    page = rows[:limit]
    if page and page[-1]["action"] == "create":
        page[-1]["new"] = await _as_created(scope, bound, id_)
        page[-1]["old"] = dict.fromkeys(page[-1]["new"])
    known = [(row, entry) for row in page if (entry := _entry(scope, bound, row)) is not None]
    await fill_labels(scope, [entry for _, entry in known])
    entries = [entry for row, entry in known if _keep_told(row, entry)]
    scope.has_read(object_, (name for entry in entries for name in entry["fields"]), [id_])
    return {"data": entries, "next_cursor": str(page[-1]["version"]) if len(rows) > limit else None}


def _version(cursor: str | None) -> int:
    if cursor is None:
        return 2**31 - 1
    version = whole(cursor)
    if version is None:
        raise Malformed(t("This page of the journal does not exist."))
    return version


async def _require_visible(scope: Scope, object_: BoundObject, id_: UUID) -> None:
    row = object_.table
    statement = sa.select(sa.true()).where(
        row.c.id == sa.bindparam("id", type_=sa.UUID()), visible(scope.access, object_.name, row)
    )
    if not await scope.connection.value(statement, {**scope.access.parameters, "id": id_}):
        raise Missing


async def _as_created(scope: Scope, object_: BoundObject, id_: UUID) -> dict[str, Any]:
    """The values a record was made with: those of now, with all later changes taken back."""
    names = [name for name, field in object_.fields.items() if not field.type.kept and not field.standard]
    names += [name for name in ("owner", "team") if name in object_.fields]
    values = (await read_values(scope.connection, values_statement(object_, names, FullReading(scope.model)), [id_])).get(id_, {})
    first = await scope.connection.rows(
        """select distinct on (o.key) o.key, o.value from {ws}.change_entry e, jsonb_each(e.old) o
            where e.object = %(object)s and e.record = %(record)s and e.old is not null order by o.key, e.version""",
        {"object": object_.name, "record": id_},
    )
    values |= {row["key"]: row["value"] for row in first if row["key"] in values}
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def _entry(scope: Scope, object_: BoundObject, row: Mapping[str, Any]) -> Entry | None:
    """An entry as it is told, without hidden fields; None if nothing is left of it."""
    hidden = scope.rights(object_.name).hidden
    old, new = row["old"] or {}, row["new"] or {}
    fields = {
        name: {"old": old.get(name), "new": new.get(name)}
        for name in [*old, *(n for n in new if n not in old)]
        if name in object_.fields and name not in hidden
    }
    if not fields and not _is_more(row):
        return None
    return {
        "change": str(row["change"]), "at": told_at(row["at"]), "by": actor_link(scope, row["by_id"]), "source": row["source"],
        "action": row["action"], "version": row["version"], "fields": fields,
    }  # fmt: skip


def _is_more(row: Mapping[str, Any]) -> bool:
    """Whether an entry tells something besides values: that a record was made, went to the trash or came back."""
    return row["action"] == "create" or DELETED in (row["new"] or {})


def _keep_told(row: Mapping[str, Any], entry: Entry) -> bool:
    """Take out of an entry, its links filled, what tells only of hidden records; whether something is left."""
    entry["fields"] = {name: shown for name, shown in entry["fields"].items() if tells(**shown)}
    return bool(entry["fields"]) or _is_more(row)


def told_at(at: datetime) -> str:
    """A moment as the journal tells it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def actor_link(scope: Scope, user: UUID | None) -> dict[str, str] | None:
    """The user who made a change as a link, still without a label; None for the program itself."""
    if user is None:
        return None
    return {"id": str(user), "object": people_object(scope)}


def people_object(scope: Scope) -> str:
    """The object whose records act: the one that says who has made a record."""
    return next(iter(scope.model.objects.values())).fields["created_by"].target or ""


async def fill_labels(scope: Scope, entries: Sequence[Entry]) -> None:
    """Put today's labels into links; a link to what the reader may not see reads null."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for link in _links(entries):
        wanted[link["object"]].add(link["id"])
    names = tuple(sorted(wanted.keys() & scope.access.objects.keys()))
    labels: dict[tuple[str, str], str] = {}
    if names:
        compiled = statement(scope, ("labels of links", names), partial(_labels_statement, scope, names))
        ids = {_ids_of(place): [UUID(id_) for id_ in wanted[name]] for place, name in enumerate(names)}
        rows = await scope.connection.rows(compiled, {**scope.access.parameters, **ids})
        labels = {(row["object"], str(row["id"])): row["label"] for row in rows}
    for entry in entries:
        entry.update(_labelled(entry, labels))


def _ids_of(place: int) -> str:
    return f"ids{place}"


def _labels_statement(scope: Scope, objects: tuple[str, ...]) -> sa.CompoundSelect[Any]:
    """One statement, however many objects the links lead to."""
    reading = AccessReading(scope.model, scope.access)
    selects = []
    for place, name in enumerate(objects):
        row = scope.model.objects[name].table.alias()
        ids = sa.bindparam(_ids_of(place), type_=sa.ARRAY(sa.UUID()))
        shown = [sa.literal_column(f"'{name}'", sa.Text()).label("object"), row.c.id, reading.name(name, row).label("label")]
        selects.append(sa.select(*shown).where(row.c.id == sa.any_(ids), reading.seen(name, row)))
    return sa.union_all(*selects)


def _links(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if _is_link(value):
            yield value
        else:
            for item in value.values():
                yield from _links(item)
    elif isinstance(value, list):
        for item in value:
            yield from _links(item)


def _is_link(value: dict[str, Any]) -> bool:
    return value.keys() - {"label"} == {"id", "object"}


def _labelled(value: Any, labels: Mapping[tuple[str, str], str]) -> Any:
    if isinstance(value, dict):
        if _is_link(value):
            label = labels.get((value["object"], value["id"]))
            return None if label is None else {"id": value["id"], "object": value["object"], "label": label}
        return {key: _labelled(item, labels) for key, item in value.items()}
    if isinstance(value, list):
        return [found for item in value if (found := _labelled(item, labels)) is not None or item is None]
    return value
