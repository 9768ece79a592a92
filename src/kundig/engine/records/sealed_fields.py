"""Encrypted fields of records: where they lie, for an exchange of the secret key."""

from __future__ import annotations

from collections.abc import Iterator

from kundig.base.database.names import quoted
from kundig.base.sealed import Sealed
from kundig.engine.schema.model import Model


def sealed_fields(model: Model) -> Iterator[Sealed]:
    """All of a workspace's model."""
    for object_ in model.objects.values():
        for field in object_.fields.values():
            bound_to = field.type.sealed_as(field)
            if bound_to is not None:
                yield Sealed(f"{{ws}}.{quoted(object_.table.name)}", quoted(field.column), bound_to)
