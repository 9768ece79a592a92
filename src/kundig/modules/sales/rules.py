"""Rules of sales: the first answer to a lead, who may call a lead converted, what lines take from their product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft, columns_of
from kundig.engine.schema.bound import BoundObject

_FROM_PRODUCT = {"name": "name", "unit_price": "price", "tax_rate": "tax_rate"}
"""Fields of a line, and the product's fields that fill them."""


async def follow_lead(scope: Scope, drafts: Sequence[Draft]) -> None:
    """A lead that leaves its first stage was answered; only the action `convert` may move one to `converted`."""
    for draft in drafts:
        if draft.action != "update" or not draft.changes("status"):
            continue
        if draft.get("status") == "converted" and not draft.change.trusted:
            draft.refuse("status", "use_convert", t("Use the action Convert, so that account and contact are made too."))
        elif draft.before("status") == "new" and draft.get("first_response_at") is None:
            draft.set("first_response_at", scope.context.now)


async def fill_from_product(scope: Scope, drafts: Sequence[Draft]) -> None:
    """A new line, or one whose product changes, takes name, price and tax rate from it unless they are given."""
    open_ = [d for d in drafts if d.action in ("create", "update") and d.changes("product") and d.get("product") is not None]
    if not open_:
        return
    product = scope.model.object("product")
    hidden = frozenset() if open_[0].change.trusted else scope.rights("product").hidden
    taken = {own: theirs for own, theirs in _FROM_PRODUCT.items() if theirs not in hidden}
    rows = await _products(scope, product, taken.values(), {draft.get("product") for draft in open_})
    for draft in open_:
        row = rows.get(draft.get("product"), {})
        for own, theirs in taken.items():
            if own not in draft.given:
                columns = zip(columns_of(draft.object.fields[own]), columns_of(product.fields[theirs]), strict=True)
                draft.set(own, {mine: row.get(its) for mine, its in columns})


async def _products(scope: Scope, product: BoundObject, fields: Iterable[str], ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    """Their columns. The write door has checked already that the writer may see the products."""
    table = product.table
    columns = [table.c[column] for name in fields for column in columns_of(product.fields[name])]
    statement = sa.select(table.c.id, *columns).where(table.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.UUID()))))
    return {row["id"]: row for row in await scope.connection.rows(statement, {"ids": list(ids)})}
