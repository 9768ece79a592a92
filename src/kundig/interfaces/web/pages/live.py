"""The stream that every open page holds: what others did to what it shows, who else is here, what has not been read.

It carries no values, only what happened to which record, as far as the reader may know; the page reads anew what it shows of them.
A page comes back with the `Last-Event-ID` that it has got to, and is told what it has missed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.response import Stream as Streaming

from kundig.base.database import retrying
from kundig.base.errors import KundigError
from kundig.base.whole import whole
from kundig.engine.policy.access import Access
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.problems import STATUS
from kundig.interfaces.web.edge import Visit, check_looking, visit_of
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render
from kundig.services.identity.signed import Signed, asking
from kundig.services.live.hub import Hub
from kundig.services.live.streams import Follows, News, Stream

PATIENCE = 15.0
"""Seconds without news after which a sign of life is sent, so that nobody on the way takes the connection for a dead one."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@get("/live")
async def live(request: Request[Any, Any, Any]) -> Response[Any]:
    """The stream of a page: `record=object/id` or `object=…` says what it shows, `from` where the feed was when it was read."""
    visit = visit_of(request)
    if visit.secret is None:
        return Response("", status_code=401, headers=_HEADERS)
    if request.headers.get("sec-fetch-site") not in (None, "same-origin"):
        return Response("", status_code=403, headers=_HEADERS)
    try:
        signed, access, follows, language = await retrying(partial(_signed, visit, visit.secret))
    except KundigError as error:
        return Response("", status_code=STATUS[error.kind], headers=_HEADERS)
    come_back = request.headers.get("last-event-id", "") or visit.query("from")
    start = whole(come_back, 2**63 - 1)
    frames = _frames(request.app.state.hub, partial(_stream, signed, access, follows, start), visit, language)
    return Streaming(frames, media_type="text/event-stream", headers=_HEADERS)


async def _signed(visit: Visit, secret: str) -> tuple[Signed, Access, Follows, str]:
    async with visit.web.database.transaction(None, readonly=True, asking=asking("session", secret)) as connection:
        scope, signed = await visit.web.scopes.of_session(connection, secret, "web")
        if signed.viewing is not None:
            check_looking(visit, write=True)  # a stream would take the news from whoever they are for
        return signed, scope.access, await _follows(scope, visit), scope.context.language


async def _follows(scope: Scope, visit: Visit) -> Follows:
    """What is asked for, as far as it is there for the reader; the rest is passed over in silence."""
    objects = visit.request.query_params.getall("object", [])
    object_, _, id_ = visit.query("record").partition("/")
    own = None
    if object_ in scope.access.objects and await visible_ids(scope, object_, [record_id(id_)]):
        own = (object_, record_id(id_))
    return Follows(own, frozenset(objects) & scope.access.objects.keys())


def _stream(signed: Signed, access: Access, follows: Follows, start: int | None, hub: Hub) -> Stream:
    return hub.open(signed, access, follows, start)


async def _frames(hub: Hub, opened: partial[Stream], visit: Visit, language: str) -> AsyncIterator[str]:
    """The events as text, until the page is gone, the session ends or the server stops."""
    stream = opened(hub)  # only now: what was never begun needs no end
    try:
        yield ": welcome\n\n"
        while True:
            news = await stream.next(PATIENCE)
            if news is None:
                yield f"id: {stream.position}\n\n"
                continue
            for frame in _told(news, visit, language):
                yield frame
            if stream.closed:
                return
    finally:
        hub.close(stream)


def _told(news: News, visit: Visit, language: str) -> Iterator[str]:
    if news.of_records:
        told = {
            "everything": news.everything,
            "here": sorted(news.here),
            "changed": {object_: sorted(map(str, ids)) for object_, ids in news.changed.items()},
            "created": {object_: sorted(map(str, ids)) for object_, ids in news.created.items()},
            "many": sorted(news.many),
        }
        yield _event(msgspec.json.encode(told).decode(), "kundig:news", news.position)
    if news.unread is not None:
        yield _event(str(news.unread), "kundig:unread")
    if news.present is not None:
        yield _event(render("pages/here.html", news.present, replace(visit.frame, language=language)))
    if news.over:
        yield _event("", "kundig:over")


def _event(data: str, name: str = "", position: int = 0) -> str:
    """One event; without a name its HTML is swapped in by htmx."""
    lines = [*([f"event: {name}"] if name else []), *([f"id: {position}"] if position else [])]
    return "\n".join([*lines, *(f"data: {line}" for line in data.split("\n")), "", ""])


ROUTES = (live,)
