"""Making a role, empty or as a copy of another, and taking one out: dialogs that each end as one change of the configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Conflict
from kundig.base.i18n import LANGUAGES, Text, t
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.store import stored_documents
from kundig.engine.policy.configuring import ROLES_RIGHT, configure
from kundig.engine.policy.policies import EVERYONE
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.identifiers import LONGEST, is_name
from kundig.engine.search.words import folded, spelled_out
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.rights.drafts import LONGEST_LABEL
from kundig.interfaces.web.pages.rights.matrix import RoleLink
from kundig.interfaces.web.pages.rights.refusing import REFUSALS, reason
from kundig.interfaces.web.pages.rights.roles import role_links, role_of
from kundig.interfaces.web.pages.settings.navigation import HISTORY, ROLES
from kundig.interfaces.web.rendering import render

_GIVEN = """
select distinct r.name from {ws}."user" u cross join lateral unnest(u.role) as r (name)
"""


@dataclass(frozen=True, slots=True)
class NewRoleView:
    """`pages/rights/new.html`."""

    roles: tuple[RoleLink, ...]
    languages: tuple[str, ...]
    label: dict[str, str]
    like: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class RemoveRoleView:
    """`pages/rights/remove.html`: how many people have the role besides others."""

    address: str
    role: RoleLink


@get("/settings/roles/new")
async def new(request: Request[Any, Any, Any]) -> Response[str]:
    """The dialog; `like` says of which role it begins as a copy."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        return Reply(render("pages/rights/new.html", await _new(scope, visit, {}, visit.query("like")), visit.frame))

    return await page(request, work)


@post("/settings/roles/new", status_code=200)
async def create(request: Request[Any, Any, Any]) -> Response[str]:
    """Make the role and go on to it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        label = {language: visit.value(f"name.{language}").strip()[:LONGEST_LABEL] for language in LANGUAGES}
        some, like = next((text for text in label.values() if text), ""), visit.value("like")
        if not some:
            return await _again(scope, visit, label, like, t("Give the role a name."))
        whole = {language: text or some for language, text in label.items()}
        body = _copied(scope, like) | {"name": await _name(scope, whole), "label": whole}
        note = t("Role “{role}” made", role=whole).render(scope.context.workspace.language)
        try:
            document = Document("role", body["name"], body)
            plan = await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=note)
        except REFUSALS as refused:
            return await _again(scope, visit, label, like, reason(refused))
        told = notice(visit, t("The role is there. Nobody has it yet."), undo=f"{HISTORY}/{plan.id}/undo")
        return Reply(to=f"{ROLES}/{body['name']}", headers=told)

    return await page(request, work, write=False)


async def _again(scope: Scope, visit: Visit, label: dict[str, str], like: str, error: Text) -> Reply:
    view = await _new(scope, visit, label, like, error.render(visit.frame.language))
    return Reply(render("pages/rights/new_form.html", view, visit.frame), 422)


async def _new(scope: Scope, visit: Visit, label: dict[str, str], like: str, error: str = "") -> NewRoleView:
    language = visit.frame.language
    roles = tuple(link for link in await role_links(scope) if link.name != EVERYONE)
    languages = (language, *(other for other in LANGUAGES if other != language))
    return NewRoleView(roles, languages, label, like if like in scope.model.roles else "", error)


def _copied(scope: Scope, like: str) -> dict[str, Any]:
    """All that another role gives and forbids."""
    if like not in scope.model.roles:
        return {}
    body: dict[str, Any] = msgspec.to_builtins(scope.model.roles[like])
    return body


async def _name(scope: Scope, label: dict[str, str]) -> str:
    """A name made of the label that no role has, has had, or is given to somebody by: nobody gets a role by an old name."""
    documents = await stored_documents(scope.connection)
    taken = {"new", *scope.model.roles, *(d.name for d in documents if d.kind == "role"), *await scope.connection.values(_GIVEN)}
    words = "_".join(re.findall(r"[a-z0-9]+", folded(spelled_out(label["en"]))))[: LONGEST - 10].strip("_")
    name = words if is_name(words) else f"role_{words}".strip("_")
    return next(n for n in (name, *(f"{name}_{number}" for number in range(2, 10_000))) if n not in taken)


@get("/settings/roles/{name:str}/remove")
async def ask_removal(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """The dialog that says what removing the role means."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        role = role_of(scope, name)
        link = next(link for link in await role_links(scope) if link.name == role.name)
        return Reply(render("pages/rights/remove.html", RemoveRoleView(f"{ROLES}/{name}/remove", link), visit.frame))

    return await page(request, work)


@post("/settings/roles/{name:str}/remove", status_code=200)
async def remove(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """Take the role out: nobody has its rights any more. Taking that back brings it and its holders back."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        role = role_of(scope, name)
        if name == EVERYONE:
            raise Conflict(t("What everybody may do can be narrowed, but not removed."))
        note = t("Role “{role}” removed", role=role.label).render(scope.context.workspace.language)
        document = Document("role", name, {"name": name, "hidden": True})
        plan = await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=note)
        return Reply(to=ROLES, headers=notice(visit, t("The role is removed."), undo=f"{HISTORY}/{plan.id}/undo"))

    return await page(request, work, write=False)


ROUTES = (new, create, ask_removal, remove)
