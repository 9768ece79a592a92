"""What a module hands in: one typed value that lists all it contributes. Plug-ins use the same (entry points `kundig.modules`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec

from kundig.base.i18n import Label
from kundig.engine.audit import AuditEvent
from kundig.engine.extension.definitions import Extension, Layout, Object, Pipeline, View
from kundig.engine.extension.rights import Role

if TYPE_CHECKING:
    from kundig.base.jobs import Job
    from kundig.engine.policy.scope import Scope
    from kundig.engine.records.draft import Draft

ActionRun = Callable[["Scope", UUID, Any], Awaitable[dict[str, Any]]]
HookRun = Callable[["Scope", Sequence["Draft"]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hook:
    """Called with all drafts of one object in a change.

    `before` may change and veto (`draft.refuse(…)`) and add writes of its own; it runs after validation, before anything is
    written. `after` runs in the same transaction when everything is written, and may only queue jobs.
    """

    object: str
    when: Literal["before", "after"]
    run: HookRun


@dataclass(frozen=True, slots=True)
class Action:
    """A verb for pages, API, workflows and agents alike: `POST /{object}/{id}/actions/{name}` with `body`, answers a dict."""

    object: str
    name: str
    label: Label
    body: type[msgspec.Struct]
    run: ActionRun
    icon: str = "zap"


@dataclass(frozen=True, kw_only=True)
class Module:
    """One module. `requires` names modules that must be there; `documents` is the folder of default YAML documents."""

    name: str
    label: Label
    requires: tuple[str, ...] = ()
    objects: tuple[Object, ...] = ()
    extends: tuple[Extension, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    layouts: tuple[Layout, ...] = ()
    views: tuple[View, ...] = ()
    roles: tuple[Role, ...] = ()
    documents: Traversable | None = None
    hooks: tuple[Hook, ...] = ()
    actions: tuple[Action, ...] = ()
    jobs: tuple[Job, ...] = ()
    audit_events: tuple[AuditEvent, ...] = ()
    """What it notes in the audit trail; only what is declared here can be shown there."""
