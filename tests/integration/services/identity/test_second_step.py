"""The second step of signing in: it can't be skipped, repeated or guessed, and a lost device is no end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.authenticator import PRESENT, Authenticator
from tests.integration.services.identity.test_signing_in import PASSWORD, enters, is_signed_in, person
from tests.integration.world import World

from kundig.base.database import Connection
from kundig.base.errors import Invalid, ProofNeeded, TooMany, Unauthenticated
from kundig.base.secrets import Secrets
from kundig.engine.policy.scope import Scope
from kundig.services.identity import passwords
from kundig.services.identity.factors import factors_of, remove_factor
from kundig.services.identity.links import reset_link, use_link
from kundig.services.identity.own_factors import Codes, new_codes, offer_passkey, set_up_app, set_up_passkey, take_away
from kundig.services.identity.passkeys import Site
from kundig.services.identity.proof import prove_by_code
from kundig.services.identity.second_step import ask_passkey, second_step, sign_in_with_passkey
from kundig.services.identity.signed import Signed, authenticate_session
from kundig.services.identity.signing_in import SignedIn, sign_in
from kundig.services.identity.totp import Offer, code_at

SECRETS = Secrets(b"only for tests, never for people")
SITE = Site.at("https://crm.example.com")


async def within(world: World, code: str, work: Callable[[Scope, Signed], Awaitable[Any]], **context: Any) -> Any:
    """Do something as the person of a session."""
    async with world.database.transaction(None) as connection:
        scope, signed = await world.scopes.of_session(connection, code, "web", setting_up=True)
        scope = replace(scope, context=replace(scope.context, **context))
        return await work(scope, signed)


async def with_app(world: World, name: str) -> tuple[UUID, str, Offer, Codes]:
    """Somebody with an app, set up a while ago: its code of now has not been used."""
    user, email = await person(world, name)
    offer = Offer()

    async def set_up(scope: Scope, signed: Signed) -> Codes:
        return await set_up_app(scope, SECRETS, signed.id, offer, name="Phone", code=code_at(offer.key, time.time()))

    codes = await within(world, await enters(world, email), set_up)
    await rested(world, user)
    return user, email, offer, codes


async def rested(world: World, user: UUID) -> None:
    """As if the last code had been used some minutes ago."""
    async with world.database.transaction(None) as connection:
        await connection.execute(
            "update kundig.factor f set step = step - 10 from kundig.membership m where m.identity = f.identity and m.user_id = %(user)s",
            {"user": user},
        )


async def begins(world: World, email: str, password: str = PASSWORD) -> SignedIn:
    return await sign_in(world.database, email, password, address="192.0.2.1", agent="test")


async def goes_on(world: World, code: str, given: str, address: str = "192.0.2.1") -> SignedIn:
    return await second_step(world.database, SECRETS, code, given, address=address, agent="test")


async def events(world: World, user: UUID) -> list[str]:
    async with world.system() as scope:
        rows = await scope.connection.values(
            "select event from {ws}.audit_event where record = %(user)s order by id", {"user": user}
        )
    return list(rows)


async def test_a_password_is_half_a_sign_in(world: World) -> None:
    _, email, offer, _ = await with_app(world, "half")
    half = await begins(world, email)
    assert not half.whole
    assert not await is_signed_in(world, half.code), "AU-09: nothing can be done before the second step"
    whole = await goes_on(world, half.code, code_at(offer.key, time.time()))
    assert whole.code != half.code, "AU-01"
    assert await is_signed_in(world, whole.code)
    assert not await is_signed_in(world, half.code)


async def test_a_code_is_good_once(world: World) -> None:
    _, email, offer, _ = await with_app(world, "once")
    code = code_at(offer.key, time.time())
    await goes_on(world, (await begins(world, email)).code, code)
    with pytest.raises(Invalid):
        await goes_on(world, (await begins(world, email)).code, code)


async def test_of_two_who_send_the_same_code_one_gets_in(world: World) -> None:
    _, email, offer, _ = await with_app(world, "race")
    code, halves = code_at(offer.key, time.time()), [await begins(world, email) for _ in range(4)]
    outcomes = await asyncio.gather(*(goes_on(world, half.code, code) for half in halves), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if not isinstance(outcome, SignedIn)] == [Invalid] * 3


async def test_a_half_sign_in_is_used_up(world: World) -> None:
    user, email, offer, codes = await with_app(world, "used")
    half = await begins(world, email)
    await goes_on(world, half.code, code_at(offer.key, time.time()))
    with pytest.raises(Unauthenticated):
        await goes_on(world, half.code, codes[0])
    half = await begins(world, email)
    await world.update("user", user, is_active=False)
    with pytest.raises(Unauthenticated):
        await goes_on(world, half.code, codes[0])


async def test_guessing_codes_is_stopped_and_the_owner_still_gets_in(world: World) -> None:
    user, email, offer, codes = await with_app(world, "guessed")
    half = await begins(world, email)
    outcomes = []
    for _ in range(12):
        with pytest.raises((Invalid, TooMany)) as refused:
            await goes_on(world, half.code, "000000", address="203.0.113.9")
        outcomes.append(refused.type)
    assert outcomes == [Invalid] * 10 + [TooMany] * 2
    with pytest.raises(TooMany):
        await goes_on(world, half.code, codes[0], address="203.0.113.9")
    await goes_on(world, half.code, code_at(offer.key, time.time()), address="198.51.100.4")
    assert (await events(world, user)).count("second_step_failed") == 10


async def test_a_recovery_code_opens_once_and_is_told(world: World) -> None:
    user, email, _, codes = await with_app(world, "lost")
    assert len(set(codes)) == 10
    async with world.database.transaction(None) as connection:
        stored = await connection.values("select r::text from kundig.recovery_code r", None)
    assert not any(code.replace("-", "") in row for row in stored for code in codes)
    await goes_on(world, (await begins(world, email)).code, f"  {codes[3].lower().replace('-', ' ')} ")
    with pytest.raises(Invalid):
        await goes_on(world, (await begins(world, email)).code, codes[3])
    async with world.system() as scope:
        assert (await factors_of(scope.connection, user)).codes == 9
    assert "recovery_code_used" in await events(world, user)


async def test_new_recovery_codes_void_the_earlier_ones(world: World) -> None:
    _, email, offer, codes = await with_app(world, "renewing")
    session = (await goes_on(world, (await begins(world, email)).code, code_at(offer.key, time.time()))).code

    async def renew(scope: Scope, _: Signed) -> Codes:
        return await new_codes(scope)

    fresh = await within(world, session, renew)
    with pytest.raises(Invalid):
        await goes_on(world, (await begins(world, email)).code, codes[0])
    await goes_on(world, (await begins(world, email)).code, fresh[0])


async def test_the_first_factor_ends_what_saw_a_password_only(world: World) -> None:
    user, email = await person(world, "first")
    elsewhere, here = await enters(world, email), await enters(world, email)
    offer = Offer()

    async def set_up(scope: Scope, signed: Signed) -> Codes:
        return await set_up_app(scope, SECRETS, signed.id, offer, name="Phone", code=code_at(offer.key, time.time()))

    assert await within(world, here, set_up)
    assert [await is_signed_in(world, code) for code in (elsewhere, here)] == [False, True]
    assert "factor_added" in await events(world, user)


async def test_factors_change_only_right_after_a_proof(world: World) -> None:
    _, email, offer, _ = await with_app(world, "stale")
    session = (await goes_on(world, (await begins(world, email)).code, code_at(offer.key, time.time()))).code

    async def remove(scope: Scope, signed: Signed) -> None:
        [factor] = (await factors_of(scope.connection, signed.user)).all
        await take_away(scope, factor.id)

    with pytest.raises(ProofNeeded):
        await within(world, session, remove, proven=False)
    async with world.database.transaction(None) as connection:
        await connection.execute("update kundig.session set proven_at = now() - interval '11 minutes'")
        signed = await authenticate_session(connection, session)
    assert signed.proven is False
    await rested(world, signed.user)
    with pytest.raises(Invalid):
        await prove_by_code(world.database, SECRETS, signed, "000000", address=None)
    await prove_by_code(world.database, SECRETS, signed, code_at(offer.key, time.time()), address=None)
    await within(world, session, remove)
    assert (await begins(world, email)).whole, "without a factor the password is enough again"


async def test_the_secret_of_an_app_is_not_in_the_database(world: World) -> None:
    _, _, offer, _ = await with_app(world, "sealed")
    async with world.database.transaction(None) as connection:
        rows = await connection.values("select f::text from kundig.factor f")
    plain = offer.key.hex()
    assert not any(secret in row for row in rows for secret in (plain, offer.text.replace(" ", ""), plain.encode().hex()))


async def test_recovery_codes_are_not_in_the_database(world: World) -> None:
    _, _, _, codes = await with_app(world, "unread")
    async with world.database.transaction(None) as connection:
        rows = await connection.values("select r::text from kundig.recovery_code r")
    plain = [code.replace("-", "") for code in codes]
    assert not any(code in row or code.encode().hex() in row for row in rows for code in plain)


async def test_a_new_password_by_mail_does_not_spare_the_second_step(world: World) -> None:
    _, email, _, _ = await with_app(world, "reset")
    half = await begins(world, email)
    async with world.database.transaction(None) as connection:
        found = await reset_link(connection, email)
    assert found
    await use_link(world.database, found[0].code, "drei Fische im Schnee", address="192.0.2.30")
    with pytest.raises(Unauthenticated):
        await goes_on(world, half.code, "000000")
    assert not (await begins(world, email, "drei Fische im Schnee")).whole


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []
    send = Connection._send

    async def noted(self: Connection, rows: Any, statement: Any, params: Any) -> Any:
        sent.append(str(statement))
        return await send(self, rows, statement, params)

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "_send", noted)
        yield sent


async def test_refusals_take_the_same_statements_and_hashes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """AU-04: who has no account, who has one, who has a second factor: nothing in the work done tells them apart."""
    _, plain = await person(world, "plain")
    _, secured, _, _ = await with_app(world, "secured")
    hashes: list[bool] = []
    fits = passwords._fits
    monkeypatch.setattr(passwords, "_fits", lambda password, stored: hashes.append(True) or fits(password, stored))
    sent = []
    for email in (plain, secured, f"nobody.{world.workspace.name}@example.com"):
        hashes.clear()
        with counted(monkeypatch) as statements, pytest.raises(Unauthenticated):
            await sign_in(world.database, email, "wrong password", address="203.0.113.200")
        sent.append((tuple(statements), len(hashes)))
    assert len(set(sent)) == 1
    assert sent[0][1] == 1


# Passkeys


async def with_passkey(world: World, name: str) -> tuple[str, Authenticator, Codes]:
    """Somebody with a passkey."""
    _, email = await person(world, name)
    passkey = Authenticator(SITE.origin, SITE.host)
    codes = await registered(world, await enters(world, email), passkey)
    return email, passkey, codes


async def registered(world: World, session: str, passkey: Authenticator, asked: str = "") -> Codes:
    async def offer(scope: Scope, signed: Signed) -> str:
        return await offer_passkey(scope, SITE, signed.id)

    options = asked or await within(world, session, offer)

    async def set_up(scope: Scope, signed: Signed) -> Codes:
        return await set_up_passkey(scope, SITE, signed.id, name="Laptop", answer=passkey.register(options))

    return await within(world, session, set_up)


async def by_passkey(world: World, passkey: Authenticator, **changes: Any) -> SignedIn:
    options = await ask_passkey(world.database, SITE, None, address=None)
    answer = replace(passkey, **changes).sign(options) if changes else passkey.sign(options)
    return await sign_in_with_passkey(world.database, SITE, answer, address=None)


async def test_a_passkey_is_a_way_in_by_itself(world: World) -> None:
    email, passkey, codes = await with_passkey(world, "keyed")
    assert len(codes) == 10
    assert not (await begins(world, email)).whole
    signed = await by_passkey(world, passkey)
    assert await is_signed_in(world, signed.code)
    await by_passkey(world, passkey)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "http://crm.example.com"},
        {"host": "example.com"},
        {"flags": PRESENT},
        {"id": b"another passkey."},
        {"counter": -1},
        {"key": Authenticator("", "").key},
    ],
)
async def test_a_passkey_that_is_wrong_in_one_thing_is_refused(world: World, wrong: dict[str, Any]) -> None:
    _, passkey, _ = await with_passkey(world, f"wrong{abs(hash(str(wrong)))}")
    await by_passkey(world, passkey)
    with pytest.raises(Invalid):
        await by_passkey(world, passkey, **{**wrong, **({"counter": passkey.counter - 1} if "counter" in wrong else {})})


async def test_what_a_passkey_has_signed_is_good_once_and_where_it_was_asked(world: World) -> None:
    email, passkey, _ = await with_passkey(world, "replayed")
    options = await ask_passkey(world.database, SITE, None, address=None)
    answer = passkey.sign(options)
    await sign_in_with_passkey(world.database, SITE, answer, address=None)
    for again in (answer, passkey.sign(options), passkey.register(options), "", "{}", "[]", "x" * 30_000):
        with pytest.raises(Invalid):
            await sign_in_with_passkey(world.database, SITE, again, address=None)
    _, other = await person(world, "otherkeyed")
    with pytest.raises(Invalid):
        await registered(world, await enters(world, other), Authenticator(SITE.origin, SITE.host), asked=options)
    with pytest.raises(Invalid):
        await registered(world, await enters(world, other), passkey)
    assert email


async def test_with_the_last_factor_the_recovery_codes_go(world: World) -> None:
    user, email, _, codes = await with_app(world, "last")
    async with world.system() as scope:
        [factor] = (await factors_of(scope.connection, user)).all
        await remove_factor(scope.connection, user, factor.id)
        left = await factors_of(scope.connection, user)
    assert (left.all, left.codes) == ((), 0)
    assert codes
    assert (await begins(world, email)).whole


def test_where_browsers_make_passkeys() -> None:
    assert Site.at("https://crm.example.com/").possible
    assert Site.at("http://localhost:8000").possible
    assert not Site.at("http://crm.example.com").possible
    assert not Site.at("http://127.0.0.1:8000").possible
    assert not Site.at("https://[::1]:8000").possible
