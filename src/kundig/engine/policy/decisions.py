"""Whether an actor may edit, delete, assign or share named records: the full policy, asked at every write.

A level alone is not enough: the record must be visible too. A share or sharing rule of level edit lets records be edited, as long
as the role may edit records of the object at all.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.extension import Level
from kundig.engine.policy.access import Access
from kundig.engine.policy.resolve import parent_of
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.tables import NUMBERS, SHARE, UUIDS
from kundig.engine.policy.visibility import overlaps, visible

Deed = Literal["edit", "delete", "assign", "share"]


async def allowed(scope: Scope, deed: Deed, object_: str, ids: Collection[UUID], *, trashed: bool = False) -> set[UUID]:
    """Those of the records that the actor may see and do this with; one statement, or none where the role says no.

    Only live records count, or with `trashed` only those in the trash. Owned records need the right to edit their parent.
    """
    rights = scope.access.objects.get(object_)
    if not ids or rights is None or not rights.readable or getattr(rights, deed) == "none":
        return set()
    statement = _statement(scope, deed, object_, trashed=trashed)
    return set(await scope.connection.values(statement, {**parameters(scope.access), "ids": list(ids)}))


async def visible_ids(scope: Scope, object_: str, ids: Collection[UUID], *, in_trash_too: bool = False) -> set[UUID]:
    """Those of the records that are live (or in the trash, if that is asked for) and that the actor may see."""
    rights = scope.access.objects.get(object_)
    if not ids or rights is None or not rights.readable:
        return set()
    key = ("visible", object_, in_trash_too, scope.access.shape)
    if key not in scope.policies.compiled:
        row = scope.model.objects[object_].table.alias("r")
        statement = _named(row).where(
            sa.true() if in_trash_too else row.c.deleted_at.is_(None), visible(scope.access, object_, row)
        )
        scope.policies.compiled[key] = compile_statement(statement)
    return set(await scope.connection.values(scope.policies.compiled[key], {**parameters(scope.access), "ids": list(ids)}))


def parameters(access: Access) -> dict[str, object]:
    """The values of all bind parameters that conditions of this package use."""
    return {
        **access.parameters,
        "actor": access.user,
        "teams": list(access.teams),
        "teams_below": list(access.teams_below),
        "edit_grants": list(access.edit_grants),
        "edit_rules": sorted(access.edit_rules),
    }


def may(scope: Scope, deed: Deed, object_: str, row: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that the actor may see a record and do this with it; bind `parameters(access)`."""
    bound = scope.model.objects[object_]
    if bound.definition.storage == "owned":
        parent = scope.model.objects[parent_of(bound)]
        above = parent.table.alias(f"owner_of_{object_}")
        link = row.c[bound.fields[bound.definition.parent or ""].column]
        return sa.and_(
            visible(scope.access, object_, row), sa.exists().where(above.c.id == link, may(scope, "edit", parent.name, above))
        )
    rights = scope.access.objects.get(object_)
    level: Level = getattr(rights, deed) if rights else "none"
    reached = within(level, row)
    if deed == "edit" and level not in {"none", "all"}:
        reached = sa.or_(reached, shared(object_, row), ruled(row))
    return sa.and_(visible(scope.access, object_, row), reached)


def within(level: Level, row: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that a record lies as near to the actor as a level asks for."""
    own = row.c.owner_id == sa.bindparam("actor", type_=row.c.owner_id.type)
    match level:
        case "all":
            return sa.true()
        case "none":
            return sa.false()
        case "own":
            return own
        case "team" | "team_below":
            teams = sa.bindparam("teams" if level == "team" else "teams_below", type_=UUIDS)
            return sa.or_(own, row.c.team_id == sa.any_(teams))


def ruled(row: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that a sharing rule of level edit, which includes the actor, reaches a record."""
    return overlaps(row.c.audience, sa.bindparam("edit_rules", type_=NUMBERS))


def shared(object_: str, row: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that a record is shared with the actor to be edited."""
    return sa.exists().where(
        SHARE.c.object == object_,
        SHARE.c.record == row.c.id,
        SHARE.c.level == "edit",
        SHARE.c.principal == sa.any_(sa.bindparam("edit_grants", type_=NUMBERS)),
        sa.or_(SHARE.c.until.is_(None), SHARE.c.until > sa.func.now()),
    )


def _statement(scope: Scope, deed: Deed, object_: str, *, trashed: bool) -> Compiled:
    key = ("allowed", deed, object_, trashed, scope.access.shape)
    if key not in scope.policies.compiled:
        row = scope.model.objects[object_].table.alias("r")
        lives = row.c.deleted_at.is_not(None) if trashed else row.c.deleted_at.is_(None)
        scope.policies.compiled[key] = compile_statement(_named(row).where(lives, may(scope, deed, object_, row)))
    found: Compiled = scope.policies.compiled[key]
    return found


def _named(row: sa.FromClause) -> sa.Select[tuple[UUID]]:
    return sa.select(row.c.id).where(row.c.id == sa.any_(sa.bindparam("ids", type_=UUIDS)))
