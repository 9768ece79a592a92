"""The web application: API, pages and assets, with what they share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response
from litestar.types import Message
from litestar.types import Scope as AsgiScope

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.http import OutgoingHttp
from kundig.base.i18n import Text
from kundig.base.settings import Settings
from kundig.interfaces.api.edge import Api, problem_response
from kundig.interfaces.api.limits import RequestLimit
from kundig.interfaces.api.openapi import PREFIX
from kundig.interfaces.api.routes import api_router
from kundig.interfaces.fetches import FetchCheck
from kundig.interfaces.headers import SafeHeaders
from kundig.interfaces.health import health
from kundig.interfaces.hosts import HostCheck
from kundig.interfaces.limits import RequestLimits
from kundig.interfaces.scim.edge import PREFIX as SCIM
from kundig.interfaces.scim.edge import scim_response
from kundig.interfaces.scim.routes import scim_router
from kundig.interfaces.security_txt import security_txt
from kundig.interfaces.web.assets import static_file
from kundig.interfaces.web.edge import MAX_FORM, Web, page_for_error
from kundig.interfaces.web.pages.api_docs import get_docs, get_docs_styles
from kundig.interfaces.web.routes import ROUTES
from kundig.services.delivery.post import Post
from kundig.services.delivery.push import push_route_of
from kundig.services.identity.providers.entering import Providers
from kundig.services.identity.providers.issuers import Issuers
from kundig.services.identity.scopes import Scopes
from kundig.services.live.hub import Hub

Opened = Callable[[], AbstractAsyncContextManager[Database]]


def application(
    settings: Settings,
    scopes: Scopes,
    opened: Opened,
    *,
    workspace: Workspace,
    post: Post,
    hint: Text | None = None,
    stopping: Callable[[], asyncio.Event] = asyncio.Event,
) -> Litestar:
    """The application of one server process; `opened` gives its database for as long as it runs.

    `workspace` is the one that the first start makes, `hint` stands on the sign-in page. `stopping` makes the event, in the running
    loop, that is set when the server is told to stop: open streams end then.
    """

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        async with opened() as database, Hub(database, scopes) as hub, _task(hub.stop_with(stopping())):
            app.state.settings, app.state.database, app.state.scopes = settings, database, scopes
            app.state.api = Api(database, scopes, RequestLimit(settings.api_rate))
            app.state.hub = hub
            push = push_route_of(settings)
            issuers = Issuers(OutgoingHttp(allowed_hosts=settings.outgoing_hosts))
            providers = Providers(database, scopes, settings.secrets, issuers, workspace, post.base_url)
            app.state.web = Web(database, scopes, settings.secrets, post, push, workspace, providers, hint)
            yield

    return Litestar(
        route_handlers=[health, security_txt, static_file, api_router(), scim_router(), get_docs, get_docs_styles, *ROUTES],
        lifespan=[running],
        middleware=[HostCheck(settings.base_url), FetchCheck(), RequestLimits()],
        exception_handlers={Exception: _refused},
        before_send=[SafeHeaders(settings.base_url), *([_tell_statements] if settings.count_statements else [])],
        openapi_config=None,
        logging_config=None,  # base.logs has seen to it
        request_max_body_size=MAX_FORM,
    )


@asynccontextmanager
async def _task(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Something that goes on beside, for as long as the block lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _tell_statements(message: Message, scope: AsgiScope) -> None:
    """Add how many statements the answer took, for benchmarks."""
    connection = scope.get("state", {}).get("connection")
    if message["type"] == "http.response.start" and connection is not None:
        message["headers"] = [*message["headers"], (b"kundig-statements", str(connection.statements).encode())]


def _refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """What goes wrong before a route is found: a problem for programs, a page for people."""
    path = request.scope["path"]
    if path.startswith(SCIM):
        return scim_response(request, error)
    return problem_response(request, error) if path.startswith(PREFIX) else page_for_error(request, error)
