"""Teams as the tree that they are: each with its people, to be made, renamed, moved and dissolved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.writing import Create, Delete, Update, write
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.navigation import TEAMS, settings_navigation
from kundig.interfaces.web.rendering import render, render_block

MOST = 1000


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team in its place. `level` is 0 at the top."""

    id: str
    name: str
    parent: str
    level: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamsView:
    """`settings/teams.html`. `chosen` is the team in the form, None a new one."""

    nav: tuple[LinkGroup, ...]
    teams: tuple[TeamView, ...]
    chosen: TeamView | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def parents(self) -> list[TeamView]:
        """Teams that the chosen one may belong to: not itself."""
        return [team for team in self.teams if self.chosen is None or team.id != self.chosen.id]

    @property
    def other(self) -> list[str]:
        """Errors that belong to no field of the form."""
        return [text for name, text in self.errors.items() if name not in ("name", "parent")]


@get("/settings/teams")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The tree and the form of the chosen team."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        return Reply(render("pages/settings/teams.html", await _view(scope, visit.query("id")), visit.frame))

    return await page(request, work)


async def _view(scope: Scope, chosen: str, errors: Mapping[str, str] | None = None) -> TeamsView:
    rows = (await list_records(scope, ListQuery("team", None, ["label", "name", "parent"], "name", MOST))).records()
    users = await list_records(
        scope, ListQuery("user", {"field": "is_active", "op": "is", "value": True}, ["label", "teams"], "name", MOST)
    )
    people: dict[str, list[str]] = defaultdict(list)
    for user in users.records():
        for team in user["teams"] or []:
            people[team["id"]].append(user["label"])
    teams = tuple(_tree(rows, people))
    return TeamsView(settings_navigation(scope), teams, next((team for team in teams if team.id == chosen), None), errors or {})


def _tree(rows: Sequence[Mapping[str, Any]], people: Mapping[str, Sequence[str]]) -> Iterator[TeamView]:
    """Teams below their parents; one whose parent is not seen stands at the top."""
    known = {row["id"] for row in rows}
    below: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        parent = row["parent"]["id"] if row["parent"] else ""
        below[parent if parent in known else ""].append(row)

    def walk(parent: str, level: int) -> Iterator[TeamView]:
        for row in below[parent]:
            yield TeamView(row["id"], row["name"], parent, level, tuple(people.get(row["id"], ())))
            yield from walk(row["id"], level + 1)

    return walk("", 0)


@post("/settings/teams", status_code=200)
async def save(request: Request[Any, Any, Any]) -> Response[str]:
    """Make a team, or rename and move one; rights follow the tree."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        id_ = visit.value("id")
        values = {"name": visit.value("name").strip(), "parent": visit.value("parent") or None}
        try:
            async with scope.connection.savepoint():
                written = await write(scope, "team", [Update(record_id(id_), values) if id_ else Create(values)])
        except Invalid as error:
            errors = {e.field: e.text.render(visit.frame.language) for e in error.errors}
            return Reply(render_block("pages/settings/teams.html", "form", await _view(scope, id_, errors), visit.frame), 422)
        undo = f"/changes/{written.change}/undo" if written.change else ""
        return Reply(to=TEAMS, headers=notice(visit, t("Saved."), undo=undo))

    return await page(request, work)


@post("/settings/teams/{id_:str}/delete", status_code=200)
async def dissolve(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Move a team to the trash."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        written = await write(scope, "team", [Delete(record_id(id_))])
        return Reply(to=TEAMS, headers=notice(visit, t("Moved to the trash."), undo=f"/changes/{written.change}/undo"))

    return await page(request, work)


ROUTES = (show, save, dissolve)
