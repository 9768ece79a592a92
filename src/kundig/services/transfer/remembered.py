"""Mappings that people have made before: for a file with the same headings the same is offered again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from kundig.engine.policy.scope import Scope
from kundig.services.transfer.offers import offers_for
from kundig.services.transfer.order import ImportOrder, Rule

_LATEST = """
select file_name, created_at, request, by_user is not distinct from %(user)s as own from {ws}.import_run
 where object = %(object)s and shape->'header' = %(header)s::jsonb and state <> 'draft'
 order by own desc, created_at desc limit 1
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """An order as it was given before, and for which file."""

    order: ImportOrder
    file_name: str
    at: datetime


async def remembered(scope: Scope, object_: str, header: Sequence[str]) -> Remembered | None:
    """The latest order for the same columns: the person's own, else that of somebody in the workspace.

    Of others' orders only the columns are taken, and only those that the person may fill: no values that they typed.
    """
    row = await scope.connection.row(
        _LATEST,
        {"user": scope.context.actor.user, "object": object_, "header": msgspec.json.encode(list(header)).decode()},
    )
    if row is None:
        return None
    order = msgspec.convert(row["request"], ImportOrder, strict=False)
    allowed = {offer.field for offers in offers_for(scope, scope.object(object_)) for offer in offers.offers}
    mapping = {
        column: kept
        for column, rules in order.mapping.items()
        if (
            kept := tuple(
                rule if row["own"] else Rule(rule.field, create=rule.create, by=rule.by) for rule in rules if rule.field in allowed
            )
        )
    }
    constants = {name: value for name, value in order.constants.items() if row["own"] and name in allowed and value != ""}
    order = msgspec.structs.replace(order, mapping=mapping, constants=constants, dry_run=True)
    return Remembered(order, row["file_name"], row["created_at"])
