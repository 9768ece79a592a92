"""Who may do what with tickets."""

from __future__ import annotations

from kundig.engine.extension import Grant, Role
from kundig.modules.contacts.roles import (
    AGENT_LABEL,
    LEADS_ALL,
    MANAGER_LABEL,
    REPRESENTATIVE_LABEL,
    SERVES_ALL,
    SERVICE_LEAD_LABEL,
)

_REPORTS = Grant(read="all", create=True, edit="own", delete="own", assign="own", share="own")

ROLES = (
    Role(name="sales_manager", label=MANAGER_LABEL, objects={"ticket": LEADS_ALL}),
    Role(name="sales_representative", label=REPRESENTATIVE_LABEL, objects={"ticket": _REPORTS}),
    Role(name="service_agent", label=AGENT_LABEL, objects={"ticket": SERVES_ALL}),
    Role(
        name="service_lead",
        label=SERVICE_LEAD_LABEL,
        objects={"ticket": LEADS_ALL},
        navigation=("ticket", "contact", "account", "task", "call", "meeting", "note"),
    ),
)
