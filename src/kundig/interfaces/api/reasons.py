"""How the API describes why somebody may or may not do something with a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from kundig.base.i18n import t
from kundig.engine.policy.why import DEEDS, Kind
from kundig.interfaces.api.operations import ID, answers, operation, parameter, ref
from kundig.interfaces.api.schemas import Schema

_NAMED: Schema = {"type": ["string", "null"]}
_ANSWER: Schema = {
    "type": "object",
    "properties": {
        "deed": {"enum": list(DEEDS)},
        "may": {"type": "boolean"},
        "grounds": {"type": "array", "items": ref("Ground")},
    },
    "required": ["deed", "may", "grounds"],
}
REASONS: Mapping[str, Schema] = {
    "Reasons": {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": _ANSWER},
            "fields": {"type": "array", "items": {"type": "object"}},
            "parent": {**_NAMED, "description": "The object of the record that it belongs to, whose rights count."},
        },
        "required": ["data", "fields", "parent"],
    },
    "Ground": {
        "type": "object",
        "properties": {
            "kind": {"enum": list(get_args(Kind))},
            "deed": {"enum": list(DEEDS)},
            "role": _NAMED,
            "level": _NAMED,
            "ref": _NAMED,
            "until": {"type": ["string", "null"], "format": "date-time"},
        },
        "required": ["kind", "deed"],
        "description": "Where the answer is yes, each ground alone is enough. Where it is no, all of them stand in the way.",
    },
}
"""The schemas, for all objects."""


def why_operations(name: str) -> dict[str, Any]:
    """The path of one object, for those who may ask."""
    user = parameter("user", "query", t("Whose rights are explained."), required=True)
    text = t("What somebody may do with a record, and why")
    told = operation(f"why_{name}", text, name, answers(200, ref("Reasons")), [ID, user])
    return {f"/{name}/{{id}}/why": {"get": told}}
