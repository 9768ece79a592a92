"""What is kept beside a provider ends with it, by whatever way it goes: whose passwords count, its secret; and the trail says so."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
from tests.integration.interfaces.web.forms_sent import form_of
from tests.integration.interfaces.web.provider_house import PASSWORD, House, house, signed_in
from tests.integration.rights.crm import TEST_KEY, until
from tests.issuing import CLIENT

from kundig.base.secrets import Secrets
from kundig.engine.configuration.documents import Document
from kundig.interfaces.web.edge import SESSION_COOKIE, csrf_token
from kundig.services.identity.providers.client_secrets import has_secret, keep_secret

__all__ = ["house"]


async def by_password(house: House, email: str) -> bool:
    async with house.browser() as browser:
        return signed_in(await browser.post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/calendar"}))


async def test_a_provider_that_is_taken_back_frees_passwords(house: House) -> None:
    """Else nobody who came from there would get in any more."""
    crm = house.crm
    other = House(crm, house.issuer, f"gone_{uuid4().hex[:8]}")
    label = {"en": "Gone", "de": "Fort"}
    body: dict[str, Any] = {"name": other.name, "label": label, "issuer": house.issuer.address, "client_id": CLIENT}
    made = await crm.apply(Document("sign_in_provider", other.name, body))
    narrowed = await crm.apply(Document("sign_in_provider", other.name, body | {"passwords": False}))
    async with crm.system() as scope:
        await keep_secret(scope.connection, crm.app.state.web.secrets, other.name, "a secret")
    user, subject = await house.person("sales_representative")
    email, admin = (await house.record(user))["email"], await crm.in_english("administrator")
    for plan in (narrowed, made):
        async with house.browser() as browser:
            assert signed_in(await other.sign_in(browser, sub=subject))
        assert await by_password(house, email) == (plan is made)
        if plan is made:  # as it was before the first was taken back
            async with crm.database.transaction(None) as connection:
                await connection.execute("update kundig.provider_identity set sole = true where subject = %(s)s", {"s": subject})
        answer = await admin.pages.post(f"/settings/history/{plan.id}/undo", headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.text[:500]
        assert await by_password(house, email)
    async with crm.system() as scope:
        assert not await has_secret(scope.connection, other.name), "another provider of this name must not get it"
    noted = [e for e in await house.events() if e["event"].startswith("provider_") and e["detail"]["provider"] == other.name]
    assert [(event["event"], event["detail"]["issuer"]) for event in noted] == [
        ("provider_changed", house.issuer.address), ("provider_removed", house.issuer.address),
    ]  # fmt: skip


async def test_who_came_by_a_removed_provider_is_out_within_seconds(house: House) -> None:
    """Pages and open streams; sessions by password stay, and those of who removes it."""
    crm, name = house.crm, f"going_{uuid4().hex[:8]}"
    going = House(crm, house.issuer, name)
    await going.configure()
    user, subject = await house.person("sales_representative")
    boss, boss_subject = await house.person("administrator")
    email = (await house.record(user))["email"]
    async with house.browser() as came, house.browser() as own, house.browser() as other, house.browser() as removing:
        assert signed_in(await going.sign_in(came, sub=subject))
        assert signed_in(await house.sign_in(other, sub=subject))
        assert signed_in(await going.sign_in(removing, sub=boss_subject))
        assert signed_in(await own.post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/calendar"}))
        stream = asyncio.create_task(came.get("/live?object=account"))
        await until(lambda: bool(crm.app.state.hub.streams))
        headers = {"HX-Request": "true", "X-CSRFToken": csrf_token(Secrets(TEST_KEY), removing.cookies[SESSION_COOKIE])}
        answer = await removing.post(f"/settings/sign-in-providers/{name}/remove", headers=headers)
        assert answer.status_code == 200, answer.text[:500]
        await asyncio.wait_for(stream, 5)
        assert [await alive(browser) for browser in (came, own, other, removing)] == [False, True, True, True]
    [removed] = [e for e in await house.events() if e["event"] == "provider_removed" and e["detail"]["provider"] == name]
    assert removed["detail"]["count"] == 1
    assert (await house.record(boss))["is_active"]


async def test_people_of_another_issuer_are_others(house: House) -> None:
    moving = House(house.crm, house.issuer, f"moving_{uuid4().hex[:8]}")
    await moving.configure()
    _, subject = await house.person("sales_representative")
    admin = await house.crm.in_english("administrator")
    page = f"/settings/sign-in-providers/{moving.name}"
    async with house.browser() as came:
        for issuer, stays in ((house.issuer.address, True), ("https://login.example.org", False)):
            if stays:
                assert signed_in(await moving.sign_in(came, sub=subject))
            form = form_of((await admin.pages.get(page)).text, "provider-form")
            saved = await admin.pages.post(page, data={**form, "issuer": issuer}, headers={"HX-Request": "true"})
            assert saved.status_code == 200, saved.text[:2000]
            assert await alive(came) is stays


async def alive(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/settings/me")).status_code == 200


async def test_documents_of_providers_are_noted_as_what_lets_people_in(house: House) -> None:
    await house.configure(second_step=["mfa"])
    noted = [event for event in await house.events() if f"sign_in_provider {house.name}" in event["detail"].get("documents", ())]
    assert {event["event"] for event in noted} == {"rights_configured"}
