"""Reading the trash: the deleted records of all objects that the actor may bring back, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.engine.policy.cursors import Place, read_cursor, write_cursor
from kundig.engine.policy.decisions import may, parameters
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.schema.bound import BoundObject


@dataclass(frozen=True, slots=True)
class Trashed:
    """A deleted record; `deleted_by` is the name of a user, or None for the program and for users who are gone."""

    object: str
    id: UUID
    label: str
    deleted_at: datetime
    deleted_by: str | None


@dataclass(frozen=True, slots=True)
class TrashPage:
    """One page; `next_cursor` is None at the end."""

    records: tuple[Trashed, ...]
    next_cursor: str | None = None


async def list_trash(scope: Scope, *, limit: int = 50, cursor: str | None = None) -> TrashPage:
    """Records of their own kind only: what was deleted with its owner comes back with it. Raises Malformed for a foreign cursor."""
    objects = list(_restorable(scope))
    if not objects:
        return TrashPage(())
    behind = None if cursor is None else _behind(read_cursor(scope, ("trash",), cursor))
    compiled = statement(scope, ("trash", behind is not None), lambda: _statement(scope, objects, continued=behind is not None))
    params = {**parameters(scope.access), "most": limit + 1, **(behind or {})}
    rows = await scope.connection.rows(compiled, params)
    page = tuple(Trashed(**row) for row in rows[:limit])
    if len(rows) <= limit:
        return TrashPage(page)
    place = Place(0, (page[-1].deleted_at.astimezone(UTC).isoformat(),), str(page[-1].id))
    return TrashPage(page, write_cursor(scope, ("trash",), place))


def _restorable(scope: Scope) -> Iterator[BoundObject]:
    for name, rights in scope.access.objects.items():
        object_ = scope.model.objects[name]
        if object_.definition.storage == "record" and not object_.definition.system and rights.delete != "none":
            yield object_


def _behind(place: Place) -> dict[str, Any]:
    try:
        (at,) = place.keys
        return {"after_at": datetime.fromisoformat(at or ""), "after_id": UUID(place.id)}
    except ValueError as error:
        raise Malformed(t("This is no cursor of this list. Start again without it.")) from error


def _statement(scope: Scope, objects: list[BoundObject], *, continued: bool) -> sa.Select[Any]:
    user = scope.model.objects["user"].table.alias("u") if "user" in scope.access.objects else None
    branches = [_branch(scope, object_, continued=continued) for object_ in objects]
    page = sa.union_all(*branches).subquery("page")
    name: sa.ColumnElement[Any] = sa.null()
    if user is not None:
        seen = AccessReading.of(scope).seen("user", user)
        name = sa.select(user.c.label).where(user.c.id == page.c.by, page.c.kind == sa.literal("user"), seen).scalar_subquery()
    return (
        sa.select(
            page.c.object, page.c.id, sa.func.coalesce(page.c.label, "").label("label"), page.c.deleted_at, name.label("deleted_by")
        )
        .order_by(page.c.deleted_at.desc(), page.c.id.desc())
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )


def _branch(scope: Scope, object_: BoundObject, *, continued: bool) -> sa.Select[Any]:
    row = object_.table.alias()
    conditions = [row.c.deleted_at.is_not(None), may(scope, "delete", object_.name, row)]
    if continued:
        at, last = sa.bindparam("after_at", type_=sa.DateTime(timezone=True)), sa.bindparam("after_id", type_=sa.Uuid())
        conditions += [row.c.deleted_at <= at, sa.or_(row.c.deleted_at < at, row.c.id < last)]
    name: sa.ColumnElement[str] = sa.literal_column(f"'{object_.name}'", sa.Text())
    found = sa.select(
        name.label("object"),
        row.c.id,
        AccessReading.of(scope).name(object_.name, row).label("label"),
        row.c.deleted_at,
        (sa.null() if "updated_by" in scope.rights(object_.name).hidden else row.c.updated_by).label("by"),
        row.c.updated_by__kind.label("kind"),
    )
    newest = found.where(*conditions).order_by(row.c.deleted_at.desc(), row.c.id.desc())
    return sa.select(newest.limit(sa.bindparam("most", type_=sa.Integer())).subquery())
