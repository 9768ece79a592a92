"""The lists and boards of sales that everybody begins with."""

from __future__ import annotations

from kundig.engine.extension import Home, View
from kundig.modules.contacts.views import MINE

_OPEN = {"field": "status", "op": "is", "value": "open"}
_OPEN_LEADS = {"field": "status_category", "op": "is", "value": "open"}
_DEALS = ("name", "account", "stage", "amount", "close_date", "owner")
_PEOPLE = ("label", "company_name", "status", "source", "rating", "owner", "created_at")

VIEWS = (
    View(
        name="open",
        object="lead",
        label={"en": "Open leads", "de": "Offene Leads"},
        where=_OPEN_LEADS,
        columns=_PEOPLE,
        order="-created_at",
        position=10,
        default=True,
    ),
    View(
        name="mine",
        object="lead",
        label={"en": "My leads", "de": "Meine Leads"},
        where={"all": [MINE, _OPEN_LEADS]},
        columns=_PEOPLE,
        order="-created_at",
        position=20,
    ),
    View(
        name="board",
        object="lead",
        label={"en": "Leads by status", "de": "Leads nach Status"},
        columns=("company_name", "label", "rating", "owner"),
        order="-created_at",
        shape="board",
        group="status",
        position=30,
    ),
    View(
        name="all",
        object="lead",
        label={"en": "All leads", "de": "Alle Leads"},
        columns=_PEOPLE,
        order="-created_at",
        position=40,
    ),
    View(
        name="open",
        object="opportunity",
        label={"en": "Open opportunities", "de": "Offene Chancen"},
        where=_OPEN,
        columns=_DEALS,
        order="close_date",
        position=10,
        default=True,
    ),
    View(
        name="board",
        object="opportunity",
        label={"en": "Pipeline", "de": "Pipeline"},
        columns=("account", "name", "amount", "close_date", "owner", "next_step"),
        order="close_date",
        shape="board",
        group="stage",
        position=20,
    ),
    View(
        name="mine",
        object="opportunity",
        label={"en": "My opportunities", "de": "Meine Chancen"},
        where={"all": [MINE, _OPEN]},
        columns=("name", "account", "stage", "amount", "close_date", "next_step"),
        order="close_date",
        position=30,
    ),
    View(
        name="no_step",
        object="opportunity",
        label={"en": "Without a next step", "de": "Ohne nächsten Schritt"},
        where={"all": [MINE, _OPEN, {"field": "next_step", "op": "empty"}]},
        columns=("name", "account", "stage", "amount", "close_date"),
        order="close_date",
        position=35,
        home=Home(
            position=40,
            roles=("sales_representative", "sales_manager"),
            asks="next_step",
            empty={"en": "Every open opportunity has a next step.", "de": "Jede offene Chance hat einen nächsten Schritt."},
        ),
    ),
    View(
        name="this_month",
        object="opportunity",
        label={"en": "Closing this month", "de": "Abschluss in diesem Monat"},
        where={"all": [_OPEN, {"field": "close_date", "op": "within", "value": "this_month"}]},
        columns=("name", "account", "stage", "amount", "probability", "expected_revenue", "close_date", "owner"),
        order="close_date",
        position=40,
    ),
    View(
        name="overdue",
        object="opportunity",
        label={"en": "Past their close date", "de": "Abschlussdatum überschritten"},
        where={"all": [_OPEN, {"field": "close_date", "op": "lt", "value": "today"}]},
        columns=_DEALS,
        order="close_date",
        position=50,
    ),
    View(
        name="still",
        object="opportunity",
        label={"en": "Same stage for 30 days", "de": "Ohne Phasenwechsel seit 30 Tagen"},
        where={"all": [_OPEN, {"field": "stage_changed_at", "op": "lt", "value": "last_30_days"}]},
        columns=("name", "account", "stage", "stage_changed_at", "amount", "owner"),
        order="stage_changed_at",
        position=60,
    ),
    View(
        name="won",
        object="opportunity",
        label={"en": "Won this year", "de": "Gewonnen in diesem Jahr"},
        where={
            "all": [{"field": "status", "op": "is", "value": "won"}, {"field": "closed_at", "op": "within", "value": "this_year"}]
        },
        columns=("name", "account", "amount", "closed_at", "source", "owner"),
        order="-closed_at",
        position=70,
    ),
    View(
        name="all",
        object="opportunity",
        label={"en": "All opportunities", "de": "Alle Chancen"},
        columns=_DEALS,
        order="-created_at",
        position=80,
    ),
    View(
        name="active",
        object="product",
        label={"en": "Active products", "de": "Aktive Produkte"},
        where={"field": "is_active", "op": "is", "value": True},
        columns=("name", "sku", "family", "price", "unit"),
        order="name",
        position=10,
        default=True,
    ),
    View(
        name="all",
        object="product",
        label={"en": "All products", "de": "Alle Produkte"},
        columns=("name", "sku", "family", "price", "unit", "is_active"),
        order="name",
        position=20,
    ),
)
