"""What amounts are worth in the workspace's currency: worked out as a record is written, and anew when what decides changes.

The rate is that of the record's date. A closed record keeps the rates that it was closed with; where none was known, it takes the
first that is. What a record owns (lines) goes by its owner's date and stage. Neither version nor journal knows of it: what people
gave stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kundig.engine.policy.audience import renew
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.records.figures import figure_columns
from kundig.engine.records.rates import Holder, forget_rates, keep_rates, kept_rates, rates_on
from kundig.engine.records.rollups import renew_figures_over
from kundig.engine.records.standing import Standing, closes, deciding, heirs, moves, standings
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.fields.money import base_amount

if TYPE_CHECKING:
    from kundig.engine.records.writing import Change

_NOBODY: Mapping[UUID, Standing] = {}


@dataclass(frozen=True, slots=True)
class Amount:
    """Where an amount of money lies: a table with its key, and the columns of amount, currency and worth."""

    field: str
    table: str
    key: str
    amount: str
    currency: str
    base: str


def stored_amounts(object_: BoundObject) -> list[Amount]:
    """The amounts that an object's records hold, also those whose place a figure has taken, to come back after the last child."""
    found = [Amount(field.name, object_.name, "id", *field.column_names) for field in object_.amounts]
    for field in object_.fields.values():
        into = getattr(field.options, "into", None)
        if into is not None:
            found.append(Amount(field.name, f"{object_.name}_rollup", "record", *_before(field, object_.fields[into])))
    return found


def _before(field: BoundField, target: BoundField) -> Iterator[str]:
    return (f"{field.column}__before{name.removeprefix(field.column)}" for name in figure_columns(field, target))


async def set_worth(change: Change, drafts: Sequence[Draft], owners: Sequence[Draft] = ()) -> None:
    """Say in drafts of one object what their amounts are worth; `owners` are the drafts that they are written together with."""
    due = {draft.id: draft for draft in drafts if any(_due(change.scope, draft))}
    if not due:
        return
    above = await _standings(change, owners, {}) if owners else {}
    stand = await _standings(change, list(due.values()), above)
    rates = _Rates(change.scope)
    asked = [(draft, field, stand[id_]) for id_, draft in due.items() for field in _due(change.scope, draft)]
    await rates.look_up((standing, _value(draft, field.column_names[1])) for draft, field, standing in asked)
    for draft, field, standing in asked:
        amount, currency, base = field.column_names
        rate = rates.of(standing, _value(draft, currency))
        draft.new[base] = base_amount(_value(draft, amount), rate, change.scope.context.workspace.currency)
        if standing.closed and rate is not None:
            draft.rates[standing.holder, _value(draft, currency)] = rate


def _due(scope: Scope, draft: Draft) -> Iterator[BoundField]:
    """The fields with an amount in another currency whose worth follows from what is written."""
    home = scope.context.workspace.currency
    for field in draft.object.amounts:
        amount, currency, base = field.column_names
        foreign = _value(draft, amount) is not None and _value(draft, currency) != home
        if foreign and (base in draft.new or moves(draft)):
            yield field


def _value(draft: Draft, column: str) -> Any:
    return draft.new[column] if column in draft.new else draft.old.get(column)


async def _standings(change: Change, drafts: Sequence[Draft], above: Mapping[UUID, Standing]) -> dict[UUID, Standing]:
    rows = {draft.id: {**draft.old, **draft.new} for draft in drafts}
    found = await standings(change.scope, drafts[0].object, rows, above)
    closing = {draft.id for draft in drafts if closes(draft)} if change.head.action != "undo" else set()
    return {id_: replace(standing, closing=True) if id_ in closing else standing for id_, standing in found.items()}


async def follow_standing(change: Change, drafts: Sequence[Draft]) -> None:
    """What follows once drafts of one object are stored: rates are kept, and what they own is worth what they say now."""
    scope, object_ = change.scope, drafts[0].object
    updated = [draft for draft in drafts if draft.action == "update"]
    closed = [draft.id for draft in updated if closes(draft)]
    if closed and change.head.action != "undo":
        await forget_rates(scope, object_.name, closed)
    await keep_rates(scope, {key: rate for draft in drafts for key, rate in draft.rates.items()})
    moved = [draft.id for draft in updated if moves(draft)]
    if moved and len(stored_amounts(object_)) > len(object_.amounts):
        await renew_worth(scope, object_, moved)
    await _renew_heirs(scope, object_, moved)


async def _renew_heirs(scope: Scope, object_: BoundObject, ids: Sequence[UUID]) -> None:
    for child, link in heirs(scope.model, object_) if ids else ():
        statement = f'select id from {{ws}}."{child.name}" where "{link}" = any(%(ids)s) order by id'
        owned = await scope.connection.values(statement, {"ids": list(ids)})
        await renew_worth(scope, child, owned)
        await _renew_heirs(scope, child, owned)


async def renew_worth(scope: Scope, object_: BoundObject, ids: Sequence[UUID]) -> None:
    """Work out anew what the amounts of stored records are worth, with the figures and the audiences that hang on it."""
    amounts = stored_amounts(object_)
    if not amounts or not ids:
        return
    rows = {row["id"]: row for row in await scope.connection.rows(_reading(object_, amounts), {"ids": list(ids)})}
    stand = await standings(scope, object_, rows, _NOBODY)
    rates = _Rates(scope)
    held = [(id_, row, amount) for amount in amounts for id_, row in rows.items() if row[amount.amount] is not None]
    await rates.look_up((stand[id_], row[amount.currency]) for id_, row, amount in held)
    home = scope.context.workspace.currency
    kept: dict[tuple[Holder, str], Decimal] = {}
    worth: dict[Amount, dict[UUID, Decimal | None]] = {}
    for id_, row, amount in held:
        rate = rates.of(stand[id_], row[amount.currency])
        base = base_amount(row[amount.amount], rate, home)
        if base != row[amount.base]:
            worth.setdefault(amount, {})[id_] = base
        if stand[id_].closed and rate is not None and row[amount.currency] != home:
            kept[stand[id_].holder, row[amount.currency]] = rate
    await keep_rates(scope, kept)
    for amount, found in worth.items():
        await scope.connection.execute(_storing(amount), {"ids": list(found), "bases": list(found.values())})
    own = [amount for amount in worth if amount.key == "id"]
    changed = sorted({id_ for amount in own for id_ in worth[amount]})
    if changed:
        await renew(scope, object_.name, changed, changed={amount.field for amount in own})
        await renew_figures_over(scope, object_.name, changed)


async def without_rate(scope: Scope, object_: BoundObject, id_: UUID) -> dict[str, tuple[str, date]]:
    """The amounts of a record for which no rate is known: by field the currency, and the day whose rate it would be."""
    amounts = [amount for amount in stored_amounts(object_) if amount.key == "id"]
    row = await scope.connection.row(_reading(object_, amounts, lock=False), {"ids": [id_]})
    lacking = [a for a in amounts if row is not None and row[a.amount] is not None and row[a.base] is None]
    if row is None or not lacking:
        return {}
    standing = (await standings(scope, object_, {id_: row}, _NOBODY))[id_]
    return {amount.field: (row[amount.currency], standing.day) for amount in lacking}


async def owned_without_rate(scope: Scope, object_: BoundObject, id_: UUID) -> dict[str, tuple[list[str], date]]:
    """The same of what a record owns, as far as the actor may know of its amounts: by object the currencies, and the day."""
    found: dict[str, tuple[list[str], date]] = {}
    for child, link in heirs(scope.model, object_):
        rights = scope.access.objects.get(child.name)
        amounts = [field for field in child.amounts if rights is not None and field.name not in rights.hidden]
        lacking: set[str] = set()
        for field in amounts:
            lacking |= set(await scope.connection.values(_lacking(child, link, field), {"id": id_}))
        if lacking:
            row = await scope.connection.row(_reading(object_, (), lock=False), {"ids": [id_]})
            found[child.name] = (sorted(lacking), (await standings(scope, object_, {id_: row or {}}, _NOBODY))[id_].day)
    return found


def _lacking(child: BoundObject, link: str, field: BoundField) -> str:
    amount, currency, base = field.column_names
    return f"""select distinct "{currency}" from {{ws}}."{child.name}"
                where "{link}" = %(id)s and deleted_at is null and "{amount}" is not null and "{base}" is null"""


def _reading(object_: BoundObject, amounts: Sequence[Amount], *, lock: bool = True) -> str:
    made = ["created_at"] if "created_at" in object_.table.c else []
    own = dict.fromkeys(["id", *made, *deciding(object_), *_columns(a for a in amounts if a.key == "id")])
    beside = list(_columns(a for a in amounts if a.key != "id"))
    columns = ", ".join([*(f'o."{name}"' for name in own), *(f'r."{name}"' for name in beside)])
    joined = f'left join {{ws}}."{object_.name}_rollup" r on r.record = o.id' if beside else ""
    locked = "for update of o" if lock else ""
    return f'select {columns} from {{ws}}."{object_.name}" o {joined} where o.id = any(%(ids)s) order by o.id {locked}'


def _columns(amounts: Iterable[Amount]) -> Iterator[str]:
    return (name for amount in amounts for name in (amount.amount, amount.currency, amount.base))


def _storing(amount: Amount) -> str:
    return f"""update {{ws}}."{amount.table}" t set "{amount.base}" = w.base
                 from unnest(%(ids)s::uuid[], %(bases)s::numeric[]) w (id, base) where t."{amount.key}" = w.id"""


class _Rates:
    """The rates that hold for records, looked up for many at once."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._home = scope.context.workspace.currency
        self._of_days: dict[tuple[str, date], Decimal] = {}
        self._kept: dict[tuple[Holder, str], Decimal] = {}

    async def look_up(self, asked: Iterable[tuple[Standing, str]]) -> None:
        foreign = [(standing, currency) for standing, currency in asked if currency != self._home]
        self._of_days = await rates_on(self._scope.connection, {(currency, standing.day) for standing, currency in foreign})
        closed = {standing.holder for standing, _ in foreign if standing.closed and not standing.closing}
        self._kept = await kept_rates(self._scope, closed)

    def of(self, standing: Standing, currency: str) -> Decimal | None:
        """The rate that was kept, else that of the day; None where none is known."""
        if currency == self._home:
            return Decimal(1)
        kept = self._kept.get((standing.holder, currency))
        return kept if kept is not None else self._of_days.get((currency, standing.day))
