"""Who may do what with accounts and contacts. Grants of all modules for the same role add up."""

from __future__ import annotations

from kundig.engine.extension import Grant, Role
from kundig.services.identity.roles import DATA_PROTECTION, DATA_PROTECTION_LABEL

MANAGER_LABEL = {"en": "Sales manager", "de": "Vertriebsleitung"}
REPRESENTATIVE_LABEL = {"en": "Sales representative", "de": "Vertrieb"}
AGENT_LABEL = {"en": "Service agent", "de": "Kundenservice"}
SERVICE_LEAD_LABEL = {"en": "Service manager", "de": "Serviceleitung"}
MARKETING_LABEL = {"en": "Marketing", "de": "Marketing"}

LEADS_ALL = Grant(
    read="all", create=True, edit="all", delete="team_below", assign="all", share="all", export=True, bring=True, bulk=True
)
"""A manager: sees and changes everything, deletes what belongs to the own teams and those below."""

TEAM_WORK = Grant(read="team", create=True, edit="team", delete="own", assign="own", share="own", bring=True)
"""A representative: works on what belongs to the own teams, deletes and hands on only what is their own; takes no lists away."""

SERVES_ALL = Grant(read="all", create=True, edit="all", delete="own", assign="all", share="own", bulk=True)
"""An agent: whoever calls is known, and every ticket can be taken over."""

LOOKS_UP = Grant(read="all")

ADDRESSES_ALL = Grant(read="all", create=True, edit="all", assign="own", share="own", export=True, bring=True, bulk=True)
"""Marketing: knows and keeps the addresses of everybody, brings lists in and takes them out, deletes nothing."""

PUTS_RIGHT = Grant(read="all", edit="all", delete="all", export=True)
"""Data protection: what is kept of people can be told, put right and taken out."""

_OBJECTS = ("account", "contact", "employment")

ROLES = (
    Role(name="sales_manager", label=MANAGER_LABEL, objects=dict.fromkeys(_OBJECTS, LEADS_ALL), rights=("share_views",)),
    Role(name="sales_representative", label=REPRESENTATIVE_LABEL, objects=dict.fromkeys(_OBJECTS, TEAM_WORK)),
    Role(name="service_agent", label=AGENT_LABEL, objects=dict.fromkeys(_OBJECTS, SERVES_ALL)),
    Role(name="service_lead", label=SERVICE_LEAD_LABEL, objects=dict.fromkeys(_OBJECTS, SERVES_ALL), rights=("share_views",)),
    Role(name="marketing", label=MARKETING_LABEL, objects=dict.fromkeys(_OBJECTS, ADDRESSES_ALL), rights=("share_views",)),
    Role(name=DATA_PROTECTION, label=DATA_PROTECTION_LABEL, objects={"contact": PUTS_RIGHT}),
)
