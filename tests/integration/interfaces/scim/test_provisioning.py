"""What directories do to users and teams: found, made, changed, signed off; never more than their token is for."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.integration.interfaces.scim.conftest import BASE, Directory
from tests.integration.rights.crm import Crm

from kundig.base.errors import Unauthenticated
from kundig.engine.records.reading import read_record
from kundig.engine.records.undo import undo
from kundig.services.identity.provisioners import add_provisioner, end_provisioner, provisioners
from kundig.services.identity.signed import authenticate_session, authenticate_token

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


async def made(directory: Directory, **more: Any) -> dict[str, Any]:
    name = uuid4().hex[:10]
    body = {
        "schemas": [USER],
        "userName": f"{name}@corp.onmicrosoft.com",
        "emails": [{"type": "work", "primary": True, "value": f"{name}@example.com"}],
    }
    answer = await directory.ask("POST", "/Users", {**body, "displayName": f"Anna {name}", "externalId": name, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == found["meta"]["location"] == f"{BASE}/Users/{found['id']}"
    assert answer.headers["content-type"] == "application/scim+json"
    return found


async def patched(directory: Directory, path: str, *operations: dict[str, Any], **headers: str) -> Any:
    return await directory.ask("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **headers)


async def record(crm: Crm, id_: str, object_: str = "user") -> dict[str, Any]:
    async with crm.system() as scope:
        found: dict[str, Any] = msgspec.json.decode((await read_record(scope, object_, UUID(id_))).text)
    return found


async def test_somebody_comes_and_goes(directory: Directory) -> None:
    """PE-03: signed off by the directory, sessions and tokens end at once, as by an administrator's hand."""
    user = await made(directory, roles=[{"value": "sales_representative"}])
    row = await record(directory.crm, user["id"])
    assert (row["role"], row["is_active"], row["directory_name"]) == (["sales_representative"], True, user["userName"])
    assert f"scim:{user['externalId']}" in row["external_ids"]
    caller = await directory.crm.caller(UUID(user["id"]))
    assert (await caller.get("/account")).status_code == 200
    answer = await patched(directory, f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"})
    assert (answer.status_code, answer.json()["active"]) == (200, False), answer.text
    assert (await caller.get("/account")).status_code == 401
    assert (await caller.pages.get("/")).status_code == 303
    [*_, last] = await record_journal(directory, user["id"])
    assert (last["by_kind"], last["source"]) == ("directory", "scim")
    answer = await patched(directory, f"/Users/{user['id']}", {"op": "replace", "value": {"active": True}})
    assert answer.json()["active"] is True
    assert (await directory.ask("DELETE", f"/Users/{user['id']}")).status_code == 204
    assert (await directory.ask("GET", f"/Users/{user['id']}")).status_code == 404
    assert (await record(directory.crm, user["id"]))["is_active"] is False
    again = await directory.ask(
        "POST", "/Users", {"schemas": [USER], "userName": "x" + user["userName"], "emails": user["emails"], "externalId": "new"}
    )
    assert (again.status_code, again.json()["id"]) == (201, user["id"]), "the same person with the same address"
    assert (await record(directory.crm, user["id"]))["role"] == ["read_only"] or again.json()["roles"]


async def record_journal(directory: Directory, id_: str) -> list[dict[str, Any]]:
    async with directory.crm.system() as scope:
        return await scope.connection.rows(
            "select c.by_kind, c.source from {ws}.change c join {ws}.change_entry e on e.change = c.id where e.record = %(id)s order by c.at",
            {"id": UUID(id_)},
        )


async def test_who_is_looked_for(directory: Directory) -> None:
    user = await made(directory, displayName="Zoë Zuckermann")
    name, mail = user["userName"], user["emails"][0]["value"]
    for where, many in (
        (f'userName eq "{name.upper()}"', 1), (f'externalId eq "{user["externalId"]}"', 1), ('externalId eq "nobody"', 0), (f'emails.value eq "{mail}"', 1),
        (f'emails[value eq "{mail}"]', 1), (f'id eq "{user["id"]}"', 1), ('displayName co "Zucker" and active eq true', 1), ('displayName sw "Zoë" and active eq false', 0),
        (f'userName eq "{name}" or displayName eq "nobody"', 1), (f'userName sw "{name[:8]}" and not (active eq false)', 1),
        (f'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "{name}"', 1), (f'userName eq "{name}" and displayName pr', 1),
        ('meta.lastModified gt "2020-01-01T00:00:00Z" and displayName ew "mann"', 1), (f'userName ne "{name}" and externalId eq "{user["externalId"]}"', 0),
    ):  # fmt: skip
        answer = await directory.http.get(f"{BASE}/Users", params={"filter": where})
        assert answer.status_code == 200, f"{where}: {answer.text}"
        assert answer.json()["totalResults"] == many, where
    one = await directory.http.get(f"{BASE}/Users", params={"filter": f'userName eq "{name}"', "attributes": "userName"})
    assert one.json()["Resources"] == [{"schemas": [USER], "id": user["id"], "userName": name}]


@pytest.mark.parametrize(
    "where", ['secret eq "x"', "userName", "userName eq", 'password eq "x"', 'userName xx "y"', "active gt true", 'externalId sw "a"', 'id eq "\'; drop table x"', "(" * 300, 'userName eq "\\u0000"']
)  # fmt: skip
async def test_what_can_not_be_looked_for(directory: Directory, where: str) -> None:
    answer = await directory.http.get(f"{BASE}/Users", params={"filter": where})
    assert answer.status_code == 400, answer.text
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert answer.json()["status"] == "400"


async def test_pages(directory: Directory) -> None:
    users = [await made(directory, displayName=f"Page {number} {uuid4().hex}") for number in range(3)]
    everybody = (await directory.ask("GET", "/Users")).json()
    ids = [user["id"] for user in everybody["Resources"]]
    assert everybody["totalResults"] == len(ids)
    assert {user["id"] for user in users} <= set(ids)
    seen: list[str] = []
    for start in range(1, len(ids) + 1, 2):
        page = (await directory.http.get(f"{BASE}/Users", params={"startIndex": start, "count": 2})).json()
        assert (page["startIndex"], page["itemsPerPage"]) == (start, len(page["Resources"]))
        seen += [user["id"] for user in page["Resources"]]
    assert seen == ids
    none = (await directory.http.get(f"{BASE}/Users", params={"count": 0})).json()
    assert (none["totalResults"], none.get("Resources") or []) == (len(ids), [])


async def test_versions(directory: Directory) -> None:
    user = await made(directory)
    address = f"/Users/{user['id']}"
    answer = await directory.ask("GET", address)
    tag = answer.headers["etag"]
    assert tag == user["meta"]["version"] == answer.json()["meta"]["version"]
    assert (await directory.ask("GET", address, **{"If-None-Match": tag})).status_code == 304
    renamed = await patched(directory, address, {"op": "replace", "path": "displayName", "value": "Renamed"}, **{"If-Match": tag})
    assert renamed.status_code == 200
    assert (await directory.ask("GET", address, **{"If-None-Match": tag})).status_code == 200
    for answer in (
        await patched(directory, address, {"op": "replace", "path": "displayName", "value": "Late"}, **{"If-Match": tag}),
        await directory.ask("DELETE", address, **{"If-Match": tag}),
    ):
        assert answer.status_code == 412, answer.text


async def test_names_and_addresses_are_one_s_own(directory: Directory) -> None:
    first, second = await made(directory), await made(directory)
    taken = {"schemas": [USER], "userName": first["userName"].upper(), "emails": [{"value": f"{uuid4().hex}@example.com"}]}
    for answer in (
        await directory.ask("POST", "/Users", taken),
        await directory.ask("POST", "/Users", taken | {"userName": uuid4().hex, "emails": first["emails"]}),
        await directory.ask("POST", "/Users", taken | {"userName": uuid4().hex, "externalId": first["externalId"]}),
        await patched(directory, f"/Users/{second['id']}", {"op": "replace", "path": "userName", "value": first["userName"]}),
        await patched(
            directory,
            f"/Users/{second['id']}",
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": first["emails"][0]["value"]},
        ),
    ):
        assert answer.status_code == 409, answer.text
        assert answer.json()["scimType"] == "uniqueness"
    same = await directory.ask("PUT", f"/Users/{first['id']}", first)
    assert (same.status_code, same.json()["id"]) == (200, first["id"]), same.text


async def test_what_a_directory_calls_a_record_is_journaled_and_taken_back(directory: Directory) -> None:
    user = await made(directory)
    group = (
        await directory.ask("POST", "/Groups", {"schemas": [GROUP], "displayName": "CRM Süd", "externalId": uuid4().hex})
    ).json()
    for path, object_, before in (("Users", "user", user), ("Groups", "team", group)):
        old, new = f"scim:{before['externalId']}", uuid4().hex
        answer = await patched(directory, f"/{path}/{before['id']}", {"op": "replace", "path": "externalId", "value": new})
        assert (answer.status_code, answer.json()["externalId"]) == (200, new), answer.text
        async with directory.crm.system() as scope:
            entry = await scope.connection.row(
                "select change, old, new from {ws}.change_entry where record = %(id)s order by at desc, version desc limit 1",
                {"id": before["id"]},
            )
            assert entry is not None
            assert (entry["old"]["external_ids"], entry["new"]["external_ids"]) == ([old], [f"scim:{new}"])
            await undo(scope, entry["change"])
        assert (await record(directory.crm, before["id"], object_))["external_ids"] == [old]


async def test_groups_are_teams(directory: Directory) -> None:
    anna, bela = await made(directory), await made(directory)
    other = await directory.crm.team()
    await directory.crm.update("user", UUID(bela["id"]), teams=[str(other)])
    given = {
        "schemas": [GROUP],
        "displayName": "CRM Nord",
        "externalId": uuid4().hex,
        "members": [{"value": anna["id"]}, {"value": bela["id"]}],
    }
    answer = await directory.ask("POST", "/Groups", given)
    assert answer.status_code == 201, answer.text
    group = answer.json()
    assert {member["value"] for member in group["members"]} == {anna["id"], bela["id"]}
    assert (await record(directory.crm, group["id"], "team"))["name"] == "CRM Nord"
    assert {team["id"] for team in (await record(directory.crm, bela["id"]))["teams"]} == {str(other), group["id"]}
    address = f"/Groups/{group['id']}"
    assert "members" not in (await directory.http.get(f"{BASE}{address}", params={"excludedAttributes": "members"})).json()
    for operation, left in (
        ({"op": "Remove", "path": "members", "value": [{"value": anna["id"]}]}, {bela["id"]}),
        ({"op": "Add", "path": "members", "value": [{"value": anna["id"]}]}, {anna["id"], bela["id"]}),
        ({"op": "remove", "path": f'members[value eq "{bela["id"]}"]'}, {anna["id"]}),
        ({"op": "remove", "path": "members"}, set()),
    ):
        answer = await patched(directory, address, operation)
        assert answer.status_code == 200, answer.text
        assert {member["value"] for member in answer.json().get("members", ())} == left, operation
    assert [team["id"] for team in (await record(directory.crm, bela["id"]))["teams"]] == [str(other)], "other teams stay"
    strange = await patched(directory, address, {"op": "add", "path": "members", "value": [{"value": str(uuid4())}]})
    assert strange.status_code == 400
    found = await directory.http.get(f"{BASE}/Groups", params={"filter": 'displayName eq "CRM Nord"'})
    assert [item["id"] for item in found.json()["Resources"]] == [group["id"]]
    assert (await directory.ask("DELETE", address)).status_code == 204
    assert (await directory.ask("GET", address)).status_code == 404


async def test_a_token_gives_the_roles_that_it_is_for(directory: Directory) -> None:
    """OI-05: never administrator by default, and roles that people gave are none of the directory's business."""
    for roles in (["administrator"], ["service_agent"], ["emperor"]):
        body = {"schemas": [USER], "userName": f"{uuid4().hex}@example.com", "roles": [{"value": role} for role in roles]}
        answer = await directory.ask("POST", "/Users", body)
        assert answer.status_code == 400, answer.text
    user = await made(directory)
    assert (await record(directory.crm, user["id"]))["role"] == ["read_only"], "what new users are given"
    await directory.crm.update("user", UUID(user["id"]), role=["service_agent", "read_only"])
    answer = await patched(
        directory, f"/Users/{user['id']}", {"op": "replace", "path": "roles", "value": [{"value": "sales_representative"}]}
    )
    assert answer.status_code == 200, answer.text
    assert set((await record(directory.crm, user["id"]))["role"]) == {"service_agent", "sales_representative"}


async def test_administrators_keep_their_address_and_one_of_them_stays(directory: Directory) -> None:
    admin = await directory.crm.user("administrator")
    answer = await patched(
        directory, f"/Users/{admin}", {"op": "replace", "path": 'emails[type eq "work"].value', "value": "evil@example.com"}
    )
    assert answer.status_code == 403, answer.text
    # by it somebody who comes from a provider would be taken for the administrator
    answer = await patched(directory, f"/Users/{admin}", {"op": "replace", "path": "externalId", "value": "evil"})
    assert answer.status_code == 403, answer.text
    async with directory.crm.system() as scope:
        ids = await scope.connection.values("""select id from {ws}."user" where 'administrator' = any(role) and is_active""")
    answers = [await patched(directory, f"/Users/{id_}", {"op": "replace", "path": "active", "value": False}) for id_ in ids]
    assert [answer.status_code for answer in answers].count(400) == 1
    assert "administrator" in answers[-1].json()["detail"]
    for id_ in ids:
        await directory.crm.update("user", id_, is_active=True)


async def test_only_its_own_token_opens_it_and_it_opens_nothing_else(directory: Directory) -> None:
    admin = await directory.crm.in_english("administrator")
    for path in ("/Users", "/Groups", "/ServiceProviderConfig", "/Schemas", f"/Users/{admin.user}", "/nothing"):
        for headers in (
            {},
            {"Authorization": admin.api.headers["Authorization"]},
            {"Authorization": "Bearer kdgscim_x"},
            {"Cookie": "kundig_session=x"},
        ):
            answer = await admin.pages.get(f"{BASE}{path}", headers=headers)
            assert answer.status_code == 401, f"{path} {headers}"
            assert answer.json()["status"] == "401"
    own = {"Authorization": f"Bearer {directory.token}"}
    for path in ("/api/v1/account", "/api/v1/user", "/api/v1/openapi.json"):
        assert (await admin.api.get(path, headers=own)).status_code == 401
    async with directory.crm.database.transaction(None) as connection:
        for authenticate in (authenticate_token, authenticate_session):
            with pytest.raises(Unauthenticated):
                await authenticate(connection, directory.token)
    async with directory.crm.system() as scope:
        token = await add_provisioner(scope.connection, "Okta", (), (), expires_at=None)
        listed = await provisioners(scope.connection)
        assert token not in str(listed)
        id_ = next(row["id"] for row in listed if row["name"] == "Okta")
    okta = Directory(directory.crm, token, directory.http)
    assert (await okta.ask("GET", "/Users", Authorization=f"Bearer {token}")).status_code == 200
    async with directory.crm.system() as scope:
        assert await end_provisioner(scope.connection, id_) == "Okta"
    assert (await okta.ask("GET", "/Users", Authorization=f"Bearer {token}")).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/Users", b"{"), ("POST", "/Users", b"[]"), ("POST", "/Users", b"\xff"), ("POST", "/Users", b'{"schemas":["x"],"userName":1}'), ("POST", "/Users", b'{"userName":"a\\u0000b"}'),
     ("POST", "/Groups", b'{"displayName":null}'), ("PATCH", "/Users/{id}", b'{"Operations":[]}'), ("PATCH", "/Users/{id}", b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"explode"}]}'),
     ("PUT", "/Users/{id}", b"null"), ("POST", "/.search", b"7")],
)  # fmt: skip
async def test_nonsense_is_told_calmly(directory: Directory, method: str, path: str, body: bytes) -> None:
    user = await made(directory)
    answer = await directory.http.request(method, f"{BASE}{path.format(id=user['id'])}", content=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
