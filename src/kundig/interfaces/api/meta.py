"""The model as its reader may know it: objects, fields, choices, stages, with labels in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kundig.base.i18n import label_in
from kundig.engine.extension import Pipeline
from kundig.engine.policy.access import ObjectAccess
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField, BoundObject


def describe_objects(scope: Scope) -> list[dict[str, Any]]:
    """Every object that the reader may know of, in the order of the model."""
    return [_object(scope, object_) for object_ in known_objects(scope)]


def known_objects(scope: Scope) -> Iterator[BoundObject]:
    """The objects that exist for the reader."""
    return (object_ for name, object_ in scope.model.objects.items() if name in scope.access.objects)


def shown_fields(object_: BoundObject, rights: ObjectAccess) -> Iterator[BoundField]:
    """The fields that a record shows to the reader, beside `id`, `object`, `label` and `external_ids`."""
    return (field for name, field in object_.fields.items() if name not in rights.hidden and name not in object_.implicit)


def is_read_only(field: BoundField, rights: ObjectAccess) -> bool:
    """Whether the engine keeps the field, or the reader's role does not let it be written."""
    return field.read_only or field.name in rights.fixed


def _object(scope: Scope, object_: BoundObject) -> dict[str, Any]:
    language = scope.context.language
    rights = scope.rights(object_.name)
    return {
        "name": object_.name,
        "label": label_in(object_.definition.label, language),
        "label_plural": label_in(object_.definition.label_plural, language),
        "fields": [_field(field, rights, language) for field in shown_fields(object_, rights)],
    }


def _field(field: BoundField, rights: ObjectAccess, language: str) -> dict[str, Any]:
    definition = field.definition
    described: dict[str, Any] = {
        "name": field.name,
        "label": label_in(definition.label, language),
        "type": definition.type,
        "required": definition.required,
        "unique": definition.unique,
        "read_only": is_read_only(field, rights),
    }
    if definition.translated:
        described["translated"] = True
    if field.target is not None:
        described["target"] = field.target
    if field.pipeline is not None and field.name == field.pipeline.field:
        staged = [_pipeline(pipeline, language) for pipeline in field.pipelines]
        described["stages"] = [stage for pipeline in staged for stage in pipeline["stages"]]
        described["pipelines"] = staged
    elif field.choices:
        described["choices"] = [{"key": c.key, "label": label_in(c.label, language)} for c in field.choices if not c.retired]
    return described


def _pipeline(pipeline: Pipeline, language: str) -> dict[str, Any]:
    stages = [
        {"key": stage.key, "label": label_in(stage.label, language), "probability": stage.probability, "status": stage.status}
        for stage in pipeline.stages
        if not stage.retired
    ]
    return {"name": pipeline.name, "label": label_in(pipeline.label, language), "stages": stages}
