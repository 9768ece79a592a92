"""What the pages of tasks, calls, meetings and notes show, and what activities add to accounts and contacts."""

from __future__ import annotations

from kundig.engine.extension import Layout, Section

_DATES = ("last_activity_at", "next_activity_at")

LAYOUTS = (
    Layout(name="default", object="account", facts=_DATES),
    Layout(name="default", object="contact", facts=_DATES, related=("attendee.contact",)),
    Layout(
        name="default",
        object="task",
        facts=("due_at", "priority", "status"),
        sections=(
            Section(
                {"en": "Task", "de": "Aufgabe"},
                ("subject", "due_at", "priority", "status", "recurrence", "reminder_at", "related_to", "owner", "description"),
            ),
        ),
    ),
    Layout(
        name="default",
        object="call",
        facts=("started_at", "duration", "outcome"),
        sections=(
            Section(
                {"en": "Call", "de": "Anruf"},
                ("subject", "direction", "started_at", "duration", "outcome", "related_to", "owner", "notes"),
            ),
        ),
    ),
    Layout(
        name="default",
        object="meeting",
        facts=("starts_at", "ends_at", "location"),
        sections=(
            Section(
                {"en": "Meeting", "de": "Termin"},
                ("subject", "starts_at", "ends_at", "recurrence", "location", "related_to", "owner", "notes"),
            ),
        ),
        related=("attendee.meeting",),
    ),
    Layout(
        name="default",
        object="note",
        sections=(Section({"en": "Note", "de": "Notiz"}, ("body", "related_to", "owner", "pinned")),),
    ),
)
