"""The queues of tickets."""

from __future__ import annotations

from kundig.engine.extension import Home, View
from kundig.modules.contacts.views import MINE

_OPEN = {"field": "status_category", "op": "is", "value": "open"}
_COLUMNS = ("number", "subject", "status", "priority", "account", "contact", "owner", "created_at")

VIEWS = (
    View(
        name="open",
        object="ticket",
        label={"en": "Open tickets", "de": "Offene Tickets"},
        where=_OPEN,
        columns=_COLUMNS,
        order="-priority",
        position=10,
        default=True,
    ),
    View(
        name="mine",
        object="ticket",
        label={"en": "My tickets", "de": "Meine Tickets"},
        where={"all": [MINE, _OPEN]},
        columns=("number", "subject", "status", "priority", "account", "contact", "created_at"),
        order="-priority",
        position=20,
    ),
    View(
        name="waiting",
        object="ticket",
        label={"en": "Waiting for me", "de": "Warten auf mich"},
        where={"all": [MINE, _OPEN, {"field": "status", "op": "not_in", "value": ["waiting_customer"]}]},
        columns=("number", "subject", "priority", "status", "account", "created_at"),
        order="created_at",
        position=25,
        home=Home(
            position=30,
            roles=("service_agent", "service_lead"),
            empty={"en": "No ticket waits for you.", "de": "Kein Ticket wartet auf Sie."},
        ),
    ),
    View(
        name="unassigned",
        object="ticket",
        label={"en": "Without owner", "de": "Nicht zugewiesen"},
        where={"all": [{"field": "owner", "op": "empty"}, _OPEN]},
        columns=("number", "subject", "status", "priority", "account", "contact", "created_at"),
        order="created_at",
        position=30,
        home=Home(
            position=35,
            roles=("service_lead",),
            empty={"en": "Every ticket has somebody.", "de": "Jedes Ticket hat jemanden."},
        ),
    ),
    View(
        name="urgent",
        object="ticket",
        label={"en": "Urgent", "de": "Dringend"},
        where={"all": [_OPEN, {"field": "priority", "op": "in", "value": ["high", "urgent"]}]},
        columns=_COLUMNS,
        order="created_at",
        position=40,
    ),
    View(
        name="board",
        object="ticket",
        label={"en": "Tickets by status", "de": "Tickets nach Status"},
        where={"field": "status", "op": "is_not", "value": "closed"},
        columns=("number", "subject", "account", "priority", "owner"),
        order="-priority",
        shape="board",
        group="status",
        position=50,
    ),
    View(
        name="all",
        object="ticket",
        label={"en": "All tickets", "de": "Alle Tickets"},
        columns=_COLUMNS,
        order="-created_at",
        position=60,
    ),
)
