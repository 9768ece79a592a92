"""Leads: somebody who may become a customer, before there is an account."""

from __future__ import annotations

from kundig.engine.extension import Object, field
from kundig.modules.contacts import headings
from kundig.modules.contacts.choices import INDUSTRY, RATING, SALUTATION, SOURCE
from kundig.modules.sales.choices import DISQUALIFIED_REASON

LEAD = Object(
    name="lead",
    label={"en": "Lead", "de": "Lead"},
    label_plural={"en": "Leads", "de": "Leads"},
    about={
        "en": "People and companies that might become customers and are yet to be talked to.",
        "de": "Menschen und Firmen, die Kunden werden könnten und mit denen noch zu sprechen ist.",
    },
    icon="user-round-search",
    title="{first_name} {last_name}|{company_name}|{emails}|{phones}",
    navigation=30,
    headings={
        "company_name": headings.COMPANY,
        "website": headings.WEBSITE,
        "employees": headings.EMPLOYEES,
        "need": headings.NOTES,
        **{path: words for path, words in headings.PERSON.items() if path != "description"},
        **headings.REACHED,
        **headings.address("address"),
    },
    any_required=(("last_name", "first_name", "company_name", "emails", "phones"),),
    fields=(
        field("salutation", "choice", "Salutation", "Anrede", choices=SALUTATION, main=True, personal=True),
        field("academic_title", "text", "Title", "Titel", max_length=60, main=True, personal=True),
        field("first_name", "text", "First name", "Vorname", max_length=200, main=True, personal=True),
        field("last_name", "text", "Last name", "Nachname", max_length=200, main=True, personal=True),
        field("company_name", "text", "Company", "Unternehmen", main=True),
        field("job_title", "text", "Job title", "Position", main=True),
        field("emails", "emails", "E-mail", "E-Mail", main=True, personal=True),
        field("phones", "phones", "Phone", "Telefon", main=True, personal=True),
        field("website", "url", "Website", "Website", main=True),
        field("address", "address", "Address", "Adresse", main=True, personal=True),
        field("status", "pipeline", "Status", "Status", pipeline="lead", main=True),
        field("source", "choice", "Source", "Herkunft", choices=SOURCE, main=True),
        field("rating", "choice", "Rating", "Einstufung", choices=RATING, main=True),
        field("need", "long_text", "Need", "Bedarf", main=True),
        field("budget", "money", "Budget", "Budget"),
        field("expected_close", "date", "Expected close", "Erwarteter Abschluss"),
        field("employees", "number", "Employees", "Beschäftigte", min=0),
        field("industry", "choice", "Industry", "Branche", choices=INDUSTRY),
        field("source_detail", "text", "Source detail", "Genaue Herkunft"),
        field("utm_source", "text", "UTM source", "UTM-Quelle", searched=False),
        field("utm_medium", "text", "UTM medium", "UTM-Medium", searched=False),
        field("utm_campaign", "text", "UTM campaign", "UTM-Kampagne", searched=False),
        field("utm_term", "text", "UTM term", "UTM-Begriff", searched=False),
        field("utm_content", "text", "UTM content", "UTM-Inhalt", searched=False),
        field("referrer", "url", "Referrer", "Verweisende Seite", searched=False),
        field("landing_page", "url", "Landing page", "Zielseite", searched=False),
        field(
            "disqualified_reason",
            "choice",
            "Reason for disqualification",
            "Grund der Disqualifizierung",
            choices=DISQUALIFIED_REASON,
        ),
        field("first_response_at", "datetime", "First response", "Erste Antwort", read_only=True),
        field("converted_at", "datetime", "Converted at", "Umgewandelt am", read_only=True),
        field("converted_account", "link", "Account made of it", "Daraus entstandene Firma", target="account", read_only=True),
        field("converted_contact", "link", "Contact made of it", "Daraus entstandener Kontakt", target="contact", read_only=True),
        field(
            "converted_opportunity",
            "link",
            "Opportunity made of it",
            "Daraus entstandene Chance",
            target="opportunity",
            read_only=True,
        ),
        field("tags", "tags", "Tags", "Schlagwörter"),
    ),
)
