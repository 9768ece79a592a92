"""What a device may keep, and taking in what was written without a network: once, under the rights of now, refused by field."""

from __future__ import annotations

import json
import re
from uuid import UUID, uuid4

import httpx
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.records.reading import ListQuery, list_records
from kundig.interfaces.web.assets import contents


async def send(caller: Caller, **values: str) -> httpx.Response:
    form = {key.replace("__", "."): value for key, value in values.items()}
    return await caller.pages.post("/offline/changes", data=form, headers={"HX-Request": "true"})


async def count(crm: Crm, object_: str, field: str, value: str) -> int:
    async with crm.system() as scope:
        where = {"field": field, "op": "is", "value": value}
        return len((await list_records(scope, ListQuery(object_, where, ("id",)))).records())


async def test_what_was_written_goes_in_once(crm: Crm, seller: Caller) -> None:
    key = str(uuid4())
    sent = {"_object": "task", "_key": key, "subject": "Unterwegs notiert"}
    first, again = await send(seller, **sent), await send(seller, **sent)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert await count(crm, "task", "subject", "Unterwegs notiert") == 1
    assert (await send(seller, **{**sent, "subject": "Etwas anderes"})).status_code == 422  # the key is another's


async def test_a_refusal_says_why_and_is_not_held_against_the_next_try(crm: Crm, seller: Caller) -> None:
    key = str(uuid4())
    wrong = await send(seller, _object="contact", _key=key, last_name="Falsch", emails="no address")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0].startswith("E-mail: ")
    assert (await send(seller, _object="contact", _key=key, last_name="Falsch", emails="a@example.com")).status_code == 200
    assert await count(crm, "contact", "last_name", "Falsch") == 1


async def test_a_change_of_an_older_version_is_told(crm: Crm, admin: Caller) -> None:
    account = await crm.create("account", name="Alt")
    kept = (await admin.pages.get(f"/offline/record/account/{account}")).json()
    await crm.update("account", account, name="Neu")
    sent = {"_object": "account", "_id": str(account), "_version": str(kept["version"]), "employees": "12"}
    assert (await send(admin, _key=str(uuid4()), **sent)).status_code == 409
    fresh = (await admin.pages.get(f"/offline/record/account/{account}")).json()
    assert (await send(admin, _key=str(uuid4()), **{**sent, "_version": str(fresh["version"])})).status_code == 200


async def test_only_what_may_be_seen_and_done(crm: Crm, admin: Caller, seller: Caller) -> None:
    foreign = await crm.create("account", name="Fremd", owner=str(admin.user))
    assert (await seller.pages.get(f"/offline/record/account/{foreign}")).status_code == 404
    refused = await send(seller, _object="account", _id=str(foreign), _key=str(uuid4()), name="Gekapert")
    assert refused.status_code == 404
    assert await count(crm, "account", "name", "Gekapert") == 0
    forms = {form["object"]: form for form in (await seller.pages.get("/offline/kit")).json()["forms"]}
    assert {"note", "task", "call", "contact"} <= forms.keys()
    assert "product" not in forms
    assert 'hx-get="/lookup' not in "".join(form["html"] for form in forms.values())  # nothing that asks the server
    assert forms["call"]["about"] == "related_to"


async def test_without_a_session_nothing_is_told(crm: Crm, admin: Caller) -> None:
    async with httpx.AsyncClient(transport=admin.pages._transport, base_url="http://kundig.test") as stranger:
        for path in ("/offline/kit", f"/offline/record/account/{UUID(int=7)}"):
            assert (await stranger.get(path)).status_code == 303
        for language in ("de", "en"):
            assert f'<html lang="{language}"' in (await stranger.get(f"/offline?language={language}")).text
        page = await stranger.get("/offline?language=xx")
        assert page.status_code == 200
        assert "k-side" not in page.text
        assert (await stranger.post("/offline/changes", data={"_key": "x", "_object": "task", "subject": "x"})).status_code == 303


async def test_it_can_be_installed(admin: Caller) -> None:
    manifest = (await admin.pages.get("/manifest.webmanifest")).json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        answer = await admin.pages.get(icon["src"])
        assert answer.headers["content-type"] == "image/png"
        assert answer.content[16:24] == int(icon["sizes"].split("x")[0]).to_bytes(4, "big") * 2  # width and height in the PNG
    files = json.loads((await admin.pages.get("/offline/files")).text)["files"]
    assert {file.removeprefix("/static/") for file in files} <= contents().keys()
    home = (await admin.pages.get("/")).text
    found = re.search(r'data-worker="([^"]+)"', home)
    assert found
    script = await admin.pages.get(found[1])
    assert script.headers["content-type"].startswith("text/javascript")
    assert "worker-src 'self'" in script.headers["content-security-policy"]
