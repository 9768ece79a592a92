"""The edge of the API: one request is one transaction, and nothing is answered before it is committed.

The first statement says who asks; then the work runs in their scope. What got in each other's way is tried again here.
Everything that goes wrong leaves as a problem document. Only the bearer token counts: cookies are not even read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from litestar import Request, Response
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import HTTPException
from litestar.response import Stream
from psycopg import errors as pg

from kundig.base.database import Database, retrying
from kundig.base.errors import Invalid, KundigError, Unauthenticated
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api import idempotency
from kundig.interfaces.api.answers import HEADERS, Answer
from kundig.interfaces.api.limits import RequestLimit
from kundig.interfaces.api.openapi import Documents
from kundig.interfaces.api.problems import http_problem, language_of, problem, unexpected
from kundig.interfaces.peers import address_of
from kundig.interfaces.reads import note_reads
from kundig.interfaces.refusing import note_refusal
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.signed import Signed, asking, authenticate_token, note_use
from kundig.services.identity.throttle import place_of

Work = Callable[[Scope], Awaitable[Answer]]
Reopen = Callable[[], AbstractAsyncContextManager[Scope]]
"""Another transaction as the same caller, with the rights of then."""
Start = Callable[[Scope, Reopen], Awaitable[tuple[Answer, AsyncIterator[bytes]]]]
"""Headers of a long answer, and its parts."""
Fingerprint = Callable[[Request[Any, Any, Any]], Awaitable[bytes]]
"""What tells two requests apart, for an Idempotency-Key."""
SOURCE = "api"
"""Why something was written, as the journal tells it."""


@dataclass(frozen=True)
class Api:
    """What all routes share, made once in `wiring`."""

    database: Database
    scopes: Scopes
    limit: RequestLimit
    documents: Documents = field(default_factory=Documents)


@dataclass
class Visit:
    """One request: its token and the language to answer in, the user's own once they are known."""

    request: Request[Any, Any, Any]
    language: str
    body: bytes = b""
    token: str | None = None
    signed: Signed | None = None

    @property
    def api(self) -> Api:
        """What all routes share."""
        found: Api = self.request.app.state.api
        return found

    @asynccontextmanager
    async def opened(
        self, *, readonly: bool = False, isolation: str | None = None, elsewhere: bool = False
    ) -> AsyncIterator[Scope]:
        """A transaction as the one who asks, committed at the end; `elsewhere`: it reads what takes long, perhaps on a replica."""
        if self.token is None:
            raise Unauthenticated
        database, asked = self.api.database, asking("token", self.token)
        begun = (
            database.reading(None, asking=asked)
            if elsewhere
            else database.transaction(None, readonly=readonly, isolation=isolation, asking=asked)
        )
        async with begun as connection:
            self.request.state.connection = connection
            self.signed = await authenticate_token(connection, self.token)
            self.language = self.signed.language
            yield await self.api.scopes.open(connection, self.signed, SOURCE, address_of(self.request))


async def serve(
    request: Request[Any, Any, Any],
    work: Work,
    *,
    isolation: str | None = None,
    fingerprint: Fingerprint | None = None,
    elsewhere: bool = False,
) -> Response[bytes]:
    """Run `work` for the one who asks and answer. GET runs read-only, `elsewhere` on a replica if it may; a POST honours its
    Idempotency-Key.

    Bodies are read before the transaction begins. With a `fingerprint` of its own the body may be large: it is read only
    once the token has been found to be valid, and never as a whole.
    """
    visit = Visit(request, language_of(request.headers.get("accept-language")))
    try:
        admit(visit)
        if fingerprint is not None:
            async with visit.opened(readonly=True):
                pass
        if request.method != "GET":
            visit.body = await (fingerprint(request) if fingerprint else request.body())
        given = await retrying(partial(_once, visit, work, isolation, elsewhere))
    except Exception as error:
        given = refused(visit, error)
    return given.response(_use_of(visit))


def _use_of(visit: Visit) -> BackgroundTask | None:
    """Notes that the token was used, if that was not done lately."""
    if visit.signed is None or not visit.signed.stale:
        return None
    return BackgroundTask(note_use, visit.api.database, visit.signed, address_of(visit.request))


async def stream(request: Request[Any, Any, Any], start: Start) -> Response[bytes] | Stream:
    """An answer of any length. `start` checks and notes it in a transaction of its own, before the first byte is sent."""
    visit = Visit(request, language_of(request.headers.get("accept-language")))
    try:
        admit(visit)
        head, parts = await retrying(partial(_started, visit, start))
    except Exception as error:
        return refused(visit, error).response()
    return Stream(parts, headers={**HEADERS, **head.headers}, media_type=head.media_type, background=_use_of(visit))


async def _started(visit: Visit, start: Start) -> tuple[Answer, AsyncIterator[bytes]]:
    async with visit.opened() as scope:
        return await start(scope, partial(visit.opened, readonly=True, elsewhere=True))


def admit(visit: Visit) -> None:
    """Take the token from the request and count it; raises TooMany."""
    visit.token = bearer(visit.request.headers.get("authorization"))
    visit.api.limit.check(visit.token or place_of(address_of(visit.request)))


async def _once(visit: Visit, work: Work, isolation: str | None, elsewhere: bool) -> Answer:
    request = visit.request
    readonly = request.method == "GET"
    async with visit.opened(readonly=readonly, isolation=isolation, elsewhere=elsewhere) as scope:
        key = request.headers.get(idempotency.HEADER) if request.method == "POST" else None
        given = await (work(scope) if key is None else _done_once(visit, scope, work, idempotency.checked_key(key)))
        if not readonly:
            await scope.sensitive.note(scope.context)
    if readonly:
        await note_reads(visit.api.database, scope)
    return given


async def _done_once(visit: Visit, scope: Scope, work: Work, key: str) -> Answer:
    """The work, or the answer that it gave the first time."""
    actor = scope.context.actor.id or scope.context.actor.user
    if actor is None:
        raise Unauthenticated
    address = f"{visit.request.method} {visit.request.scope['path']}?".encode() + visit.request.scope.get("query_string", b"")
    first = await idempotency.claim(scope.connection, actor, key, idempotency.fingerprint(address, visit.body))
    if first is not None:
        return first
    given = await work(scope)
    await idempotency.keep(scope.connection, actor, key, given)
    return given


def bearer(header: str | None) -> str | None:
    """The token in an Authorization header; None without one. Other schemes count as no token."""
    scheme, _, token = (header or "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token and token.isascii() and len(token) <= 500 else None


def refused(visit: Visit, error: Exception) -> Answer:
    """The problem document for whatever went wrong; refusals are noted for those who watch over security."""
    where = {"method": visit.request.method, "path": visit.request.scope["path"]}
    if isinstance(error, pg.DataError):
        # A value that fits its type but not the database's range: the types know theirs, this is the net below them.
        error = Invalid.one("", "bad_value", t("A value is outside of what can be stored."))
    if isinstance(error, KundigError):
        given = problem(error, visit.language)
        note_refusal(given.status, visit.request.scope)
        return given
    if isinstance(error, HTTPException):
        note_refusal(error.status_code, visit.request.scope)
        return http_problem(error, visit.language)
    return unexpected(error, visit.language, **where)


def problem_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """For what goes wrong before a route is found or outside of `serve`: the application's handler for addresses of the API."""
    return refused(Visit(request, language_of(request.headers.get("accept-language"))), error).response()
