"""Who may do what with activities."""

from __future__ import annotations

from kundig.engine.extension import Grant, Role
from kundig.modules.contacts.roles import AGENT_LABEL, LEADS_ALL, MANAGER_LABEL, REPRESENTATIVE_LABEL

_OBJECTS = ("task", "call", "meeting", "attendee", "note")

_OWN_WORK = Grant(read="team", create=True, edit="own", delete="own", assign="own", share="own", bring=True, bulk=True)

ROLES = (
    Role(name="sales_manager", label=MANAGER_LABEL, objects=dict.fromkeys(_OBJECTS, LEADS_ALL)),
    Role(name="sales_representative", label=REPRESENTATIVE_LABEL, objects=dict.fromkeys(_OBJECTS, _OWN_WORK)),
    Role(name="service_agent", label=AGENT_LABEL, objects=dict.fromkeys(_OBJECTS, _OWN_WORK)),
)
