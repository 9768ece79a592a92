"""Address: street, postcode, city, state, country, each in a column of its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from babel import Locale

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.text import TextOptions, TextType, clean_text
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

PARTS = ("street", "postcode", "city", "state", "country")
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""CLDR's territories of two letters that ISO 3166 does not list as countries (XK for Kosovo stays: everybody uses it)."""


class AddressType(FieldType):
    """A postal address. As a whole it has no order and compares with nothing; its parts are texts."""

    name = "address"
    kind = Kind.NONE

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """Five text columns."""
        return tuple(sa.Column(f"{field.column}__{part}", sa.Text) for part in PARTS)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """An object of the five parts, which may be missing; it replaces the whole address."""
        if value is not None and not isinstance(value, Mapping):
            raise Refused("bad_type", t("Give street, postcode, city, state and country here."))
        given = value or {}
        for key in given:
            if key not in PARTS:
                raise Refused("bad_value", t('An address has no part "{part}".', part=str(key)[:100]))
        return {f"{field.column}__{part}": _part(part, given.get(part)) for part in PARTS}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """All five parts; null when none is given."""
        parts = {part: row.c[f"{field.column}__{part}"] for part in PARTS}
        shown = sa.func.json_build_object(*(element for pair in parts.items() for element in pair))
        return sa.case((sa.func.coalesce(*parts.values()).is_not(None), shown))

    def scalar(self, field: BoundField, row: sa.FromClause) -> None:
        """Nothing: only its parts compare."""
        return

    def parts(self, field: BoundField) -> Mapping[str, BoundField]:
        """The five parts."""
        return {part: field.part(part, _PART, TextOptions()) for part in PARTS}


_PART = TextType()


@cache
def countries() -> frozenset[str]:
    """The countries by ISO 3166 alpha-2."""
    territories = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


def _part(part: str, value: Any) -> str | None:
    if value is None:
        return None
    try:
        text = clean_text(value, 500).strip()
    except Refused as refused:
        raise Refused(refused.code, refused.text, f".{part}") from None
    if part != "country" or not text:
        return text or None
    if text.upper() not in countries():
        raise Refused("bad_country", t("Give a country by its ISO 3166 code, such as DE."), ".country")
    return text.upper()
