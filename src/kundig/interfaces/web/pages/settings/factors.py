"""Second factors: setting up an app or a passkey, taking one away, recovery codes; also where a role asks for the first one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import segno
from litestar import Request, Response, get, post
from markupsafe import Markup

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import SET_UP, Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.browsers import browser_name, signed_in
from kundig.interfaces.web.pages.settings.navigation import SECURITY
from kundig.interfaces.web.pages.signing_in import session_cookie
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.sign_in_views import AppOffer, SetUp
from kundig.services.identity.factors import factor_name, factors_of
from kundig.services.identity.own_factors import (
    Codes,
    new_codes,
    offer_passkey,
    own_user,
    set_up_app,
    set_up_passkey,
    take_away,
)
from kundig.services.identity.sessions import renew_session
from kundig.services.identity.totp import Offer

_ISSUER = "Kundig"


@dataclass(frozen=True, slots=True)
class CodesView:
    """`pages/settings/recovery_codes.html`: shown this once; `next` is where one goes on."""

    codes: Codes
    next: str
    file: str
    """They as a text to keep, for a link that saves it."""


@get(SET_UP)
async def set_up(request: Request[Any, Any, Any]) -> Response[str]:
    """The page of who may do nothing else yet; who needs nothing goes on to their own settings."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if not scope.access.second_factor or signed_in(visit).secured:
            return Reply(to=SECURITY)
        view = SetUp(await _offer(scope, visit, Offer(), setting_up=True), visit.site.possible, visit.web.base_url)
        return Reply(render("set_up.html", view, visit.frame))

    return await page(request, work, setting_up=True)


@get("/settings/security/app")
async def app_dialog(request: Request[Any, Any, Any]) -> Response[str]:
    """The dialog with the picture for an app."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require_proof()
        return Reply(render("pages/settings/factor_app.html", await _offer(scope, visit, Offer()), visit.frame))

    return await page(request, work)


@post("/settings/security/app", status_code=200)
async def add_app(request: Request[Any, Any, Any]) -> Response[str]:
    """Take the app into use that shows the right code."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        session, secrets = signed_in(visit).id, visit.web.secrets
        offer = Offer.opened(secrets, visit.value("offer"), session)
        name = factor_name(visit.value("name"), t("Authenticator app").render(visit.frame.language))
        try:
            async with scope.connection.savepoint():
                codes = await set_up_app(scope, secrets, session, offer, name=name, code=visit.value("code"))
        except Invalid as error:
            told = {e.field: e.text.render(visit.frame.language) for e in error.errors}
            view = await _offer(scope, visit, offer, setting_up=bool(visit.value("setting_up")), errors=told)
            return Reply(render("pages/settings/factor_app_form.html", view, visit.frame), 422)
        return await _added(scope, visit, codes)

    return await page(request, work, setting_up=True)


@post("/settings/security/passkey/options", status_code=200)
async def passkey_options(request: Request[Any, Any, Any]) -> Response[str]:
    """What the browser is to make a passkey by."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(await offer_passkey(scope, visit.site, signed_in(visit).id), type="application/json")

    return await page(request, work, setting_up=True)


@post("/settings/security/passkey", status_code=200)
async def add_passkey(request: Request[Any, Any, Any]) -> Response[str]:
    """Take the passkey into use that the browser has made."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        usual = t("Passkey ({browser})", browser=browser_name(visit.request.headers.get("user-agent", ""))[0])
        name = factor_name(visit.value("name"), usual.render(visit.frame.language))
        codes = await set_up_passkey(scope, visit.site, signed_in(visit).id, name=name, answer=visit.value("credential"))
        return await _added(scope, visit, codes)

    return await page(request, work, setting_up=True)


@post("/settings/security/factors/{id_:str}/remove", status_code=200)
async def remove(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Take one away."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await take_away(scope, record_id(id_))
        return Reply(to=SECURITY, headers=notice(visit, t("Removed. It no longer lets you sign in.")))

    return await page(request, work)


@post("/settings/security/codes", status_code=200)
async def renew(request: Request[Any, Any, Any]) -> Response[str]:
    """Make new recovery codes, and show them."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return _shown(visit, await new_codes(scope), SECURITY)

    return await page(request, work)


async def _offer(
    scope: Scope, visit: Visit, offer: Offer, *, setting_up: bool = False, errors: dict[str, str] | None = None
) -> AppOffer:
    account = (await factors_of(scope.connection, own_user(scope))).holder.email
    drawn = segno.make_qr(offer.address(account, _ISSUER), error="m")
    picture = drawn.svg_inline(omitsize=True, border=3, light="#fff", dark="#000", svgclass="k-qr", lineclass=None)
    return AppOffer(
        picture=Markup(picture),  # noqa: S704 - squares
        key=offer.text,
        sealed=offer.sealed(visit.web.secrets, signed_in(visit).id),
        name=visit.value("name"),
        setting_up=setting_up,
        errors=errors or {},
    )


async def _added(scope: Scope, visit: Visit, codes: Codes) -> Reply:
    """Show the recovery codes that came with the first factor; who had to set one up begins to work, with a new session."""
    signed = signed_in(visit)
    if scope.access.second_factor and not signed.secured:
        code = await renew_session(scope.connection, signed.id)
        return _shown(visit, codes, "/", (session_cookie(visit, code, None),))
    if codes:
        return _shown(visit, codes, SECURITY)
    return Reply(to=SECURITY, headers=notice(visit, t("Added. You can sign in with it from now on.")))


def _shown(visit: Visit, codes: Codes, next_: str, cookies: tuple[Any, ...] = ()) -> Reply:
    heading = t("Recovery codes for Kundig, {address}. Each works once.", address=visit.web.base_url)
    file = "\r\n".join((heading.render(visit.frame.language), "", *codes, ""))
    return Reply(render("pages/settings/recovery_codes.html", CodesView(codes, next_, file), visit.frame), cookies=cookies)


ROUTES = (set_up, app_dialog, add_app, passkey_options, add_passkey, remove, renew)
