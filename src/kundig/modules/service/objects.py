"""Tickets: what customers ask for, with the way a ticket goes."""

from __future__ import annotations

from kundig.engine.extension import Extension, Interaction, Object, Pipeline, Stage, choice, field

PRIORITY = (
    choice("low", "Low", "Niedrig", "gray"),
    choice("normal", "Normal", "Normal", "blue"),
    choice("high", "High", "Hoch", "amber"),
    choice("urgent", "Urgent", "Dringend", "red"),
)

TYPE = (
    choice("question", "Question", "Frage"),
    choice("incident", "Incident", "Störung"),
    choice("problem", "Problem", "Problem"),
    choice("request", "Request", "Anforderung"),
    choice("complaint", "Complaint", "Beschwerde"),
)

CHANNEL = (
    choice("email", "E-mail", "E-Mail"),
    choice("phone", "Phone", "Telefon"),
    choice("web", "Web", "Web"),
    choice("chat", "Chat", "Chat"),
    choice("portal", "Portal", "Portal"),
)

CATEGORY = (
    choice("question", "Question", "Frage"),
    choice("fault", "Fault", "Defekt"),
    choice("billing", "Billing", "Abrechnung"),
    choice("delivery", "Delivery", "Lieferung"),
    choice("account", "Account", "Kundenkonto"),
    choice("other", "Other", "Sonstiges"),
)

TICKET = Object(
    name="ticket",
    label={"en": "Ticket", "de": "Ticket"},
    label_plural={"en": "Tickets", "de": "Tickets"},
    about={
        "en": "What customers ask for or complain about, until it is solved.",
        "de": "Was Kunden wünschen oder beanstanden, bis es gelöst ist.",
    },
    icon="life-buoy",
    title="{number} {subject}",
    navigation=60,
    interaction=Interaction(about=("contact", "account")),
    fields=(
        field("number", "autonumber", "Number", "Nummer", prefix="T-", digits=6, main=True),
        field("subject", "text", "Subject", "Betreff", required=True, main=True),
        field("description", "long_text", "Description", "Beschreibung", main=True),
        field("status", "pipeline", "Status", "Status", pipeline="ticket", main=True),
        field("priority", "choice", "Priority", "Priorität", choices=PRIORITY, default="normal", main=True),
        field("type", "choice", "Type", "Art", choices=TYPE, main=True),
        field("account", "link", "Account", "Firma", target="account", main=True),
        field("contact", "link", "Contact", "Kontakt", target="contact", main=True),
        field("channel", "choice", "Channel", "Kanal", choices=CHANNEL, main=True),
        field("category", "choice", "Category", "Kategorie", choices=CATEGORY, main=True),
        field("first_response_at", "datetime", "First response", "Erste Antwort", read_only=True),
        field("resolved_at", "datetime", "Resolved at", "Gelöst am", read_only=True),
        field("resolution", "long_text", "Resolution", "Lösung"),
        field("reopened_count", "number", "Times reopened", "Wieder geöffnet", default=0, read_only=True),
        field("tags", "tags", "Tags", "Schlagwörter"),
    ),
)

TICKETS = Pipeline(
    name="ticket",
    object="ticket",
    field="status",
    label={"en": "Tickets", "de": "Tickets"},
    stages=(
        Stage(key="new", label={"en": "New", "de": "Neu"}, rot_days=1, color="blue"),
        Stage(key="open", label={"en": "Open", "de": "Offen"}, rot_days=3, color="teal"),
        Stage(key="waiting_customer", label={"en": "Waiting for customer", "de": "Wartet auf Kunden"}, rot_days=7, color="amber"),
        Stage(key="waiting_internal", label={"en": "Waiting internally", "de": "Wartet intern"}, rot_days=3, color="violet"),
        Stage(key="resolved", label={"en": "Resolved", "de": "Gelöst"}, status="won", color="green"),
        Stage(key="closed", label={"en": "Closed", "de": "Geschlossen"}, status="won", color="gray"),
    ),
)


def open_tickets(object_: str, link: str) -> Extension:
    """How many tickets of a record are not yet solved."""
    return Extension(
        object=object_,
        fields=(
            field(
                "open_tickets", "rollup", "Open tickets", "Offene Tickets", child=f"ticket.{link}", measure="count",
                where={"field": "status_category", "op": "is", "value": "open"},
            ),
        ),
    )  # fmt: skip
