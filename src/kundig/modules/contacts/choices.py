"""The choices of contacts that other modules use too: industries, salutations, languages, where somebody came from."""

from __future__ import annotations

from kundig.engine.extension import choice

INDUSTRY = (
    choice("agriculture", "Agriculture", "Landwirtschaft"),
    choice("automotive", "Automotive", "Automobil"),
    choice("chemicals", "Chemicals", "Chemie"),
    choice("construction", "Construction", "Bau"),
    choice("consulting", "Consulting", "Beratung"),
    choice("education", "Education", "Bildung"),
    choice("energy", "Energy", "Energie"),
    choice("entertainment", "Entertainment", "Unterhaltung"),
    choice("finance", "Finance", "Finanzen"),
    choice("healthcare", "Healthcare", "Gesundheit"),
    choice("hospitality", "Hospitality", "Gastgewerbe"),
    choice("insurance", "Insurance", "Versicherungen"),
    choice("it_services", "IT services", "IT-Dienstleistungen"),
    choice("logistics", "Logistics", "Logistik"),
    choice("manufacturing", "Manufacturing", "Fertigung"),
    choice("marketing", "Marketing", "Marketing"),
    choice("media", "Media", "Medien"),
    choice("public_sector", "Public sector", "Öffentlicher Sektor"),
    choice("real_estate", "Real estate", "Immobilien"),
    choice("retail", "Retail", "Handel"),
    choice("services", "Services", "Dienstleistungen"),
    choice("software", "Software", "Software"),
    choice("staffing", "Staffing", "Personaldienstleistung"),
    choice("technology", "Technology", "Technologie"),
    choice("telecommunications", "Telecommunications", "Telekommunikation"),
    choice("other", "Other", "Sonstige"),
)

SALUTATION = (
    choice("mr", "Mr", "Herr"),
    choice("ms", "Ms", "Frau"),
    choice("mx", "Mx", "Neutral"),
    choice("none", "None", "Keine"),
)

LANGUAGE = (
    choice("de", "German", "Deutsch"),
    choice("en", "English", "Englisch"),
    choice("fr", "French", "Französisch"),
    choice("it", "Italian", "Italienisch"),
    choice("es", "Spanish", "Spanisch"),
    choice("nl", "Dutch", "Niederländisch"),
    choice("pl", "Polish", "Polnisch"),
    choice("cs", "Czech", "Tschechisch"),
)

RATING = (
    choice("hot", "Hot", "Heiß", "red"),
    choice("warm", "Warm", "Warm", "amber"),
    choice("cold", "Cold", "Kalt", "blue"),
)

SOURCE = (
    choice("web_form", "Web form", "Webformular"),
    choice("email", "E-mail", "E-Mail"),
    choice("phone", "Phone", "Telefon"),
    choice("event", "Event", "Veranstaltung"),
    choice("referral", "Referral", "Empfehlung"),
    choice("partner", "Partner", "Partner"),
    choice("advertising", "Advertising", "Werbung"),
    choice("shop", "Shop", "Shop"),
    choice("pos", "Point of sale", "Ladengeschäft"),
    choice("import", "Import", "Import"),
    choice("other", "Other", "Sonstige"),
)

ACCOUNT_TYPE = (
    choice("prospect", "Prospect", "Interessent", "blue"),
    choice("customer", "Customer", "Kunde", "green"),
    choice("partner", "Partner", "Partner", "violet"),
    choice("supplier", "Supplier", "Lieferant", "amber"),
    choice("competitor", "Competitor", "Wettbewerber", "red"),
    choice("other", "Other", "Sonstige"),
)

LEGAL_FORM = (
    choice("gmbh", "GmbH", "GmbH"),
    choice("ug", "UG", "UG (haftungsbeschränkt)"),
    choice("gmbh_co_kg", "GmbH & Co. KG", "GmbH & Co. KG"),
    choice("ag", "AG", "AG"),
    choice("kg", "KG", "KG"),
    choice("ohg", "OHG", "OHG"),
    choice("gbr", "GbR", "GbR"),
    choice("eg", "eG", "eG"),
    choice("ev", "e. V.", "e. V."),
    choice("eu", "Sole proprietorship", "Einzelunternehmen"),
    choice("other", "Other", "Sonstige"),
)

LIFECYCLE = (
    choice("subscriber", "Subscriber", "Abonnent", "gray"),
    choice("lead", "Lead", "Lead", "blue"),
    choice("qualified", "Qualified", "Qualifiziert", "teal"),
    choice("opportunity", "Opportunity", "Chance", "amber"),
    choice("customer", "Customer", "Kunde", "green"),
    choice("advocate", "Advocate", "Fürsprecher", "violet"),
    choice("former", "Former customer", "Ehemaliger Kunde", "red"),
)

CHANNEL = (
    choice("email", "E-mail", "E-Mail"),
    choice("phone", "Phone", "Telefon"),
    choice("post", "Post", "Post"),
    choice("messenger", "Messenger", "Messenger"),
)
