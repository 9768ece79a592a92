"""The typed values a module may hand in: objects, fields, pipelines, roles, views, hooks, actions, jobs.

The same shapes serve documents (YAML) of the workspace. Start at `module.py`.
"""

from kundig.engine.extension.definitions import (
    Choice,
    Extension,
    Field,
    Guests,
    Interaction,
    Layout,
    Object,
    Period,
    Pipeline,
    Section,
    Stage,
    View,
    choice,
    field,
)
from kundig.engine.extension.module import Action, Hook, Module
from kundig.engine.extension.rights import GLOBAL_RIGHTS, FieldRight, Forbid, Grant, Level, Role, SharingRule

__all__ = [
    "GLOBAL_RIGHTS",
    "Action",
    "Choice",
    "Extension",
    "Field",
    "FieldRight",
    "Forbid",
    "Grant",
    "Guests",
    "Hook",
    "Interaction",
    "Layout",
    "Level",
    "Module",
    "Object",
    "Period",
    "Pipeline",
    "Role",
    "Section",
    "SharingRule",
    "Stage",
    "View",
    "choice",
    "field",
]
