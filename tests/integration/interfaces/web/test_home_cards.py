"""The cards of the first page: by role, arranged by everybody, about oneself or all; as many statements whatever they hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.rights.crm import Caller, Crm

MEANT = {"task.due", "meeting.today", "ticket.waiting", "ticket.unassigned", "opportunity.no_step", "account.my_quiet"}


async def cards(caller: Caller) -> list[str]:
    text = (await caller.pages.get("/")).text
    return [part.replace("/", ".") for part in re.findall(r'hx-get="/home/([\w]+(?:/\w+)?)[?"]', text) if part != "arrange"]


async def test_a_role_begins_with_what_is_meant_for_it(crm: Crm, admin: Caller, seller: Caller) -> None:
    agent = await crm.caller(await crm.user("service_agent"))
    assert MEANT | {"news"} == set(await cards(admin))
    assert "opportunity.no_step" in await cards(seller)
    assert "ticket.waiting" not in await cards(seller)
    assert {"ticket.waiting", "task.due"} <= set(await cards(agent))
    assert not {"opportunity.no_step", "ticket.unassigned"} & set(await cards(agent))
    assert {"ticket.waiting", "ticket.unassigned"} <= set(await cards(await crm.caller(await crm.user("service_lead"))))


async def test_everybody_arranges_their_own(crm: Crm, seller: Caller) -> None:
    before = await cards(seller)
    other = await crm.caller(await crm.user("sales_representative"))
    wanted = ["contact.mine", "news", "task.due"]
    assert (await seller.pages.post("/home/arrange", data={"card": [*wanted, "no.such", "news"]})).status_code == 303
    assert await cards(seller) == wanted
    assert await cards(other) == before
    form = (await seller.pages.get("/home/arrange")).text
    assert re.findall(r'name="card" value="([^"]+)" checked', form) == wanted
    await seller.pages.post("/home/arrange", data={})
    assert await cards(seller) == []
    await seller.pages.post("/home/arrange", data={"card": wanted, "reset": "1"})
    assert await cards(seller) == before


async def test_lists_are_about_oneself_until_one_asks_for_all(crm: Crm, admin: Caller, seller: Caller) -> None:
    late = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    await crm.create("task", subject="Angebot nachfassen", due_at=late, owner=str(seller.user))
    await crm.create(
        "task", subject="Später einmal", due_at=(datetime.now(UTC) + timedelta(days=3)).isoformat(), owner=str(seller.user)
    )
    text = (await seller.pages.get("/home/task/due")).text
    assert "Angebot nachfassen" in text
    assert "Overdue" in text
    assert "Später" not in text
    assert "Nothing is due" in (await admin.pages.get("/home/task/due")).text
    await admin.pages.post("/home/whose", data={"whose": "all"})
    assert "/home/task/due?whose=all" in (await admin.pages.get("/")).text
    assert "Angebot nachfassen" in (await admin.pages.get("/home/task/due", params={"whose": "all"})).text
    await admin.pages.post("/home/whose", data={"whose": "me"})
    assert "whose=all" not in (await admin.pages.get("/")).text


async def test_what_is_missing_is_asked_for_at_the_row(crm: Crm, seller: Caller) -> None:
    account = await crm.create("account", name="Ohneschritt AG", owner=str(seller.user))
    deal = await crm.create("opportunity", name="Ohne Schritt", account=account, owner=str(seller.user))
    text = (await seller.pages.get("/home/opportunity/no_step")).text
    assert f"/o/opportunity/{deal}/set/next_step" in text
    await seller.pages.post(f"/o/opportunity/{deal}/set/next_step", data={"next_step": "Anrufen"})
    assert "Ohne Schritt" not in (await seller.pages.get("/home/opportunity/no_step")).text


async def test_who_has_gone_silent_is_asked_by_what_the_reader_sees(crm: Crm, admin: Caller, seller: Caller) -> None:
    assert "account.my_quiet" in await cards(seller)
    account = await crm.create("account", name="Stille Wasser KG", owner=str(seller.user))
    related = [{"object": "account", "id": str(account)}]
    for owner, days in ((seller, 60), (admin, 2)):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        await crm.create("call", subject="x", started_at=at, owner=str(owner.user), related_to=related)
    assert "Stille Wasser" in (await seller.pages.get("/home/account/my_quiet")).text
    everybody = (await admin.pages.get("/home/account/my_quiet", params={"whose": "all"})).text
    assert "Stille Wasser" not in everybody, "the administrator sees the call of two days ago"


async def test_news_are_of_what_may_still_be_seen(crm: Crm, admin: Caller, seller: Caller) -> None:
    seen = await crm.create("account", name="Gefolgte Firma", owner=str(seller.user))
    async with crm.system() as scope:
        told = """insert into {ws}.notification (id, recipient, kind, object, record, actor)
            values (gen_random_uuid(), %(user)s, 'changed', 'account', %(record)s, %(actor)s)"""
        await scope.connection.execute(told, {"user": seller.user, "record": seen, "actor": admin.user})
    assert "Gefolgte Firma" in (await seller.pages.get("/home/news")).text
    await crm.update("account", seen, owner=str(admin.user))
    assert "Gefolgte Firma" not in (await seller.pages.get("/home/news")).text


@pytest.mark.parametrize("object_", ["vessel"])
async def test_an_object_of_ones_own_has_a_card_too(crm: Crm, admin: Caller, object_: str) -> None:
    await crm.configure(
        f"""
kind: object
name: {object_}
label: {{en: Vessel, de: Schiff}}
label_plural: {{en: Vessels, de: Schiffe}}
navigation: 70
fields:
- {{name: name, type: text, label: {{en: Name, de: Name}}, required: true, main: true}}
---
kind: view
object: {object_}
name: docked
label: {{en: In dock, de: Im Dock}}
home: {{position: 60, empty: {{en: All at sea., de: Alle auf See.}}}}
"""
    )
    assert f"{object_}.docked" in await cards(admin)
    assert "All at sea." in (await admin.pages.get(f"/home/{object_}/docked")).text
