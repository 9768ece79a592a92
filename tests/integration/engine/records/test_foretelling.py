"""Records that are made together with what they own have their figures from the first: the same as if made one after the other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.integration.engine.records.making import make, make_all, plain, trash

from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Create, Update, write


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


LINES: list[dict[str, Any]] = [
    {"name": "pump", "quantity": "2.5", "unit_price": euro("10.01"), "discount": "5"},
    {"name": "hose", "unit_price": euro("0.99")},
    {"name": "abroad", "unit_price": {"amount": "3.00", "currency": "USD"}, "quantity": "3"},
]


async def whole(scope: Scope, lines: list[dict[str, Any]], **values: Any) -> UUID:
    """An opportunity made in one call with its lines."""
    return await make(scope, "opportunity", name="x", opportunity_line=lines, **values)


async def bit_by_bit(scope: Scope, lines: list[dict[str, Any]], **values: Any) -> UUID:
    """The same, with its lines made afterwards."""
    id_ = await make(scope, "opportunity", name="x", **values)
    if lines:
        await make_all(scope, "opportunity_line", *({**line, "opportunity": id_} for line in lines))
    return id_


async def kept(scope: Scope, id_: UUID) -> list[Any]:
    """All that hangs on the lines of an opportunity."""
    amount = "amount, amount__currency, amount__base, expected_revenue, expected_revenue__base"
    return [
        await scope.connection.row(f"select {amount}, version from {{ws}}.opportunity where id = %(id)s", {"id": id_}),
        await scope.connection.value(
            "select to_jsonb(r) - 'record' from {ws}.opportunity_rollup r where record = %(id)s", {"id": id_}
        ),
        await scope.connection.rows(
            "select position, stage, amount, close_date, left_at from {ws}.stage_history where record = %(id)s order by position",
            {"id": id_},
        ),
    ]


async def updates(scope: Scope, table: str) -> int:
    """How many rows of a table this transaction has written anew."""
    found = await scope.connection.value(
        "select n_tup_upd from pg_stat_xact_user_tables where schemaname = %(schema)s and relname = %(table)s",
        {"schema": scope.connection.schema, "table": table},
    )
    return int(found or 0)


@pytest.fixture(autouse=True)
async def rate(scope: Scope) -> None:
    await scope.connection.execute(
        "insert into {ws}.exchange_rate (currency, day, rate) values ('USD', '2000-01-01', 0.9) on conflict do nothing"
    )


@pytest.mark.parametrize("own", [{}, {"amount": euro("77.00")}, {"amount": {"amount": "7.00", "currency": "USD"}}])
@pytest.mark.parametrize("lines", [LINES, LINES[:1], [{"name": "for nothing"}], []])
async def test_in_one_call_or_in_two(scope: Scope, lines: list[dict[str, Any]], own: dict[str, Any]) -> None:
    values = {"stage": "proposal", "close_date": "2026-03-04", **own}
    assert await kept(scope, await whole(scope, lines, **values)) == await kept(scope, await bit_by_bit(scope, lines, **values))


async def test_many_at_once(scope: Scope) -> None:
    many = [{"name": f"n {n}", "opportunity_line": LINES[: n % 4], "amount": euro(f"{n}.00")} for n in range(60)]
    ids = list((await write(scope, "opportunity", [Create(plain(values)) for values in many])).ids)
    for n in (0, 1, 2, 3, 59):
        single = await bit_by_bit(scope, LINES[: n % 4], amount=euro(f"{n}.00"))
        assert await kept(scope, ids[n]) == await kept(scope, single)


async def test_each_row_is_written_once(scope: Scope) -> None:
    before = [await updates(scope, table) for table in ("opportunity", "opportunity_rollup")]
    await whole(scope, LINES)
    assert [await updates(scope, table) for table in ("opportunity", "opportunity_rollup")] == before


async def test_the_own_value_comes_back_after_the_last_line(scope: Scope) -> None:
    id_ = await whole(scope, LINES[:1], amount=euro("77.00"))
    [line] = await scope.connection.values("select id from {ws}.opportunity_line where opportunity = %(id)s", {"id": id_})
    assert (await kept(scope, id_))[0]["amount"] != 77
    await trash(scope, "opportunity_line", line)
    assert (await kept(scope, id_))[0]["amount"] == 77


async def won_by(scope: Scope, account: UUID) -> Any:
    """The revenue that an account's figures tell of."""
    return await scope.connection.value("select won_revenue from {ws}.account_rollup where record = %(id)s", {"id": account})


async def test_figures_over_figures(scope: Scope) -> None:
    account = await make(scope, "account", name="Acme")
    lines = [{"name": "pump", "unit_price": euro("12.00"), "quantity": "2"}]
    await whole(scope, lines, account=account, stage="won")
    assert await won_by(scope, account) == 24
    await bit_by_bit(scope, lines, account=account, stage="won", amount=euro("5.00"))
    assert await won_by(scope, account) == 48


async def test_figures_over_figures_follow_each_line(scope: Scope) -> None:
    account = await make(scope, "account", name="Acme")
    deal = await make(scope, "opportunity", name="x", account=account, stage="won", amount=euro("5.00"))
    assert await won_by(scope, account) == 5
    line = await make(scope, "opportunity_line", opportunity=deal, name="pump", unit_price=euro("12.00"))
    assert await won_by(scope, account) == 12
    await write(scope, "opportunity_line", [Update(line, {"quantity": "3"})])
    assert await won_by(scope, account) == 36
    await trash(scope, "opportunity_line", line)
    assert await won_by(scope, account) == 5
