"""The pages of the second step: what a browser gets after each step, what it may do in between, and being asked once more."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from tests.authenticator import Authenticator
from tests.integration.rights.crm import Crm

from kundig.base.secrets import Secrets
from kundig.interfaces.web.edge import csrf_token
from kundig.services.identity.signing_in import set_first_password
from kundig.services.identity.totp import code_at

PASSWORD = "correct horse battery"
KEY = b"only for tests, never for people"
URL = "http://kundig.test"


@pytest.fixture(scope="module")
async def strict(crm: Crm) -> Crm:
    """With a role that asks for a second step."""
    await crm.configure("kind: role\nname: careful\nlabel: {en: Careful, de: Vorsichtig}\nsecond_factor: required\n")
    return crm


@pytest.fixture
async def browser(crm: Crm) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is not signed in."""
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers={"Origin": URL}) as opened:
        yield opened


async def user_of(crm: Crm, name: str, *roles: str) -> tuple[UUID, str]:
    email = f"{name}.{crm.workspace.name}@example.com"
    user = await crm.user(*(roles or ("sales_representative",)), email=email)
    async with crm.system() as scope:
        await set_first_password(scope.connection, user, PASSWORD)
    return user, email


async def signs_in(browser: httpx.AsyncClient, email: str, **more: str) -> httpx.Response:
    return await browser.post("/sign-in", data={"email": email, "password": PASSWORD, **more})


def as_page(browser: httpx.AsyncClient) -> dict[str, str]:
    """The headers of a page's script."""
    return {"HX-Request": "true", "X-CSRFToken": csrf_token(Secrets(KEY), browser.cookies["kundig_session"])}


async def sets_up_app(browser: httpx.AsyncClient, page: str) -> tuple[bytes, httpx.Response]:
    """Take an app into use; its key, and the answer."""
    found = re.search(r'name="offer" value="([^"]+)"', page)
    shown = re.search(r"data-select>([A-Z2-7 ]+)<", page)
    assert found
    assert shown
    key = base64.b32decode(shown[1].replace(" ", ""))
    given = {"offer": found[1], "code": code_at(key, time.time()), "name": "Phone"}
    return key, await browser.post("/settings/security/app", data=given, headers=as_page(browser))


async def stale(crm: Crm, user: UUID) -> None:
    """As if they had signed in a while ago, and their last code were some minutes old."""
    async with crm.database.transaction(None) as connection:
        await connection.execute(
            "update kundig.session set proven_at = now() - interval '1 hour' where user_id = %(user)s", {"user": user}
        )
        await connection.execute(
            "update kundig.factor f set step = step - 10 from kundig.membership m where m.identity = f.identity and m.user_id = %(user)s",
            {"user": user},
        )


async def test_signing_in_in_two_steps(crm: Crm, browser: httpx.AsyncClient) -> None:
    user, email = await user_of(crm, "twosteps")
    await signs_in(browser, email)
    key, answer = await sets_up_app(browser, (await browser.get("/settings/security/app", headers=as_page(browser))).text)
    assert len(re.findall(r"<li>[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}</li>", answer.text)) == 10
    await stale(crm, user)
    before = browser.cookies["kundig_session"]
    answer = await signs_in(browser, email, next="/o/account", remember="1")
    assert answer.status_code == 303
    there = urlsplit(answer.headers["location"])
    assert (there.path, parse_qs(there.query)) == ("/sign-in/second", {"next": ["/o/account"], "remember": ["1"]})
    del browser.cookies["kundig_session"]
    for path in ("/", "/o/account", "/live", "/settings/security"):
        assert (await browser.get(path)).status_code in (303, 401), "AU-09: the second step can't be skipped"
    half = browser.cookies["kundig_step"]
    as_session = httpx.AsyncClient(transport=browser._transport, base_url=URL, cookies={"kundig_session": half})
    assert (await as_session.get("/")).status_code == 303
    assert 'name="code"' in (await browser.get(answer.headers["location"])).text
    wrong = await browser.post("/sign-in/second", data={"code": "000000", "next": "/o/account"})
    assert (wrong.status_code, "This code is not right" in wrong.text or "Dieser Code" in wrong.text) == (422, True)
    right = {"code": code_at(key, time.time()), "next": "/o/account", "remember": "1"}
    done = await browser.post("/sign-in/second", data=right)
    assert (done.status_code, done.headers["location"]) == (303, "/o/account")
    assert browser.cookies["kundig_session"] not in (before, half)
    assert "Max-Age=2592000" in str(done.headers.get_list("set-cookie"))
    assert (await browser.get("/o/account")).status_code == 200
    assert (await browser.post("/sign-in/second", data=right)).headers["location"] == "/sign-in?next=%2Fo%2Faccount"


async def test_signing_in_ends_the_session_that_the_browser_had(crm: Crm, browser: httpx.AsyncClient) -> None:
    """AU-01: a session that somebody has put into a browser is not the one that its owner goes on with, and is dead then."""
    _, email = await user_of(crm, "fixed")
    await signs_in(browser, email)
    planted = browser.cookies["kundig_session"]
    await signs_in(browser, email)
    assert browser.cookies["kundig_session"] != planted
    browser.cookies.clear()
    browser.cookies.set("kundig_session", planted)
    assert (await browser.get("/settings/me")).status_code == 303


async def test_who_must_set_up_a_second_step_can_do_nothing_else(strict: Crm, browser: httpx.AsyncClient) -> None:
    user, email = await user_of(strict, "must", "careful", "administrator")
    await signs_in(browser, email)
    for path in ("/", "/o/account", "/settings/me", "/settings/security", "/settings/tokens", "/settings/users", "/trash"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/second-factor"), path
    assert (await browser.get("/live")).status_code == 403
    assert (await browser.get("/keys", headers={"HX-Request": "true"})).headers["hx-redirect"] == "/second-factor"
    made = await browser.post("/settings/tokens", data={"name": "around it"}, headers=as_page(browser))
    assert made.headers["hx-redirect"] == "/second-factor"
    before = browser.cookies["kundig_session"]
    page = await browser.get("/second-factor")
    assert page.headers["content-security-policy"]
    _, answer = await sets_up_app(browser, page.text)
    assert "<li>" in answer.text
    assert browser.cookies["kundig_session"] != before, "AU-01: with more rights comes another session code"
    assert (await browser.get("/settings/users")).status_code == 200
    assert (await browser.get("/second-factor")).headers["location"] == "/settings/security"
    [factor] = re.findall(r"/settings/security/factors/([0-9a-f-]+)/remove", (await browser.get("/settings/security")).text)
    refused = await browser.post(f"/settings/security/factors/{factor}/remove", headers=as_page(browser))
    assert refused.status_code == 422, "the last one stays while the role asks for one"
    assert user


async def test_tokens_made_before_a_role_asked_go_on(strict: Crm) -> None:
    """AU-12: they were made by somebody who had shown who they are."""
    user = await strict.user("sales_representative")
    caller = await strict.caller(user)
    await strict.update("user", user, role=["sales_representative", "careful"])
    assert (await caller.get("/account")).status_code == 200
    assert (await caller.pages.get("/")).headers["location"] == "/second-factor"


@pytest.mark.parametrize(
    ("place", "values"),
    [
        ("/settings/tokens", {"name": "x"}),
        ("/settings/calendar", {}),
        ("/settings/security/codes", {}),
        ("/settings/security/passkey/options", {}),
        ("/settings/users/new", {"name": "New", "email": "new.proof@example.com", "send": "show"}),
        ("/settings/users/{other}", {"name": "Other", "email": "other.proof@example.com", "role": "administrator"}),
        ("/settings/users/{other}/link", {"send": "show"}),
        ("/settings/users/{other}/factors/reset", {}),
        ("/settings/users/{other}/leave", {}),
        ("/settings/users/{other}/active", {}),
    ],
)
async def test_what_matters_asks_once_more_and_changes_nothing_before(crm: Crm, place: str, values: dict[str, str]) -> None:
    """PE-08"""
    user, _ = await user_of(crm, f"later{abs(hash(place))}", "administrator")
    other = await crm.user("sales_representative")
    if place.endswith("/active"):
        await crm.update("user", other, is_active=False)
    caller, path = await crm.caller(user), place.format(other=other)
    await stale(crm, user)
    async with crm.database.transaction(None) as connection:
        before = await connection.values("select m::text from kundig.membership m order by user_id")
    answer = await caller.pages.post(path, data=values, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers.get("x-kundig-prove")) == (403, "/prove")
    async with crm.database.transaction(None) as connection:
        assert await connection.values("select m::text from kundig.membership m order by user_id") == before
    wrong = await caller.pages.post("/prove", data={"password": "wrong"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422
    proven = await caller.pages.post("/prove", data={"password": PASSWORD}, headers={"HX-Request": "true"})
    assert (proven.status_code, proven.headers["hx-trigger"]) == (204, "kundig:proven")
    again = await caller.pages.post(path, data=values, headers={"HX-Request": "true"})
    assert again.status_code in (200, 404), again.headers  # without a factor there are no codes to renew
    assert "x-kundig-prove" not in again.headers


async def test_a_token_of_the_api_is_not_asked(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    other = await crm.user("sales_representative")
    answer = await admin.api.patch(f"/api/v1/user/{other}", json={"role": ["read_only"]})
    assert answer.status_code == 200, answer.text


async def test_a_passkey_at_the_pages(crm: Crm, browser: httpx.AsyncClient) -> None:
    user, email = await user_of(crm, "passkey")
    passkey = Authenticator(URL, "kundig.test")
    await signs_in(browser, email)
    options = await browser.post("/settings/security/passkey/options", headers=as_page(browser))
    added = await browser.post(
        "/settings/security/passkey", data={"credential": passkey.register(options.text)}, headers=as_page(browser)
    )
    assert added.status_code == 200, added.headers
    await stale(crm, user)
    options = await browser.post("/prove/options", headers=as_page(browser))
    assert [known["id"] for known in options.json()["allowCredentials"]]
    proven = await browser.post("/prove", data={"credential": passkey.sign(options.text)}, headers=as_page(browser))
    assert proven.status_code == 204
    browser.cookies.clear()
    options = await browser.post("/sign-in/passkey/options")
    assert "allowCredentials" not in options.json() or options.json()["allowCredentials"] == []
    answer = {"credential": passkey.sign(options.text), "next": "//evil.example.com"}
    done = await browser.post("/sign-in/passkey", data=answer)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert (await browser.get("/settings/me")).status_code == 200
    assert (await browser.post("/sign-in/passkey", data=answer)).status_code == 422


async def test_a_stranger_s_form_does_not_sign_in(crm: Crm, browser: httpx.AsyncClient) -> None:
    for path in ("/sign-in/second", "/sign-in/passkey", "/sign-in/passkey/options", "/password-strength"):
        answer = await browser.post(path, data={"code": "1"}, headers={"Origin": "https://evil.example.com"})
        assert answer.status_code == 403, path


async def test_how_hard_a_password_is_to_guess_is_told(browser: httpx.AsyncClient) -> None:
    headers = {"HX-Request": "true", "Accept-Language": "en"}
    told = [
        (await browser.post("/password-strength", data=values, headers=headers)).text
        for values in (
            {"password": ""},
            {"new": "short"},
            {"password": "Ann Example 1990", "name": "Ann Example"},
            {"new": PASSWORD},
        )
    ]
    assert told[0] == ""
    assert "at least 8 characters" in told[1]
    assert "Your own name" in told[2]
    assert "hard to guess" in told[3]
    assert PASSWORD not in told[3]


async def test_cookies_are_for_this_host_only(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    """AU-08"""
    _, email = await user_of(crm, "cookies")
    web = crm.app.state.web
    monkeypatch.setattr(crm.app.state, "web", replace(web, post=replace(web.post, base_url="https://kundig.test")))
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="https://kundig.test", headers={"Origin": "https://kundig.test"}
    ) as secure:
        [cookie] = (await signs_in(secure, email)).headers.get_list("set-cookie")
        name, _, rest = cookie.partition("=")
        assert name == "__Host-kundig_session"
        flags = {flag.strip().lower() for flag in rest.split(";")[1:]}
        assert {"httponly", "secure", "samesite=lax", "path=/"} <= flags
        assert not any(flag.startswith("domain") for flag in flags)
        assert (await secure.get("/settings/me")).status_code == 200
        code = secure.cookies["__Host-kundig_session"]
        secure.cookies.clear()
        secure.cookies.set("kundig_session", code)
        assert (await secure.get("/settings/me")).status_code == 303, "a cookie that a neighbour could have set is not taken"
