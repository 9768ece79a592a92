"""FL-00: what is hidden can't be inferred. Two worlds that differ only in what a restricted user may not see answer that user alike.

Allowed exceptions: `not_unique` (a unique value that a hidden record holds can't be taken), gaps in running numbers, and `circle`
(an account can't be put under one that stands below it, even where the steps between are hidden).
Only ids that the worlds make themselves (changes), points in time, cursors and signed tokens are made alike before comparing.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm
from tests.integration.rights.requests import Maker, Request, asked_of_figures, kind_of
from tests.integration.rights.twins import TAGGED, Twin, furnish

ALLOWED = {"not_unique", "circle"}
TIMES = int(os.environ.get("KUNDIG_TEST_TIMES", "1"))
"""How many times as many requests as in every run: for the night."""
READS, WRITES, SEED = 500 * TIMES, 120 * TIMES, int(os.environ.get("KUNDIG_TEST_SEED", "20261123"))
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
"""Ids made while running are UUIDv7; those of the records that both worlds have are UUIDv5."""
_MADE_ALIKE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "<instant>"),
    (re.compile(r'type="datetime-local" value="[^"]+"'), 'type="datetime-local" value="<instant>"'),
    # for how long a stage has lasted: the worlds live side by side, not at once
    (re.compile(r'"seconds" : \d+(\.\d+)?'), '"seconds" : <span>'),
    (re.compile(r'"next_cursor":"[^"]+"'), '"next_cursor":"<cursor>"'),
    (re.compile(r"cursor=[\w.%~-]+"), "cursor=<cursor>"),
    # where the feed is: transactions of the whole server are counted, a kind of time
    (re.compile(r"/live\?from=\d+"), "/live?from=<position>"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "<csrf>"),
    (re.compile(r"\b\d{1,2}:\d\d(:\d\d)?( ?[AP]M)?\b"), "<time>"),
    (re.compile(r"(>)(now|just now|\d+ (sec|min)\. ago|\d+ (seconds?|minutes?) ago)(<)"), r"\1<ago>\5"),
    (re.compile(r"T-\d{6}"), "<number>"),
    (re.compile(r"ws_test_\w+|test_\w+_\d+"), "<workspace>"),
)


@dataclass
class World:
    twin: Twin
    actor: Caller

    async def send(self, request: Request) -> httpx.Response:
        client = self.actor.pages if request.page else self.actor.api
        if request.form:
            return await client.request(request.method, request.path, data=request.body)
        return await client.request(request.method, request.path, json=request.body)

    def told(self, answer: httpx.Response) -> str:
        """All that an answer says, with what must differ made alike."""
        names = (
            "etag",
            "content-type",
            "location",
            "allow",
            "hx-location",
            "x-kundig-message",
            "content-disposition",
            "retry-after",
        )
        text = "\n".join(
            [str(answer.status_code), *(f"{n}: {answer.headers[n]}" for n in names if n in answer.headers), answer.text]
        )
        made: dict[str, str] = {}
        text = _UUID.sub(lambda match: made.setdefault(match[0], f"<id {len(made)}>"), text)
        for pattern, shown in _MADE_ALIKE:
            text = pattern.sub(shown, text)
        return text


@pytest.fixture(scope="module")
async def worlds(new_crm: Callable[[], Awaitable[Crm]]) -> tuple[World, World]:
    twins = [await furnish(await new_crm(), name) for name in TAGGED]
    first, second = [World(twin, await twin.crm.caller(twin.actor)) for twin in twins]
    return first, second


@pytest.fixture(scope="module")
async def maker(worlds: tuple[World, World]) -> Maker:
    """Made from all that there is in either world."""
    ids = {name: list(dict.fromkeys([*worlds[0].twin.ids[name], *worlds[1].twin.ids[name]])) for name in worlds[0].twin.ids}
    admin = await worlds[0].twin.crm.caller(worlds[0].twin.foreign)
    objects = (await admin.get("/meta/objects")).json()["data"]
    return Maker(objects, ids, SEED)


async def differences(worlds: tuple[World, World], requests: list[Request]) -> tuple[list[str], int]:
    """What answers differ or hold a hidden word, and how many answers were more than a refusal."""
    found, good = [], 0
    for request in requests:
        answers = [await world.send(request) for world in worlds]
        assert all(answer.status_code < 500 for answer in answers), f"{request}: {answers[0].text[:500]} {answers[1].text[:500]}"
        good += answers[0].status_code < 300
        told = [world.told(answer) for world, answer in zip(worlds, answers, strict=True)]
        if len(found) < 60 and told[0] != told[1] and not _excepted(answers):
            found.append(f"{request}\n{_first_difference(*told)}")
        for text in told:
            # a word that was asked for may be repeated in the answer
            held = [word for word in TAGGED.values() if word in text and word not in f"{request}"]
            found += [f"{request}\nholds {word}: …{text[max(0, text.index(word) - 200) : text.index(word) + 60]}…" for word in held]
    return found, good


def _excepted(answers: list[httpx.Response]) -> bool:
    for answer in answers:
        if answer.headers["content-type"].startswith("application/problem"):
            codes = {error.get("code") for error in answer.json().get("errors", ())}
            if codes and codes <= ALLOWED:
                return True
    return False


def _first_difference(one: str, other: str) -> str:
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, at - 250)
    return f"  A …{one[start : at + 150]!r}\n  B …{other[start : at + 150]!r}"


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
    requests = [request for object_, path, kind in asked for request in asked_of_figures(object_, path, kind)]
    found, good = await differences(worlds, requests)
    assert not found, f"{len(found)} differ:\n" + "\n\n".join(found[:12])
    assert good == len(requests)


async def test_writing(worlds: tuple[World, World], maker: Maker) -> None:
    """Last in this file: what is written is written in both worlds."""
    found, _ = await differences(worlds, list(maker.writes(WRITES)))
    found += (await differences(worlds, list(maker.reads(60))))[0]
    assert not found, f"{len(found)} differ:\n" + "\n\n".join(found[:12])
