"""Signing in, staying signed in and being thrown out."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.integration.world import World

from kundig.base.errors import Invalid, Missing, TooMany, Unauthenticated
from kundig.engine.policy.resolve import Narrowing
from kundig.services.identity import passwords
from kundig.services.identity.links import Invitation, holder_of, invite, reset_link, use_link
from kundig.services.identity.sessions import end_sessions, sessions_of, sign_out
from kundig.services.identity.signed import authenticate_session, authenticate_token
from kundig.services.identity.signing_in import change_password, set_first_password, sign_in
from kundig.services.identity.tokens import add_token, end_tokens, tokens_of

PASSWORD = "correct horse battery"


async def person(world: World, name: str, *roles: str) -> tuple[UUID, str]:
    """A user with a password, and the address."""
    email = f"{name}.{world.workspace.name}@example.com"
    user = await world.user(*(roles or ("level_own",)), email=email)
    async with world.system() as scope:
        await set_first_password(scope.connection, user, PASSWORD)
    return user, email


async def enters(world: World, email: str, password: str = PASSWORD, address: str = "192.0.2.1") -> str:
    return (await sign_in(world.database, email, password, address=address, agent="test")).code


async def is_signed_in(world: World, code: str) -> bool:
    try:
        async with world.database.transaction(None) as connection:
            await authenticate_session(connection, code)
    except Unauthenticated:
        return False
    return True


async def token_works(world: World, token: str) -> bool:
    try:
        async with world.database.transaction(None) as connection:
            await authenticate_token(connection, token)
    except Unauthenticated:
        return False
    return True


async def test_a_session_tells_user_and_workspace_in_one_statement(world: World) -> None:
    user, email = await person(world, "ann")
    code = await enters(world, email.upper())
    async with world.database.transaction(None) as connection:
        before = connection.statements
        signed = await authenticate_session(connection, code)
        assert connection.statements == before + 1
        assert (signed.user, signed.workspace.schema, signed.language) == (user, world.workspace.schema, "de")
        role = await connection.value("select current_user::text")
        assert role == f"kundig_{world.workspace.schema}"
        scope = await world.scopes.open(connection, signed, "web")
        assert scope.access.user == user


async def test_the_cookie_is_not_in_the_database(world: World) -> None:
    _, email = await person(world, "secretive")
    code = await enters(world, email)
    assert code != await enters(world, email), "each session has its own"
    async with world.database.transaction(None) as connection:
        rows = await connection.rows("select s::text as row from kundig.session s")
    assert rows
    assert not any(code in row["row"] for row in rows)


async def test_a_token_is_of_a_person_and_not_of_an_address(world: World) -> None:
    """Who is given the address of somebody who has left gets none of their tokens, and loses none of their own."""
    (user, email), (heir, _) = await person(world, "leaving"), await person(world, "heir")
    async with world.system() as scope:
        token = await add_token(scope.context, user, "own")
    await world.update("user", user, email=f"gone.{world.workspace.name}@example.com")
    assert not await token_works(world, token)
    await world.update("user", heir, email=email)
    assert not await token_works(world, token)
    async with world.system() as scope:
        token = await add_token(scope.context, heir, "own")
    async with world.database.transaction(None) as connection:
        assert (await world.scopes.of_token(connection, token, "api")).access.user == heir


async def test_deactivation_ends_sessions_and_tokens_with_the_next_request(world: World) -> None:
    user, email = await person(world, "leaver")
    code = await enters(world, email)
    async with world.system() as scope:
        token = await add_token(scope.context, user, "script")
    assert await is_signed_in(world, code)
    assert await token_works(world, token)
    await world.update("user", user, is_active=False)
    assert not await is_signed_in(world, code)
    assert not await token_works(world, token)
    with pytest.raises(Unauthenticated):
        await enters(world, email)
    with pytest.raises(Unauthenticated):
        async with world.scope(user):
            pass
    await world.update("user", user, is_active=True)
    assert not await is_signed_in(world, code), "what has ended stays ended"
    assert not await token_works(world, token)


async def test_a_wrong_password_and_an_unknown_address_are_told_alike(world: World) -> None:
    _, email = await person(world, "known")
    told = []
    for wanted in (email, f"nobody.{world.workspace.name}@example.com"):
        with pytest.raises(Unauthenticated) as refused:
            await enters(world, wanted, "wrong password")
        told.append((type(refused.value), str(refused.value)))
    assert told[0] == told[1]


async def test_guessing_is_stopped_and_the_owner_still_gets_in(world: World) -> None:
    _, email = await person(world, "victim")
    await enters(world, email, address="198.51.100.7")
    for attempt in range(12):
        with pytest.raises(TooMany if attempt >= 10 else Unauthenticated):
            await enters(world, email, "guess", address="203.0.113.5")
    with pytest.raises(TooMany):
        await enters(world, email, PASSWORD, address="203.0.113.5")
    await enters(world, email, address="198.51.100.7")


async def test_guessing_at_many_accounts_from_one_address_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wrong(password: str, stored: str | None) -> bool:
        return False

    monkeypatch.setattr(passwords, "fits", wrong)
    outcomes = []
    for number in range(64):
        try:
            await enters(world, f"spray{number}@example.com", "guess", address="203.0.113.77")
        except (Unauthenticated, TooMany) as error:
            outcomes.append(type(error))
    assert outcomes[:60] == [Unauthenticated] * 60
    assert outcomes[60:] == [TooMany] * 4


async def test_signing_out_and_ending_sessions(world: World) -> None:
    user, email = await person(world, "wanderer")
    first, second, third = [await enters(world, email) for _ in range(3)]
    async with world.database.transaction(None) as connection:
        await sign_out(connection, first)
    assert not await is_signed_in(world, first)
    async with world.database.transaction(None) as connection:
        signed = await authenticate_session(connection, third)
        assert len(await sessions_of(connection, user)) == 2
        assert await end_sessions(connection, user, but=signed.id) == 1
    assert not await is_signed_in(world, second)
    assert await is_signed_in(world, third)


async def test_a_new_password_ends_the_other_sessions(world: World) -> None:
    _, email = await person(world, "careful")
    old, current = await enters(world, email), await enters(world, email)
    async with world.database.transaction(None) as connection:
        signed = await authenticate_session(connection, current)
    with pytest.raises(Invalid):
        await change_password(world.database, signed, "wrong", "another good password", address="192.0.2.1")
    renewed = await change_password(world.database, signed, PASSWORD, "another good password", address="192.0.2.1")
    assert [await is_signed_in(world, code) for code in (old, current, renewed)] == [False, False, True]
    with pytest.raises(Unauthenticated):
        await enters(world, email)
    await enters(world, email, "another good password")


async def test_a_link_sets_a_password_once(world: World) -> None:
    user = await world.user("level_own", email=f"new.{world.workspace.name}@example.com")
    async with world.system() as scope:
        invitation = await invite(scope.connection, user)
    assert (await holder_of(world.database, invitation.code, address="192.0.2.9")).email == invitation.email
    with pytest.raises(Invalid):
        await use_link(world.database, invitation.code, "short", address="192.0.2.9")
    await use_link(world.database, invitation.code, PASSWORD, address="192.0.2.9")
    await enters(world, invitation.email)
    with pytest.raises(Missing):
        await use_link(world.database, invitation.code, PASSWORD, address="192.0.2.9")


async def forgot(world: World, email: str) -> Invitation | None:
    async with world.database.transaction(None) as connection:
        found = await reset_link(connection, email)
    return found[0] if found else None


async def reset(world: World, email: str) -> Invitation | None:
    async with world.database.transaction(None) as connection:
        found = await reset_link(connection, email)
    return found[0] if found else None


async def test_a_reset_link_dies_with_a_newer_one_with_a_sign_in_and_with_another_address(world: World) -> None:
    user, email = await person(world, "forgetful")
    assert await forgot(world, f"nobody.{world.workspace.name}@example.com") is None
    first, second = await forgot(world, email), await forgot(world, email)
    assert first
    assert second
    with pytest.raises(Missing):
        await holder_of(world.database, first.code, address="192.0.2.10")
    await enters(world, email)
    with pytest.raises(Missing):
        await holder_of(world.database, second.code, address="192.0.2.10")
    third = await forgot(world, email)
    assert third
    await world.update("user", user, email=f"renamed.{world.workspace.name}@example.com")
    with pytest.raises(Missing):
        await holder_of(world.database, third.code, address="192.0.2.10")


async def test_another_address_keeps_the_password_and_ends_sessions(world: World) -> None:
    user, email = await person(world, "mover")
    code = await enters(world, email)
    new = f"moved.{world.workspace.name}@example.com"
    await world.update("user", user, email=new)
    assert not await is_signed_in(world, code)
    with pytest.raises(Unauthenticated):
        await enters(world, email)
    await enters(world, new)


async def test_a_narrow_token_takes_rights_away(world: World) -> None:
    user, _ = await person(world, "narrow", "level_all")
    async with world.system() as scope:
        token = await add_token(scope.context, user, "reader", narrowing=Narrowing(True, frozenset({"house"})))
    async with world.database.transaction(None) as connection:
        scope = await world.scopes.of_token(connection, token, "api")
        assert set(scope.access.objects) == {"house", "visitor"}, "what a house owns comes with it"
        assert scope.access.objects["house"].reads is None
        assert (scope.access.objects["house"].create, scope.access.objects["house"].edit) == (False, "none")
        actor = scope.context.actor
    async with world.database.transaction(world.workspace) as connection:
        scope = await world.scopes.of_user(connection, world.workspace, user, "job", actor)
        assert set(scope.access.objects) == {"house", "visitor"}, "a job that a token asked for stays as narrow"
    async with world.system() as scope:
        [listed] = await tokens_of(scope.connection, user)
        assert token not in str(listed)
        assert await end_tokens(scope.context, user, only=listed["id"]) == 1
    assert not await token_works(world, token)
    async with world.database.transaction(world.workspace) as connection:
        with pytest.raises(Unauthenticated):
            await world.scopes.of_user(connection, world.workspace, user, "job", actor)


@pytest.mark.parametrize("code", ["", "kdg_", "kdg_x", "x" * 10_000, "kdg_" + "ä" * 43])
async def test_what_is_no_code_is_nobody(world: World, code: str) -> None:
    assert not await token_works(world, code)
    assert not await is_signed_in(world, code)


@pytest.mark.parametrize("passed", ["seen_at = now() - interval '24 hours 1 minute'", "ends_at = now() - interval '1 second'"])
async def test_a_session_ends_unused_and_in_any_case(world: World, passed: str) -> None:
    """AU-11: after a day without use, and after a week whatever happens."""
    user, email = await person(world, f"late{len(passed)}")
    code = await enters(world, email)
    assert await is_signed_in(world, code)
    async with world.database.transaction(None) as connection:
        week = "select ends_at between now() + interval '6 days' and now() + interval '7 days' from kundig.session where user_id = %(user)s"
        assert await connection.value(week, {"user": user})
        await connection.execute(f"update kundig.session set {passed} where user_id = %(user)s", {"user": user})
    assert not await is_signed_in(world, code)
