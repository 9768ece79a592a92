"""Rules of the modules and of the write door tell nothing of what a role hides: the same answer, whatever is in there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.errors import Invalid
from kundig.engine.records.writing import Change, Update

ROLES = """
kind: role
name: hunter
label: {en: Hunter, de: Jagd}
objects:
  lead: {read: own, create: true, edit: own}
  account: {read: all, create: true, edit: own}
  contact: {read: all, create: true, edit: own, fields: {emails: hidden}}
---
kind: role
name: namer
label: {en: Namer, de: Namen}
objects:
  lead: {read: own, create: true, edit: own}
  account: {read: all, create: true, edit: own, fields: {domains: hidden}}
  contact: {read: all, create: true, edit: own}
---
kind: role
name: caller
label: {en: Caller, de: Anruf}
objects:
  lead: {read: own, create: true, edit: own}
  account: {read: own, create: true, edit: own, fields: {domains: read}}
  contact: {read: own, create: true, edit: own}
---
kind: role
name: planner
label: {en: Planner, de: Planung}
objects:
  meeting: {read: own, create: true, edit: own, fields: {ends_at: hidden}}
---
kind: role
name: starter
label: {en: Starter, de: Anfang}
objects:
  meeting: {read: own, create: true, edit: own, fields: {starts_at: hidden}}
---
kind: role
name: inviter
label: {en: Inviter, de: Einladung}
objects:
  contact: {read: own}
  meeting: {read: own, create: true, edit: own}
  attendee: {read: own, create: true, edit: own, delete: own}
---
kind: role
name: seller
label: {en: Seller, de: Verkauf}
objects:
  opportunity: {read: own, create: true, edit: own, fields: {lost_reason: hidden}}
  contact: {read: own}
---
kind: role
name: keeper
label: {en: Keeper, de: Lager}
objects:
  product: {read: own, create: true, edit: own, delete: own, fields: {sku: hidden}}
  gadget: {read: own, create: true, edit: own, fields: {colour: hidden}}
---
kind: pipeline
name: sales
object: opportunity
field: stage
label: {en: Sales, de: Vertrieb}
stages:
  - {key: proposal, label: {en: Proposal, de: Angebot}, required: [primary_contact]}
---
kind: field
object: opportunity
name: reached
type: link
label: {en: Reached, de: Erreicht}
options: {target: contact}
---
kind: layout
object: opportunity
name: default
sections:
  - label: {en: Deal, de: Chance}
    fields: [name, competitor, {field: reached, required: {field: competitor, op: not_empty}}]
---
kind: object
name: gadget
label: {en: Gadget, de: Gerät}
label_plural: {en: Gadgets, de: Geräte}
title: "{name}"
any_required: [[colour, size]]
fields:
  - {name: name, type: text, label: {en: Name, de: Name}}
  - {name: colour, type: text, label: {en: Colour, de: Farbe}}
  - {name: size, type: text, label: {en: Size, de: Größe}}
"""


@dataclass
class Place:
    crm: Crm
    admin: Caller

    async def one(self, role: str) -> Caller:
        """Somebody new with a role."""
        return await self.crm.caller(await self.crm.user(role))


@pytest.fixture(scope="module")
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure(ROLES)
    return Place(crm, await crm.caller(await crm.user("administrator")))


async def posted(caller: Caller, object_: str, **values: Any) -> dict[str, Any]:
    answer = await caller.api.post(f"/api/v1/{object_}", json=values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def patched(caller: Caller, object_: str, id_: UUID | str, **values: Any) -> httpx.Response:
    return await caller.api.patch(f"/api/v1/{object_}/{id_}", json=values)


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


async def converted(caller: Caller, address: str) -> httpx.Response:
    lead = await posted(caller, "lead", last_name="Ott", company_name=f"Firma {uuid4()}", emails=[address])
    return await caller.api.post(f"/api/v1/lead/{lead['id']}/actions/convert", json={})


async def test_converting_a_lead_finds_no_contact_by_a_hidden_address(place: Place) -> None:
    """The address can't be given to the new contact either: that is said, whether somebody has it or not."""
    known, unknown = [f"{uuid4()}@gmail.com" for _ in range(2)]
    contact = await place.crm.add("contact", {"last_name": "Weiß", "emails": [known]})
    hunter = await place.one("hunter")
    hit, miss = await converted(hunter, known), await converted(hunter, unknown)
    assert faults(hit) == faults(miss) == [("emails", "unknown_field")]
    assert (await converted(place.admin, known)).json()["contact"]["id"] == str(contact)


async def test_converting_a_lead_finds_no_account_by_a_hidden_domain(place: Place) -> None:
    known, unknown = [f"{uuid4()}.example" for _ in range(2)]
    account = await place.crm.add("account", {"name": "Da", "domains": [known]})
    namer = await place.one("namer")
    for domain in (known, unknown):
        answer = await converted(namer, f"a@{domain}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["account"]["label"].startswith("Firma ")
        made = (await place.admin.get(f"/account/{answer.json()['account']['id']}")).json()
        assert made["domains"] == []
    assert (await converted(place.admin, f"a@{known}")).json()["account"]["id"] == str(account)


async def test_converting_a_lead_does_not_tell_whose_domain_is_taken_where_it_may_not_be_given(place: Place) -> None:
    known, unknown = [f"{uuid4()}.example" for _ in range(2)]
    await place.crm.add("account", {"name": "Verborgen", "domains": [known]})
    caller = await place.one("caller")
    assert [(await converted(caller, f"a@{domain}")).status_code for domain in (known, unknown)] == [200, 200]


TEN, ELEVEN, NOON, LATER = (f"2027-03-01T{hour}:00:00Z" for hour in (10, 11, 12, 13))


async def test_no_search_for_a_hidden_end_by_beginnings(place: Place) -> None:
    planner = await place.one("planner")
    meeting = await place.crm.add("meeting", {"subject": "x", "starts_at": TEN, "ends_at": ELEVEN, "owner": str(planner.user)})
    for time in (TEN, NOON):
        assert (await patched(planner, "meeting", meeting, starts_at=time)).status_code == 200
    assert faults(await patched(place.admin, "meeting", meeting, starts_at=LATER)) == [("ends_at", "bad_value")]


@pytest.mark.parametrize("starts_at", [TEN, None])
async def test_a_rule_tells_of_no_hidden_beginning(place: Place, starts_at: str | None) -> None:
    starter = await place.one("starter")
    meeting = await place.crm.add("meeting", {"subject": "x", "starts_at": starts_at, "owner": str(starter.user)})
    refused = await patched(starter, "meeting", meeting, recurrence="FREQ=WEEKLY;COUNT=2")
    assert faults(refused) == [("recurrence", "required")]


@pytest.mark.parametrize("reason", ["price", None])
async def test_a_stage_asks_for_nothing_hidden(place: Place, reason: str | None) -> None:
    """Neither when it is entered, nor when an undo goes back to it."""
    seller = await place.one("seller")
    deal = await place.crm.add("opportunity", {"name": "x", "lost_reason": reason, "owner": str(seller.user)})
    assert (await patched(seller, "opportunity", deal, stage="lost")).status_code == 200
    back = await patched(seller, "opportunity", deal, stage="negotiation")
    undone = await seller.api.post(f"/api/v1/changes/{back.headers['Kundig-Change']}/undo")
    assert (back.status_code, undone.status_code) == (200, 200), undone.text
    if reason is None:
        other = await place.crm.add("opportunity", {"name": "x"})
        assert faults(await patched(place.admin, "opportunity", other, stage="lost")) == [("lost_reason", "required")]


async def test_a_link_to_an_unseen_record_fills_no_requirement_of_a_stage(place: Place) -> None:
    seller = await place.one("seller")
    contact = await place.crm.add("contact", {"last_name": "Verborgen"})
    deals = [
        await place.crm.add("opportunity", {"name": "x", "primary_contact": linked, "owner": str(seller.user)})
        for linked in (str(contact), None)
    ]
    for deal in deals:
        assert faults(await patched(seller, "opportunity", deal, stage="proposal")) == [("primary_contact", "required")]
    assert (await patched(place.admin, "opportunity", deals[0], stage="proposal")).status_code == 200


async def test_a_link_to_an_unseen_record_fills_nothing_that_a_layout_requires(place: Place) -> None:
    seller = await place.one("seller")
    contact = await place.crm.add("contact", {"last_name": "Verborgen"})
    for linked in (str(contact), None):
        values = {"name": "x", "reached": linked, "owner": str(seller.user)}
        deal = await place.crm.add("opportunity", values)
        async with place.crm.scope(seller.user) as scope:
            with pytest.raises(Invalid) as refused:
                await Change(scope, form_of="opportunity").write("opportunity", [Update(deal, {"competitor": "y"})])
        assert [(error.field, error.code) for error in refused.value.errors] == [("reached", "required")]


async def test_a_link_to_an_unseen_record_counts_for_no_group(place: Place) -> None:
    inviter = await place.one("inviter")
    contact = await place.crm.add("contact", {"last_name": "Verborgen"})
    meeting = str(await place.crm.add("meeting", {"subject": "x", "owner": str(inviter.user)}))
    guests = [
        await place.crm.add("attendee", {"meeting": meeting, "contact": linked, "email": "a@b.example"})
        for linked in (str(contact), None)
    ]
    told = [faults(await patched(inviter, "attendee", guest, email=None)) for guest in guests]
    assert told[0] == told[1] == [(name, "required") for name in ("contact", "user", "email")]
    assert (await patched(place.admin, "attendee", guests[0], email=None)).status_code == 200


@pytest.mark.parametrize("colour", ["blue", None])
async def test_a_group_does_not_judge_what_is_hidden(place: Place, colour: str | None) -> None:
    keeper = await place.one("keeper")
    gadget = await place.crm.add("gadget", {"name": "x", "colour": colour, "size": "XL", "owner": str(keeper.user)})
    assert (await patched(keeper, "gadget", gadget, size=None)).status_code == 200
    refused = await keeper.api.post("/api/v1/gadget", json={"name": "x"})
    assert faults(refused) == [("size", "required")]


async def test_a_value_that_is_taken_meanwhile_is_not_named_where_it_is_hidden(place: Place) -> None:
    keeper, sku = await place.one("keeper"), uuid4().hex
    product = await place.crm.add("product", {"name": "x", "sku": sku, "owner": str(keeper.user)})
    gone = await keeper.api.delete(f"/api/v1/product/{product}")
    await place.crm.add("product", {"name": "y", "sku": sku})
    undo = f"/api/v1/changes/{gone.headers['Kundig-Change']}/undo"
    refused = await keeper.api.post(undo)
    assert faults(refused) == [("id", "not_unique")]
    assert sku not in refused.text
    assert faults(await place.admin.api.post(undo)) == [("sku", "not_unique")]
