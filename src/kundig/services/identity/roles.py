"""The roles that come with the platform. Modules add what concerns their objects to roles of the same name."""

from __future__ import annotations

from kundig.engine.extension import Grant, Role
from kundig.engine.policy.policies import EVERYONE

ADMINISTRATOR = "administrator"
DATA_PROTECTION = "data_protection"
"""Sees everything and the audit trail, and changes only what modules add: the records of people, to put right or take out."""
DATA_PROTECTION_LABEL = {"en": "Data protection officer", "de": "Datenschutz"}

ROLES = (
    Role(name=ADMINISTRATOR, label={"en": "Administrator", "de": "Administration"}, everything=True),
    Role(name="read_only", label={"en": "Read-only", "de": "Nur lesen"}, objects={"*": Grant(read="all", export=True)}),
    Role(
        name=DATA_PROTECTION,
        label=DATA_PROTECTION_LABEL,
        objects={"*": Grant(read="all", export=True, other_fields="read")},
        rights=("read_audit",),
    ),
    Role(
        name=EVERYONE,
        label={"en": "Everyone", "de": "Alle"},
        objects={
            # The directory: colleagues are known by name, nothing else of them is told.
            "user": Grant(read="all", edit="own", fields={"name": "edit"}, other_fields="hidden"),
            "team": Grant(read="all", other_fields="read"),
        },
    ),
)
