"""The choices of sales."""

from __future__ import annotations

from kundig.engine.extension import choice

LOST_REASON = (
    choice("price", "Price", "Preis"),
    choice("competitor", "Competitor", "Wettbewerber"),
    choice("no_budget", "No budget", "Kein Budget"),
    choice("no_decision", "No decision", "Keine Entscheidung"),
    choice("timing", "Timing", "Zeitpunkt"),
    choice("product_fit", "Product does not fit", "Produkt passt nicht"),
    choice("no_response", "No response", "Keine Rückmeldung"),
    choice("duplicate", "Duplicate", "Dublette"),
    choice("other", "Other", "Sonstiges"),
)

DISQUALIFIED_REASON = (
    choice("no_need", "No need", "Kein Bedarf"),
    choice("no_budget", "No budget", "Kein Budget"),
    choice("no_authority", "No authority", "Keine Entscheidungsbefugnis"),
    choice("wrong_contact", "Wrong contact", "Falscher Ansprechpartner"),
    choice("competitor", "Competitor", "Wettbewerber"),
    choice("spam", "Spam", "Spam"),
    choice("duplicate", "Duplicate", "Dublette"),
    choice("other", "Other", "Sonstiges"),
)

OPPORTUNITY_TYPE = (
    choice("new", "New business", "Neugeschäft", "blue"),
    choice("renewal", "Renewal", "Verlängerung", "green"),
    choice("upsell", "Upsell", "Erweiterung", "violet"),
    choice("cross_sell", "Cross-sell", "Zusatzverkauf", "teal"),
)

FORECAST = (
    choice("pipeline", "Pipeline", "Pipeline", "gray"),
    choice("best_case", "Best case", "Bester Fall", "blue"),
    choice("commit", "Commit", "Zugesagt", "green"),
    choice("closed", "Closed", "Abgeschlossen", "teal"),
    choice("omitted", "Omitted", "Nicht berücksichtigt", "amber"),
)

PERIOD = (
    choice("month", "Monthly", "Monatlich"),
    choice("quarter", "Quarterly", "Vierteljährlich"),
    choice("year", "Yearly", "Jährlich"),
)

ROLE = (
    choice("decision_maker", "Decision maker", "Entscheider", "violet"),
    choice("economic_buyer", "Economic buyer", "Budgetverantwortlich", "blue"),
    choice("champion", "Champion", "Fürsprecher", "green"),
    choice("influencer", "Influencer", "Einflussnehmer", "teal"),
    choice("evaluator", "Evaluator", "Prüfer", "gray"),
    choice("blocker", "Blocker", "Gegner", "red"),
)

FAMILY = (
    choice("hardware", "Hardware", "Hardware"),
    choice("software", "Software", "Software"),
    choice("service", "Service", "Dienstleistung"),
    choice("other", "Other", "Sonstiges"),
)


PRODUCT_KIND = (
    choice("good", "Good", "Ware"),
    choice("service", "Service", "Dienstleistung"),
    choice("subscription", "Subscription", "Abonnement"),
)
