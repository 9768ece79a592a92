"""What says of a record that it is still worked on: what goes along when somebody hands over."""

from __future__ import annotations

from typing import Any

from kundig.engine.policy.scope import Scope
from kundig.engine.records.stages import derived_names
from kundig.engine.schema.bound import BoundObject


def still_open(scope: Scope, object_: BoundObject) -> list[dict[str, Any]] | None:
    """The conditions of a filter, as far as the actor may know what they ask; None if no record is ever open.

    Open is what still has to be done or kept: records whose pipeline says so, interactions that are not over, and all records of
    objects that know no end. What merely happened (calls, notes) stays with who did it.
    """
    hidden, interaction = scope.rights(object_.name).hidden, object_.definition.interaction
    if object_.pipelines:
        statuses = (derived_names(field)["status"] for field in object_.pipelines)
        return [{"field": status, "op": "is", "value": "open"} for status in statuses if status not in hidden]
    if interaction is None:
        return []
    if interaction.done is None:
        return None
    return [] if str(interaction.done.get("field")) in hidden else [{"none": [interaction.done]}]
