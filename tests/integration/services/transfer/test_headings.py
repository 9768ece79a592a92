"""Columns are recognised by what people call them; what their words mean stands in the descriptions of the objects."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from kundig.engine.extension import Module, Object, field
from kundig.engine.schema.definitions import Misfit, define
from kundig.engine.schema.model import build_model
from kundig.modules import SHIPPED
from kundig.services.identity.objects import TEAM, USER
from kundig.services.transfer.wishes import suggested

NAMES = ("account", "contact", "lead", "opportunity", "product")


async def found(crm, object_, *header):
    async with crm.opened() as scope:
        return suggested(scope, object_, header)


@pytest.mark.parametrize(
    ("object_", "expected"),
    [
        (
            "account",
            {
                "Firma": "name", "Webseite": "website", "E-Mail-Adresse": "emails", "Tel.": "phones", "Straße": "billing_address.street",
                "PLZ": "billing_address.postcode", "ORT": "billing_address.city", "Land": "billing_address.country",
                "Mitarbeiter": "employees", "Bemerkungen": "description", "USt-ID": "vat_id",
            },
        ),
        (
            "account",
            {
                "Company": "name", "Homepage": "website", "E-Mail address": "emails", "Phone number": "phones", "Fax": "phones.fax",
                "Street": "billing_address.street", "ZIP code": "billing_address.postcode", "Town": "billing_address.city",
                "Number of employees": "employees", "Notes": "description", "VAT number": "vat_id",
            },
        ),
        (
            "contact",
            {
                "Anrede": "salutation", "Vorname": "first_name", "Nachname": "last_name", "Unternehmen": "account", "Funktion": "job_title",
                "E Mail Adresse": "emails", "Telefon": "phones", "Handy": "phones.mobile", "Strasse": "address.street",
                "Postleitzahl": "address.postcode", "Stadt": "address.city",
            },
        ),
        ("contact", {"Name": "last_name", "Vorname": "first_name", "Position": "job_title", "Mobile": "phones.mobile"}),
        ("contact", {"Ansprechpartner": "last_name", "Company name": "account"}),
        ("lead", {"Firma": "company_name", "Ansprechpartner": "last_name", "Mobil": "phones.mobile", "Internet": "website"}),
        ("opportunity", {"Deal": "name", "Kunde": "account", "Wert": "amount", "Abschluss": "close_date"}),
        ("product", {"Produkt": "name", "Art.-Nr.": "sku", "Listenpreis": "price"}),
    ],
)  # fmt: skip
async def test_everyday_words(crm, object_, expected) -> None:
    assert await found(crm, object_, *expected) == expected


@pytest.mark.parametrize("object_", NAMES)
async def test_no_word_is_in_vain(crm, object_) -> None:
    """A word that names another field too, or two of them, would never do what it says."""
    for path, words in crm.model.objects[object_].definition.headings.items():
        for word in words:
            assert await found(crm, object_, word) == {word: path}


async def test_a_field_is_suggested_once_and_its_own_name_goes_first(crm) -> None:
    assert await found(crm, "contact", "Name", "Nachname", "Kontaktperson") == {"Nachname": "last_name"}
    assert await found(crm, "account", "Firma", "Unternehmen") == {"Firma": "name"}
    assert await found(crm, "account", "Umfang", "", "--") == {}


async def test_what_an_export_writes_over_its_columns(crm) -> None:
    header = (
        "Rechnungsadresse.city",
        "Billing address.street",
        "billing_address.postcode",
        "Jahresumsatz",
        "Jahresumsatz.currency",
    )
    paths = (
        "billing_address.city",
        "billing_address.street",
        "billing_address.postcode",
        "annual_revenue",
        "annual_revenue.currency",
    )
    assert await found(crm, "account", *header) == dict(zip(header, paths, strict=True))


async def test_what_one_may_not_set_is_not_suggested(crm) -> None:
    narrowed = crm.with_rights("account", hidden=frozenset({"name"}), fixed=frozenset({"billing_address"}))
    assert await found(narrowed, "account", "Firma", "PLZ", "Webseite") == {"Webseite": "website"}


SHIP = Object(
    name="ship", label={"en": "Ship", "de": "Schiff"}, label_plural={"en": "Ships", "de": "Schiffe"},
    headings={"harbour.city": ("Heimathafen",)},
    fields=(field("name", "text", "Called", "Genannt"), field("harbour", "address", "Harbour", "Hafen")),
)  # fmt: skip


async def test_a_custom_object_has_words_of_its_own(crm) -> None:
    identity = Module(name="identity", label={"en": "I", "de": "I"}, objects=(USER, TEAM))

    def model(ship: Object):
        more = Module(name="more", label={"en": "M", "de": "M"}, objects=(ship,))
        return build_model(define([identity, *SHIPPED, more]), "headings", 1)

    rights = {**crm.access.objects, "ship": crm.access.objects["account"]}
    sailing = replace(crm, model=model(SHIP), access=replace(crm.access, objects=rights))
    assert await found(sailing, "ship", "Schiff", "Heimathafen") == {"Schiff": "name", "Heimathafen": "harbour.city"}
    with pytest.raises(Misfit, match="sails"):
        model(msgspec.structs.replace(SHIP, headings={"sails": ("Segel",)}))
