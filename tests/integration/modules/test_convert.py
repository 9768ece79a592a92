"""Converting leads: what is made, what is reused, what is refused, and that it can be taken back."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.modules.conftest import Crm

from kundig.base.errors import Conflict, Invalid, Missing
from kundig.base.uuid7 import uuid7
from kundig.engine.records.undo import undo
from kundig.modules.sales.actions import Convert
from kundig.modules.sales.convert import convert


async def lead(crm: Crm, **values: Any) -> dict[str, Any]:
    usual = {"first_name": "Anna", "last_name": "Weiß", "company_name": "Weiß GmbH", "emails": ["anna@weiss.example"]}
    return await crm.make("lead", **(usual | values))


async def converted(crm: Crm, record: dict[str, Any], **body: Any) -> dict[str, Any]:
    return await convert(crm.scope, UUID(record["id"]), Convert(**body))


async def test_account_and_contact_are_made(crm: Crm) -> None:
    made = await converted(crm, await lead(crm, phones=["+4940669690"], job_title="Einkauf"))
    assert made["opportunity"] is None
    account, contact = await crm.read("account", made["account"]["id"]), await crm.read("contact", made["contact"]["id"])
    assert (account["name"], account["domains"], account["type"]) == ("Weiß GmbH", ["weiss.example"], "prospect")
    assert (contact["label"], contact["job_title"], contact["account"]["id"]) == ("Anna Weiß", "Einkauf", account["id"])


async def test_the_lead_says_what_became_of_it_and_is_converted_once(crm: Crm) -> None:
    record = await lead(crm)
    made = await converted(crm, record, opportunity=True)
    after = await crm.read("lead", record["id"])
    assert (after["status"], after["status_category"]) == ("converted", "won")
    assert after["converted_at"] is not None
    assert after["first_response_at"] is not None
    assert after["converted_opportunity"]["id"] == made["opportunity"]["id"]
    with pytest.raises(Conflict):
        await converted(crm, record)


async def test_the_status_converted_can_not_be_set_by_hand(crm: Crm) -> None:
    with pytest.raises(Invalid) as refused:
        await crm.edit("lead", await lead(crm), status="converted")
    assert refused.value.errors[0].code == "use_convert"


async def test_an_account_is_found_by_domain_before_name(crm: Crm) -> None:
    by_domain = await crm.make("account", name="Anders", domains=["weiss.example"])
    await crm.make("account", name="Weiß GmbH")
    assert (await converted(crm, await lead(crm)))["account"]["id"] == by_domain["id"]


async def test_an_account_is_found_by_folded_name(crm: Crm) -> None:
    known = await crm.make("account", name="WEISS GmbH")
    assert (await converted(crm, await lead(crm)))["account"]["id"] == known["id"]


async def test_a_known_contact_is_only_completed(crm: Crm) -> None:
    known = await crm.make("contact", last_name="Alt", emails=["x@weiss.example", "anna@weiss.example"])
    made = await converted(crm, await lead(crm, job_title="Einkauf"))
    after = await crm.read("contact", made["contact"]["id"])
    assert (after["id"], after["last_name"], after["job_title"]) == (known["id"], "Alt", "Einkauf")
    assert len(after["emails"]) == 2


async def test_a_private_customer_has_no_account(crm: Crm) -> None:
    made = await converted(crm, await lead(crm, company_name=None, emails=["anna.weiss@gmail.com"]), opportunity=True)
    assert made["account"] is None
    deal = await crm.read("opportunity", made["opportunity"]["id"])
    assert (deal["account"], deal["primary_contact"]["id"]) == (None, made["contact"]["id"])


async def test_a_known_contact_brings_its_account(crm: Crm) -> None:
    account = await crm.make("account", name="Schon da")
    await crm.make("contact", last_name="Weiß", emails=["anna.weiss@gmail.com"], account=account["id"])
    made = await converted(crm, await lead(crm, company_name=None, emails=["anna.weiss@gmail.com"]))
    assert made["account"]["id"] == account["id"]


async def test_a_company_without_a_person_has_no_contact(crm: Crm) -> None:
    made = await converted(crm, await lead(crm, first_name=None, last_name=None, emails=["info@weiss.example"]))
    assert made["contact"] is None
    account = await crm.read("account", made["account"]["id"])
    assert account["emails"][0]["value"] == "info@weiss.example"


async def test_chosen_records_are_used(crm: Crm) -> None:
    account, contact = await crm.make("account", name="Wahl"), await crm.make("contact", last_name="Wahl")
    made = await converted(crm, await lead(crm), account=account["id"], contact=contact["id"])
    assert (made["account"]["id"], made["contact"]["id"]) == (account["id"], contact["id"])


@pytest.mark.parametrize("part", ["account", "contact"])
async def test_a_chosen_record_must_be_there(crm: Crm, part: str) -> None:
    with pytest.raises(Invalid) as refused:
        await converted(crm, await lead(crm), **{part: str(uuid7())})
    assert refused.value.errors[0].field == part


async def test_errors_of_the_opportunity_name_its_fields(crm: Crm) -> None:
    with pytest.raises(Invalid) as refused:
        await converted(crm, await lead(crm), opportunity={"stage": "nowhere", "nmae": "x"})
    assert {error.field for error in refused.value.errors} == {"opportunity.stage", "opportunity.nmae"}


async def test_given_values_come_before_the_leads(crm: Crm) -> None:
    record = await lead(crm, budget={"amount": "10.00", "currency": "EUR"}, need="Server")
    made = await converted(crm, record, opportunity={"name": "Anders", "stage": "proposal"})
    deal = await crm.read("opportunity", made["opportunity"]["id"])
    assert (deal["name"], deal["stage"], deal["amount"]["amount"]) == ("Anders", "proposal", "10.00")


async def test_activities_move_and_come_back(crm: Crm) -> None:
    record, other = await lead(crm), await crm.make("account", name="Andere")
    links = [{"object": "account", "id": other["id"]}, {"object": "lead", "id": record["id"]}]
    note = await crm.make("note", body="<p>x</p>", related_to=links)
    made = await converted(crm, record)
    after = await crm.read("note", note["id"])
    assert [link["id"] for link in after["related_to"]] == [other["id"], made["contact"]["id"]]
    await undo(crm.scope, UUID(made["change"]))
    back = await crm.read("note", note["id"])
    assert [link["id"] for link in back["related_to"]] == [other["id"], record["id"]]
    assert (await crm.read("lead", record["id"]))["status"] == "new"
    with pytest.raises(Missing):
        await crm.read("account", made["account"]["id"])


async def test_there_is_no_such_lead(crm: Crm) -> None:
    with pytest.raises(Missing):
        await convert(crm.scope, uuid7(), Convert())
