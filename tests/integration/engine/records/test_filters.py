"""Filters on stored records: operators by kind, paths over missing and trashed records, children, external ids."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.engine.records.making import leaf, make, names, trash

from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Create, write

CASES: list[tuple[dict[str, Any], str]] = [
    (leaf("description", "contains", "STRASSE"), "ac"),
    (leaf("description", "contains", "0%"), "a"),
    (leaf("description", "contains", "g_x"), "a"),
    (leaf("description", "contains", "\\"), ""),
    (leaf("description", "not_contains", "fertig"), "bd"),
    (leaf("name", "starts_with", "A "), "a"),
    (leaf("name", "ends_with", "muller"), "a"),
    (leaf("name", "contains", "ull"), "a"),
    (leaf("name", "contains", "üL"), "a"),
    (leaf("employees", "in", [10, "30.0", 99]), "ac"),
    (leaf("employees", "not_in", [10]), "bcd"),
    (leaf("employees", "between", [10, 20]), "ab"),
    (leaf("annual_revenue", "gt", "1000.00"), "b"),
    (leaf("annual_revenue.currency", "is_not", "EUR"), "cd"),
    (leaf("tags", "has_all", ["red", "blue"]), "a"),
    (leaf("tags", "not_in", ["red"]), "bcd"),
    (leaf("tags", "contains", "LU"), "ab"),
    (leaf("tags", "ends_with", "ue"), "ab"),
    (leaf("emails", "is", "INFO@x.example"), "a"),
    (leaf("emails", "has_all", ["info@x.example", "b@x.example"]), "a"),
    (leaf("emails", "has_all", ["info@x.example", "c@x.example"]), ""),
    (leaf("emails", "not_contains", "@x."), "bcd"),
    (leaf("phones", "starts_with", "+49 89"), "a"),
    (leaf("phones", "ends_with", "5678"), "a"),
    (leaf("phones", "contains", "89 234"), "a"),
    (leaf("founded_on", "in", ["2020-01-15", "last_3650_years"]), "ab"),
    (leaf("founded_on", "gt", "past"), ""),
    (leaf("founded_on", "lte", "future"), "ab"),
    (leaf("billing_address", "not_empty"), "a"),
    (leaf("billing_address.city", "contains", "munchen"), "a"),
    (leaf("parent", "is", "erp:42"), "b"),
    (leaf("parent", "in", ["erp:42", "erp:none"]), "b"),
    (leaf("parent", "empty"), "acd"),
    (leaf("parent.type", "is_not", "partner"), "acd"),
    (leaf("parent.type", "empty"), "acd"),
    (leaf("parent.parent.name", "is", "x"), ""),
    (leaf("created_at", "within", "last_2_days"), "abcd"),
    (leaf("label", "contains", "mull"), "a"),
    ({"none": [leaf("parent.type", "is", "partner"), leaf("employees", "lt", 15)]}, "cd"),
    ({"any": []}, ""),
    (leaf("annual_revenue", "empty"), "d"),
    (leaf("annual_revenue", "not_empty"), "abc"),
    (leaf("annual_revenue", "is_not", "1000.00"), "bcd"),
    ({"related": "contact.account", "count": ["gte", 2]}, "a"),
    ({"related": "task.related_to"}, "b"),
    ({"related": "task.related_to", "count": ["is", 2]}, "b"),
    ({"related": "task.related_to", "where": leaf("subject", "is", "first")}, "b"),
    ({"related": "task.related_to", "count": ["is", 0]}, "acd"),
    ({"related": "contact.account", "count": ["lt", 2]}, "bcd"),
    ({"related": "contact.account", "where": leaf("account.name", "starts_with", "a"), "count": ["is", 2]}, "a"),
    ({"related": "contact.account", "where": leaf("last_name", "is", "nobody"), "count": ["is", 0]}, "abcd"),
]


@pytest.fixture
async def firms(scope: Scope) -> None:
    """Four firms, `a` with values nearly everywhere, `d` with none; `c` has a parent in the trash."""
    [parent] = (await write(scope, "account", [Create({"name": "Holding", "type": "partner"}, external_ids=["erp:42"])])).ids
    gone = await make(scope, "account", name="Gone", type="partner")
    euro = lambda amount: {"amount": amount, "currency": "EUR"}  # noqa: E731
    a = await make(
        scope, "account", name="a Müller", employees=10, annual_revenue=euro("1000.00"), tags=["red", "blue"],
        emails=["Info@x.example", "b@x.example"], phones=["089 2345678"], founded_on="2020-01-15",
        description="Straße 100% fertig_x", billing_address={"city": "München"},
    )  # fmt: skip
    b = await make(
        scope,
        "account",
        name="b",
        employees=20,
        annual_revenue=euro("2000.50"),
        tags=["blue"],
        founded_on="2021-06-30",
        parent=parent,
    )
    unrated = {"amount": "5.00", "currency": "USD"}
    await make(
        scope, "account", name="c", employees=30, description="STRASSE 1000 fertig-x", tags=["green"], parent=gone,
        annual_revenue=unrated,
    )  # fmt: skip
    await make(scope, "account", name="d")
    for name in ("one", "two", "three"):
        contact = await make(scope, "contact", last_name=name, account=a)
    await trash(scope, "contact", contact)
    for subject in ("first", "second"):
        await make(scope, "task", subject=subject, related_to=[{"object": "account", "id": b}])
    await trash(scope, "task", await make(scope, "task", subject="gone", related_to=[{"object": "account", "id": a}]))
    await trash(scope, "account", gone)


@pytest.mark.parametrize(("where", "wanted"), CASES, ids=str)
async def test_a_filter_and_its_opposite(scope: Scope, firms: None, where: dict[str, Any], wanted: str) -> None:
    """What a filter finds and what its negation finds are all, and share nothing."""
    four = leaf("name", "in", ["a Müller", "b", "c", "d"])
    found = [name[0] for name in await names(scope, "account", {"all": [four, where]}, order="name")]
    others = [name[0] for name in await names(scope, "account", {"all": [four, {"none": [where]}]}, order="name")]
    assert "".join(found) == wanted
    assert sorted(found + others) == list("abcd")


async def test_an_amount_without_a_rate_is_there_and_comes_last(scope: Scope, firms: None) -> None:
    for order in ("annual_revenue", "-annual_revenue"):
        found = await names(scope, "account", leaf("annual_revenue", "not_empty"), order=order)
        assert found == (["a Müller", "b", "c"] if order == "annual_revenue" else ["b", "a Müller", "c"])


async def test_what_somebody_owns_points_to_them(scope: Scope) -> None:
    owner = await make(scope, "user", name="Owner", email="owner@example.com")
    await make(scope, "account", name="owned", owner=owner)
    owned = {"related": "account.owner", "where": leaf("name", "is", "owned")}
    assert await names(scope, "user", owned, field="email") == ["owner@example.com"]
    assert await names(scope, "user", {"related": "account.owner", "where": leaf("name", "is", "other")}, field="email") == []


async def test_links_to_any_object(scope: Scope) -> None:
    one, two = [await make(scope, "account", name=name) for name in ("one", "two")]
    await make(scope, "task", subject="both", related_to=[{"object": "account", "id": one}, {"object": "account", "id": two}])
    await make(scope, "task", subject="none")
    for where, wanted in (
        (leaf("related_to", "is", str(two)), ["both"]),
        (leaf("related_to", "not_in", [str(one)]), ["none"]),
        (leaf("related_to", "empty"), ["none"]),
    ):
        assert await names(scope, "task", where, field="subject") == wanted
    await trash(scope, "account", two)
    assert await names(scope, "task", leaf("related_to", "is", str(two)), field="subject") == []


async def test_booleans_are_never_empty(scope: Scope) -> None:
    await make(scope, "contact", last_name="yes", do_not_call=True)
    await make(scope, "contact", last_name="no")
    for where, wanted in (
        (leaf("do_not_call", "is", True), "yes"),
        (leaf("do_not_call", "is_not", True), "no"),
        (leaf("do_not_call", "is", False), "no"),
    ):
        assert await names(scope, "contact", where, field="last_name") == [wanted]
    assert await names(scope, "contact", leaf("do_not_call", "empty"), field="last_name") == []
    assert await names(scope, "contact", leaf("account.tags", "empty"), field="last_name", order="last_name") == ["no", "yes"]
