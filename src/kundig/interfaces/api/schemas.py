"""JSON schemas of values: how each type of field looks on input and on output, keyed by type with its kind as the fallback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kundig.engine.schema.bound import BoundField
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
    "AnyLink": {
        "type": "object",
        "properties": {"object": _TEXT, "id": {"type": "string", "format": "uuid"}},
        "required": ["object", "id"],
    },
}

Shape = Callable[[BoundField], Schema]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list_of(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _keys(field: BoundField) -> Schema:
    keys = [choice.key for choice in field.choices]
    return {"type": "string", "enum": keys} if keys else _TEXT


def _points(field: BoundField) -> Schema:
    return _list_of({"anyOf": [_TEXT, _ref("ContactPoint")]})


#: Types whose JSON is not what their kind says. A type that is missing here looks like its kind.
_BY_TYPE: Mapping[str, Shape] = {
    "number": lambda f: {"type": "number"},
    "rating": lambda f: {"type": "integer"},
    "duration": lambda f: {"type": "integer", "description": "Seconds."},
    "money": lambda f: _ref("Money"),
    "datetime": lambda f: {"type": "string", "format": "date-time"},
    "url": lambda f: {"type": "string", "format": "uri"},
    "rich_text": lambda f: {"type": "string", "description": "HTML; what could do harm is taken out."},
    "emails": _points,
    "phones": _points,
    "domains": lambda f: _list_of(_TEXT),
    "address": lambda f: _ref("Address"),
    "links": lambda f: _list_of(LINK),
    "link_any": lambda f: _list_of(LINK),
    "json": lambda f: {},
    "file": lambda f: {},
    "image": lambda f: {},
}

_BY_KIND: Mapping[Kind, Shape] = {
    Kind.TEXT: lambda f: _TEXT,
    Kind.NUMBER: lambda f: _DECIMAL,
    Kind.BOOLEAN: lambda f: {"type": "boolean"},
    Kind.DATE: lambda f: {"type": "string", "format": "date"},
    Kind.CHOICE: _keys,
    Kind.LIST: lambda f: _list_of(_keys(f)),
    Kind.LINK: lambda f: LINK,
    Kind.NONE: lambda f: {},
}

#: On input some values are given in another way than they are shown.
_INPUT_BY_TYPE: Mapping[str, Shape] = {
    "emails": lambda f: {"anyOf": [_TEXT, _points(f)]},
    "phones": lambda f: {"anyOf": [_TEXT, _points(f)]},
    "links": lambda f: _list_of(_REFERENCE),
    "link_any": lambda f: _list_of(_ref("AnyLink")),
}


def shown(field: BoundField) -> Schema:
    """How a value reads: null where it is empty, unless an empty value is a list or false."""
    found = _BY_TYPE.get(field.result.type.name, _BY_KIND[field.kind])(field.result)
    schema = found if not found or found.get("type") in ("array", "boolean") else _or_null(found)
    return _titled(field, schema)


def accepted(field: BoundField) -> Schema:
    """How a value is given; null empties every field."""
    by_kind: Shape = (lambda f: _REFERENCE) if field.kind is Kind.LINK else _BY_KIND[field.kind]
    shape = _INPUT_BY_TYPE.get(field.type.name) or _BY_TYPE.get(field.type.name, by_kind)
    found = shape(field)
    return _titled(field, _or_null(found) if found else found)


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
