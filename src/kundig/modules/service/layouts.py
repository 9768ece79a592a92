"""What the page of a ticket shows, and what service adds to accounts and contacts."""

from __future__ import annotations

from kundig.engine.extension import Layout, Section

LAYOUTS = (
    Layout(name="default", object="account", facts=("open_tickets",), related=("ticket.account",)),
    Layout(name="default", object="contact", facts=("open_tickets",), related=("ticket.contact",)),
    Layout(
        name="default",
        object="ticket",
        facts=("status", "priority", "created_at", "first_response_at", "resolved_at"),
        sections=(
            Section(
                {"en": "Request", "de": "Anliegen"},
                ("number", "subject", "description", "status", "priority", "type", "category", "channel", "owner"),
            ),
            Section({"en": "Customer", "de": "Kunde"}, ("account", "contact")),
            Section({"en": "Solution", "de": "Lösung"}, ("resolution", "reopened_count", "tags")),
        ),
    ),
)
