"""Opportunities with their contacts and lines, and products."""

from __future__ import annotations

from kundig.engine.extension import Extension, Object, field
from kundig.modules.contacts.choices import SOURCE
from kundig.modules.contacts.headings import COMPANY
from kundig.modules.sales import choices

OPPORTUNITY = Object(
    name="opportunity",
    label={"en": "Opportunity", "de": "Chance"},
    label_plural={"en": "Opportunities", "de": "Chancen"},
    about={
        "en": "What you might sell to whom, for how much and by when; stages show how far it has come.",
        "de": "Was Sie wem verkaufen könnten, für wie viel und bis wann; Phasen zeigen, wie weit es ist.",
    },
    icon="handshake",
    title="{name}",
    above="account",
    rate_date="close_date",
    navigation=40,
    headings={
        "name": ("Verkaufschance", "Deal", "Projekt", "Project", "Titel", "Title", "Bezeichnung"),
        "account": COMPANY,
        "primary_contact": ("Ansprechpartner", "Kontakt", "Contact person", "Contact"),
        "amount": ("Wert", "Summe", "Volumen", "Value", "Deal value"),
        "close_date": ("Abschluss", "Abschluss am", "Closing date", "Expected close date"),
        "stage": ("Status", "Stufe", "Pipeline stage"),
    },
    fields=(
        field("name", "text", "Name", "Name", required=True, main=True),
        field("account", "link", "Account", "Firma", target="account", main=True),
        field("primary_contact", "link", "Primary contact", "Hauptansprechpartner", target="contact", main=True),
        field("stage", "pipeline", "Stage", "Phase", pipeline="sales", main=True),
        field("amount", "money", "Amount", "Betrag", main=True),
        field("close_date", "date", "Close date", "Abschlussdatum", main=True),
        field("probability", "percent", "Probability", "Wahrscheinlichkeit", main=True),
        field(
            "expected_revenue",
            "formula",
            "Expected revenue",
            "Erwarteter Umsatz",
            result="money",
            sql="{amount} * {probability} / 100",
            currency_of="amount",
            main=True,
        ),
        field("source", "choice", "Source", "Herkunft", choices=SOURCE, main=True),
        field("next_step", "text", "Next step", "Nächster Schritt", main=True),
        field("lost_reason", "choice", "Reason for loss", "Verlustgrund", choices=choices.LOST_REASON, main=True),
        field("lost_note", "long_text", "Note on the loss", "Anmerkung zum Verlust"),
        field("competitor", "text", "Competitor", "Wettbewerber"),
        field("type", "choice", "Type", "Art", choices=choices.OPPORTUNITY_TYPE),
        field("forecast_category", "choice", "Forecast category", "Prognosekategorie", choices=choices.FORECAST),
        field("recurring_amount", "money", "Recurring amount", "Wiederkehrender Betrag"),
        field("recurring_period", "choice", "Recurring every", "Wiederkehrend je", choices=choices.PERIOD),
        field("campaign", "text", "Campaign", "Kampagne"),
        field("tags", "tags", "Tags", "Schlagwörter"),
        field(
            "lines_total", "rollup", "Total of lines", "Summe der Positionen",
            child="opportunity_line.opportunity", measure="sum", field="net", into="amount",
        ),
    ),
)  # fmt: skip

OPPORTUNITY_CONTACT = Object(
    name="opportunity_contact",
    label={"en": "Role in an opportunity", "de": "Rolle bei einer Chance"},
    label_plural={"en": "Roles in opportunities", "de": "Rollen bei Chancen"},
    about={
        "en": "Who decides, advises or objects in an opportunity.",
        "de": "Wer bei einer Chance entscheidet, berät oder bremst.",
    },
    icon="users-round",
    storage="owned",
    parent="opportunity",
    title="{contact}",
    order="created_at",
    fields=(
        field("opportunity", "link", "Opportunity", "Chance", target="opportunity", required=True, main=True),
        field("contact", "link", "Contact", "Kontakt", target="contact", required=True, main=True),
        field("role", "choice", "Role", "Rolle", choices=choices.ROLE, main=True),
        field("is_primary", "boolean", "Primary", "Hauptansprechpartner", main=True),
    ),
)

OPPORTUNITY_LINE = Object(
    name="opportunity_line",
    label={"en": "Line", "de": "Position"},
    label_plural={"en": "Lines", "de": "Positionen"},
    about={"en": "The products that are offered, with quantity and price.", "de": "Die angebotenen Produkte mit Menge und Preis."},
    icon="list",
    storage="owned",
    parent="opportunity",
    title="{name}|{product}",
    order="position",
    any_required=(("product", "name"),),
    fields=(
        field("opportunity", "link", "Opportunity", "Chance", target="opportunity", required=True, main=True),
        field("product", "link", "Product", "Produkt", target="product", main=True),
        field("name", "text", "Name", "Bezeichnung", main=True),
        field("quantity", "decimal", "Quantity", "Menge", digits=3, default="1", main=True),
        field("unit_price", "money", "Unit price", "Einzelpreis", main=True),
        field("discount", "percent", "Discount", "Rabatt", main=True),
        field("tax_rate", "percent", "Tax rate", "Steuersatz", main=True),
        field(
            "net",
            "formula",
            "Net",
            "Netto",
            result="money",
            sql="{quantity} * {unit_price} * (1 - coalesce({discount}, 0) / 100)",
            currency_of="unit_price",
            main=True,
        ),
        field("position", "number", "Position", "Reihenfolge"),
    ),
)

PRODUCT = Object(
    name="product",
    label={"en": "Product", "de": "Produkt"},
    label_plural={"en": "Products", "de": "Produkte"},
    about={
        "en": "What you sell, with prices; it is chosen in the lines of opportunities.",
        "de": "Was Sie verkaufen, mit Preisen; in den Positionen von Chancen wird es ausgewählt.",
    },
    icon="package",
    title="{name}",
    order="name",
    navigation=45,
    headings={
        "name": ("Artikel", "Artikelbezeichnung", "Bezeichnung", "Item", "Product name"),
        "sku": ("Artikel-Nr.", "Art.-Nr.", "Produktnummer", "SKU", "Product number"),
        "price": ("Verkaufspreis", "Listenpreis", "Nettopreis", "Unit price", "List price"),
        "unit": ("Mengeneinheit", "ME"),
    },
    fields=(
        field("name", "text", "Name", "Name", required=True, main=True),
        field("sku", "text", "Item number", "Artikelnummer", unique=True, max_length=100, main=True),
        field("price", "money", "Price", "Preis", main=True),
        field("family", "choice", "Family", "Produktgruppe", choices=choices.FAMILY, main=True),
        field("unit", "text", "Unit", "Einheit", max_length=40, main=True),
        field("is_active", "boolean", "Active", "Aktiv", default=True, main=True),
        field("description", "long_text", "Description", "Beschreibung"),
        field("cost", "money", "Cost", "Einkaufspreis"),
        field("tax_rate", "percent", "Tax rate", "Steuersatz"),
        field("kind", "choice", "Kind", "Art", choices=choices.PRODUCT_KIND),
    ),
)


def sales_figures(object_: str, link: str) -> Extension:
    """How many opportunities of a record are open, and what was won with it."""
    child = f"opportunity.{link}"
    still_open = {"field": "status", "op": "is", "value": "open"}
    won = {"field": "status", "op": "is", "value": "won"}
    return Extension(
        object=object_,
        fields=(
            field(
                "open_opportunities",
                "rollup",
                "Open opportunities",
                "Offene Chancen",
                child=child,
                measure="count",
                where=still_open,
            ),
            field(
                "won_revenue", "rollup", "Won revenue", "Gewonnener Umsatz", child=child, measure="sum", field="amount", where=won
            ),
        ),
    )
