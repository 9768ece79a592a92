"""Calling the rules of modules: `before` may change and veto, `after` may only queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft


async def call_hooks(scope: Scope, drafts: Sequence[Draft], when: Literal["before", "after"]) -> None:
    """Call the hooks of the drafts' object, in the order in which the modules were loaded.

    An undo brings back what was there, what rules had set included, so it asks no rule again.
    """
    if not drafts or (when == "before" and drafts[0].change.head.action == "undo"):
        return
    for hook in scope.model.hooks.get((drafts[0].object.name, when), ()):
        await hook.run(scope, drafts)
