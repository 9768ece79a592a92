"""OA-04: what an actor sees is the same set through every surface, and it is the set that an independent computation says.

The surfaces are found in the application's table of routes: a new route without an expectation here fails. Surfaces that tell of
one record at a time are asked about every third one, others for each actor; with KUNDIG_TEST_TIMES above 1 (`make prove`) about all.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from httpx import Response
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import Caller, Crm, Narrowing, until

from kundig.engine.policy import principals
from kundig.engine.policy.shares import grant_share
from kundig.engine.records.writing import Change, Delete, Restore, Update

OBJECTS = ("account", "contact", "opportunity", "task", "meeting")
NAMES = {"account": "name", "contact": "last_name", "opportunity": "name", "task": "subject", "meeting": "subject"}
WORD = "Parität"
EVERY = 1 if int(os.environ.get("KUNDIG_TEST_TIMES", "1")) > 1 else 3
"""One of how many records is asked about where each must be asked about alone."""
RELATED = 8
"""How many related records a page shows."""
VIEW = """
---
kind: view
object: {object}
name: everything
label: {{en: Everything, de: Alles}}
columns: [{name}]
"""
"""A view without a filter."""
_ANY_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Rec:
    """A record as the oracle knows it."""

    id: UUID
    object: str
    name: str
    owner: str | None
    team: str | None
    partner: bool = False
    hot: bool = False
    trashed: bool = False
    shared_with: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    """Who is invited to it."""


@dataclass(frozen=True)
class Actor:
    name: str
    level: str
    """How far the actor's one role reads: own, team, team_below, all; with `only` or `never` in Python's words."""
    teams: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    delete: str = "none"
    only_partners: bool = False
    never_hot: bool = False
    objects: tuple[str, ...] = OBJECTS

    def sees(self, rec: Rec) -> bool:
        """The oracle: visible, in the trash or not."""
        if rec.object not in self.objects or (self.never_hot and rec.hot):
            return False
        own = rec.owner == self.name or self.name in rec.shared_with or self.name in rec.guests
        return (
            self.level == "all"
            or own
            or (self.level in ("team", "team_below") and rec.team in self.teams)
            or (self.level == "team_below" and rec.team in self.below)
            or (self.only_partners and rec.partner)
            or rec.name == "Hub"
        )

    def deletes(self, rec: Rec) -> bool:
        reach = {
            "none": False,
            "own": rec.owner == self.name,
            "team_below": rec.owner == self.name or rec.team in (*self.teams, *self.below),
            "all": True,
        }
        return self.sees(rec) and reach[self.delete]


ACTORS = (
    Actor("administrator", "all", delete="all"),
    Actor("owner", "own", ("north",), delete="own"),
    Actor("peer", "own", ("south",), delete="own"),
    Actor("member", "team", ("north",), delete="own"),
    Actor("lead", "team_below", ("top",), ("top", "north"), delete="team_below"),
    Actor("reader", "all"),
    Actor("partners", "own", ("south",), only_partners=True, objects=("account",)),
    Actor("careful", "all", never_hot=True),
    Actor("narrowed", "all", objects=("account",)),
)
ROLES = """
kind: role
name: {name}
label: {{en: {name}, de: {name}}}
objects: {{{objects}, employment: {{read: all, export: true}}}}
forbids: [{forbids}]
"""
RULE = """
---
kind: sharing_rule
name: hub
label: {en: Hub, de: Hub}
object: account
where: {field: name, op: is, value: Hub}
to: ['role:owner', 'role:peer', 'role:member', 'role:lead', 'role:partners']
"""


def roles() -> str:
    made = []
    for actor in ACTORS:
        if actor.name in ("administrator", "narrowed"):
            continue
        grants = []
        for object_ in actor.objects:
            where = ", where: {field: type, op: is, value: partner}" if actor.only_partners and object_ == "account" else ""
            grants.append(
                f"{object_}: {{read: {actor.level}, edit: {actor.delete}, delete: {actor.delete}, export: true, share: own{where}}}"
            )
        forbids = "{object: account, where: {field: rating, op: is, value: hot}}" if actor.never_hot else ""
        made.append(ROLES.format(name=actor.name, objects=", ".join(grants), forbids=forbids))
    return "---".join(made) + RULE + "".join(VIEW.format(object=object_, name=NAMES[object_]) for object_ in OBJECTS)


@dataclass
class Estate:
    crm: Crm
    records: list[Rec] = field(default_factory=list)
    callers: dict[str, Caller] = field(default_factory=dict)
    hub: UUID = field(default_factory=lambda: UUID(int=0))

    def expected(self, actor: Actor, object_: str) -> set[str]:
        return {str(rec.id) for rec in self.records if rec.object == object_ and not rec.trashed and actor.sees(rec)}

    def part(self, start: int) -> Estate:
        """The same with one of `EVERY` records, from another one at each `start`."""
        return replace(self, records=self.records[start % EVERY :: EVERY])

    def of(self, object_: str, *, trashed: bool = False) -> list[Rec]:
        return [rec for rec in self.records if rec.object == object_ and rec.trashed == trashed]


@pytest.fixture(scope="module")
async def estate(new_crm: Callable[[], Awaitable[Crm]]) -> Estate:
    crm = await new_crm()
    await crm.configure(roles())
    teams = {"top": await crm.team()}
    teams["north"], teams["south"] = await crm.team(teams["top"]), await crm.team()
    users = {}
    for actor in ACTORS:
        role = "administrator" if actor.name == "narrowed" else actor.name
        users[actor.name] = await crm.user(role, teams=tuple(teams[team] for team in actor.teams))
    found = Estate(crm)
    found.hub = await crm.create("account", name="Hub", owner=users["reader"])
    found.records.append(Rec(found.hub, "account", "Hub", "reader", None))
    cases: list[dict[str, Any]] = [
        {"owner": "owner", "team": "north"}, {"owner": "owner", "team": None}, {"owner": "peer", "team": "south"}, {"owner": "reader", "team": "top"},
        {"owner": "reader", "team": "north"}, {"owner": "reader", "team": None}, {"owner": "reader", "team": "south", "partner": True},
        {"owner": "owner", "team": "north", "hot": True}, {"owner": "reader", "team": None, "shared_with": frozenset({"owner"})},
        {"owner": "owner", "team": "north", "trashed": True}, {"owner": "reader", "team": "south", "trashed": True},
    ]  # fmt: skip
    invited: list[dict[str, Any]] = [
        {"owner": "reader", "team": None, "guests": frozenset({"owner", "member", "partners"})},
        {"owner": "reader", "team": None, "guests": frozenset({"lead"}), "trashed": True},
    ]
    for object_ in OBJECTS:
        for n, case in enumerate([*cases, *(invited if object_ == "meeting" else [])]):
            await _make(found, users, teams, object_, n, case)
    for actor in ACTORS:
        narrowing = Narrowing(read_only=True, objects=frozenset({"account"})) if actor.name == "narrowed" else Narrowing()
        found.callers[actor.name] = await crm.caller(users[actor.name], narrowing)
    return found


async def _make(estate: Estate, users: dict[str, UUID], teams: dict[str, UUID], object_: str, n: int, case: dict[str, Any]) -> None:
    name = f"{WORD} {object_} wort{object_[0]}{n:02}"
    values: dict[str, Any] = {
        NAMES[object_]: name,
        "owner": str(users[case["owner"]]),
        "team": case["team"] and str(teams[case["team"]]),
    }
    if object_ == "account":
        values |= {"type": "partner" if case.get("partner") else "customer", "rating": "hot" if case.get("hot") else "cold"}
    elif object_ == "opportunity":
        values |= {"account": str(estate.hub), "stage": "proposal"}
    elif object_ == "task":
        values |= {"related_to": [{"object": "account", "id": str(estate.hub)}], "due_at": "2026-11-20T09:00:00Z"}
    elif object_ == "meeting":
        values |= {"related_to": [{"object": "account", "id": str(estate.hub)}], "starts_at": "2026-11-20T09:00:00Z"}
        values |= {"ends_at": "2026-11-20T10:00:00Z", "attendee": [{"user": str(users[guest])} for guest in case.get("guests", ())]}
    id_ = await estate.crm.add(object_, values)
    if object_ == "contact":
        await estate.crm.add("employment", {"contact": str(id_), "account": str(estate.hub), "owner": str(users["reader"])})
    for other in case.get("shared_with", ()):
        async with estate.crm.system() as scope:
            await grant_share(scope, object_, id_, principals.user(users[other]), "read")
    if case.get("trashed"):
        async with estate.crm.system() as scope:
            await Change(scope).write(object_, [Delete(id_)])
    estate.records.append(Rec(id_, object_, name, case["owner"], case["team"], case.get("partner", False), case.get("hot", False) and object_ == "account",
                              case.get("trashed", False), case.get("shared_with", frozenset()), case.get("guests", frozenset())))  # fmt: skip


Surface = Callable[[Estate, Caller, str], Awaitable[set[str]]]


def linked(text: str, object_: str) -> set[str]:
    """The records that a page links to."""
    return set(re.findall(rf"/o/{object_}/({_ANY_ID})", text))


async def api_list(estate: Estate, caller: Caller, object_: str) -> set[str]:
    answer = await caller.get(f"/{object_}", limit="1000", fields="id")
    return {row["id"] for row in answer.json().get("data", ())}


async def api_query(estate: Estate, caller: Caller, object_: str) -> set[str]:
    answer = await caller.api.post(f"/api/v1/{object_}/query", json={"limit": 1000, "where": {"field": "id", "op": "not_empty"}})
    return {row["id"] for row in answer.json().get("data", ())}


async def api_aggregate(estate: Estate, caller: Caller, object_: str) -> set[str]:
    """A count of one for each record named, so that figures are a set too."""
    seen = set()
    for rec in [r for r in estate.records if r.object == object_]:
        where = json.dumps({"field": "id", "op": "is", "value": str(rec.id)})
        rows = (await caller.get(f"/{object_}/aggregate", measure="count", where=where)).json().get("data", [])
        if rows and rows[0]["count"]:
            seen.add(str(rec.id))
    return seen


async def api_export(estate: Estate, caller: Caller, object_: str) -> set[str]:
    lines = (await caller.get(f"/{object_}/export", format="jsonl", fields="id")).text.splitlines()
    rows = list(
        csv.DictReader(io.StringIO((await caller.get(f"/{object_}/export", format="csv", fields="id")).text.removeprefix("\ufeff")))
    )
    from_lines = {found["id"] for line in lines if "id" in (found := json.loads(line))}
    from_cells = {row["id"] for row in rows if "id" in row}
    assert from_lines == from_cells
    return from_lines


async def api_search(estate: Estate, caller: Caller, object_: str) -> set[str]:
    found = (await caller.get("/search", q=WORD, limit="100")).json()["data"]
    hits = {hit["id"] for hit in found if hit["object"] == object_}
    hub = (await caller.get("/search", q="Hub", limit="100")).json()["data"]
    return hits | {hit["id"] for hit in hub if hit["object"] == object_}


async def each(estate: Estate, caller: Caller, object_: str, path: str) -> set[str]:
    """The records for which an address answers."""
    seen = set()
    for rec in [r for r in estate.records if r.object == object_]:
        client = caller.api if path.startswith("/api") else caller.pages
        answer = await client.get(path.format(object=object_, id=rec.id))
        assert answer.status_code in (200, 404), f"{path} {rec}: {answer.status_code}"
        if answer.status_code == 200:
            seen.add(str(rec.id))
    return seen


def record_at(path: str) -> Surface:
    async def surface(estate: Estate, caller: Caller, object_: str) -> set[str]:
        return await each(estate, caller, object_, path)

    return surface


def found_by_word(path: str, part: str) -> Surface:
    """Lists that show few: asked for each record by a word that only it has."""

    async def surface(estate: Estate, caller: Caller, object_: str) -> set[str]:
        seen = set()
        for rec in [r for r in estate.records if r.object == object_]:
            word = rec.name.split()[-1]
            answer = await caller.pages.get(path.format(object=object_), params={part: word})
            if str(rec.id) in answer.text:
                seen.add(str(rec.id))
        return seen

    return surface


async def page_list(estate: Estate, caller: Caller, object_: str) -> set[str]:
    return linked((await caller.pages.get(f"/o/{object_}", params={"view": "everything"})).text, object_)


async def page_rows(estate: Estate, caller: Caller, object_: str) -> set[str]:
    return linked((await caller.pages.get(f"/o/{object_}/rows", params={"view": "everything"})).text, object_)


async def page_rows_now(estate: Estate, caller: Caller, object_: str) -> set[str]:
    ids = ",".join(str(rec.id) for rec in estate.records if rec.object == object_)
    return linked((await caller.pages.get(f"/o/{object_}/rows/now", params={"view": "everything", "ids": ids})).text, object_)


async def page_search(estate: Estate, caller: Caller, object_: str) -> set[str]:
    hub = (await caller.pages.get("/search", params={"q": "Hub"})).text
    return linked((await caller.pages.get("/search", params={"q": WORD, "object": object_})).text, object_) | linked(
        hub, object_
    ) & {str(estate.hub)}


async def palette(estate: Estate, caller: Caller, object_: str) -> set[str]:
    """By name, and the page it is opened on: what can be seen of it is said in the heading."""
    seen = await found_by_word("/palette", "q")(estate, caller, object_)
    for rec in [r for r in estate.records if r.object == object_]:
        here = {"HX-Request": "true", "HX-Current-URL": f"http://kundig.test/o/{object_}/{rec.id}"}
        named = rec.name in (await caller.pages.get("/palette", params={"q": "folgen"}, headers=here)).text
        recent = linked((await caller.pages.get("/palette", params={"recent": f"{object_}/{rec.id}"})).text, object_)
        assert named == bool(recent) == (str(rec.id) in seen), f"{rec}: {named} {recent}"
    return seen


async def board(estate: Estate, caller: Caller, object_: str) -> set[str]:
    return linked((await caller.pages.get(f"/o/{object_}/board")).text, object_)


async def board_column(estate: Estate, caller: Caller, object_: str) -> set[str]:
    return linked((await caller.pages.get(f"/o/{object_}/board/column", params={"stage": "proposal"})).text, object_)


async def calendar(estate: Estate, caller: Caller, object_: str) -> set[str]:
    asked = {"by": "created_at", "span": "agenda", "who": "all", "day": (datetime.now(UTC) - timedelta(days=1)).date().isoformat()}
    return linked((await caller.pages.get(f"/o/{object_}/calendar", params=asked)).text, object_)


async def own_calendar(estate: Estate, caller: Caller, object_: str) -> set[str]:
    asked = {"span": "agenda", "who": "all", "day": "2026-11-20"}
    return linked((await caller.pages.get("/calendar", params=asked)).text, object_)


async def hub_timeline(estate: Estate, caller: Caller, object_: str) -> set[str]:
    data = (await caller.get(f"/account/{estate.hub}/timeline", limit="200")).json().get("data", [])
    return {entry["id"] for entry in data if entry["object"] == object_}


async def hub_timeline_page(estate: Estate, caller: Caller, object_: str) -> set[str]:
    return linked((await caller.pages.get(f"/o/account/{estate.hub}/timeline")).text, object_)


async def hub_related(estate: Estate, caller: Caller, object_: str) -> set[str]:
    text = (await caller.pages.get(f"/o/account/{estate.hub}/related/{object_}.account")).text
    return linked(text, object_) if "</" in text else set()


async def link_labels(estate: Estate, caller: Caller, object_: str) -> set[str]:
    rows = (await caller.get("/employment", limit="1000", fields="contact")).json().get("data", ())
    return {row["contact"]["id"] for row in rows if row["contact"]}


async def by_links(estate: Estate, caller: Caller, object_: str) -> set[str]:
    """Records reached by a filter on a link to them."""
    seen = set()
    for rec in estate.of(object_):
        where = json.dumps({"field": "contact", "op": "is", "value": str(rec.id)})
        if (await caller.get("/employment", where=where, count="exact")).json().get("count"):
            seen.add(str(rec.id))
    return seen


@dataclass(frozen=True)
class Expectation:
    """A surface, the objects it can show, and whether it shows the first page of a list only."""

    surface: Surface
    objects: tuple[str, ...] = OBJECTS
    trash: bool = False
    """Whether what lies in the trash is shown too (the journal tells of deletions)."""
    needs: tuple[str, ...] = ()
    """Other objects that must exist for the actor."""
    most: int = 1000
    """How many it shows at once."""
    one_by_one: bool = False
    """Whether it must be asked about each record alone."""


OneByOne = partial(Expectation, one_by_one=True)


SURFACES: dict[str, list[Expectation]] = {
    "GET /api/v1/{object_name}": [Expectation(api_list), Expectation(link_labels, ("contact",), needs=("employment",)), OneByOne(by_links, ("contact",), needs=("employment",))],
    "POST /api/v1/{object_name}/query": [Expectation(api_query)],
    "GET /api/v1/{object_name}/aggregate": [OneByOne(api_aggregate)],
    "GET /api/v1/{object_name}/export": [Expectation(api_export)],
    "GET /api/v1/search": [Expectation(api_search)],
    "GET /api/v1/{object_name}/{record}": [OneByOne(record_at("/api/v1/{object}/{id}"))],
    "GET /api/v1/{object_name}/{record}/journal": [OneByOne(record_at("/api/v1/{object}/{id}/journal"), trash=True)],
    "GET /api/v1/{object_name}/{record}/timeline": [OneByOne(record_at("/api/v1/{object}/{id}/timeline")), Expectation(hub_timeline, ("task", "meeting"))],
    "GET /api/v1/{object_name}/{record}/shares": [OneByOne(record_at("/api/v1/{object}/{id}/shares"))],
    "GET /o/{object_name}": [Expectation(page_list)],
    "GET /o/{object_name}/rows": [Expectation(page_rows)],
    "GET /o/{object_name}/rows/now": [Expectation(page_rows_now)],
    "GET /o/{object_name}/board": [Expectation(board, ("opportunity",))],
    "GET /o/{object_name}/board/column": [Expectation(board_column, ("opportunity",))],
    "GET /o/{object_name}/calendar": [Expectation(calendar)],
    "GET /calendar": [Expectation(own_calendar, ("task", "meeting"))],
    "GET /o/{object_name}/{id_}": [OneByOne(record_at("/o/{object}/{id}"))],
    "GET /o/{object_name}/{id_}/journal": [OneByOne(record_at("/o/{object}/{id}/journal"), trash=True)],
    "GET /o/{object_name}/{id_}/timeline": [OneByOne(record_at("/o/{object}/{id}/timeline")), Expectation(hub_timeline_page, ("task", "meeting"))],
    "GET /o/{object_name}/{id_}/related/{path}": [Expectation(hub_related, ("opportunity",), most=RELATED)],
    "GET /o/{object_name}/{id_}/comments": [OneByOne(record_at("/o/{object}/{id}/comments"))],
    "GET /offline/record/{object_name}/{id_}": [OneByOne(record_at("/offline/record/{object}/{id}"))],
    "GET /o/{object_name}/{id_}/shares": [OneByOne(record_at("/o/{object}/{id}/shares"))],
    "GET /lookup/{object_name}": [OneByOne(found_by_word("/lookup/{object}", "account.label"))],
    "GET /palette": [OneByOne(palette)],
    "GET /search": [Expectation(page_search)],
}  # fmt: skip
NO_RECORDS = {
    "GET /healthz", "GET /.well-known/security.txt", "GET /static/{name}", "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /forgotten", "POST /forgotten",
    "GET /setup/{code}", "POST /setup/{code}", "GET /api/v1/meta/objects", "GET /api/v1/openapi.json", "GET /o/{object_name}/filter",
    "GET /o/{object_name}/new", "GET /o/{object_name}/quick", "GET /o/{object_name}/at", "GET /api/docs", "GET /api/docs.css", "GET /settings", "GET /settings/me",
    "GET /o/{object_name}/arrange/{what}", "GET /o/{object_name}/views/new", "GET /o/{object_name}/views/{view}/edit",
    "GET /o/{object_name}/views/{view}/defaults", "GET /manifest.webmanifest", "GET /worker.js", "GET /offline", "GET /offline/files",
    "GET /offline/kit", "GET /home/arrange", "GET /help", "GET /keys", "GET /tour",
    "GET /settings/security", "GET /settings/tokens", "GET /notifications", "GET /calendar/people", "GET /o/{object_name}/calendar/people",
    "GET /sign-in/with/{name}", "GET /sign-in/with/{name}/back", "POST /sign-in/with/{name}/signed-out", "POST /csp-report",
    "GET /settings/calendar", "GET /calendar/feed/{code}", "GET /o/{object_name}/board/steps",
    "GET /sign-in/second", "GET /prove", "GET /second-factor", "GET /settings/security/app",
}  # fmt: skip
"""Answers that hold no records, or one's own business only: sign-in, descriptions, empty forms, preferences, one's notifications.
Whose calendars there are is told by the directory of colleagues, which everybody may read; a feed holds one's own (test_feeds).
What is planned next with a card is one of many that one may see (test_boards)."""
FOR_MANAGERS = {
    "GET /settings/users", "GET /settings/users/new", "GET /settings/users/{id_}", "GET /settings/teams", "GET /settings/roles",
    "GET /settings/roles/{name}", "GET /settings/roles/new", "GET /settings/roles/{name}/remove", "GET /settings/sharing",
    "GET /settings/sharing/new", "GET /settings/sharing/{name}", "GET /settings/sharing/{name}/reach", "GET /settings/history",
    "GET /settings/history/{id_}", "GET /settings/samples", "GET /settings/company", "GET /settings/currencies", "GET /o/{object_name}/layout",
    "GET /settings/pipelines", "GET /settings/pipelines/{name}", "GET /settings/audit", "GET /settings/audit/export",
    "GET /settings/users/{id_}/access", "GET /settings/users/{id_}/leave", "GET /settings/users/{id_}/takeover",
    "GET /settings/sign-in-providers", "GET /settings/provisioning", "GET /settings/sign-in-providers/new",
    "GET /settings/sign-in-providers/{name}", "GET /settings/users/{id_}/logins",
}  # fmt: skip
"""Settings of the workspace: for those with the global right only (tested below)."""
OWN_IMPORTS = {
    "GET /bulk/{id_}",
    "GET /bulk/{id_}/export",
    "GET /imports",
    "GET /imports/new",
    "GET /imports/{id_}",
    "GET /imports/{id_}/check",
    "GET /imports/{id_}/columns",
    "GET /imports/{id_}/file",
    "GET /imports/{id_}/values",
    "GET /imports/{id_}/errors.csv",
    "GET /api/v1/imports/{import_id}",
    "GET /api/v1/imports/{import_id}/errors.csv",
}
"""Everybody's own imports and chosen records; of others they are not there (tested below)."""
FOR_THE_DIRECTORY = {"GET /scim/v2/{folder}", "GET /scim/v2/{folder}/{id_}"}
"""Users and teams for a directory's own token: nobody else's opens them (tested below)."""
TESTED_HERE = {
    "GET /live",
    "GET /o/{object_name}/count",
    "GET /o/{object_name}/groups",
    "GET /o/{object_name}/board/totals",
    "GET /trash",
    "GET /",
    "GET /home/{object_name}/{view_name}",
    "GET /home/news",
    "GET /api/v1/changes/{change}",
    "GET /api/v1/audit_event",
    "GET /api/v1/audit_event/export",
}
"""Figures and pages that have a test of their own below."""
NEEDS_EDITING = {
    "GET /o/{object_name}/{id_}/edit", "GET /o/{object_name}/cell/{id_}/{field_name}", "GET /o/{object_name}/{id_}/compose/{other}",
    "GET /o/{object_name}/{id_}/actions/{name}", "GET /o/{object_name}/{id_}/set/{field_name}", "GET /o/{object_name}/{id_}/assign",
}  # fmt: skip
"""Forms about one record: never for a record that can't be seen (tested below), and not always for one that can."""


EXPLAINS = {"GET /o/{object_name}/{id_}/why", "GET /api/v1/{object_name}/{record}/why"}
"""Why somebody sees a record: for who manages users or roles, and of records that they see themselves (tested below)."""


def routes(estate: Estate) -> set[str]:
    """All routes of the application, as `METHOD /path`."""
    found = set()
    for route in estate.crm.app.routes:
        assert isinstance(route, HTTPRoute), f"{route.path} is no HTTP route: say here what it may show"
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        found |= {f"{method} {path}" for method in route.methods - {"OPTIONS", "HEAD"}}
    return found


def test_every_route_has_an_expectation(estate: Estate) -> None:
    managed = FOR_MANAGERS | FOR_THE_DIRECTORY
    known = SURFACES.keys() | NO_RECORDS | TESTED_HERE | NEEDS_EDITING | managed | OWN_IMPORTS | EXPLAINS
    reading = {route for route in routes(estate) if route.startswith("GET ") or route in known}
    assert reading - known == set(), "say here which records these routes may show"
    assert known - routes(estate) == set(), "these routes are gone"


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.name)
async def test_every_surface_shows_the_same_records(estate: Estate, actor: Actor) -> None:
    wrong = []
    caller = estate.callers[actor.name]
    for number, (route, expectations) in enumerate(SURFACES.items()):
        page = not route.split()[1].startswith("/api")
        if actor.name == "narrowed" and page:
            continue  # a token is for the API; its user's pages are the administrator's
        for expectation in expectations:
            for object_ in expectation.objects:
                asked = estate.part(number + ACTORS.index(actor)) if expectation.one_by_one else estate
                expected = asked.expected(actor, object_)
                if expectation.trash:
                    expected |= {str(rec.id) for rec in asked.of(object_, trashed=True) if actor.sees(rec)}
                if "employment" in expectation.needs and actor.name == "narrowed":
                    expected = set()
                seen = await expectation.surface(asked, caller, object_) & {str(rec.id) for rec in asked.records}
                if seen != expected and not (len(expected) > expectation.most == len(seen) and seen < expected):
                    names = {str(rec.id): f"{rec.name}, {rec.owner}, {rec.team}, trashed={rec.trashed}" for rec in estate.records}
                    wrong.append(
                        f"{route} ({expectation.surface.__name__}) {object_}: too many {[names[i] for i in seen - expected]}, missing {[names[i] for i in expected - seen]}"
                    )
    assert not wrong, "\n".join(wrong)


async def test_open_pages_hear_of_the_same_records(estate: Estate) -> None:
    """Everybody has the lists of all objects open, then every record is changed: what is told is what may be seen."""
    people = [actor for actor in ACTORS if actor.name != "narrowed"]
    address = "/live?" + "&".join(f"object={object_}" for object_ in OBJECTS)
    answers = {actor.name: asyncio.create_task(estate.callers[actor.name].pages.get(address)) for actor in people}
    hub = estate.crm.app.state.hub
    await until(lambda: len(hub.streams) == len(people) or any(answer.done() for answer in answers.values()))
    ended = {name: (await answer).status_code for name, answer in answers.items() if answer.done()}
    assert not ended, "these were refused or ended at once"
    for rec in estate.records:
        async with estate.crm.system() as scope:
            await Change(scope, trusted=True).write(rec.object, [Restore(rec.id)] if rec.trashed else [])
            await Change(scope).write(rec.object, [Update(rec.id, {NAMES[rec.object]: f"{rec.name} "[:-1] + "!"})])
            await Change(scope).write(rec.object, [Update(rec.id, {NAMES[rec.object]: rec.name})])
            await Change(scope, trusted=True).write(rec.object, [Delete(rec.id)] if rec.trashed else [])
        end = await estate.crm.feed_end()
    await until(lambda: all(stream.position >= end for stream in hub.streams))
    hub.close_all()
    for actor in people:
        text = (await answers[actor.name]).text
        told = set(re.findall(_ANY_ID, text))
        assert told == {str(rec.id) for rec in estate.records if actor.sees(rec)}, actor.name


@pytest.mark.parametrize("actor", [a for a in ACTORS if a.name != "narrowed"], ids=lambda actor: actor.name)
async def test_figures_and_the_trash(estate: Estate, actor: Actor) -> None:
    pages = estate.callers[actor.name].pages
    for object_ in actor.objects:
        assert (await pages.get(f"/o/{object_}/count", params={"view": "everything"})).text == str(
            len(estate.expected(actor, object_))
        ), object_
        keys = json.dumps(["", *(str(other.user) for other in estate.callers.values())])
        groups = await pages.get(f"/o/{object_}/groups", params={"view": "everything", "group": "owner", "keys": keys})
        assert sum(int(number) for number in re.findall(r'-n" hx-swap-oob="innerHTML">(\d+)<', groups.text)) == len(
            estate.expected(actor, object_)
        ), object_
    trash = (await pages.get("/trash")).text
    for rec in [rec for rec in estate.records if rec.trashed]:
        assert (rec.name in trash) == actor.deletes(rec), f"{rec} in the trash"
    totals = await pages.get("/o/opportunity/board/totals")
    if "opportunity" in actor.objects:
        assert f">{len(estate.expected(actor, 'opportunity'))}<" in re.sub(r"\s+", "", totals.text), totals.text
    else:
        assert totals.status_code == 404


@pytest.mark.parametrize("actor", [a for a in ACTORS if a.name != "narrowed"], ids=lambda actor: actor.name)
async def test_the_first_page_names_nothing_hidden(estate: Estate, actor: Actor) -> None:
    pages = estate.callers[actor.name].pages
    text = (await pages.get("/")).text
    for route in re.findall(r'"(/home/[\w-]+/[\w-]+)', text):
        text += (await pages.get(route)).text + (await pages.get(route, params={"whose": "all"})).text
    for rec in estate.records:
        if rec.trashed or not actor.sees(rec):
            assert rec.name not in text, rec


@pytest.mark.parametrize("actor", [a for a in ACTORS if a.name != "narrowed"], ids=lambda actor: actor.name)
async def test_forms_about_what_is_hidden_are_not_there(estate: Estate, actor: Actor) -> None:
    """OA-01: the same answer as for a record that does not exist."""
    pages = estate.callers[actor.name].pages
    unknown: dict[str, Response] = {}
    for rec in estate.part(ACTORS.index(actor)).records:
        if actor.sees(rec) and not rec.trashed:
            continue
        forms = (
            f"{rec.id}/edit",
            f"cell/{rec.id}/{NAMES[rec.object]}",
            f"{rec.id}/compose/note",
            f"{rec.id}/actions/convert",
            f"{rec.id}/set/owner",
            f"{rec.id}/assign",
        )
        for form in forms:
            path = f"/o/{rec.object}/{form.replace(str(rec.id), str(UUID(int=7)))}"
            if path not in unknown:
                unknown[path] = await pages.get(path)
            answers = [await pages.get(f"/o/{rec.object}/{form}"), unknown[path]]
            assert answers[0].status_code in (403, 404), f"{form}: {answers[0].status_code}"
            # the place in the feed is another one whenever others write
            told = [re.sub(r"live\?from=\d+", "live?", answer.text).replace(str(rec.id), str(UUID(int=7))) for answer in answers]
            assert answers[0].status_code == answers[1].status_code, f"{actor.name} {form} {rec}"
            assert told[0] == told[1], f"{actor.name} {form} {rec}"


async def test_settings_are_for_those_who_manage(estate: Estate) -> None:
    for actor in ACTORS:
        if actor.name in ("administrator", "narrowed"):
            continue
        pages = estate.callers[actor.name].pages
        for route in sorted(FOR_MANAGERS):
            path = route.removeprefix("GET ").replace("{id_}", str(estate.callers["administrator"].user)).replace("{name}", "owner")
            path = path.replace("{object_name}", "account")
            answer = await pages.get(path)
            assert answer.status_code in (303, 403, 404), f"{actor.name} {path}: {answer.status_code}"


async def test_nobody_is_a_directory(estate: Estate) -> None:
    for actor in ACTORS:
        caller = estate.callers[actor.name]
        for client in (caller.api, caller.pages):
            for path in ("Users", "Groups", "Schemas", f"Users/{caller.user}"):
                answer = await client.get(f"/scim/v2/{path}")
                assert answer.status_code == 401, f"{actor.name} {path}"
                assert str(caller.user) not in answer.text


async def test_the_audit_trail_is_for_those_with_the_right(estate: Estate) -> None:
    """What those read of it who have the right but not all records: interfaces/audit/test_trail.py."""
    for actor in ACTORS:
        for path in ("/audit_event", "/audit_event/export?format=csv"):
            answer = await estate.callers[actor.name].get(path)
            assert answer.status_code == (200 if actor.name == "administrator" else 403), f"{actor.name} {path}"


async def test_changes_and_imports_of_others_are_not_there(estate: Estate) -> None:
    """By the id of a change nobody learns of records that they don't see; by that of an import only its own user does."""
    admin = estate.callers["administrator"]
    unknown = UUID(int=9)
    for number, rec in enumerate(estate.records):
        [*_, made] = (await admin.get(f"/{rec.object}/{rec.id}/journal")).json()["data"]
        for actor in ACTORS[number % EVERY :: EVERY]:
            caller = estate.callers[actor.name]
            if actor.sees(rec):
                assert (await caller.get(f"/changes/{made['change']}")).json()["state"] == "applied", f"{actor.name} {rec}"
                continue
            answers = [await caller.get(f"/changes/{change}") for change in (made["change"], unknown)]
            assert answers[0].status_code == 404, f"{actor.name} {rec}"
            assert answers[0].text == answers[1].text
    for route in sorted(OWN_IMPORTS - {"GET /imports", "GET /imports/new"}):
        path = re.sub(r"\{\w+\}", str(unknown), route.removeprefix("GET "))
        caller = estate.callers["reader"]
        assert (await (caller.api if path.startswith("/api") else caller.pages).get(path)).status_code in (403, 404), path


async def test_rights_are_explained_to_who_manages_them(estate: Estate) -> None:
    """Nobody else learns of shares and rules, and a manager nothing of a record that they don't see."""
    admin, reader = estate.callers["administrator"], estate.callers["reader"]
    for rec in [rec for rec in estate.records if rec.object == "account"]:
        query = {"user": str(estate.callers["owner"].user)}
        page, path = f"/o/account/{rec.id}/why", f"/account/{rec.id}/why"
        for answer in (await reader.pages.get(page, params=query), await reader.get(path, **query)):
            assert answer.status_code == 403
        for answer in (await admin.pages.get(page, params=query), await admin.get(path, **query)):
            assert answer.status_code == (404 if rec.trashed else 200)
        if not rec.trashed:
            [read, *_] = (await admin.get(path, **query)).json()["data"]
            assert read["may"] == next(actor for actor in ACTORS if actor.name == "owner").sees(rec), rec
    assert (await estate.callers["narrowed"].get(f"/account/{estate.hub}/why", user=str(admin.user))).status_code == 403
