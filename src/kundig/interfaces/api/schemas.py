"""JSON schemas of values: how each type of field looks on input and on output, keyed by type with its kind as the fallback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kundig.base.i18n import LANGUAGES
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.pipeline import stage_in
from kundig.engine.schema.kinds import Kind

Schema = dict[str, Any]

LINK: Schema = {"$ref": "#/components/schemas/Link"}
_TEXT: Schema = {"type": "string"}
_DECIMAL: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
_REFERENCE: Schema = {"type": "string", "description": "An id, or `system:external id`."}

#: What values look like that other schemas refer to.
SHARED: Mapping[str, Schema] = {
    "Link": {
        "type": "object",
        "properties": {"id": {"type": "string", "format": "uuid"}, "object": _TEXT, "label": _TEXT},
        "required": ["id", "object", "label"],
    },
    "Money": {
        "type": "object",
        "properties": {"amount": _DECIMAL, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}},
        "required": ["amount"],
        "additionalProperties": False,
    },
    "ContactPoint": {
        "type": "object",
        "properties": {"value": _TEXT, "label": {"type": ["string", "null"]}, "display": {"type": ["string", "null"]}},
        "required": ["value"],
    },
    "Address": {
        "type": "object",
        "properties": {part: {"type": ["string", "null"]} for part in ("street", "postcode", "city", "state", "country")},
        "additionalProperties": False,
    },
    "Translated": {
        "type": "object",
        "properties": {language: {"type": ["string", "null"]} for language in LANGUAGES},
        "additionalProperties": False,
    },
    "AnyLink": {
        "type": "object",
        "properties": {"object": _TEXT, "id": {"type": "string", "format": "uuid"}},
        "required": ["object", "id"],
    },
}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


_POINTS = _list_of({"anyOf": [_TEXT, _ref("ContactPoint")]})

#: Types whose JSON is not what their kind says. A type that is missing here looks like its kind.
_BY_TYPE: Mapping[str, Schema] = {
    "number": {"type": "number"},
    "rating": {"type": "integer"},
    "duration": {"type": "integer", "description": "Seconds."},
    "money": _ref("Money"),
    "datetime": {"type": "string", "format": "date-time"},
    "url": {"type": "string", "format": "uri"},
    "rich_text": {"type": "string", "description": "HTML; what could do harm is taken out."},
    "emails": _POINTS,
    "phones": _POINTS,
    "domains": _list_of(_TEXT),
    "address": _ref("Address"),
    "translated_text": _ref("Translated"),
    "translated_long_text": _ref("Translated"),
    "links": _list_of(LINK),
    "link_any": _list_of(LINK),
}

_BY_KIND: Mapping[Kind, Schema] = {
    Kind.TEXT: _TEXT,
    Kind.NUMBER: _DECIMAL,
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.CHOICE: _TEXT,
    Kind.LIST: _list_of(_TEXT),
    Kind.LINK: LINK,
    Kind.NONE: {},
}

#: On input some values are given in another way than they are shown.
_INPUT_BY_TYPE: Mapping[str, Schema] = {
    "emails": {"anyOf": [_TEXT, _POINTS]},
    "phones": {"anyOf": [_TEXT, _POINTS]},
    "links": _list_of(_REFERENCE),
    "link_any": _list_of(_ref("AnyLink")),
}


def shown(field: BoundField) -> Schema:
    """How a value reads: null where it is empty, unless an empty value is a list or false."""
    found = _value(field.result)
    return _titled(field, found if not found or found.get("type") in ("array", "boolean") else _or_null(found))


def accepted(field: BoundField) -> Schema:
    """How a value is given; null empties every field."""
    found = _INPUT_BY_TYPE.get(field.type.name) or _value(field)
    if field.chooser is not None:
        found = {**found, "enum": [*found["enum"], *(stage_in(p, stage) for p in field.pipelines for stage in p.stages)]}
    return _titled(field, _or_null(_REFERENCE if found is LINK else found) if found else found)


def _value(field: BoundField) -> Schema:
    found = _BY_TYPE.get(field.type.name, _BY_KIND[field.kind])
    if not field.choices:
        return found
    key: Schema = {"type": "string", "enum": [choice.key for choice in field.choices]}
    return _list_of(key) if found.get("type") == "array" else key


def _or_null(schema: Schema) -> Schema:
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema:
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _titled(field: BoundField, schema: Schema) -> Schema:
    named: Schema = {"title": field.definition.label.get("en", field.name)}
    if field.read_only:
        named["readOnly"] = True
    return {**schema, **named}


def takes_numbers(field: BoundField) -> bool:
    """Whether the field's JSON is a number, not text."""
    return _value(field).get("type") in ("number", "integer")
