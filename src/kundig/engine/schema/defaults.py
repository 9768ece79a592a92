"""Defaults of fields: each must be a value that its field would take from anybody, else every new record would be refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from kundig.base.context import Context
from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import Text, t
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Reference, Refused
from kundig.engine.schema.model import Model


@dataclass
class _Nothing:
    """What a type may ask while it reads a default: nothing that depends on records or on a day."""

    context: Context

    def record(self, reference: Reference) -> UUID | None:
        """None."""
        return None


def check_defaults(model: Model, context: Context) -> None:
    """Raise Invalid with all defaults that their fields would refuse."""
    errors = [
        FieldError(f"{object_.name}.{field.name}", "bad_default", t("Its default can't be used: {reason}", reason=reason))
        for object_ in model.objects.values()
        for field in object_.fields.values()
        if field.definition.default is not None
        for reason in _faults(field, context)
    ]
    if errors:
        raise Invalid(errors)


def _faults(field: BoundField, context: Context) -> Iterator[Text]:
    default = field.definition.default
    if field.definition.unique:
        yield t("The field is unique, so that a second record could not have it.")
    if any(True for _ in field.type.references(field, default)):
        yield t("A default can't be a record.")
        return
    try:
        field.type.parse(field, default, _Nothing(context))
    except Refused as refused:
        yield refused.text
        return
    retired = {choice.key for choice in field.choices if choice.retired}
    for key in retired & set([default] if isinstance(default, str) else default) if retired else ():
        yield t('The choice "{key}" is retired.', key=key)
