"""Several objects from one file: records that a link lacks are made with what stands beside their name."""

from __future__ import annotations

import pytest

from kundig.base.errors import Invalid

CONTACT = {
    "Nachname": "last_name",
    "Firma": {"field": "account", "create": True},
    "Web": "account.website",
    "Ort": "account.billing_address.city",
}


async def test_contacts_with_their_companies(crm, word):
    there = await crm.create("account", name=f"{word} da", website="https://da.example")
    content = (
        f"Nachname;Firma;Web;Ort\n{word}1;{word} neu;https://neu.example;Köln\n{word}2;{word} NEU;https://andere.example;Bonn\n"
        f"{word}3;{word} da;https://egal.example;Ulm\n{word}4;;;\n"
    )
    state = await crm.bring(content, "contact", CONTACT)
    assert (state["created"], state["failed"]) == (4, 0)
    accounts = await crm.records(
        "account", {"field": "label", "op": "contains", "value": word}, ["website", "billing_address"], "name"
    )
    assert [(a["website"], (a["billing_address"] or {}).get("city")) for a in accounts] == [
        ("https://da.example", None),
        ("https://neu.example", "Köln"),
    ], "made once, with what the first row says; what was there stays as it was"
    contacts = await crm.records("contact", {"field": "last_name", "op": "starts_with", "value": word}, ["account"], "last_name")
    linked = [contact["account"]["id"] if contact["account"] else None for contact in contacts]
    assert linked[0] == linked[1]
    assert linked[2:] == [there, None]


async def test_what_is_wrong_with_a_company_stands_at_its_cell(crm, word):
    content = f"Nachname;Firma;Web;Ort\n{word}1;{word} schlecht;kein Link;Köln\n{word}2;{word} gut;https://gut.example;\n"
    state = await crm.bring(content, "contact", CONTACT)
    assert (state["created"], state["failed"]) == (1, 1)
    assert [(error["row"], error["column"]) for error in state["errors"]] == [(2, "Web")]


async def test_people_are_found_and_made_by_a_key_of_theirs(crm, word):
    mapping = {
        "Chance": "name",
        "Mail": {"field": "primary_contact", "by": "emails", "create": True},
        "Vorname": "primary_contact.first_name",
        "Nachname": "primary_contact.last_name",
    }
    content = f"Chance;Mail;Vorname;Nachname\n{word} a;{word}@x.example;Eva;{word}\n{word} b;{word}@x.example;Eva;{word}\n"
    state = await crm.bring(content, "opportunity", mapping)
    assert (state["created"], state["failed"]) == (2, 0), state["errors"]
    [contact] = await crm.records("contact", {"field": "last_name", "op": "is", "value": word}, ["first_name", "emails"])
    assert (contact["first_name"], contact["emails"][0]["value"]) == ("Eva", f"{word}@x.example")


async def test_a_row_with_another_fault_says_nothing_about_its_new_company(crm, word):
    content = f"Nachname;Firma;Web;Ort;Mail\n{word}1;{word} allein;;;keine\n"
    state = await crm.bring(content, "contact", {**CONTACT, "Mail": "emails"})
    assert [(error["row"], error["column"]) for error in state["errors"]] == [(2, "Mail")]


@pytest.mark.parametrize(
    "mapping",
    [
        {"Nachname": "last_name", "Web": "account.website"},
        {"Nachname": "last_name", "Firma": {"field": "account", "create": True}, "Web": "account.parent"},
        {"Nachname": "last_name", "Web": "owner.email"},
        {"Nachname": "last_name", "Firma": {"field": "account", "create": True}, "Web": "account.nothing"},
        {"Nachname": "last_name", "Firma": {"field": "account", "create": True}, "Web": "account.external_id"},
    ],
)
async def test_what_can_not_be_filled_along(crm, mapping):
    with pytest.raises(Invalid):
        await crm.start("Nachname;Firma;Web\na;b;c\n", "contact", mapping)


async def test_rights_on_the_linked_object_count(crm):
    for changes in ({"create": False}, {"hidden": frozenset({"website"})}, {"fixed": frozenset({"website"})}):
        with pytest.raises(Invalid):
            await crm.with_rights("account", **changes).start("Nachname;Firma;Web;Ort\na;b;c;d\n", "contact", CONTACT)
