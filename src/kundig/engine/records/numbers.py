"""Running numbers: drawn for new records before they are written, since their labels may show them."""

from __future__ import annotations

from collections.abc import Sequence

from kundig.engine.policy.scope import Scope
from kundig.engine.records.checks import set_label
from kundig.engine.records.draft import Draft


async def give_numbers(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Fill columns that a sequence fills, in the order of the drafts, and make the labels that show them."""
    columns = [column for column in drafts[0].object.table.c if "sequence" in column.info] if drafts else []
    for column in columns:
        numbers = await scope.connection.values(f"select {column.info['next']} from generate_series(1, {len(drafts)})")
        for draft, number in zip(drafts, numbers, strict=True):
            draft.new[column.name] = number
    if columns:
        for draft in drafts:
            set_label(draft)
