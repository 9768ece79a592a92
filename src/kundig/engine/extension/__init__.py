"""The typed values a module may hand in: objects, fields, pipelines, roles, views, hooks, actions, jobs, audit events.

The same shapes serve documents (YAML) of the workspace. Start at `module.py`.
"""

from kundig.engine.audit import AuditEvent, audit_event
from kundig.engine.extension.definitions import (
    Choice,
    Extension,
    Field,
    Guests,
    Home,
    Interaction,
    Layout,
    Object,
    Period,
    Pipeline,
    Placed,
    Section,
    Stage,
    Tab,
    View,
    choice,
    field,
)
from kundig.engine.extension.module import Action, Hook, Module
from kundig.engine.extension.rights import GLOBAL_RIGHTS, FieldRight, Forbid, Grant, Level, Role, SharingRule
from kundig.engine.extension.sign_in import GroupGrant, SignInProvider

__all__ = [
    "GLOBAL_RIGHTS",
    "Action",
    "AuditEvent",
    "Choice",
    "Extension",
    "Field",
    "FieldRight",
    "Forbid",
    "Grant",
    "GroupGrant",
    "Guests",
    "Home",
    "Hook",
    "Interaction",
    "Layout",
    "Level",
    "Module",
    "Object",
    "Period",
    "Pipeline",
    "Placed",
    "Role",
    "Section",
    "SharingRule",
    "SignInProvider",
    "Stage",
    "Tab",
    "View",
    "audit_event",
    "choice",
    "field",
]
