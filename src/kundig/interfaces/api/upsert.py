"""`PUT /{object}/by/{field}/{value}`: update the record with a unique value or external id, or create it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from litestar import Request, Response, put

from kundig.base.errors import Invalid, Malformed, Stale
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import Records
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.writing import Create, Update, write
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Reference, Refused
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.api import schemas
from kundig.interfaces.api.answers import Answer
from kundig.interfaces.api.bodies import body_of
from kundig.interfaces.api.edge import serve
from kundig.interfaces.api.parameters import read_parameters
from kundig.interfaces.api.records import agreed_version, record_answer

EXTERNAL = "external_id"

# Two callers with the same key come one after the other, so that both find or make the same record.
_IN_TURN = "select pg_advisory_xact_lock(hashtextextended(%(key)s, 20261123))"


@put("/{object_name:str}/by/{field:str}/{value:path}", status_code=200)
async def upsert_record(request: Request[Any, Any, Any], object_name: str) -> Response[bytes]:
    """201 and the new record, or 200 and the updated one. The value is taken from the address as it was sent."""
    return await serve(request, partial(_upsert, request, object_name))


async def _upsert(request: Request[Any, Any, Any], object_name: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    name, value = key_in(request.scope.get("raw_path") or b"")
    values = await body_of(request)
    version = agreed_version(request.headers.get("if-match"), values)
    await scope.connection.execute(_IN_TURN, {"key": f"{object_name} {name} {value}"})
    if name == EXTERNAL:
        found = await _by_external_id(scope, object_name, value)
        created = Create(values, external_ids=(value,))
    else:
        field = unique_field(scope, object_name, name)
        found = await _by_field(scope, field, value)
        created = Create({**values, name: agreed_value(scope, field, value, values)})
    if found is None and version is not None:
        raise Stale
    item = created if found is None else Update(found, values, version)
    return await record_answer(scope, object_name, await write(scope, object_name, [item]), status=201 if found is None else 200)


def key_in(raw_path: bytes) -> tuple[str, str]:
    """Field and value in the address: decoded only after it is split, since a value may hold slashes and anything else."""
    try:
        _, _, _, _, _, *parts = raw_path.split(b"?")[0].decode("ascii").split("/", 6)  # /api/v1/{object}/by/
        name, value = (unquote(part, errors="strict") for part in parts)
    except ValueError:
        raise Malformed(t("The address is not valid UTF-8.")) from None
    if "\0" in name + value:
        raise Invalid.one(name.replace("\0", ""), "bad_value", t("The text holds a character that can't be stored."))
    return name, value


def unique_field(scope: Scope, object_name: str, name: str) -> BoundField:
    """The unique field of this name, or Invalid that names it."""
    field = scope.object(object_name).fields.get(name)
    if field is None or name in scope.rights(object_name).hidden:
        raise Invalid.one(name[:100], "unknown_field", t("There is no field {name}.", name=name[:100]))
    if not field.definition.unique:
        raise Invalid.one(name, "not_a_key", t("{name} is not unique, so it does not say which record is meant.", name=name))
    return field


def agreed_value(scope: Scope, field: BoundField, value: str, values: dict[str, Any]) -> Any:
    """The field's value for a new record: what the body says, which must be or hold the value of the address."""
    mine = _typed(field, value)
    if field.name not in values:
        return [mine] if field.kind is Kind.LIST else mine
    given = values[field.name]
    items = given if isinstance(given, list) else [given]
    if _stored(scope, field, value) not in [_stored(scope, field, item) if isinstance(item, str) else str(item) for item in items]:
        raise Invalid.one(field.name, "other_value", t("The address names another value."))
    return given


def _typed(field: BoundField, value: str) -> Any:
    """The value of an address as JSON: a number where the field takes numbers, else text."""
    if schemas.takes_numbers(field):
        try:
            return json.loads(value)
        except ValueError:
            raise Invalid.one(field.name, "bad_type", t("Give a number here.")) from None
    return value


def _stored(scope: Scope, field: BoundField, value: str) -> str:
    try:
        return field.type.operand(field, value, scope.context)
    except Refused as refused:
        raise Invalid.one(field.name, refused.code, refused.text) from None


async def _by_external_id(scope: Scope, object_name: str, value: str) -> UUID | None:
    system, colon, rest = value.partition(":")
    if not (colon and system and rest):
        raise Invalid.one(EXTERNAL, "bad_value", t("An external id is given as system:id."))
    records, reference = Records(scope.context), Reference(object_name, value)
    await records.look_up(scope, [reference])
    return records.record(reference)


async def _by_field(scope: Scope, field: BoundField, value: str) -> UUID | None:
    where = {"field": field.name, "op": "is", "value": value.strip()}  # as texts are stored
    page = await list_records(scope, ListQuery(field.object, where=where, fields=["id"], limit=1))
    found = page.records()
    return UUID(found[0]["id"]) if found else None
