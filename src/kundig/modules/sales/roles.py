"""Who may do what with leads, opportunities and products."""

from __future__ import annotations

from kundig.engine.extension import Role
from kundig.modules.contacts.roles import (
    ADDRESSES_ALL,
    AGENT_LABEL,
    LEADS_ALL,
    LOOKS_UP,
    MANAGER_LABEL,
    MARKETING_LABEL,
    PUTS_RIGHT,
    REPRESENTATIVE_LABEL,
    SERVICE_LEAD_LABEL,
    TEAM_WORK,
)
from kundig.services.identity.roles import DATA_PROTECTION, DATA_PROTECTION_LABEL

_DEALS = ("lead", "opportunity", "opportunity_contact", "opportunity_line")

ROLES = (
    Role(name="sales_manager", label=MANAGER_LABEL, objects=dict.fromkeys((*_DEALS, "product"), LEADS_ALL)),
    Role(name="sales_representative", label=REPRESENTATIVE_LABEL, objects=dict.fromkeys(_DEALS, TEAM_WORK) | {"product": LOOKS_UP}),
    Role(name="service_agent", label=AGENT_LABEL, objects={"product": LOOKS_UP}),
    Role(name="service_lead", label=SERVICE_LEAD_LABEL, objects={"product": LOOKS_UP}),
    Role(
        name="marketing",
        label=MARKETING_LABEL,
        objects={"lead": ADDRESSES_ALL, "opportunity": LOOKS_UP, "product": LOOKS_UP},
        navigation=("lead", "contact", "account", "opportunity", "task", "call", "meeting", "note"),
    ),
    Role(
        name=DATA_PROTECTION,
        label=DATA_PROTECTION_LABEL,
        objects={"lead": PUTS_RIGHT},
        navigation=("contact", "lead", "account", "note"),
    ),
)
