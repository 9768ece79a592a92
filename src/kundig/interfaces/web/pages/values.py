"""The values of a whole form."""

from __future__ import annotations

from typing import Any

from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.widgets.reading import Form, asked, read


def form_values(scope: Scope, object_: BoundObject, form: Form) -> dict[str, Any]:
    """The contract JSON of all fields that a form has controls of."""
    context = scope.context
    fields = [field for field in object_.fields.values() if asked(field, form) and not field.read_only]
    return {field.name: read(field, form, context.language, context.time_zone) for field in fields}
