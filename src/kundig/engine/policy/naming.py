"""Whether a record's name may be told: it may hold the names of linked records, which the reader may not know.

Only objects whose title names links are concerned, and only readers who don't read all records that those links lead to.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kundig.engine.policy.access import Access
from kundig.engine.policy.visibility import visible
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.model import Model

_DEEP = 3
"""Names of linked records may hold names of further ones; what is deeper is taken for unknown."""
_ONE: sa.ColumnElement[int] = sa.literal_column("1")


def title_links(object_: BoundObject) -> tuple[BoundField, ...]:
    """The links whose targets' names are part of the records' names."""
    named = (object_.fields[name] for name in object_.title_fields if name in object_.fields)
    return tuple(field for field in named if field.kind is Kind.LINK and field.target is not None)


def names_told(model: Model, access: Access, object_: str, deep: int = _DEEP) -> bool:
    """Whether the reader may know the names of all records of an object that can be seen."""
    return all(_told_wholly(model, access, field, deep) for field in title_links(model.objects[object_]))


def name_shown(model: Model, access: Access, object_: str, row: sa.FromClause) -> sa.ColumnElement[str]:
    """A record's name, or what the object is called where the name would tell of a hidden record."""
    if names_told(model, access, object_):
        return row.c.label
    calm = sa.literal_column(_quoted(model.objects[object_].definition.label["de"]), sa.Text())
    return sa.case((_known(model, access, object_, row, _DEEP), row.c.label), else_=calm)


def _told_wholly(model: Model, access: Access, field: BoundField, deep: int) -> bool:
    rights = access.objects.get(field.target or "")
    return deep > 0 and rights is not None and rights.reads_all and names_told(model, access, field.target or "", deep - 1)


def _known(model: Model, access: Access, object_: str, row: sa.FromClause, deep: int) -> sa.ColumnElement[bool]:
    return sa.and_(sa.true(), *_conditions(model, access, object_, row, deep))


def _conditions(model: Model, access: Access, object_: str, row: sa.FromClause, deep: int) -> Iterator[sa.ColumnElement[bool]]:
    for field in title_links(model.objects[object_]):
        if _told_wholly(model, access, field, deep):
            continue
        missing = row.c[field.column].is_(None)
        target = field.target or ""
        if deep == 0 or target not in access.objects:
            yield missing
            continue
        other = model.objects[target].table.alias()
        seen = (other.c.id == row.c[field.column], visible(access, target, other), _known(model, access, target, other, deep - 1))
        yield sa.or_(missing, sa.exists(sa.select(_ONE).select_from(other).where(*seen)))


def _quoted(text: str) -> str:
    """A constant of the model as SQL, so that it needs no value at run time."""
    return "'" + text.replace("'", "''") + "'"
