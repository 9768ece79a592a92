"""FL-00: what is hidden can't be inferred. Two worlds that differ only in what a restricted user may not see answer that user alike.

What may differ: `twin_answers.py`.
"""

from __future__ import annotations

import json
import os

import pytest
from tests.integration.rights.requests import Maker, Request, asked_of_figures, kind_of
from tests.integration.rights.twin_answers import World, differences

TIMES = int(os.environ.get("KUNDIG_TEST_TIMES", "1"))
"""How many times as many requests as in every run: for the night."""
READS, WRITES, SEED = 300 * TIMES, 120 * TIMES, int(os.environ.get("KUNDIG_TEST_SEED", "20261123"))


@pytest.fixture(scope="module")
async def maker(worlds: tuple[World, World]) -> Maker:
    """Made from all that there is in either world."""
    ids = {name: list(dict.fromkeys([*worlds[0].twin.ids[name], *worlds[1].twin.ids[name]])) for name in worlds[0].twin.ids}
    admin = await worlds[0].twin.crm.caller(worlds[0].twin.foreign)
    objects = (await admin.get("/meta/objects")).json()["data"]
    return Maker(objects, ids, SEED)


async def test_the_actor_sees_something(worlds: tuple[World, World]) -> None:
    """Otherwise all that follows would hold for a user who sees nothing."""
    for object_, least in {
        "account": 12,
        "contact": 12,
        "opportunity": 10,
        "lead": 10,
        "task": 8,
        "meeting": 9,
        "product": 4,
    }.items():
        for world in worlds:
            page = (await world.actor.get(f"/{object_}", count="exact")).json()
            assert page["count"] == least, (object_, page["count"])


async def test_reading(worlds: tuple[World, World], maker: Maker) -> None:
    found, good = await differences(worlds, list(maker.reads(READS)))
    assert not found, f"{len(found)} differ:\n" + "\n\n".join(found[:12])
    assert good > READS / 4, f"only {good} of {READS} requests were answered at all"


async def test_every_record_of_both_worlds(worlds: tuple[World, World], maker: Maker) -> None:
    """Every id, also of records that only one world has, in a way that a record can be asked for; at night in every way."""
    requests = []
    for object_, ids in maker.ids.items():
        for number, id_ in enumerate(ids):
            ways = [Request("GET", f"/api/v1/{object_}/{id_}{end}") for end in ("", "/journal", "/timeline")]
            requests += ways if TIMES > 1 else [ways[number % 3]]
            if number in (0, 1, 2, len(ids) - 1):
                requests += [
                    Request("GET", f"/o/{object_}/{id_}{end}", page=True) for end in ("", "/journal", "/timeline", "/edit")
                ]
    found, _ = await differences(worlds, requests)
    assert not found, f"{len(found)} differ:\n" + "\n\n".join(found[:12])


async def test_every_field_as_filter_order_and_group(worlds: tuple[World, World], maker: Maker) -> None:
    """FL-01, FL-02, FL-03: no path to a hidden field, whichever way."""
    requests = []
    for object_, described in maker.objects.items():
        for number, field in enumerate(described["fields"]):
            name = field["name"]
            ways = [
                Request("GET", f"/api/v1/{object_}?where={json.dumps({'field': name, 'op': 'not_empty'})}&count=exact"),
                Request("GET", f"/api/v1/{object_}?order={name}&limit=5"),
                Request("GET", f"/api/v1/{object_}/aggregate?group={name}"),
            ]
            requests += ways if TIMES > 1 else [ways[number % 3]]  # every way for every field: at night
    found, _ = await differences(worlds, requests)
    assert not found, f"{len(found)} differ:\n" + "\n\n".join(found[:12])


async def test_figures_over_what_is_seen_in_part(worlds: tuple[World, World]) -> None:
    """Filters, orders and figures compare what is shown, which hidden children, lines and activities have no part in."""
    described = (await worlds[0].actor.get("/meta/objects")).json()["data"]
    figures = {o["name"]: [field for field in o["fields"] if field["type"] == "rollup"] for o in described}
    assert {field["name"] for field in figures["account"]} >= {"open_opportunities", "last_activity_at", "next_activity_at"}
    asked = [(name, field["name"], kind_of(field)) for name, found in figures.items() for field in found]
    asked += [("contact", f"account.{field['name']}", kind_of(field)) for field in figures["account"]]
    ways = [list(asked_of_figures(*figure)) for figure in asked]
    requests = [
        way for number, found in enumerate(ways) for way in (found if TIMES > 1 else found[number % 3 :: 3])
    ]  # all: at night
    differing, good = await differences(worlds, requests)
    assert not differing, f"{len(differing)} differ:\n" + "\n\n".join(differing[:12])
    assert good == len(requests)


async def test_writing(worlds: tuple[World, World], maker: Maker) -> None:
    """Last in this file: what is written is written in both worlds."""
    found, _ = await differences(worlds, list(maker.writes(WRITES)))
    found += (await differences(worlds, list(maker.reads(60))))[0]
    assert not found, f"{len(found)} differ:\n" + "\n\n".join(found[:12])
