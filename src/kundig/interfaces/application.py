"""The web application: API, pages and assets, with what they share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Response

from kundig.base.database import Connection, Database
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.edge import Api, problem_response
from kundig.interfaces.api.limits import RequestLimit
from kundig.interfaces.api.openapi import PREFIX
from kundig.interfaces.api.routes import api_router
from kundig.interfaces.health import health
from kundig.interfaces.web.assets import static_file
from kundig.interfaces.web.edge import Web, page_for_error
from kundig.interfaces.web.routes import ROUTES
from kundig.services.identity.scopes import Scopes

Opened = Callable[[], AbstractAsyncContextManager[Database]]


def application(settings: Settings, scopes: Scopes, opened: Opened) -> Litestar:
    """The application of one server process; `opened` gives its database for as long as it runs."""

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        async with opened() as database:
            app.state.settings, app.state.database, app.state.scopes = settings, database, scopes
            app.state.api = Api(database, scopes, RequestLimit(settings.api_rate))
            app.state.web = Web(database, Secrets(settings.secret_key), settings.base_url, _of_session(scopes))
            yield

    return Litestar(
        route_handlers=[health, static_file, api_router(), *ROUTES],
        lifespan=[running],
        exception_handlers={Exception: _refused},
        openapi_config=None,
        request_max_body_size=50_000_000,
    )


def _of_session(scopes: Scopes) -> Callable[[Connection, str], Any]:
    async def opened(connection: Connection, code: str) -> Scope:
        scope, _ = await scopes.of_session(connection, code, "web")
        return scope

    return opened


def _refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """What goes wrong before a route is found: a problem for programs, a page for people."""
    return problem_response(request, error) if request.scope["path"].startswith(PREFIX) else page_for_error(request, error)
