"""Sharing one record with a user, a team's members or a role: never more than the one who shares has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from kundig.base.database.names import quoted
from kundig.base.errors import Denied, Invalid, Missing
from kundig.base.i18n import t
from kundig.engine.audit import Noted, note, note_all
from kundig.engine.audit.events import SHARE_ENDED, SHARED
from kundig.engine.policy.audience import renew_apart
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.policy.principals import Principal, ensure, numbers
from kundig.engine.policy.scope import Scope

SHAREABLE = frozenset({"user", "members", "role"})
_SHARES = """
select p.id, p.kind, p.ref, s.level, s.until, s.created_at, s.created_by
from {ws}.share s join {ws}.principal p on p.id = s.principal
where s.object = %(object)s and s.record = %(record)s and (s.until is null or s.until > now())
order by s.created_at, p.id
"""
_GRANT = """
insert into {ws}.share (object, record, principal, level, until, created_by)
select %(object)s, %(record)s, p.id, %(level)s, %(until)s, %(by)s from {ws}.principal p where p.kind = %(kind)s and p.ref = %(ref)s
on conflict (object, record, principal) do update
set level = excluded.level, until = excluded.until, created_by = excluded.created_by
"""
_END = """
with recursive ended as (
  select g.record, g.principal from unnest(%(records)s::uuid[], %(principals)s::integer[]) as g (record, principal)
  union
  select s.record, s.principal from ended e
  join {{ws}}.principal p on p.id = e.principal and p.kind = 'user'
  join {{ws}}.share s on s.object = %(object)s and s.record = e.record and s.created_by::text = p.ref
  where s.created_by is distinct from (select o.owner_id from {{ws}}.{table} o where o.id = s.record)
)
delete from {{ws}}.share s using {{ws}}.principal p
where s.object = %(object)s and (s.record, s.principal) in (select record, principal from ended) and p.id = s.principal
returning s.record, p.kind, p.ref
"""
"""Shares, and what those who lose them have granted, and so on."""
_EXPIRED = "select object, record, principal from {ws}.share where until <= now() order by object, record, principal for update"


async def grant_share(
    scope: Scope, object_: str, record: UUID, to: Principal, level: Literal["read", "edit"], until: datetime | None = None
) -> None:
    """Let others read or edit a record. Needs the right to share it, and for level edit the right to edit it.

    Raises Missing, Denied.
    """
    await _require_share(scope, object_, record)
    if level == "edit" and not await allowed(scope, "edit", object_, [record]):
        raise Denied(t("You can't share more than you may do yourself."))
    if to.kind not in SHAREABLE:
        raise Invalid.one("to", "bad_value", t("A record can be shared with a user, a team or a role."))
    await ensure(scope.connection, [to])
    shared = {"object": object_, "record": record, "kind": to.kind, "ref": to.ref}
    await scope.connection.execute(_GRANT, {**shared, "level": level, "until": until, "by": scope.access.user})
    await renew_apart(scope, object_, [record])
    ends = {} if until is None else {"until": until.isoformat()}
    await note(scope.context, SHARED, object_=object_, record=record, detail={"to": _told(scope, to), "level": level, **ends})


async def revoke_share(scope: Scope, object_: str, record: UUID, to: Principal) -> None:
    """Take a share back at once, with those that the one who loses it has granted. Needs the right to share the record.

    Raises Missing, Denied.
    """
    await _require_share(scope, object_, record)
    number = (await numbers(scope.connection, [to])).get(to)
    if number is not None:
        await _end(scope, object_, [(record, number)])


async def shares(scope: Scope, object_: str, record: UUID) -> list[dict[str, Any]]:
    """With whom a record is shared: id and kind and ref of the principal, level, until, created_at, created_by. Raises Missing."""
    if not await visible_ids(scope, object_, [record]):
        raise Missing
    return await scope.connection.rows(_SHARES, {"object": object_, "record": record})


async def end_expired(scope: Scope) -> int:
    """End the shares whose time is over, as if they had been taken back; for a job every minute. How many there were."""
    ended: dict[str, list[tuple[UUID, int]]] = {}
    for row in await scope.connection.rows(_EXPIRED):
        if row["object"] in scope.model.objects:
            ended.setdefault(row["object"], []).append((row["record"], row["principal"]))
    for object_, given in ended.items():
        await _end(scope, object_, given)
    return sum(map(len, ended.values()))


async def _end(scope: Scope, object_: str, given: Sequence[tuple[UUID, int]]) -> None:
    """End shares, by record and principal, with those that their receivers have granted."""
    statement = _END.format(table=quoted(scope.model.objects[object_].table.name))
    records, principals = zip(*given, strict=True)
    values = {"object": object_, "records": list(records), "principals": list(principals)}
    gone = await scope.connection.rows(statement, values)
    await renew_apart(scope, object_, {row["record"] for row in gone} | set(records))
    told = [({"to": _told(scope, Principal(row["kind"], row["ref"]))}, row["record"]) for row in gone]
    await note_all(scope.context, [Noted(SHARE_ENDED, object_, record, detail) for detail, record in told])


def _told(scope: Scope, to: Principal) -> Any:
    """A receiver of a share for the audit trail: a link, or the name of a role."""
    field = {"user": "created_by", "members": "team"}.get(to.kind)
    if field is None:
        return to.ref
    return {"id": to.ref, "object": next(iter(scope.model.objects.values())).fields[field].target}


async def _require_share(scope: Scope, object_: str, record: UUID) -> None:
    if await allowed(scope, "share", object_, [record]):
        return
    if await visible_ids(scope, object_, [record]):
        raise Denied(t("You may not share this record."))
    raise Missing
