"""Roles to read: what each may do with which objects, how far that reaches, and which fields stay hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get

from kundig.base.errors import Missing
from kundig.base.i18n import Text, label_in, t
from kundig.engine.extension import Grant, Role
from kundig.engine.extension.rights import FieldRight, Level
from kundig.engine.policy.policies import EVERYONE, granted
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.pages.settings.navigation import settings_navigation
from kundig.interfaces.web.rendering import render

DEEDS = (
    ("read", t("View")),
    ("create", t("Create")),
    ("edit", t("Edit")),
    ("delete", t("Delete")),
    ("assign", t("Assign")),
    ("share", t("Share")),
    ("export", t("Export")),
    ("bring", t("Import")),
)
LEVELS: Mapping[Level, tuple[str, Text]] = {
    "all": ("sc3", t("All")),
    "team_below": ("sc2b", t("Area")),
    "team": ("sc2", t("Team")),
    "own": ("sc1", t("Own")),
    "none": ("sc0", t("No")),
}
_REACH: Mapping[Level, Text] = {
    "all": t("All records"),
    "team_below": t("Own team and teams below"),
    "team": t("Own team"),
    "own": t("Only own ones"),
    "none": t("No access"),
}
_FIELD_RIGHTS: Mapping[FieldRight, Text] = {
    "hidden": t("hidden"),
    "read": t("read only"),
    "edit_on_create": t("only when created"),
    "edit": t("editable"),
}
_GLOBAL: Mapping[str, Text] = {
    "manage_users": t("Manage users and teams"),
    "manage_roles": t("Manage roles"),
    "manage_configuration": t("Manage objects and fields"),
    "manage_data": t("Manage data of everybody"),
    "read_audit": t("Read the audit log"),
    "see_busy": t("See when colleagues are busy, not with what"),
    "share_views": t("Share views with others"),
}
_ICONS = {"administrator": "crown", "read_only": "eye", EVERYONE: "users"}
_NOTHING, _EVERYTHING = (
    Grant(),
    Grant(read="all", create=True, edit="all", delete="all", assign="all", share="all", export=True, bring=True, bulk=True),
)


@dataclass(frozen=True, slots=True)
class RoleLink:
    """A role in the list."""

    name: str
    label: str
    icon: str
    people: int


@dataclass(frozen=True, slots=True)
class Row:
    """An object in the matrix: a glyph and a word for each deed; `fields` names those that are not simply editable."""

    label: str
    icon: str
    cells: tuple[tuple[str, str], ...]
    fields: str
    exceptions: tuple[tuple[str, str], ...]
    filtered: bool
    """Records that match a filter can be read too."""


@dataclass(frozen=True, slots=True)
class RolesView:
    """`settings/roles.html`."""

    nav: tuple[LinkGroup, ...]
    roles: tuple[RoleLink, ...]
    chosen: RoleLink
    everything: bool
    second_factor: bool
    """Who has it must sign in with more than a password."""
    deeds: tuple[str, ...]
    rows: tuple[Row, ...]
    reach: tuple[tuple[str, str, str], ...]
    rights: tuple[str, ...]
    forbids: tuple[str, ...]


@get(["/settings/roles", "/settings/roles/{name:str}"])
async def show(request: Request[Any, Any, Any], name: str = "") -> Response[str]:
    """The roles, and the matrix of one of them."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if not scope.may("manage_users"):
            scope.require("manage_roles")
        roles = scope.model.roles
        chosen = name or next(iter(roles))
        if chosen not in roles:
            raise Missing
        return Reply(render("pages/settings/roles.html", await _view(scope, roles[chosen]), visit.frame))

    return await page(request, work)


async def _view(scope: Scope, role: Role) -> RolesView:
    language = scope.context.language
    counted = await scope.connection.rows(
        'select r.name, count(*) as people from {ws}."user" u cross join lateral unnest(u.role) as r (name)'
        " where u.is_active and u.deleted_at is null group by r.name"
    )
    people = {row["name"]: row["people"] for row in counted}
    links = {
        r.name: RoleLink(r.name, label_in(r.label, language), _ICONS.get(r.name, "shield"), people.get(r.name, 0))
        for r in scope.model.roles.values()
    }
    objects = [o for o in scope.model.objects.values() if o.definition.storage == "record"]
    objects = [o for o in objects if not o.definition.system or role.everything or granted(role, o.definition)]
    objects.sort(key=lambda o: (o.definition.navigation or 1000, label_in(o.definition.label, language)))
    return RolesView(
        nav=settings_navigation(scope),
        roles=tuple(links.values()),
        chosen=links[role.name],
        everything=role.everything,
        second_factor=role.second_factor == "required",
        deeds=tuple(text.render(language) for _, text in DEEDS),
        rows=tuple(_row(role, object_, language) for object_ in objects),
        reach=tuple((glyph, word.render(language), _REACH[level].render(language)) for level, (glyph, word) in LEVELS.items()),
        rights=tuple(text.render(language) for right, text in _GLOBAL.items() if role.everything or right in role.rights),
        forbids=tuple(label_in(scope.model.objects[f.object].definition.label_plural, language) for f in role.forbids),
    )


def _row(role: Role, object_: BoundObject, language: str) -> Row:
    grant = _EVERYTHING if role.everything else granted(role, object_.definition) or _NOTHING
    own = {
        name: right
        for name, field in object_.fields.items()
        if not field.standard and (right := grant.fields.get(name, grant.other_fields)) != "edit"
    }
    exceptions = tuple(
        (label_in(object_.fields[n].definition.label, language), _FIELD_RIGHTS[r].render(language)) for n, r in own.items()
    )
    return Row(
        label=label_in(object_.definition.label, language),
        icon=object_.definition.icon,
        cells=tuple(_cell(getattr(grant, deed), language) for deed, _ in DEEDS),
        fields=_fields(own, grant, language),
        exceptions=() if grant.read == "none" else exceptions,
        filtered=grant.where is not None,
    )


def _cell(value: Level | bool, language: str) -> tuple[str, str]:
    if isinstance(value, bool):
        return ("sc3", t("Yes").render(language)) if value else ("sc0", t("No").render(language))
    glyph, word = LEVELS[value]
    return glyph, word.render(language)


def _fields(rights: Mapping[str, FieldRight], grant: Grant, language: str) -> str:
    if grant.read == "none" and grant.where is None:
        return "–"
    hidden = sum(right == "hidden" for right in rights.values())
    if hidden:
        return t("{n} hidden", n=hidden).render(language)
    return (t("{n} fixed", n=len(rights)) if rights else t("All")).render(language)


ROUTES = (show,)
