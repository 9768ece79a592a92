"""The dialog in which somebody shows that it is still them, before something that matters; then that is asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing, TooMany
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import PROVE, Reply, Visit, page
from kundig.interfaces.web.pages.settings.accounts import accounts_of
from kundig.interfaces.web.pages.settings.browsers import signed_in
from kundig.interfaces.web.pages.settings.me import me
from kundig.interfaces.web.pages.sign_in_providers import trip_cookie
from kundig.interfaces.web.pages.signing_in import peer
from kundig.interfaces.web.rendering import render
from kundig.services.identity.factors import factors_of
from kundig.services.identity.proof import proof_options, prove_by_code, prove_by_passkey
from kundig.services.identity.providers.trips import begun
from kundig.services.identity.signing_in import prove


@dataclass(frozen=True, slots=True)
class ProofView:
    """`prove.html`, and `prove_form.html` alone: which ways there are, and what was wrong with the last try."""

    email: str
    password: bool
    app: bool
    passkey: bool
    providers: tuple[tuple[str, str], ...] = ()
    """Where one can show it by signing in anew: name and what it is called."""
    by_code: bool = False
    error: str = ""


@get(PROVE)
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The dialog; `with=code` asks for a code instead of the password."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        template = "prove_form.html" if visit.query("with") else "prove.html"
        return Reply(render(template, await _view(scope, visit, visit.query("with") == "code"), visit.frame))

    return await page(request, work, setting_up=True)


@post("/prove/options", status_code=200)
async def options(request: Request[Any, Any, Any]) -> Response[str]:
    """What one's own passkey is to sign."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(await proof_options(scope, visit.site, signed_in(visit)), type="application/json")

    return await page(request, work, setting_up=True)


@post(PROVE, status_code=200)
async def do_prove(request: Request[Any, Any, Any]) -> Response[str]:
    """Take the password, the code or the passkey."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        try:
            await _prove(scope, visit)
        except (Invalid, TooMany) as error:
            said = (error.errors[0].text if isinstance(error, Invalid) else error.text).render(visit.frame.language)
            view = await _view(scope, visit, "code" in visit.form, said)
            return Reply(render("prove_form.html", view, visit.frame), 422)
        return Reply(status=204, headers={"HX-Trigger": "kundig:proven"})

    return await page(request, work, setting_up=True)


@post("/prove/with/{name:str}", status_code=200)
async def prove_elsewhere(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """Sign in at a provider once more, and come back to the page that one was on."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if name not in dict((await _view(scope, visit, False)).providers):
            raise Missing
        trip = begun(name, next_=visit.here, purpose="prove", session=signed_in(visit).id)
        return Reply(headers={"HX-Redirect": f"/sign-in/with/{name}?on=1"}, cookies=(trip_cookie(visit, trip),))

    return await page(request, work, setting_up=True)


async def _prove(scope: Scope, visit: Visit) -> None:
    web, signed = visit.web, signed_in(visit)
    if visit.value("credential"):
        async with scope.connection.savepoint():
            await prove_by_passkey(scope, visit.site, signed, visit.value("credential"))
    elif "code" in visit.form:
        await prove_by_code(web.database, web.secrets, signed, visit.value("code"), address=peer(visit))
    else:
        await prove(web.database, signed, visit.value("password"), address=peer(visit))


async def _view(scope: Scope, visit: Visit, by_code: bool, error: str = "") -> ProofView:
    found = await factors_of(scope.connection, me(scope))
    app = found.has("app")
    return ProofView(
        email=found.holder.email,
        password=found.holder.has_password,
        app=app,
        passkey=found.has("passkey") and visit.site.possible,
        providers=tuple((account.provider, account.label) for account in await accounts_of(scope, me(scope)) if account.id),
        by_code=app and (by_code or not found.holder.has_password),
        error=error,
    )


ROUTES = (show, options, do_prove, prove_elsewhere)
