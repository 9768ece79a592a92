"""Finding records for a whole chunk of rows at once: by label, external id, unique field or e-mail, among what the actor may see.

One statement per object and way, whatever the number of rows.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.engine.policy.decisions import parameters, visible_ids
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.records.lookup import parse_id
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Refused
from kundig.services.transfer.plan import EXTERNAL_ID, LinkRule

LABEL = "label"
Found = Mapping[str, frozenset[UUID]]
"""What was asked for → the records that it means: none, one, or several."""

_TEXTS = sa.ARRAY(sa.Text())


async def find_by(scope: Scope, object_: str, by: str, keys: Collection[str]) -> Found:
    """Live records of an object that the actor may see, by `label` (folded), `external_id` or a field that finds records."""
    if not keys:
        return {}
    asked = {key: asked_key(scope, object_, by, key) for key in keys}
    wanted = sorted({key for key in asked.values() if key is not None})
    params: dict[str, Any] = {**parameters(scope.access), "keys": wanted}
    if by == EXTERNAL_ID:
        params |= {"systems": [key.partition(":")[0] for key in wanted], "values": [key.partition(":")[2] for key in wanted]}
    found: dict[str, set[UUID]] = defaultdict(set)
    for row in await scope.connection.rows(statement(scope, ("found", object_, by), lambda: _built(scope, object_, by)), params):
        found[row["key"]].add(row["id"])
    return {key: frozenset(found.get(stored or "", ())) for key, stored in asked.items()}


def asked_key(scope: Scope, object_: str, by: str, key: str) -> str | None:
    """A key as it is stored, or None if nothing can be stored like this."""
    if by in {LABEL, EXTERNAL_ID}:
        return key
    field = scope.model.objects[object_].fields[by]
    try:
        return field.type.operand(field, unicodedata.normalize("NFC", key).strip(), scope.context)
    except Refused:
        return None


async def find_links(scope: Scope, rule: LinkRule, texts: Collection[str]) -> Found:
    """The records that cells of a link mean: an id, `system:id`, the unique field of the rule, else the label."""
    found: dict[str, frozenset[UUID]] = {}
    spellings: dict[UUID, list[str]] = defaultdict(list)
    for text in texts:
        if (parsed := parse_id(text)) is not None:
            spellings[parsed].append(text)
    for id_ in await visible_ids(scope, rule.object, spellings):
        found |= dict.fromkeys(spellings[id_], frozenset([id_]))
    ways = [(EXTERNAL_ID, ":"), *([(rule.by, "")] if rule.by else []), (LABEL, "")]
    for by, mark in ways:
        rest = {text for text in texts if text not in found and mark in text}
        found |= {text: records for text, records in (await find_by(scope, rule.object, by, rest)).items() if records}
    return found


def _built(scope: Scope, object_: str, by: str) -> sa.Select[Any]:
    bound = scope.model.objects[object_]
    row = bound.table.alias("r")
    seen = AccessReading.of(scope).seen(object_, row)
    if by == EXTERNAL_ID:
        return _by_external_id(object_, row, bound.table.schema).where(seen)
    keys = sa.func.unnest(sa.bindparam("keys", type_=_TEXTS)).table_valued(sa.column("key", sa.Text), name="asked").render_derived()
    if by == LABEL:
        folded = sa.func.kundig.fold(keys.c.key)
        return sa.select(keys.c.key, row.c.id).select_from(keys.join(row, row.c.label_fold == folded)).where(seen)
    field = bound.fields[by]
    if field.type.contact is not None:
        return _by_contact_point(field, row, bound.table.schema).where(seen)
    column = field.type.scalar(field, row)
    return sa.select(sa.cast(column, sa.Text).label("key"), row.c.id).where(
        sa.cast(column, sa.Text) == sa.any_(sa.bindparam("keys", type_=_TEXTS)), seen
    )


def _by_external_id(object_: str, row: sa.FromClause, schema: str | None) -> sa.Select[Any]:
    pairs = sa.table("external_id", *(sa.column(c) for c in ("object", "record", "system", "value", "live")), schema=schema)
    asked = (
        sa.func.unnest(sa.bindparam("systems", type_=_TEXTS), sa.bindparam("values", type_=_TEXTS))
        .table_valued(sa.column("system", sa.Text), sa.column("value", sa.Text), name="asked")
        .render_derived()
    )
    return (
        sa.select((asked.c.system + ":" + asked.c.value).label("key"), row.c.id)
        .select_from(asked)
        .join(
            pairs,
            sa.and_(pairs.c.object == object_, pairs.c.system == asked.c.system, pairs.c.value == asked.c.value, pairs.c.live),
        )
        .join(row, row.c.id == pairs.c.record)
    )


def _by_contact_point(field: BoundField, row: sa.FromClause, schema: str | None) -> sa.Select[Any]:
    names = ("object", "field", "record", "kind", "value", "live")
    points = sa.table("contact_point", *map(sa.column, names), schema=schema)
    return (
        sa.select(points.c.value.label("key"), row.c.id)
        .select_from(points.join(row, row.c.id == points.c.record))
        .where(
            points.c.object == field.object,
            points.c.field == field.name,
            points.c.kind == field.type.contact,
            points.c.value == sa.any_(sa.bindparam("keys", type_=_TEXTS)),
            points.c.live,
        )
    )
