"""The company's settings: kept as configuration, in force for everybody, refused with what was typed, and not for everyone to change."""

from __future__ import annotations

import html
import re

from tests.integration.rights.crm import Caller

ADDRESS = "/settings/company"
GIVEN = {
    "company": "Nordwind GmbH",
    "address": "Hafenstraße 1\n20457 Hamburg",
    "language": "en",
    "time_zone": "Europe/Zurich",
    "region": "CH",
    "currency": "CHF",
    "audit_days": "365",
    "trash_days": "60",
}


async def values(caller: Caller) -> dict[str, str]:
    """What stands in the form."""
    text = html.unescape((await caller.pages.get(ADDRESS)).text)
    chosen = {
        name: re.findall(r'<option(?: value="([^"]*)")? selected>([^<]*)', part)[0]
        for name, part in re.findall(r'<select[^>]* name="(\w+)"(.*?)</select>', text, re.DOTALL)
    }
    company = re.search(r'<input[^>]*name="company"[^>]*value="([^"]*)"', text) or re.search(
        r'value="([^"]*)"[^>]*name="company"', text
    )
    address = re.search(r'<textarea[^>]*name="address"[^>]*>([^<]*)<', text)
    days = {
        name: found[1]
        for name in ("audit_days", "trash_days")
        if (found := re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', text))
    }
    assert company
    assert address
    written = {"company": company[1], "address": address[1], **days}
    return {name: key or label for name, (key, label) in chosen.items()} | written


async def test_what_is_given_holds_for_everybody_and_can_be_found_in_the_history(admin: Caller) -> None:
    usual = {"language": "de", "time_zone": "Europe/Berlin", "region": "DE", "currency": "EUR"}
    usual |= {"audit_days": "400", "trash_days": "30"}
    assert await values(admin) == usual | {"company": "", "address": ""}
    answer = await admin.pages.post(ADDRESS, data=GIVEN)
    assert answer.status_code == 303, answer.text[:500]
    assert await values(admin) == GIVEN
    made = await admin.api.post("/api/v1/account", json={"name": "Zürisee AG", "phones": [{"value": "044 668 18 00"}]})
    assert made.status_code == 201, made.text
    assert (await admin.get(f"/account/{made.json()['id']}")).json()["phones"][0]["value"] == "+41446681800"
    assert "Company" in (await admin.pages.get("/settings/history")).text
    cleared = GIVEN | {"address": "", "language": "de", "time_zone": "Europe/Berlin", "region": "DE"}
    await admin.pages.post(ADDRESS, data=cleared)
    assert await values(admin) == cleared


async def test_what_is_wrong_comes_back_with_what_was_typed(admin: Caller) -> None:
    before = await values(admin)
    wrong = GIVEN | {
        "company": "  ",
        "time_zone": "Mars/Olympus",
        "region": "XX",
        "currency": "ABC",
        "language": "tlh",
        "address": "x" * 501,
        "audit_days": "7",
        "trash_days": "-1",
    }
    answer = await admin.pages.post(ADDRESS, data=wrong)
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    for told in (
        "Give the name of your company.",
        "Mars/Olympus",
        "one of the countries",
        "one of the currencies",
        "one of the languages",
        "at most 500",
        "from 90 to 3650",
        "from 0 to 3650",
        "x" * 501,
    ):
        assert told in text
    assert await values(admin) == before


async def test_it_takes_the_right_to_configure(seller: Caller) -> None:
    assert (await seller.pages.get(ADDRESS)).status_code == 403
    assert (await seller.pages.post(ADDRESS, data=GIVEN)).status_code == 403
    assert ADDRESS not in (await seller.pages.get("/settings/me")).text
