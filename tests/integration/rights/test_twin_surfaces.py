"""FL-00 on every surface: pages, files, trials, open streams, news and settings of two worlds that differ in what is hidden.

The pages are found in the application's table of routes, so that a new one is asked too. What may differ: `twin_answers.py`.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

import pytest
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import until
from tests.integration.rights.requests import Request
from tests.integration.rights.twin_answers import World, alike, differences
from tests.integration.rights.twins import TAGGED, id_of
from tests.integration.services.collaboration.test_collaboration import do_jobs, watch

from kundig.services.collaboration.comments import add_comment
from kundig.services.collaboration.following import follow
from kundig.services.transfer.imports import start_import
from kundig.services.transfer.order import read_order
from kundig.services.transfer.run import run_import

OBJECTS = ("account", "contact", "opportunity", "task", "meeting", "lead", "product", "note")
ALL = int(os.environ.get("KUNDIG_TEST_TIMES", "1")) > 1
"""Every route for every object: at night; else each for two of them, which are others for each route."""
CALENDAR = (
    {"span": "month", "day": "2026-11-15", "who": "all"},
    {"span": "agenda", "day": "2026-12-01", "who": "all"},
    {"span": "week", "day": "2026-09-14"},
)
ASKED: dict[str, tuple[dict[str, str], ...]] = {
    "/calendar": CALENDAR,
    "/o/{object_name}/calendar": (*CALENDAR, {"by": "created_at", "span": "agenda", "who": "all"}),
    "/o/{object_name}/groups": ({"group": "owner", "keys": '[""]'},),
    "/o/{object_name}/board/column": ({"stage": "proposal"}, {"stage": "won"}),
    "/palette": ({"q": "k"}, {"q": "Konto"}, {"recent": f"account/{id_of('account/1')},account/{id_of('account/foreign0')}"}),
    "/search": ({"q": "Konto"}, {"q": "kanarie"}),
    "/lookup/{object_name}": ({"words.q": "k"},),
    "/home/{object_name}/{view_name}": ({"whose": "all"}, {"whose": "mine"}),
    "/o/{object_name}/quick": ({"account": str(id_of("account/foreign0"))},),
    "/settings/sharing/{name}/reach": ({},),
}
"""What is said besides where an address alone asks for little."""
APART = {"/live", "/settings/security/app"}
"""A stream, which is heard below, and a page with a secret that is drawn anew each time."""
KEEPER = """
kind: role
name: keeper
label: {en: Keeper, de: Verwaltung}
rights: [manage_users, manage_roles, manage_configuration, read_audit, share_views, see_busy, view_as]
---
kind: sharing_rule
name: partners
label: {en: Partners, de: Partner}
object: account
where: {field: type, op: is, value: partner}
to: ['role:read_only']
---
kind: sharing_rule
name: retail
label: {en: Retail, de: Handel}
object: account
where: {field: industry, op: is, value: retail}
to: ['role:read_only']
"""
"""Somebody who administers and sees no more records for it: one rule over what they see, one over a field that is hidden from them."""


def records_of(worlds: tuple[World, World], object_: str) -> list[str]:
    """One of one's own, one of others that both worlds have, one that only one of them has, and one that none has."""
    ids = [str(id_) for id_ in worlds[1].twin.ids.get(object_, ())]
    return [*dict.fromkeys([*ids[:1], *ids[len(ids) // 2 :][:1], *ids[-1:]]), str(uuid5(UUID(int=0), object_))]


def pages(worlds: tuple[World, World]) -> Iterator[Request]:
    """Every page and every part of one that is read."""
    for number, route in enumerate(worlds[0].twin.crm.app.routes):
        if not isinstance(route, HTTPRoute) or "GET" not in route.methods or route.path in APART:
            continue
        pattern = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        objects = OBJECTS if ALL else [OBJECTS[(number * 3 + step) % len(OBJECTS)] for step in (0, 1)]
        for object_ in objects if "{object_name}" in pattern else ["account"]:
            for id_ in records_of(worlds, object_) if re.search(r"\{(id_|record)\}", pattern) else [""]:
                names = {
                    "object_name": object_, "record": id_, "id_": id_, "path": f"{object_}.account", "other": "note", "view_name": "all",
                    "field_name": "name", "name": "clerk", "what": "columns", "view": "all", "folder": "Users",
                }  # fmt: skip
                path = pattern.format(
                    **{name: names.get(name, str(id_of("account/0"))) for name in re.findall(r"\{(\w+)\}", pattern)}
                )
                for query in ASKED.get(pattern, ({},)):
                    asked = "&".join(f"{name}={value}" for name, value in query.items())
                    yield Request("GET", f"{path}?{asked}".rstrip("?"), page=not path.startswith("/api/v1"))


async def test_every_page_and_every_part_of_one(worlds: tuple[World, World]) -> None:
    requests = list(pages(worlds))
    found, good = await differences(worlds, requests)
    assert not found, f"{len(found)} differ:\n" + "\n\n".join(found[:12])
    assert good > len(requests) / 4, f"only {good} of {len(requests)} were answered at all"


async def test_who_sees_all_sees_that_they_differ(worlds: tuple[World, World]) -> None:
    """Otherwise nothing would be shown by what is alike."""
    first, second = [World(world.twin, await world.twin.crm.caller(world.twin.foreign)) for world in worlds]
    for path in (
        "/o/account",
        "/o/opportunity/board/totals",
        "/calendar?span=month&day=2026-12-01&who=all",
        "/trash",
        "/search?q=kanarie",
    ):
        found, _ = await differences((first, second), [Request("GET", path, page=True)])
        assert found, path


@pytest.fixture(scope="module")
async def keepers(worlds: tuple[World, World]) -> tuple[World, World]:
    """The same worlds, where somebody asks who administers users, roles, rules, objects and the audit trail."""
    made = []
    for world in worlds:
        crm = world.twin.crm
        await crm.configure(KEEPER)
        values = {"name": "Keeper", "email": "keeper@twins.example", "role": ["clerk", "keeper"], "language": "en"}
        keeper = await crm.add("user", values, id_of("user/keeper"))
        made.append(World(world.twin, await crm.caller(keeper)))
    return made[0], made[1]


async def test_settings_of_who_administers_without_seeing_more(keepers: tuple[World, World]) -> None:
    """How many records a role, a rule or a colleague's leaving concerns is told as far as they are seen."""
    made = pages(keepers)
    reasons, _ = await differences(keepers, [request for request in made if "/why" in request.path])
    requests = [request for request in made if "/settings/" in request.path or "audit" in request.path]
    other = str(id_of("user/other"))
    requests += [
        Request("GET", f"/settings/users/{other}{end}", page=True) for end in ("", "/leave", "/takeover", "/access", "/logins")
    ]
    requests += [
        Request("GET", f"/settings/sharing/{name}{end}", page=True) for name in ("partners", "retail") for end in ("", "/reach")
    ]
    requests += [Request("GET", f"/settings/roles/{name}", page=True) for name in ("clerk", "keeper", "read_only", "administrator")]
    found, good = await differences(keepers, requests)
    found += reasons
    assert not found, f"{len(found)} differ:\n" + "\n\n".join(found[:12])
    assert good > len(requests) / 3, f"only {good} of {len(requests)} were answered at all"


SHEETS: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
    # what a row is linked to by its name, seen or hidden, in one world or in both
    ("contact", "Name;Firma\nEins;Konto 03\nZwei;kanariealpha 0\nDrei;kanariebeta 6\nVier;Niemand\n", {"Name": "last_name", "Firma": "account"}, {}),
    ("opportunity", "Name;Firma;Phase\nEins;kanariebeta 1;won\n", {"Name": "name", "Firma": "account", "Phase": "stage"}, {}),
    # what is found to be updated, or not
    ("account", "Name;Mail\nNeu;kanariealpha0@secret.example\nAuch;kanariebeta5@secret.example\n", {"Name": "name", "Mail": "emails"}, {"mode": "upsert", "match": "emails"}),
    ("account", "Name;Mail\nNeu;kanariealpha1@secret.example\nAuch;niemand@secret.example\n", {"Name": "name", "Mail": "emails"}, {"mode": "update", "match": "emails"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("object_", "sheet", "mapping", "rest"), SHEETS, ids=[f"{sheet[0]}-{sheet[3].get('mode', 'create')}" for sheet in SHEETS]
)
async def test_trials_of_imports(worlds: tuple[World, World], object_: str, sheet: str, mapping: Any, rest: Any) -> None:
    """A name that is only hidden is as unknown as one that nobody has."""
    told = []
    for world in worlds:
        crm, user = world.twin.crm, world.actor.user
        order = read_order(object_=object_, mapping=mapping, dry_run=True, **rest)
        async with crm.scope(user) as scope:
            id_ = await start_import(scope, order, io.BytesIO(sheet.encode()), "file.csv", queued=False)
        await run_import(lambda crm=crm, user=user: crm.scope(user), id_)  # type: ignore[misc]
        state = await world.actor.get(f"/imports/{id_}")
        assert state.json()["state"] == "done", state.text
        assert state.json()["created"] + state.json()["failed"] + state.json()["skipped"] == sheet.count("\n") - 1
        told.append([world.told(state), world.told(await world.actor.pages.get(f"/imports/{id_}"))])
    assert told[0] == told[1]


async def test_files_of_chosen_records(worlds: tuple[World, World]) -> None:
    """Workbooks, and what a change of many would do, with records among the chosen that one world has only, hidden."""
    told: list[list[str]] = []
    for world in worlds:
        answers, pages_ = [], world.actor.pages
        for object_ in ("account", "contact", "opportunity"):
            book = await world.actor.get(f"/{object_}/export", format="xlsx")
            with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
                answers += [
                    alike(parts.read(name).decode()) for name in sorted(parts.namelist()) if "sheet" in name or "Strings" in name
                ]
            ids = [str(id_) for twin in (other.twin for other in worlds) for id_ in twin.ids[object_]]
            asked = await pages_.post(f"/o/{object_}/bulk/edit", data={"id": ids})
            found = re.search(r"/bulk/([0-9a-f-]{36})/", asked.text)
            assert found, asked.text
            form = {"_asked": "edit", "_field": "owner", "owner": str(id_of("user/other"))}
            answers += [world.told(asked), world.told(await pages_.post(f"/bulk/{found[1]}/preview", data=form))]
            answers.append(alike((await pages_.get(f"/bulk/{found[1]}/export", params={"format": "csv"})).text))
        told.append(answers)
    for one, other in zip(*told, strict=True):
        assert one == other
        assert not any(word in one for word in TAGGED.values())


async def test_open_pages_hear_the_same(worlds: tuple[World, World]) -> None:
    """Hidden records and fields change in each world as they like; then something that both see."""
    heard = []
    for world in worlds:
        twin = world.twin
        address = "/live?" + "&".join(f"object={name}" for name in OBJECTS) + f"&record=account/{id_of('account/1')}"
        answer, hub = asyncio.create_task(world.actor.pages.get(address)), twin.crm.app.state.hub
        await until(lambda hub=hub, answer=answer: bool(hub.streams) or answer.done())  # type: ignore[misc]
        for n in range(twin.pick(1, 4)):
            await twin.change(
                "account",
                id_of("account/1"),
                description=f"{twin.canary} {n}",
                annual_revenue={"amount": str(n + 5), "currency": "EUR"},
            )
            await twin.change("account", id_of("account/foreign0"), name=f"{twin.canary} new {n}")
            await twin.put(
                "task",
                f"heard{n}",
                mine=False,
                subject=twin.canary,
                related_to=[{"object": "account", "id": str(id_of("account/1"))}],
            )
            await twin.put("opportunity", f"heard{n}", mine=False, name=twin.canary, account=str(id_of("account/1")))
        await twin.trash("task", id_of("task/heard0"))
        await twin.change("account", id_of("account/1"), employees=77)
        end = await twin.crm.feed_end()
        await until(lambda hub=hub, end=end: all(stream.position >= end for stream in hub.streams))  # type: ignore[misc]
        hub.close_all()
        events = re.sub(r"(?m)^id: ?\d+$", "id: <position>", (await answer).text)
        heard.append(world.told(await answer).splitlines()[0] + "\n" + events)
    assert str(id_of("account/1")) in heard[0]
    assert heard[0] == heard[1]
    assert not any(word in heard[0] for word in TAGGED.values())


async def test_news_are_the_same(worlds: tuple[World, World]) -> None:
    """Of what is followed: hidden fields change, strangers are mentioned elsewhere; then something that both see."""
    told = []
    for world in worlds:
        twin, account = world.twin, id_of("account/2")
        async with twin.crm.scope(world.actor.user) as scope:
            await follow(scope, "account", account)
        await watch(twin.crm)
        for n in range(twin.pick(1, 3)):
            await twin.change("account", account, description=f"{twin.canary} {n}", tags=[f"{n}"])
            async with twin.crm.scope(twin.foreign) as scope:
                await add_comment(scope, "account", id_of("account/foreign0"), f"@Clerk {twin.canary} {n}")
        await watch(twin.crm)
        await twin.change("account", account, employees=78)
        async with twin.crm.scope(twin.foreign) as scope:
            await add_comment(scope, "account", account, "@Clerk look here")
        await do_jobs(twin.crm, {"collaboration.commented"})
        await watch(twin.crm)
        answers = [
            await world.actor.pages.get(path) for path in ("/notifications", "/home/news", "/", f"/o/account/{account}/comments")
        ]
        told.append([world.told(answer) for answer in answers])
    assert "look here" in told[0][3]
    for one, other in zip(*told, strict=True):
        assert one == other
        assert not any(word in one for word in TAGGED.values())


async def test_calendars_of_other_programs(worlds: tuple[World, World]) -> None:
    told = []
    for world in worlds:
        page = await world.actor.pages.post("/settings/calendar")
        found = re.search(r'value="http://[^/]+(/calendar/feed/[\w-]+\.ics)"', page.text)
        assert found, page.text
        text = (await world.actor.pages.get(found[1])).text
        told.append(re.sub(r"DTSTAMP:\w+|LAST-MODIFIED:\w+|CREATED:\w+", "<instant>", text))
    assert "Aufgabe" in told[0]
    assert told[0] == told[1]
