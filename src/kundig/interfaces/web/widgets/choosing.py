"""Which widget a field gets."""

from __future__ import annotations

from collections.abc import Mapping

from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.kinds import Kind

BY_KIND: Mapping[Kind, str] = {
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.CHOICE: "choice",
    Kind.LIST: "lines",
    Kind.LINK: "link",
    Kind.NONE: "json",
}
BY_TYPE: Mapping[str, str] = {
    "long_text": "long_text",
    "rich_text": "rich_text",
    "translated_text": "translated",
    "translated_long_text": "translated_long",
    "decimal": "decimal",
    "percent": "percent",
    "money": "money",
    "datetime": "datetime",
    "duration": "duration",
    "choices": "choices",
    "tags": "tags",
    "pipeline": "stage",
    "recurrence": "recurrence",
    "emails": "emails",
    "phones": "phones",
    "url": "url",
    "address": "address",
    "links": "links",
    "link_any": "links",
    "user": "person",
    "file": "file",
    "image": "file",
}
"""Where a type looks different from its kind."""

RIGHT = frozenset({"number", "decimal", "percent", "money", "duration"})
"""Widgets whose values stand at the right of a column."""


ICONS: Mapping[str, str] = {
    "text": "text",
    "long_text": "file-text",
    "rich_text": "file-text",
    "translated": "text",
    "translated_long": "file-text",
    "number": "hash",
    "decimal": "hash",
    "percent": "percent",
    "money": "coins",
    "boolean": "circle-check",
    "date": "calendar",
    "datetime": "clock",
    "duration": "hourglass",
    "choice": "circle-dot",
    "choices": "list-checks",
    "stage": "milestone",
    "recurrence": "repeat",
    "tags": "tags",
    "lines": "list",
    "link": "link",
    "links": "link",
    "emails": "mail",
    "phones": "phone",
    "url": "globe",
    "address": "map-pin",
    "person": "user-check",
    "file": "paperclip",
    "json": "blocks",
}
"""The small mark before a field's label; a link has that of the object it leads to."""

SHOWN_ONLY = frozenset({"file"})
"""Widgets whose control takes nothing: what they show is not edited in place."""
WIDE = frozenset({"long_text", "rich_text", "translated_long", "address", "links", "choices", "recurrence"})
"""Widgets whose controls take the whole width of a form."""
COMPACT = frozenset(
    {
        "boolean",
        "long_text",
        "rich_text",
        "translated_long",
        "choices",
        "tags",
        "emails",
        "phones",
        "address",
        "links",
        "person",
        "link",
        "date",
        "datetime",
    }
)
"""Widgets that look different where there is only one line for them: macro `cell_{widget}`."""


def widget_of(field: BoundField) -> str:
    """The widget of a field: that of its result for a formula or roll-up."""
    result = field.result
    return BY_TYPE.get(result.type.name) or BY_KIND[result.kind]
