"""Notifications on somebody's devices: a job for each device, asked with their rights of that moment what may be shown.

What leaves holds what happened, the record's name and the way to it; the push service passes it on without being able to read it.
A run that is repeated sends the same under the same topic and tag, so that it is shown once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.database import Connection
from kundig.base.errors import Unauthenticated
from kundig.base.i18n import t
from kundig.base.jobs import Job, JobRun, queue
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many
from kundig.services.collaboration.comments import names_of
from kundig.services.collaboration.letters import sentence
from kundig.services.delivery.push import PushRoute
from kundig.services.delivery.push_message import Subscription, packed
from kundig.services.identity.devices import device_ids, device_told, forget_device, subscription_of
from kundig.services.identity.scopes import Scopes

PUSHED = "collaboration.pushed"
TRIES = 12
"""With pauses that double up to ten minutes: half an hour."""
LONGEST = 200
"""Letters of a line; devices show fewer."""
_UNREAD = """
select n.kind, n.object, n.record, n.actor from {ws}.notification n left join {ws}.preference p on p.user_id = n.recipient
where n.id = %(id)s and n.recipient = %(user)s and n.read_at is null and n.at > now() - interval '1 day'
  and (p.user_id is null or n.kind = any(p.pushed))
"""


async def queue_pushes(connection: Connection, user: UUID, notification: UUID) -> None:
    """Ask for one notification to be shown on each of somebody's devices, inside the caller's transaction."""
    for device in await device_ids(connection, user):
        await queue(connection, PUSHED, {"user": str(user), "device": str(device), "notification": str(notification)})


def push_job(scopes: Scopes, service: PushRoute) -> Job:
    """The job that brings one notification to one device."""

    async def push(run: JobRun) -> None:
        user, device, id_ = (UUID(str(run.payload[name])) for name in ("user", "device", "notification"))
        found = await _prepared(run, scopes, service, user, device, id_)
        if found is None:
            return
        outcome = await service.hand_over(*found, topic=packed(id_.bytes))
        async with run.transaction() as connection:
            if outcome == "gone":
                await forget_device(connection, user, device)
            elif outcome == "taken":
                await device_told(connection, user, device)

    return Job(PUSHED, push, tries=TRIES)


async def _prepared(
    run: JobRun, scopes: Scopes, service: PushRoute, user: UUID, device: UUID, id_: UUID
) -> tuple[Subscription, bytes] | None:
    """Where it goes and what is shown; None if it was read, is no longer wanted, or may no longer be known."""
    async with as_person(run, scopes, user) as scope:
        if scope is None or scope.context.workspace.kind != "live":
            return None
        row = await scope.connection.row(_UNREAD, {"id": id_, "user": user})
        subscription = await subscription_of(scope.connection, service.secrets, user, device)
        if row is None or subscription is None or row["object"] not in scope.access.objects:
            return None
        message = await _message(scope, row, id_)
    return None if message is None else (subscription, message)


async def _message(scope: Scope, row: dict[str, Any], id_: UUID) -> bytes | None:
    found = await read_many(scope, row["object"], [row["record"]], ["label"])
    if row["record"] not in found:
        return None
    label = msgspec.json.decode(found[row["record"]])["label"] or ""
    names = await names_of(scope, [row["actor"]] if row["actor"] else [])
    said = sentence(row["kind"], names.get(row["actor"]) or t("Somebody")).render(scope.context.language)
    way = f"/o/{row['object']}/{row['record']}"
    return msgspec.json.encode({"id": str(id_), "title": said[:LONGEST], "text": label[:LONGEST], "to": way})


@asynccontextmanager
async def as_person(run: JobRun, scopes: Scopes, user: UUID) -> AsyncIterator[Scope | None]:
    """The workspace as a person sees it now; None if they may no longer sign in."""
    assert run.workspace is not None
    async with run.transaction() as connection:
        try:
            scope = await scopes.of_user(connection, run.workspace, user, "job")
        except Unauthenticated:
            scope = None
        yield scope
