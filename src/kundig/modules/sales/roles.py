"""Who may do what with leads, opportunities and products."""

from __future__ import annotations

from kundig.engine.extension import Role
from kundig.modules.contacts.roles import AGENT_LABEL, LEADS_ALL, LOOKS_UP, MANAGER_LABEL, REPRESENTATIVE_LABEL, TEAM_WORK

_DEALS = ("lead", "opportunity", "opportunity_contact", "opportunity_line")

ROLES = (
    Role(name="sales_manager", label=MANAGER_LABEL, objects=dict.fromkeys((*_DEALS, "product"), LEADS_ALL)),
    Role(name="sales_representative", label=REPRESENTATIVE_LABEL, objects=dict.fromkeys(_DEALS, TEAM_WORK) | {"product": LOOKS_UP}),
    Role(name="service_agent", label=AGENT_LABEL, objects={"product": LOOKS_UP}),
)
