"""Users who may read a record because something that it owns names them: whoever is invited to a meeting.

An owned object says by which of its links (`Object.readers`). In the audience of the record such a user stands as its owner does,
as one person: to teams nothing is opened, and nobody may do more than read.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kundig.engine.policy.principals import Principal, readers
from kundig.engine.policy.tables import PRINCIPAL
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Model


def readers_of(model: Model, object_: BoundObject) -> Iterator[Principal]:
    """The marks of all links by which what an object's records own names their readers."""
    return (readers(object_.name, owned.name, link.name) for owned, _, link in reader_links(model, object_))


def named_readers(model: Model, object_: BoundObject, row: sa.FromClause) -> Iterator[sa.Select[tuple[int]]]:
    """The principals of the users who are named as readers of a record; in the trash, of those who were when it was deleted."""
    for owned, owner, link in reader_links(model, object_):
        one = owned.table.alias("o")
        user = sa.cast(one.c[link.column], sa.Text)
        yield sa.select(PRINCIPAL.c.id).where(
            PRINCIPAL.c.kind == "user",
            PRINCIPAL.c.ref == user,
            one.c[owner.column] == row.c.id,
            one.c.deleted_at.is_not_distinct_from(row.c.deleted_at),
        )


def reader_links(model: Model, object_: BoundObject) -> Iterator[tuple[BoundObject, BoundField, BoundField]]:
    """What an object owns that names readers, with its links to the owner and to a reader."""
    for child in object_.children:
        owned = model.objects[child.object]
        if owned.definition.parent == child.field:
            yield from (
                (owned, owned.fields[child.field], owned.fields[name]) for name in owned.definition.readers if name in owned.fields
            )
