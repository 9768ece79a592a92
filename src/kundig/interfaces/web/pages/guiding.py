"""Help of the keys, help and tour beside the page, and the list of the first hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Missing
from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.guide import Step, help_for, tour_of
from kundig.interfaces.web.pages.settings.me import me
from kundig.interfaces.web.pages.settings.navigation import IMPORTS, ME, SAMPLES, USERS, has_right
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.shell import navigation_objects, shell_of
from kundig.services.collaboration.first_hour import Facts, facts_of, first_hour_of, put_checklist_away, set_tour


@dataclass(frozen=True, slots=True)
class TourView:
    """`pages/tour.html`: one step, its number and how many there are."""

    step: Step
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Todo:
    """A line of the list of the first hour, which ticks itself."""

    text: Text
    href: str
    icon: str
    done: bool


@get("/help")
async def help_beside(request: Request[Any, Any, Any]) -> Response[str]:
    """What helps on the page that one is on."""

    async def work(_scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/help.html", help_for(visit.here.partition("?")[0]), visit.frame))

    return await page(request, work)


@get("/keys")
async def keys(request: Request[Any, Any, Any]) -> Response[str]:
    """The help of the keys, with the places that they lead to."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/keys.html", None, replace(visit.frame, shell=await shell_of(scope))))

    return await page(request, work)


@get("/tour")
async def tour(request: Request[Any, Any, Any]) -> Response[str]:
    """The step that one is at; nothing for who is in no tour."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        steps, at = tour_of(scope), (await first_hour_of(scope.connection, scope.access.user)).tour
        if not 1 <= at <= len(steps):
            return Reply()
        return Reply(render("pages/tour.html", TourView(steps[at - 1], at, len(steps)), visit.frame))

    return await page(request, work)


@post("/tour", status_code=200)
async def go_on(request: Request[Any, Any, Any]) -> Response[str]:
    """Go to a step (`to`), begin or go on where one left (`begin`), or leave; after the last step it is over."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user, steps = me(scope), tour_of(scope)
        at = abs((await first_hour_of(scope.connection, user)).tour)
        to = visit.value("to")
        if to == "leave":
            await set_tour(scope.connection, user, -at)
            return Reply()
        wanted = (at if 1 <= at <= len(steps) else 1) if to == "begin" else int(to) if to.isdecimal() else 1
        if wanted > len(steps):
            await set_tour(scope.connection, user, 0)
            return Reply()
        await set_tour(scope.connection, user, max(1, wanted))
        return Reply(to=steps[max(1, wanted) - 1].path)

    return await page(request, work)


@get("/home/first-hour")
async def checklist(request: Request[Any, Any, Any]) -> Response[str]:
    """The list of the first hour, for those who set Kundig up, until all is done or it is put away."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        state = await first_hour_of(scope.connection, scope.access.user)
        if state.checklist_gone or not has_right(scope, "manage_configuration"):
            return Reply()
        objects = [object_.name for object_ in navigation_objects(scope) if object_.definition.storage == "record"]
        todos = tuple(_todos(scope, await facts_of(scope.connection, scope.access.user, objects)))
        if all(todo.done for todo in todos):
            return Reply()
        return Reply(render("pages/first_hour.html", {"todos": todos, "tour": state.tour}, visit.frame))

    return await page(request, work)


def _todos(scope: Scope, facts: Facts) -> Iterator[Todo]:
    yield Todo(t("Say how you work: language, time zone, colours"), ME, "user-round", facts.profile)
    if has_right(scope, "manage_users"):
        yield Todo(t("Invite your colleagues"), f"{USERS}/new", "user-plus", facts.invited)
    if any(rights.bring for rights in scope.access.objects.values()):
        yield Todo(t("Bring your data, or make the first record"), f"{IMPORTS}/new", "upload", facts.data)
    staged = next((object_ for object_ in navigation_objects(scope) if object_.pipelines), None)
    if staged is not None:
        yield Todo(t("Make the stages of your pipeline your own"), f"/o/{staged.name}/board", "square-kanban", facts.pipeline)
    yield Todo(t("Take the sample data away"), SAMPLES, "boxes", not facts.samples)


@post("/home/first-hour/away", status_code=200)
async def put_away(request: Request[Any, Any, Any]) -> Response[str]:
    """Not to be shown again."""

    async def work(scope: Scope, _visit: Visit) -> Reply:
        if scope.access.user is None:
            raise Missing
        await put_checklist_away(scope.connection, scope.access.user)
        return Reply()

    return await page(request, work)


ROUTES = (help_beside, keys, tour, go_on, checklist, put_away)
