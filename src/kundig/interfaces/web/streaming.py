"""Answers of any length for the signed-in person: checked in a transaction of its own, before the first byte is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Request, Response
from litestar.response import Stream

from kundig.base.database import retrying
from kundig.base.errors import Unauthenticated
from kundig.engine.policy.scope import Scope
from kundig.interfaces.peers import address_of
from kundig.interfaces.web.edge import Visit, check_looking, refused, respond, visit_of
from kundig.interfaces.web.headers import PAGE_HEADERS
from kundig.services.identity.signed import asking


@dataclass(frozen=True, slots=True)
class File:
    """What is sent: a name for it, its kind, its bytes as they come."""

    name: str
    media_type: str
    parts: AsyncIterator[bytes]


Reopen = Callable[[], AbstractAsyncContextManager[Scope]]
"""A new transaction as the same person, with the rights of then."""
Start = Callable[[Scope, Visit, Reopen], Awaitable[File]]


async def download(request: Request[Any, Any, Any], start: Start) -> Response[str] | Stream:
    """A file to keep, which the browser reads as fast as it likes."""
    visit = visit_of(request)
    try:
        file = await retrying(partial(_started, visit, start))
    except Exception as error:
        return respond(visit, refused(visit, error))
    named: Mapping[str, str] = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Stream(file.parts, headers={**PAGE_HEADERS, **named}, media_type=file.media_type)


async def _started(visit: Visit, start: Start) -> File:
    async with _opened(visit) as scope:
        return await start(scope, visit, partial(_opened, visit, reads=True))


@asynccontextmanager
async def _opened(visit: Visit, *, reads: bool = False) -> AsyncIterator[Scope]:
    if visit.secret is None:
        raise Unauthenticated
    database, asked = visit.web.database, asking("session", visit.secret)
    async with database.reading(None, asking=asked) if reads else database.transaction(None, asking=asked) as connection:
        scope, visit.signed = await visit.web.scopes.of_session(connection, visit.secret, "web", address_of(visit.request))
        if visit.signed.viewing is not None:
            check_looking(visit, write=True)  # what is taken along is not for a look
        yield scope
