"""What a lead's values become in the account, the contact and the opportunity that are made of it: pure, without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Values = Mapping[str, Any]

_PERSON = ("salutation", "academic_title", "first_name", "last_name", "job_title", "emails", "phones", "tags")


def has_person(lead: Values) -> bool:
    """Whether the lead names a person, or nothing else than a way to reach one."""
    return bool(lead.get("first_name") or lead.get("last_name")) or not (lead.get("company_name") or lead.get("website"))


def account_name(lead: Values, domains: Sequence[str]) -> str | None:
    """The company's name; its domain for want of a name; None for a private customer."""
    return lead.get("company_name") or (domains[0] if domains else None)


def account_values(lead: Values, name: str, domains: Sequence[str]) -> dict[str, Any]:
    """A new account. Without a person the ways to reach the company are its own."""
    own: dict[str, Any] = {} if has_person(lead) else {"emails": lead.get("emails"), "phones": lead.get("phones")}
    return _given(
        own
        | {
            "name": name,
            "type": "prospect",
            "domains": list(domains),
            "website": lead.get("website"),
            "billing_address": lead.get("address"),
            "employees": lead.get("employees"),
            "industry": lead.get("industry"),
            "rating": lead.get("rating"),
        }
    )


def contact_values(lead: Values, account: str | None, *, address: bool) -> dict[str, Any]:
    """A new contact, or what an existing one may lack. `address`: the address did not go to a new account."""
    values = {name: lead.get(name) for name in _PERSON}
    if not (lead.get("first_name") or lead.get("last_name")):
        values["last_name"] = _reached_as(lead)
    return _given(
        values
        | {
            "account": account,
            "address": lead.get("address") if address else None,
            "lead_source": lead.get("source"),
            "lifecycle": "qualified",
        }
    )


def opportunity_values(lead: Values, account: str | None, contact: str | None) -> dict[str, Any]:
    """A new opportunity with the lead's figures."""
    return _given(
        {
            "name": _opportunity_name(lead),
            "account": account,
            "primary_contact": contact,
            "amount": lead.get("budget"),
            "close_date": lead.get("expected_close"),
            "source": lead.get("source"),
            "campaign": lead.get("utm_campaign"),
            "tags": lead.get("tags"),
        }
    )


def missing(record: Values, values: Values) -> dict[str, Any]:
    """Those of the values for which a record has none; fields that the reader may not see are left alone."""
    return {name: value for name, value in values.items() if name in record and record[name] in (None, "", [])}


def _opportunity_name(lead: Values) -> str:
    who = str(lead.get("company_name") or lead.get("label") or "")
    need = str(lead.get("need") or "").strip().splitlines()
    return f"{who} – {need[0]}" if need and len(need[0]) <= 60 else who


def _reached_as(lead: Values) -> str | None:
    for field in ("emails", "phones"):
        if lead.get(field):
            return str(lead[field][0]["value"]).partition("@")[0]
    return None


def _given(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}
