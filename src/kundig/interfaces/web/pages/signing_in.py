"""Before one is signed in: signing in and out, forgotten passwords, links that work once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from kundig.base.errors import Invalid, Missing, TooMany, Unauthenticated
from kundig.base.i18n import label_in, t
from kundig.engine.audit import note
from kundig.engine.policy.scope import Scope
from kundig.interfaces.peers import address_of
from kundig.interfaces.web.edge import (
    SESSION_COOKIE,
    Reply,
    Visit,
    check_origin,
    own_address,
    page,
    read_form,
    refused,
    respond,
    visit_of,
)
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.sign_in_views import Forgotten, NewPassword, SignIn
from kundig.services.delivery.post import FOLDER
from kundig.services.identity.audit_events import SIGNED_OUT
from kundig.services.identity.first_start import claim, first_link_holds
from kundig.services.identity.links import Holder, holder_of, use_link
from kundig.services.identity.passwords import SHORTEST
from kundig.services.identity.reset import ask_reset
from kundig.services.identity.sessions import sign_out
from kundig.services.identity.signing_in import SignedIn, sign_in

STEP_COOKIE = "kundig_step"
SECOND_STEP = "/sign-in/second"
REMEMBERED = 30 * 24 * 3600
"""Seconds for which "stay signed in" keeps the cookie; the session itself ends by its own rules."""

Open = Callable[[Visit], Awaitable[Reply]]


async def open_page(request: Request[Any, Any, Any], work: Open) -> Response[str]:
    """A page for anybody: without a scope and without a transaction of its own."""
    visit = visit_of(request)
    try:
        await read_form(visit)
        if request.method == "POST":
            visit.secret = None
            check_origin(visit)
        reply = await work(visit)
    except Exception as error:
        reply = refused(visit, error)
    return respond(visit, reply)


def peer(visit: Visit) -> str | None:
    """The address of who asks, as the socket says: headers can be made up."""
    return address_of(visit.request)


@get("/sign-in")
async def sign_in_page(request: Request[Any, Any, Any]) -> Response[str]:
    """The form."""

    async def work(visit: Visit) -> Reply:
        return await sign_in_form(visit, own_address(visit.query("next", "/")))

    return await open_page(request, work)


async def sign_in_form(
    visit: Visit, next_: str, *, email: str = "", remember: bool = True, error: str = "", status: int = 200
) -> Reply:
    """The form, with the providers that one can sign in at instead, and with what went wrong."""
    language = visit.frame.language
    providers = tuple(
        (f"/sign-in/with/{provider.name}?next={quote(next_, safe='')}", label_in(provider.label, language))
        for provider in await visit.web.providers.offered()
    )
    view = SignIn(
        email=email,
        next=next_,
        remember=remember,
        error=error,
        server=visit.web.base_url,
        hint=_hint(visit),
        providers=providers,
        passkeys=visit.site.possible,
    )
    return Reply(render("sign_in.html", view, visit.frame), status)


@post("/sign-in", status_code=200)
async def do_sign_in(request: Request[Any, Any, Any]) -> Response[str]:
    """Begin a session and go where one wanted to; a refusal says nothing about which of both was wrong."""

    async def work(visit: Visit) -> Reply:
        email, next_ = visit.value("email"), own_address(visit.value("next", "/"))
        agent = visit.request.headers.get("user-agent", "")
        try:
            signed = await sign_in(visit.web.database, email, visit.value("password"), address=peer(visit), agent=agent)
        except (Unauthenticated, TooMany) as error:
            said = error.text.render(visit.frame.language)
            return await sign_in_form(
                visit,
                next_,
                email=email,
                remember=bool(visit.value("remember")),
                error=said,
                status=429 if isinstance(error, TooMany) else 422,
            )
        return await entered(visit, signed, next_)

    return await open_page(request, work)


async def entered(visit: Visit, signed: SignedIn, next_: str) -> Reply:
    """To where one wanted to go, with a new session, or to the second step; the session that this browser had before ends."""
    remember = bool(visit.value("remember"))
    if not signed.whole:
        wanted = urlencode({"next": next_} | ({"remember": "1"} if remember else {}))
        return Reply(to=f"{SECOND_STEP}?{wanted}", cookies=(own_cookie(visit, STEP_COOKIE, signed.code, None),))
    before = visit_of(visit.request).secret
    if before is not None:
        async with visit.web.database.transaction(None) as connection:
            await sign_out(connection, before)
    cookies = [session_cookie(visit, signed.code, REMEMBERED if remember else None)]
    if visit.request.cookies.get(visit.web.cookie(STEP_COOKIE)):
        cookies.append(own_cookie(visit, STEP_COOKIE, "", 0))
    return Reply(to=next_, cookies=tuple(cookies))


def session_cookie(visit: Visit, code: str, seconds: int | None) -> Cookie:
    """The cookie of a session."""
    return own_cookie(visit, SESSION_COOKIE, code, seconds)


def own_cookie(visit: Visit, name: str, code: str, seconds: int | None) -> Cookie:
    """A cookie that only this host gets, that no script reads and no other site has sent."""
    key = visit.web.cookie(name)
    return Cookie(key, value=code, path="/", httponly=True, secure=visit.web.secure, samesite="lax", max_age=seconds)


@post("/sign-out", status_code=200)
async def do_sign_out(request: Request[Any, Any, Any]) -> Response[str]:
    """End the session here and on the server."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await note(scope.context, SIGNED_OUT)
        return Reply(to="/sign-in", cookies=(session_cookie(visit, "", 0),), headers={"Clear-Site-Data": '"cache", "storage"'})

    secret = visit_of(request).secret
    answer = await page(request, work, setting_up=True)
    if secret and "Clear-Site-Data" in answer.headers:  # it was really asked for by them
        async with request.app.state.web.database.transaction(None) as connection:
            await sign_out(connection, secret)
    return answer


@get("/forgotten")
async def forgotten_page(request: Request[Any, Any, Any]) -> Response[str]:
    """Asks for the address."""

    async def work(visit: Visit) -> Reply:
        return Reply(render("forgotten.html", Forgotten(server=visit.web.base_url), visit.frame))

    return await open_page(request, work)


@post("/forgotten", status_code=200)
async def forgotten(request: Request[Any, Any, Any]) -> Response[str]:
    """Send a link if the address is known; the answer is the same either way."""

    async def work(visit: Visit) -> Reply:
        email = visit.value("email")
        try:
            await ask_reset(visit.web.database, email, address=peer(visit))
        except TooMany as error:
            said = error.text.render(visit.frame.language)
            return Reply(render("forgotten.html", Forgotten(email, error=said, server=visit.web.base_url), visit.frame), 429)
        mail_file = FOLDER if visit.web.post.files_only else ""
        view = Forgotten(email, sent=True, mail_file=mail_file, server=visit.web.base_url)
        return Reply(render("forgotten.html", view, visit.frame))

    return await open_page(request, work)


def _hint(visit: Visit) -> str:
    return visit.web.hint.render(visit.frame.language) if visit.web.hint else ""


@get("/setup/{code:str}")
async def link_page(request: Request[Any, Any, Any], code: str) -> Response[str]:
    """The form behind a link that works once; opening it uses nothing up."""

    async def work(visit: Visit) -> Reply:
        return await _password_form(visit, code, {})

    return await open_page(request, work)


@post("/setup/{code:str}", status_code=200)
async def use_link_page(request: Request[Any, Any, Any], code: str) -> Response[str]:
    """Set the password, use the link up and sign in; by the link of the first start, become the administrator."""

    async def work(visit: Visit) -> Reply:
        password = visit.value("password")
        if password != visit.value("again"):
            said = t("The two are not the same.").render(visit.frame.language)
            return await _password_form(visit, code, {"again": said})
        try:
            email = await _used(visit, code, password)
        except Invalid as error:
            return await _password_form(visit, code, {e.field: e.text.render(visit.frame.language) for e in error.errors})
        except Missing:
            return await _password_form(visit, code, {})
        agent = visit.request.headers.get("user-agent", "")
        signed = await sign_in(visit.web.database, email, password, address=peer(visit), agent=agent)
        return await entered(visit, signed, "/")

    return await open_page(request, work)


async def _used(visit: Visit, code: str, password: str) -> str:
    """Use the link up; the address to sign in with from now on."""
    web = visit.web
    if await _holder(visit, code) is not None:
        return (await use_link(web.database, code, password, address=peer(visit))).email
    name, email = visit.value("name").strip(), visit.value("email").strip()
    await claim(web.database, web.scopes, web.workspace, code, name=name, email=email, password=password, address=peer(visit))
    return email


async def _holder(visit: Visit, code: str) -> Holder | None:
    try:
        return await holder_of(visit.web.database, code, address=peer(visit))
    except Missing:
        return None


async def _password_form(visit: Visit, code: str, errors: dict[str, str]) -> Reply:
    web, status, action = visit.web, 422 if errors else 200, f"/setup/{code}"
    holder = await _holder(visit, code)
    if holder is not None:
        view = NewPassword(
            action, holder.email, holder.name, first=holder.fresh, length=SHORTEST, errors=errors, server=web.base_url
        )
    elif await first_link_holds(web.database, web.workspace, code, address=peer(visit)):
        name, email = visit.value("name"), visit.value("email")
        view = NewPassword(action, email, name, first=True, asks_name=True, length=SHORTEST, errors=errors, server=web.base_url)
    else:
        view, status = NewPassword("", expired=True, server=web.base_url), 404
    return Reply(render("new_password.html", view, visit.frame), status)


ROUTES = (sign_in_page, do_sign_in, do_sign_out, forgotten_page, forgotten, link_page, use_link_page)
