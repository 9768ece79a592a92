"""Sign-in providers: all there are, and the form of one, which tells what to enter there and can ask whether it answers.

Whoever decides who vouches for people could become anybody, so this is for administrators only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing
from kundig.base.http import Refused
from kundig.base.i18n import label_in, t
from kundig.engine.audit import note
from kundig.engine.configuration.documents import Document
from kundig.engine.extension import SignInProvider
from kundig.engine.policy.configuring import configure, require_vouching
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.interfaces.web.edge import Reply, Visit, page, respond
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.settings.navigation import PROVIDERS, settings_navigation
from kundig.interfaces.web.pages.settings.provider_drafts import (
    LONGEST_SECRET,
    ProviderDraft,
    body_of,
    draft_from,
    draft_of,
    wrong,
)
from kundig.interfaces.web.pages.settings.users import MOST, role_names
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.identity.audit_events import PROVIDER_CHANGED
from kundig.services.identity.providers.client_secrets import has_secret, keep_secret
from kundig.services.identity.providers.following import follow_providers
from kundig.services.identity.providers.identities import free_passwords
from kundig.services.identity.providers.refusals import ProviderRefusal
from kundig.services.identity.providers.signing_out import end_all

KIND = "sign_in_provider"


@dataclass(frozen=True, slots=True)
class ProvidersView:
    """`settings/providers.html`: providers with what they are called."""

    nav: tuple[LinkGroup, ...]
    providers: tuple[tuple[SignInProvider, str], ...]


@dataclass(frozen=True, slots=True)
class ProviderView:
    """`settings/provider.html`. `redirect` is what to enter at the provider."""

    nav: tuple[LinkGroup, ...]
    draft: ProviderDraft
    is_new: bool
    has_secret: bool
    redirect: str
    signed_out: str
    """Likewise, where it tells who has signed out."""
    roles: Mapping[str, str]
    first_roles: Mapping[str, str]
    """Those that somebody may be given who comes for the first time."""
    teams: tuple[tuple[str, str], ...]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tested:
    """`settings/provider_tested.html`: what the provider said."""

    fault: str = ""
    place: str = ""
    """Where people are sent to sign in."""


@get(PROVIDERS)
async def show_all(request: Request[Any, Any, Any]) -> Response[str]:
    """The providers."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        require_vouching(scope)
        found = sorted(scope.model.providers.values(), key=lambda provider: provider.name)
        named = tuple((provider, label_in(provider.label, visit.frame.language)) for provider in found)
        return Reply(render("pages/settings/providers.html", ProvidersView(settings_navigation(scope), named), visit.frame))

    return await page(request, work)


@get(f"{PROVIDERS}/new")
async def new(request: Request[Any, Any, Any]) -> Response[str]:
    """The form for another one."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        require_vouching(scope)
        names = ("sso", *(f"sso{number}" for number in range(2, 100)))
        draft = ProviderDraft(name=next((name for name in names if name not in scope.model.providers), ""))
        return Reply(render("pages/settings/provider.html", await _view(scope, visit, draft, None), visit.frame))

    return await page(request, work)


@get(f"{PROVIDERS}/{{name:str}}")
async def show(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """The form of one."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        stored = _stored(scope, name)
        draft = draft_of(stored, visit.frame.language)
        return Reply(render("pages/settings/provider.html", await _view(scope, visit, draft, stored), visit.frame))

    return await page(request, work)


@post(f"{PROVIDERS}/new", status_code=200)
async def create(request: Request[Any, Any, Any]) -> Response[str]:
    """Add one."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        require_vouching(scope)
        return await _saved(scope, visit, None)

    return await page(request, work, write=False)


@post(f"{PROVIDERS}/{{name:str}}", status_code=200)
async def save(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """Keep what was changed of one."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return await _saved(scope, visit, _stored(scope, name))

    return await page(request, work, write=False)


@post(f"{PROVIDERS}/{{name:str}}/remove", status_code=200)
async def remove(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """Let nobody sign in there any more; people keep their users, and their passwords count again."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        _stored(scope, name)
        scope.require_proof()
        said = t("Sign-in provider removed: {name}", name=name).render(scope.context.workspace.language)
        document = Document(KIND, name, {"name": name, "hidden": True})
        plan = await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=said)
        async with visit.web.database.transaction(scope.context.workspace) as connection:
            await follow_providers(scope.context.on(connection), plan.revisions)
        return Reply(to=PROVIDERS, headers=notice(visit, t("Nobody signs in there any more.")))

    return await page(request, work, write=False)


@post(f"{PROVIDERS}/test", status_code=200)
async def test(request: Request[Any, Any, Any]) -> Response[str]:
    """Ask whether there is a provider at the address that was typed. No connection is held meanwhile."""
    asked: list[Visit] = []

    async def work(scope: Scope, visit: Visit) -> Reply:
        require_vouching(scope)
        asked.append(visit)
        return Reply()

    answer = await page(request, work, write=False)
    if not asked:
        return answer
    visit = asked[-1]
    return respond(visit, Reply(render("pages/settings/provider_tested.html", await _tested(visit), visit.frame)))


async def _tested(visit: Visit) -> Tested:
    issuers, issuer = visit.web.providers.issuers, visit.value("issuer").strip()
    try:
        issuers.check(issuer)
        metadata = await issuers.metadata(issuer, fresh=True)
        await issuers.refresh_keys(metadata)
    except (ProviderRefusal, Refused) as error:
        text = t("Nobody answers at this address.") if isinstance(error, ProviderRefusal) and error.reason == "away" else error.text
        return Tested(fault=text.render(visit.frame.language))
    return Tested(place=urlsplit(metadata.authorization_endpoint).netloc)


def _stored(scope: Scope, name: str) -> SignInProvider:
    require_vouching(scope)
    found = scope.model.providers.get(name)
    if found is None:
        raise Missing
    return found


async def _saved(scope: Scope, visit: Visit, stored: SignInProvider | None) -> Reply:
    language = visit.frame.language
    draft = draft_from(visit.form, stored.name if stored else "")
    secret = visit.value("client_secret").strip()[:LONGEST_SECRET]
    errors = {name: text.render(language) for name, text in wrong(draft, () if stored else tuple(scope.model.providers))}
    try:
        if draft.issuer:
            visit.web.providers.issuers.check(draft.issuer)
    except Refused as error:
        errors["issuer"] = error.text.render(language)
    if errors:
        return await _back(scope, visit, draft, stored, errors)
    scope.require_proof()
    note_ = t("Sign-in provider: {name}", name=draft.label).render(scope.context.workspace.language)
    document = Document(KIND, draft.name, body_of(draft, stored))
    try:
        await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=note_)
    except Invalid as error:
        told = " ".join(dict.fromkeys(fault.text.render(language) for fault in error.errors))
        return await _back(scope, visit, draft, stored, {"": told})
    forget = secret == "" and visit.value("forget_secret") == "1"
    kept = "" if forget else (secret or None)
    await _follow(scope, visit, draft, secret=kept, moved=stored is not None and stored.issuer != draft.issuer)
    return Reply(to=f"{PROVIDERS}/{draft.name}", headers=notice(visit, t("Saved.")))


async def _follow(scope: Scope, visit: Visit, provider: ProviderDraft, *, secret: str | None, moved: bool) -> None:
    """What is kept beside the configuration: the secret (None: as it is), whose passwords count, sessions, the audit trail."""
    async with visit.web.database.transaction(scope.context.workspace) as connection:
        if secret is not None:
            await keep_secret(connection, visit.web.secrets, provider.name, secret)
        if provider.passwords:
            await free_passwords(connection, provider.issuer)
        told = scope.context.on(connection)
        changed: dict[str, Any] = {"secret": bool(secret)} if secret else {}
        if moved and (ended := await end_all(told, provider.name)):
            changed["count"] = ended
        await note(told, PROVIDER_CHANGED, detail={"provider": provider.name, "issuer": provider.issuer, **changed})


async def _view(
    scope: Scope, visit: Visit, draft: ProviderDraft, stored: SignInProvider | None, errors: Mapping[str, str] | None = None
) -> ProviderView:
    teams = (await list_records(scope, ListQuery("team", None, ["label"], "name", MOST))).records()
    roles = role_names(scope)
    return ProviderView(
        nav=settings_navigation(scope),
        draft=draft,
        is_new=stored is None,
        has_secret=stored is not None and await has_secret(scope.connection, stored.name),
        redirect=visit.web.providers.redirect(draft.name),
        signed_out=visit.web.providers.signed_out(draft.name),
        roles=roles,
        first_roles={name: label for name, label in roles.items() if not scope.model.roles[name].everything},
        teams=tuple((team["id"], team["label"]) for team in teams),
        errors=errors or {},
    )


async def _back(
    scope: Scope, visit: Visit, draft: ProviderDraft, stored: SignInProvider | None, errors: Mapping[str, str]
) -> Reply:
    view = await _view(scope, visit, draft, stored, errors)
    return Reply(render_block("pages/settings/provider.html", "form", view, visit.frame), 422)


ROUTES = (show_all, new, show, create, test, save, remove)
