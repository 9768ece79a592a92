"""Who somebody is at the sign-in providers: connected by themselves once they have signed in, or by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Conflict, Denied, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.audit import note
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.browsers import signed_in
from kundig.interfaces.web.pages.settings.me import me
from kundig.interfaces.web.pages.settings.navigation import SECURITY, USERS, settings_navigation
from kundig.interfaces.web.pages.sign_in_providers import trip_cookie
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.identity.audit_events import IDENTITY_LINKED, IDENTITY_UNLINKED
from kundig.services.identity.providers.id_tokens import LONGEST_SUBJECT
from kundig.services.identity.providers.identities import bind, identities_of, unbind
from kundig.services.identity.providers.trips import begun


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account at a provider; `id` None: there is none yet. `fixed`: only an administrator may take it away."""

    provider: str
    label: str
    id: UUID | None = None
    subject: str = ""
    since: datetime | None = None
    seen_at: datetime | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class AccountsView:
    """`settings/logins.html`: those of a user, for administrators."""

    nav: tuple[LinkGroup, ...]
    user: str
    name: str
    accounts: tuple[AccountView, ...]
    providers: tuple[tuple[str, str], ...]
    provider: str = ""
    subject: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


async def accounts_of(scope: Scope, user: UUID) -> tuple[AccountView, ...]:
    """A user's accounts at all providers that there are, in their order."""
    found, language = await identities_of(scope.connection, user), scope.context.language
    views: list[AccountView] = []
    for provider in sorted(scope.model.providers.values(), key=lambda provider: provider.name):
        label = label_in(provider.label, language)
        own = [bound for bound in found if bound.issuer == provider.issuer]
        views += [
            AccountView(
                provider.name, label, bound.id, bound.subject, bound.created_at, bound.seen_at, fixed=not provider.passwords
            )
            for bound in own
        ] or [AccountView(provider.name, label)]
    return tuple(views)


@post("/settings/security/logins/{name:str}", status_code=200)
async def connect(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """Set out to the provider; who signs in there is this user from then on."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if name not in scope.model.providers:
            raise Missing
        scope.require_proof()
        trip = begun(name, next_=SECURITY, purpose="link", session=signed_in(visit).id)
        return Reply(headers={"HX-Redirect": f"/sign-in/with/{name}?on=1"}, cookies=(trip_cookie(visit, trip),))

    return await page(request, work)


@post("/settings/security/logins/{id_:str}/end", status_code=200)
async def disconnect(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Sign in there no more."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user = me(scope)
        scope.require_proof()
        account = _account(await accounts_of(scope, user), record_id(id_))
        if account.fixed:
            raise Denied(t("Your company wants you to sign in there. An administrator can change this."))
        await _ended(scope, user, account)
        return Reply(to=SECURITY, headers=notice(visit, t("You no longer sign in there.")))

    return await page(request, work)


@get("/settings/users/{id_:str}/logins")
async def show(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """The accounts of a user."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/settings/accounts.html", await _view(scope, record_id(id_)), visit.frame))

    return await page(request, work)


@post("/settings/users/{id_:str}/logins", status_code=200)
async def add(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Say who the user is at a provider, by the subject that it calls them."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user, name, subject = record_id(id_), visit.value("provider"), visit.value("subject").strip()
        await _view(scope, user)
        scope.require_proof()
        provider = scope.model.providers.get(name)
        try:
            if provider is None or not 0 < len(subject) <= LONGEST_SUBJECT:
                raise Conflict(t("Give the id that the provider calls the person by."))
            async with scope.connection.savepoint():
                await bind(scope.connection, user, provider.issuer, subject)
        except Conflict as error:
            errors = {"subject": error.text.render(visit.frame.language)}
            view = await _view(scope, user, provider=name, subject=subject, errors=errors)
            return Reply(render_block("pages/settings/accounts.html", "accounts", view, visit.frame), 422)
        detail = {"provider": name, "subject": subject}
        await note(scope.context, IDENTITY_LINKED, object_="user", record=user, detail=detail)
        return Reply(to=f"{USERS}/{id_}/logins", headers=notice(visit, t("Saved.")))

    return await page(request, work)


@post("/settings/users/{id_:str}/logins/{account:str}/end", status_code=200)
async def remove(request: Request[Any, Any, Any], id_: str, account: str) -> Response[str]:
    """Take an account of a user away."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user = record_id(id_)
        view = await _view(scope, user)
        scope.require_proof()
        await _ended(scope, user, _account(view.accounts, record_id(account)))
        return Reply(to=f"{USERS}/{id_}/logins", headers=notice(visit, t("The user no longer signs in there.")))

    return await page(request, work)


async def _view(scope: Scope, user: UUID, **more: Any) -> AccountsView:
    """Raises Denied: whoever says who people are at a provider could sign in as anybody."""
    if not scope.access.everything:
        raise Denied(t("Only administrators decide who vouches for people."))
    record = msgspec.json.decode((await read_record(scope, "user", user, ["label"])).text)
    accounts = tuple(account for account in await accounts_of(scope, user))
    providers = tuple(dict.fromkeys((account.provider, account.label) for account in accounts))
    own = tuple(account for account in accounts if account.id is not None)
    return AccountsView(settings_navigation(scope), str(user), record["label"], own, providers, **more)


async def _ended(scope: Scope, user: UUID, account: AccountView) -> None:
    assert account.id is not None, "found by its id"
    await unbind(scope.connection, user, account.id)
    detail = {"provider": account.provider, "subject": account.subject}
    await note(scope.context, IDENTITY_UNLINKED, object_="user", record=user, detail=detail)


def _account(accounts: tuple[AccountView, ...], id_: UUID) -> AccountView:
    found = next((account for account in accounts if account.id == id_), None)
    if found is None:
        raise Missing
    return found


ROUTES = (connect, disconnect, show, add, remove)
