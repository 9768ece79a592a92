"""Browsers on which a person wants to be told of news: each belongs to who signed in on it last.

Signing out on it, ending its session, a new password and deactivation forget a device at once. A session that only grew old does
not, so that a phone is told of something over a weekend; after thirty days without a sign-in it is forgotten too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.database import Connection
from kundig.base.sealed import Sealed
from kundig.base.secrets import Secrets
from kundig.base.uuid7 import uuid7
from kundig.services.delivery.push_message import Subscription

SEALED = (Sealed("kundig.device", "subscription", "device {id}"),)
MOST = 20
"""Devices of a person; the one that was not used for the longest time makes room."""

_IN = "join kundig.workspace w on w.id = d.workspace where w.schema = %(schema)s and d.user_id = %(user)s"
_OWN = "from kundig.workspace w where w.id = d.workspace and w.schema = %(schema)s and d.user_id = %(user)s"
_ADD = """
insert into kundig.device (id, hash, workspace, user_id, session, subscription, agent)
select %(id)s, %(hash)s, s.workspace, s.user_id, s.id, %(subscription)s, s.agent from kundig.session s where s.id = %(session)s
"""
_SEEN = f"update kundig.device d set seen_at = now(), session = %(session)s {_OWN} and d.hash = %(hash)s"
_NOT_THEIRS = "delete from kundig.device where hash = %(hash)s"
_EARLIER = "delete from kundig.device where session = %(session)s"
_LIST = f"""
select d.id, d.agent, d.created_at, d.seen_at, d.told_at, coalesce(d.session = %(session)s, false) as here
from kundig.device d {_IN} order by here desc, d.seen_at desc
"""
_IDS = f"select d.id from kundig.device d {_IN} order by d.id"
_READ = f"select d.subscription from kundig.device d {_IN} and d.id = %(id)s"
_TOLD = f"update kundig.device d set told_at = now() {_OWN} and d.id = %(id)s returning d.id"
_FORGET = """
delete from kundig.device d using kundig.workspace w where w.id = d.workspace and w.schema = %(schema)s and d.user_id = %(user)s
and d.id = %(id)s returning d.id
"""
_MAKE_ROOM = f"delete from kundig.device where id in (select d.id from kundig.device d {_IN} order by d.seen_at desc offset {MOST})"
LET_GO = "update kundig.device set session = null where session in (select id from kundig.session where ends_at < now())"
FORGET_UNUSED = "delete from kundig.device where seen_at < now() - interval '30 days'"


@dataclass(frozen=True, slots=True)
class Device:
    """A device as its person knows it. `here`: the one of the session that asks."""

    id: UUID
    agent: str
    created_at: datetime
    seen_at: datetime
    told_at: datetime | None
    here: bool


async def add_device(connection: Connection, secrets: Secrets, user: UUID, session: UUID, subscription: Subscription) -> UUID:
    """Tell somebody on the device of a session from now on, and nobody else who was told on it before."""
    id_, schema = uuid7(), connection.schema
    content = secrets.encrypt(msgspec.json.encode(subscription).decode(), f"device {id_}")
    values = {"id": id_, "hash": _hash(subscription.endpoint), "session": session, "subscription": content}
    async with connection.directory():
        await connection.execute(_NOT_THEIRS, values)
        await connection.execute(_EARLIER, values)
        await connection.execute(_ADD, values)
        await connection.execute(_MAKE_ROOM, {"schema": schema, "user": user})
    return id_


async def device_seen(connection: Connection, secrets: Secrets, user: UUID, session: UUID, subscription: Subscription) -> bool:
    """Note that somebody has signed in on a device; False if they are not told on it: then nobody is any more.

    A browser may change its subscription by itself: the session tells that it is the same device.
    """
    values = {"schema": connection.schema, "user": user, "session": session, "hash": _hash(subscription.endpoint)}
    async with connection.directory():
        if await connection.execute(_SEEN, values):
            return True
        await connection.execute(_NOT_THEIRS, values)
        changed = await connection.execute(_EARLIER, values)
    if changed:
        await add_device(connection, secrets, user, session, subscription)
    return bool(changed)


async def devices_of(connection: Connection, user: UUID, session: UUID) -> list[Device]:
    """A person's devices, that of the session first, then the latest used."""
    values = {"schema": connection.schema, "user": user, "session": session}
    async with connection.directory():
        return [Device(**row) for row in await connection.rows(_LIST, values)]


async def device_ids(connection: Connection, user: UUID) -> Sequence[UUID]:
    """Where a person wants to be told."""
    values = {"schema": connection.schema, "user": user}
    async with connection.directory():
        return await connection.values(_IDS, values)


async def subscription_of(connection: Connection, secrets: Secrets, user: UUID, device: UUID) -> Subscription | None:
    """Where a device can be reached; None if it was forgotten."""
    sealed: Any = await _on(connection, _READ, user, device)
    return None if sealed is None else msgspec.json.decode(secrets.decrypt(bytes(sealed), f"device {device}"), type=Subscription)


async def device_told(connection: Connection, user: UUID, device: UUID) -> None:
    """Note that a device was told of something."""
    await _on(connection, _TOLD, user, device)


async def forget_device(connection: Connection, user: UUID, device: UUID) -> None:
    """Tell nothing more on a device."""
    await _on(connection, _FORGET, user, device)


async def _on(connection: Connection, statement: str, user: UUID, device: UUID) -> Any:
    values = {"schema": connection.schema, "user": user, "id": device}
    async with connection.directory():
        return await connection.value(statement, values)


def _hash(endpoint: str) -> bytes:
    return hashlib.sha256(endpoint.encode()).digest()
