"""What provisioning (SCIM 2.0) looks like as OpenAPI: it describes itself in a way of its own, which Schemathesis does not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fuzz.directory import ROLES

MEDIA = "application/scim+json"
REFUSALS = (400, 401, 403, 404, 405, 409, 412, 413, 414, 429)
"""Statuses of RFC 7644, 3.12 and of HTTP itself."""
Schema = dict[str, Any]
_URN = "urn:ietf:params:scim"
_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer"}


def description(ids: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """The addresses under `/scim/v2`. `ids`: resources that there are, by folder, so that some requests are about one."""
    paths: dict[str, Any] = {}
    for folder, resource in (("Users", _user()), ("Groups", _group(ids["Users"]))):
        name = folder.removesuffix("s")
        own = {"name": "id", "in": "path", "required": True, "schema": _or_any(ids[folder])}
        match = {"name": "If-Match", "in": "header", "schema": {"anyOf": [{"enum": ['W/"1"', '"2"']}, _TEXT]}}
        filters = _filters(ids[folder])
        paths[f"/{folder}"] = {
            "get": _operation(f"find{folder}", 200, _list(), parameters=_searches(filters)),
            "post": _operation(f"create{name}", 201, _one(folder), body=resource),
        }
        paths[f"/{folder}/.search"] = {"post": _operation(f"search{folder}", 200, _list(), body=_search(filters))}
        paths[f"/{folder}/{{id}}"] = {
            "get": _operation(f"read{name}", 200, _one(folder), parameters=[own]),
            "put": _operation(f"replace{name}", 200, _one(folder), parameters=[own, match], body=resource),
            "patch": _operation(f"change{name}", 200, _one(folder), parameters=[own, match], body=_patch(ids["Users"])),
            "delete": _operation(f"remove{name}", 204, None, parameters=[own, match]),
        }
    paths["/.search"] = {"post": _operation("searchAll", 200, _list(), body=_search(_filters(ids["Users"])))}
    for folder in ("ServiceProviderConfig", "Schemas", "ResourceTypes"):
        paths[f"/{folder}"] = {"get": _operation(f"read{folder}", 200, {"type": "object"})}
    named = {"name": "id", "in": "path", "required": True, "schema": _or_any([f"{_URN}:schemas:core:2.0:User", "User"])}
    for folder in ("Schemas", "ResourceTypes"):
        paths[f"/{folder}/{{id}}"] = {"get": _operation(f"readOneOf{folder}", 200, {"type": "object"}, parameters=[named])}
    return {"openapi": "3.1.0", "info": {"title": "Provisioning", "version": "2.0"}, "paths": paths}


def _operation(
    name: str, good: int, answer: Schema | None, *, parameters: Iterable[Schema] = (), body: Schema | None = None
) -> dict[str, Any]:
    responses: dict[str, Any] = {str(status): _content("Refused.", _refusal()) for status in REFUSALS}
    responses[str(good)] = {"description": "Done."} if answer is None else _content("Done.", answer)
    made: dict[str, Any] = {"operationId": name, "parameters": list(parameters), "responses": responses}
    if body is not None:
        made["requestBody"] = {"required": True, "content": {MEDIA: {"schema": body}}}
    return made


def _content(text: str, schema: Schema) -> dict[str, Any]:
    return {"description": text, "content": {MEDIA: {"schema": schema}}}


def _refusal() -> Schema:
    known = {"schemas": {"const": [f"{_URN}:api:messages:2.0:Error"]}, "status": _TEXT, "detail": _TEXT, "scimType": _TEXT}
    return {"type": "object", "properties": known, "required": ["schemas", "status"]}


def _one(folder: str) -> Schema:
    names = {"Users": "userName", "Groups": "displayName"}
    return {"type": "object", "required": ["schemas", "id", "meta", names[folder]]}


def _list() -> Schema:
    return {"type": "object", "required": ["schemas", "totalResults"], "properties": {"totalResults": _WHOLE}}


def _or_any(known: Iterable[str]) -> Schema:
    return {"anyOf": [{"enum": list(known)}, {"type": "string", "minLength": 1}]}


def _filters(ids: Iterable[str]) -> Schema:
    id_ = next(iter(ids), "")
    usual = [
        'userName eq "a@example.com"', 'externalId eq "1"', "active eq true", 'displayName sw "S" and not (active eq false)',
        f'id eq "{id_}"', 'emails[value co "@"]', 'meta.lastModified gt "2020-01-01T00:00:00Z"', "userName pr", "nothing eq 1",
        'roles.value eq "administrator"', 'externalId sw "1"', "(((", 'userName eq "', f'members.value eq "{id_}"',
    ]  # fmt: skip
    return {"anyOf": [{"enum": usual}, _TEXT]}


def _searches(filters: Schema) -> list[Schema]:
    given = {
        "filter": filters,
        "startIndex": _WHOLE,
        "count": _WHOLE,
        "attributes": _TEXT,
        "excludedAttributes": _TEXT,
        "sortBy": _TEXT,
    }
    return [{"name": name, "in": "query", "schema": schema} for name, schema in given.items()]


def _search(filters: Schema) -> Schema:
    attributes: Schema = {"type": "array", "items": {"anyOf": [{"enum": ["userName", "members", "emails.value"]}, _TEXT]}}
    schemas: Schema = {"const": [f"{_URN}:api:messages:2.0:SearchRequest"]}
    known = {"schemas": schemas, "filter": filters, "startIndex": _WHOLE, "count": _WHOLE, "attributes": attributes}
    return {"type": "object", "properties": known, "required": ["schemas"]}


def _user() -> Schema:
    address: Schema = {"anyOf": [{"type": "string", "pattern": "^[a-z]{1,9}@example\\.(com|org)$"}, _TEXT]}
    many: Schema = {"type": "array", "maxItems": 3, "items": {"type": "object", "properties": {"value": address}}}
    roles: Schema = {
        "type": "array", "maxItems": 3,
        "items": {"type": "object", "properties": {"value": {"anyOf": [{"enum": [*ROLES, "administrator"]}, _TEXT]}}},
    }  # fmt: skip
    known = {
        "schemas": {"const": [f"{_URN}:schemas:core:2.0:User"]}, "userName": address, "externalId": _TEXT, "displayName": _TEXT,
        "name": {"type": "object", "properties": {"formatted": _TEXT, "givenName": _TEXT, "familyName": _TEXT}}, "emails": many,
        "active": {"type": "boolean"}, "preferredLanguage": _TEXT, "timezone": _TEXT, "roles": roles, "password": _TEXT,
    }  # fmt: skip
    return {"type": "object", "properties": known, "required": ["schemas", "userName"]}


def _group(users: Iterable[str]) -> Schema:
    member: Schema = {"type": "object", "properties": {"value": _or_any(users), "type": {"const": "User"}}, "required": ["value"]}
    known = {
        "schemas": {"const": [f"{_URN}:schemas:core:2.0:Group"]}, "displayName": _TEXT, "externalId": _TEXT,
        "members": {"type": "array", "maxItems": 4, "items": member},
    }  # fmt: skip
    return {"type": "object", "properties": known, "required": ["schemas", "displayName"]}


def _patch(users: Iterable[str]) -> Schema:
    some = list(users)
    paths = [
        "active", "displayName", "userName", 'emails[type eq "work"].value', "name.formatted", "roles", "externalId", "members",
        "id", f'members[value eq "{some[0] if some else ""}"]', f"{_URN}:schemas:core:2.0:User:active", "meta.created", "emails[",
        "groups",
    ]  # fmt: skip
    values: list[Schema] = [
        {"type": "boolean"}, _TEXT, {"enum": ["False", "True", "a@example.com"]}, {"type": "null"}, {"type": "object"},
        {"type": "array", "maxItems": 3, "items": {"type": "object", "properties": {"value": _or_any(some)}}},
    ]  # fmt: skip
    operation: Schema = {
        "type": "object", "required": ["op"],
        "properties": {
            "op": {"anyOf": [{"enum": ["add", "replace", "remove", "Replace"]}, _TEXT]},
            "path": {"anyOf": [{"enum": paths}, _TEXT]}, "value": {"anyOf": values},
        },
    }  # fmt: skip
    known = {
        "schemas": {"const": [f"{_URN}:api:messages:2.0:PatchOp"]},
        "Operations": {"type": "array", "maxItems": 4, "items": operation},
    }
    return {"type": "object", "properties": known, "required": ["schemas", "Operations"]}
