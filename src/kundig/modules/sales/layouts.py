"""What the pages of leads, opportunities and products show, and what sales adds to accounts and contacts."""

from __future__ import annotations

from kundig.engine.extension import Layout, Section

_FIGURES = ("open_opportunities", "won_revenue")

LAYOUTS = (
    Layout(name="account", object="account", facts=_FIGURES, related=("opportunity.account",)),
    Layout(
        name="contact", object="contact", facts=_FIGURES, related=("opportunity.primary_contact", "opportunity_contact.contact")
    ),
    Layout(
        name="lead",
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
        name="opportunity",
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
        name="opportunity_line",
        object="opportunity_line",
        sections=(
            Section(
                {"en": "Line", "de": "Position"},
                ("opportunity", "product", "name", "quantity", "unit_price", "discount", "tax_rate", "net"),
            ),
        ),
    ),
    Layout(
        name="opportunity_contact",
        object="opportunity_contact",
        sections=(Section({"en": "Role", "de": "Rolle"}, ("opportunity", "contact", "role", "is_primary")),),
    ),
    Layout(
        name="product",
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
