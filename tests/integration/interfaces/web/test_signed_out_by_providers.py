"""Sessions that a provider ends (OpenID Connect Back-Channel Logout 1.0): which ones, by which token, and that no other token does."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from tests.integration.interfaces.web.provider_house import PASSWORD, House, house, signed_in
from tests.issuing import LOGOUT

from kundig.base.errors import Unauthenticated
from kundig.services.identity.steps import begin_step, read_step
from kundig.services.identity.vouchers import Voucher

__all__ = ["house"]


async def alive(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/settings/me")).status_code == 200


async def test_whom_the_provider_signs_out(house: House) -> None:
    user, subject = await house.person("sales_representative")
    _, other = await house.person("sales_representative")
    email = (await house.record(user))["email"]
    async with (
        house.browser() as phone,
        house.browser() as desk,
        house.browser() as nameless,
        house.browser() as own,
        house.browser() as foreign,
    ):
        assert signed_in(await house.sign_in(phone, sub=subject, sid="phone"))
        assert signed_in(await house.sign_in(desk, sub=subject, sid="desk"))
        assert signed_in(await house.sign_in(nameless, sub=subject))
        assert signed_in(await house.sign_in(foreign, sub=other, sid="foreign"))
        await own.post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/calendar"})
        answer = await house.sign_out(house.issuer.logout_token(sid="phone"))
        assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (200, b"", "no-store")
        assert [await alive(b) for b in (phone, desk, nameless, own, foreign)] == [False, True, True, True, True]
        assert (await house.sign_out(house.issuer.logout_token(sub=subject, sid="another"))).status_code == 200
        assert [await alive(b) for b in (desk, nameless)] == [True, False], "it may be the one that is meant"
        assert (await house.sign_out(house.issuer.logout_token(sub=subject))).status_code == 200
        assert [await alive(b) for b in (desk, own, foreign)] == [False, True, True]
        assert (await house.sign_out(house.issuer.logout_token(sub=subject))).status_code == 200, "nothing is left to end"
    noted = [event for event in await house.events() if event["event"] == "signed_out_by_provider"]
    assert [event["record"] for event in noted] == [user] * 3
    assert noted[0]["detail"] == {"provider": house.name, "subject": subject, "count": 1}


async def test_who_is_between_both_steps_begins_again(house: House) -> None:
    user, subject = await house.person("sales_representative")
    async with house.crm.database.transaction(None) as connection:
        number = await connection.value(
            "select id from kundig.workspace where schema = %(schema)s", {"schema": house.crm.workspace.schema}
        )
        code = await begin_step(connection, number, user, Voucher(house.name, subject))
        assert (await read_step(connection, code)).voucher == Voucher(house.name, subject)
    assert (await house.sign_out(house.issuer.logout_token(sub=subject))).status_code == 200
    async with house.crm.database.transaction(None) as connection:
        with pytest.raises(Unauthenticated):
            await read_step(connection, code)


HOSTILE: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://evil.example"},
    "another audience": {"aud": "somebody"},
    "expired": {"exp": 1_700_000_000},
    "without an end": {"exp": None},
    "not fresh": {"iat": int(time.time()) - 3600},
    "without a date": {"iat": None},
    "of the future": {"iat": 4_000_000_000},
    "a date that is a text": {"iat": "now"},
    "for ever": {"jti": None},
    "a number that is a list": {"jti": ["x"]},
    "an ID token": {"nonce": "x"},
    "an ID token without a nonce": {"events": None},
    "another event": {"events": {"http://schemas.openid.net/event/else": {}}},
    "an event that is a text": {"events": {LOGOUT: "yes"}},
    "events that are a list": {"events": [LOGOUT]},
    "nobody": {"sub": None},
    "somebody who is a list": {"sub": ["x"]},
    "a session without a name": {"sid": ""},
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_token_that_does_not_fit_ends_nothing(house: House, case: str) -> None:
    _, subject = await house.person("sales_representative")
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))
        answer = await house.sign_out(house.issuer.logout_token(**{"sub": subject} | HOSTILE[case]))
        assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")
        assert answer.json()["error"] == "invalid_request"
        assert answer.json()["error_description"]
        assert await alive(browser)


@pytest.mark.parametrize(
    ("type_", "taken"),
    [("logout+jwt", True), ("application/logout+JWT", True), (None, True), ("JWT", False), ("at+jwt", False), ("secevent+jwt", False)],
)  # fmt: skip
async def test_only_what_is_typed_as_a_logout_token_or_not_at_all(house: House, type_: object, taken: bool) -> None:
    """A type is only recommended; a token without one shows by event, number and missing nonce what it is."""
    _, subject = await house.person("sales_representative")
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))
        usual, house.issuer.header = house.issuer.header, {} if type_ is None else {"typ": type_}
        try:
            answer = await house.sign_out(house.issuer.logout_token(sub=subject))
        finally:
            house.issuer.header = usual
        assert answer.status_code == (200 if taken else 400)
        assert await alive(browser) is not taken


async def test_an_id_token_ends_nothing(house: House) -> None:
    _, subject = await house.person("sales_representative")
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))
        for token in (house.issuer.id_token(), house.issuer.logout_token(sub=subject, events=None)):
            assert (await house.sign_out(token)).status_code == 400
        assert await alive(browser)


async def test_a_token_that_the_provider_did_not_sign_ends_nothing(house: House) -> None:
    _, subject = await house.person("sales_representative")
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))
        honest = house.issuer.logout_token(sub=subject)
        own, house.issuer.key = house.issuer.key, RSAKey.generate_key(2048, {"kid": "one"})
        foreign, house.issuer.key = house.issuer.logout_token(sub=subject), own
        for token in (foreign, honest[:-3], "", "x", honest + "x" * 25_000):
            assert (await house.sign_out(token)).status_code == 400, token[:50]
        assert (await house.sign_out("x" * 40_000)).status_code == 413
        assert (await house.sign_out(honest, Origin="http://evil.example")).status_code == 403, "no browser is sent here"
        assert await alive(browser)
        async with house.browser() as provider:
            for path in ("nowhere", f"{house.name}_2"):
                answer = await provider.post(f"/sign-in/with/{path}/signed-out", data={"logout_token": honest})
                assert answer.status_code == 400, path
            assert (await provider.post(f"/sign-in/with/{house.name}/signed-out", json={"logout_token": honest})).status_code == 400
        assert await alive(browser)
        assert (await house.sign_out(honest)).status_code == 200
        assert not await alive(browser)


async def test_a_token_is_good_once(house: House) -> None:
    """Who has recorded it does not sign the person out again and again."""
    _, subject = await house.person("sales_representative")
    token = house.issuer.logout_token(sub=subject)
    assert (await house.sign_out(token)).status_code == 200
    async with house.browser() as browser:
        assert signed_in(await house.sign_in(browser, sub=subject))
        for _ in range(2):
            assert (await house.sign_out(token)).status_code == 400
        assert await alive(browser)


async def test_trying_tokens_is_stopped(house: House) -> None:
    _, subject = await house.person("sales_representative")
    for _ in range(3):
        assert (await house.sign_out(house.issuer.logout_token(sub=subject), "2001:db8:3::1")).status_code == 200
    for _ in range(60):
        assert (await house.sign_out("x", "2001:db8:3::1")).status_code == 400
    answer = await house.sign_out(house.issuer.logout_token(sub=subject), "2001:db8:3::1")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert (await house.sign_out(house.issuer.logout_token(sub=subject))).status_code == 200, "from elsewhere it is heard"
