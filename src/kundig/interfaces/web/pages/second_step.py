"""The second step of signing in: a code, or a passkey, which also is a way in by itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, TooMany, Unauthenticated
from kundig.interfaces.web.edge import Reply, Visit, own_address
from kundig.interfaces.web.pages.signing_in import SECOND_STEP, STEP_COOKIE, entered, open_page, peer
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.sign_in_views import SecondStep, SignIn
from kundig.services.identity.second_step import ask_passkey, second_step, sign_in_with_passkey, step_of


@get(SECOND_STEP)
async def second_step_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Asks for the code; without the right password before it one begins anew."""

    async def work(visit: Visit) -> Reply:
        try:
            await step_of(visit.web.database, _code(visit))
        except Unauthenticated:
            return _anew(visit.query("next", "/"))
        return _form(visit, visit.query("with") == "recovery", visit.query("next", "/"), bool(visit.query("remember")))

    return await open_page(request, work)


@post(SECOND_STEP, status_code=200)
async def do_second_step(request: Request[Any, Any, Any]) -> Response[str]:
    """Finish signing in by a code."""

    async def work(visit: Visit) -> Reply:
        web, agent = visit.web, visit.request.headers.get("user-agent", "")
        try:
            signed = await second_step(
                web.database, web.secrets, _code(visit), visit.value("code"), address=peer(visit), agent=agent
            )
        except Unauthenticated:
            return _anew(visit.value("next", "/"))
        except (Invalid, TooMany) as error:
            said = (error.errors[0].text if isinstance(error, Invalid) else error.text).render(visit.frame.language)
            status = 422 if isinstance(error, Invalid) else 429
            return _form(visit, bool(visit.value("recovery")), visit.value("next"), bool(visit.value("remember")), said, status)
        return await entered(visit, signed, own_address(visit.value("next", "/")))

    return await open_page(request, work)


@post("/sign-in/passkey/options", status_code=200)
async def passkey_options(request: Request[Any, Any, Any]) -> Response[str]:
    """What a passkey is to sign."""

    async def work(visit: Visit) -> Reply:
        step = visit.request.cookies.get(visit.web.cookie(STEP_COOKIE))
        return Reply(await ask_passkey(visit.web.database, visit.site, step, address=peer(visit)), type="application/json")

    return await open_page(request, work)


@post("/sign-in/passkey", status_code=200)
async def do_passkey(request: Request[Any, Any, Any]) -> Response[str]:
    """Sign in by a passkey."""

    async def work(visit: Visit) -> Reply:
        agent, step = visit.request.headers.get("user-agent", ""), visit.request.cookies.get(visit.web.cookie(STEP_COOKIE))
        try:
            signed = await sign_in_with_passkey(
                visit.web.database, visit.site, visit.value("credential"), address=peer(visit), agent=agent, step=step
            )
        except (Invalid, TooMany) as error:
            said = (error.errors[0].text if isinstance(error, Invalid) else error.text).render(visit.frame.language)
            next_ = own_address(visit.value("next", "/"))
            view = SignIn(next=next_, error=said, server=visit.web.base_url, passkeys=visit.site.possible)
            return Reply(render("sign_in.html", view, visit.frame), 422 if isinstance(error, Invalid) else 429)
        return await entered(visit, signed, own_address(visit.value("next", "/")))

    return await open_page(request, work)


def _code(visit: Visit) -> str:
    """The sign-in underway that this browser has begun; raises Unauthenticated."""
    code = visit.request.cookies.get(visit.web.cookie(STEP_COOKIE))
    if not code:
        raise Unauthenticated
    return code


def _anew(next_: str) -> Reply:
    return Reply(to="/sign-in?" + urlencode({"next": own_address(next_)}))


def _form(visit: Visit, recovery: bool, next_: str, remember: bool, error: str = "", status: int = 200) -> Reply:
    view = SecondStep(own_address(next_), remember, recovery, visit.site.possible, error, visit.web.base_url)
    return Reply(render("second_step.html", view, visit.frame), status)


ROUTES = (second_step_page, do_second_step, passkey_options, do_passkey)
