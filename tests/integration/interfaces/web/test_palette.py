"""What the palette offers: records, deeds, places, creations, by words, by a pasted number, and by the page it is opened on."""

from __future__ import annotations

import html
import re
from uuid import UUID, uuid4

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.records.reading import ListQuery, list_records, read_record


async def ask(caller: Caller, words: str = "", *, here: str = "/", recent: str = "") -> str:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://kundig.test{here}", "Accept-Language": "en"}
    answer = await caller.pages.get("/palette", params={"q": words, "recent": recent}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def ids(text: str) -> list[str]:
    return re.findall(r'id="hit-([^"]+)"', text)


def address_of(text: str, hit: str) -> str:
    found = re.search(rf'id="hit-{hit}" hx-(?:get|post)="([^"]+)"', text)
    assert found, text
    return html.unescape(found[1])


async def test_a_pasted_number_finds_its_owner_and_logs_the_call(crm: Crm, admin: Caller) -> None:
    owner = await crm.create("contact", first_name="Annegret", last_name="Zahlmann", phones=[{"value": "0711 4420 815"}])
    text = await ask(admin, "+49 711 4420815")
    assert ids(text)[0] == str(owner)
    form = await admin.pages.get(address_of(text, "write-call"))
    assert form.status_code == 200
    assert 'value="+49 711 4420815"' in form.text
    assert "Annegret Zahlmann" in form.text
    sent = {
        "subject": "Rückruf",
        "phone": "+49 711 4420815",
        "related_to!": "",
        "related_to": str(owner),
        "related_to.object": "contact",
    }
    assert (await admin.pages.post("/o/call/quick", data=sent)).status_code == 303
    async with crm.system() as scope:
        where = {"field": "subject", "op": "is", "value": "Rückruf"}
        [call] = (await list_records(scope, ListQuery("call", where, ("phone", "related_to")))).records()
    assert call["phone"] == "+49 711 4420815"
    assert [link["id"] for link in call["related_to"]] == [str(owner)]


@pytest.mark.parametrize(("point", "field"), [("0221 998 877 66", "phones"), ("nobody@unknown.example", "emails")])
async def test_an_unknown_point_offers_a_contact_with_it(admin: Caller, point: str, field: str) -> None:
    text = await ask(admin, point)
    assert ids(text)[0] == "new-contact"  # people first
    form = await admin.pages.get(address_of(text, "new-contact"))
    assert re.search(rf'name="{field}"[^>]*value="{re.escape(point)}"', form.text)


async def test_a_name_that_is_not_there_can_be_created_with_its_words(admin: Caller) -> None:
    text = await ask(admin, "Ludovika Maria Quarnheim")
    assert ids(text)[0] == "new-contact"
    form = (await admin.pages.get(address_of(text, "new-contact"))).text
    assert re.search(r'name="first_name"[^>]*value="Ludovika Maria"', form)
    assert re.search(r'name="last_name"[^>]*value="Quarnheim"', form)


async def test_on_a_record_its_deeds_come_first(crm: Crm, admin: Caller) -> None:
    deal = await crm.create("opportunity", name="Anlage Süd", account=await crm.create("account", name="Südwerk"))
    here = f"/o/opportunity/{deal}?x=1"
    assert {"write-note", "write-task", "write-call", "edit"} <= set(ids(await ask(admin, here=here)))
    for words, first in (("won", "stage-won"), ("assign", "assign"), ("trash", "delete"), ("follow", "follow")):
        assert ids(await ask(admin, words, here=here))[0] == first
    answer = await admin.pages.post(address_of(await ask(admin, "won", here=here), "stage-won"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    async with crm.system() as scope:
        assert '"status":"won"' in (await read_record(scope, "opportunity", deal, ["status"])).text.replace(" ", "")


async def test_views_settings_and_creations_are_found(admin: Caller) -> None:
    assert "view-opportunity-overdue" in ids(await ask(admin, "past close"))
    assert "set-settings-users" in ids(await ask(admin, "users"))
    assert "new-contact" in ids(await ask(admin, "create contact"))


async def test_a_role_is_offered_only_what_it_includes(crm: Crm, admin: Caller, seller: Caller) -> None:
    own = await crm.create("account", name="Eigene", owner=str(seller.user))
    assert "set-settings-users" not in ids(await ask(seller, "users"))
    await crm.configure(
        """
kind: role
name: looker
label: {en: Looker, de: Looker}
objects: {account: {read: all}}
"""
    )
    looker = await crm.caller(await crm.user("looker"))
    here = f"/o/account/{own}"
    assert not {"delete", "share", "assign", "edit", "write-note"} & set(
        ids(await ask(looker, here=here) + await ask(looker, "e", here=here))
    )
    assert "delete" in ids(await ask(admin, "move", here=here))


async def test_what_was_seen_last_is_named_as_far_as_it_can_be_seen(crm: Crm, admin: Caller, seller: Caller) -> None:
    mine = await crm.create("account", name="Meine Firma", owner=str(seller.user))
    other = await crm.create("account", name="Fremde Firma", owner=str(admin.user))
    recent = f"account/{other},account/{mine},account/{uuid4()},nothing/{mine},account/x"
    assert {str(mine), str(other)} <= set(ids(await ask(admin, recent=recent)))
    text = await ask(seller, recent=recent)
    assert str(mine) in ids(text)
    assert "Fremde" not in text


async def _contacts(crm: Crm, last_name: str) -> list[dict[str, object]]:
    async with crm.system() as scope:
        where = {"field": "last_name", "op": "is", "value": last_name}
        return (await list_records(scope, ListQuery("contact", where, ("label", "account")))).records()


async def _accounts(crm: Crm, name: str) -> int:
    async with crm.system() as scope:
        return len(
            (await list_records(scope, ListQuery("account", {"field": "name", "op": "is", "value": name}, ("id",)))).records()
        )


async def test_a_contact_is_made_with_its_company_and_taken_back_with_it(crm: Crm, admin: Caller) -> None:
    found = (await admin.pages.get("/lookup/account", params={"account.label": "Neuwerk GmbH", "makes": "1"})).text
    assert 'data-lookup-hit=""' in found
    sent = {"last_name": "Neumann", "account": "", "account.label": "Neuwerk GmbH", "account.new": "1", "then": "open"}
    answer = await admin.pages.post("/o/contact/quick", data=sent, headers={"HX-Request": "true"})
    [contact] = await _contacts(crm, "Neumann")
    assert contact["account"]["label"] == "Neuwerk GmbH"  # type: ignore[index] # a link
    assert f"/o/contact/{contact['id']}" in answer.headers["hx-location"]
    undo = re.search(r"/changes/[0-9a-f-]+/undo", answer.headers["hx-trigger"])
    assert undo
    assert (await admin.pages.post(undo[0])).status_code == 303
    assert await _contacts(crm, "Neumann") == []
    assert await _accounts(crm, "Neuwerk GmbH") == 0


async def test_what_is_refused_makes_no_company_either(crm: Crm, admin: Caller) -> None:
    sent = {"last_name": "Irrtum", "emails": "no address", "account": "", "account.label": "Halbwerk", "account.new": "1"}
    answer = await admin.pages.post("/o/contact/quick", data=sent)
    assert answer.status_code == 422
    assert re.search(r'name="account.new" value="1"', answer.text)
    assert 'value="Halbwerk"' in answer.text
    assert await _accounts(crm, "Halbwerk") == 0


async def test_who_may_not_create_companies_makes_none_with_a_contact(crm: Crm) -> None:
    await crm.configure(
        """
kind: role
name: people_only
label: {en: People, de: Personen}
objects: {contact: {read: all, create: true, edit: all}, account: {read: all}}
"""
    )
    caller = await crm.caller(await crm.user("people_only"))
    found = (await caller.pages.get("/lookup/account", params={"account.label": "Ohnewerk", "makes": "1"})).text
    assert "data-lookup-hit" not in found
    sent = {"last_name": "Ohnemann", "account": "", "account.label": "Ohnewerk", "account.new": "1"}
    await caller.pages.post("/o/contact/quick", data=sent)
    assert await _accounts(crm, "Ohnewerk") == 0


async def test_one_field_is_set_in_a_dialog(crm: Crm, admin: Caller, seller: Caller) -> None:
    account = await crm.create("account", name="Zuzuweisen")
    address = f"/o/account/{account}/set/owner"
    assert "Zuzuweisen" in (await admin.pages.get(address)).text
    answer = await admin.pages.post(address, data={"owner": str(seller.user), "name": "not this one"})
    assert answer.status_code == 303
    async with crm.system() as scope:
        text = (await read_record(scope, "account", account, ["owner", "name"])).text
    assert str(seller.user) in text
    assert "Zuzuweisen" in text
    assert (await admin.pages.post(address, data={"owner": str(uuid4())})).status_code == 422
    assert (await admin.pages.get(f"/o/account/{account}/set/created_at")).status_code == 404
    assert (await seller.pages.get(f"/o/account/{UUID(int=7)}/set/owner")).status_code == 404
