"""The stages of leads and opportunities."""

from __future__ import annotations

from kundig.engine.extension import Pipeline, Stage

LEADS = Pipeline(
    name="lead",
    object="lead",
    field="status",
    label={"en": "Leads", "de": "Leads"},
    stages=(
        Stage(key="new", label={"en": "New", "de": "Neu"}, rot_days=3, color="blue"),
        Stage(key="contacted", label={"en": "Contacted", "de": "Kontaktiert"}, rot_days=14, color="teal"),
        Stage(key="nurturing", label={"en": "Nurturing", "de": "In Betreuung"}, rot_days=90, color="violet"),
        Stage(key="qualified", label={"en": "Qualified", "de": "Qualifiziert"}, rot_days=14, color="amber"),
        Stage(key="converted", label={"en": "Converted", "de": "Umgewandelt"}, status="won", color="green"),
        Stage(key="disqualified", label={"en": "Disqualified", "de": "Disqualifiziert"}, status="lost", color="gray"),
    ),
)

SALES = Pipeline(
    name="sales",
    object="opportunity",
    field="stage",
    label={"en": "Sales", "de": "Vertrieb"},
    probability="probability",
    amount="amount",
    close_date="close_date",
    stages=(
        Stage(
            key="qualification", label={"en": "Qualification", "de": "Qualifizierung"}, probability=10, rot_days=14, color="gray"
        ),
        Stage(
            key="needs_analysis", label={"en": "Needs analysis", "de": "Bedarfsanalyse"}, probability=25, rot_days=21, color="blue"
        ),
        Stage(key="proposal", label={"en": "Proposal", "de": "Angebot"}, probability=50, rot_days=21, color="violet"),
        Stage(key="negotiation", label={"en": "Negotiation", "de": "Verhandlung"}, probability=75, rot_days=14, color="amber"),
        Stage(key="won", label={"en": "Won", "de": "Gewonnen"}, status="won", probability=100, color="green"),
        Stage(
            key="lost", label={"en": "Lost", "de": "Verloren"}, status="lost", probability=0, required=("lost_reason",), color="red"
        ),
    ),
)
