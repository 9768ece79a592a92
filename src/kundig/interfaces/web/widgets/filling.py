"""Contract JSON → what stands in the controls of a form, as lists of texts by part ("" is the control itself)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kundig.engine.schema.bound import BoundField
from kundig.interfaces.web.formats import Formats
from kundig.interfaces.web.widgets.choosing import widget_of
from kundig.interfaces.web.widgets.recurring import parts_of

Filled = dict[str, list[str]]
ADDRESS_PARTS = ("street", "postcode", "city", "state", "country")


def fill(field: BoundField, value: Any, formats: Formats) -> Filled:
    """The texts for the controls of a field; without a value none."""
    if value is None or value in ("", []):
        return {}
    return FILLERS.get(widget_of(field), _text)(value, formats)


def _text(value: Any, _: Formats) -> Filled:
    return {"": [str(value)]}


def _number(value: Any, formats: Formats) -> Filled:
    return {"": [formats.number(value)]}


def _boolean(value: Any, _: Formats) -> Filled:
    return {"": ["1"] if value else []}


def _money(value: Mapping[str, Any], formats: Formats) -> Filled:
    digits = len(str(value["amount"]).partition(".")[2])
    return {"": [formats.number(value["amount"], digits)], "currency": [c for c in [value.get("currency")] if c]}


def _datetime(value: str, formats: Formats) -> Filled:
    return {"": [formats.local(value).strftime("%Y-%m-%dT%H:%M")]}


def _duration(value: int, _: Formats) -> Filled:
    hours, minutes = divmod(int(value) // 60, 60)
    return {"": [f"{hours}:{minutes:02}"]}


def _list(value: list[str] | str, _: Formats) -> Filled:
    return {"": [value] if isinstance(value, str) else list(value)}


def _tags(value: list[str], _: Formats) -> Filled:
    return {"": [", ".join(value)]}


def _points(value: Any, _: Formats) -> Filled:
    given = [value] if isinstance(value, str | Mapping) else value
    items = [item if isinstance(item, Mapping) else {"value": item} for item in given]
    shown = [str(item.get("display") or item["value"]) for item in items]
    return {"": shown, "label": [str(item.get("label") or "") for item in items]}


def _address(value: Mapping[str, Any], _: Formats) -> Filled:
    return {part: [value[part]] for part in ADDRESS_PARTS if value.get(part)}


def _translated(value: Mapping[str, str], _: Formats) -> Filled:
    return {language: [text] for language, text in value.items() if text}


def _link(value: Mapping[str, str], _: Formats) -> Filled:
    return {"": [value["id"]], "object": [value["object"]], "label": [value["label"]]}


def _links(value: list[Mapping[str, str]], _: Formats) -> Filled:
    return {"": [v["id"] for v in value], "object": [v["object"] for v in value], "label": [v["label"] for v in value]}


def _recurrence(value: str, _: Formats) -> Filled:
    return parts_of(value)


FILLERS: Mapping[str, Callable[[Any, Formats], Filled]] = {
    "number": _number,
    "decimal": _number,
    "percent": _number,
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
    "translated_long": _translated,
    "link": _link,
    "person": _link,
    "links": _links,
}
