"""Reading what callers send: strict JSON, so that nothing is guessed and nothing is silently dropped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

import msgspec

from kundig.base.errors import FieldError, Invalid, Malformed
from kundig.base.i18n import t

Shape = TypeVar("Shape", bound=msgspec.Struct)

MAX_BODY = 10 * 1024 * 1024
"""Bytes of a JSON body; a batch of 1,000 full records fits in easily."""
MAX_DEPTH = 100
"""Levels of nesting: more than any filter (32) needs, few enough for every reader after us."""


def parse_object(body: bytes, content_type: str, *, optional: bool = False) -> dict[str, Any]:
    """The JSON object in a body, or Malformed. With `optional` no body at all is an empty object."""
    if not body and optional:
        return {}
    kind = content_type.split(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise Malformed(t("Send JSON, with the header Content-Type: application/json."))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(t("The body is not valid UTF-8.")) from None
    value = parse_json(text, t("The body"))
    if not isinstance(value, dict):
        raise Malformed(t("Send a JSON object."))
    return value


def parse_json(text: str, what: object) -> Any:
    """JSON without duplicate keys, NaN and bottomless nesting; raises Malformed that says what is wrong with `what`."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise Malformed(t("{what} is not valid JSON.", what=what)) from None
    if _deeper_than(value, MAX_DEPTH):
        raise Malformed(t("{what} is nested too deeply.", what=what))
    return value


def convert_body(body: dict[str, Any], shape: type[Shape]) -> Shape:
    """A body as a struct; every unknown, missing and bad member is named at once, not only the first."""
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError:
        members = {member.encode_name: member for member in msgspec.structs.fields(shape)}
        errors = [
            FieldError(name[:100], "unknown_field", t("There is no field {name}.", name=name[:100]))
            for name in body
            if name not in members
        ]
        errors += [
            FieldError(name, "required", t("This is needed."))
            for name, member in members.items()
            if member.required and name not in body
        ]
        errors += [
            FieldError(name, "bad_type", t("This value can't be used here."))
            for name in body
            if not _fits(members.get(name), body[name])
        ]
        raise Invalid(errors or [FieldError("", "bad_type", t("This value can't be used here."))]) from None


def _fits(member: msgspec.structs.FieldInfo | None, value: Any) -> bool:
    if member is None:
        return True
    try:
        msgspec.convert(value, member.type)
    except msgspec.ValidationError:
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise Malformed(t("The key {key} occurs twice.", key=twice[:100]))
    return found


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


def _deeper_than(value: Any, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = list(_inside(level))
        if not level:
            return False
    return True


def _inside(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, dict):
            yield from (item for item in value.values() if isinstance(item, dict | list))
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, dict | list))
