"""PE-11: looking with a colleague's eyes shows what they see, changes nothing, takes nothing along, and is in the audit trail."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import Caller, Crm

from kundig.interfaces.web.edge import PRIVATE

ANY = "01a20000-0000-7000-8000-000000000007"
LOOKS = {
    "POST /o/{object_name}/filter",
    "POST /o/{object_name}/arrange/{what}",
    "POST /o/{object_name}/shape",
    "POST /o/{object_name}/busy",
}
"""They answer to what was typed and can write nothing: their transaction is read-only."""
OUTSIDE = {
    "POST /sign-in", "POST /sign-in/second", "POST /sign-in/passkey", "POST /sign-in/passkey/options", "POST /password-strength",
    "POST /sign-in/with/{name}/signed-out", "POST /csp-report", "POST /sign-out", "POST /forgotten", "POST /setup/{code}", "POST /viewing/end",
}  # fmt: skip
"""About the one who has signed in, or nobody."""


@dataclass
class House:
    crm: Crm
    admin: Caller
    seller: UUID
    peer: UUID
    own: UUID
    foreign: UUID


@pytest.fixture(scope="module")
async def house(new_crm: Callable[[], Awaitable[Crm]]) -> House:
    crm = await new_crm()
    seller, peer = await crm.user("sales_representative"), await crm.user("sales_representative")
    own = await crm.create("account", name="Blick Eigene", owner=seller)
    foreign = await crm.create("account", name="Blick Fremde", owner=peer)
    return House(crm, await crm.caller(await crm.user("administrator")), seller, peer, own, foreign)


async def looking(house: House, user: UUID | None = None) -> Caller:
    """A new administrator, who looks with somebody's eyes."""
    admin = await house.crm.caller(await house.crm.user("administrator"))
    answer = await admin.pages.post(f"/settings/users/{user or house.seller}/view")
    assert answer.status_code == 303, answer.text
    return admin


async def events(house: House, user: UUID) -> list[tuple[str, UUID | None]]:
    """What the audit trail says of somebody, in order."""
    async with house.crm.system() as scope:
        rows = await scope.connection.rows(
            "select event, record from {ws}.audit_event where by_id = %(user)s and event like 'view_as%%' order by id",
            {"user": user},
        )
    return [(row["event"], row["record"]) for row in rows]


async def test_what_is_seen_is_what_the_colleague_sees(house: House) -> None:
    admin = await looking(house)
    page = await admin.pages.get(f"/o/account/{house.own}")
    assert page.status_code == 200
    assert "k-viewing" in page.text
    assert f"/o/account/{house.own}/edit" not in page.text
    assert (await admin.pages.get(f"/o/account/{house.foreign}")).status_code == 404
    assert (await admin.get(f"/account/{house.foreign}")).status_code == 200, "a token is not a session"
    ended = await admin.pages.post("/viewing/end")
    assert ended.headers["location"] == f"/settings/users/{house.seller}"
    assert (await admin.pages.get(f"/o/account/{house.foreign}")).status_code == 200
    assert await events(house, admin.user) == [("view_as_begun", house.seller), ("view_as_ended", house.seller)]


async def test_nothing_is_written_while_looking(house: House) -> None:
    """Every route that is not a GET, with what it would take to do something."""
    admin = await looking(house)
    before, wrong = await _state(house), []
    for route in sorted(_routes(house.crm) - OUTSIDE):
        method, path = route.split()
        if method == "GET" or path.startswith(("/api", "/scim")):  # those know tokens only
            continue
        address = (
            re.sub(r"\{(object_name|child_name)\}", "account", path)
            .replace("{id_}", str(house.own))
            .replace("{user}", str(house.peer))
        )
        address = re.sub(r"\{field_name\}", "name", address).replace("{number}", "1")
        answer = await admin.pages.request(
            method, re.sub(r"\{\w+\}", ANY, address), data={"name": "X", "owner": str(house.peer), "do": "save"}
        )
        good = (200, 404, 422) if route in LOOKS else (403,)
        if answer.status_code not in good:
            wrong.append(f"{route}: {answer.status_code}")
    assert not wrong
    assert _routes(house.crm) >= LOOKS
    assert await _state(house) == before
    assert (await admin.pages.get("/")).text.count("k-viewing"), "none of that has ended the view"


async def test_what_is_personal_is_not_shown(house: House) -> None:
    admin = await looking(house)
    for route in sorted(_routes(house.crm)):
        method, path = route.split()
        if method == "GET" and any(path == private or path.startswith(f"{private}/") for private in PRIVATE):
            answer = await admin.pages.get(re.sub(r"\{\w+\}", ANY, path))
            if path not in ("/offline", "/offline/files"):  # the same for everybody, and asked for without a session
                assert answer.status_code == 403, f"{route}: {answer.status_code}"
    assert (await admin.pages.get("/live?from=1")).status_code == 403
    assert (await admin.pages.get(f"/bulk/{ANY}/export")).status_code == 403


async def test_nobody_looks_further_than_they_may(house: House) -> None:
    crm = house.crm
    await crm.configure(
        "kind: role\nname: helper\nlabel: {en: Helper, de: Hilfe}\nrights: [view_as, manage_users, see_busy]\nobjects: {account: {read: own}}\n---\n"
        "kind: role\nname: auditor\nlabel: {en: Auditor, de: Prüfung}\nrights: [read_audit]\nobjects: {account: {read: own}}"
    )
    helper = await crm.caller(await crm.user("helper"))
    for other in (house.admin.user, await crm.user("auditor"), helper.user):
        assert (await helper.pages.post(f"/settings/users/{other}/view")).status_code == 403
    assert (await helper.pages.post(f"/settings/users/{UUID(ANY)}/view")).status_code == 404
    assert (await helper.pages.post(f"/settings/users/{house.seller}/view")).status_code == 303
    await crm.update("user", house.seller, role=["sales_representative", "administrator"])
    try:
        assert "k-viewing" not in (await helper.pages.get("/")).text, "who has become more is not looked at any more"
    finally:
        await crm.update("user", house.seller, role=["sales_representative"])
    manager = await crm.caller(await crm.user("sales_manager"))
    assert (await manager.pages.post(f"/settings/users/{house.seller}/view")).status_code == 403


async def test_it_takes_a_proof_of_who_sits_there(house: House) -> None:
    admin = await house.crm.caller(await house.crm.user("administrator"))
    async with house.crm.database.transaction(None) as connection:
        old = "update kundig.session set proven_at = now() - interval '1 hour' where user_id = %(user)s"
        await connection.execute(old, {"user": admin.user})
    here = {"HX-Request": "true"}
    asked = await admin.pages.post(f"/settings/users/{house.seller}/view", headers=here)
    assert (asked.status_code, asked.headers["X-Kundig-Prove"]) == (403, "/prove")
    assert "k-viewing" not in (await admin.pages.get("/")).text
    role = {"do": "save", "role-name.en": "Other", "role-name.de": "Anders", "on": ["account"]}
    opened = re.search(r'name="was" value="(\w+)"', (await admin.pages.get("/settings/roles/marketing")).text)
    assert opened
    saved = await admin.pages.post("/settings/roles/marketing", data={**role, "was": opened[1]}, headers=here)
    assert (saved.status_code, saved.headers["X-Kundig-Prove"]) == (403, "/prove")


async def test_a_view_ends_with_the_colleague_and_with_time(house: House) -> None:
    other = await house.crm.user("sales_representative")
    admin = await looking(house, other)
    await house.crm.update("user", other, is_active=False)
    assert "k-viewing" not in (await admin.pages.get("/")).text
    again = await looking(house)
    async with house.crm.database.transaction(None) as connection:
        await connection.execute(
            "update kundig.session set viewed_until = now() where user_id = %(user)s and viewed is not null", {"user": again.user}
        )
    assert "k-viewing" not in (await again.pages.get("/")).text


async def _state(house: House) -> object:
    """What writing would change."""
    async with house.crm.system() as scope:
        return await scope.connection.rows("select id, version, owner_id, name, xmin::text from {ws}.account order by id")


def _routes(crm: Crm) -> set[str]:
    found = set()
    for route in crm.app.routes:
        assert isinstance(route, HTTPRoute)
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        found |= {f"{method} {path}" for method in route.methods - {"OPTIONS", "HEAD"}}
    return found
