"""The operations of the API as OpenAPI describes them: those of every object, and those that belong to none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kundig.base.i18n import Text, t
from kundig.engine.policy.access import ObjectAccess
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.api.schemas import Schema
from kundig.services.transfer.export import MEDIA_TYPES

Operation = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_UUID: Schema = {"type": "string", "format": "uuid"}
_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}
_CHANGE: Mapping[str, Any] = {"Kundig-Change": {"description": "The change set of this write.", "schema": _UUID}}
_VERSION: Mapping[str, Any] = {"ETag": {"description": "The version.", "schema": _TEXT}}


def parameter(
    name: str, place: str, text: Text | None = None, schema: Schema | None = None, *, required: bool = False
) -> dict[str, Any]:
    """One parameter; those in the path are always needed. The document speaks English, the page about it the reader's language."""
    found: dict[str, Any] = {"name": name, "in": place, "schema": schema or _TEXT, "required": required or place == "path"}
    return {**found, "description": text.render("en")} if text else found


ID = parameter("id", "path", schema=_UUID)
_WHERE = parameter("where", "query", t("A filter as JSON."))
_FIELDS = parameter("fields", "query", t("Names by commas, over links too: `name,owner.email`."))
_ORDER = parameter("order", "query", t("Fields by commas, a minus for descending."))
_PAGE = [parameter("limit", "query", schema=_LIMIT), parameter("cursor", "query", t("What `next_cursor` gave."))]
_COUNT = parameter("count", "query", schema={"enum": ["none", "estimate", "exact"], "default": "none"})
_IF_MATCH = parameter("If-Match", "header", t("The version that you have read: a stale write gets 412 and changes nothing."))
_KEY = parameter("Idempotency-Key", "header", t("The same key repeats the first answer for 24 hours."))

_LIST_BODY: Schema = {
    "type": "object",
    "properties": {
        "where": {"type": "object"},
        "fields": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
        "order": {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]},
        "limit": _LIMIT,
        "cursor": {"type": ["string", "null"]},
        "count": {"enum": ["none", "estimate", "exact"]},
    },
    "additionalProperties": False,
}


def ref(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_body(schema: Schema, *, required: bool = True) -> dict[str, Any]:
    """A JSON body."""
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def answers(
    status: int, schema: Schema | None, headers: Mapping[str, Any] | None = None, media: Iterable[str] = ("application/json",)
) -> dict[str, Any]:
    """The answer when all goes well, and the problem document for everything else."""
    good: dict[str, Any] = {"description": "Done."}
    if schema is not None:
        good["content"] = {kind: {"schema": schema} for kind in media}
    if headers:
        good["headers"] = dict(headers)
    problem = {"description": "What is wrong.", "content": {"application/problem+json": {"schema": ref("Problem")}}}
    return {str(status): good, "default": problem}


def operation(
    id_: str,
    summary: Text | str,
    tag: str,
    responses: dict[str, Any],
    parameters: Sequence[dict[str, Any]] = (),
    *,
    body: dict[str, Any] | None = None,
) -> Operation:
    """One operation; a body makes it one that takes an Idempotency-Key or a version. The label of an action is no text of ours."""
    told = summary.render("en") if isinstance(summary, Text) else summary
    found: Operation = {"operationId": id_, "summary": told, "tags": [tag], "responses": responses}
    if parameters:
        found["parameters"] = list(parameters)
    if body is not None:
        found["requestBody"] = body
    return found


def object_operations(object_: BoundObject, rights: ObjectAccess) -> dict[str, Any]:
    """The paths of one object, as far as the rights reach."""
    name = object_.name
    paths = {
        f"/{name}": {"get": _list(name)},
        f"/{name}/{{id}}": {
            "get": operation(f"get_{name}", t("Read a record"), name, answers(200, ref(name), _VERSION), [ID, _FIELDS])
        },
        f"/{name}/query": {
            "post": operation(
                f"query_{name}", t("List by a long filter"), name, answers(200, _page(name)), body=json_body(_LIST_BODY)
            )
        },
        f"/{name}/aggregate": {"get": _aggregate(name)},
        f"/{name}/{{id}}/timeline": {
            "get": operation(f"timeline_{name}", t("What happened"), name, answers(200, _rows(cursor=True)), [ID, *_PAGE])
        },
        f"/{name}/{{id}}/journal": {
            "get": operation(f"journal_{name}", t("What was changed"), name, answers(200, _rows(cursor=True)), [ID, *_PAGE])
        },
    }
    if object_.definition.storage == "record":
        paths |= _shares(name, rights)
    for path, method, made in _writes(name, rights):
        paths.setdefault(path, {})[method] = made
    if rights.export:
        paths[f"/{name}/export"] = {"get": _export(name)}
    return paths


def _writes(name: str, rights: ObjectAccess) -> list[tuple[str, str, Operation]]:
    given, written = json_body(ref(f"{name}_input")), {**_VERSION, **_CHANGE}
    edits, deletes = rights.edit != "none", rights.delete != "none"
    record = f"/{name}/{{id}}"
    upsert = f"/{name}/by/{{field}}/{{value}}"
    key = [
        parameter("field", "path", t("A unique field, or `external_id`.")),
        parameter("value", "path", t("Its value, or `system:id`.")),
    ]
    found = []
    if rights.create:
        found.append(
            (
                f"/{name}",
                "post",
                operation(f"create_{name}", t("Create a record"), name, answers(201, ref(name), written), [_KEY], body=given),
            )
        )
    if edits:
        found.append(
            (
                record,
                "patch",
                operation(
                    f"update_{name}", t("Change fields"), name, answers(200, ref(name), written), [ID, _IF_MATCH], body=given
                ),
            )
        )
    if deletes:
        found.append(
            (
                record,
                "delete",
                operation(f"delete_{name}", t("Move to the trash"), name, answers(204, None, _CHANGE), [ID, _IF_MATCH]),
            )
        )
    if rights.create and edits:
        both = answers(201, ref(name), written) | {"200": answers(200, ref(name), written)["200"]}
        found.append((upsert, "put", operation(f"upsert_{name}", t("Update, or create if it is new"), name, both, key, body=given)))
    if rights.create or edits or deletes:
        found.append((f"/{name}/batch", "post", _batch(name)))
    return found


def _shares(name: str, rights: ObjectAccess) -> dict[str, Any]:
    path = f"/{name}/{{id}}/shares"
    listed = answers(
        200, {"type": "object", "properties": {"data": {"type": "array", "items": ref("Share")}}, "required": ["data"]}
    )
    paths: dict[str, Any] = {path: {"get": operation(f"shares_{name}", t("With whom a record is shared"), name, listed, [ID])}}
    if rights.share != "none":
        text, body, share = t("Share a record with a user or a team"), json_body(ref("NewShare")), parameter("share", "path")
        paths[path]["post"] = operation(f"share_{name}", text, name, answers(201, ref("Share")), [ID, _KEY], body=body)
        ended = operation(f"end_share_{name}", t("End a share"), name, answers(204, None), [ID, share])
        paths[f"{path}/{{share}}"] = {"delete": ended}
    return paths


def _list(name: str) -> Operation:
    return operation(f"list_{name}", t("List records"), name, answers(200, _page(name)), [_WHERE, _FIELDS, _ORDER, *_PAGE, _COUNT])


def _page(name: str) -> Schema:
    return {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": ref(name)},
            "next_cursor": {"type": ["string", "null"]},
            "count": {"type": ["integer", "null"]},
        },
        "required": ["data", "next_cursor", "count"],
    }


def _rows(*, cursor: bool = False) -> Schema:
    properties: dict[str, Schema] = {"data": {"type": "array", "items": {"type": "object"}}}
    if cursor:
        properties["next_cursor"] = {"type": ["string", "null"]}
    return {"type": "object", "properties": properties, "required": ["data"]}


def _aggregate(name: str) -> Operation:
    group = parameter("group", "query", t("Fields by commas; a date by `created_at:month` (day, week, month, quarter, year)."))
    measure_text = t(
        "`count`, `sum:f`, `avg:f`, `min:f`, `max:f`, `count_distinct:f` by commas; `unrated:f` counts amounts of money that sums"
        " leave out since no exchange rate is known."
    )
    measure = parameter("measure", "query", measure_text)
    return operation(f"aggregate_{name}", t("Grouped figures"), name, answers(200, _rows()), [group, measure, _WHERE])


def _batch(name: str) -> Operation:
    item, ids = ref(f"{name}_input"), {"type": "array", "items": _UUID}
    update = {"type": "object", "properties": {"id": _UUID, "version": {"type": "integer"}}, "required": ["id"]}
    body: Schema = {
        "type": "object",
        "properties": {
            "create": {"type": "array", "items": item},
            "update": {"type": "array", "items": update},
            "delete": ids,
        },
        "additionalProperties": False,
    }
    done: Schema = {
        "type": "object",
        "properties": {
            "change": {"type": ["string", "null"]},
            "created": ids,
            "updated": {"type": "integer"},
            "deleted": {"type": "integer"},
        },
    }
    text = t("Up to 1,000 creates, updates and deletes, all or nothing")
    return operation(f"batch_{name}", text, name, answers(200, done, _CHANGE), [_KEY], body=json_body(body))


def _export(name: str) -> Operation:
    kind = parameter("format", "query", schema={"enum": ["csv", "xlsx", "jsonl"]}, required=True)
    people = parameter(
        "localized", "query", t("Headers and values as people read them."), {"enum": ["true", "false"], "default": "false"}
    )
    answer = answers(200, {"type": "string"}, media=MEDIA_TYPES.values())
    return operation(f"export_{name}", t("All matching records as a file"), name, answer, [kind, _FIELDS, _WHERE, _ORDER, people])


def _imports() -> Operation:
    parts = {
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        "object": _TEXT,
        "mapping": {"type": "string", "description": "JSON: column → field."},
        "mode": {"enum": ["create", "update", "upsert"]},
        "match": _TEXT,
        "dry_run": {"enum": ["true", "false"]},
        "locale": {"enum": ["de", "en"]},
    }
    form = {"type": "object", "properties": parts, "required": ["file", "object", "mapping", "mode"]}
    started = answers(202, {"type": "object", "properties": {"id": _UUID}})
    return operation(
        "start_import",
        t("Import a file"),
        "imports",
        started,
        [_KEY],
        body={"required": True, "content": {"multipart/form-data": {"schema": form}}},
    )


_LEVEL: Schema = {"enum": ["read", "edit"]}
_NULLABLE_LINK: Schema = {"anyOf": [ref("Link"), {"type": "null"}]}

SHARES: Mapping[str, Schema] = {
    "Share": {
        "type": "object",
        "properties": {
            "id": _TEXT,
            "user": _NULLABLE_LINK,
            "team": {**_NULLABLE_LINK, "description": "Shared with its members."},
            "role": {**_TEXT, "description": "Shared with all who have it."},
            "level": _LEVEL,
            "until": {"type": ["string", "null"], "format": "date-time"},
            "at": {"type": "string", "format": "date-time"},
            "by": _NULLABLE_LINK,
        },
        "required": ["id", "level", "until", "at", "by"],
    },
    "NewShare": {
        "type": "object",
        "properties": {"user": _UUID, "team": _UUID, "level": _LEVEL, "until": {"type": ["string", "null"], "format": "date-time"}},
        "required": ["level"],
        "additionalProperties": False,
        "description": "Either a user or a team. Nobody gives more than they have. Without `until` it lasts.",
    },
}
"""What shares look like, for all objects."""

_QUESTION = parameter("q", "query", t("What to look for."), required=True)
_WITHIN = parameter("object", "query", t("Only in these objects, by commas."))
_UNDO_BODY: Schema = {"type": "object", "properties": {"force": {"type": "boolean"}}, "additionalProperties": False}
_UNDONE: Schema = {"type": "object", "properties": {"change": _UUID, "conflicts": {"type": "array", "items": {"type": "object"}}}}

_CHANGED: Schema = {
    "type": "object",
    "properties": {
        "id": _UUID,
        "at": {"type": "string", "format": "date-time"},
        "by": {"anyOf": [ref("Link"), {"type": "null"}]},
        "source": _TEXT,
        "state": {"enum": ["running", "applied", "undone", "refused"]},
        "undoes": {**_UUID, "description": "The change that this one took back."},
        "undone_by": {**_UUID, "description": "The change that took this one back."},
        "progress": {"type": "integer", "description": "Of an undo of many records: how many are done."},
        "total": {"type": ["integer", "null"]},
        "conflicts": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["id", "state"],
}

_COUNTED: Schema = {"type": "integer", "minimum": 0}
_IMPORT: Schema = {
    "type": "object",
    "properties": {
        "id": _UUID,
        "object": _TEXT,
        "file": _TEXT,
        "created_at": {"type": "string", "format": "date-time"},
        "mode": {"enum": ["create", "update", "upsert"]},
        "dry_run": {"type": "boolean"},
        "state": {"enum": ["queued", "running", "done", "failed", "undone"], "description": "A stopped one has failed."},
        "reason": {"type": ["string", "null"], "description": "Why it has stopped."},
        "total": _COUNTED,
        "created": _COUNTED,
        "updated": _COUNTED,
        "skipped": _COUNTED,
        "failed": _COUNTED,
        "change": {
            "anyOf": [_UUID, {"type": "null"}],
            "description": "What it has brought in, as one change: `POST /changes/{id}/undo` takes all of it back.",
        },
        "errors": {"type": "array", "items": {"type": "object"}, "description": "The first 1,000; `errors.csv` has all."},
    },
    "required": ["id", "object", "state", "total", "created", "updated", "skipped", "failed", "change", "errors"],
}

SHARED_OPERATIONS: Mapping[str, Any] = {
    "/search": {
        "get": operation("search", t("Search everything"), "search", answers(200, _rows()), [_QUESTION, _WITHIN, _PAGE[0]])
    },
    "/changes/{id}/undo": {
        "post": operation(
            "undo", t("Undo a change"), "changes", answers(200, _UNDONE), [ID, _KEY], body=json_body(_UNDO_BODY, required=False)
        )
    },
    "/changes/{id}": {
        "get": operation("get_change", t("Who made a change, and whether it was undone"), "changes", answers(200, _CHANGED), [ID])
    },
    "/imports": {"post": _imports()},
    "/imports/{id}": {"get": operation("get_import", t("How far an import is"), "imports", answers(200, _IMPORT), [ID])},
    "/imports/{id}/stop": {"post": operation("stop_import", t("Stop an import"), "imports", answers(200, _IMPORT), [ID, _KEY])},
    "/imports/{id}/resume": {
        "post": operation("resume_import", t("Go on with an import that has stopped"), "imports", answers(200, _IMPORT), [ID, _KEY])
    },
    "/imports/{id}/errors.csv": {
        "get": operation(
            "import_errors",
            t("The rows that failed, as a file to mend and import again"),
            "imports",
            answers(200, _TEXT, media=(MEDIA_TYPES["csv"],)),
            [ID],
        )
    },
    "/meta/objects": {"get": operation("objects", t("The model"), "meta", answers(200, _rows()))},
    "/openapi.json": {"get": operation("openapi", t("This description"), "meta", answers(200, {"type": "object"}))},
}
"""What does not belong to one object."""
