"""Reading the trail: by page, interface and file alike, filtered, page after page, and no more than its reader may know."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from uuid import UUID

import pytest
from psycopg import errors as pg
from tests.integration.rights.crm import Caller, Crm

from kundig.base.context import SYSTEM
from kundig.base.database import Connection
from kundig.base.jobs import JobRun
from kundig.engine.audit import AuditEvent, note
from kundig.engine.audit.events import SHARED
from kundig.engine.audit.forgetting import FORGET
from kundig.engine.configuration.documents import SETTINGS_NAME, Document
from kundig.services.transfer.audit_events import EXPORTED

OFFICER = """
kind: role
name: officer
label: {en: Officer, de: Datenschutz}
rights: [read_audit]
objects: {account: {read: own}}
---
kind: role
name: clerk
label: {en: Clerk, de: Sachbearbeitung}
objects: {account: {read: all}}
"""
SECRET = "Verborgene Werke AG"


@pytest.fixture(scope="module")
async def officer(crm: Crm) -> Caller:
    await crm.configure(OFFICER)
    return await crm.in_english("officer")


async def trail(caller: Caller, **filters: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/audit_event", **{"limit": 1000, **filters})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def write(crm: Crm, user: UUID, event: AuditEvent, **more: Any) -> None:
    async with crm.scope(user) as scope:
        await note(scope.context, event, **more)


async def test_only_who_has_the_right_reads_it(crm: Crm, officer: Caller) -> None:
    clerk = await crm.in_english("clerk")
    for client, path in (
        (clerk.api, "/api/v1/audit_event"),
        (clerk.api, "/api/v1/audit_event/export?format=csv"),
        (clerk.pages, "/settings/audit"),
        (clerk.pages, "/settings/audit/export?format=csv"),
    ):
        answer = await client.get(path)
        assert answer.status_code == 403, path
        assert "signed" not in answer.text
    assert "/audit_event" not in (await clerk.get("/openapi.json")).json()["paths"]
    assert "/audit_event" in (await officer.get("/openapi.json")).json()["paths"]
    assert "/settings/audit" not in (await clerk.pages.get("/settings/me")).text
    assert "/settings/audit" in (await officer.pages.get("/settings/me")).text


async def test_it_tells_no_more_than_its_reader_may_see(crm: Crm, admin: Caller, officer: Caller) -> None:
    hidden = await crm.create("account", name=SECRET)
    own = await crm.create("account", name="Eigene GmbH", owner=officer.user)
    contact = await crm.create("contact", last_name="Geheim")
    for object_, record in (("account", hidden), ("account", own), ("contact", contact)):
        await write(
            crm,
            admin.user,
            SHARED,
            object_=object_,
            record=record,
            detail={"level": "read", "to": {"id": str(hidden), "object": "account"}},
        )
    where = {"field": "name", "op": "contains", "value": SECRET}
    await write(
        crm, admin.user, EXPORTED, object_="account", detail={"format": "csv", "where": where, "fields": ["name"], "order": None}
    )
    seen = await trail(officer, event="record_shared")
    assert [(e["object"], e["record"] and e["record"]["label"]) for e in seen] == [
        (None, None), ("account", "Eigene GmbH"), ("account", None),
    ]  # fmt: skip
    assert all(event["detail"] == {"level": "read", "to": None} for event in seen)
    exported = (await trail(officer, event="export"))[0]
    assert exported["detail"] == {"format": "csv"}
    page = (await officer.pages.get("/settings/audit")).text
    rows = "".join([
        part
        for format_ in ("csv", "jsonl")
        for part in [(await officer.pages.get(f"/settings/audit/export?format={format_}")).text, (await officer.get("/audit_event/export", format=format_)).text]
    ])  # fmt: skip
    listed = (await officer.get("/audit_event", limit=1000)).text
    for text in (page, rows, listed):
        assert "Eigene GmbH" in text
        for canary in (SECRET, str(hidden), str(contact), "Geheim"):
            assert canary not in text
    assert (await trail(admin, event="export"))[0]["detail"]["where"] == where
    assert (await trail(admin, event="record_shared"))[2]["record"]["label"] == SECRET


async def test_filters(crm: Crm, admin: Caller, officer: Caller) -> None:
    other = await crm.user("clerk")
    await write(crm, other, EXPORTED, object_="account", detail={"format": "xlsx"})
    by_person = await trail(admin, person=str(other))
    assert [event["event"] for event in by_person] == ["export", "user_rights_changed"], "what they did, and what was done to them"
    assert {event["event"] for event in await trail(admin, event="export")} == {"export"}
    assert {event["object"] for event in await trail(admin, object="contact")} == {"contact"}
    assert await trail(admin, person=str(other), event="export", object="contact") == []
    today = by_person[0]["at"][:10]
    assert await trail(admin, person=str(other), to="2020-01-01") == []
    assert len(await trail(admin, person=str(other), **{"from": "2020-01-01", "to": "2999-01-01"})) == 2, today
    for wrong in (
        {"event": "no_such"},
        {"object": "no_such"},
        {"person": "x"},
        {"from": "yesterday"},
        {"to": "9999-12-31"},
        {"color": "red"},
    ):
        answer = await admin.get("/audit_event", **wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, *wrong), wrong
    assert (await officer.get("/audit_event", object="contact")).status_code == 422, "what one may not know of is not there"
    page = await admin.pages.get("/settings/audit", params={"from": "yesterday"})
    assert page.status_code == 422


async def test_page_after_page_tells_each_event_once(crm: Crm, admin: Caller, officer: Caller) -> None:
    for number in range(7):
        await write(crm, admin.user, EXPORTED, object_="account", detail={"format": str(number)})
    seen: list[str] = []
    cursor = None
    while True:
        answer = (await admin.get("/audit_event", person=str(admin.user), limit=3, **({"cursor": cursor} if cursor else {}))).json()
        seen += [event["id"] for event in answer["data"]]
        cursor, kept = answer["next_cursor"], cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= 7
    assert seen == [event["id"] for event in await trail(admin, person=str(admin.user))]
    for foreign in ({"cursor": kept}, {"cursor": "x", "person": str(admin.user)}):
        assert (await admin.get("/audit_event", **foreign)).status_code == 400
    assert (await officer.get("/audit_event", person=str(admin.user), cursor=kept)).status_code == 400


async def test_the_page_goes_on_where_it_ended(crm: Crm, admin: Caller) -> None:
    for number in range(60):
        await write(crm, admin.user, EXPORTED, object_="product", detail={"format": f"no{number}x"})
    page = (await admin.pages.get("/settings/audit", params={"object": "product", "person": str(admin.user)})).text
    [more] = re.findall(r'hx-get="(/settings/audit\?[^"]*cursor=[^"]*)"', page)
    rest = (await admin.pages.get(more.replace("&amp;", "&"))).text
    assert "<main" not in rest
    shown = re.findall(r"no(\d+)x", page + rest)
    assert shown == [str(number) for number in reversed(range(60))]


async def test_the_page_says_it_in_words(crm: Crm, admin: Caller) -> None:
    account = await crm.create("account", name="Wörter & Söhne")
    to = {"id": str(admin.user), "object": "user"}
    await write(
        crm,
        admin.user,
        SHARED,
        object_="account",
        record=account,
        detail={"level": "edit", "to": to, "until": "2027-03-04T10:00:00+00:00"},
    )
    text = re.sub(r"\s+", " ", (await admin.pages.get("/settings/audit", params={"event": "record_shared"})).text)
    assert "shared Wörter &amp; Söhne" in text
    assert f'href="/o/account/{account}"' in text
    assert "Mar 4, 2027" in text
    assert '<option value="record_shared" selected>Record shared' in text
    await crm.update("user", admin.user, language="de")
    try:
        german = (await admin.pages.get("/settings/audit", params={"event": "record_shared"})).text
    finally:
        await crm.update("user", admin.user, language="en")
    assert "hat Wörter &amp; Söhne freigegeben" in german
    assert "Datensatz freigegeben" in german


async def test_exports_hold_the_same_and_are_events_themselves(admin: Caller) -> None:
    expected = [event["id"] for event in await trail(admin, event="export")]
    for get, path in ((admin.api.get, "/api/v1/audit_event/export"), (admin.pages.get, "/settings/audit/export")):
        lines = await get(path, params={"format": "jsonl", "event": "export"})
        assert [json.loads(line)["id"] for line in lines.text.splitlines()] == expected
        rows = await get(path, params={"format": "csv", "event": "export"})
        assert rows.headers["content-disposition"] == 'attachment; filename="audit.csv"'
        table = list(csv.DictReader(io.StringIO(rows.text)))
        assert [row["id"] for row in table] == expected
        assert table[0]["what"].startswith("exported ")
    events = (await trail(admin, event="audit_exported"))[:4]
    assert [event["by_kind"] for event in events] == ["user", "user", "token", "token"]
    assert events[0]["detail"] == {"format": "csv", "event": "export"}
    assert (await admin.get("/audit_event/export", format="xlsx")).status_code == 422
    assert (await admin.get("/audit_event/export")).status_code == 422


async def test_a_page_is_a_fixed_number_of_statements(crm: Crm, admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for rows in (1, 40):
        for object_ in ("account", "contact", "task", "meeting")[: 1 if rows == 1 else 4]:
            for _ in range(rows):
                record = await crm.create(
                    object_, **{{"account": "name", "contact": "last_name"}.get(object_, "subject"): "Zählen"}
                )
                await write(
                    crm, admin.user, SHARED, object_=object_, record=record, detail={"to": {"id": str(record), "object": object_}}
                )
        await admin.pages.get("/settings/audit")
        counts.append(await _statements(admin, monkeypatch))
    assert counts[0] == counts[1] <= 8, counts


async def _statements(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> int:
    sent = 0
    send = Connection._send

    async def counting(self: Connection, *args: Any) -> Any:
        nonlocal sent
        sent += 1
        return await send(self, *args)

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "_send", counting)
        assert (await caller.pages.get("/settings/audit")).status_code == 200
    return sent


@pytest.mark.parametrize(
    "statement",
    [
        "update {ws}.audit_event set event = 'nothing'",
        "delete from {ws}.audit_event",
        "truncate {ws}.audit_event",
        "insert into {ws}.audit_event (id, by_kind, event) values (gen_random_uuid(), 'system', 'x') on conflict (id) do update set event = 'y'",
        "alter table {ws}.audit_event add column x int",
        "drop table {ws}.audit_event",
        "create trigger quiet before insert on {ws}.audit_event for each row execute function suppress_redundant_updates_trigger()",
        "merge into {ws}.audit_event e using (select 1) s on true when matched then delete",
    ],
)
async def test_the_servers_can_only_add_to_it(crm: Crm, statement: str) -> None:
    """Of it and of all tables that may once lie below it: whatever inherits from it has its rights checked here."""
    async with crm.system() as scope:
        assert await scope.connection.value("select current_user") != "kundig_owner"
        tables = await scope.connection.values(
            "select inhrelid::regclass::text from pg_inherits where inhparent = '{ws}.audit_event'::regclass"
        )
    for table in ("{ws}.audit_event", *tables):
        with pytest.raises(pg.InsufficientPrivilege):
            async with crm.database.transaction(crm.workspace) as connection:
                await connection.execute(statement.replace("{ws}.audit_event", table))


async def test_old_events_are_forgotten_by_the_owner_after_the_time_that_was_set(
    crm: Crm, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kundig.engine.audit.forgetting.CHUNK", 3)

    async def ages() -> list[int]:
        async with crm.system() as scope:
            statement = "select (detail ->> 'age')::int from {ws}.audit_event where detail ? 'age' order by 1"
            return await scope.connection.values(statement)

    async with crm.database.owner(crm.workspace) as connection:
        await connection.execute(
            """insert into {ws}.audit_event (id, at, by_kind, event, detail)
               select gen_random_uuid(), now() - make_interval(days => n), 'system', 'export', jsonb_build_object('age', n)
               from unnest(array[1, 99, 101, 399, 401, 402, 403, 404, 405, 406, 407]) n"""
        )
    await FORGET.run(JobRun(1, crm.database, crm.workspace, SYSTEM, {}, 0))
    assert await ages() == [1, 99, 101, 399]
    await crm.apply(Document("workspace", SETTINGS_NAME, {"audit_days": 100}))
    await FORGET.run(JobRun(2, crm.database, crm.workspace, SYSTEM, {}, 0))
    assert await ages() == [1, 99]


async def test_a_filtered_page_reads_little_of_a_long_trail(crm: Crm, admin: Caller) -> None:
    """Each way of filtering is served from the end of an index: a page reads as many rows as it shows, not the whole."""
    busy, calm = await crm.user("clerk"), await crm.user("clerk")
    async with crm.database.owner(crm.workspace) as connection:
        await connection.execute(
            """insert into {ws}.audit_event (id, at, by_kind, by_id, event, object, record)
               select gen_random_uuid(), now() - n * interval '1 minute', 'user', case when n %% 1000 = 0 then %(calm)s else %(busy)s end::uuid,
                 case when n %% 500 = 0 then 'record_shared' else 'signed_in' end, case when n %% 700 = 0 then 'contact' end, null
               from generate_series(1, 20000) n""",
            {"calm": calm, "busy": busy},
        )
        await connection.execute("analyze {ws}.audit_event")
    read: list[int] = []
    for filters in (
        {},
        {"person": busy},
        {"person": calm},
        {"event": "record_shared"},
        {"event": "signed_in"},
        {"object": "contact"},
    ):
        async with crm.scope(admin.user) as scope:
            read.append(await _rows_read(scope, filters))
    assert max(read) < 500, read


async def _rows_read(scope: Any, filters: dict[str, Any]) -> int:
    from kundig.engine.history import trail as module

    query = module.TrailQuery(**filters)
    conditions, values = module._conditions(scope, query)
    statement = f"explain (analyze, format json) {module._statement(conditions, query)}"
    [plan] = await scope.connection.values(statement, {**values, "limit": 51})

    def leaves(node: dict[str, Any]) -> int:
        below = node.get("Plans", [])
        own = 0 if below else (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        return int(own) + sum(leaves(child) for child in below)

    return leaves(plan[0]["Plan"])
