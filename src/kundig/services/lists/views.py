"""Views that people keep: their own, those shared with a team or with everybody, the order of tabs, what roles begin with.

A view holds how a list is arranged and never records: what somebody sees through it is read with their own rights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from kundig.base.errors import Denied, Invalid, Missing
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7
from kundig.engine.extension import View
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope

SHARE = "share_views"
"""The right to share views with teams and with everybody."""
MOST_VIEWS, LONGEST_NAME = 100, 80

_SEEN = """
with recursive around as (
  select id, parent from {ws}.team where id = any(%(teams)s) and deleted_at is null
  union select t.id, t.parent from {ws}.team t join around a on t.id = a.parent where t.deleted_at is null
)
select v.id, v.name, v.owner, v.everybody, v.teams, v.definition from {ws}.saved_view v
 where v.object = %(object)s and v.deleted_at is null
   and (v.owner = %(user)s or v.everybody or v.teams && array(select id from around))
"""
_KEPT = f"""
select
  coalesce((select jsonb_agg(to_jsonb(s) order by s.id) from ({_SEEN}) s), '[]') as saved,
  (select views from {{ws}}.view_order where user_id = %(user)s and object = %(object)s) as tabs,
  coalesce((select jsonb_object_agg(d.role, d.view) from {{ws}}.view_default d where d.object = %(object)s), '{{}}') as defaults,
  (select role from {{ws}}."user" where id = %(user)s) as roles
"""


class Definition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a list or board is arranged, as a view of the model says it too."""

    where: dict[str, Any] | None = None
    columns: tuple[str, ...] = ()
    widths: dict[str, int] = {}
    frozen: int = 1
    order: str | None = None
    group: str | None = None
    shape: Literal["list", "board"] = "list"
    lane: str | None = None
    pipeline: str | None = None


class SavedView(msgspec.Struct, frozen=True):
    """A view that somebody keeps; `everybody` and `teams` are who else sees it."""

    id: UUID
    name: str
    owner: UUID
    everybody: bool
    teams: tuple[UUID, ...]
    definition: Definition

    @property
    def shared(self) -> bool:
        """Whether others see it."""
        return self.everybody or bool(self.teams)

    def view(self, object_: str) -> View:
        """The same as a view of the model, named by its id."""
        made = self.definition
        return View(
            name=str(self.id), object=object_, label={"en": self.name, "de": self.name}, where=made.where, columns=made.columns,
            widths=made.widths, frozen=made.frozen, order=made.order, group=made.group,
            shape=made.shape, lane=made.lane, pipeline=made.pipeline,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an object's lists for one person: `tabs` in their own order, `default` the view of their role."""

    saved: Mapping[str, SavedView]
    tabs: tuple[str, ...]
    default: str
    defaults: Mapping[str, str]
    """By role, for those who set them."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who else sees a view."""

    everybody: bool = False
    teams: tuple[UUID, ...] = ()


async def kept_views(scope: Scope, object_: str) -> Kept:
    """One statement for a list's page."""
    params = {"object": object_, "user": scope.access.user, "teams": list(scope.access.teams)}
    row = await scope.connection.row(_KEPT, params)
    assert row is not None
    saved = msgspec.convert(row["saved"], tuple[SavedView, ...])
    roles = [role for role in row["roles"] or () if role in row["defaults"]]
    default = row["defaults"][roles[0]] if roles else ""
    return Kept({str(view.id): view for view in saved}, tuple(row["tabs"] or ()), default, row["defaults"])


async def find_view(scope: Scope, object_: str, id_: UUID) -> SavedView:
    """A view that the actor may use; raises Missing."""
    found = (await kept_views(scope, object_)).saved.get(str(id_))
    if found is None:
        raise Missing
    return found


def may_share(scope: Scope) -> bool:
    """Whether the actor may let others see views."""
    return scope.may(SHARE)


def may_change(scope: Scope, view: SavedView) -> bool:
    """Their own, and what is shared for those who look after the configuration."""
    rules = scope.may(CONFIGURE)
    return view.owner == scope.access.user or (view.shared and rules)


async def keep_view(scope: Scope, object_: str, name: str, definition: Definition, sharing: Sharing | None = None) -> UUID:
    """A new view of the actor. Raises Invalid for its name, Denied without the right to share."""
    scope.object(object_)
    owner = _person(scope)
    kept = await kept_views(scope, object_)
    if sum(view.owner == owner for view in kept.saved.values()) >= MOST_VIEWS:
        raise Invalid.one("name", "too_many", t("You keep {most} views of this list already. Delete some first.", most=MOST_VIEWS))
    values = {**_told(name, definition), **_shared(scope, sharing, None)}
    id_ = uuid7()
    await scope.connection.execute(
        "insert into {ws}.saved_view (id, object, name, owner, everybody, teams, definition)"
        " values (%(id)s, %(object)s, %(name)s, %(owner)s, %(everybody)s, %(teams)s, %(definition)s)",
        {"id": id_, "object": object_, "owner": owner, **values},
    )
    return id_


async def change_view(
    scope: Scope,
    object_: str,
    id_: UUID,
    *,
    name: str | None = None,
    definition: Definition | None = None,
    sharing: Sharing | None = None,
) -> SavedView:
    """Another name, arrangement or sharing; the view as it was. Raises Missing, Denied, Invalid."""
    view = await _changeable(scope, object_, id_)
    was = Sharing(view.everybody, view.teams)
    values = _told(view.name if name is None else name, definition or view.definition)
    shared = {"everybody": was.everybody, "teams": list(was.teams)} if sharing in (None, was) else _shared(scope, sharing, was)
    await scope.connection.execute(
        "update {ws}.saved_view set name = %(name)s, definition = %(definition)s, everybody = %(everybody)s, teams = %(teams)s,"
        " updated_at = now() where id = %(id)s",
        {"id": id_, **values, **shared},
    )
    return view


async def delete_view(scope: Scope, object_: str, id_: UUID) -> SavedView:
    """Take a view away; `restore_view` brings it back; the view as it was. Raises Missing, Denied."""
    view = await _changeable(scope, object_, id_)
    await scope.connection.execute("update {ws}.saved_view set deleted_at = now() where id = %(id)s", {"id": id_})
    return view


async def restore_view(scope: Scope, object_: str, id_: UUID) -> None:
    """Bring a view back that was taken away. Raises Missing for what is not there or not the actor's to change."""
    rules = scope.may(CONFIGURE)
    restored = await scope.connection.execute(
        "update {ws}.saved_view set deleted_at = null where id = %(id)s and object = %(object)s and deleted_at is not null"
        " and (owner = %(user)s or (%(rules)s and (everybody or teams <> '{}')))",
        {"id": id_, "object": object_, "user": scope.access.user, "rules": rules},
    )
    if not restored:
        raise Missing


async def order_tabs(scope: Scope, object_: str, views: Sequence[str]) -> None:
    """Put the actor's tabs of an object into an order."""
    scope.object(object_)
    await scope.connection.execute(
        "insert into {ws}.view_order (user_id, object, views) values (%(user)s, %(object)s, %(views)s)"
        " on conflict (user_id, object) do update set views = excluded.views",
        {"user": _person(scope), "object": object_, "views": list(dict.fromkeys(views))[: 2 * MOST_VIEWS]},
    )


async def set_defaults(scope: Scope, object_: str, view: str, roles: Sequence[str]) -> None:
    """Let exactly these roles begin with a view. Raises Denied without the right to configure."""
    scope.require(CONFIGURE)
    scope.object(object_)
    known = [role for role in roles if role in scope.model.roles]
    params = {"object": object_, "view": view, "roles": known}
    await scope.connection.execute(
        "delete from {ws}.view_default where object = %(object)s and view = %(view)s and not role = any(%(roles)s)", params
    )
    await scope.connection.execute(
        "insert into {ws}.view_default (object, role, view) select %(object)s, role, %(view)s from unnest(%(roles)s::text[]) role"
        " on conflict (object, role) do update set view = excluded.view",
        params,
    )


def _person(scope: Scope) -> UUID:
    if scope.access.user is None:
        raise Denied(t("Views belong to people."))
    return scope.access.user


async def _changeable(scope: Scope, object_: str, id_: UUID) -> SavedView:
    view = await find_view(scope, object_, id_)
    if not may_change(scope, view):
        raise Denied(t("This view belongs to somebody else. Save it as your own."))
    return view


def _told(name: str, definition: Definition) -> dict[str, Any]:
    name = " ".join(name.split())
    if not name:
        raise Invalid.one("name", "required", t("Give the view a name."))
    if len(name) > LONGEST_NAME:
        raise Invalid.one("name", "too_long", t("Give the view a name of at most {most} characters.", most=LONGEST_NAME))
    return {"name": name, "definition": Jsonb(msgspec.to_builtins(definition))}


def _shared(scope: Scope, sharing: Sharing | None, was: Sharing | None) -> dict[str, Any]:
    """Nobody shares with teams that they don't belong to, unless they may do everything; what was shared may stay so."""
    sharing = sharing or Sharing()
    new = set(sharing.teams) - set(was.teams if was else ())
    if (sharing.everybody or new) and not may_share(scope):
        raise Denied(t("Your role does not allow sharing views."))
    if not scope.access.everything and not new <= set(scope.access.teams_below):
        raise Denied(t("You can share views with your own teams only."))
    return {"everybody": sharing.everybody, "teams": list(sharing.teams)}
