"""What follows where configuration gives stages another status: the figures over their records, and who may see them."""

from __future__ import annotations

from collections.abc import Collection

from kundig.base.database import Connection
from kundig.base.jobs import queue
from kundig.engine.policy.derived import filter_paths
from kundig.engine.policy.jobs import FILL, RENEW_ENTRIES
from kundig.engine.policy.policies import Policies, policies_of
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import Model


async def follow_status(connection: Connection, model: Model, restated: Collection[str]) -> None:
    """Queue the jobs that make anew what hangs on the status of records of the objects in `restated`."""
    if not restated:
        return
    counting = sorted(object_.name for object_ in model.objects.values() if _counts(object_, restated))
    if counting:
        # without a queueing lock: one that waits already does not know of these
        await queue(connection, RENEW_ENTRIES, {"objects": counting}, lock=RENEW_ENTRIES)
    policies = policies_of(model)
    for object_ in model.objects.values():
        if _asks(model, policies, object_, restated):
            await queue(connection, FILL, {"object": object_.name, "again": True})


def _counts(object_: BoundObject, children: Collection[str]) -> bool:
    """Whether an object has figures over records of others."""
    return any(field.type.rollup_columns(field) and field.options.child_object in children for field in object_.fields.values())


def _asks(model: Model, policies: Policies, object_: BoundObject, others: Collection[str]) -> bool:
    """Whether filters decide about an object's records by what stands in records of others, be it over links."""
    paths = (path for item in policies.filters(object_.definition) for path in filter_paths(item.where))
    return any(object_.name in others or _leads(model, object_.name, path, others) for path in paths)


def _leads(model: Model, object_: str, path: str, others: Collection[str]) -> bool:
    """Whether a path leads to one of the others."""
    for name in path.split("."):
        field = model.objects[object_].fields.get(name)
        if field is None or field.target is None or field.target not in model.objects:
            return False
        object_ = field.target
        if object_ in others:
            return True
    return False
