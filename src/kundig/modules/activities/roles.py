"""Who may do what with activities."""

from __future__ import annotations

from kundig.engine.extension import Grant, Role
from kundig.modules.contacts.roles import (
    AGENT_LABEL,
    LEADS_ALL,
    MANAGER_LABEL,
    MARKETING_LABEL,
    REPRESENTATIVE_LABEL,
    SERVICE_LEAD_LABEL,
)

_OBJECTS = ("task", "call", "meeting", "attendee", "note")

_OWN_WORK = Grant(read="team", create=True, edit="own", delete="own", assign="own", share="own", bring=True, bulk=True)

_PLANS = ("see_busy",)
"""Who plans with others needs to know when they are busy."""

ROLES = (
    Role(name="sales_manager", label=MANAGER_LABEL, objects=dict.fromkeys(_OBJECTS, LEADS_ALL), rights=_PLANS),
    Role(name="sales_representative", label=REPRESENTATIVE_LABEL, objects=dict.fromkeys(_OBJECTS, _OWN_WORK), rights=_PLANS),
    Role(name="service_agent", label=AGENT_LABEL, objects=dict.fromkeys(_OBJECTS, _OWN_WORK), rights=_PLANS),
    Role(name="service_lead", label=SERVICE_LEAD_LABEL, objects=dict.fromkeys(_OBJECTS, LEADS_ALL), rights=_PLANS),
    Role(name="marketing", label=MARKETING_LABEL, objects=dict.fromkeys(_OBJECTS, _OWN_WORK), rights=_PLANS),
)
