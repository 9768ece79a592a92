"""Up to 1,000 creates, updates and deletes of one object in one change, all or nothing."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, post

from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.writing import MAX_ITEMS, Create, Delete, Update, write_batch
from kundig.interfaces.api.answers import Answer, as_json, change_header
from kundig.interfaces.api.bodies import body_of
from kundig.interfaces.api.edge import serve
from kundig.interfaces.api.parameters import read_parameters

LISTS = ("create", "update", "delete")
_NO_ID = t("Give the id of a record here.")


@post("/{object_name:str}/batch", status_code=200)
async def batch(request: Request[Any, Any, Any], object_name: str) -> Response[bytes]:
    """200 with what was done, or every bad item by list and index, and nothing is changed."""
    return await serve(request, partial(_batch, request, object_name))


async def _batch(request: Request[Any, Any, Any], object_name: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    create, update, delete = read_lists(await body_of(request))
    written = await write_batch(scope, object_name, create, update, delete)
    done = {"change": written.change, "created": written.ids, "updated": written.updated, "deleted": written.deleted}
    return Answer(200, as_json(done), change_header(written.change))


def read_lists(body: dict[str, Any]) -> tuple[list[Create], list[Update], list[Delete]]:
    """The items of a batch. Raises Invalid that names every item which can't be one."""
    errors = [
        FieldError(name[:100], "unknown_field", t("There is no list {name}.", name=name[:100]))
        for name in body
        if name not in LISTS
    ]
    lists = {name: body.get(name, []) for name in LISTS}
    errors += [FieldError(name, "bad_type", t("Give a list here.")) for name, items in lists.items() if not isinstance(items, list)]
    if errors:
        raise Invalid(errors)
    if sum(map(len, lists.values())) > MAX_ITEMS:
        name = max(lists, key=lambda name: len(lists[name]))
        raise Invalid.one(name, "too_many", t("At most {max} items are possible in one batch.", max=MAX_ITEMS))
    errors = []
    create = [Create(item) for item in _objects("create", lists["create"], errors)]
    updates = (_update(index, item, errors) for index, item in enumerate(_objects("update", lists["update"], errors)))
    update = [item for item in updates if item is not None]
    deletes = (_delete(index, item, errors) for index, item in enumerate(lists["delete"]))
    delete = [item for item in deletes if item is not None]
    if not errors:
        _each_once(update, delete, errors)
    if errors:
        raise Invalid(errors)
    return create, update, delete


def _objects(name: str, items: list[Any], errors: list[FieldError]) -> list[dict[str, Any]]:
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            errors.append(FieldError("", "bad_type", t("Give a JSON object."), name, index))
    return [item if isinstance(item, dict) else {} for item in items]


def _update(index: int, item: dict[str, Any], errors: list[FieldError]) -> Update | None:
    values = {name: value for name, value in item.items() if name not in ("id", "version")}
    id_ = _id(item.get("id"))
    version = item.get("version")
    if id_ is None:
        errors.append(FieldError("id", "required" if "id" not in item else "bad_value", _NO_ID, "update", index))
    elif version is not None and (not isinstance(version, int) or isinstance(version, bool) or not 0 <= version < 2**31):
        errors.append(FieldError("version", "bad_type", t("Give the version as a whole number."), "update", index))
    else:
        return Update(id_, values, version)
    return None


def _delete(index: int, item: Any, errors: list[FieldError]) -> Delete | None:
    id_ = _id(item)
    if id_ is None:
        errors.append(FieldError("id", "bad_value", _NO_ID, "delete", index))
        return None
    return Delete(id_)


def _id(value: Any) -> UUID | None:
    return parse_id(value) if isinstance(value, str) else None


def _each_once(update: list[Update], delete: list[Delete], errors: list[FieldError]) -> None:
    """What a batch means must not depend on the order of its items."""
    text = t("This record occurs twice in the batch.")
    ids = [("update", index, item.id) for index, item in enumerate(update)]
    ids += [("delete", index, item.id) for index, item in enumerate(delete)]
    seen: set[UUID] = set()
    for name, index, id_ in ids:
        if id_ in seen:
            errors.append(FieldError("id", "repeated", text, name, index))
        seen.add(id_)
