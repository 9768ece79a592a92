"""The list of the first hour on the first page, for those who set Kundig up: it ticks itself, and can be put away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, post

from kundig.base.errors import Missing
from kundig.base.i18n import Text, t
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.settings.navigation import COMPANY, IMPORTS, ME, PIPELINES, SAMPLES, USERS
from kundig.interfaces.web.shell import navigation_objects
from kundig.services.collaboration.first_hour import Facts, facts_of, first_hour_of, put_checklist_away


@dataclass(frozen=True, slots=True)
class Todo:
    """A line of the list of the first hour, which ticks itself."""

    text: Text
    href: str
    icon: str
    done: bool


@dataclass(frozen=True, slots=True)
class FirstHourView:
    """`pages/first_hour.html`. `tour` is how far somebody went in it."""

    todos: tuple[Todo, ...]
    tour: int


async def first_hour_list(scope: Scope) -> FirstHourView | None:
    """The list until all is done or it is put away; two statements for those who set up, none for anybody else.

    It comes with its page: what stands above everything can't come later without pushing everything down.
    """
    if not scope.may(CONFIGURE):
        return None
    state = await first_hour_of(scope.connection, scope.access.user)
    if state.checklist_gone:
        return None
    objects = [object_.name for object_ in navigation_objects(scope) if object_.definition.storage == "record"]
    todos = tuple(_todos(scope, await facts_of(scope.connection, scope.access.user, objects)))
    return None if all(todo.done for todo in todos) else FirstHourView(todos, state.tour)


def _todos(scope: Scope, facts: Facts) -> Iterator[Todo]:
    yield Todo(t("Say how you work: language, time zone, colours"), ME, "user-round", facts.profile)
    yield Todo(t("Say who you are: your company, its language, time zone and currency"), COMPANY, "building-2", facts.company)
    if scope.may("manage_users"):
        yield Todo(t("Invite your colleagues"), f"{USERS}/new", "user-plus", facts.invited)
    if any(rights.bring for rights in scope.access.objects.values()):
        yield Todo(t("Bring your data, or make the first record"), f"{IMPORTS}/new", "upload", facts.data)
    if any(object_.pipelines for object_ in navigation_objects(scope)):
        yield Todo(t("Make the stages of your pipeline your own"), PIPELINES, "square-kanban", facts.pipeline)
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


ROUTES = (put_away,)
