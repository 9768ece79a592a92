"""What is to be done, and the one click with which it is done."""

from __future__ import annotations

from dataclasses import dataclass

from kundig.base.i18n import label_in
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject


@dataclass(frozen=True, slots=True)
class Finish:
    """The choice that says of a record that it is done; it is written as a stage is."""

    field: str
    key: str
    label: str


def finish_of(scope: Scope, object_: BoundObject) -> Finish | None:
    """How records of an object are finished: the first value by which an interaction counts as done, if the reader may set it."""
    done = object_.definition.interaction.done if object_.definition.interaction else None
    rights = scope.rights(object_.name)
    if done is None or rights.edit == "none" or done.get("op") not in ("is", "in"):
        return None
    field = object_.fields.get(str(done.get("field")))
    if field is None or field.read_only or field.name in rights.hidden | rights.fixed | rights.fixed_later:
        return None
    first = done["value"][0] if isinstance(done["value"], list | tuple) else done["value"]
    choice = next((choice for choice in field.choices or () if choice.key == first), None)
    return None if choice is None else Finish(field.name, choice.key, label_in(choice.label, scope.context.language))
