"""The trash: until when something lies in it, what goes with it for good, what is said of taking back older changes, who may."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.integration.rights.crm import TEST_KEY, Caller, Crm

from kundig import wiring
from kundig.base.context import SYSTEM
from kundig.base.jobs import JobRun
from kundig.base.settings import Settings
from kundig.engine.configuration.documents import SETTINGS_NAME, Document
from kundig.engine.policy.principals import Principal
from kundig.engine.policy.shares import grant_share
from kundig.engine.records import purging
from kundig.engine.records.writing import Change, Create, Delete, Update
from kundig.services.collaboration.comments import add_comment

KNOWS_ON = {"change_entry", "audit_event"}
"""The journal, without values, and the audit trail: who did what to which record."""


@pytest.fixture
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    return await new_crm()


@pytest.fixture
async def boss(crm: Crm) -> Caller:
    return await crm.in_english("administrator")


async def empty(crm: Crm, name: str = "records.empty_trash", **payload: Any) -> None:
    settings = Settings(data=Path("/nowhere"), secret_key=TEST_KEY)
    job = next(job for job in wiring.jobs(settings) if job.name == name)
    await job.run(JobRun(1, crm.database, crm.workspace, SYSTEM, payload, 0))


async def age(crm: Crm, days: int, *, since: int = 400) -> None:
    """All that lies in the trash has lain there for so long, and the trash is emptied since then."""
    async with crm.database.owner(crm.workspace) as connection:
        await connection.execute("update {ws}.trash_since set since = now() - make_interval(days => %(n)s)", {"n": since})
        for table in ("account", "contact", "opportunity", "opportunity_line", "call"):
            await connection.execute(
                f"update {{ws}}.{table} set deleted_at = now() - make_interval(days => %(n)s) where deleted_at is not null",
                {"n": days},
            )


async def mentions(crm: Crm, told: UUID | str) -> set[str]:
    """The tables of the workspace in which an id or a text stands in any row."""
    async with crm.database.owner(crm.workspace) as connection:
        tables = await connection.values(
            "select relname from pg_class where relnamespace = %(schema)s::regnamespace and relkind in ('r', 'p') and not relispartition",
            {"schema": crm.workspace.schema},
        )
        return {
            table
            for table in tables
            if await connection.value(
                f'select exists (select from {{ws}}."{table}" x where x::text like %(id)s)', {"id": f"%{told}%"}
            )
        }


async def trash(crm: Crm, object_: str, *ids: UUID) -> UUID:
    async with crm.system() as scope:
        change = Change(scope)
        await change.write(object_, [Delete(id_) for id_ in ids])
    return change.id


async def test_a_record_goes_with_all_that_it_owns_and_all_that_refers_to_it(crm: Crm, boss: Caller) -> None:
    account = await crm.create("account", name="Purge & Sons", phones=[{"value": "+4971144210"}])
    product = await crm.create("product", name="Pump")
    contact = await crm.create("contact", last_name="Stays", account=str(account))
    deal = await crm.create("opportunity", name="Deal", account=str(account))
    line = await crm.create("opportunity_line", opportunity=str(deal), product=str(product), quantity="1")
    await crm.create("employment", contact=str(contact), account=str(account))
    call = await crm.create("call", subject="About it", related_to=[{"object": "account", "id": str(account)}])
    async with crm.scope(boss.user) as scope:
        await add_comment(scope, "account", account, "<p>see</p>")
        await grant_share(scope, "account", account, Principal("user", str(await crm.user("sales_representative"))), "read")
        await Change(scope).write("account", [Update(account, {"name": "Purge & Daughters"}, external_ids=["erp:4711"])])
    await boss.pages.post(f"/o/account/{account}/follow")
    found = await mentions(crm, account)
    assert {"comment", "share", "external_id", "contact_point", "search_entry", "timeline_entry", "contact"} <= found
    await trash(crm, "account", account)
    await trash(crm, "opportunity", deal)
    before = [(await boss.get(f"/contact/{contact}")).json(), (await boss.get(f"/call/{call}")).json()]
    assert before[0]["account"] is None
    await age(crm, 31)
    await empty(crm)
    for gone in (account, deal, line):
        assert await mentions(crm, gone) <= KNOWS_ON
    assert await mentions(crm, "Purge") == set()
    async with crm.database.transaction(crm.workspace) as connection:
        entries = await connection.rows("select action, old, new from {ws}.change_entry where record = %(id)s", {"id": account})
        events = await connection.rows("select object, record, detail from {ws}.audit_event where event = 'records_purged'")
    assert {entry["action"] for entry in entries} == {"create", "update", "delete"}
    assert all(entry["old"] is None and entry["new"] is None for entry in entries)
    assert {(event["object"], event["record"], event["detail"]["count"]) for event in events} == {
        ("account", None, 1), ("opportunity", None, 1),
    }  # fmt: skip
    assert [(await boss.get(f"/contact/{contact}")).json(), (await boss.get(f"/call/{call}")).json()] == before
    assert (await boss.get(f"/account/{account}")).status_code == 404


async def test_only_what_has_lain_there_long_enough_goes_and_nothing_before_people_could_know(
    crm: Crm, boss: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "CHUNK", 2)
    accounts = [await crm.create("account", name=f"Old {n}") for n in range(5)]
    await trash(crm, "account", *accounts)

    async def left() -> int:
        async with crm.database.transaction(crm.workspace) as connection:
            return int(await connection.value("select count(*) from {ws}.account where id = any(%(ids)s)", {"ids": accounts}))

    await age(crm, 29)
    await empty(crm)
    assert await left() == 5
    await age(crm, 200, since=29)
    await empty(crm)
    assert await left() == 5, "what lay there before the trash was emptied at all has its days too"
    text = await boss.pages.get("/trash")
    assert "removed for good after 30 days" in text.text
    await crm.apply(Document("workspace", SETTINGS_NAME, {"trash_days": 0}))
    await age(crm, 3000, since=3000)
    await empty(crm)
    assert await left() == 5
    assert "stays until somebody brings it back" in (await boss.pages.get("/trash")).text
    await crm.apply(Document("workspace", SETTINGS_NAME, {"trash_days": 7}))
    await age(crm, 8)
    await empty(crm)
    assert await left() == 0


async def test_what_touched_it_can_not_be_taken_back_and_says_why(crm: Crm, boss: Caller) -> None:
    async with crm.scope(boss.user) as scope:
        change = Change(scope)
        first, second = await change.write("account", [Create({"name": "Gone"}), Create({"name": "Here"})])
    alone = await trash(crm, "account", first)
    await age(crm, 31)
    await empty(crm)
    part = await boss.api.post(f"/api/v1/changes/{change.id}/undo")
    assert (part.status_code, "Part of what this change touched" in part.text) == (409, True)
    assert (await boss.api.post(f"/api/v1/changes/{alone}/undo")).status_code == 404, "it was the program's, not theirs"
    stranger = await crm.in_english("sales_representative")
    assert (await stranger.api.post(f"/api/v1/changes/{change.id}/undo")).status_code in (403, 404)
    forced = await boss.api.post(f"/api/v1/changes/{change.id}/undo", json={"force": True})
    assert forced.status_code == 200
    assert (await boss.get(f"/account/{second}")).status_code == 404
    await age(crm, 31)
    await empty(crm)
    whole = await boss.api.post(f"/api/v1/changes/{change.id}/undo")
    assert (whole.status_code, "removed from the trash for good" in whole.text) == (409, True)


async def test_who_configures_removes_for_good_at_once(crm: Crm, boss: Caller) -> None:
    account, live = await crm.create("account", name="Now"), await crm.create("account", name="Live")
    await trash(crm, "account", account)
    seller = await crm.in_english("sales_representative")
    address = f"/trash/account/{account}/purge"
    assert (await seller.pages.post(address)).status_code == 403
    assert "/purge" not in (await seller.pages.get("/trash")).text
    assert "Nothing brings it back." in html.unescape((await boss.pages.get("/trash")).text)
    assert (await boss.pages.post(f"/trash/account/{live}/purge")).status_code == 404
    assert (await boss.pages.post(f"/trash/user/{boss.user}/purge")).status_code == 404
    asked = await boss.pages.post(address)
    assert asked.headers["location"] == "/trash"
    async with crm.database.owner() as connection:
        payload = await connection.value(
            "select args -> 'payload' from jobs.procrastinate_jobs where task_name = 'records.purge' order by id desc limit 1"
        )
    assert payload == {"object": "account", "ids": [str(account)]}
    await empty(crm, "records.purge", **payload)
    assert await mentions(crm, account) <= KNOWS_ON
    await empty(crm, "records.purge", object="account", ids=[str(live)])
    assert (await boss.get(f"/account/{live}")).status_code == 200
