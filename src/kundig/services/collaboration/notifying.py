"""Who learns of what: the jobs find recipients, and each is asked with their own rights of now whether they may know.

A notification holds no value. Somebody who may no longer see a record hears nothing of it and stops following it; somebody who may
not see any of the fields that changed hears nothing of the change.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec

from kundig.base.database import Connection
from kundig.base.jobs import JobRun, first_time
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.derived import filter_paths
from kundig.engine.policy.scope import Scope
from kundig.services.collaboration.letters import mail_news
from kundig.services.collaboration.news import News, NotificationKind
from kundig.services.collaboration.preferences import PUSHED_AT_FIRST
from kundig.services.collaboration.pushing import as_person, queue_pushes
from kundig.services.delivery.post import Post
from kundig.services.identity.scopes import Scopes

_COMMENT = """
select c.object, c.record, c.author, c.mentions, array(
  select f.user_id from {ws}.follower f where f.object = c.object and f.record = c.record and f.user_id <> c.author) as followers
from {ws}.comment c where c.id = %(id)s
"""
_WISHES = """
select %(kind)s = any(muted) as muted, %(kind)s = any(mailed) as mailed, %(kind)s = any(pushed) as pushed
from {ws}.preference where user_id = %(user)s
"""
_TELL = """
insert into {ws}.notification (id, recipient, kind, object, record, actor, comment)
select %(id)s, %(recipient)s, %(kind)s, %(object)s, %(record)s, %(actor)s, %(comment)s
where not exists (
  select from {ws}.notification n where n.recipient = %(recipient)s and n.comment = %(comment)s)
on conflict (recipient, kind, object, record) where read_at is null and comment is null
do update set at = now(), actor = excluded.actor
returning id
"""
_FOLLOW = """
insert into {ws}.follower (object, record, user_id) values (%(object)s, %(record)s, %(user)s) on conflict do nothing
"""
_END = "delete from {ws}.follower where object = %(object)s and record = %(record)s and user_id = %(user)s"


async def tell_of_comment(run: JobRun, scopes: Scopes, post: Post | None = None) -> None:
    """Tell those mentioned in a comment, then those who follow its record; each once, however often this runs."""
    id_ = UUID(str(run.payload["comment"]))
    async with run.transaction() as connection:
        row = await connection.row(_COMMENT, {"id": id_})
    if row is None:
        return
    about = (row["object"], row["record"], row["author"], id_)
    mentioned = [user for user in row["mentions"] if user != row["author"]]
    for user in mentioned:
        await tell(run, scopes, user, News("mention", *about), post)
    for user in row["followers"]:
        if user not in mentioned:
            await tell(run, scopes, user, News("comment", *about), post)


async def tell_of_change(run: JobRun, scopes: Scopes, post: Post | None = None) -> None:
    """Tell one person of one thing that the feed has brought."""
    await tell(run, scopes, UUID(str(run.payload["user"])), msgspec.convert(run.payload["news"], News), post)


async def tell(run: JobRun, scopes: Scopes, user: UUID, news: News, post: Post | None = None) -> None:
    """Tell one person, if they may know and want to. Who is mentioned, assigned or invited follows from then on.

    By mail (`post`) and on devices only what is not waiting to be read already: a record that changes all day is one mail.
    """
    async with as_person(run, scopes, user) as scope:
        if scope is None or not await first_time(scope.connection, run, str(user)):
            return
        values = {"object": news.object, "record": news.record, "user": user}
        if not await visible_ids(scope, news.object, [news.record]):
            await scope.connection.execute(_END, values)
            return
        if news.fields is not None and not _may_know(scope, news.object, news.fields):
            return
        if news.kind == "reminder" and not _may_be_reminded(scope, news.object):
            return
        if news.kind in ("mention", "assigned", "invited"):
            await scope.connection.execute(_FOLLOW, values)
        wishes = await scope.connection.row(_WISHES, {"user": user, "kind": news.kind}) or _unasked(news.kind)
        made = None if wishes["muted"] else await _put(scope.connection, user, news)
        if made is None:
            return
        if wishes["mailed"] and post is not None:
            await mail_news(scope, post, user, news)
        if wishes["pushed"]:
            await queue_pushes(scope.connection, user, made)


def _unasked(kind: NotificationKind) -> dict[str, bool]:
    return {"muted": False, "mailed": False, "pushed": kind in PUSHED_AT_FIRST}


def _may_know(scope: Scope, object_: str, fields: Collection[str]) -> bool:
    return bool(set(fields) - scope.access.objects[object_].hidden)


def _may_be_reminded(scope: Scope, object_: str) -> bool:
    """Whether somebody may know when they are to be reminded, and that it is not over: a reminder tells both."""
    definition = scope.model.objects[object_].definition
    over = definition.interaction.done if definition.interaction else None
    told = {definition.reminder, *(path.partition(".")[0] for path in filter_paths(over or {}))}
    return scope.access.objects[object_].hidden.isdisjoint(told)


async def _put(connection: Connection, user: UUID, news: News) -> UUID | None:
    """Its id if it is new, not the same as one that has not been read."""
    id_ = uuid7()
    values = {
        "id": id_, "recipient": user, "kind": news.kind, "object": news.object, "record": news.record, "actor": news.actor,
        "comment": news.comment,
    }  # fmt: skip
    return id_ if await connection.value(_TELL, values) == id_ else None
