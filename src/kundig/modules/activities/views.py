"""The lists of activities that everybody begins with."""

from __future__ import annotations

from kundig.engine.extension import View
from kundig.modules.contacts.views import MINE

_TO_DO = {"field": "status", "op": "in", "value": ["open", "in_progress"]}
_OVERDUE = {"field": "due_at", "op": "lt", "value": "today"}

VIEWS = (
    View(
        name="mine",
        object="task",
        label={"en": "My tasks", "de": "Meine Aufgaben"},
        where={"all": [MINE, _TO_DO]},
        columns=("subject", "due_at", "priority", "status", "related_to"),
        order="due_at",
        position=10,
        default=True,
    ),
    View(
        name="today",
        object="task",
        label={"en": "Due today", "de": "Heute fällig"},
        where={"all": [MINE, _TO_DO, {"field": "due_at", "op": "within", "value": "today"}]},
        columns=("subject", "due_at", "priority", "status", "related_to"),
        order="due_at",
        position=20,
    ),
    View(
        name="overdue",
        object="task",
        label={"en": "Overdue tasks", "de": "Überfällige Aufgaben"},
        where={"all": [_TO_DO, _OVERDUE]},
        columns=("subject", "due_at", "priority", "status", "related_to", "owner"),
        order="due_at",
        position=30,
    ),
    View(
        name="board",
        object="task",
        label={"en": "Tasks by status", "de": "Aufgaben nach Status"},
        where=MINE,
        columns=("subject", "due_at", "priority", "related_to"),
        order="due_at",
        shape="board",
        group="status",
        position=40,
    ),
    View(
        name="all",
        object="task",
        label={"en": "All tasks", "de": "Alle Aufgaben"},
        columns=("subject", "due_at", "priority", "status", "related_to", "owner"),
        order="due_at",
        position=50,
    ),
    View(
        name="all",
        object="call",
        label={"en": "All calls", "de": "Alle Anrufe"},
        columns=("subject", "direction", "started_at", "duration", "outcome", "related_to", "owner"),
        order="-started_at",
        position=10,
        default=True,
    ),
    View(
        name="mine",
        object="call",
        label={"en": "My calls", "de": "Meine Anrufe"},
        where=MINE,
        columns=("subject", "direction", "started_at", "duration", "outcome", "related_to"),
        order="-started_at",
        position=20,
    ),
    View(
        name="upcoming",
        object="meeting",
        label={"en": "Upcoming meetings", "de": "Kommende Termine"},
        where={"field": "starts_at", "op": "gte", "value": "today"},
        columns=("subject", "starts_at", "ends_at", "location", "related_to", "owner"),
        order="starts_at",
        position=10,
        default=True,
    ),
    View(
        name="mine",
        object="meeting",
        label={"en": "My meetings", "de": "Meine Termine"},
        where=MINE,
        columns=("subject", "starts_at", "ends_at", "location", "related_to"),
        order="-starts_at",
        position=20,
    ),
    View(
        name="all",
        object="meeting",
        label={"en": "All meetings", "de": "Alle Termine"},
        columns=("subject", "starts_at", "ends_at", "location", "related_to", "owner"),
        order="-starts_at",
        position=30,
    ),
    View(
        name="all",
        object="note",
        label={"en": "All notes", "de": "Alle Notizen"},
        columns=("label", "related_to", "pinned", "owner", "created_at"),
        order="-created_at",
        position=10,
        default=True,
    ),
    View(
        name="quiet",
        object="account",
        label={"en": "No activity for 30 days", "de": "Ohne Aktivität seit 30 Tagen"},
        where={
            "any": [
                {"field": "last_activity_at", "op": "empty"},
                {"field": "last_activity_at", "op": "lt", "value": "last_30_days"},
            ]
        },
        columns=("name", "type", "last_activity_at", "next_activity_at", "owner"),
        order="name",
        position=40,
    ),
)
