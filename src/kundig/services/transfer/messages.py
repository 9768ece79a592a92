"""Texts kept in the database, so that each reader gets them in their own language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kundig.base.i18n import Text

_MARK = "$text"


def text_to_json(text: Text) -> dict[str, Any]:
    """A text with its parameters, which may be texts or labels themselves."""
    return {_MARK: text.message, "params": {name: _param(value) for name, value in text.params.items()}}


def _param(value: Any) -> Any:
    if isinstance(value, Text):
        return text_to_json(value)
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def text_from_json(value: Mapping[str, Any]) -> Text:
    """The text again."""
    params = {
        name: text_from_json(given) if isinstance(given, Mapping) and _MARK in given else given
        for name, given in value["params"].items()
    }
    return Text(value[_MARK], params)
