"""Grouped figures: exact, in the order of their groups, in the asker's time zone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.integration.engine.records.making import leaf, make

from kundig.base.errors import Invalid
from kundig.engine.policy.scope import Scope
from kundig.engine.records.aggregates import aggregate

DEALS = [
    ("customer", "qualification", "100.10", "2026-01-31", "10"),
    ("customer", "qualification", "200.20", "2026-02-01", "30"),
    ("customer", "proposal", "300.30", "2026-04-01", "50"),
    ("prospect", "proposal", "400.40", "2026-12-31", "50"),
    (None, "won", None, None, "100"),
    (None, "won", "1000000.05", "2027-01-01", "100"),
]


@pytest.fixture
async def firms(scope: Scope) -> dict[str, Any]:
    """Six deals at two firms."""
    firms = {kind: await make(scope, "account", name=kind, type=kind, employees=4) for kind in ("prospect", "customer")}
    for kind, stage, amount, day, probability in DEALS:
        money = amount and {"amount": amount, "currency": "EUR"}
        firm = firms[kind] if kind else None
        await make(scope, "opportunity", name="x", account=firm, stage=stage, amount=money, close_date=day, probability=probability)
    return firms


async def rows(scope: Scope, *group: str, measure: str = "count", where: Any = None) -> list[dict[str, Any]]:
    return json.loads(await aggregate(scope, "opportunity", where, group, measure.split(",")))


async def test_measures_are_exact(scope: Scope, firms: dict[str, Any]) -> None:
    measures = "count,sum:amount,avg:amount,min:amount,max:amount,count_distinct:probability,min:close_date,sum:account.employees"
    assert await rows(scope, "stage", measure=measures) == [
        {"stage": "qualification", "count": 2, "sum:amount": "300.30", "avg:amount": "150.15", "min:amount": "100.10", "max:amount": "200.20",
         "count_distinct:probability": 2, "min:close_date": "2026-01-31", "sum:account.employees": 8},
        {"stage": "proposal", "count": 2, "sum:amount": "700.70", "avg:amount": "350.35", "min:amount": "300.30", "max:amount": "400.40",
         "count_distinct:probability": 1, "min:close_date": "2026-04-01", "sum:account.employees": 8},
        {"stage": "won", "count": 2, "sum:amount": "1000000.05", "avg:amount": "1000000.05", "min:amount": "1000000.05",
         "max:amount": "1000000.05", "count_distinct:probability": 1, "min:close_date": "2027-01-01", "sum:account.employees": None},
    ]  # fmt: skip


async def test_no_group_is_one_row_and_no_measure_counts(scope: Scope, firms: dict[str, Any]) -> None:
    assert json.loads(await aggregate(scope, "opportunity")) == [{"count": 6}]
    nothing = leaf("stage", "is", "lost")
    assert await rows(scope, measure="count,max:amount", where=nothing) == [{"count": 0, "max:amount": None}]
    assert await rows(scope, "stage", where=nothing) == []


@pytest.mark.parametrize(
    ("group", "wanted"),
    [
        ("close_date:week", {"2026-01-26": 2, "2026-03-30": 1, "2026-12-28": 2, None: 1}),
        ("close_date:quarter", {"2026-01-01": 2, "2026-04-01": 1, "2026-10-01": 1, "2027-01-01": 1, None: 1}),
        ("close_date:year", {"2026-01-01": 4, "2027-01-01": 1, None: 1}),
        ("account.type", {"prospect": 1, "customer": 3, None: 2}),
        ("amount", {"100.10": 1, "200.20": 1, "300.30": 1, "400.40": 1, "1000000.05": 1, None: 1}),
        ("status", {"open": 4, "won": 2}),
    ],
)
async def test_groups_come_in_their_order(scope: Scope, firms: dict[str, Any], group: str, wanted: dict[Any, int]) -> None:
    found = await rows(scope, group)
    assert [(row[group], row["count"]) for row in found] == list(wanted.items())


async def test_a_link_groups_as_a_link(scope: Scope, firms: dict[str, Any]) -> None:
    shown = {kind: {"id": str(id_), "object": "account", "label": kind} for kind, id_ in firms.items()}
    assert [(row["account"], row["count"]) for row in await rows(scope, "account")] == [
        (shown["customer"], 3),
        (shown["prospect"], 1),
        (None, 2),
    ]


async def test_days_are_those_of_the_asker(scope: Scope) -> None:
    await make(scope, "task", subject="x", due_at="2026-06-30T23:30:00Z")
    for zone, month in (("UTC", "2026-06-01"), ("Europe/Berlin", "2026-07-01"), ("America/New_York", "2026-06-01")):
        there = replace(scope, context=replace(scope.context, time_zone=ZoneInfo(zone)))
        assert json.loads(await aggregate(there, "task", None, ["due_at:month"])) == [{"due_at:month": month, "count": 1}]


@pytest.mark.parametrize(
    ("group", "measure", "field", "names"),
    [
        (["nonsense"], [], "group", "nonsense"),
        (["close_date:fortnight"], [], "group", "fortnight"),
        (["stage:month"], [], "group", "stage:month"),
        (["tags"], [], "group", "tags"),
        (["close_date:"], [], "group", "close_date:"),
        ([], ["sum:nonsense"], "measure", "nonsense"),
        ([], ["median:amount"], "measure", "median"),
        ([], ["sum:stage"], "measure", "sum:stage"),
        ([], ["sum"], "measure", "sum"),
        ([], ["count:amount"], "measure", "count:amount"),
    ],
)
async def test_what_does_not_exist_is_named(scope: Scope, group: list[str], measure: list[str], field: str, names: str) -> None:
    with pytest.raises(Invalid) as raised:
        await aggregate(scope, "opportunity", None, group, measure)
    [error] = raised.value.errors
    assert error.field == field
    assert names in str(error.text)
