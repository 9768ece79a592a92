"""The arranging mode of a record's page: every command brings the form anew, saving it is one change of the configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Invalid
from kundig.base.i18n import LANGUAGES, label_in, t
from kundig.engine.configuration.documents import Document
from kundig.engine.extension import Layout, Section
from kundig.engine.policy.configuring import RIGHT, configure
from kundig.engine.policy.scope import Scope
from kundig.engine.records.layouts import layout_of
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.arrangement import Part, parts_of
from kundig.interfaces.web.pages.editions import edition
from kundig.interfaces.web.pages.filter_texts import filter_from
from kundig.interfaces.web.pages.laying_out.drafts import (
    ALWAYS,
    Block,
    Draft,
    Spot,
    TabDraft,
    body_of,
    change,
    draft_from,
    draft_of,
    unnamed,
)
from kundig.interfaces.web.pages.sections import groups_of
from kundig.interfaces.web.pages.wording import Wording, wording
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView, describe

DEFAULT, EVERYBODY = "default", "everybody"
_NOBODY = "-"
_OVERTAKEN = t("Somebody has changed this layout meanwhile. What you arranged is still here: “Save” puts it in place of theirs.")


@dataclass(frozen=True, slots=True)
class SpotView:
    """A field as the form shows it: `shown_if` and `needed_if` are its conditions in words."""

    spot: Spot
    field: FieldView
    shown_if: str
    needed_if: str
    always: bool
    quick: bool


@dataclass(frozen=True, slots=True)
class BlockView:
    """A section; `wrong` where it lacks a name."""

    block: Block
    spots: tuple[SpotView, ...]
    shown_if: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class TabView:
    """A tab with its sections; that without a key stands above the others."""

    tab: TabDraft
    blocks: tuple[BlockView, ...]
    wrong: bool


@dataclass(frozen=True, slots=True)
class LayoutView:
    """The view of `pages/laying_out/form.html`."""

    address: str
    back: str
    title: str
    role: str
    roles: tuple[tuple[str, str, bool], ...]
    """Name and label of the roles, and whether one has a layout of its own."""
    own: bool
    """Whether the chosen role has one, which can be taken away."""
    others: tuple[str, ...]
    """Further roles that the same layout is for."""
    tabs: tuple[TabView, ...]
    left: tuple[FieldView, ...]
    """Fields that do not stand on it."""
    languages: tuple[str, ...]
    quick: tuple[str, ...]
    was: str
    """A digest of what the draft began with, by which changes are noticed, one's own and those of others."""
    errors: tuple[str, ...] = ()
    note: str = ""


@get("/o/{object_name:str}/layout")
async def show_arranging(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The form with the layout that is on the page: one's own, or that of the role it is looked at as."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        object_ = scope.object(object_name)
        looked_at = next(iter(parse_qs(urlsplit(visit.here).query).get("as", ())), "")
        own = layout_of(scope, object_name)
        first = next((role for role in scope.access.roles if own and role in own.roles), "")
        role = looked_at if looked_at in scope.model.roles else first
        return await _form(scope, visit, object_, role, _stored(scope, object_, role))

    return await page(request, work)


@post("/o/{object_name:str}/layout", status_code=200)
async def arrange(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The form after a command; `save` applies it, `drop` takes a role's own layout away, `role` goes on to another role."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        object_ = scope.object(object_name)
        role = visit.value("role") if visit.value("role") in scope.model.roles else ""
        draft = draft_from(visit.form, _known(scope, object_))
        command = visit.value("do")
        if command in ("save", "drop") and visit.value("was") != _stored_edition(scope, object_, _before(scope, visit)):
            return await _form(scope, visit, object_, role, draft, errors=(_OVERTAKEN.render(visit.frame.language),), status=409)
        match command:
            case "save":
                return await _save(scope, visit, object_, role, draft)
            case "drop":
                return await _drop(scope, visit, object_, role)
            case "role":
                return await _other_role(scope, visit, object_, role, draft)
        change(draft, command, visit.form, visit.frame.language)
        return await _form(scope, visit, object_, role, draft, was=visit.value("was"))

    return await page(request, work, write=False)


async def _save(scope: Scope, visit: Visit, object_: BoundObject, role: str, draft: Draft) -> Reply:
    language = visit.frame.language
    if unnamed(draft):
        said = t("Give every section and every tab a name.").render(language)
        return await _form(scope, visit, object_, role, draft, errors=(said,))
    if not draft.names:
        return await _form(scope, visit, object_, role, draft, errors=(t("Put at least one field on the page.").render(language),))
    body = _body(scope, object_, role, draft)
    note = t("Layout of “{object}” arranged on its page", object=object_.definition.label).render(scope.context.workspace.language)
    try:
        return await _apply(scope, visit, object_, body, note)
    except Invalid as error:
        return await _form(scope, visit, object_, role, draft, errors=tuple(e.text.render(language) for e in error.errors))


async def _apply(scope: Scope, visit: Visit, object_: BoundObject, body: Mapping[str, Any], note: str) -> Reply:
    document = Document("layout", f"{object_.name}.{body['name']}", body)
    web = visit.web
    plan = await configure(scope, web.database, web.scopes.models, [document], note=note)
    if not plan.revisions:
        return Reply(to=visit.here, headers=notice(visit, t("Nothing was changed.")))
    return Reply(to=visit.here, headers=notice(visit, t("The page is arranged."), undo=f"/settings/history/{plan.id}/undo"))


async def _drop(scope: Scope, visit: Visit, object_: BoundObject, role: str) -> Reply:
    """A layout of several roles stays for the others."""
    found = _of_role(scope, object_, role)
    if found is None:
        return Reply(to=visit.here)
    rest = [other for other in found.roles if other != role]
    body: dict[str, Any] = {"name": found.name, "object": object_.name, "hidden": True}
    if rest:
        kept = draft_of(found, set(object_.fields))
        body = body_of(kept, msgspec.structs.replace(found, roles=tuple(rest)), found, frozenset())
    note = t("Layout of a role given up on the page of “{object}”", object=object_.definition.label)
    return await _apply(scope, visit, object_, body, note.render(scope.context.workspace.language))


async def _other_role(scope: Scope, visit: Visit, object_: BoundObject, role: str, draft: Draft) -> Reply:
    """On to another role: with its layout, or with what has been arranged and not saved."""
    before = _before(scope, visit)
    if edition(_body(scope, object_, before, draft)) == visit.value("was"):
        return await _form(scope, visit, object_, role, _stored(scope, object_, role))
    note = t("What you have arranged is kept, and now meant for this role.").render(visit.frame.language)
    return await _form(scope, visit, object_, role, draft, note=note)


def _known(scope: Scope, object_: BoundObject) -> set[str]:
    hidden = scope.rights(object_.name).hidden
    return {name for name, field in object_.fields.items() if name not in hidden and name != "version" and not field.type.inner}


def _of_role(scope: Scope, object_: BoundObject, role: str) -> Layout | None:
    """The layout that a role has for itself."""
    found = layout_of(scope, object_.name, role or _NOBODY)
    return found if found is not None and role in found.roles else None


def _base(scope: Scope, object_: BoundObject, role: str) -> Layout:
    """The layout that a role has now: its own, everybody's, or what is shown without one."""
    name = EVERYBODY if f"{object_.name}.{DEFAULT}" in scope.model.layouts else DEFAULT
    found = layout_of(scope, object_.name, role or _NOBODY) or Layout(name=name, object=object_.name)
    if found.all_sections:
        return found
    main = Section({language: t("Details").render(language) for language in LANGUAGES}, groups_of(scope, object_, None)[0].names)
    return msgspec.structs.replace(found, sections=(main,))


def _stored(scope: Scope, object_: BoundObject, role: str) -> Draft:
    return draft_of(_base(scope, object_, role), _known(scope, object_))


def _body(scope: Scope, object_: BoundObject, role: str, draft: Draft) -> dict[str, Any]:
    """The document that saving writes: a role's own layout is made when it is first saved."""
    base = _base(scope, object_, role)
    target = base
    if role and role not in base.roles:
        taken = f"{object_.name}.{role}" in scope.model.layouts
        target = Layout(name=f"{role}_own" if taken else role, object=object_.name, roles=(role,))
    return body_of(draft, target, base, object_.fields.keys() - _known(scope, object_))


def _before(scope: Scope, visit: Visit) -> str:
    """The role whose layout the form began with."""
    return visit.value("before") if visit.value("before") in scope.model.roles else ""


def _stored_edition(scope: Scope, object_: BoundObject, role: str) -> str:
    return edition(_body(scope, object_, role, _stored(scope, object_, role)))


async def _form(
    scope: Scope,
    visit: Visit,
    object_: BoundObject,
    role: str,
    draft: Draft,
    *,
    errors: Sequence[str] = (),
    note: str = "",
    status: int = 422,
    was: str = "",
) -> Reply:
    """`was` is given where the draft goes on, which began with what was stored then."""
    language = visit.frame.language
    own = _of_role(scope, object_, role)
    taken = set(draft.names)
    left = [describe(scope, object_.fields[name]) for name in object_.fields if name in _known(scope, object_) - taken]
    view = LayoutView(
        address=f"/o/{object_.name}/layout",
        back=visit.here,
        title=label_in(object_.definition.label, language),
        role=role,
        roles=tuple(
            (name, label_in(r.label, language), _of_role(scope, object_, name) is not None) for name, r in scope.model.roles.items()
        ),
        own=own is not None,
        others=tuple(label_in(scope.model.roles[n].label, language) for n in (own.roles if own else ()) if n != role),
        tabs=await _tabs(scope, object_, draft, judged=bool(errors)),
        left=tuple(sorted(left, key=lambda field: field.label.casefold())),
        languages=(language, *(other for other in LANGUAGES if other != language)),
        quick=tuple(draft.quick),
        was=was or _stored_edition(scope, object_, role),
        errors=tuple(errors),
        note=note,
    )
    return Reply(render("pages/laying_out/form.html", view, visit.frame), status if errors else 200)


async def _tabs(scope: Scope, object_: BoundObject, draft: Draft, *, judged: bool) -> tuple[TabView, ...]:
    """The draft with all its conditions in words; one statement for each object whose records these name."""
    wheres = [
        where for block in draft.blocks for where in (block.visible, *(w for s in block.spots for w in (s.visible, s.required)))
    ]
    words = await wording(scope, object_, [part for where in wheres for part in _parts(where)])
    wrong = set(unnamed(draft)) if judged else set()
    return tuple(
        TabView(
            tab,
            tuple(
                BlockView(
                    b, tuple(_spot(scope, object_, draft, s, words) for s in b.spots), _said(words, b.visible), b.key in wrong
                )
                for b in tab.blocks
            ),
            tab.key in wrong,
        )
        for tab in draft.tabs
    )


def _spot(scope: Scope, object_: BoundObject, draft: Draft, spot: Spot, words: Wording) -> SpotView:
    field = replace(describe(scope, object_.fields[spot.name]), help="")
    always = spot.required == ALWAYS
    needed = "" if always else _said(words, spot.required)
    return SpotView(spot, field, _said(words, spot.visible), needed, always, spot.name in draft.quick)


def _parts(where: str) -> tuple[Part, ...]:
    return parts_of(None if where == ALWAYS else filter_from(where))


def _said(words: Wording, where: str) -> str:
    return words.clauses(parts, "all") if (parts := _parts(where)) else ""


ROUTES = (show_arranging, arrange)
