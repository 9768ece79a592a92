"""The roles, and the editor of one: what a change would do is told before it is saved, as one change of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import Text, label_in, t
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.store import stored_documents
from kundig.engine.extension import Role
from kundig.engine.policy.configuring import ROLES_RIGHT, configure, planned
from kundig.engine.policy.effects import effects, holders
from kundig.engine.policy.policies import EVERYONE
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.editions import edition
from kundig.interfaces.web.pages.laying_out.asking import ask_condition
from kundig.interfaces.web.pages.rights.consequences import ConsequencesView, consequences_of
from kundig.interfaces.web.pages.rights.drafts import NAME, RoleDraft, body_of, change, draft_from, draft_of
from kundig.interfaces.web.pages.rights.matrix import (
    RoleLink,
    RoleView,
    navigation_of,
    objects_of,
    others_row,
    rows_of,
    words_of,
)
from kundig.interfaces.web.pages.rights.refusing import REFUSALS, reason
from kundig.interfaces.web.pages.rights.role_filters import NEVER, filterable, forbid_views, missing, placed
from kundig.interfaces.web.pages.rights.words import ICONS
from kundig.interfaces.web.pages.settings.navigation import HISTORY, ROLES, settings_navigation
from kundig.interfaces.web.rendering import render


@get(["/settings/roles", "/settings/roles/{name:str}"])
async def show(request: Request[Any, Any, Any], name: str = "") -> Response[str]:
    """The roles, and the form of one of them."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if not scope.may("manage_users"):
            scope.require(ROLES_RIGHT)
        role = role_of(scope, name or next(iter(scope.model.roles)))
        view = await _view(scope, visit, role, draft_of(role, objects_of(scope)))
        return Reply(render("pages/rights/role.html", view, visit.frame))

    return await page(request, work)


@post("/settings/roles/{name:str}", status_code=200)
async def edit(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """The form after a command; `look` tells what saving would do, `save` does it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        command = visit.value("do")
        if not scope.may("manage_users") or command.partition(":")[0] not in _UNFOLDING:
            scope.require(ROLES_RIGHT)
        role = role_of(scope, name)
        draft = _typed(scope, visit, role)
        if command == "forbid":
            command = f"forbid:{visit.value('forbid.object')}"
        if command == "look":
            if unchosen := next((key for key in draft.grants if f"{key}.where" in missing(draft) and draft.open != key), ""):
                return await _opened(scope, visit, role, draft, unchosen)
            view = await _consequences(scope, visit, role, draft)
            return Reply(render("pages/rights/consequences.html", view, visit.frame))
        if command == "save":
            return await _save(scope, visit, role, draft)
        focus = change(draft, command, objects_of(scope))
        return await _form(scope, visit, role, draft, focus=focus)

    return await page(request, work, write=False)


@post("/settings/roles/{name:str}/condition/{object_name:str}", status_code=200)
async def condition(request: Request[Any, Any, Any], name: str, object_name: str) -> Response[str]:
    """A filter of a role in a dialog: records that can be viewed besides, or that are never seen."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(ROLES_RIGHT)
        object_, address = scope.object(object_name), f"{ROLES}/{role_of(scope, name).name}/condition/{object_name}"
        never, view = t("Records are never seen when"), t("Records can be viewed when")
        return await ask_condition(scope, visit, object_, address, lambda about: never if about.startswith(NEVER) else view)

    return await page(request, work, write=False)


_UNFOLDING = ("open", "close")
"""Commands that only show something: also for who may read roles but not change them."""


def role_of(scope: Scope, name: str) -> Role:
    """A role by its name; raises Missing."""
    if name not in scope.model.roles:
        raise Missing
    return scope.model.roles[name]


def _typed(scope: Scope, visit: Visit, role: Role) -> RoleDraft:
    """What stands in the form; of a role that may do everything only its name and navigation do."""
    stored = draft_of(role, objects_of(scope))
    if not scope.may(ROLES_RIGHT):
        return stored
    draft = draft_from(visit.form, objects_of(scope), role, scope.access.objects.keys())
    if role.everything:
        draft.grants, draft.rights, draft.forbids = stored.grants, stored.rights, stored.forbids
    return draft


async def _opened(scope: Scope, visit: Visit, role: Role, draft: RoleDraft, key: str) -> Reply:
    """The form once more, where a filter was chosen in place of a level, and is still to be said."""
    draft.open = key
    shown = await _form(scope, visit, role, draft, focus=f"{key}-read")
    return replace(shown, headers={"HX-Retarget": "#role-form", "HX-Reswap": "outerHTML"})


async def _consequences(scope: Scope, visit: Visit, role: Role, draft: RoleDraft) -> ConsequencesView:
    """What saving would do, by the very plan that it would carry out."""
    language = visit.frame.language
    people = await holders(scope.connection)
    mine = sum(many for roles, many in people if role.name in roles or role.name == EVERYONE)
    if faults := missing(draft):
        return ConsequencesView(0, mine, (), changed=True, error=next(iter(faults.values())).render(language))
    try:
        document = await _document(scope, role, draft)
        _, after = await planned(scope, visit.web.scopes.models, [document])
    except REFUSALS as refused:
        return ConsequencesView(0, mine, (), changed=True, error=reason(refused).render(language))
    # somebody who has this role alone, so that it is told what it would mean where nobody has it yet
    found = effects(scope.model, after, [*people, ((role.name,), 0)])
    return consequences_of(scope, after, found, mine, changed=draft != draft_of(role, objects_of(scope)))


async def _save(scope: Scope, visit: Visit, role: Role, draft: RoleDraft) -> Reply:
    if not any(draft.label.values()):
        return await _form(scope, visit, role, draft, {f"{NAME}.label": t("Give the role a name.")})
    if faults := missing(draft):
        return await _form(scope, visit, role, draft, faults)
    if visit.value("was") != edition(role):
        text = t("Somebody has changed this role meanwhile. What you gave is still here: “Save” puts it in place of theirs.")
        return await _form(scope, visit, role, draft, {"": text}, status=409)
    address = f"{ROLES}/{role.name}"
    objects = objects_of(scope)
    stored = draft_of(role, objects)
    if draft == stored:
        return Reply(to=address, headers=notice(visit, t("Nothing was changed.")))
    note = t("Role “{role}” edited", role=draft.label).render(scope.context.workspace.language)
    try:
        document = await _document(scope, role, draft)
        plan = await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=note)
    except REFUSALS as refused:
        faults = placed(draft, stored, role.name, refused) if isinstance(refused, Invalid) else {}
        return await _form(scope, visit, role, draft, faults or {"": reason(refused)})
    following = draft.forbids != stored.forbids or any(
        grant.where is not None and grant != stored.grants.get(key) for key, grant in draft.grants.items()
    )
    saved = t("Saved. Records follow in the background.") if following else t("Saved.")
    return Reply(to=address, headers=notice(visit, saved, undo=f"{HISTORY}/{plan.id}/undo"))


async def _document(scope: Scope, role: Role, draft: RoleDraft) -> Document:
    """What a document says of the role besides stays as it is."""
    documents = await stored_documents(scope.connection)
    before = next((document.body for document in documents if document.key == ("role", role.name)), {"name": role.name})
    return Document("role", role.name, body_of(draft, role, before, objects_of(scope)))


async def _form(
    scope: Scope,
    visit: Visit,
    role: Role,
    draft: RoleDraft,
    errors: Mapping[str, Text] | None = None,
    *,
    status: int = 422,
    focus: str = "",
) -> Reply:
    """What the draft began with stays what it was, until its author has been told of another one."""
    if errors:
        draft.open = next((key for key in draft.grants if f"{key}.where" in errors), draft.open)
    told = {name: text.render(visit.frame.language) for name, text in (errors or {}).items()}
    view = replace(await _view(scope, visit, role, draft), errors=told, focus=focus)
    if status != 409:
        view = replace(view, was=visit.value("was"))
    return Reply(render("pages/rights/form.html", view, visit.frame), status if errors else 200)


async def _view(scope: Scope, visit: Visit, role: Role, draft: RoleDraft) -> RoleView:
    objects = objects_of(scope)
    delivered = next((own for module in visit.web.scopes.models.modules for own in module.roles if own.name == role.name), None)
    links = await role_links(scope)
    return RoleView(
        nav=settings_navigation(scope),
        roles=links,
        chosen=next(link for link in links if link.name == role.name),
        everything=role.everything,
        words=words_of(role, scope.context.language),
        address=f"{ROLES}/{role.name}",
        given=role.name != EVERYONE,
        may_edit=scope.may(ROLES_RIGHT) and (not role.everything or scope.access.everything),
        draft=draft,
        rows=await rows_of(scope, role, draft, objects, delivered),
        others=others_row(role, draft, scope.context.language),
        forbids=await forbid_views(scope, draft, objects),
        forbiddable=tuple(
            (object_.name, label_in(object_.definition.label_plural, scope.context.language))
            for object_ in objects
            if filterable(object_) and object_.name in scope.access.objects
        ),
        navigation=navigation_of(scope, draft),
        was=edition(role),
        changed=draft != draft_of(role, objects),
        errors={},
    )


async def role_links(scope: Scope) -> tuple[RoleLink, ...]:
    """All roles with the number of people who have them."""
    people: dict[str, int] = {}
    for roles, many in await holders(scope.connection):
        for name in roles:
            people[name] = people.get(name, 0) + many
    language = scope.context.language
    return tuple(
        RoleLink(r.name, label_in(r.label, language), ICONS.get(r.name, "shield"), people.get(r.name, 0))
        for r in scope.model.roles.values()
    )


ROUTES = (show, edit, condition)
