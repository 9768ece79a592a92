"""The history of the configuration: what may be taken back is offered, taken back once, and told as what it is."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.integration.rights.crm import Caller, Crm

from kundig.engine.configuration.documents import Document

HISTORY = "/settings/history"
HERE = {"HX-Request": "true", "HX-Current-URL": f"http://kundig.test{HISTORY}"}


async def applied(crm: Crm, name: str, en: str) -> str:
    body = {"name": name, "label": {"en": en, "de": en}, "objects": {"account": {"read": "all"}}}
    return str((await crm.apply(Document("role", name, body))).id)


async def lines(caller: Caller) -> list[tuple[str, str]]:
    """What each says, and where its button leads."""
    text = html.unescape((await caller.pages.get(HISTORY)).text)
    parts = re.findall(r'<li class="is-tall">(.*?)</li>', text, re.DOTALL)
    titles = [re.findall(r'<b class="font-medium block">(.*?)</b>', part)[0] for part in parts]
    return [(title, "".join(re.findall(r'hx-post="([^"]+)"', part))) for title, part in zip(titles, parts, strict=True)]


async def take_back(caller: Caller, plan: str) -> Any:
    return await caller.pages.post(f"{HISTORY}/{plan}/undo", headers=HERE)


async def test_what_nothing_builds_on_is_taken_back_and_said_to_be(crm: Crm, admin: Caller, seller: Caller) -> None:
    first, second = await applied(crm, "guest", "Guest"), await applied(crm, "guest", "Visitor")
    other = await applied(crm, "clerk", "Clerk")
    offered = [address for _, address in await lines(admin)]
    assert offered[:3] == [f"{HISTORY}/{other}/undo", f"{HISTORY}/{second}/undo", ""]
    assert (await take_back(seller, second)).status_code == 403
    assert (await take_back(admin, first)).status_code == 409, "a later change builds on it"
    answer = await take_back(admin, second)
    assert answer.status_code == 200
    assert "Taken back." in answer.headers["HX-Trigger"]
    async with crm.system() as scope:
        assert scope.model.roles["guest"].label["en"] == "Guest"
    latest, *rest = await lines(admin)
    assert latest[0] == "Taken back: role guest"
    assert latest[1], "what was taken back can be brought again"
    assert [address for _, address in rest[:3]] == [f"{HISTORY}/{other}/undo", "", ""]
    assert (await take_back(admin, latest[1].split("/")[-2])).status_code == 200
    assert (await lines(admin))[0][0] == "Taken back: Taken back: role guest"
    async with crm.system() as scope:
        assert scope.model.roles["guest"].label["en"] == "Visitor"
