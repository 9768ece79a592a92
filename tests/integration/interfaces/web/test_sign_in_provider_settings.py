"""Setting sign-in providers up: for administrators only, with a secret that is never shown again, and tested before it counts."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from tests.integration.rights.crm import Caller, Crm
from tests.issuing import Issuer, issuer

from kundig.base.http import OutgoingHttp
from kundig.engine.configuration.store import stored_documents
from kundig.engine.configuration.yaml import dump
from kundig.services.identity.providers.client_secrets import secret_of
from kundig.services.identity.providers.issuers import Issuers

ADDRESS = "/settings/sign-in-providers"
SECRET = "CNRY-a-client-secret"


@pytest.fixture
async def honest(crm: Crm) -> AsyncIterator[Issuer]:
    web = crm.app.state.web
    async with issuer() as made:
        issuers = Issuers(OutgoingHttp(allowed_hosts=frozenset({made.place})))
        crm.app.state.web = replace(web, providers=replace(web.providers, issuers=issuers))
        yield made
        crm.app.state.web = web


def given(honest: Issuer, **more: Any) -> dict[str, Any]:
    return {
        "name": "keycloak",
        "label": "Keycloak",
        "issuer": honest.address,
        "client_id": "crm",
        "client_secret": SECRET,
        "passwords": "1",
        **more,
    }


async def test_a_provider_is_set_up_changed_and_removed(crm: Crm, admin: Caller, honest: Issuer) -> None:
    empty = await admin.pages.get(ADDRESS)
    assert "Everybody signs in with a password" in empty.text
    assert "http://kundig.test/sign-in/with/sso/back" in (await admin.pages.get(f"{ADDRESS}/new")).text
    team = str(await crm.team())
    more = {"makes_users": "1", "role": ["sales_representative"], "domains": "Example.com, example.org", "groups_claim": "groups", "group": ["a", "a", "b", ""],
            "group_role": ["read_only", "sales_representative", "", ""], "group_team": ["", team, team, ""]}  # fmt: skip
    made = await admin.pages.post(f"{ADDRESS}/new", data=given(honest, **more))
    assert (made.status_code, made.headers.get("location")) == (303, f"{ADDRESS}/keycloak"), made.text[:800]
    form = html.unescape((await admin.pages.get(f"{ADDRESS}/keycloak")).text)
    assert "http://kundig.test/sign-in/with/keycloak/back" in form
    assert SECRET not in form
    assert re.findall(r'name="group" value="([^"]*)"', form) == ["a", "a", "b", "", "", ""]
    async with crm.system() as scope:
        provider = scope.model.providers["keycloak"]
        assert [(grant.group, grant.roles, grant.teams) for grant in provider.groups] == [
            ("a", ("read_only", "sales_representative"), (team,)), ("b", (), (team,)),
        ]  # fmt: skip
        assert provider.domains == ("example.com", "example.org")
        assert await secret_of(scope.connection, crm.app.state.web.secrets, "keycloak") == SECRET
        stored = [dump(document) for document in await stored_documents(scope.connection)]
        trail = await scope.connection.rows(
            "select event, detail::text from {ws}.audit_event where event like 'provider_%%' order by id"
        )
        kept = await scope.connection.value("select string_agg(r::text, '') from {ws}.document_revision r")
    assert SECRET not in str(stored) + str(trail) + str(kept)
    assert [row["event"] for row in trail] == ["provider_changed"]
    await admin.pages.post(f"{ADDRESS}/keycloak", data=given(honest, client_secret="", label="Schlüssel"))
    async with crm.system() as scope:
        assert await secret_of(scope.connection, crm.app.state.web.secrets, "keycloak") == SECRET, "left empty, it stays"
        assert scope.model.providers["keycloak"].groups == ()
    await admin.pages.post(f"{ADDRESS}/keycloak", data=given(honest, client_secret="", forget_secret="1"))
    async with crm.system() as scope:
        assert await secret_of(scope.connection, crm.app.state.web.secrets, "keycloak") is None
    assert "Keycloak" in (await admin.pages.get("/sign-in")).text
    assert (await admin.pages.post(f"{ADDRESS}/keycloak/remove")).status_code == 303
    assert "Keycloak" not in (await admin.pages.get("/sign-in")).text
    assert (await admin.pages.get(f"{ADDRESS}/keycloak")).status_code == 404


async def test_what_is_wrong_comes_back_with_what_was_typed(admin: Caller, honest: Issuer) -> None:
    wrong = given(
        honest,
        name="Key Cloak",
        label="",
        issuer="http://10.0.0.1/",
        domains="nonsense",
        makes_users="1",
        role="administrator",
        group="x",
        group_role="",
    )
    answer = await admin.pages.post(f"{ADDRESS}/new", data=wrong)
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    for told in (
        "Use small letters",
        "This is needed",
        "does not connect to this address",
        "Give domains such as",
        "in which claim",
        "Choose a role or a team",
        "Key Cloak",
    ):
        assert told in text, told
    assert SECRET not in text
    answer = await admin.pages.post(f"{ADDRESS}/new", data=given(honest, makes_users="1", role="administrator"))
    assert answer.status_code == 422
    assert "becomes an administrator" in answer.text
    for address in (
        "https://user:x@example.com",
        "https://example.com/?a=b",
        "http://example.com",
        "ftp://example.com",
        "https://localhost/",
        "https://[::1]/",
    ):
        answer = await admin.pages.post(f"{ADDRESS}/new", data=given(honest, issuer=address))
        assert answer.status_code == 422, address


async def test_it_is_asked_whether_it_answers(admin: Caller, honest: Issuer) -> None:
    async def said(issuer: str) -> str:
        answer = await admin.pages.post(f"{ADDRESS}/test", data={"issuer": issuer})
        assert answer.status_code == 200
        return html.unescape(answer.text)

    assert f"sent to {honest.place}" in await said(honest.address)
    assert f"calls itself {honest.address}" in await said(f"{honest.address}/")
    assert "does not connect" in await said("http://169.254.169.254/latest/meta-data")
    honest.metadata = {"jwks_uri": f"{honest.address}/nowhere"}
    assert "status 404" in await said(honest.address)
    honest.down = True
    assert "Nobody answers" in await said(honest.address)


async def test_it_is_for_administrators_only(crm: Crm, seller: Caller, honest: Issuer) -> None:
    await crm.configure(
        "kind: role\nname: configurer\nlabel: {en: C, de: C}\nrights: [manage_configuration, manage_users, manage_roles]\n"
    )
    for caller in (seller, await crm.in_english("configurer")):
        for method, address in (("GET", ADDRESS), ("GET", f"{ADDRESS}/new"), ("GET", f"{ADDRESS}/x"), ("POST", f"{ADDRESS}/new"), ("POST", f"{ADDRESS}/test"),
                                ("POST", f"{ADDRESS}/x"), ("POST", f"{ADDRESS}/x/remove"), ("GET", f"/settings/users/{caller.user}/logins"),
                                ("POST", f"/settings/users/{caller.user}/logins")):  # fmt: skip
            answer = await caller.pages.request(method, address, data=given(honest) if method == "POST" else None)
            assert answer.status_code == 403, f"{method} {address}"
    assert honest.asked == []
    assert ADDRESS not in (await seller.pages.get("/settings/me")).text


async def test_an_administrator_says_who_somebody_is(crm: Crm, admin: Caller, honest: Issuer) -> None:
    await admin.pages.post(f"{ADDRESS}/new", data=given(honest))
    user = await crm.user("sales_representative")
    page = f"/settings/users/{user}/logins"
    assert f'href="{page}"' in (await admin.pages.get(f"/settings/users/{user}")).text
    assert (await admin.pages.post(page, data={"provider": "keycloak", "subject": " "})).status_code == 422
    assert (await admin.pages.post(page, data={"provider": "keycloak", "subject": "4711"})).status_code == 303
    taken = await admin.pages.post(f"/settings/users/{admin.user}/logins", data={"provider": "keycloak", "subject": "4711"})
    assert taken.status_code == 422
    assert "another user already" in taken.text
    text = (await admin.pages.get(page)).text
    [ending] = re.findall(rf'hx-post="({page}/[^"]*/end)"', text)
    assert "4711" in text
    assert (await admin.pages.post(ending)).status_code == 303
    assert (await admin.pages.post(ending)).status_code == 404
    await admin.pages.post(f"{ADDRESS}/keycloak/remove")
