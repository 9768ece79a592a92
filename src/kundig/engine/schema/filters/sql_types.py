"""What PostgreSQL stores a field's comparable value as."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kundig.engine.schema.bound import BoundField


def _stored(field: BoundField) -> sa.types.TypeEngine[Any] | None:
    columns = field.result.type.columns(field.result)
    return columns[0].type if columns else None


def is_instant(field: BoundField) -> bool:
    """Whether a field of kind DATE holds instants rather than days."""
    return isinstance(_stored(field), sa.DateTime)


def is_whole(field: BoundField) -> bool:
    """Whether a field of kind NUMBER lies in a column of whole numbers."""
    return isinstance(_stored(field), sa.Integer)
