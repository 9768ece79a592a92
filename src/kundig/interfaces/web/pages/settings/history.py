"""The history of the configuration: which plans were applied, by whom, and what each changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from kundig.base.errors import Missing
from kundig.base.i18n import t
from kundig.engine.configuration.differences import Difference, differences
from kundig.engine.configuration.store import Applied, history, revisions_of
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.configuring import take_back
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.navigation import settings_navigation
from kundig.interfaces.web.rendering import render
from kundig.services.collaboration.comments import names_of
from kundig.services.identity.providers.following import follow_providers


@dataclass(frozen=True, slots=True)
class Line:
    """A plan of the history."""

    plan: Applied
    title: str
    """"" where nobody has said why it was applied."""
    last: bool
    """Whether nothing was changed since of what it changed, so that it can be taken back."""


@dataclass(frozen=True, slots=True)
class HistoryView:
    """`settings/history.html`."""

    nav: tuple[LinkGroup, ...]
    lines: Sequence[Line]
    names: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class PlanView:
    """`settings/plan.html`: what a plan changed, value by value."""

    differences: Sequence[Difference]


@get("/settings/history")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The plans, the latest first."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(CONFIGURE)
        plans = await history(scope.connection)
        names = await names_of(scope, [plan.by_id for plan in plans if plan.by_id])
        view = HistoryView(settings_navigation(scope), _lines(plans, visit.frame.language), names)
        return Reply(render("pages/settings/history.html", view, visit.frame))

    return await page(request, work)


def _lines(plans: Sequence[Applied], language: str) -> list[Line]:
    """The latest first."""
    titles: dict[UUID, str] = {}
    for plan in reversed(plans):
        titles[plan.plan] = plan.note or ""
        if plan.takes_back is not None:
            change = titles.get(plan.takes_back) or ", ".join(plan.documents)
            titles[plan.plan] = t("Taken back: {change}", change=change).render(language)
    lines, touched = [], set[str]()
    for plan in plans:
        lines.append(Line(plan, titles[plan.plan], touched.isdisjoint(plan.documents)))
        touched |= set(plan.documents)
    return lines


@get("/settings/history/{id_:str}")
async def show_plan(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """What one plan changed."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(CONFIGURE)
        revisions = await revisions_of(scope.connection, record_id(id_))
        if not revisions:
            raise Missing
        return Reply(render("pages/settings/plan.html", PlanView(differences(revisions)), visit.frame))

    return await page(request, work)


@post("/settings/history/{id_:str}/undo", status_code=200)
async def undo_plan(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Take a plan back as a whole, unless later ones build on it; the page shows itself anew."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        done = await take_back(scope, visit.web.database, visit.web.scopes.models, record_id(id_))
        async with visit.web.database.transaction(scope.context.workspace) as connection:
            await follow_providers(scope.context.on(connection), done.revisions)
        return Reply(to=visit.here, headers=notice(visit, t("Taken back.")))

    return await page(request, work, write=False)


ROUTES = (show, show_plan, undo_plan)
