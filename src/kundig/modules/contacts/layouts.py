"""What the pages of accounts, contacts and positions show. Other modules add their figures and lists to the same layouts."""

from __future__ import annotations

from kundig.engine.extension import Layout, Section

LAYOUTS = (
    Layout(
        name="default",
        object="account",
        sections=(
            Section(
                {"en": "About", "de": "Allgemein"},
                ("name", "type", "industry", "employees", "annual_revenue", "parent", "owner", "tags", "description"),
            ),
            Section(
                {"en": "Contact details", "de": "Erreichbarkeit"},
                ("website", "emails", "phones", "billing_address", "shipping_address"),
            ),
        ),
        related=("contact.account", "account.parent", "employment.account"),
    ),
    Layout(
        name="default",
        object="contact",
        sections=(
            Section(
                {"en": "Person", "de": "Person"},
                ("salutation", "academic_title", "first_name", "last_name", "job_title", "account", "owner", "description"),
            ),
            Section(
                {"en": "Contact details", "de": "Erreichbarkeit"},
                ("emails", "phones", "address", "preferred_language", "letter_salutation", "do_not_call", "do_not_mail"),
            ),
        ),
        related=("employment.contact", "contact.reports_to"),
    ),
    Layout(
        name="default",
        object="employment",
        sections=(
            Section(
                {"en": "Position", "de": "Anstellung"},
                ("contact", "account", "role", "department", "is_primary", "is_active", "started_on", "ended_on"),
            ),
        ),
    ),
)
