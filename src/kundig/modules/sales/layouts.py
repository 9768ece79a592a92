"""What the pages of leads, opportunities and products show, and what sales adds to accounts and contacts."""

from __future__ import annotations

from kundig.engine.extension import Layout, Section

_FIGURES = ("open_opportunities", "won_revenue")

LAYOUTS = (
    Layout(name="default", object="account", facts=_FIGURES, related=("opportunity.account",)),
    Layout(
        name="default", object="contact", facts=_FIGURES, related=("opportunity.primary_contact", "opportunity_contact.contact")
    ),
    Layout(
        name="default",
        object="lead",
        facts=("status", "rating", "budget", "expected_close", "created_at"),
        sections=(
            Section(
                {"en": "Person", "de": "Person"},
                ("salutation", "academic_title", "first_name", "last_name", "job_title", "emails", "phones"),
            ),
            Section({"en": "Company", "de": "Unternehmen"}, ("company_name", "website", "address")),
            Section({"en": "Interest", "de": "Interesse"}, ("need", "status", "source", "rating", "owner")),
        ),
    ),
    Layout(
        name="default",
        object="opportunity",
        facts=("amount", "probability", "expected_revenue", "close_date", "stage_changed_at"),
        sections=(
            Section(
                {"en": "Opportunity", "de": "Chance"},
                ("name", "account", "primary_contact", "stage", "amount", "close_date", "next_step", "owner"),
            ),
            Section({"en": "Background", "de": "Hintergrund"}, ("probability", "source", "type", "lost_reason", "tags")),
        ),
        related=("opportunity_line.opportunity", "opportunity_contact.opportunity"),
    ),
    Layout(
        name="default",
        object="opportunity_line",
        sections=(
            Section(
                {"en": "Line", "de": "Position"},
                ("opportunity", "product", "name", "quantity", "unit_price", "discount", "tax_rate", "net"),
            ),
        ),
    ),
    Layout(
        name="default",
        object="opportunity_contact",
        sections=(Section({"en": "Role", "de": "Rolle"}, ("opportunity", "contact", "role", "is_primary")),),
    ),
    Layout(
        name="default",
        object="product",
        facts=("price", "family", "unit", "is_active"),
        sections=(
            Section(
                {"en": "Product", "de": "Produkt"},
                ("name", "sku", "price", "tax_rate", "family", "unit", "is_active", "description"),
            ),
        ),
    ),
)
