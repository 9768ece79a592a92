"""Forms → contract JSON. What can't be read goes on as it was typed, so that the write door refuses it in the field's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kundig.base.i18n import LANGUAGES
from kundig.engine.schema.bound import BoundField
from kundig.interfaces.web.widgets.choosing import widget_of
from kundig.interfaces.web.widgets.filling import ADDRESS_PARTS, Filled
from kundig.interfaces.web.widgets.recurring import rule_of

Reader = Callable[[Filled, BoundField, str, ZoneInfo], Any]
Form = Mapping[str, list[str]]
"""All values of a form by name, as sent."""


def typed(field: BoundField, form: Form) -> Filled:
    """What was typed into the controls of a field, by part; to show it again beside an error."""
    return typed_as(field.name, form)


def typed_as(field: str, form: Form) -> Filled:
    """The same for a name that is no field of an object."""
    own = {name.partition(".")[2]: values for name, values in form.items() if name == field or name.startswith(f"{field}.")}
    return {part: list(values) for part, values in own.items()}


def asked(field: BoundField, form: Form) -> bool:
    """Whether the form has controls of a field at all (`{name}!` marks boxes, which send nothing when they are empty)."""
    return asked_as(field.name, form)


def asked_as(field: str, form: Form) -> bool:
    """The same for a name that is no field of an object."""
    return any(name.rstrip("!") == field or name.startswith(f"{field}.") for name in form)


def only_named(link: str, form: Form) -> bool:
    """Whether something was typed into the control of a single link, and nothing chosen."""
    parts = typed_as(link, form)
    return _first(parts) is None and _first(parts, "label") is not None


def read(field: BoundField, form: Form, language: str, zone: ZoneInfo) -> Any:
    """The contract JSON of a field from a form; None when it is left empty."""
    reader: Reader = READERS.get(widget_of(field), _text)
    return reader(typed(field, form), field, language, zone)


def _first(parts: Filled, part: str = "") -> str | None:
    return next((text.strip() for text in parts.get(part, ()) if text.strip()), None)


def _text(parts: Filled, *_: Any) -> Any:
    return _first(parts)


def _long_text(parts: Filled, *_: Any) -> Any:
    text = next(iter(parts.get("", ())), "").replace("\r\n", "\n")
    return text if text.strip() else None


def plain_number(text: str, language: str) -> str:
    """A number as people of a language write it, as a decimal string; what is none stays as it is."""
    group, point = (".", ",") if language == "de" else (",", ".")
    compact = re.sub(r"[\s\u00a0\u202f']", "", text)
    pattern = rf"[+-]?(\d+|\d{{1,3}}(\{group}\d{{3}})+)(\{point}\d+)?"
    if re.fullmatch(pattern, compact):
        return compact.replace(group, "").replace(point, ".")
    return compact if re.fullmatch(r"[+-]?\d+(\.\d+)?", compact) else text


def _number(parts: Filled, _field: BoundField, language: str, _zone: ZoneInfo) -> Any:
    text = _first(parts)
    if text is None:
        return None
    plain = plain_number(text, language)
    return int(plain) if re.fullmatch(r"[+-]?\d{1,18}", plain) else plain


def _decimal(parts: Filled, _field: BoundField, language: str, _zone: ZoneInfo) -> Any:
    text = _first(parts)
    return None if text is None else plain_number(text.rstrip("%").strip(), language)


def _boolean(parts: Filled, *_: Any) -> Any:
    return _first(parts) is not None


def _money(parts: Filled, _field: BoundField, language: str, _zone: ZoneInfo) -> Any:
    text, currency = _first(parts), _first(parts, "currency")
    if text is None:
        return None
    return {"amount": plain_number(text, language)} | ({"currency": currency} if currency else {})


def _datetime(parts: Filled, _field: BoundField, _language: str, zone: ZoneInfo) -> Any:
    text = _first(parts)
    try:
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()
    except ValueError:
        return text


def _duration(parts: Filled, *_: Any) -> Any:
    """`1:30` is an hour and a half, `90` are minutes."""
    text = _first(parts)
    if text is None:
        return None
    found = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,5})", text)
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 if found else text


def _list(parts: Filled, *_: Any) -> Any:
    return [text.strip() for text in parts.get("", ()) if text.strip()]


def _tags(parts: Filled, *_: Any) -> Any:
    return [tag.strip() for text in parts.get("", ()) for tag in text.split(",") if tag.strip()]


def _points(parts: Filled, *_: Any) -> Any:
    values, labels = parts.get("", []), parts.get("label", [])
    padded = [*labels, *[""] * len(values)]
    return [
        {"value": v.strip()} | ({"label": label} if label else {}) for v, label in zip(values, padded, strict=False) if v.strip()
    ]


def _address(parts: Filled, *_: Any) -> Any:
    return {part: text for part in ADDRESS_PARTS if (text := _first(parts, part))} or None


def _translated(parts: Filled, *_: Any) -> Any:
    return {language: text for language in LANGUAGES if (text := _first(parts, language))} or None


def _translated_long(parts: Filled, *_: Any) -> Any:
    return {language: text for language in LANGUAGES if (text := _long_text({"": parts.get(language, [])}))} or None


def _link(parts: Filled, *_: Any) -> Any:
    typed = _first(parts, "label")
    return _first(parts) or (unchosen(typed) if typed else None)


def _links(parts: Filled, field: BoundField, *_: Any) -> Any:
    ids, objects = parts.get("", []), parts.get("object", [])
    more = [unchosen(text)] if (text := _first(parts, "q")) else []
    if field.target is not None:
        return [*(id_ for id_ in ids if id_), *more]
    return [*({"object": object_, "id": id_} for id_, object_ in zip(ids, objects, strict=False) if id_), *more]


def unchosen(text: str) -> dict[str, str]:
    """A link to what was typed though nothing was chosen: it names no record, so the write door refuses it."""
    return {"label": text}


def _recurrence(parts: Filled, *_: Any) -> Any:
    return rule_of(parts)


READERS: Mapping[str, Reader] = {
    "long_text": _long_text,
    "rich_text": _long_text,
    "number": _number,
    "decimal": _decimal,
    "percent": _decimal,
    "boolean": _boolean,
    "money": _money,
    "datetime": _datetime,
    "duration": _duration,
    "recurrence": _recurrence,
    "choices": _list,
    "lines": _list,
    "tags": _tags,
    "emails": _points,
    "phones": _points,
    "address": _address,
    "translated": _translated,
    "translated_long": _translated_long,
    "link": _link,
    "person": _link,
    "links": _links,
}
