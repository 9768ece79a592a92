"""Attacks of security.md 1.1 to 1.3 on records: nobody reads, writes, restores or takes over what is not theirs, and a refusal changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus
from uuid import UUID, uuid4

import httpx
import pytest
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.records.writing import Change, Delete
from kundig.services.lists.choosing import choose

ROLES = """
kind: role
name: worker
label: {en: Worker, de: Arbeit}
objects:
  account: {read: own, create: true, edit: own, delete: own, assign: own, share: own, export: true, bring: true, bulk: true, fields: {annual_revenue: hidden}}
  contact: {read: own, create: true, edit: own, delete: own}
  task: {read: own, create: true, edit: own, delete: own}
  opportunity: {read: own, create: true, edit: own, delete: own}
---
kind: role
name: keeper
label: {en: Keeper, de: Behalten}
objects: {account: {read: own, create: true, edit: own}}
---
kind: role
name: looker
label: {en: Looker, de: Ansehen}
objects: {"*": {read: all}}
"""


@dataclass
class Place:
    crm: Crm
    owner: Caller
    peer: Caller
    looker: Caller
    keeper: Caller
    admin: Caller

    async def account(self, owner: Caller, **values: Any) -> str:
        return str(await self.crm.add("account", {"name": f"Konto {uuid4()}", "owner": str(owner.user), **values}))

    async def state(self) -> list[dict[str, Any]]:
        """Versions of all rows and the number of all changes: what a refusal must leave as it was."""
        found = []
        async with self.crm.system() as scope:
            for name in ("account", "contact", "task", "opportunity", "user", "team"):
                found += await scope.connection.rows(f'select id, version, xmin::text, deleted_at from {{ws}}."{name}" order by id')
            found += await scope.connection.rows("select count(*) as n from {ws}.change")
            found += await scope.connection.rows("select count(*) as n from {ws}.change_entry")
        return found


@pytest.fixture(scope="module")
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure(ROLES)
    callers = [await crm.caller(await crm.user(role)) for role in ("worker", "worker", "looker", "keeper", "administrator")]
    return Place(crm, *callers)


def same_as_unknown(answer: httpx.Response, unknown: httpx.Response, id_: str, other: str) -> None:
    assert answer.status_code == unknown.status_code == 404, f"{answer.status_code} and {unknown.status_code}: {answer.text[:300]}"
    texts = [re.sub(r"live\?from=\d+", "live?", text) for text in (answer.text.replace(id_, ""), unknown.text.replace(other, ""))]
    assert texts[0] == texts[1]


WRITES = [
    ("PATCH", "/api/v1/account/{id}", {"name": "mine"}),
    ("PATCH", "/api/v1/account/{id}", {"owner": "{peer}"}),
    ("DELETE", "/api/v1/account/{id}", None),
    ("POST", "/api/v1/account/{id}/actions/convert", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
async def test_a_peer_writes_nothing_that_is_not_theirs(place: Place, method: str, path: str, body: Any) -> None:
    """OA-01, OA-02: the same answer as for what does not exist, and nothing changed."""
    theirs, unknown = await place.account(place.owner), str(uuid4())
    body = body and json.loads(json.dumps(body).replace("{peer}", str(place.peer.user)))
    before = await place.state()
    answers = [await place.peer.api.request(method, path.format(id=id_), json=body) for id_ in (theirs, unknown)]
    same_as_unknown(*answers, theirs, unknown)
    assert await place.state() == before


async def test_every_route_that_writes_refuses_who_may_only_read(place: Place) -> None:
    """OA-05: found in the table of routes, so that a new one is tried too. Refused first, not written first."""
    account = await place.account(place.owner)
    [entry] = (await place.admin.get(f"/account/{account}/journal")).json()["data"]
    given = {"object_name": "account", "record": account, "id_": account, "change": entry["change"], "action": "convert", "name": "convert",
             "field": "name", "field_name": "name", "value": "x", "other": "task", "import_id": str(uuid4()), "code": "x", "path": "x"}  # fmt: skip
    own_business = {"/sign-in", "/sign-in/second", "/sign-in/passkey", "/sign-in/passkey/options", "/sign-in/with/{name}/signed-out", "/csp-report", "/sign-out", "/forgotten", "/setup/{code}",
                    "/prove", "/prove/options", "/password-strength", "/api/v1/{object_name}/query",
                    "/o/{object_name}/{id_}/follow", "/o/{object_name}/{id_}/unfollow",
                    "/tour", "/home/first-hour/away", "/o/{object_name}/filter", "/o/{object_name}/shape"}  # fmt: skip
    before, tried = await place.state(), 0
    for route in place.crm.app.routes:
        assert isinstance(route, HTTPRoute)
        pattern = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        for method in route.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            if pattern in own_business or pattern.startswith(
                (
                    "/settings/me",
                    "/settings/security",
                    "/settings/tokens",
                    "/settings/calendar",
                    "/settings/devices",
                    "/notifications",
                )
            ):
                continue
            names = re.findall(r"\{(\w+)\}", pattern)
            path = pattern.format(**{name: given.get(name, account) for name in names})
            for caller in (place.looker, place.peer):
                client = caller.api if path.startswith("/api") else caller.pages
                sent = (
                    {"json": {"name": "changed"}}
                    if path.startswith("/api")
                    else {"data": {"name": "changed", "id": account, "stage": "won"}}
                )
                answer = await client.request(method, path, **sent)
                tried += 1
                if caller is place.looker:
                    assert answer.status_code >= 400 or "aria-invalid" in answer.text or not answer.text, (
                        f"{method} {path}: {answer.status_code} {answer.text[:200]}"
                    )
                assert answer.status_code < 500, f"{method} {path}: {answer.text[:300]}"
    after = await place.state()
    assert tried > 20
    mine = {row["id"] for row in before if "id" in row}
    assert [row for row in after if row.get("id") in mine] == [row for row in before if "id" in row], (
        "a refused write changed something"
    )
    made_by_looker = 'select count(*) from {ws}."account" where created_by = %(looker)s'
    async with place.crm.system() as scope:
        assert await scope.connection.value(made_by_looker, {"looker": place.looker.user}) == 0


async def test_editing_is_not_deleting(place: Place) -> None:
    """OA-03: who may edit but not delete can't, by no way: delete, batch, the pages, undo of the creation."""
    created = await place.keeper.api.post("/api/v1/account", json={"name": "Bleibt"})
    assert created.status_code == 201
    id_, change = created.json()["id"], created.headers["kundig-change"]
    assert (await place.keeper.api.patch(f"/api/v1/account/{id_}", json={"name": "Bleibt hier"})).status_code == 200
    assert (await place.keeper.api.delete(f"/api/v1/account/{id_}")).status_code == 403
    assert (await place.keeper.api.post("/api/v1/account/batch", json={"delete": [id_]})).status_code == 403
    assert (await place.keeper.pages.post(f"/o/account/{id_}/delete")).status_code == 403
    assert (await place.keeper.pages.post("/o/account/bulk/delete", data={"id": id_})).status_code == 403
    async with place.crm.scope(place.keeper.user) as scope:
        run = await choose(scope, "account", [UUID(id_)])
    assert (await place.keeper.pages.post(f"/bulk/{run}/start", data={"_asked": "delete"})).status_code == 403
    undone = await place.keeper.api.post(f"/api/v1/changes/{change}/undo", json={"force": True})
    assert undone.status_code == 403, undone.text
    assert (await place.keeper.get(f"/account/{id_}")).status_code == 200


async def test_the_trash_of_others(place: Place) -> None:
    """OA-08: neither restored nor found out about."""
    theirs = await place.account(place.owner)
    async with place.crm.system() as scope:
        await Change(scope).write("account", [Delete(UUID(theirs))])
    before, unknown = await place.state(), str(uuid4())
    for client in (place.peer.pages,):
        answers = [await client.post(f"/trash/account/{id_}/restore") for id_ in (theirs, unknown)]
        same_as_unknown(*answers, theirs, unknown)
    assert (await place.looker.pages.post(f"/trash/account/{theirs}/restore")).status_code in (403, 404)
    assert theirs not in (await place.peer.pages.get("/trash")).text
    assert await place.state() == before


@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        ("hidden.person@example.org", "nobodys.person@example.org"),
        ("+49 30 9018201", "+49 30 9018209"),
        ("30 9018201", "30 9018209"),
    ],
)
async def test_addresses_of_what_is_hidden_find_nothing(place: Place, known: str, unknown: str) -> None:
    """OA-07: who writes or calls is told to those who may see them, to nobody else, not even that they are known."""
    values = {"last_name": "Verborgen", "emails": ["hidden.person@example.org"], "phones": ["+49 30 9018201"]}
    id_ = str(await place.crm.add("contact", {**values, "owner": str(place.owner.user)}))

    async def asked(caller: Caller, q: str) -> list[str]:
        field = "emails" if "@" in q else "phones"
        where = json.dumps({"field": field, "op": "contains", "value": q})
        answers = [
            await caller.api.get("/api/v1/search", params={"q": q}),
            await caller.api.get("/api/v1/contact", params={"where": where}),
            await caller.pages.get("/search", params={"q": q}),
            await caller.pages.get("/palette", params={"q": q}),
            await caller.pages.get("/lookup/contact", params={"words.q": q}),
        ]
        assert {answer.status_code for answer in answers} == {200}
        return [
            re.sub(r"live\?from=\d+", "live?", answer.text.replace(q, "").replace(quote(q), "").replace(quote_plus(q), ""))
            for answer in answers
        ]

    assert sum(id_ in text for text in await asked(place.owner, known)) >= 4
    assert await asked(place.peer, known) == await asked(place.peer, unknown)


@pytest.mark.parametrize(
    ("object_", "values"),
    [
        ("task", {"subject": "x", "related_to": [{"object": "account", "id": "{id}"}]}),
        ("contact", {"last_name": "x", "account": "{id}"}),
        ("opportunity", {"name": "x", "account": "{id}"}),
        ("account", {"name": "x", "parent": "{id}"}),
    ],
)
async def test_links_to_what_is_hidden_say_nothing(place: Place, object_: str, values: dict[str, Any]) -> None:
    """OA-10: the same refusal whether the target exists or not; by external id too."""
    external = f"erp:{uuid4()}"
    theirs = await place.account(place.owner)
    async with place.crm.system() as scope:
        await scope.connection.execute(
            "insert into {ws}.external_id (object, record, system, value) values ('account', %(id)s, 'erp', %(value)s)",
            {"id": theirs, "value": external.removeprefix("erp:")},
        )
    before = await place.state()
    for known, unknown in ((theirs, str(uuid4())), (external, f"erp:{uuid4()}")):
        bodies = [json.loads(json.dumps(values).replace("{id}", target)) for target in (known, unknown)]
        answers = [await place.peer.api.post(f"/api/v1/{object_}", json=body) for body in bodies]
        assert [answer.status_code for answer in answers] == [422, 422], answers[0].text
        assert answers[0].text.replace(known, "") == answers[1].text.replace(unknown, "")
    assert await place.state() == before
    mine = await place.account(place.peer)
    for target in (theirs, str(uuid4())):
        answer = await place.peer.api.patch(f"/api/v1/account/{mine}", json={"parent": target})
        assert answer.status_code == 422


async def test_a_batch_with_foreign_records_tells_which_are_not_there(place: Place) -> None:
    """OA-15: all or nothing, the foreign ones named as what does not exist would be."""
    own, theirs = [await place.account(place.peer) for _ in range(5)], [await place.account(place.owner) for _ in range(5)]
    before = await place.state()
    for foreign in (theirs, [str(uuid4()) for _ in range(5)]):
        for body in ({"update": [{"id": id_, "name": "x"} for id_ in own + foreign]}, {"delete": own + foreign}):
            answer = await place.peer.api.post("/api/v1/account/batch", json=body)
            assert answer.status_code == 422, answer.text
            [list_] = body
            assert {(e["index"], e["code"]) for e in answer.json()["errors"]} <= {(5 + n, "not_found") for n in range(5)}, (
                answer.text
            )
            assert list_
    assert await place.state() == before
    told = []
    for foreign in (theirs, [str(uuid4()) for _ in range(5)]):
        mine = [await place.account(place.peer) for _ in range(5)]
        before = [row for row in await place.state() if str(row.get("id")) in theirs]
        page = await place.peer.pages.post("/o/account/bulk/delete", data={"id": [*mine, *foreign]})
        told.append(re.sub(r"/[0-9a-f-]{36}", "/", page.text))
        assert before == [row for row in await place.state() if str(row.get("id")) in theirs]
    assert told[0] == told[1], "many at once tell no more"


async def test_a_hidden_field_is_unknown_in_errors(place: Place) -> None:
    """FL-01, FL-15: a value of the wrong type in a hidden field is answered as nonsense is, and so is a filter."""
    mine = await place.account(place.peer)
    for value in ("not money", {"amount": "1.00", "currency": "EUR"}, None):
        answers = [
            await place.peer.api.patch(f"/api/v1/account/{mine}", json={name: value})
            for name in ("annual_revenue", "nonsense_field")
        ]
        texts = [answer.text.replace(name, "") for answer, name in zip(answers, ("annual_revenue", "nonsense_field"), strict=True)]
        assert answers[0].status_code == 422
        assert texts[0] == texts[1]
    for operator, value in (("gt", 5), ("empty", None), ("contains", "x"), ("is", "x"), ("nonsense", 1)):
        answers = []
        for name in ("annual_revenue", "nonsense_field"):
            leaf = {"field": name, "op": operator} | ({} if value is None else {"value": value})
            for path in (leaf, {"related": "account.parent", "where": leaf}, {"all": [{"none": [leaf]}]}):
                answers.append((await place.peer.api.post("/api/v1/account/query", json={"where": path})).text.replace(name, ""))
        assert answers[:3] == answers[3:]


async def test_cursors_belong_to_who_got_them(place: Place) -> None:
    """FL-02: a cursor of the administrator, who sorts by what is hidden, is worth nothing to others."""
    for _ in range(3):
        await place.account(place.peer)
    for order in ("annual_revenue", "name"):
        page = (await place.admin.get("/account", order=order, limit="1")).json()
        for params in ({"order": order, "cursor": page["next_cursor"]}, {"cursor": page["next_cursor"]}):
            assert (await place.peer.get("/account", limit="1", **params)).status_code in (400, 422)
    own = (await place.peer.get("/account", order="name", limit="1")).json()["next_cursor"]
    assert (await place.peer.get("/account", order="-name", limit="1", cursor=own)).status_code == 400
    forged = own[:-2] + ("AA" if own[-2:] != "AA" else "BB")
    assert (await place.peer.get("/account", order="name", limit="1", cursor=forged)).status_code == 400


async def test_a_deactivated_user_is_nobody_at_once(place: Place) -> None:
    """PE-03: session and token are dead with the next request, and nobody wakes themselves up."""
    caller = await place.crm.caller(await place.crm.user("worker"))
    assert (await caller.get("/account")).status_code == 200
    assert (await caller.pages.get("/o/account")).status_code == 200
    await place.crm.update("user", caller.user, is_active=False)
    assert (await caller.get("/account")).status_code == 401
    assert (await caller.api.patch(f"/api/v1/user/{caller.user}", json={"is_active": True})).status_code == 401
    assert (await caller.pages.get("/o/account")).status_code in (302, 303)


async def test_a_contact_is_not_a_login(place: Place) -> None:
    """PE-04: a person of the same name and address as an administrator is just a record."""
    address = f"boss{uuid4().hex}@example.com"
    boss = await place.crm.user("administrator", email=address)
    contact = (await place.owner.api.post("/api/v1/contact", json={"last_name": "Boss", "emails": [address]})).json()["id"]
    assert (await place.owner.api.patch(f"/api/v1/contact/{contact}", json={"emails": ["evil@example.com"]})).status_code == 200
    assert (await place.admin.get(f"/user/{boss}")).json()["email"] == address
    for body in ({"email": "evil@example.com"}, {"role": ["administrator"]}, {"teams": []}, {"is_active": True}):
        for user in (boss, place.owner.user):
            answer = await place.owner.api.patch(f"/api/v1/user/{user}", json=body)
            assert answer.status_code in (403, 404, 422), f"{body}: {answer.status_code}"


@pytest.mark.parametrize("document", [
    "kind: view\nobject: account\nname: evil\nlabel: {en: x, de: x}\nwhere: {field: \"name'; drop table account;--\", op: is, value: x}",
    'kind: view\nobject: account\nname: evil\nlabel: {en: x, de: x}\norder: "(case when (select 1)=1 then id end)"',
    'kind: view\nobject: account\nname: evil\nlabel: {en: x, de: x}\ncolumns: ["name::text"]',
    'kind: view\nobject: account\nname: evil\nlabel: {en: x, de: x}\nwhere: {field: name, op: "AND 1=1) OR (1=1", value: x}',
    'kind: role\nname: evil\nlabel: {en: x, de: x}\nobjects: {account: {read: own, where: {field: "id) or true--", op: is, value: x}}}',
    "kind: sharing_rule\nname: evil\nlabel: {en: x, de: x}\nobject: account\nwhere: {field: name, op: \"= '' or true--\", value: x}\nto: ['role:worker']",
    'kind: object\nname: "x\\"; drop table account;--"\nlabel: {en: x, de: x}\nlabel_plural: {en: x, de: x}',
    'kind: object\nname: evil\nlabel: {en: x, de: x}\nlabel_plural: {en: x, de: x}\ntitle: "{a.__class__}"\nfields: [{name: a, type: text, label: {en: a, de: a}}]',
    'kind: field\nobject: account\nname: evil\ntype: formula\nlabel: {en: x, de: x}\noptions: {result: text, sql: "(select 1)"}',
    "kind: field\nobject: account\nname: evil\ntype: choice\nlabel: {en: x, de: x}\noptions: {choices: [{key: \"a'b\", label: {en: a, de: a}}]}",
    "kind: field\nobject: account\nname: evil\ntype: autonumber\nlabel: {en: x, de: x}\noptions: {prefix: \"'; drop table account;--\"}",
])  # fmt: skip
async def test_what_would_harm_later_is_not_stored(place: Place, document: str) -> None:
    """SQ-04, SQ-08: refused when it is written, or harmless: the lists and pages of the object work as before."""
    from kundig.base.errors import Invalid
    from kundig.engine.policy.applying import rollback_plan

    try:
        plan = await place.crm.configure(document)
    except Invalid:
        return
    for path in ("/o/account?view=evil", "/o/account", "/o/account/new"):
        assert (await place.admin.pages.get(path)).status_code in (200, 404, 422), f"{document}: {path}"
    made = await place.admin.api.post("/api/v1/account", json={"name": "still here"})
    assert made.status_code == 201, document
    await rollback_plan(place.crm.database, place.crm.workspace, place.crm.scopes.models, plan.id)
