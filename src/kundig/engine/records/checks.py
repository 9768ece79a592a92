"""Rules that hold for every object: required fields, unique values, trees without circles, the label."""

from __future__ import annotations

import string
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft, columns_of
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.kinds import Kind

LABEL_LENGTH = 200


def check_required(draft: Draft) -> None:
    """Required fields have values; of each group at least one has, unless what stands in one of them is hidden from who writes."""
    for field in draft.object.required:
        relevant = draft.action == "create" or field.name in draft.given
        if relevant and is_empty(draft, field) and not _refused(draft, field.name):
            draft.refuse(field.name, "required", t("{field} is needed.", field=field.definition.label))
    for group in draft.object.definition.any_required:
        told = [name for name in group if name not in draft.hidden]
        touched = draft.action == "create" or (told == list(group) and bool(set(group) & draft.given))
        if (
            touched
            and all(is_empty(draft, draft.object.fields[name]) for name in group)
            and not any(_refused(draft, n) for n in group)
        ):
            for name in told:
                draft.refuse(name, "required", t("One of these fields is needed."))


def _refused(draft: Draft, name: str) -> bool:
    return any(error.field.startswith(name) for error in draft.errors)


def is_empty(draft: Draft, field: BoundField) -> bool:
    """Whether a field will have no value: null, "" or an empty list in all of its columns, or a link that leads nowhere."""
    if field.name in draft.unseen and not draft.changes(field.name):
        return True
    if field.name in draft.object.side_tables:
        return not draft.sides.get(field.name) if field.name in draft.sides or draft.action == "create" else False
    return all((draft.new[c] if c in draft.new else draft.old.get(c)) in (None, "", []) for c in columns_of(field))


async def check_unique(scope: Scope, drafts: Sequence[Draft]) -> None:
    """No live record, nor another draft of the list, has the same value in a unique field."""
    for field in drafts[0].object.fields.values():
        if not field.definition.unique:
            continue
        wanted: dict[str, list[Draft]] = defaultdict(list)
        for draft in drafts:
            if draft.action == "restore" or (draft.action != "delete" and draft.changes(field.name)):
                for value in _values(draft, field):
                    wanted[value].append(draft)
        if not wanted:
            continue
        taken = await _taken(scope, field, list(wanted))
        counts = Counter(value for value, holders in wanted.items() for _ in holders)
        for value, holders in wanted.items():
            for number, draft in enumerate(holders):
                if (taken.get(value) or draft.id) != draft.id or (counts[value] > 1 and number > 0):
                    _refuse_taken(draft, field.name, value)


def _refuse_taken(draft: Draft, name: str, value: str) -> None:
    """Say which value is taken; of a hidden field, that comes back with a restored record, only that there is one."""
    if name not in draft.hidden:
        draft.refuse(name, "not_unique", t("{value} is used by another record already.", value=value))
    elif not any(error.field == "id" for error in draft.errors):
        draft.refuse("id", "not_unique", t("Something that only one record can have is used by another one already."))


def _values(draft: Draft, field: BoundField) -> list[str]:
    value = draft.get(field.name)
    if value is None:
        return []
    return field.type.items(field, value) if isinstance(value, list) else [value]


async def _taken(scope: Scope, field: BoundField, values: list[str]) -> Mapping[str, UUID]:
    if field.kind is Kind.LIST:
        statement = """select value, record from {ws}.contact_point
          where object = %(object)s and field = %(field)s and value = any(%(values)s) and live"""
        params: dict[str, Any] = {"object": field.object, "field": field.name, "values": values}
    else:
        table, column = f'{{ws}}."{field.object}"', f'"{field.column}"'
        statement = f"select {column} as value, id as record from {table} where {column} = any(%(values)s) and deleted_at is null"
        params = {"values": values}
    return {row["value"]: row["record"] for row in await scope.connection.rows(statement, params)}


async def check_tree(scope: Scope, drafts: Sequence[Draft]) -> None:
    """A record is not above itself, over however many steps."""
    tree = drafts[0].object.definition.tree
    moved = [d for d in drafts if tree and d.action == "update" and d.changes(tree) and d.get(tree) is not None]
    if not tree or not moved:
        return
    table, column = drafts[0].object.name, drafts[0].object.fields[tree].column
    planned = {str(d.id): str(d.get(tree)) for d in moved}
    statement = f"""with recursive up(start, id) as (
        select key::uuid, value::uuid from jsonb_each_text(%(planned)s::jsonb)
        union
        select up.start, coalesce((%(planned)s::jsonb ->> node.id::text)::uuid, node."{column}")
          from up join {{ws}}."{table}" node on node.id = up.id)
      select distinct start from up where id = start"""
    from psycopg.types.json import Jsonb

    circles = set(await scope.connection.values(statement, {"planned": Jsonb(planned)}))
    for draft in moved:
        if draft.id in circles:
            draft.refuse(tree, "circle", t("A record can't be above itself."))


def set_label(draft: Draft) -> None:
    """The record's label from the fields of its title; what is empty leaves no gap."""
    if draft.action in ("delete", "restore"):
        return
    if draft.action == "update" and not any(
        draft.changes(name) for name in draft.object.title_fields if name in draft.object.fields
    ):
        return
    draft.new["label"] = label_of(draft)


def label_of(draft: Draft) -> str:
    """The first of the title's alternatives that is not empty; else what the object is called."""
    alternatives = (_filled(draft, title) for title in draft.object.definition.title.split("|"))
    label = next((text for text in alternatives if text), "")
    return label[:LABEL_LENGTH] or draft.object.definition.label["de"]


def _filled(draft: Draft, title: str) -> str:
    pieces: list[str] = []
    for text, name in _pieces(title):
        pieces.append(text)
        if name:
            pieces.append(_shown(draft, name))
    return " ".join("".join(pieces).split()).strip(" -–·,")


@lru_cache(maxsize=1000)
def _pieces(title: str) -> tuple[tuple[str, str | None], ...]:
    """The texts of a title, each with the field that comes behind it."""
    return tuple((text, name) for text, name, _, _ in string.Formatter().parse(title))


def _shown(draft: Draft, name: str) -> str:
    if name in draft.labels:
        return draft.labels[name]
    field = draft.object.fields[name]
    plain = f"{field.column}__text"
    value = draft.new.get(plain) or draft.old.get(plain) if plain in columns_of(field) else draft.get(name)
    if isinstance(value, list):
        value = value[0]["value"] if value and isinstance(value[0], Mapping) else None
    return "" if value is None or isinstance(value, UUID) else str(value)
