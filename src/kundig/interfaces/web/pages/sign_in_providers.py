"""Signing in at a provider: the way out, and the way back with its answer, and the door by which the provider signs people out.

The cookie holds the trip, for this browser only.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from kundig.base.errors import Denied, Malformed, Missing, TooMany, Unauthenticated
from kundig.base.i18n import Text
from kundig.engine.extension import SignInProvider
from kundig.interfaces.web.edge import Reply, Visit, check_origin, own_address, read_form, visit_of
from kundig.interfaces.web.pages.signing_in import entered, open_page, peer, sign_in_form
from kundig.services.identity.providers.id_tokens import Claims
from kundig.services.identity.providers.refusals import ProviderRefusal, begin_again
from kundig.services.identity.providers.trips import LASTS, Returned, Trip, begun, opened, sealed

TRIP_COOKIE = "kundig_trip"
LONGEST = 4000
"""Characters of a parameter that a provider sends."""
LARGEST_FORM = 32 * 1024
"""Bytes of a form with a logout token."""
_LOGOUT = "logout"
_UNKEPT = {"Cache-Control": "no-store"}
_security = logging.getLogger("kundig.security")


@get("/sign-in/with/{name:str}")
async def set_out(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """Send the browser to the provider: to enter, or with `on` for what was begun on another page."""

    async def work(visit: Visit) -> Reply:
        next_ = own_address(visit.query("next", "/"))
        if _sent_by_others(visit):
            return await sign_in_form(visit, next_)
        try:
            trip = _trip(visit, name) if visit.query("on") else begun(name, next_=next_)
            return Reply(to=await visit.web.providers.address(trip), cookies=(trip_cookie(visit, trip),))
        except ProviderRefusal as refusal:
            return await _told(visit, refusal, next_)

    return await open_page(request, work)


def _sent_by_others(visit: Visit) -> bool:
    """Whether another site's script leads here, and nobody's click: who knows nothing of it is not to be signed in."""
    said = visit.request.headers
    return said.get("sec-fetch-site") in ("cross-site", "same-site") and said.get("sec-fetch-user") != "?1"


@get("/sign-in/with/{name:str}/back")
async def come_back(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """What the provider answers: begin a session, or do what somebody who has one set out for."""

    async def work(visit: Visit) -> Reply:
        providers, address = visit.web.providers, peer(visit)
        await providers.count(address)
        provider = await providers.named(name)
        trip = None
        try:
            trip = _trip(visit, name)
            returned = Returned(*(visit.query(part)[:LONGEST] for part in ("state", "code", "error", "iss")))
            claims = await providers.come_back(provider, trip, returned)
            reply = await (_enter if trip.purpose == "enter" else _go_on)(visit, trip, provider, claims)
            await providers.count(address, rightful=True)
        except ProviderRefusal as refusal:
            if TRIP_COOKIE in visit.request.cookies:
                await providers.note_refusal(name, refusal, address)
            if trip is not None and trip.purpose != "enter":
                raise
            reply = await _told(visit, refusal, trip.next if trip else "/")
        return replace(reply, cookies=(*reply.cookies, trip_cookie(visit, None)))

    return await open_page(request, work)


async def _enter(visit: Visit, trip: Trip, provider: SignInProvider, claims: Claims) -> Reply:
    agent = visit.request.headers.get("user-agent", "")
    return await entered(visit, await visit.web.providers.enter(provider, claims, address=peer(visit), agent=agent), trip.next)


async def _go_on(visit: Visit, trip: Trip, provider: SignInProvider, claims: Claims) -> Reply:
    """For somebody who is signed in, and was when the trip began."""
    web = visit.web
    if visit.secret is None:
        raise Unauthenticated
    async with web.database.transaction(None) as connection:
        # as oneself, also while one sees Kundig as somebody else
        proving = trip.purpose == "prove"  # which is asked for also where a second factor is set up
        scope, signed = await web.scopes.of_session(connection, visit.secret, "web", peer(visit), own=True, setting_up=proving)
        visit.frame = replace(visit.frame, language=scope.context.language)
        if signed.id != trip.session:
            raise begin_again()
        if trip.purpose == "link":
            await web.providers.link(scope, provider, claims)
        else:
            await web.providers.prove(scope, signed, claims)
    return Reply(to=trip.next)


def _trip(visit: Visit, name: str) -> Trip:
    """The trip that this browser is on; raises ProviderRefusal."""
    trip = opened(visit.web.secrets, visit.request.cookies.get(TRIP_COOKIE, ""))
    if trip.provider != name:
        raise begin_again()
    return trip


async def _told(visit: Visit, refusal: ProviderRefusal, next_: str) -> Reply:
    return await sign_in_form(visit, next_, error=refusal.text.render(visit.frame.language), status=422)


def trip_cookie(visit: Visit, trip: Trip | None) -> Cookie:
    """The cookie of a trip, or the end of it: for the way there and back only, not for scripts."""
    value, seconds = ("", 0) if trip is None else (sealed(visit.web.secrets, trip), LASTS)
    secure = visit.web.secure
    return Cookie(TRIP_COOKIE, value=value, path="/sign-in/with", httponly=True, secure=secure, samesite="lax", max_age=seconds)


@post("/sign-in/with/{name:str}/signed-out", status_code=200, request_max_body_size=LARGEST_FORM)
async def signed_out(request: Request[Any, Any, Any], name: str) -> Response[Any]:
    """What the provider tells us itself, without a browser: whose sessions have ended (OpenID Connect Back-Channel Logout 1.0)."""
    visit = visit_of(request)
    visit.secret = None
    try:
        check_origin(visit)
        await read_form(visit)
        providers, address = visit.web.providers, peer(visit)
        await providers.count(address, what=_LOGOUT)
        await providers.sign_out(await providers.named(name), visit.value("logout_token"), address)
        await providers.count(address, what=_LOGOUT, rightful=True)
    except TooMany as error:
        return _failed("temporarily_unavailable", error.text, 429, {"Retry-After": str(error.retry_after)})
    except (ProviderRefusal, Missing, Malformed) as error:
        reason = error.reason if isinstance(error, ProviderRefusal) else error.code
        _security.info("logout token refused", extra={"provider": name[:100], "reason": reason})
        return _failed("invalid_request", error.text, 400, {})
    except Denied as error:
        return _failed("invalid_request", error.text, 403, {})
    return Response(b"", headers=_UNKEPT)


def _failed(code: str, text: Text, status: int, headers: dict[str, str]) -> Response[Any]:
    told = {"error": code, "error_description": text.render("en")}
    return Response(told, status_code=status, headers=_UNKEPT | headers, media_type="application/json")


ROUTES = (set_out, come_back, signed_out)
