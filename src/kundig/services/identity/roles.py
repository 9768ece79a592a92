"""The roles that come with the platform. Modules add what concerns their objects to roles of the same name."""

from __future__ import annotations

from kundig.engine.extension import Grant, Role
from kundig.engine.policy.policies import EVERYONE

ADMINISTRATOR = "administrator"

ROLES = (
    Role(name=ADMINISTRATOR, label={"en": "Administrator", "de": "Administration"}, everything=True),
    Role(name="read_only", label={"en": "Read-only", "de": "Nur lesen"}, objects={"*": Grant(read="all", export=True)}),
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
