"""What a lead's values become."""

import pytest

from kundig.modules.sales import carry
from kundig.modules.sales.domains import company_domains

LEAD = {
    "label": "Anna Weiß", "first_name": "Anna", "last_name": "Weiß", "company_name": "Weiß GmbH", "salutation": "ms",
    "emails": [{"value": "anna@weiss.example", "label": "work"}], "phones": [], "budget": {"amount": "10.00", "currency": "EUR"},
    "expected_close": "2027-01-31", "source": "referral", "need": "Server", "address": {"city": "Ulm"}, "tags": [],
}  # fmt: skip


def test_only_company_domains_count() -> None:
    addresses = ["a@gmail.com", "b@Firma.example", "c@firma.example", "d@gmx.de", "e@zwei.example"]
    assert company_domains(addresses) == ["firma.example", "zwei.example"]


def test_a_new_account_takes_company_and_domain() -> None:
    values = carry.account_values(LEAD, "Weiß GmbH", ["weiss.example"])
    assert values == {"name": "Weiß GmbH", "type": "prospect", "domains": ["weiss.example"], "billing_address": {"city": "Ulm"}}


@pytest.mark.parametrize(
    ("lead", "domains", "name"),
    [(LEAD, [], "Weiß GmbH"), ({"last_name": "Weiß"}, ["w.example"], "w.example"), ({"last_name": "Weiß"}, [], None)],
)
def test_the_account_is_named_by_company_then_domain(lead: dict[str, object], domains: list[str], name: str | None) -> None:
    assert carry.account_name(lead, domains) == name


def test_a_lead_without_a_person_gives_its_addresses_to_the_account() -> None:
    lead = {"company_name": "Weiß GmbH", "emails": LEAD["emails"]}
    assert not carry.has_person(lead)
    assert carry.account_values(lead, "Weiß GmbH", [])["emails"] == LEAD["emails"]


def test_who_left_only_an_address_is_called_by_it() -> None:
    assert carry.contact_values({"emails": LEAD["emails"]}, None, address=True)["last_name"] == "anna"


def test_the_address_goes_to_the_contact_only_without_a_new_account() -> None:
    assert "address" not in carry.contact_values(LEAD, "id", address=False)
    assert carry.contact_values(LEAD, "id", address=True)["address"] == {"city": "Ulm"}


def test_an_opportunity_takes_the_figures() -> None:
    values = carry.opportunity_values(LEAD, "a", "c")
    assert values["name"] == "Weiß GmbH – Server"
    assert (values["amount"], values["close_date"], values["source"]) == (LEAD["budget"], "2027-01-31", "referral")
    assert (values["account"], values["primary_contact"]) == ("a", "c")


def test_a_long_need_stays_out_of_the_name() -> None:
    assert carry.opportunity_values(LEAD | {"need": "x" * 61}, None, None)["name"] == "Weiß GmbH"


def test_only_what_is_empty_and_readable_is_filled() -> None:
    record = {"first_name": "Anna", "job_title": None, "emails": [], "phones": [{"value": "1"}]}
    values = {"first_name": "Berta", "job_title": "Einkauf", "emails": ["a"], "phones": ["b"], "hidden": "x"}
    assert carry.missing(record, values) == {"job_title": "Einkauf", "emails": ["a"]}
