"""The audience of records: the principals that may read them, kept by the write door.

An audience holds the owner, the owning team, whom the record is shared with, whom what it owns names as readers, and the filters
(grants and forbids of roles, sharing rules) that it matches. Owned records have their parent's. Search and timeline entries carry
their record's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kundig.base.database.connection import Compiled
from kundig.engine.policy.derived import filter_paths, sources
from kundig.engine.policy.filters import condition
from kundig.engine.policy.readers import named_readers
from kundig.engine.policy.resolve import parent_of
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import for_everybody
from kundig.engine.policy.tables import NUMBERS, PRINCIPAL, SEARCH_ENTRY, SHARE, TIMELINE_ENTRY, UUIDS
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import Model

_LOWEST = UUID(int=0)
"""Before all ids there are."""
CHUNK = 500
"""So many records are looked at in one transaction, of which those that differ are locked: 0.2 s where all do."""


async def renew(
    scope: Scope,
    object_: str,
    ids: Collection[UUID],
    *,
    changed: Collection[str] | None = None,
    created: bool = False,
    beside: bool = False,
) -> dict[UUID, list[int]]:
    """Bring the audience of stored records up to date, of what they own, and of records whose filters look at them.

    `changed` names the fields that were written (None: unknown, or in and out of the trash). `created` says that the
    records were just inserted with their owner's and team's principals, or their parent's audience, and own nothing yet; `beside`
    that what changed lies beside their rows (figures), which this transaction has not written. Tells the new audiences of those
    of `ids` that differ now.
    """
    if not ids:
        return {}
    bound = scope.model.objects[object_]
    if changed is not None:
        changed = {*changed, *_made_of(scope, bound, changed)}
    moved: dict[UUID, list[int]] = {}
    filtered = bool(scope.policies.filters(bound.definition))
    if filtered if created else changed is None or not depends_on(scope, object_).isdisjoint(changed):
        moved = await (renew_apart if beside else _renew)(scope, object_, ids)
    if not created:
        for other, link in _looking_at(scope, object_, changed):
            await renew_apart(scope, other, ids, link)
    return moved


async def renew_apart(scope: Scope, object_: str, ids: Collection[UUID], column: str = "id") -> dict[UUID, list[int]]:
    """Renew records that are not written themselves: what decides about them lies beside them (shares, readers, figures, links).

    They are locked first: of two who change that at the same time, the second counts what the first has changed.
    """
    return await _renew(scope, object_, ids, column) if await _lock(scope, object_, ids, column) else {}


def depends_on(scope: Scope, object_: str) -> frozenset[str]:
    """The fields of an object that decide about its audience: owner, team, or the link to the parent, and what filters name."""
    definition = scope.model.objects[object_].definition
    if definition.storage == "owned":
        return frozenset({definition.parent or ""})
    named = (path.split(".")[0] for item in scope.policies.filters(definition) for path in filter_paths(item.where))
    return frozenset({"owner", "team", *named})


def _made_of(scope: Scope, bound: BoundObject, changed: Collection[str]) -> Iterator[str]:
    """The formulas over fields that were written: filters may ask for them."""
    key, kept = ("made of", bound.name), scope.policies.compiled
    if key not in kept:
        kept[key] = [
            (source.field, name)
            for name, field in bound.fields.items()
            for source in sources(scope.model, field)
            if source.object == bound.name and not source.many
        ]
    return (name for source, name in kept[key] if source in changed)


async def next_chunk(scope: Scope, object_: str, after: UUID | None = None, size: int = CHUNK) -> list[UUID]:
    """The ids of the next records of an object, in their order."""
    statement = for_everybody(scope, ("next chunk", object_), lambda: _following(scope.model.objects[object_].table))
    return await scope.connection.values(statement, {"after": after or _LOWEST, "size": size})


async def renew_differing(scope: Scope, object_: str, ids: Sequence[UUID]) -> None:
    """Renew those of some records whose audience is not what it should be, for jobs after a change of roles or rules.

    Only they are locked: who writes another one meanwhile is looked at when all are looked at again.
    """
    statement = for_everybody(scope, ("differing", object_), lambda: _differing(scope, scope.model.objects[object_]))
    differing = await scope.connection.values(statement, {"ids": list(ids)})
    if differing and await _lock(scope, object_, differing):
        # Nobody asks which they were: reading them back takes as long as half of what the job does besides PostgreSQL.
        await scope.connection.execute(_renewal_of(scope, object_), {"ids": differing})


def _looking_at(scope: Scope, object_: str, changed: Collection[str] | None) -> Iterator[tuple[str, str]]:
    """Objects with filters that follow a link to this one, with the link's column, if what they ask for has changed."""
    for other in scope.model.objects.values():
        links = set()
        for item in scope.policies.filters(other.definition):
            for path in filter_paths(item.where):
                name, _, rest = path.partition(".")
                field = other.fields.get(name)
                asked = rest.split(".")[0]
                if field and asked and field.target == object_ and (changed is None or asked in changed):
                    links.add(field.column)
        yield from ((other.name, column) for column in sorted(links))


async def _renew(scope: Scope, object_: str, ids: Collection[UUID], column: str = "id") -> dict[UUID, list[int]]:
    rows = await scope.connection.rows(_renewal_of(scope, object_, column), {"ids": list(ids)})
    return {row["id"]: row["audience"] for row in rows}


async def _lock(scope: Scope, object_: str, ids: Collection[UUID], column: str = "id") -> int:
    """Keep others from writing records; how many there are."""
    statement = for_everybody(scope, ("lock", object_, column), lambda: _locking(scope.model.objects[object_].table, column))
    return await scope.connection.execute(statement, {"ids": list(ids)})


def _renewal_of(scope: Scope, object_: str, column: str = "id") -> Compiled:
    return for_everybody(scope, ("renew", object_, column), lambda: _renewal(scope, scope.model.objects[object_], column))


def _renewal(scope: Scope, bound: BoundObject, column: str) -> sa.Select[Any]:
    """One statement: the audiences as they should be, written where they differ, to records, owned records, search and timeline."""
    table = bound.table
    due = _due(scope, bound, column)
    moved = (
        _update(table, due.c.audience)
        # the second condition says nothing new, but spares PostgreSQL reading the whole table
        .where(table.c.id == due.c.id, _chosen(table, column), table.c.audience.is_distinct_from(due.c.audience))
        .returning(table.c.id, table.c.audience)
        .cte("moved")
    )
    followers = list(_followers(scope.model, bound, moved))
    return sa.select(moved.c.id, moved.c.audience).add_cte(*followers)


def _update(table: sa.Table, audience: sa.ColumnElement[list[int]]) -> sa.Update:
    # A label is written as it is, for its generated column: of an update that changes none, PostgreSQL reads the expressions of all
    # of them anew for each row, and a formula's may have 25 kB.
    return sa.update(table).values(audience=audience, label=table.c.label)


def _differing(scope: Scope, bound: BoundObject) -> sa.Select[Any]:
    """Which of some records have another audience than they should.

    Numbers of principals that are gone, such as the old one of a rule that was changed, open nothing to anybody and are never given
    again: they alone are no reason to write a record, with all its indexes. The next write takes them out.
    """
    table, due = bound.table, _due(scope, bound, "id")
    number = sa.func.unnest(table.c.audience).column_valued("n")
    living = _array(sa.select(number).where(number.in_(sa.select(PRINCIPAL.c.id))).order_by(number))
    differs = living.is_distinct_from(due.c.audience)
    return sa.select(table.c.id).where(table.c.id == due.c.id, _chosen(table, "id"), differs)


def _due(scope: Scope, bound: BoundObject, column: str) -> sa.CTE:
    """The audiences as they should be, each worked out once."""
    row = bound.table.alias("r")
    listed = sa.select(row.c.id, _principals_of(scope, bound, row).label("audience")).where(_chosen(row, column))
    principals = listed.cte("listed").prefix_with("materialized")
    return sa.select(principals.c.id, _settled(principals.c.audience).label("audience")).cte("due").prefix_with("materialized")


def _following(row: sa.FromClause) -> sa.Select[Any]:
    after, size = sa.bindparam("after", type_=row.c.id.type), sa.bindparam("size", type_=sa.Integer)
    return sa.select(row.c.id).where(row.c.id > after).order_by(row.c.id).limit(size)


def _locking(row: sa.FromClause, column: str) -> sa.Select[Any]:
    return sa.select(row.c.id).where(_chosen(row, column)).order_by(row.c.id).with_for_update(key_share=True)


def _chosen(row: sa.FromClause, column: str) -> sa.ColumnElement[bool]:
    return row.c[column] == sa.any_(sa.bindparam("ids", type_=UUIDS))


def _followers(model: Model, bound: BoundObject, moved: sa.CTE) -> Iterator[sa.CTE]:
    """What carries a record's audience: its search entry, its timeline entries, what it owns (and what that owns)."""
    for table in (SEARCH_ENTRY, TIMELINE_ENTRY):
        entry = sa.update(table).values(audience=moved.c.audience).where(table.c.object == bound.name, table.c.record == moved.c.id)
        yield entry.returning(table.c.record).cte(f"{table.name}_of_{bound.name}")
    for child in model.objects.values():
        if child.definition.storage == "owned" and parent_of(child) == bound.name:
            own = child.table
            update = _update(own, moved.c.audience).where(own.c[_link_to_parent(child)] == moved.c.id)
            owned = update.returning(own.c.id, own.c.audience).cte(f"moved_{child.name}")
            yield owned
            yield from _followers(model, child, owned)


def _principals_of(scope: Scope, bound: BoundObject, row: sa.FromClause) -> sa.ColumnElement[list[int]]:
    """The principals of a row, in any order, with nulls for filters that do not match."""
    if bound.definition.storage == "owned":
        return _audience_of_parent(scope.model, bound, row)
    numbers = [_number("user", row.c.owner_id), _number("team", row.c.team_id)]
    for place, item in enumerate(scope.policies.filters(bound.definition)):
        holds = condition(scope, bound, item.where, row, prefix=f"f{place}_")
        numbers.append(sa.case((holds, _number(item.principal.kind, sa.literal(item.principal.ref)))))
    shares = sa.select(SHARE.c.principal).where(
        SHARE.c.object == bound.name, SHARE.c.record == row.c.id, sa.or_(SHARE.c.until.is_(None), SHARE.c.until > sa.func.now())
    )
    listed: sa.ColumnElement[list[int]] = sa.cast(postgresql.array(numbers), NUMBERS)
    for more in (shares, *named_readers(scope.model, bound, row)):
        listed = listed.op("||")(_array(more))
    return listed


def _number(kind: str, ref: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    # read here and not bound, so that no number of a transaction that was rolled back can get into a record
    return sa.select(PRINCIPAL.c.id).where(PRINCIPAL.c.kind == kind, PRINCIPAL.c.ref == sa.cast(ref, sa.Text)).scalar_subquery()


def _settled(listed: sa.ColumnElement[list[int]]) -> sa.ColumnElement[list[int]]:
    """Each principal once and in order, so that equal audiences are equal."""
    value = sa.func.unnest(listed).column_valued("v")
    return _array(sa.select(value).distinct().where(value.is_not(None)).order_by(value))


def _array(items: sa.Select[Any]) -> sa.ColumnElement[list[int]]:
    return sa.func.array(items.scalar_subquery(), type_=NUMBERS)


def _audience_of_parent(model: Model, bound: BoundObject, row: sa.FromClause) -> sa.ColumnElement[list[int]]:
    parent = model.objects[parent_of(bound)].table.alias("parent")
    return sa.select(parent.c.audience).where(parent.c.id == row.c[_link_to_parent(bound)]).scalar_subquery()


def _link_to_parent(bound: BoundObject) -> str:
    return bound.fields[bound.definition.parent or ""].column
