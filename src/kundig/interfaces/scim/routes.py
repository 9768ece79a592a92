"""All addresses of provisioning."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.exceptions import MethodNotAllowedException

from kundig.base.errors import Missing
from kundig.interfaces.api.answers import Answer
from kundig.interfaces.api.bodies import MAX_BODY
from kundig.interfaces.scim.edge import PREFIX, serve

_DESCRIPTIONS = ("ServiceProviderConfig", "Schemas", "ResourceTypes")


def _kind(answering: Any, folder: str) -> Any:
    found = answering.KINDS.get(folder)
    if folder in _DESCRIPTIONS:
        raise MethodNotAllowedException
    if found is None:
        raise Missing
    return found


def _query(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in request.query_params.items()}


@get("/{folder:str}")
async def find(request: Request[Any, Any, Any], folder: str) -> Response[bytes]:
    """Users, Groups, or one of the descriptions."""

    async def work(answering: Any, desk: Any, _: bytes) -> Answer:
        if folder in _DESCRIPTIONS:
            return answering.described(desk, folder, None)  # type: ignore[no-any-return]
        return await answering.found(desk, _kind(answering, folder), _query(request))  # type: ignore[no-any-return]

    return await serve(request, work)


@post("/{folder:str}/.search", status_code=200)
async def search(request: Request[Any, Any, Any], folder: str) -> Response[bytes]:
    """The same with what is asked for in the body."""

    async def work(answering: Any, desk: Any, body: bytes) -> Answer:
        return await answering.found(desk, _kind(answering, folder), answering.asked(body))  # type: ignore[no-any-return]

    return await serve(request, work)


@post("/.search", status_code=200)
async def search_everywhere(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The same among users and groups alike."""

    async def work(answering: Any, desk: Any, body: bytes) -> Answer:
        return await answering.found_everywhere(desk, answering.asked(body))  # type: ignore[no-any-return]

    return await serve(request, work)


@post("/{folder:str}", status_code=201)
async def create(request: Request[Any, Any, Any], folder: str) -> Response[bytes]:
    """A new user or group."""

    async def work(answering: Any, desk: Any, body: bytes) -> Answer:
        return await answering.created(desk, _kind(answering, folder), body)  # type: ignore[no-any-return]

    return await serve(request, work)


@get("/{folder:str}/{id_:str}")
async def read(request: Request[Any, Any, Any], folder: str, id_: str) -> Response[bytes]:
    """One of them."""

    async def work(answering: Any, desk: Any, _: bytes) -> Answer:
        if folder in ("Schemas", "ResourceTypes"):
            return answering.described(desk, folder, id_)  # type: ignore[no-any-return]
        known = request.headers.get("if-none-match")
        return await answering.read(desk, _kind(answering, folder), id_, _query(request), known)  # type: ignore[no-any-return]

    return await serve(request, work)


@put("/{folder:str}/{id_:str}")
async def replace(request: Request[Any, Any, Any], folder: str, id_: str) -> Response[bytes]:
    """One of them, whole."""

    async def work(answering: Any, desk: Any, body: bytes) -> Answer:
        match = request.headers.get("if-match")
        return await answering.replaced(desk, _kind(answering, folder), id_, body, match)  # type: ignore[no-any-return]

    return await serve(request, work)


@patch("/{folder:str}/{id_:str}")
async def change(request: Request[Any, Any, Any], folder: str, id_: str) -> Response[bytes]:
    """Parts of one of them."""

    async def work(answering: Any, desk: Any, body: bytes) -> Answer:
        match = request.headers.get("if-match")
        return await answering.patched(desk, _kind(answering, folder), id_, body, match)  # type: ignore[no-any-return]

    return await serve(request, work)


@delete("/{folder:str}/{id_:str}", status_code=200)
async def remove(request: Request[Any, Any, Any], folder: str, id_: str) -> Response[bytes]:
    """No longer one of them."""

    async def work(answering: Any, desk: Any, _: bytes) -> Answer:
        return await answering.removed(desk, _kind(answering, folder), id_, request.headers.get("if-match"))  # type: ignore[no-any-return]

    return await serve(request, work)


def scim_router() -> Router:
    """The router; it shares the state of the API's."""
    return Router(
        path=PREFIX,
        route_handlers=[find, search, search_everywhere, create, read, replace, change, remove],
        request_max_body_size=MAX_BODY,
        include_in_schema=False,
    )
