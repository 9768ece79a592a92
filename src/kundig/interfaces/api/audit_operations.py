"""How OpenAPI describes the audit trail, for who may read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.operations import answers, operation, parameter, ref
from kundig.interfaces.api.schemas import Schema
from kundig.services.transfer.export import MEDIA_TYPES

_TEXT: Schema = {"type": "string"}
_UUID: Schema = {"type": "string", "format": "uuid"}
_DAY: Schema = {"type": "string", "format": "date"}
_LINK: Schema = {"anyOf": [ref("Link"), {"type": "null"}]}
_OR_NULL: Schema = {"type": ["string", "null"]}

TRAIL: Mapping[str, Schema] = {
    "AuditEvent": {
        "type": "object",
        "properties": {
            "id": _UUID,
            "at": {"type": "string", "format": "date-time"},
            "by": {**_LINK, "description": "Who did it; null for the program and for somebody unknown."},
            "by_kind": {**_TEXT, "description": "user, token, system, or nobody for who has not signed in."},
            "token": {
                "anyOf": [
                    {"type": "object", "properties": {"id": _UUID, "name": _TEXT}, "required": ["id", "name"]},
                    {"type": "null"},
                ],
                "description": "The API token by which it was done.",
            },
            "event": _TEXT,
            "object": {**_OR_NULL, "description": "Null too for an object that the reader may not know of."},
            "record": {**_LINK, "description": "Null too for a record that the reader may not see."},
            "detail": {"type": "object", "description": "What else the reader may know of it."},
            "address": {**_OR_NULL, "description": "Where the request came from."},
        },
        "required": ["id", "at", "by", "by_kind", "token", "event", "object", "record", "detail", "address"],
    }
}
_PAGE: Schema = {
    "type": "object",
    "properties": {"data": {"type": "array", "items": ref("AuditEvent")}, "next_cursor": _OR_NULL},
    "required": ["data", "next_cursor"],
}


def trail_operations(scope: Scope) -> dict[str, Any]:
    """The list and its export; which events and objects there are is the workspace's own matter."""
    filters = [
        parameter("person", "query", t("What a person did, and what was done to their account."), _UUID),
        parameter("event", "query", t("One kind of event."), {"enum": sorted(scope.model.events)}),
        parameter("object", "query", t("Events about one object."), {"enum": sorted(scope.access.objects)}),
        parameter("from", "query", t("The first day, in your time zone."), _DAY),
        parameter("to", "query", t("The last day."), _DAY),
    ]
    pages = [
        parameter("limit", "query", schema={"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}),
        parameter("cursor", "query", t("What `next_cursor` gave.")),
    ]
    kind = parameter("format", "query", schema={"enum": ["csv", "jsonl"]}, required=True)
    file = answers(200, {"type": "string"}, media=(MEDIA_TYPES["csv"], MEDIA_TYPES["jsonl"]))
    return {
        "/audit_event": {
            "get": operation(
                "list_audit_events", t("What happened, newest first"), "audit", answers(200, _PAGE), [*filters, *pages]
            )
        },
        "/audit_event/export": {
            "get": operation("export_audit_events", t("The audit log as a file"), "audit", file, [kind, *filters])
        },
    }
