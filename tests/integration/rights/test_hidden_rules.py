"""Rules of the modules and of the write door tell nothing of what a role hides: the same answer, whatever is in there."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.errors import Invalid
from kundig.engine.records.writing import Change, Delete, Update

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
kind: role
name: mover
label: {en: Mover, de: Umzug}
objects:
  account: {read: own, create: true, edit: own}
  contact: {read: all, create: true, edit: all, fields: {job_title: hidden}}
  employment: {read: own, create: true, edit: own, delete: own}
  user: {read: all}
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


async def moved(place: Place, mover: Caller, contact: UUID, **values: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The position that a contact has left after it was moved, and the positions that who moved it sees."""
    new = await place.crm.add("account", {"name": "Neu", "owner": str(mover.user)})
    assert (await patched(mover, "contact", contact, account=str(new), **values)).status_code == 200
    where = json.dumps({"field": "contact", "op": "is", "value": str(contact)})
    seen, all_ = [(await caller.get("/employment", where=where)).json()["data"] for caller in (mover, place.admin)]
    [left] = [position for position in all_ if not position["is_active"]]
    return left, seen


async def test_who_moves_a_contact_reads_nothing_hidden_in_its_positions(place: Place) -> None:
    """The position that ends is the contact's owner's, and one that begins takes no hidden field either."""
    mover, peer = await place.one("mover"), await place.one("mover")
    old = str(await place.crm.add("account", {"name": "Alt", "owner": str(mover.user)}))
    known = {"last_name": "Ott", "job_title": "Geheim", "department": "Einkauf", "account": old}
    own = await place.crm.add("contact", known | {"owner": str(mover.user)})
    left, seen = await moved(place, mover, own)
    assert (left["role"], left["department"], left["owner"]["id"]) == (None, "Einkauf", str(mover.user))
    assert {position["id"] for position in seen} > {left["id"]}
    left, seen = await moved(place, mover, await place.crm.add("contact", known | {"owner": str(peer.user)}))
    assert left["owner"]["id"] == str(peer.user)
    assert left["id"] not in {position["id"] for position in seen}


async def test_who_moves_a_contact_does_not_see_that_it_had_an_account(place: Place) -> None:
    mover = await place.one("mover")
    old = await place.crm.add("account", {"name": "Verborgen"})
    contact = await place.crm.add("contact", {"last_name": "Ott", "account": str(old), "owner": str(mover.user)})
    left, seen = await moved(place, mover, contact)
    assert (left["account"]["id"], left["owner"], left["team"]) == (str(old), None, None)
    assert [position["is_active"] for position in seen] == [True]


@pytest.mark.parametrize("gone", ["account", "team"])
async def test_a_contact_moves_away_though_its_account_or_team_is_gone(place: Place, gone: str) -> None:
    old, new = [await place.crm.add("account", {"name": name}) for name in ("Alt", "Neu")]
    team = await place.crm.add("team", {"name": f"Team {uuid4()}"})
    contact = await place.crm.add("contact", {"last_name": "Ott", "account": str(old), "team": str(team)})
    async with place.crm.system() as scope:
        await Change(scope).write(gone, [Delete({"account": old, "team": team}[gone])])
    answer = await patched(place.admin, "contact", contact, account=str(new))
    assert answer.status_code == 200, answer.text
