"""The lists of accounts and contacts that everybody begins with."""

from __future__ import annotations

from kundig.engine.extension import View

MINE = {"field": "owner", "op": "is", "value": "me"}

VIEWS = (
    View(
        name="all",
        object="account",
        label={"en": "All accounts", "de": "Alle Firmen"},
        columns=("name", "type", "industry", "phones", "billing_address.city", "owner"),
        order="name",
        position=10,
        default=True,
    ),
    View(
        name="mine",
        object="account",
        label={"en": "My accounts", "de": "Meine Firmen"},
        where=MINE,
        columns=("name", "type", "industry", "phones", "billing_address.city", "updated_at"),
        order="name",
        position=20,
    ),
    View(
        name="customers",
        object="account",
        label={"en": "Customers", "de": "Kunden"},
        where={"field": "type", "op": "is", "value": "customer"},
        columns=("name", "industry", "billing_address.city", "customer_since", "rating", "owner"),
        order="name",
        position=30,
    ),
    View(
        name="all",
        object="contact",
        label={"en": "All contacts", "de": "Alle Kontakte"},
        columns=("label", "job_title", "account", "emails", "phones", "owner"),
        order="last_name",
        position=10,
        default=True,
    ),
    View(
        name="mine",
        object="contact",
        label={"en": "My contacts", "de": "Meine Kontakte"},
        where=MINE,
        columns=("label", "job_title", "account", "emails", "phones", "updated_at"),
        order="last_name",
        position=20,
    ),
    View(
        name="new",
        object="contact",
        label={"en": "New this month", "de": "Neu in diesem Monat"},
        where={"field": "created_at", "op": "within", "value": "this_month"},
        columns=("label", "job_title", "account", "lead_source", "owner", "created_at"),
        order="-created_at",
        position=30,
    ),
)
