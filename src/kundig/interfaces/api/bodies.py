"""Reading what callers send: strict JSON, so that nothing is guessed and nothing is silently dropped."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn, TypeVar

import msgspec
from litestar import Request

from kundig.base.errors import FieldError, Invalid, Malformed
from kundig.base.i18n import t

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_UNFIT = t("This value can't be used here.")

Shape = TypeVar("Shape", bound=msgspec.Struct)

MAX_BODY = 10 * 1024 * 1024
"""Bytes of a JSON body; a batch of 1,000 full records fits in easily."""
MAX_DEPTH = 100
"""Levels of nesting: more than any filter (32) needs, few enough for every reader after us."""


async def body_of(request: Request[Any, Any, Any], *, optional: bool = False) -> dict[str, Any]:
    """The JSON object that a request brings."""
    return parse_object(await request.body(), request.headers.get("content-type", ""), optional=optional)


def parse_object(body: bytes, content_type: str, *, optional: bool = False) -> dict[str, Any]:
    """The JSON object in a body, or Malformed. With `optional` no body at all is an empty object."""
    if not body and optional:
        return {}
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
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
    if _SURROGATE.search(text) and not _is_text(value):
        raise Malformed(t("{what} holds half a character.", what=what))
    if _deeper_than(value, MAX_DEPTH):
        raise Malformed(t("{what} is nested too deeply.", what=what))
    return value


def convert_body(body: dict[str, Any], shape: type[Shape]) -> Shape:
    """A body as a struct; every unknown, missing and bad member is named at once, not only the first."""
    members = {member.encode_name: member for member in msgspec.structs.fields(shape)}
    unknown = [name for name in body if name not in members]
    try:
        if not unknown:
            return msgspec.convert(body, shape)
    except msgspec.ValidationError:
        pass
    errors = [FieldError(name[:100], "unknown_field", t("There is no field {name}.", name=name[:100])) for name in unknown]
    errors += [
        FieldError(name, "required", t("This is needed."))
        for name, member in members.items()
        if member.required and name not in body
    ]
    errors += [FieldError(name, "bad_type", _UNFIT) for name in body if name in members and not _fits(members[name], body[name])]
    raise Invalid(errors or [FieldError("", "bad_type", _UNFIT)])


def _fits(member: msgspec.structs.FieldInfo, value: Any) -> bool:
    try:
        msgspec.convert(value, member.type)
    except msgspec.ValidationError:
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counted = Counter(key for key, _ in pairs)
        raise Malformed(t("The key {key} occurs twice.", key=counted.most_common(1)[0][0][:100]))
    return found


def _is_text(value: Any) -> bool:
    """Whether all strings can be written: half of a surrogate pair can't."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


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
