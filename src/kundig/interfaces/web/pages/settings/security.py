"""Signing in: the password, the second step, accounts at providers, and the sessions that are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, TooMany
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.accounts import AccountView, accounts_of
from kundig.interfaces.web.pages.settings.browsers import browser_name, signed_in
from kundig.interfaces.web.pages.settings.me import me
from kundig.interfaces.web.pages.settings.navigation import SECURITY, settings_navigation
from kundig.interfaces.web.pages.signing_in import peer, session_cookie
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.identity.audit_events import SESSION_ENDED
from kundig.services.identity.factors import Factor, factors_of
from kundig.services.identity.objects import USER
from kundig.services.identity.passwords import SHORTEST
from kundig.services.identity.sessions import end_sessions, sessions_of
from kundig.services.identity.signing_in import change_password


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as people know it."""

    id: UUID
    browser: str
    phone: bool
    address: str | None
    created_at: datetime
    seen_at: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class SecurityView:
    """`settings/security.html`."""

    nav: tuple[LinkGroup, ...] = ()
    email: str = ""
    sessions: tuple[SessionView, ...] = ()
    accounts: tuple[AccountView, ...] = ()
    """At the sign-in providers."""
    factors: tuple[Factor, ...] = ()
    codes: int = 0
    """Recovery codes that were not used."""
    required: bool = False
    """A role asks for a second factor."""
    passkeys: bool = False
    """Browsers make passkeys for this address."""
    length: int = SHORTEST
    errors: Mapping[str, str] = field(default_factory=dict)


@get("/settings/security")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Password form, accounts and sessions."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user, here = me(scope), signed_in(visit).id
        found = await factors_of(scope.connection, user)
        view = SecurityView(
            nav=settings_navigation(scope),
            email=found.holder.email,
            sessions=session_views(await sessions_of(scope.connection, user), here),
            accounts=await accounts_of(scope, user),
            factors=found.all,
            codes=found.codes,
            required=scope.access.second_factor,
            passkeys=visit.site.possible,
        )
        return Reply(render("pages/settings/security.html", view, visit.frame))

    return await page(request, work)


def session_views(rows: Sequence[dict[str, Any]], here: UUID) -> tuple[SessionView, ...]:
    """Sessions as people know them; `here` is the one that asks."""
    named = [(row, *browser_name(row["agent"])) for row in rows]
    return tuple(
        SessionView(row["id"], name, phone, row["address"], row["created_at"], row["seen_at"], row["id"] == here)
        for row, name, phone in named
    )


@post("/settings/security/password", status_code=200)
async def set_new(request: Request[Any, Any, Any]) -> Response[str]:
    """Change the password; this browser goes on with a new session."""

    async def work(_: Scope, visit: Visit) -> Reply:
        agent = visit.request.headers.get("user-agent", "")
        try:
            if visit.value("new") != visit.value("again"):
                raise Invalid.one("again", "different", t("The two are not the same."))
            code = await _changed(visit, agent)
        except (Invalid, TooMany) as error:
            language = visit.frame.language
            told = {e.field: e.text.render(language) for e in error.errors} if isinstance(error, Invalid) else {}
            view = SecurityView(errors=told or {"password": error.text.render(language)})
            return Reply(render_block("pages/settings/security.html", "password", view, visit.frame), 422)
        headers = {"HX-Redirect": SECURITY}  # the whole page: its forms carry the token of the session that has ended
        return Reply(cookies=(session_cookie(visit, code, None),), headers=headers)

    return await page(request, work)


async def _changed(visit: Visit, agent: str) -> str:
    """The code of the new session; what is wrong with the new password is told at its own field."""
    try:
        return await change_password(
            visit.web.database, signed_in(visit), visit.value("current"), visit.value("new"), address=peer(visit), agent=agent
        )
    except Invalid as error:
        if any(e.code == "wrong" for e in error.errors):
            raise
        raise Invalid.one("new", error.errors[0].code, error.errors[0].text) from None


@post("/settings/security/end", status_code=200)
async def end(request: Request[Any, Any, Any]) -> Response[str]:
    """End one session, or all but this one."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        only = record_id(visit.query("only")) if visit.query("only") else None
        ended = await end_sessions(scope.connection, me(scope), only=only, but=signed_in(visit).id)
        if ended:
            await note(scope.context, SESSION_ENDED, object_=USER.name, record=me(scope), detail={"count": ended})
        told = t("The session has ended.") if ended == 1 else t("{n} sessions have ended.", n=ended)
        return Reply(to=SECURITY, headers=notice(visit, told))

    return await page(request, work)


ROUTES = (show, set_new, end)
