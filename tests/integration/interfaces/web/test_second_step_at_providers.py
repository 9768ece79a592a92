"""When a provider's sign-in counts as a second step, and what is asked of whom where it does not."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from tests.authenticator import Authenticator
from tests.integration.interfaces.web.provider_house import House, house, signed_in
from tests.integration.rights.crm import TEST_KEY

from kundig.base.secrets import Secrets
from kundig.interfaces.web.edge import SESSION_COOKIE, csrf_token
from kundig.services.identity.own_factors import offer_passkey, set_up_passkey
from kundig.services.identity.passkeys import Site

__all__ = ["house"]

URL = "http://kundig.test"
SITE = Site("kundig.test", URL)


@pytest.fixture
async def careful(house: House) -> str:
    """A role that demands a second step."""
    await house.crm.configure("kind: role\nname: careful_one\nlabel: {en: C, de: C}\nsecond_factor: required\n")
    return "careful_one"


async def opens(browser: httpx.AsyncClient) -> bool:
    """Whether a page comes, and not the way to the set-up of a second step."""
    answer = await browser.get("/settings/me")
    assert answer.status_code == 200 or answer.headers["location"] == "/second-factor"
    return answer.status_code == 200


async def passkey_of(house: House, user: UUID) -> Authenticator:
    """Somebody's passkey, made some days ago."""
    made, caller = Authenticator(URL, "kundig.test"), await house.crm.caller(user)
    code = caller.pages.cookies[SESSION_COOKIE]
    async with house.crm.database.transaction(None) as connection:
        scope, signed = await house.crm.scopes.of_session(connection, code, "web", setting_up=True)
        offer = await offer_passkey(scope, SITE, signed.id)
    async with house.crm.database.transaction(None) as connection:
        scope, signed = await house.crm.scopes.of_session(connection, code, "web", setting_up=True)
        await set_up_passkey(scope, SITE, signed.id, name="Laptop", answer=made.register(offer))
    return made


@pytest.mark.parametrize(
    ("accepted", "said", "counts"),
    [
        (["mfa"], {"amr": ["pwd", "mfa"]}, True),
        (["urn:example:gold", "2"], {"acr": "2"}, True),
        (["mfa"], {"amr": ["pwd"], "acr": "1"}, False),
        (["mfa"], {}, False),
        (["mfa"], {"amr": "mfa"}, False),
        (["mfa"], {"amr": [["mfa"]], "acr": ["mfa"]}, False),
        ([], {"amr": ["mfa"], "acr": "phr"}, False),
    ],
)  # fmt: skip
async def test_what_counts_is_what_the_settings_name(
    house: House, careful: str, accepted: list[str], said: dict[str, Any], counts: bool
) -> None:
    _, subject = await house.person(careful)
    await house.configure(second_step=accepted)
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject, **said))
        assert await opens(browser) == counts


async def test_what_is_not_signed_does_not_count(house: House, careful: str) -> None:
    await house.configure(second_step=["mfa"], groups_claim="groups", groups=[{"group": "x", "roles": ["read_only"]}])
    house.issuer.metadata = {"userinfo_endpoint": f"{house.issuer.address}/userinfo"}
    house.issuer.user_info = {"amr": ["mfa"], "acr": "mfa", "groups": []}
    _, subject = await house.person(careful)
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))
        assert not await opens(browser)


async def test_what_is_asked_of_the_provider(house: House) -> None:
    async with house.browser() as browser:
        assert "acr_values" not in await house.set_out(browser)
        await house.configure(acr_values=["gold", "2"])
        assert (await house.set_out(browser))["acr_values"] == "gold 2"


async def test_who_has_a_second_step_here_takes_it_unless_the_provider_has_asked(house: House) -> None:
    """A passkey as the second step is that of the sign-in underway, so it lets in who has no password either; alone it does not."""
    await house.configure(second_step=["mfa"], passwords=False)
    user, subject = await house.person("sales_representative")
    passkey = await passkey_of(house, user)
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject, amr=["mfa"]))
    async with house.browser() as browser:
        answer = await house.sign_in(browser, sub=subject, sid="one")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in/second?next=%2Fcalendar"
        assert SESSION_COOKIE not in browser.cookies, "half a sign-in opens nothing"
        assert (await browser.get("/settings/me")).headers["location"].startswith("/sign-in")
        options = await browser.post("/sign-in/passkey/options")
        assert options.json()["allowCredentials"]
        done = await browser.post("/sign-in/passkey", data={"credential": passkey.sign(options.text), "next": "/calendar"})
        assert signed_in(done), done.text[:500]
        assert await opens(browser)
        await house.sign_out(house.issuer.logout_token(sub=subject, sid="one"))
        assert (await browser.get("/settings/me")).status_code == 303, "the session is the provider's, with its second step too"
    async with house.browser() as browser:
        options = await browser.post("/sign-in/passkey/options")
        alone = await browser.post("/sign-in/passkey", data={"credential": passkey.sign(options.text)})
        assert alone.status_code == 422
        assert SESSION_COOKIE not in browser.cookies
    noted = [event for event in await house.events() if event["event"] == "signed_in" and event["record"] == user]
    assert [event["detail"]["provider"] for event in noted] == [house.name] * 2


async def test_a_passkey_finishes_nobody_else_s_sign_in(house: House) -> None:
    await house.configure(passwords=False)
    (user, subject), (other, elses) = [await house.person("sales_representative") for _ in range(2)]
    await passkey_of(house, user)
    foreign = await passkey_of(house, other)
    async with house.browser() as browser:
        await house.sign_in(browser, sub=elses)  # from now on without a password
    async with house.browser() as browser:
        await house.sign_in(browser, sub=subject)
        options = (await browser.post("/sign-in/passkey/options")).text
        answer = await browser.post("/sign-in/passkey", data={"credential": foreign.sign(options)})
        assert answer.status_code == 422
        assert SESSION_COOKIE not in browser.cookies


async def test_the_settings_keep_what_counts(house: House) -> None:
    admin = await house.crm.in_english("administrator")
    form = {
        "label": "House key", "issuer": house.issuer.address, "client_id": "kundig", "passwords": "1",
        "second_step": "mfa, urn:Example:Gold", "acr_values": "urn:Example:Gold 2",
    }  # fmt: skip
    saved = await admin.pages.post(f"/settings/sign-in-providers/{house.name}", data=form, headers={"HX-Request": "true"})
    assert saved.status_code == 200, saved.text[:1000]
    async with house.crm.system() as scope:
        provider = scope.model.providers[house.name]
    assert provider.second_step == ("mfa", "urn:Example:Gold")
    assert provider.acr_values == ("urn:Example:Gold", "2")
    page = (await admin.pages.get(f"/settings/sign-in-providers/{house.name}")).text
    assert 'value="mfa urn:Example:Gold"' in page
    assert f"/sign-in/with/{house.name}/signed-out" in page


async def test_who_must_set_one_up_and_is_only_known_still_at_the_provider_shows_who_they_are_there(
    house: House, careful: str
) -> None:
    """Nobody is stuck between a role that demands a second step and a provider that has not asked who it is."""
    _, subject = await house.person(careful)
    here = {"HX-Request": "true", "HX-Current-URL": f"{URL}/second-factor"}
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject, auth_time=int(time.time()) - 3600))
        browser.headers["X-CSRFToken"] = csrf_token(Secrets(TEST_KEY), browser.cookies[SESSION_COOKIE])
        assert (await browser.get("/second-factor")).status_code == 200
        asked = await browser.post("/settings/security/passkey/options", headers=here)
        assert (asked.status_code, asked.headers["x-kundig-prove"]) == (403, "/prove")
        sent = await browser.get((await browser.post(f"/prove/with/{house.name}", headers=here)).headers["hx-redirect"])
        trip = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
        house.issuer.nonce, house.issuer.claims = trip["nonce"], {"sub": subject, "auth_time": int(time.time())}
        back = await house.back(browser, trip["state"])
        assert (back.status_code, back.headers["location"]) == (303, "/second-factor")
        assert (await browser.post("/settings/security/passkey/options", headers=here)).status_code == 200
        assert not await opens(browser), "the second step itself is still to be set up"
