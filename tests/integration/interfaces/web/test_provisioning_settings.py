"""Letting a directory in: for administrators who have just shown who they are, with a token that is shown once."""

from __future__ import annotations

import re

from tests.integration.rights.crm import Caller, Crm

ADDRESS = "/settings/provisioning"


async def test_a_directory_is_let_in_and_out(crm: Crm, admin: Caller) -> None:
    page = await admin.pages.get(ADDRESS)
    assert 'value="http://kundig.test/scim/v2"' in page.text
    assert 'name="first" value="administrator"' not in page.text
    assert (await admin.pages.post(ADDRESS, data={"name": " "})).status_code == 422
    given = {
        "name": "Entra ID",
        "first": ["read_only", "administrator"],
        "role": ["sales_representative", "nonsense"],
        "days": "730",
    }
    made = await admin.pages.post(ADDRESS, data=given)
    [token] = re.findall(r'value="(kdgscim_[^"]+)"', made.text)
    again = (await admin.pages.get(ADDRESS)).text
    assert token not in again
    assert "Entra ID" in again
    own = {"Authorization": f"Bearer {token}"}
    assert (await admin.api.get("/scim/v2/Users", headers=own)).status_code == 200
    roles = (await admin.api.get("/scim/v2/Schemas", headers=own)).json()["Resources"][0]["attributes"]
    values = next(
        part
        for attribute in roles
        if attribute["name"] == "roles"
        for part in attribute["subAttributes"]
        if part["name"] == "value"
    )
    assert values["canonicalValues"] == ["read_only", "sales_representative"], "never administrator unless it is chosen"
    async with crm.system() as scope:
        trail = await scope.connection.rows(
            "select event, detail::text as detail from {ws}.audit_event where event like 'directory_%%'"
        )
    assert [row["event"] for row in trail] == ["directory_added"]
    assert token not in str(trail)
    [ending] = re.findall(rf'hx-post="({ADDRESS}/[^"]+/end)"', again)
    assert (await admin.pages.post(ending)).status_code == 303
    assert (await admin.pages.post(ending)).status_code == 404
    assert (await admin.api.get("/scim/v2/Users", headers=own)).status_code == 401


async def test_who_it_is_is_asked_again_after_a_while(crm: Crm, admin: Caller) -> None:
    async with crm.database.transaction(None) as connection:
        await connection.execute(
            "update kundig.session set proven_at = now() - interval '1 hour' where user_id = %(user)s", {"user": admin.user}
        )
    refused = await admin.pages.post(ADDRESS, data={"name": "Zitadel"})
    assert "kdgscim_" not in refused.text
    assert "Zitadel" not in (await admin.pages.get(ADDRESS)).text
    async with crm.database.transaction(None) as connection:
        await connection.execute("update kundig.session set proven_at = now() where user_id = %(user)s", {"user": admin.user})


async def test_it_is_for_administrators_only(crm: Crm, seller: Caller) -> None:
    await crm.configure(
        "kind: role\nname: manager_of_users\nlabel: {en: M, de: M}\nrights: [manage_configuration, manage_users, manage_roles]\n"
    )
    for caller in (seller, await crm.in_english("manager_of_users")):
        assert (await caller.pages.get(ADDRESS)).status_code == 403
        assert (await caller.pages.post(ADDRESS, data={"name": "Evil"})).status_code == 403
        assert (await caller.pages.post(f"{ADDRESS}/{caller.user}/end")).status_code == 403
