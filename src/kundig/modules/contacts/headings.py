"""What people write over the columns of their lists of companies and people, besides the fields' own names."""

from __future__ import annotations

from collections.abc import Mapping

Headings = Mapping[str, tuple[str, ...]]

COMPANY = (
    "Firma", "Firmenname", "Unternehmen", "Unternehmensname", "Organisation", "Kunde", "Kundenname",
    "Company", "Company name", "Organization", "Customer", "Customer name",
)  # fmt: skip
WEBSITE = ("Webseite", "Internetseite", "Internet", "Homepage", "Web", "URL")
NOTES = ("Notiz", "Notizen", "Bemerkung", "Bemerkungen", "Kommentar", "Note", "Notes", "Remarks", "Comment", "Comments")
EMPLOYEES = ("Mitarbeiter", "Mitarbeiterzahl", "Anzahl Mitarbeiter", "Number of employees", "Staff", "Headcount")

REACHED: Headings = {
    "emails": ("Mail", "Mailadresse", "E-Mail-Adresse", "E-Mail geschäftlich", "Mail address", "E-mail address", "Work email"),
    "phones": (
        "Tel", "Telefonnummer", "Telefon geschäftlich", "Rufnummer", "Festnetz", "Telephone", "Phone number", "Work phone",
    ),
    "phones.mobile": (
        "Handy", "Handynummer", "Mobil", "Mobiltelefon", "Mobilnummer", "Mobile", "Mobile phone", "Mobile number", "Cell phone",
    ),
    "phones.fax": ("Fax", "Telefax", "Faxnummer", "Fax number"),
}  # fmt: skip
"""E-mail and telephone."""

PERSON: Headings = {
    "academic_title": ("Akademischer Titel", "Academic title"),
    "first_name": ("Rufname", "Given name", "Forename"),
    "last_name": (
        "Familienname", "Surname", "Family name", "Name", "Vollständiger Name", "Full name", "Ansprechpartner", "Ansprechpartnerin",
        "Ansprechperson", "Kontaktperson", "Kontakt", "Contact person", "Contact",
    ),
    "job_title": ("Funktion", "Stelle", "Stellenbezeichnung", "Jobtitel", "Rolle", "Position", "Role", "Job"),
    "description": NOTES,
}  # fmt: skip
"""Who somebody is. A name in one column is a last name: there it can be put in order later, and nothing is lost."""


def address(field: str) -> Headings:
    """The parts of an address field."""
    return {
        f"{field}.street": ("Straße", "Straße und Hausnummer", "Strasse/Nr.", "Anschrift", "Street", "Street address"),
        f"{field}.postcode": ("PLZ", "Postleitzahl", "Postcode", "Postal code", "ZIP", "ZIP code"),
        f"{field}.city": ("Ort", "Stadt", "Wohnort", "City", "Town"),
        f"{field}.state": ("Bundesland", "Kanton", "Region", "State", "Province"),
        f"{field}.country": ("Land", "Staat", "Country"),
    }
