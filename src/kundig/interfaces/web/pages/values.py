"""The values of a whole form, and writing them; a link may bring a record along that is made with it, by nothing but its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kundig.base.errors import FieldError, Invalid
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Change, Create, Update, Written
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.titles import made_by_name, title_values
from kundig.interfaces.web.widgets.reading import Form, asked, read, typed


def form_values(scope: Scope, object_: BoundObject, form: Form) -> dict[str, Any]:
    """The contract JSON of all fields that a form has controls of."""
    context = scope.context
    fields = [field for field in object_.fields.values() if asked(field, form) and not field.read_only]
    return {field.name: read(field, form, context.language, context.time_zone) for field in fields}


def of_field(name: str, form: Form) -> Form:
    """What a form holds of one field."""
    return {key: values for key, values in form.items() if key.rstrip("!").split(".")[0] == name}


async def write_form(
    scope: Scope,
    object_: BoundObject,
    form: Form,
    *,
    id_: UUID | None = None,
    version: int | None = None,
    more: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Written:
    """Make a record of a form, or change that of `id_`, together with records that its links name for the first time."""
    change = Change(scope, reason=reason, form_of=object_.name)
    values = form_values(scope, object_, form) | await made_for_links(change, object_, form) | dict(more or {})
    item = Update(id_, values, version) if id_ else Create(values)
    return change.outcome(await change.write(object_.name, [item]))


async def made_for_links(change: Change, object_: BoundObject, form: Form) -> dict[str, str]:
    """The records that a form's links name for the first time, made: link → id. What is wrong with one is said at its link."""
    made = {}
    for field in object_.fields.values():
        label = _new_label(field, form)
        target = field.target or ""
        if not label or field.read_only or not made_by_name(change.scope, target):
            continue
        values = title_values(change.scope.model.objects[target], label)
        try:
            [made[field.name]] = map(str, await change.write(target, [Create(values)]))
        except Invalid as error:
            raise Invalid(FieldError(field.name, e.code, e.text) for e in error.errors) from None
    return made


def _new_label(field: BoundField, form: Form) -> str:
    """What was typed into a link's control, if that is to become a new record."""
    if not field.to_one or f"{field.name}.new" not in form:
        return ""
    parts = typed(field, form)
    is_new = any(parts.get("new", ())) and not any(parts.get("", ()))
    return next((label.strip() for label in parts.get("label", ()) if is_new), "")
