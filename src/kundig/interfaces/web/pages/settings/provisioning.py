"""Directories that provision users and teams (SCIM): each with a token that is shown once, and the roles that it may give.

Whoever holds such a token makes users and signs them off, so this is for administrators only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Denied, Missing
from kundig.base.i18n import t
from kundig.base.whole import whole
from kundig.engine.audit import note
from kundig.engine.policy.scope import Scope
from kundig.interfaces.scim.edge import PREFIX
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.navigation import PROVISIONING, settings_navigation
from kundig.interfaces.web.pages.settings.users import role_names
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.identity.audit_events import DIRECTORY_ADDED, DIRECTORY_REMOVED
from kundig.services.identity.provisioners import add_provisioner, end_provisioner, provisioners

DAYS = (365, 730, 0)


@dataclass(frozen=True, slots=True)
class ProvisioningView:
    """`settings/provisioning.html`. `token` is shown once, right after it was made."""

    nav: tuple[LinkGroup, ...]
    address: str
    directories: Sequence[Mapping[str, Any]]
    roles: Mapping[str, str]
    first_roles: Mapping[str, str]
    """Those that new users may be given."""
    token: str = ""
    name: str = ""
    days: int = 365
    chosen: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)


@get("/settings/provisioning")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The directories and the form for another one."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/settings/provisioning.html", await _view(scope, visit), visit.frame))

    return await page(request, work)


@post("/settings/provisioning", status_code=200)
async def add(request: Request[Any, Any, Any]) -> Response[str]:
    """Let another directory in, and show its token this once."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        view = await _typed(scope, visit)
        if not view.name:
            wrong = replace(view, errors={"name": t("This is needed.").render(visit.frame.language)})
            return Reply(render_block("pages/settings/provisioning.html", "directories", wrong, visit.frame), 422)
        scope.require_proof()
        ends = scope.context.now + timedelta(days=view.days) if view.days else None
        roles = sorted(view.chosen | view.first)
        token = await add_provisioner(scope.connection, view.name, roles, sorted(view.first), expires_at=ends)
        await note(scope.context, DIRECTORY_ADDED, detail={"directory": view.name, "roles": roles})
        shown = replace(await _view(scope, visit), token=token)
        return Reply(render_block("pages/settings/provisioning.html", "directories", shown, visit.frame))

    return await page(request, work)


@post("/settings/provisioning/{id_:str}/end", status_code=200)
async def end(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Let a directory in no more."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        _require(scope)
        scope.require_proof()
        name = await end_provisioner(scope.connection, record_id(id_))
        if name is None:
            raise Missing
        await note(scope.context, DIRECTORY_REMOVED, detail={"directory": name})
        return Reply(to=PROVISIONING, headers=notice(visit, t("The token has ended.")))

    return await page(request, work)


def _require(scope: Scope) -> None:
    if not scope.access.everything:
        raise Denied(t("Only administrators let a directory provision users."))


async def _view(scope: Scope, visit: Visit) -> ProvisioningView:
    _require(scope)
    roles = role_names(scope)
    return ProvisioningView(
        nav=settings_navigation(scope),
        address=f"{visit.web.base_url.rstrip('/')}{PREFIX}",
        directories=await provisioners(scope.connection),
        roles=roles,
        first_roles={name: label for name, label in roles.items() if not scope.model.roles[name].everything},
    )


async def _typed(scope: Scope, visit: Visit) -> ProvisioningView:
    view, days = await _view(scope, visit), whole(visit.value("days"))
    known = view.roles.keys()
    return replace(
        view,
        name=visit.value("name").strip()[:200],
        days=days if days in DAYS else DAYS[0],
        chosen=frozenset(name for name in visit.form.get("role", []) if name in known),
        first=frozenset(name for name in visit.form.get("first", []) if name in view.first_roles),
    )


ROUTES = (show, add, end)
