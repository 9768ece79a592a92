"""Every kind of job, ended at every statement and begun again: its effect is there, once (security.md F-10)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from tests.integration.faults.killing import Fate, Killed, make_mortal
from tests.integration.rights.crm import TEST_KEY, Crm
from tests.receiving import Receiver, Service, push_service

from kundig import wiring
from kundig.base.context import SYSTEM, Actor
from kundig.base.i18n import t
from kundig.base.jobs import Job, JobRun
from kundig.base.settings import Settings
from kundig.base.uuid7 import uuid7
from kundig.engine.audit import forgetting
from kundig.engine.history.partitions import ensure_partitions
from kundig.engine.policy import principals
from kundig.engine.policy.shares import grant_share
from kundig.engine.records import continuing, long_undo, purging, renewing_worth
from kundig.engine.records.long_undo import begin_undo
from kundig.engine.records.series_writes import AT_ONCE
from kundig.engine.records.writing import Change, Create, Delete
from kundig.services.collaboration.comments import add_comment
from kundig.services.delivery.letter import Letter
from kundig.services.delivery.mail import Mail, send_mail
from kundig.services.delivery.post import post_of
from kundig.services.identity.devices import add_device
from kundig.services.identity.sessions import begin_session
from kundig.services.lists import bulk, choosing
from kundig.services.transfer import run as running
from kundig.services.transfer.imports import start_import
from kundig.services.transfer.order import read_order

MANY = 25
"""More than two chunks of ten."""

Effect = Callable[[], Awaitable[Any]]
"""What there is to be seen of the job's work."""
_runs = count(20_000_000)


class Case:
    """What a job works on in a test: its payload, what there is to see before and once it is done."""

    def __init__(
        self, payload: dict[str, Any], effect: Effect, done: Any, *, workspace: bool = True, actor: Actor = SYSTEM
    ) -> None:
        self.payload, self.effect, self.done, self.workspace, self.actor = payload, effect, done, workspace, actor


class Cases:
    """One case for each kind of job, by its name."""

    def __init__(self, crm: Crm, settings: Settings, push: Service) -> None:
        self.crm, self.settings, self.push = crm, settings, push
        self.post = post_of(settings)

    async def value(self, statement: str, **params: Any) -> Any:
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            return await connection.value(statement, params)

    async def everywhere(self, statement: str, **params: Any) -> Any:
        """In schema `kundig`, or as the owner of the queue."""
        async with self.crm.database.owner() as connection:
            return await connection.value(statement, params)

    async def account(self, **values: Any) -> UUID:
        return await self.crm.create("account", name=f"Fall {next(_runs)}", **values)

    async def delivery_mail(self) -> Case:
        letter = Letter(t("Hello"), t("Hello"), (t("A text."),), t("Go"), "https://crm.example.com/x", t("Small."))
        async with self.crm.system() as scope:
            id_ = await send_mail(scope.connection, self.post, Mail(f"{next(_runs)}@example.com", "Ada", "en", "access", letter))

        async def effect() -> Any:
            files = [path.name for path in self.post.folder.glob(f"*{id_}*")] if self.post.folder.exists() else []
            return await self.value("select state from {ws}.mail where id = %(id)s", id=id_), len(files)

        return Case({"id": str(id_)}, effect, ("filed", 1))

    async def identity_reset(self) -> Case:
        email = f"vergessen{next(_runs)}@example.com"
        await self.crm.user("administrator", email=email)

        async def effect() -> Any:
            mails = await self.value("select count(*) from {ws}.mail where recipient = %(email)s", email=email)
            jobs = await self.everywhere(
                "select count(*) from jobs.procrastinate_jobs where task_name = 'delivery.mail'"
                " and args -> 'payload' ->> 'id' in (select id::text from "
                + self.crm.workspace.schema
                + ".mail where recipient = %(email)s)",
                email=email,
            )
            return mails, jobs

        return Case({"email": email}, effect, (1, 1), workspace=False)

    async def identity_tell(self) -> Case:
        email = f"bisher{next(_runs)}@example.com"
        user = await self.crm.user("administrator")

        async def effect() -> Any:
            return await self.value("select count(*) from {ws}.mail where recipient = %(email)s", email=email)

        payload = {"user": str(user), "news": "email_changed", "values": {"email": "neu@example.com"}, "email": email}
        return Case(payload, effect, 1)

    async def identity_forget_ended(self) -> Case:
        key = str(next(_runs)).encode()
        async with self.crm.database.owner() as connection:
            await connection.execute("insert into kundig.throttle values (%(key)s, 1, now() - interval '1 hour')", {"key": key})

        async def effect() -> Any:
            return await self.everywhere("select count(*) from kundig.throttle where key = %(key)s", key=key)

        return Case({}, effect, 0, workspace=False)

    async def identity_sign_in_failed(self) -> Case:
        email = f"vertippt{next(_runs)}@example.com"
        user = await self.crm.user("administrator", email=email)

        async def effect() -> Any:
            find = "select count(*) from {ws}.audit_event where event = 'sign_in_failed' and record = %(id)s"
            return await self.value(find, id=user)

        payload = {"email": email, "workspace": None, "address": "192.0.2.7", "at": datetime.now(UTC).isoformat()}
        return Case(payload, effect, 1, workspace=False)

    async def audit_forget(self) -> Case:
        mark = str(next(_runs))
        async with self.crm.database.owner(self.crm.workspace) as connection:
            await connection.execute(
                """insert into {ws}.audit_event (id, at, by_kind, event, detail)
                   select gen_random_uuid(), now() - make_interval(days => n), 'system', 'export', jsonb_build_object('mark', %(mark)s::text)
                   from generate_series(399, 424) n""",
                {"mark": mark},
            )

        async def effect() -> Any:
            return await self.value("select count(*) from {ws}.audit_event where detail ->> 'mark' = %(mark)s", mark=mark)

        return Case({}, effect, 1)

    async def records_empty_trash(self) -> Case:
        accounts = [await self.account() for _ in range(3)]
        async with self.crm.system() as scope:
            await Change(scope).write("account", [Delete(id_) for id_ in accounts])
        async with self.crm.database.owner(self.crm.workspace) as connection:
            await connection.execute("update {ws}.trash_since set since = now() - interval '1 year'")
            await connection.execute(
                "update {ws}.account set deleted_at = now() - interval '31 days' where id = any(%(ids)s)", {"ids": accounts}
            )
        return Case({}, await self._purged(accounts), (0, 0, 3))

    async def records_purge(self) -> Case:
        account = await self.account()
        async with self.crm.system() as scope:
            await Change(scope).write("account", [Delete(account)])
        return Case({"object": "account", "ids": [str(account)]}, await self._purged([account]), (0, 0, 1))

    async def _purged(self, ids: list[UUID]) -> Effect:
        told = "select coalesce(sum((detail ->> 'count')::int), 0) from {ws}.audit_event where event = 'records_purged'"
        before = await self.value(told)

        async def effect() -> Any:
            left = await self.value("select count(*) from {ws}.account where id = any(%(ids)s)", ids=ids)
            find = "select count(*) from {ws}.change_entry where record = any(%(ids)s) and (old is not null or new is not null)"
            return left, await self.value(find, ids=ids), await self.value(told) - before

        return effect

    async def collaboration_commented(self) -> Case:
        author, reader = await self.crm.user("administrator"), await self.crm.user("administrator")
        name = await self.value('select name from {ws}."user" where id = %(id)s', id=reader)
        record = await self.account()
        async with self.crm.scope(author) as scope:
            comment = await add_comment(scope, "account", record, f"<p>@{name} see this</p>")

        async def effect() -> Any:
            find = "select array_agg(kind) from {ws}.notification where comment = %(id)s and recipient = %(user)s"
            return await self.value(find, id=comment, user=reader)

        return Case({"comment": str(comment)}, effect, ["mention"])

    async def collaboration_told(self) -> Case:
        user = await self.crm.user("administrator")
        record = await self.account(owner=user)
        news = {"kind": "assigned", "object": "account", "record": str(record), "actor": None, "fields": ["owner"]}
        return Case({"user": str(user), "news": news}, self._told(user, record), ["assigned"])

    def _told(self, user: UUID, record: UUID) -> Effect:
        async def effect() -> Any:
            find = "select array_agg(kind) from {ws}.notification where record = %(id)s and recipient = %(user)s"
            return await self.value(find, id=record, user=user)

        return effect

    async def collaboration_pushed(self) -> Case:
        user, service = await self.crm.user("administrator"), self.push
        record, receiver = await self.account(owner=user), Receiver(f"http://{service.place}/{next(_runs)}")
        id_, workspace = uuid7(), self.crm.workspace
        async with self.crm.database.transaction(None) as connection:
            number = await connection.value("select id from kundig.workspace where schema = %(s)s", {"s": workspace.schema})
            await begin_session(connection, number, user, agent="test", address=None)
            session = await connection.value("select id from kundig.session where user_id = %(user)s", {"user": user})
        async with self.crm.system() as scope:
            device = await add_device(scope.connection, self.post.secrets, user, session, receiver.subscription)
            await scope.connection.execute(
                "insert into {ws}.notification (id, recipient, kind, object, record)"
                " values (%(id)s, %(user)s, 'assigned', 'account', %(record)s)",
                {"id": id_, "user": user, "record": record},
            )

        async def effect() -> Any:
            told = await self.everywhere("select told_at is not null from kundig.device where id = %(id)s", id=device)
            return told, {shown["id"] for shown in service.shown(receiver)}  # a browser shows those of one id once

        return Case({"user": str(user), "device": str(device), "notification": str(id_)}, effect, (True, {str(id_)}))

    async def collaboration_remind(self) -> Case:
        user = await self.crm.user("administrator")
        async with self.crm.system() as scope:
            values = {"subject": "Call back", "owner": str(user), "reminder_at": datetime.now(UTC).isoformat()}
            [task] = await Change(scope).write("task", [Create(values)])

        async def effect() -> Any:
            return await self.everywhere(
                "select count(*) from jobs.procrastinate_jobs where task_name = 'collaboration.told'"
                " and args #>> '{payload,news,record}' = %(record)s and args #>> '{payload,news,kind}' = 'reminder'",
                record=str(task),
            )

        return Case({}, effect, 1)

    async def collaboration_watch(self) -> Case:
        start = "insert into {ws}.feed_position values ('notifications', pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            await connection.execute(f"{start} on conflict do nothing")
        user = await self.crm.user("administrator")
        record = await self.account(owner=user)
        now = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        end = await self.value(now)
        async with asyncio.timeout(60):  # other tests on this server may still be in transactions that began before
            while await self.value(now.replace("xmax", "xmin")) < end:  # noqa: ASYNC110 - other processes change it
                await asyncio.sleep(0.05)

        async def effect() -> Any:
            return await self.everywhere(
                "select count(*) from jobs.procrastinate_jobs where task_name = 'collaboration.told'"
                " and args -> 'payload' ->> 'user' = %(user)s and args -> 'payload' -> 'news' ->> 'record' = %(record)s",
                user=str(user), record=str(record),
            )  # fmt: skip

        return Case({}, effect, 1)

    async def collaboration_forget(self) -> Case:
        id_, record = uuid7(), await self.account()
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            await connection.execute(
                "insert into {ws}.notification (id, recipient, kind, object, record, at)"
                " values (%(id)s, %(id)s, 'changed', 'account', %(record)s, now() - interval '91 days')",
                {"id": id_, "record": record},
            )

        async def effect() -> Any:
            return await self.value("select count(*) from {ws}.notification where id = %(id)s", id=id_)

        return Case({}, effect, 0)

    async def transfer_import(self) -> Case:
        id_, word = await self._import()

        async def effect() -> Any:
            state = await self.value("select state || ' ' || created from {ws}.import_run where id = %(id)s", id=id_)
            made = await self.value("select count(*) from {ws}.product where name like %(word)s", word=f"{word} %")
            return state, made

        return Case({"id": str(id_)}, effect, (f"done {MANY}", MANY))

    async def _import(self) -> tuple[UUID, str]:
        word = f"Teil{next(_runs)}"
        content = "Nr;Name\n" + "".join(f"{word}-{n};{word} {n}\n" for n in range(MANY))
        order = read_order(object_="product", mapping={"Nr": "sku", "Name": "name"}, language="de")
        async with self.crm.system() as scope:
            return await start_import(scope, order, io.BytesIO(content.encode()), "teile.csv"), word

    async def transfer_forget_files(self) -> Case:
        id_, _ = await self._import()
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            await connection.execute(
                "update {ws}.import_run set state = 'done', ended_at = now() - interval '31 days' where id = %(id)s", {"id": id_}
            )

        async def effect() -> Any:
            return await self.value("select count(*) from {ws}.import_part where import = %(id)s", id=id_)

        return Case({}, effect, 0)

    async def records_undo(self) -> Case:
        word = f"Reihe{next(_runs)}"
        async with self.crm.system() as scope:
            change = Change(scope)
            await change.write("account", [Create({"name": f"{word} {n}"}) for n in range(MANY)])
        async with self.crm.system() as scope:
            undoing = await begin_undo(scope, change.id)

        async def effect() -> Any:
            state = await self.value("select state || ' ' || progress from {ws}.change_state where change = %(id)s", id=undoing)
            entries = await self.value("select count(*) from {ws}.change_entry where change = %(id)s", id=undoing)
            live = "select count(*) from {ws}.account where name like %(word)s and deleted_at is null"
            return state, entries, await self.value(live, word=f"{word} %")

        return Case({"undoing": str(undoing), "change": str(change.id), "force": False}, effect, (f"applied {MANY}", MANY, 0))

    async def records_refresh_passed(self) -> Case:
        record = await self.account()
        async with self.crm.system() as scope:
            soon = (scope.context.now + timedelta(hours=1)).isoformat()
        await self.crm.create("meeting", subject="Bald", starts_at=soon, related_to=[{"object": "account", "id": str(record)}])
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            for statement in (
                "update {ws}.timeline_entry set at = at - interval '2 hours' where about = %(id)s",
                "update {ws}.account_rollup set next_activity_at = next_activity_at - interval '2 hours' where record = %(id)s",
            ):
                await connection.execute(statement, {"id": record})

        async def effect() -> Any:
            found = (
                "select last_activity_at is not null and next_activity_at is null from {ws}.account_rollup where record = %(id)s"
            )
            return await self.value(found, id=record)

        return Case({}, effect, True)

    async def history_partitions(self) -> Case:
        schema = self.crm.workspace.schema
        find = f"select count(*) from pg_inherits where inhparent = '{schema}.change'::regclass"
        last = (
            "select inhrelid::regclass::text from pg_inherits where inhparent ="
            f" '{schema}.change'::regclass and inhrelid::regclass::text not like '%_default' order by 1 desc limit 1"
        )
        async with self.crm.database.owner(self.crm.workspace) as connection:
            await ensure_partitions(connection, datetime.now(UTC).date())
            await connection.execute(f"drop table {await connection.value(last)}")
            left = await connection.value(find)

        async def effect() -> Any:
            return await self.everywhere(find)

        return Case({}, effect, left + 1)

    async def policy_fill_audience(self) -> Case:
        record = await self.account(owner=await self.crm.user("administrator"))
        find = "select audience from {ws}.account where id = %(id)s"
        audience = await self.value(find, id=record)
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            await connection.execute("update {ws}.account set audience = '{}' where id = %(id)s", {"id": record})

        async def effect() -> Any:
            return await self.value(find, id=record)

        return Case({"object": "account"}, effect, audience)

    async def policy_end_shares(self) -> Case:
        record, guest = await self.account(), await self.crm.user("sales_representative")
        async with self.crm.system() as scope:
            await grant_share(scope, "account", record, principals.user(guest), "read")
            await scope.connection.execute("update {ws}.share set until = now() where record = %(id)s", {"id": record})

        async def effect() -> Any:
            return (
                await self.value("select count(*) from {ws}.share where record = %(id)s", id=record),
                await self.value(
                    "select audience && array(select id from {ws}.principal where kind = 'user' and ref = %(user)s)"
                    " from {ws}.account where id = %(id)s", id=record, user=str(guest),
                ),
            )  # fmt: skip

        return Case({}, effect, (0, False))

    async def idempotency_forget(self) -> Case:
        key = str(next(_runs))
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            await connection.execute(
                "insert into {ws}.idempotency (actor, key, request, at) values (%(actor)s, %(key)s, 'x', now() - interval '2 days')",
                {"actor": uuid7(), "key": key},
            )

        async def effect() -> Any:
            return await self.value("select count(*) from {ws}.idempotency where key = %(key)s", key=key)

        return Case({}, effect, 0)

    async def identity_remove_samples(self) -> Case:
        name = f"Muster {next(_runs)}"
        async with self.crm.system() as scope:
            await Change(scope.because("demo")).write("account", [Create({"name": name}) for _ in range(3)])

        async def effect() -> Any:
            return await self.value("select count(*) from {ws}.account where name = %(name)s and deleted_at is null", name=name)

        admin = await self.crm.user("administrator")
        return Case({}, effect, 0, actor=Actor("user", admin, admin))

    async def lists_bulk(self) -> Case:
        user, word = await self.crm.user("administrator"), f"Menge{next(_runs)}"
        async with self.crm.system() as scope:
            ids = await Change(scope).write("account", [Create({"name": f"{word} {n}"}) for n in range(MANY)])
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(bulk, "AT_ONCE", 10)
            async with self.crm.scope(user) as scope:
                run = await bulk.start(scope, await choosing.choose(scope, "account", ids), "edit", {"type": "customer"})

        async def effect() -> Any:
            state = "select state || ' ' || position || ' ' || changed from {ws}.bulk_run where id = %(id)s"
            entries = "select count(*) from {ws}.change_entry where change = %(id)s"
            return await self.value(state, id=run.id), await self.value(entries, id=run.change)

        return Case({"id": str(run.id)}, effect, (f"done {MANY} {MANY}", MANY), actor=Actor("user", user, user))

    async def lists_forget(self) -> Case:
        user, record = await self.crm.user("administrator"), await self.account()
        async with self.crm.scope(user) as scope:
            run = await choosing.choose(scope, "account", [record])
            await scope.connection.execute(
                "update {ws}.bulk_run set created_at = now() - interval '8 days' where id = %(id)s", {"id": run}
            )

        async def effect() -> Any:
            return await self.value("select count(*) from {ws}.bulk_record where run = %(id)s", id=run)

        return Case({}, effect, 0)

    async def records_renew_entries(self) -> Case:
        id_ = await self.account()
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            await connection.execute("delete from {ws}.entries_made where object = 'account'")
            await connection.execute("update {ws}.search_entry set body = 'stale' where record = %(id)s", {"id": id_})
            await connection.execute("delete from {ws}.account_rollup where record = %(id)s", {"id": id_})

        async def effect() -> Any:
            stale = await self.value("select body = 'stale' from {ws}.search_entry where record = %(id)s", id=id_)
            figures = await self.value("select count(*) from {ws}.account_rollup where record = %(id)s", id=id_)
            return stale, figures, await self.value("select count(*) from {ws}.entries_made where object = 'account'")

        return Case({}, effect, (False, 1, 1))

    async def records_renew_worth(self) -> Case:
        dollars = {"amount": "10.00", "currency": "USD"}
        account = await self.account()
        for _ in range(MANY):
            await self.crm.create("opportunity", name="Dollar", account=account, amount=dollars, close_date="2026-03-04")
        await self.crm.create("opportunity", name="Dollar", account=account, amount=dollars, close_date="2026-03-04", stage="won")
        async with self.crm.database.transaction(self.crm.workspace) as connection:
            rate = "insert into {ws}.exchange_rate (currency, day, rate) values ('USD', '2026-01-01', 0.9) on conflict do nothing"
            await connection.execute(rate)

        async def effect() -> Any:
            find = "select sum(amount__base) from {ws}.opportunity where account = %(id)s"
            won = "select won_revenue from {ws}.account_rollup where record = %(id)s"
            return await self.value(find, id=account), await self.value(won, id=account)

        return Case({"currencies": ["USD"]}, effect, (9 * (MANY + 1), 9))

    async def records_extend_series(self) -> Case:
        zone = ZoneInfo(self.crm.workspace.time_zone)  # whose days a rule ends by: around midnight those of UTC are others
        start = datetime.now(zone).replace(microsecond=0)
        rule = {"starts_at": start.isoformat(), "recurrence": f"FREQ=DAILY;UNTIL={start + timedelta(days=AT_ONCE + MANY):%Y%m%d}"}
        series = str(await self.crm.create("meeting", subject="Tägliche Runde", **rule))

        async def effect() -> Any:
            find = "select array[count(*), count(distinct recurrence__at)] from {ws}.meeting where recurrence__series = %(series)s"
            return await self.value(find, series=series)

        made = AT_ONCE + MANY + 1
        return Case({"object": "meeting", "series": series}, effect, [made, made])


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=Path(tmp_path_factory.mktemp("jobs")), secret_key=TEST_KEY)


@pytest.fixture
async def push() -> AsyncIterator[Service]:
    async with push_service() as made:
        yield made


@pytest.fixture
def mortal(monkeypatch: pytest.MonkeyPatch) -> ContextVar[Fate | None]:
    monkeypatch.setattr(running, "CHUNK", 10)
    monkeypatch.setattr(long_undo, "CHUNK", 10)
    monkeypatch.setattr(continuing, "CHUNK", 10)
    monkeypatch.setattr(renewing_worth, "CHUNK", 10)
    monkeypatch.setattr(choosing, "CHUNK", 10)
    monkeypatch.setattr(forgetting, "CHUNK", 10)
    monkeypatch.setattr(purging, "CHUNK", 2)
    return make_mortal(monkeypatch)


def all_jobs(settings: Settings) -> dict[str, Job]:
    return {job.name: job for job in wiring.jobs(settings)}


NAMES = sorted(all_jobs(Settings(data=Path("/nowhere"), secret_key=TEST_KEY)))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
async def test_killed_at_every_statement_it_is_done_once(
    crm: Crm, settings: Settings, push: Service, mortal: ContextVar[Fate | None], name: str
) -> None:
    """The first try ends at once, each next one statement later, until one gets through; then it is run once more."""
    settings = replace(settings, outgoing_hosts=frozenset({push.place}))
    case: Case = await getattr(Cases(crm, settings, push), name.replace(".", "_"))()
    assert await case.effect() != case.done
    job, number = all_jobs(settings)[name], next(_runs)

    def run(attempt: int) -> JobRun:
        return JobRun(number, crm.database, crm.workspace if case.workspace else None, case.actor, case.payload, attempt)

    for attempt in range(300):
        token = mortal.set(Fate(attempt))
        try:
            await job.run(run(attempt))
            break
        except Killed:
            pass
        finally:
            mortal.reset(token)
    else:
        pytest.fail(f"{name} needs more than 300 statements for a few records")
    assert attempt > 2, "it ended before anything was done"
    assert await case.effect() == case.done
    await job.run(run(attempt + 1))
    assert await case.effect() == case.done


async def test_there_is_a_case_for_every_job(settings: Settings) -> None:
    """A new kind of job needs one."""
    assert [name for name in NAMES if not hasattr(Cases, name.replace(".", "_"))] == []
