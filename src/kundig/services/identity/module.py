"""What identity contributes to the model, in the shape of a module."""

from __future__ import annotations

from pathlib import Path

from kundig.base.database import MigrationSource
from kundig.engine.extension import Module
from kundig.services.identity.audit_events import EVENTS
from kundig.services.identity.hooks import HOOKS
from kundig.services.identity.jobs import JOBS
from kundig.services.identity.objects import TEAM, USER
from kundig.services.identity.roles import ROLES

MIGRATIONS = MigrationSource("identity", Path(__file__).parent / "sql")
"""Tables of sign-in in schema `kundig`."""

MODULE = Module(
    name="identity",
    label={"en": "Users and teams", "de": "Benutzer und Teams"},
    objects=(USER, TEAM),
    roles=ROLES,
    hooks=HOOKS,
    jobs=JOBS,
    audit_events=EVENTS,
)
