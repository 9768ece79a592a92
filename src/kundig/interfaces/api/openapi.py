"""OpenAPI 3.1 of the workspace's real model, custom objects included, as far as its reader's rights reach."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from kundig import __version__
from kundig.engine.extension import Action
from kundig.engine.history.trail import RIGHT as TRAIL_RIGHT
from kundig.engine.policy.access import ObjectAccess
from kundig.engine.policy.scope import Scope
from kundig.engine.records.families import DELETE, MOST, families_of
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.api import schemas
from kundig.interfaces.api.answers import as_json
from kundig.interfaces.api.audit_operations import TRAIL, trail_operations
from kundig.interfaces.api.meta import is_read_only, known_objects, shown_fields
from kundig.interfaces.api.operations import ID, SHARED_OPERATIONS, SHARES, answers, json_body, object_operations, operation, ref
from kundig.interfaces.api.reasons import REASONS, why_operations
from kundig.interfaces.api.schemas import Schema
from kundig.services.identity.explaining import explains

PREFIX = "/api/v1"

_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldProblem"}},
    },
    "required": ["type", "title", "status", "detail"],
}
_FIELD_PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "field": {"type": "string"},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "list": {"type": "string"},
        "index": {"type": "integer"},
    },
    "required": ["field", "code", "message"],
}


class Documents:
    """The descriptions made so far: one per model version and shape of rights, the latest hundred kept."""

    def __init__(self) -> None:
        """Nothing is made yet."""
        self._made: OrderedDict[tuple[Any, ...], str] = OrderedDict()

    def text(self, scope: Scope) -> str:
        """The document for a reader, as JSON."""
        allowed = tuple((name, rights.export, rights.bring) for name, rights in sorted(scope.access.objects.items()))
        key = (scope.model.schema, scope.model.version, scope.access.shape, allowed, explains(scope), scope.may(TRAIL_RIGHT))
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = as_json(describe(scope))
            if len(self._made) > 100:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return made


def describe(scope: Scope) -> dict[str, Any]:
    """The document itself."""
    components: dict[str, Schema] = {**schemas.SHARED, "Problem": _PROBLEM, "FieldProblem": _FIELD_PROBLEM, **SHARES, **REASONS}
    if scope.may(TRAIL_RIGHT):
        components |= TRAIL
    paths: dict[str, Any] = {}
    for object_ in known_objects(scope):
        rights = scope.rights(object_.name)
        components |= _components(scope, object_, rights)
        paths |= object_operations(object_, rights)
        if explains(scope):
            paths |= why_operations(object_.name)
        for (target, name), action in scope.model.actions.items():
            if target == object_.name:
                body, inner = _body(action)
                components |= inner
                paths[f"/{target}/{{id}}/actions/{name}"] = {"post": _action(action, body)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kundig", "version": __version__, "description": "See the page /api/docs for what holds for all of it."},
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": {**paths, **SHARED_OPERATIONS, **(trail_operations(scope) if scope.may(TRAIL_RIGHT) else {})},
        "components": {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _components(scope: Scope, object_: BoundObject, rights: ObjectAccess) -> dict[str, Schema]:
    fields = list(shown_fields(object_, rights))
    head: dict[str, Schema] = {
        "id": {"type": "string", "format": "uuid"},
        "object": {"const": object_.name},
        "label": {"type": "string"},
        "external_ids": {"type": "array", "items": {"type": "string"}},
    }
    shown = head | {field.name: schemas.shown(field) for field in fields}
    given = {field.name: schemas.accepted(field) for field in fields if not is_read_only(field, rights)}
    title = object_.definition.label.get("en", object_.name)
    found: dict[str, Schema] = {
        object_.name: {"type": "object", "title": title, "properties": shown, "required": ["id"]},
        f"{object_.name}_input": {
            "type": "object", "title": title, "properties": given | _owned(scope, object_), "additionalProperties": False
        },
    }  # fmt: skip
    if object_.definition.storage == "owned":
        found[f"{object_.name}_entry"] = _entry(object_, given)
    return found


def _owned(scope: Scope, object_: BoundObject) -> dict[str, Schema]:
    """Lists of what a record owns, which are written with it but not shown in it."""
    return {
        family.object.name: {
            "type": "array",
            "maxItems": MOST,
            "items": ref(f"{family.object.name}_entry"),
            "title": family.object.definition.label_plural.get("en", family.object.name),
        }
        for family in families_of(scope, object_)
    }


def _entry(object_: BoundObject, given: dict[str, Schema]) -> Schema:
    marks: dict[str, Schema] = {
        "id": {"type": "string", "format": "uuid", "description": "Of the record to change; a new one without."},
        "version": {"type": "integer", "description": "Only if this is still the current one."},
        DELETE: {"type": "boolean", "description": "To the trash."},
    }
    own = {name: schema for name, schema in given.items() if name not in (object_.definition.parent, "version")}
    return {"type": "object", "properties": marks | own, "additionalProperties": False}


def _body(action: Action) -> tuple[Schema, dict[str, Schema]]:
    """The schema of an action's body, and of what it refers to, under names of their own."""
    prefix = f"{action.object}_{action.name}"
    (schema,), inner = msgspec.json.schema_components([action.body], ref_template=f"#/components/schemas/{prefix}_{{name}}")
    return schema, {f"{prefix}_{name}": found for name, found in inner.items()}


def _action(action: Action, body: Schema) -> dict[str, Any]:
    title = action.label.get("en", action.name)
    return operation(
        f"{action.object}_{action.name}",
        title,
        action.object,
        answers(200, {"type": "object"}),
        [ID],
        body=json_body(body, required=False),
    )
