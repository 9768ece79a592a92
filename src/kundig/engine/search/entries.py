"""Search entries: one row a record, made in SQL from its columns, in the transaction that writes the record.

An entry holds the label, the fields that are searched and that no role hides, and the record's audience.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import dialect

from kundig.base.database.connection import Connection
from kundig.engine.extension import Role
from kundig.engine.policy.naming import title_links
from kundig.engine.policy.policies import Policies, granted
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.engine.search.words import vector_sql

_DIALECT = dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's dialects are untyped here
_MOST_CHARACTERS = 200_000
"""Of a text; what comes behind is not searched (a vector holds about a million bytes)."""


async def keep_entries(scope: Scope, object_: str, ids: Sequence[UUID]) -> None:
    """Bring the entries of live records in line with them."""
    bound = scope.model.objects[object_]
    if not ids or not is_searched(bound):
        return
    key, kept = ("search entries", object_), scope.policies.compiled
    if key not in kept:
        kept[key] = entries_sql(bound, hidden_by_any(scope.policies, bound))
    await scope.connection.execute(kept[key], {"ids": list(ids)})


async def remove_entries(connection: Connection, object_: str, ids: Sequence[UUID]) -> None:
    """Take records out of the search."""
    await connection.execute(
        "delete from {ws}.search_entry where object = %(object)s and record = any(%(ids)s)", {"object": object_, "ids": list(ids)}
    )


def is_searched(object_: BoundObject) -> bool:
    """Whether records of an object are found; parts of other records are not, since they have no page of their own."""
    return object_.definition.storage == "record"


def recipe(policies: Policies, object_: BoundObject) -> str:
    """How names and entries of an object's records are made at the moment, as a short text to compare."""
    key, kept = ("recipe", object_.name), policies.compiled
    if key not in kept:
        entries = entries_sql(object_, hidden_by_any(policies, object_)) if is_searched(object_) else ""
        kept[key] = hashlib.sha256(f"{object_.definition.title}\n{entries}".encode()).hexdigest()[:32]
    found: str = kept[key]
    return found


def hidden_by_any(policies: Policies, object_: BoundObject) -> frozenset[str]:
    """The fields that at least one role may not read: they are in no entry, so that a hit never tells about them."""
    return frozenset(name for name in object_.fields if any(_hides(role, object_, name) for role in policies.roles.values()))


def _hides(role: Role, object_: BoundObject, name: str) -> bool:
    given = granted(role, object_.definition)
    return given is not None and given.fields.get(name, given.other_fields) == "hidden"


def entries_sql(object_: BoundObject, hidden: frozenset[str]) -> str:
    """The statement that makes the entries of the live records among `%(ids)s`.

    Names that hold names of linked records are left out: who finds a record may not know those.
    """
    strong, weak = _texts(object_, hidden)
    told = not title_links(object_)
    folded = "t.label_fold" if told else "''"
    vectors = [vector_sql("t.strong", "A"), *([vector_sql("t.label", "B")] if told else []), vector_sql("t.weak", "C")]
    return f"""
      insert into {{ws}}.search_entry (object, record, audience, label_fold, vector, body)
      select '{object_.name}', t.id, t.audience, {folded},
             {" || ".join(vectors)},
             concat_ws(E'\\n', nullif(t.weak, ''), nullif(t.strong, ''))
        from (select o.id, o.audience, o.label, o.label_fold, {_joined(strong)} as strong, {_joined(weak)} as weak
                from {{ws}}."{object_.name}" o where o.id = any(%(ids)s) and o.deleted_at is null) t
      on conflict (object, record) do update
        set audience = excluded.audience, label_fold = excluded.label_fold, vector = excluded.vector, body = excluded.body"""


def _joined(texts: Sequence[str]) -> str:
    return f"left(concat_ws(E'\\n', {', '.join(texts)}), {_MOST_CHARACTERS})" if texts else "''"


def _texts(object_: BoundObject, hidden: frozenset[str]) -> tuple[list[str], list[str]]:
    """The SQL of the searched texts of a row `o`: what stands for one record only (unique texts, numbers), and the rest."""
    strong: list[str] = []
    weak: list[str] = []
    for field in object_.fields.values():
        if field.searched and field.name not in hidden and not field.standard:
            sql = list(_text(field, object_))
            own = field.kind is Kind.TEXT and (field.definition.unique or _numbers(field, object_))
            (strong if own else weak).extend(sql)
    return strong, weak


def _numbers(field: BoundField, object_: BoundObject) -> bool:
    """Whether the engine numbers the records by this field."""
    return field.column in object_.table.c and "sequence" in object_.table.c[field.column].info


def _text(field: BoundField, object_: BoundObject) -> Iterator[str]:
    row = object_.table.alias("o")
    values: list[tuple[BoundField, sa.ColumnElement[Any] | None]] = [(field, field.type.scalar(field, row))]
    if values[0][1] is None:
        values = [(part, row.c[part.column]) for part in field.parts.values()]
    for part, value in values:
        if value is not None:
            shown = sa.func.array_to_string(value, sa.literal_column("' '")) if part.kind is Kind.LIST else value
            yield f"({_rendered(shown)})"


def _rendered(value: sa.ColumnElement[Any]) -> str:
    return str(value.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))
