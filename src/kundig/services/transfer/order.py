"""What somebody asks an import to do: the values of a request, of a form or of a command line, kept with the import as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from kundig.base.errors import Invalid
from kundig.base.i18n import LANGUAGES, t
from kundig.services.transfer.cells.style import DateOrder, Language

Mode = Literal["create", "update", "upsert"]
ANY_OTHER = "*"
"""In `values`: every text that isn't named itself. An empty value leaves the field alone."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a column goes and how its cells are read.

    `field` is a field of the object, a part of one (`billing_address.city`, `amount.currency`, `phones.mobile` for the label,
    `related_to.account` for the object of a link to any), a field of the child object (`opportunity_line.product`), one of the
    records that a link makes where they are missing (`account.website`), `external_id`, or `external_id:system` for cells without
    the system's name.
    """

    field: str
    values: Mapping[str, Any] = {}
    """Cell → what to take instead: a text as if it stood in the cell, or JSON for the field."""
    create: bool = False
    """Make the records that a link names and that aren't there."""
    by: str | None = None
    """The unique field by which a link finds its record, besides id, `system:id` and label."""
    scale: Decimal | None = None
    dates: DateOrder | None = None


class ImportOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An import without its file. `constants` fill fields that no column fills: texts as in cells, or JSON."""

    object: str
    mapping: Mapping[str, tuple[Rule, ...]]
    mode: Mode = "create"
    match: str | None = None
    constants: Mapping[str, Any] = {}
    language: Language = "de"
    dates: DateOrder | None = None
    child: str | None = None
    """The child object in the same file, with its link where it has several: `line` or `line.parent`."""
    dry_run: bool = False


def read_order(
    *,
    object_: str,
    mapping: Any,
    mode: str = "create",
    match: str | None = None,
    constants: Any = None,
    language: str = "de",
    dates: str | None = None,
    child: str | None = None,
    dry_run: bool = False,
) -> ImportOrder:
    """An order from what a request holds; `mapping` (JSON text or value) is column → field, rule, or a list of those.

    Raises Invalid with `mapping`, `constants`, `mode`, `locale` or `dates` as field; what the model says is checked later.
    """
    return ImportOrder(
        object_,
        {column: tuple(_rules(target)) for column, target in _json_object(mapping, "mapping").items()},
        _one_of("mode", mode, ("create", "update", "upsert"), t("Choose create, update or upsert.")),
        match or None,
        _json_object(constants, "constants") if constants else {},
        _one_of("locale", language, LANGUAGES, t("Choose de or en.")),
        _one_of("dates", dates, ("dmy", "mdy", "ymd"), t("Choose dmy, mdy or ymd.")) if dates else None,
        child or None,
        dry_run,
    )


def _rules(target: Any) -> Iterator[Rule]:
    for one in target if isinstance(target, list) else [target]:
        try:
            yield Rule(one) if isinstance(one, str) else msgspec.convert(one, Rule, strict=False)
        except msgspec.ValidationError:
            raise Invalid.one("mapping", "bad_mapping", t("Give each column the name of a field, or a rule.")) from None


def _json_object(value: Any, field: str) -> Mapping[str, Any]:
    if isinstance(value, str | bytes):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise Invalid.one(field, "bad_json", t("This is not valid JSON.")) from None
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise Invalid.one(field, "bad_json", t("Give an object here: names and what belongs to them."))
    return value


def _one_of(field: str, value: str, allowed: tuple[str, ...], text: Any) -> Any:
    if value not in allowed:
        raise Invalid.one(field, "bad_value", text)
    return value
