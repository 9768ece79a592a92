"""Rules and formulas of the modules, as the write door applies them."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.integration.modules.conftest import Crm

from kundig.base.errors import Invalid
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Update, write


def euro(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


@pytest.mark.parametrize(
    ("person", "line"),
    [
        ({"salutation": "ms", "academic_title": "Dr.", "last_name": "Müller"}, "Sehr geehrte Frau Dr. Müller"),
        ({"salutation": "mr", "first_name": "Jan", "last_name": "Weiß", "preferred_language": "de"}, "Sehr geehrter Herr Weiß"),
        ({"salutation": "ms", "academic_title": "Prof. Dr.", "last_name": "Ott"}, "Sehr geehrte Frau Professorin Ott"),
        ({"salutation": "mr", "academic_title": "Dr. med. Dr.", "last_name": "Ott"}, "Sehr geehrter Herr Dr. Ott"),
        ({"salutation": "mr", "academic_title": "Dipl.-Ing.", "last_name": "Ott"}, "Sehr geehrter Herr Ott"),
        ({"salutation": "mr", "academic_title": "Mag.", "last_name": "Huber"}, "Sehr geehrter Herr Mag. Huber"),
        ({"salutation": "mx", "first_name": "Kim", "last_name": "Ott"}, "Guten Tag Kim Ott"),
        ({"academic_title": "Dr.", "first_name": "Kim", "last_name": "Ott"}, "Guten Tag Dr. Kim Ott"),
        ({"salutation": "ms", "first_name": "Kim"}, "Guten Tag Kim"),
        ({"salutation": "mr", "last_name": "Smith", "preferred_language": "en"}, "Dear Mr Smith"),
        ({"salutation": "ms", "academic_title": "Dr", "last_name": "Smith", "preferred_language": "en"}, "Dear Dr Smith"),
        ({"academic_title": "Prof. Dr.", "last_name": "Smith", "preferred_language": "fr"}, "Dear Professor Smith"),
        ({"first_name": "Kim", "last_name": "Smith", "preferred_language": "en"}, "Dear Kim Smith"),
        ({"first_name": "Kim", "preferred_language": "en"}, "Dear Kim"),
    ],
)
async def test_the_salutation_of_a_letter(crm: Crm, person: dict[str, Any], line: str) -> None:
    assert (await crm.make("contact", **person))["letter_salutation"] == line


async def test_a_salutation_by_hand_wins_until_it_is_emptied(crm: Crm) -> None:
    contact = await crm.make("contact", last_name="Ott", salutation="mr", letter_salutation="Lieber Jan")
    assert contact["letter_salutation"] == "Lieber Jan"
    assert (await crm.edit("contact", contact, letter_salutation=None))["letter_salutation"] == "Sehr geehrter Herr Ott"


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "net"),
    [
        ("2.5", euro("100.00"), "10", euro("225.00")),
        ("1", euro("0.05"), "50", euro("0.03")),
        ("3", euro("33.33"), None, euro("99.99")),
        ("1.5", euro("99", "JPY"), None, euro("149", "JPY")),
    ],
)
async def test_net_is_rounded_half_up_to_the_currency(
    crm: Crm, quantity: str, price: dict[str, str], discount: str | None, net: dict[str, str]
) -> None:
    deal = await crm.make("opportunity", name="x")
    line = await crm.make(
        "opportunity_line", opportunity=deal["id"], name="x", quantity=quantity, unit_price=price, discount=discount
    )
    assert line["net"] == net


async def test_expected_revenue(crm: Crm) -> None:
    deal = await crm.make("opportunity", name="x", amount=euro("33.33"), probability="12.5")
    assert deal["expected_revenue"] == euro("4.17")
    assert (await crm.make("opportunity", name="x"))["expected_revenue"] is None


async def test_a_line_takes_what_is_missing_from_its_product(crm: Crm) -> None:
    deal = await crm.make("opportunity", name="x")
    product = await crm.make("product", name="Sensor", price=euro("50.00"), tax_rate="19")
    line = await crm.make("opportunity_line", opportunity=deal["id"], product=product["id"], quantity="2")
    assert (line["name"], line["unit_price"], line["net"], line["label"]) == ("Sensor", euro("50.00"), euro("100.00"), "Sensor")
    own = await crm.make("opportunity_line", opportunity=deal["id"], product=product["id"], unit_price=euro("40.00"))
    assert (own["unit_price"], own["name"]) == (euro("40.00"), "Sensor")


async def test_a_move_leaves_a_position_behind(crm: Crm) -> None:
    old, new = await crm.make("account", name="Alt"), await crm.make("account", name="Neu")
    contact = await crm.make("contact", last_name="Ott", account=old["id"], job_title="Einkauf")
    assert await crm.count("employment") == 0
    await crm.edit("contact", contact, account=new["id"])
    page = await list_records(crm.scope, ListQuery("employment", order="is_active"))
    ended, current = json.loads(page.data)
    assert (ended["account"]["id"], ended["is_active"], ended["is_primary"], ended["role"]) == (old["id"], False, False, "Einkauf")
    assert ended["ended_on"] is not None
    assert (current["account"]["id"], current["is_active"], current["is_primary"]) == (new["id"], True, True)
    assert current["started_on"] == ended["ended_on"]
    await crm.edit("contact", contact, account=None)
    assert await crm.count("employment") == 2


async def test_a_ticket_is_stamped_on_its_way(crm: Crm) -> None:
    ticket = await crm.make("ticket", subject="x")
    assert (ticket["first_response_at"], ticket["resolved_at"], ticket["reopened_count"]) == (None, None, 0)
    ticket = await crm.edit("ticket", ticket, status="open")
    assert ticket["first_response_at"] is None
    ticket = await crm.edit("ticket", ticket, status="waiting_customer")
    assert ticket["first_response_at"] is not None
    solved = await crm.edit("ticket", ticket, status="resolved")
    assert solved["resolved_at"] is not None
    assert (await crm.edit("ticket", ticket, status="closed"))["resolved_at"] == solved["resolved_at"]
    again = await crm.edit("ticket", ticket, status="open")
    assert (again["resolved_at"], again["reopened_count"]) == (None, 1)


async def test_an_undo_brings_stamps_back_and_counts_nothing(crm: Crm) -> None:
    ticket = await crm.make("ticket", subject="x", status="resolved")
    written = await write(crm.scope, "ticket", [Update(UUID(ticket["id"]), {"status": "open"})])
    assert written.change is not None
    await undo(crm.scope, written.change)
    after = await crm.read("ticket", ticket["id"])
    assert (after["status"], after["resolved_at"], after["reopened_count"]) == ("resolved", ticket["resolved_at"], 0)


@pytest.mark.parametrize("reopened", ["negotiation", "needs_analysis"])
async def test_undoing_a_reopening_brings_back_when_the_deal_was_closed(crm: Crm, reopened: str) -> None:
    deal = await crm.make("opportunity", name="Pump", amount=euro("100"), stage="won", probability=80)
    won = datetime(2026, 12, 20, 9, 30, 15, 123456, tzinfo=UTC)
    await crm.scope.connection.execute(
        "update {ws}.opportunity set stage__closed_at = %(at)s where id = %(id)s", {"at": won, "id": deal["id"]}
    )
    deal = await crm.read("opportunity", deal["id"])
    written = await write(crm.scope, "opportunity", [Update(UUID(deal["id"]), {"stage": reopened})])
    assert written.change is not None
    assert (await crm.read("opportunity", deal["id"]))["closed_at"] is None
    undone = await undo(crm.scope, written.change)
    after = await crm.read("opportunity", deal["id"])
    assert [after[name] for name in ("stage", "status", "closed_at", "probability")] == [
        deal[name] for name in ("stage", "status", "closed_at", "probability")
    ]
    again = await undo(crm.scope, undone.change)
    after = await crm.read("opportunity", deal["id"])
    assert (after["stage"], after["status"], after["closed_at"]) == (reopened, "open", None)
    await undo(crm.scope, again.change)
    assert (await crm.read("opportunity", deal["id"]))["closed_at"] == deal["closed_at"]


async def test_undoing_a_move_keeps_a_probability_by_hand_that_is_the_next_stages_own(crm: Crm) -> None:
    deal = await crm.make("opportunity", name="Pump", stage="qualification", probability=25)
    written = await write(crm.scope, "opportunity", [Update(UUID(deal["id"]), {"stage": "needs_analysis"})])
    assert written.change is not None
    await undo(crm.scope, written.change)
    after = await crm.read("opportunity", deal["id"])
    assert (after["stage"], after["probability"]) == ("qualification", deal["probability"])


async def test_nobody_says_themselves_when_a_deal_was_closed(crm: Crm) -> None:
    deal = await crm.make("opportunity", name="Pump", stage="won")
    with pytest.raises(Invalid) as refused:
        await crm.edit("opportunity", deal, closed_at="2026-12-20T09:30:15Z")
    assert [(error.field, error.code) for error in refused.value.errors] == [("closed_at", "read_only")]


async def test_a_task_done_was_completed(crm: Crm) -> None:
    task = await crm.make("task", subject="x")
    assert (task["status"], task["priority"], task["completed_at"]) == ("open", "normal", None)
    assert (await crm.edit("task", task, status="done"))["completed_at"] is not None
    assert (await crm.edit("task", task, status="open"))["completed_at"] is None


async def test_a_meeting_does_not_end_before_it_begins(crm: Crm) -> None:
    with pytest.raises(Invalid) as refused:
        await crm.make("meeting", subject="x", starts_at="2026-11-23T10:00:00Z", ends_at="2026-11-23T09:00:00Z")
    assert refused.value.errors[0].field == "ends_at"


async def test_a_lead_that_moves_on_was_answered(crm: Crm) -> None:
    lead = await crm.make("lead", last_name="Ott")
    assert lead["first_response_at"] is None
    answered = await crm.edit("lead", lead, status="contacted")
    assert answered["first_response_at"] is not None
    assert (await crm.edit("lead", lead, status="qualified"))["first_response_at"] == answered["first_response_at"]


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"first_name": "Anna", "last_name": "Ott"}, "Anna Ott"),
        ({"company_name": "Ott GmbH"}, "Ott GmbH"),
        ({"emails": ["x@ott.example"]}, "x@ott.example"),
    ],
)
async def test_a_lead_is_called_by_the_first_thing_known(crm: Crm, values: dict[str, Any], label: str) -> None:
    assert (await crm.make("lead", **values))["label"] == label


async def test_a_guest_is_reached_at_an_address(crm: Crm) -> None:
    meeting = await crm.make("meeting", subject="x", starts_at="2026-03-04T10:00:00Z", ends_at="2026-03-04T11:00:00Z")
    guest = await crm.make("attendee", meeting=meeting["id"], email="Guest@Example.COM")
    assert guest["email"] == "guest@example.com"
    with pytest.raises(Invalid) as refused:
        await crm.make("attendee", meeting=meeting["id"], email="nobody")
    assert [error.field for error in refused.value.errors] == ["email"]


async def test_a_meeting_is_in_a_time_zone_that_there_is(crm: Crm) -> None:
    assert (await crm.make("meeting", subject="x", time_zone="Europe/Berlin"))["time_zone"] == "Europe/Berlin"
    with pytest.raises(Invalid) as refused:
        await crm.make("meeting", subject="x", time_zone="Europe/Entenhausen")
    assert [error.code for error in refused.value.errors] == ["unknown_time_zone"]
