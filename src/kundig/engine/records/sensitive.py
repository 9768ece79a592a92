"""Says of what was read whether sensitive fields were among it, for the audit trail. Objects without such fields cost nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import path_in
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import Path


def tell_read(scope: Scope, object_: BoundObject, fields: Sequence[str] | None, records: Collection[UUID]) -> None:
    """Records were handed out with these fields, the names of `parse_fields`; None means all that the actor may read."""
    if not records or not scope.model.sensitive:
        return
    if fields is None:
        own = scope.model.sensitive.get(object_.name, frozenset()) - scope.rights(object_.name).hidden
        if own:
            scope.sensitive.add(object_.name, own, records)
        return
    named = (path_in(scope, object_.name, name) for name in fields if name not in ("object", "external_ids"))
    for path in _sensitive(scope, named):
        if path.links:
            scope.sensitive.add_unnamed(path.field.object, [_own(path)], len(records))
        else:
            scope.sensitive.add(object_.name, [_own(path)], records)


def tell_figures(scope: Scope, paths: Iterable[Path], count: int) -> None:
    """Groups or figures of fields were handed out, in so many rows."""
    if count and scope.model.sensitive:
        for path in _sensitive(scope, paths):
            scope.sensitive.add_unnamed(path.field.object, [_own(path)], count)


def _sensitive(scope: Scope, paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if _own(path) in scope.model.sensitive.get(path.field.object, ())]


def _own(path: Path) -> str:
    """The field whose value or part a path ends in."""
    return path.field.name.partition(".")[0]
