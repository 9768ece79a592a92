"""JSON: any value, as programs left it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.text import clean_text
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

MAX_LENGTH = 200_000
MAX_DEPTH = 32


class JsonType(FieldType):
    """Any JSON of at most 200,000 characters and 32 levels."""

    name = "json"
    kind = Kind.NONE

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One jsonb column."""
        return (sa.Column(field.column, JSONB(none_as_null=True)),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Any value that PostgreSQL can hold."""
        for depth, leaf in _leaves(value):
            if depth > MAX_DEPTH:
                raise Refused("bad_value", t("At most {max} levels are possible here.", max=MAX_DEPTH))
            if isinstance(leaf, str):
                clean_text(leaf, MAX_LENGTH)
            elif isinstance(leaf, float) and not math.isfinite(leaf):
                raise Refused("bad_value", t("This number is too large."))
            elif leaf is not None and not isinstance(leaf, bool | int | float):
                raise Refused("bad_type", t("Give a JSON value here."))
        if len(json.dumps(value)) > MAX_LENGTH:
            raise Refused("too_long", t("At most {max} characters are possible here.", max=MAX_LENGTH))
        return {field.column: value}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The column itself."""
        return row.c[field.column]

    def scalar(self, field: BoundField, row: sa.FromClause) -> None:
        """Nothing: JSON compares with nothing."""
        return


def _leaves(value: Any, depth: int = 1) -> Iterator[tuple[int, Any]]:
    if depth > MAX_DEPTH:
        yield depth, None
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield depth, key
            yield from _leaves(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, depth + 1)
    else:
        yield depth, value
