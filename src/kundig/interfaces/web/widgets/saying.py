"""What is wrong with a value, in the words of the control that it was typed into."""

from __future__ import annotations

from kundig.base.errors import FieldError
from kundig.base.i18n import t
from kundig.engine.schema.bound import BoundField
from kundig.interfaces.web.formats import Formats
from kundig.interfaces.web.widgets.choosing import widget_of

CHOOSE = t("Choose one of the suggestions.")
"""Of a link for which something was typed and nothing chosen."""
_LINKS = {"link", "person", "links"}
_NUMBERS = {"decimal", "percent", "money"}


def said(error: FieldError, field: BoundField, formats: Formats) -> str:
    """The sentence beside the control. Numbers are typed as people write them, records are chosen."""
    if error.code == "bad_value" and widget_of(field) in _NUMBERS and error.field.partition(".")[2] in ("", "amount"):
        return t("Give a number, such as {example}.", example=formats.number("1234.5", 2)).render(formats.language)
    if error.code == "bad_type" and widget_of(field) in _LINKS:
        return CHOOSE.render(formats.language)
    return error.text.render(formats.language)
