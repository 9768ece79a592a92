"""Recurrence: the rule by which a record is the first of many, and what ties these together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.engine.extension import Field
from kundig.engine.schema.fields.boolean import BooleanType
from kundig.engine.schema.fields.contract import Binding, FieldType, Misdefined, Parsing, Refused
from kundig.engine.schema.fields.dates import DatetimeType
from kundig.engine.schema.fields.text import TextOptions, TextType, clean_text
from kundig.engine.schema.recurrence import parse_rule

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

SERIES_PARTS = ("series", "at", "zone", "changed")
_LONGEST = 200


class RecurrenceType(TextType):
    """A rule of RFC 5545 as text, the same on all records of a series.

    Derived, and kept by the engine: `{field}_series` names the series (by the id of the record that it began with), `{field}_at`
    is when this one was to begin by the rule, `{field}_zone` the time zone whose clock the rule follows, and `{field}_changed`
    says that this one was changed on its own.
    """

    name = "recurrence"
    recurs = True
    plain = False

    def bind(self, field: BoundField, binding: Binding) -> BoundField:
        """Only what takes up time can recur."""
        if binding.objects[field.object].period is None:
            raise Misdefined(t("Only an object with a period can have a recurrence."))
        return field

    def derived(self, field: BoundField) -> Iterable[BoundField]:
        """Series, time by the rule, time zone, and whether this one differs."""
        yield _derived(field, "series", SeriesKeyType(), "Series", "Serie")
        yield _derived(field, "at", DatetimeType(), "Planned by the series for", "Nach der Serie geplant für")
        yield _derived(field, "zone", ZoneType(), "Time zone of the series", "Zeitzone der Serie")
        yield _derived(field, "changed", BooleanType(), "Differs from the series", "Weicht von der Serie ab")

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A rule such as `FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20271231`, kept in one way of writing."""
        if value is None or value == "":
            return {field.column: None}
        try:
            return {field.column: parse_rule(clean_text(value, _LONGEST), parsing.context.time_zone).text}
        except Malformed as error:
            raise Refused("bad_value", error.text) from None


class SeriesKeyType(TextType):
    """What the records of a series are found by. Derived, so it stands in no registry."""

    kept = True
    inner = True
    groups = True
    plain = False


class ZoneType(TextType):
    """A time zone by its name. Derived, so it stands in no registry."""

    kept = True
    inner = True
    plain = False


def _derived(field: BoundField, part: str, type_: FieldType, en: str, de: str) -> BoundField:
    definition = Field(name=f"{field.name}_{part}", type=type_.name, label={"en": en, "de": de}, read_only=True, searched=False)
    options = TextOptions() if isinstance(type_, TextType) else type_.Options()
    return replace(field, definition=definition, type=type_, options=options, column=f"{field.column}__{part}", standard=False)


def parts_of_series(field: BoundField) -> Mapping[str, str]:
    """The columns of what ties the records of a series together: `series`, `at`, `zone`, `changed`."""
    return {part: f"{field.column}__{part}" for part in SERIES_PARTS}
