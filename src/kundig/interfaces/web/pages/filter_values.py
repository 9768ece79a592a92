"""Values of conditions: what stands in the controls for one, and the condition that filled controls mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.web.formats import Formats
from kundig.interfaces.web.pages.arrangement import Part
from kundig.interfaces.web.pages.conditions import operators_of, value_control
from kundig.interfaces.web.pages.filter_tree import Given
from kundig.interfaces.web.pages.wording import PERIODS, SEVERAL, several
from kundig.interfaces.web.widgets.reading import plain_number

ME = "me"
DAY = "day"
"""The choice among periods that lets a day be picked."""
_MANY = {"is": "in", "is_not": "not_in"}
_ONE = {many: one for one, many in _MANY.items()}
_PICKED = frozenset((Kind.BOOLEAN, Kind.CHOICE, Kind.DATE, Kind.LINK))
"""Kinds whose values are chosen, not typed."""
MOST_LINES = 1000


def operator_in(field: BoundField, operator: str) -> str:
    """The operator as the field offers it: one of several values where they are ticked."""
    offered = operators_of(field)
    return operator if operator in offered else _MANY.get(operator, operator) if _MANY.get(operator) in offered else operator


def given_of(field: BoundField, part: Part, names: Mapping[str, str], formats: Formats) -> Given:
    """What stands in the controls for a condition."""
    operator = operator_in(field, str(part.get("op", "")))
    value = part.get("value")
    values = [item for item in (value if isinstance(value, list) else [value]) if item is not None]
    given: Given = {"field": [str(part["field"])], "op": [operator]}
    match value_control(field, operator):
        case "none":
            return given
        case "days":
            return given | _day(values[:1], "")
        case "span":
            return given | _day(values[:1], "") | _day(values[1:2], "2")
        case "yesno":
            return given | {"value": ["1" if item is True else "0" for item in values]}
        case "links":
            ids = [str(item) for item in values if item != ME]
            target = field.target or ""
            linked = {"value": ids, "value.object": [target] * len(ids), "value.label": [names.get(id_, "…") for id_ in ids]}
            return given | linked | ({ME: ["1"]} if ME in values else {})
        case "lines":
            return given | {"value": ["\n".join(_text(field, item, formats) for item in values)]}
        case "range":
            return given | {f"value{end}": [_text(field, item, formats)] for end, item in zip(("", "2"), values, strict=False)}
    return given | {"value": [_text(field, item, formats) for item in values]}


def carried(given: Given, before: BoundField | None, field: BoundField) -> Given:
    """What stays in the controls when another field is chosen: the operator among fields of one kind, a value that was typed."""
    alike = before is not None and operators_of(before) == operators_of(field) and before.kind is field.kind
    same = alike and before is not None and (before.choices, before.target) == (field.choices, field.target)
    typed = before is not None and not {before.kind, field.kind} & _PICKED and not (before.choices or field.choices)
    kept = {"field", "fresh"} | ({"op"} if alike else set()) | ({"value"} if typed else set())
    return given if same else {name: texts for name, texts in given.items() if name in kept}


def _text(field: BoundField, value: Any, formats: Formats) -> str:
    return formats.number(value) if field.kind is Kind.NUMBER else str(value)


def _day(values: Sequence[Any], end: str) -> Given:
    value = str(values[0]) if values else ""
    if (found := several(value)) is not None:
        return {f"period{end}": [found[0]], f"n{end}": [found[1]]}
    return {f"period{end}": [value]} if value in PERIODS else {f"period{end}": [DAY], f"value{end}": [value]}


def condition_of(field: BoundField, path: str, operator: str, given: Given, language: str) -> Part | None:
    """The condition that filled controls mean; None where a value is still missing. What doesn't fit is refused by the language."""
    leaf: dict[str, Any] = {"field": path, "op": operator}
    control = value_control(field, operator)
    if control == "none":
        return leaf
    value = _value(field, control, given, language)
    if value is None or value == []:
        return None
    if isinstance(value, list) and len(value) == 1 and control in ("ticks", "links") and operator in _ONE:
        return {"field": path, "op": _ONE[operator], "value": value[0]}
    return leaf | {"value": value}


def _value(field: BoundField, control: str, given: Given, language: str) -> Any:
    texts = [text.strip() for text in given.get("value", ()) if text.strip()]
    match control:
        case "days":
            return _period(given, "")
        case "span":
            ends = [_period(given, ""), _period(given, "2")]
            return None if None in ends else ends
        case "yesno":
            return texts[0] == "1" if texts else None
        case "ticks":
            return texts
        case "links":
            return texts + ([ME] if given.get(ME) else [])
        case "lines":
            lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()][:MOST_LINES]
            return [_typed(field, line, language) for line in lines]
        case "range":
            both = [text.strip() for name in ("value", "value2") for text in given.get(name, ()) if text.strip()]
            return [_typed(field, text, language) for text in both] if len(both) == 2 else None
    return _typed(field, texts[0], language) if texts else None


def _typed(field: BoundField, text: str, language: str) -> str:
    return plain_number(text, language) if field.kind is Kind.NUMBER else text


def _period(given: Given, end: str) -> str | None:
    period = next(iter(given.get(f"period{end}", ())), "")
    if period in PERIODS:
        return period
    if period in SEVERAL:
        number = next(iter(given.get(f"n{end}", ())), "").strip()
        side, _, unit = period.partition("_")
        return f"{side}_{number}_{unit}" if number else None
    return next((text for text in given.get(f"value{end}", ()) if text), None)
