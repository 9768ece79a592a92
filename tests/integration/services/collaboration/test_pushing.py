"""News on devices: sent to a real push service on this machine, read with the keys of the receiver."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.integration.services.collaboration.test_collaboration import do_jobs, house, name_of, runs, write
from tests.integration.world import World
from tests.receiving import Receiver, Service, push_service

from kundig.base.context import SYSTEM
from kundig.base.http import Refused, Unreachable
from kundig.base.jobs import Job, JobRun
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.services.collaboration.jobs import collaboration_jobs
from kundig.services.collaboration.notifications import mark_read
from kundig.services.collaboration.preferences import Preferences, set_preferences
from kundig.services.collaboration.pushing import PUSHED
from kundig.services.delivery.push import PushBusy, PushRoute, push_route_of
from kundig.services.identity.devices import add_device, device_seen, devices_of, forget_device
from kundig.services.identity.links import set_password
from kundig.services.identity.sessions import begin_session, end_sessions, forget_ended, sign_out

KEY = b"only for tests, never for people"
SECRETS = Secrets(KEY)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with push_service() as made:
        yield made


class Person:
    """Somebody who is told on a device at a push service."""

    def __init__(self, world: World, user: UUID, service: Service) -> None:
        self.world, self.user = world, user
        self.receiver = Receiver(f"http://{service.place}/{uuid4()}")
        self.code = ""

    async def sign_in(self) -> UUID:
        """A new session; its id."""
        async with self.world.database.transaction(None) as connection:
            find = "select id from kundig.workspace where schema = %(schema)s"
            number = await connection.value(find, {"schema": self.world.workspace.schema})
            self.code = await begin_session(connection, number, self.user, agent="Firefox/140 Android", address=None)
            ids = "select id from kundig.session where user_id = %(user)s order by id desc limit 1"
            found: UUID = await connection.value(ids, {"user": self.user})
            return found

    async def switch_on(self) -> UUID:
        session = await self.sign_in()
        async with self.world.scope(self.user) as scope:
            await add_device(scope.connection, SECRETS, self.user, session, self.receiver.subscription)
        return session

    async def devices(self) -> int:
        async with self.world.scope(self.user) as scope:
            return len(await devices_of(scope.connection, self.user, uuid4()))


@pytest.fixture
async def reader(world: World, service: Service) -> Person:
    person = Person(world, await world.user("level_all"), service)
    await person.switch_on()
    return person


async def mention(world: World, *users: UUID, text: str = "") -> UUID:
    """Somebody mentions people; the jobs of that are done, pushes are queued."""
    author, record = await world.user("level_all"), await house(world)
    await write(world, author, record, " ".join([f"@{await name_of(world, user)}" for user in users]) + text)
    await do_jobs(world, {"collaboration.commented"})
    return record


def pusher(world: World, *places: str) -> tuple[Job, PushRoute]:
    made = push_route_of(Settings(data=Path(), secret_key=KEY, outgoing_hosts=frozenset(places)))
    [job] = [job for job in collaboration_jobs(world.scopes, None, made) if job.name == PUSHED]
    return job, made


async def queued(world: World) -> list[dict[str, str]]:
    async with world.database.owner() as connection:
        await connection.execute("set local search_path = jobs")
        rows = await connection.rows(
            "delete from jobs.procrastinate_jobs where task_name = %(name)s and args ->> 'workspace' = %(schema)s"
            " returning args -> 'payload' as payload",
            {"name": PUSHED, "schema": world.workspace.schema},
        )
    return [row["payload"] for row in rows]


async def push(world: World, service: Service | None) -> None:
    """Do what is queued, like a worker."""
    job, _ = pusher(world, *([service.place] if service else []))
    for payload in await queued(world):
        await job.run(JobRun(next(runs), world.database, world.workspace, SYSTEM, payload, 0))


async def test_news_arrive_encrypted_with_little_in_them(world: World, service: Service, reader: Person) -> None:
    record = await mention(world, reader.user, text=" do not tell the push service")
    await push(world, service)
    [(headers, body)] = service.heard
    [shown] = service.shown(reader.receiver)
    assert shown.keys() == {"id", "title", "text", "to"}
    assert (shown["text"], shown["to"]) == ("A house", f"/o/house/{record}")
    assert shown["title"].endswith(" hat Sie erwähnt")
    assert b"house" not in body
    assert (headers["content-encoding"], headers["ttl"], len(headers["topic"])) == ("aes128gcm", "86400", 22)
    assert headers["authorization"].startswith("vapid t=")


async def test_each_device_gets_it_and_only_kinds_that_are_wanted(world: World, service: Service, reader: Person) -> None:
    second = Person(world, reader.user, service)
    await second.switch_on()
    await mention(world, reader.user)
    await push(world, service)
    assert len(service.heard) == 2
    async with world.scope(reader.user) as scope:
        await set_preferences(scope.connection, reader.user, Preferences(pushed=frozenset({"assigned"})))
    await mention(world, reader.user)
    assert await queued(world) == []


async def test_rights_are_those_of_the_moment_of_sending(world: World, service: Service) -> None:
    blind = Person(world, await world.user("in_rome"), service)
    await blind.switch_on()
    record = await world.create("house", name="A house", city="Rome")
    author = await world.user("level_all")
    await write(world, author, record, f"@{await name_of(world, blind.user)}")
    await do_jobs(world, {"collaboration.commented"})
    await world.update("house", record, city="Oslo")
    job, _ = pusher(world, service.place)
    [payload] = await queued(world)
    run = JobRun(next(runs), world.database, world.workspace, SYSTEM, payload, 0)
    await job.run(run)
    assert service.heard == []
    await world.update("house", record, city="Rome")
    await job.run(run)
    assert [shown["to"] for shown in service.shown(blind.receiver)] == [f"/o/house/{record}"]


async def test_what_was_read_meanwhile_is_not_sent(world: World, service: Service, reader: Person) -> None:
    await mention(world, reader.user)
    async with world.scope(reader.user) as scope:
        await mark_read(scope)
    await push(world, service)
    assert service.heard == []


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_a_subscription_that_has_ended_is_forgotten(world: World, service: Service, reader: Person, status: int) -> None:
    service.status = status
    await mention(world, reader.user)
    await push(world, service)
    assert (len(service.heard), await reader.devices()) == (1, 0)
    await mention(world, reader.user)
    assert await queued(world) == []


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_service_is_asked_again_with_growing_pauses(
    world: World, service: Service, reader: Person, status: int
) -> None:
    await mention(world, reader.user)
    job, _ = pusher(world, service.place)
    [payload] = await queued(world)
    service.status = status
    with pytest.raises(PushBusy) as told:
        await job.run(JobRun(next(runs), world.database, world.workspace, SYSTEM, payload, 0))
    assert [job.pause(told.value, attempt) for attempt in (0, 3, 10)] == [1.0, 8.0, 600.0]
    assert job.pause(told.value, job.tries - 1) is None
    service.status = 201
    await job.run(JobRun(next(runs), world.database, world.workspace, SYSTEM, payload, 1))
    first, second = service.heard
    assert first[0]["topic"] == second[0]["topic"]
    assert await reader.devices() == 1


async def test_a_refused_message_is_not_sent_again(world: World, service: Service, reader: Person) -> None:
    service.status = 413
    await mention(world, reader.user)
    await push(world, service)
    assert (len(service.heard), await reader.devices()) == (1, 1)


async def test_places_inside_are_never_talked_to_unless_the_operator_allows_them(
    world: World, service: Service, reader: Person
) -> None:
    await mention(world, reader.user)
    await push(world, None)
    assert service.heard == []
    _, closed = pusher(world)
    for endpoint in (f"http://{service.place}/x", "https://10.0.0.1/x", "https://localhost/x", "http://push.example.com/x"):
        with pytest.raises(Refused):
            closed.check(Receiver(endpoint).subscription)
    closed.check(Receiver("https://push.example.com/x").subscription)
    pusher(world, service.place)[1].check(reader.receiver.subscription)


async def test_a_service_that_is_away_is_tried_again(world: World, reader: Person, service: Service) -> None:
    _, made = pusher(world, "127.0.0.1:9")
    with pytest.raises(Unreachable):
        await made.hand_over(Receiver("http://127.0.0.1:9/x").subscription, b"{}", "x")


async def test_signing_out_and_all_that_ends_sessions_forgets_the_device(world: World, reader: Person) -> None:
    async with world.database.transaction(None) as connection:
        await sign_out(connection, reader.code)
    assert await reader.devices() == 0
    await reader.switch_on()
    async with world.scope(reader.user) as scope:
        await end_sessions(scope.connection, reader.user)
    assert await reader.devices() == 0
    await reader.switch_on()
    async with world.database.transaction(None) as connection:
        identity = await connection.value("select identity from kundig.membership where user_id = %(user)s", {"user": reader.user})
        await set_password(connection, identity, "hash")
    assert await reader.devices() == 0
    await reader.switch_on()
    await world.update("user", reader.user, is_active=False)
    async with world.database.transaction(None) as connection:
        assert await connection.value("select count(*) from kundig.device where user_id = %(u)s", {"u": reader.user}) == 0


async def test_a_session_that_grew_old_keeps_its_device_for_thirty_days(world: World, service: Service, reader: Person) -> None:
    async def age(table: str, change: str) -> None:
        async with world.database.transaction(None) as connection:
            await connection.execute(f"update kundig.{table} set {change} where user_id = %(user)s", {"user": reader.user})
            await forget_ended(connection)

    await age("session", "ends_at = now() - interval '1 hour'")
    await mention(world, reader.user)
    await push(world, service)
    assert len(service.heard) == 1
    await age("device", "seen_at = now() - interval '31 days'")
    assert await reader.devices() == 0


async def test_a_device_belongs_to_who_signed_in_on_it_last(world: World, service: Service, reader: Person) -> None:
    other = Person(world, await world.user("level_all"), service)
    other.receiver = reader.receiver
    session = await other.sign_in()
    async with world.scope(other.user) as scope:
        assert not await device_seen(scope.connection, SECRETS, other.user, session, reader.receiver.subscription)
    assert (await reader.devices(), await other.devices()) == (0, 0)
    await other.switch_on()
    again = await other.sign_in()
    async with world.scope(other.user) as scope:
        assert await device_seen(scope.connection, SECRETS, other.user, again, other.receiver.subscription)
        [device] = await devices_of(scope.connection, other.user, again)
        assert (device.here, device.agent) == (True, "Firefox/140 Android")
        changed = Receiver(f"http://{service.place}/another")
        assert await device_seen(scope.connection, SECRETS, other.user, again, changed.subscription)
        [device] = await devices_of(scope.connection, other.user, again)
    async with world.scope(reader.user) as scope:
        await forget_device(scope.connection, reader.user, device.id)
    assert await other.devices() == 1
    async with world.scope(other.user) as scope:
        await forget_device(scope.connection, other.user, device.id)
    assert await other.devices() == 0
