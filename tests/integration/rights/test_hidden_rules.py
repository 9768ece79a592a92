"""Rules of the modules and of the write door tell nothing of what a role hides: the same answer, whatever is in there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

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
