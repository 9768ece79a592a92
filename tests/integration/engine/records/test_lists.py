"""Lists: every order walked page by page, cursors, limits, fields, counts."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from tests.integration.engine.records.making import leaf, make, make_all, names, trash, walked
from tests.integration.world import World

from kundig.base.errors import Invalid, Malformed, Missing
from kundig.engine.policy.scope import Scope
from kundig.engine.records import counting
from kundig.engine.records.ordering import parse_order
from kundig.engine.records.reading import ListQuery, count_records, list_records, read_many, read_record
from kundig.engine.records.segments import segments_of

GERMAN = ["Abend", "Äpfel 1", "apfel 2", "Äpfel 3", "Azur", "birne", "Straßa", "STRASSB", "straßc", "Über", "umbau", "Zebra"]
ORDERS = [
    "name", "-name", "id", "-id", "label", "created_at", "-created_at", "version,name", "employees,name", "-employees,-name", "annual_revenue",
    "-annual_revenue.currency,name", "type,name", "-type,-name", "type,rating,employees", "rating,-type,name", "parent,name", "-parent",
    "parent.name,-name", "-parent.type,name", "parent.employees,type", "founded_on,name", "-founded_on", "billing_address.city,-name", "tags",
    "industry,name", "owner", "open_opportunities,name",
]  # fmt: skip


@pytest.fixture
async def accounts(scope: Scope) -> list[dict[str, Any]]:
    """Forty accounts in which every field is sometimes empty."""
    chance = random.Random(7)
    parents = await make_all(
        scope,
        "account",
        *(
            {"name": f"p {n}", "type": t, "employees": e}
            for n, (t, e) in enumerate([("partner", 3), ("customer", None), (None, 5)])
        ),
    )
    gone = await make(scope, "account", name="p gone")
    bodies = [
        {
            "name": f"{chance.choice(GERMAN)} {n}",
            "employees": chance.choice([None, 0, 5, 40, -0]),
            "annual_revenue": chance.choice(
                [None, {"amount": "300.00", "currency": "EUR"}, {"amount": "-1.00", "currency": "EUR"}]
            ),
            "type": chance.choice([None, "customer", "prospect", "other"]),
            "rating": chance.choice([None, "hot", "cold"]),
            "industry": chance.choice([None, "retail", "chemicals"]),
            "parent": chance.choice([None, gone, *parents]),
            "founded_on": chance.choice([None, "2020-01-01", "1999-12-31"]),
            "billing_address": chance.choice([None, {"city": "Öln"}, {"city": "oben"}]),
            "tags": chance.choice([[], ["b"], ["a", "b"]]),
        }
        for n in range(40)
    ]
    await make_all(scope, "account", *bodies)
    await trash(scope, "account", gone)
    return bodies


@pytest.mark.parametrize("order", ORDERS)
async def test_a_walk_is_the_whole_list_in_its_order(scope: Scope, accounts: list[dict[str, Any]], order: str) -> None:
    whole = await names(scope, "account", field="id", order=order)
    assert len(set(whole)) == len(accounts) + 3
    for limit in (1, 7, 42, 43):
        assert await walked(scope, "account", field="id", order=order, limit=limit) == whole


@pytest.mark.parametrize(
    ("order", "field"),
    [
        ("employees", "employees"),
        ("founded_on", "founded_on"),
        ("type", "type"),
        ("parent.type", "parent.type"),
        ("annual_revenue", "annual_revenue"),
    ],
)
async def test_empty_values_come_last_either_way(scope: Scope, accounts: list[dict[str, Any]], order: str, field: str) -> None:
    for direction in ("", "-"):
        found = [value is None for value in await names(scope, "account", field=field, order=direction + order)]
        assert found == sorted(found)
        assert 0 < sum(found) < len(found)


async def test_names_sort_as_in_a_german_dictionary(scope: Scope) -> None:
    shuffled = random.Random(1).sample(GERMAN, len(GERMAN))
    await make_all(scope, "account", *({"name": name} for name in shuffled))
    assert await names(scope, "account", order="name") == GERMAN
    assert await names(scope, "account", order="-name") == GERMAN[::-1]


async def test_keys_apply_from_left_to_right(scope: Scope) -> None:
    for name, employees in (("a", 5), ("b", 5), ("c", 40), ("d", None), ("e", 0)):
        await make(scope, "account", name=name, employees=employees)
    for order, wanted in (("employees,name", "eabcd"), ("-employees,name", "cabed"), ("employees,-name", "ebacd")):
        assert "".join(await walked(scope, "account", order=order, limit=2)) == wanted


async def test_choices_and_stages_sort_as_the_model_lists_them(scope: Scope) -> None:
    stages = ["qualification", "needs_analysis", "proposal", "negotiation", "won"]
    await make_all(scope, "opportunity", *({"name": "x", "stage": stage} for stage in random.Random(2).sample(stages, 5)))
    assert await walked(scope, "opportunity", field="stage", order="stage", limit=2) == stages
    assert await walked(scope, "opportunity", field="stage", order="-stage", limit=2) == stages[::-1]


async def test_a_page_takes_at_most_two_statements(scope: Scope, accounts: list[dict[str, Any]]) -> None:
    for order in ("-created_at", "type,name", "employees,name"):
        await names(scope, "account", order=order)
        before = scope.connection.statements
        await names(scope, "account", order=order)
        assert scope.connection.statements - before <= 2 + (order == "employees,name"), order


@pytest.mark.parametrize("order", ["employees", "-employees", "founded_on", "-annual_revenue", "name"])
@pytest.mark.parametrize("where", [leaf("name", "contains", "e"), leaf("employees", "gte", 5), leaf("employees", "is_not", 40)])
async def test_a_filtered_page_takes_two_statements(
    scope: Scope, accounts: list[dict[str, Any]], where: dict[str, Any], order: str
) -> None:
    matching = set(await names(scope, "account", where, field="id", order="id"))
    whole = [id_ for id_ in await names(scope, "account", field="id", order=order) if id_ in matching]
    assert 0 < len(whole) < len(accounts) + 3
    before = scope.connection.statements
    assert await names(scope, "account", where, field="id", order=order) == whole
    assert scope.connection.statements - before == 2
    assert await walked(scope, "account", where, field="id", order=order, limit=2) == whole


async def test_walks_survive_writes(scope: Scope) -> None:
    ids = await make_all(scope, "contact", *({"last_name": f"x {n:02}"} for n in range(20)))
    page = await list_records(scope, ListQuery("contact", order="last_name", limit=5))
    await trash(scope, "contact", page.ids[-1])
    await make(scope, "contact", last_name="x 00a")
    following = await list_records(scope, ListQuery("contact", order="last_name", limit=100, cursor=page.next_cursor))
    assert list(following.ids) == ids[5:]


async def test_cursors_belong_to_one_list_one_user_and_one_policy(scope: Scope, crm: World) -> None:
    await make_all(scope, "contact", *({"last_name": f"x {n}"} for n in range(5)))
    query = {"order": "last_name", "limit": 2}
    cursor = (await list_records(scope, ListQuery("contact", **query))).next_cursor
    assert cursor is not None
    assert len((await list_records(scope, ListQuery("contact", **query, cursor=cursor))).ids) == 2
    changed = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    for bad in ("", "x", "AAAA", "null", changed, cursor + "A"):
        with pytest.raises(Malformed):
            await list_records(scope, ListQuery("contact", **query, cursor=bad))
    for other in (
        ListQuery("contact", order="-last_name", cursor=cursor),
        ListQuery("account", order="name", cursor=cursor),
        ListQuery("contact", leaf("last_name", "is", "x 1"), order="last_name", cursor=cursor),
    ):
        with pytest.raises(Malformed):
            await list_records(scope, other)


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_the_limit_is_limited(scope: Scope, limit: int) -> None:
    with pytest.raises(Invalid) as raised:
        await list_records(scope, ListQuery("contact", limit=limit))
    assert [error.field for error in raised.value.errors] == ["limit"]


@pytest.mark.parametrize(
    ("query", "field", "names_"),
    [
        ({"order": "nonsense"}, "order", "nonsense"),
        ({"order": "last_name,-account.nonsense"}, "order", "account.nonsense"),
        ({"order": ""}, "order", ""),
        ({"order": "address"}, "order", "address"),
        ({"order": "photo"}, "order", "photo"),
        ({"order": "last_name;drop table x"}, "order", "last_name;drop table x"),
        ({"fields": ["first_name", "nonsense"]}, "fields", "nonsense"),
        ({"count": "roughly"}, "count", "exact"),
        ({"where": leaf("nonsense", "is", 1)}, "nonsense", "nonsense"),
    ],
)
async def test_unknown_names_are_errors(scope: Scope, query: dict[str, Any], field: str, names_: str) -> None:
    with pytest.raises(Invalid) as raised:
        await list_records(scope, ListQuery("contact", **query))
    [error] = raised.value.errors
    assert error.field == field
    assert names_ in str(error.text)


async def test_fields_narrow_a_record_to_what_is_named(scope: Scope) -> None:
    firm = await make(
        scope, "account", name="Firma", billing_address={"city": "Köln"}, annual_revenue={"amount": "1.00", "currency": "EUR"}
    )
    id_ = await make(scope, "contact", last_name="x", account=firm)
    text, version = await read_record(
        scope, "contact", id_, ["account.name", "account.billing_address.city", "account.parent.name", "label"]
    )
    assert version == 1
    page = await list_records(scope, ListQuery("contact", fields=["account.name", "account.annual_revenue.currency"]))
    assert page.records() == [{"id": str(id_), "account.name": "Firma", "account.annual_revenue.currency": "EUR"}]
    assert (
        text
        == f'{{"id":"{id_}","account.name":"Firma","account.billing_address.city":"Köln","account.parent.name":null,"label":"x"}}'
    )


async def test_lists_show_records_as_they_read(scope: Scope) -> None:
    id_ = await make(scope, "contact", last_name="x", emails=["a@b.example"], tags=["t"])
    text, _ = await read_record(scope, "contact", id_)
    assert (await list_records(scope, ListQuery("contact"))).data == f"[{text}]"
    assert await read_many(scope, "contact", [id_]) == {id_: text}
    assert text.startswith(f'{{"id":"{id_}","object":"contact","label":"x"')
    assert text.endswith('"external_ids":[]}')


async def test_what_is_not_there_is_missing(scope: Scope) -> None:
    id_ = await make(scope, "contact", last_name="x")
    await trash(scope, "contact", id_)
    with pytest.raises(Missing):
        await read_record(scope, "contact", id_)
    with pytest.raises(Missing):
        await list_records(scope, ListQuery("starship"))
    assert await read_many(scope, "contact", []) == {}


async def test_counts(scope: Scope) -> None:
    await make_all(scope, "contact", *({"last_name": f"x {n}", "first_name": f"F{n % 3}"} for n in range(9)))
    where = leaf("first_name", "is", "F1")
    counts = {c: (await list_records(scope, ListQuery("contact", where, limit=1, count=c))).count for c in ("none", "exact")}
    assert counts == {"none": None, "exact": 3}
    estimate = (await list_records(scope, ListQuery("contact", where, count="estimate"))).count
    assert isinstance(estimate, int)
    assert estimate >= 0
    assert await count_records(scope, "contact") == 9
    assert await count_records(scope, "contact", cap=5) == 5


async def test_an_order_without_index_over_too_much_is_refused_with_an_offer(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    await make_all(scope, "account", *({"name": f"x {n}", "vat_id": f"{n}"} for n in range(4)))
    monkeypatch.setattr(counting, "MOST_SORTED", -1)
    with pytest.raises(Invalid) as raised:
        await names(scope, "account", order="vat_id")
    [error] = raised.value.errors
    assert (error.field, error.code) == ("order", "no_index")
    for order in ("name", "-created_at", "type", "parent", "parent.vat_id", "founded_on", "id", "label"):
        await names(scope, "account", order=order)


async def test_segments_follow_each_other(scope: Scope) -> None:
    """Present before missing, each choice by itself, and again for the next key where the first one is constant."""
    bound = scope.object("account")
    roles = {
        order: [
            tuple((part.key.path.name, part.role, part.choice) for part in s)
            for s in segments_of(bound, parse_order(scope, bound, order))
        ]
        for order in ("name", "created_at", "rating,employees", "-rating")
    }
    assert roles["created_at"] == [(("created_at", "present", ""),)]
    assert roles["name"] == [(("name", "present", ""),), (("name", "missing", ""),)]
    assert [s[0][2] for s in roles["-rating"]] == ["cold", "warm", "hot", ""]
    assert list(itertools.islice(roles["rating,employees"], 2)) == [
        (("rating", "choice", "hot"), ("employees", "present", "")),
        (("rating", "choice", "hot"), ("employees", "missing", "")),
    ]
