"""Who manages users ends sessions of others, resets second steps, and lets people go who hand over what is still open."""

from __future__ import annotations

import io
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.context import Actor
from kundig.base.errors import Denied, Invalid, ProofNeeded
from kundig.base.jobs import JobRun
from kundig.base.secrets import Secrets
from kundig.engine.configuration.documents import Document
from kundig.engine.policy.configuring import configure
from kundig.engine.policy.scope import Scope
from kundig.engine.records.long_undo import begin_undo
from kundig.engine.records.writing import Update, write
from kundig.services.identity.factors import factors_of
from kundig.services.identity.own_factors import set_up_app
from kundig.services.identity.totp import Offer, code_at
from kundig.services.lists import bulk
from kundig.services.lists.choosing import choose
from kundig.services.lists.jobs import lists_jobs
from kundig.services.transfer.drafts import begin_draft
from kundig.services.transfer.imports import JOB as IMPORT
from kundig.services.transfer.imports import start_import
from kundig.services.transfer.jobs import transfer_jobs
from kundig.services.transfer.order import read_order

KEY = b"only for tests, never for people"
HTMX = {"HX-Request": "true"}


async def manager(crm: Crm) -> Caller:
    """Somebody who manages users and may not do everything."""
    await crm.configure(
        "kind: role\nname: people\nlabel: {en: People, de: Personal}\nrights: [manage_users]\n"
        "objects: {account: {read: all, edit: all, assign: all, bulk: true}, user: {read: all, create: true, edit: all}}\n"
    )
    return await crm.in_english("people", "sales_representative")


async def with_factor(crm: Crm, user: UUID) -> None:
    async with crm.scope(user) as scope:
        offer = Offer()
        code = code_at(offer.key, time.time())
        await set_up_app(scope, Secrets(KEY), UUID(int=0), offer, name="Phone", code=code)


async def events(crm: Crm, user: UUID) -> list[str]:
    async with crm.system() as scope:
        return list(
            await scope.connection.values("select event from {ws}.audit_event where record = %(user)s order by id", {"user": user})
        )


async def test_sessions_of_others_are_ended(crm: Crm) -> None:
    boss, worker = await manager(crm), await crm.in_english("sales_representative")
    page = await boss.pages.get(f"/settings/users/{worker.user}/access")
    assert "test" in page.text
    ended = await boss.pages.post(f"/settings/users/{worker.user}/sessions/end", headers=HTMX)
    assert "The session has ended" in ended.headers["hx-trigger"]
    assert (await worker.pages.get("/settings/me")).status_code == 303
    assert (await worker.get("/account")).status_code == 200, "tokens are ended by deactivation"
    assert "session_ended" in await events(crm, worker.user)


async def test_second_steps_are_reset_and_their_owner_is_told(crm: Crm) -> None:
    boss, worker = await manager(crm), await crm.in_english("sales_representative")
    await with_factor(crm, worker.user)
    answer = await boss.pages.post(f"/settings/users/{worker.user}/factors/reset", headers=HTMX)
    assert answer.status_code == 200, answer.headers
    async with crm.system() as scope:
        left = await factors_of(scope.connection, worker.user)
    assert (left.all, left.codes) == ((), 0)
    assert "factors_reset" in await events(crm, worker.user)
    async with crm.database.owner() as connection:
        told = await connection.values(
            "select args -> 'payload' ->> 'news' from jobs.procrastinate_jobs"
            " where task_name = 'identity.tell' and args -> 'payload' ->> 'user' = %(user)s order by id",
            {"user": str(worker.user)},
        )
    assert told == ["factor_added", "factors_reset"]


async def test_another_address_is_told_to_the_former_one(crm: Crm) -> None:
    """PE-08"""
    boss, worker = await manager(crm), await crm.in_english("sales_representative")
    async with crm.system() as scope:
        before = await scope.connection.value('select email from {ws}."user" where id = %(id)s', {"id": worker.user})
    values = {"name": "Worker", "email": f"moved.{before}", "role": "sales_representative"}
    assert (await boss.pages.post(f"/settings/users/{worker.user}", data=values, headers=HTMX)).status_code == 200
    async with crm.database.owner() as connection:
        told = await connection.rows(
            "select args -> 'payload' as payload from jobs.procrastinate_jobs"
            " where task_name = 'identity.tell' and args -> 'payload' ->> 'user' = %(user)s",
            {"user": str(worker.user)},
        )
    assert [(job["payload"]["email"], job["payload"]["news"]) for job in told] == [(before, "email_changed")]
    assert told[0]["payload"]["values"] == {"email": f"moved.{before}"}


async def test_who_has_more_rights_is_left_alone(crm: Crm) -> None:
    boss, admin = await manager(crm), await crm.in_english("administrator")
    await with_factor(crm, admin.user)
    for path in ("sessions/end", "factors/reset", "leave", "link"):
        answer = await boss.pages.post(f"/settings/users/{admin.user}/{path}", data={"send": "show"}, headers=HTMX)
        assert answer.status_code == 403, path
    values = {"name": "Admin", "email": f"mine.{crm.workspace.name}@example.com", "role": "administrator"}
    answer = await boss.pages.post(f"/settings/users/{admin.user}", data=values, headers=HTMX)
    assert answer.status_code == 422
    assert "has more rights than you" in answer.text
    assert (await admin.get("/account")).status_code == 200


async def test_who_leaves_hands_over_what_is_open(crm: Crm) -> None:
    boss, leaver, heir = (
        await crm.in_english("administrator"),
        await crm.in_english("administrator"),
        await crm.user("administrator"),
    )
    own = {"owner": leaver.user}
    account = await crm.create("account", name="Übergabe AG", **own)
    done, due = [await crm.create("task", subject=status, status=status, **own) for status in ("done", "open")]
    call = await crm.create("call", subject="Gehört zur Vergangenheit", **own)
    others = await crm.create("account", name="Bleibt AG", owner=boss.user)
    dialog = await boss.pages.get(f"/settings/users/{leaver.user}/leave", headers=HTMX)
    assert "<b>1</b> Accounts" in dialog.text, dialog.headers
    assert "<b>1</b> Tasks" in dialog.text
    assert "Calls" not in dialog.text
    wrong = await boss.pages.post(f"/settings/users/{leaver.user}/leave", data={"successor": str(leaver.user)}, headers=HTMX)
    assert wrong.status_code == 422
    assert (await leaver.get("/account")).status_code == 200, "nothing has happened"
    answer = await boss.pages.post(f"/settings/users/{leaver.user}/leave", data={"successor": str(heir)}, headers=HTMX)
    assert answer.status_code == 200, answer.headers
    assert (await leaver.get("/account")).status_code == 401
    assert (await leaver.pages.get("/")).status_code == 303
    owners = {
        id_: await owner(boss, object_, id_)
        for object_, id_ in (("account", account), ("task", due), ("task", done), ("call", call), ("account", others))
    }
    assert owners == {account: heir, due: heir, done: leaver.user, call: leaver.user, others: boss.user}
    page = await boss.pages.get(f"/settings/users/{leaver.user}/access")
    assert page.text.count("1 record was changed") == 2
    assert "handed_over" in await events(crm, leaver.user)
    await take_back(boss, page.text)
    assert await owner(boss, "account", account) == leaver.user


async def owner(caller: Caller, object_: str, id_: UUID) -> UUID:
    return UUID((await caller.get(f"/{object_}/{id_}")).json()["owner"]["id"])


async def take_back(caller: Caller, page: str) -> None:
    for address in {part.split('"')[0] for part in page.split('hx-post="')[1:] if part.startswith("/changes/")}:
        assert (await caller.pages.post(address, headers=HTMX)).status_code in (200, 204)


async def test_running_work_of_who_was_deactivated_stops(crm: Crm) -> None:
    """PE-03: a job that goes on in chunks writes nothing more, and is told as stopped."""
    user, observer = await crm.user("administrator"), await crm.in_english("administrator")
    ids = [await crm.create("account", name=f"Lauf {number}") for number in range(3)]
    async with crm.scope(user) as scope:
        id_ = await choose(scope, "account", ids)
        await scope.connection.execute(
            "update {ws}.bulk_run set state = 'queued', action = 'edit', wanted = %(wanted)s::jsonb where id = %(id)s",
            {"id": id_, "wanted": '{"name": "X"}'},
        )
    await crm.update("user", user, is_active=False)
    job = next(job for job in lists_jobs(crm.scopes) if job.name == bulk.JOB)
    await job.run(JobRun(1, crm.database, crm.workspace, Actor("user", user, user), {"id": str(id_)}, 0))
    async with crm.system() as scope:
        state = await scope.connection.value("select state from {ws}.bulk_run where id = %(id)s", {"id": id_})
    assert state == "stopped"
    assert (await observer.get(f"/account/{ids[0]}")).json()["name"] == "Lauf 0"


async def test_an_import_of_who_was_deactivated_ends(crm: Crm) -> None:
    """PE-03"""
    user = await crm.user("administrator")
    order = read_order(object_="product", mapping={"Nr": "sku", "Name": "name"}, language="de")
    async with crm.scope(user) as scope:
        id_ = await start_import(scope, order, io.BytesIO(b"Nr;Name\nGeht-1;Gegangen\n"), "teile.csv")
    await crm.update("user", user, is_active=False)
    job = next(job for job in transfer_jobs(crm.scopes) if job.name == IMPORT)
    await job.run(JobRun(2, crm.database, crm.workspace, Actor("user", user, user), {"id": str(id_)}, 0))
    async with crm.system() as scope:
        state = await scope.connection.value("select state from {ws}.import_run where id = %(id)s", {"id": id_})
        made = await scope.connection.value("select count(*) from {ws}.product where sku = 'Geht-1'")
    assert (state, made) == ("failed", 0)


async def test_roles_are_changed_right_after_a_proof(crm: Crm) -> None:
    """PE-08"""
    user = await crm.user("administrator")
    role = Document("role", "proven", {"name": "proven", "label": {"en": "Proven", "de": "Gezeigt"}})
    async with crm.scope(user) as scope:
        stale = replace(scope, context=replace(scope.context, proven=False))
        with pytest.raises(ProofNeeded):
            await configure(stale, crm.database, crm.scopes.models, [role], note="")
    async with crm.scope(user) as scope:
        assert "proven" not in scope.model.roles
        fresh = replace(scope, context=replace(scope.context, proven=True))
        await configure(fresh, crm.database, crm.scopes.models, [role], note="")
    async with crm.scope(user) as scope:
        assert "proven" in scope.model.roles


async def test_jobs_that_write_users_are_asked_for_right_after_a_proof(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    """PE-08: nobody is asked any more when the job runs."""
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    admin, first, second = [await crm.user("administrator") for _ in range(3)]
    sheet = b"Name;Mail;Rolle\nEvil;evil.twin@example.com;administrator\n"
    order = read_order(object_="user", mapping={"Name": "name", "Mail": "email", "Rolle": "role"}, language="de")
    async with crm.system() as scope:
        users = [Update(first, {"teams": []}), Update(second, {"name": "Zwei"})]
        change = (await write(scope, "user", users)).change
    attempts: tuple[Callable[[Scope], Awaitable[Any]], ...] = (
        lambda scope: start_import(scope, order, io.BytesIO(sheet), "users.csv"),
        lambda scope: begin_draft(scope, "user", io.BytesIO(sheet), "users.csv"),
        lambda scope: _deactivate(scope, [first, second]),
        lambda scope: begin_undo(scope, change),
    )
    for proven in (False, True):
        for attempt in attempts:
            async with crm.scope(admin) as scope:
                asked = replace(scope, context=replace(scope.context, proven=proven))
                if proven:
                    await attempt(asked)
                else:
                    with pytest.raises(ProofNeeded):
                        await attempt(asked)


async def _deactivate(scope: Scope, users: list[UUID]) -> None:
    await bulk.start(scope, await choose(scope, "user", users), "edit", {"is_active": False})


async def test_who_manages_users_does_not_raise_themselves_by_teams_and_other_systems_names(crm: Crm) -> None:
    """PE-02, OI-01"""
    await crm.configure(
        "kind: role\nname: staff\nlabel: {en: Staff, de: Personal}\nrights: [manage_users]\n"
        "objects: {user: {read: all, create: true, edit: all, bring: true}, team: {read: all, create: true, edit: all}}\n---\n"
        "kind: role\nname: edits_users\nlabel: {en: Edits, de: Ändert}\n"
        "objects: {user: {read: all, edit: all}, team: {read: all, edit: all}}"
    )
    board, below = await crm.team(), await crm.team()
    staff, editor, admin, other = [
        await crm.caller(await crm.user(role)) for role in ("staff", "edits_users", "administrator", "read_only")
    ]
    for caller, error in ((staff, Invalid), (editor, Denied)):
        async with crm.scope(caller.user) as scope:
            with pytest.raises(error):
                await write(scope, "user", [Update(admin.user if caller is staff else other.user, {}, None, ("scim:mine",))])
    assert (await staff.api.patch(f"/api/v1/user/{staff.user}", json={"teams": [str(board)]})).status_code == 422
    assert (await editor.api.patch(f"/api/v1/team/{below}", json={"parent": str(board)})).status_code == 403
    assert (await staff.api.patch(f"/api/v1/user/{other.user}", json={"teams": [str(board)]})).status_code == 200
    assert (await staff.api.patch(f"/api/v1/team/{below}", json={"parent": str(board)})).status_code == 200
    assert (await admin.api.patch(f"/api/v1/user/{admin.user}", json={"teams": [str(board)]})).status_code == 200
