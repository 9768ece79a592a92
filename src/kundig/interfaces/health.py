"""Whether this server can answer: for load balancers, `kundig serve` and people with curl."""

from __future__ import annotations

from typing import Any

from litestar import MediaType, Request, Response, get


@get("/healthz", media_type=MediaType.TEXT, opt={"exclude_from_auth": True}, name="health")
async def health(request: Request[Any, Any, Any]) -> Response[str]:
    """200 if the database answers now, else 503 with Retry-After."""
    ready = await request.app.state.database.ready()
    if ready:
        return Response("ok", headers={"cache-control": "no-store"})
    return Response("database away", status_code=503, headers={"cache-control": "no-store", "retry-after": "2"})
