"""Each event is written by the deed itself: with whom, by which token, from where, about what, and without a secret."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.context import SYSTEM
from kundig.base.database import Connection
from kundig.base.jobs import JobRun
from kundig.engine.policy import principals
from kundig.engine.policy.shares import end_expired, grant_share
from kundig.engine.records.writing import Change, Create, Update
from kundig.services.delivery.post import post_of
from kundig.services.identity.links import invite
from kundig.services.identity.reset import reset_job
from kundig.services.identity.samples import remove_samples
from kundig.services.identity.signing_in import FAILED, FAILED_JOB, set_first_password

PASSWORD, ANOTHER, WRONG = "correct horse battery", "staple of another horse", "no horse at all"
HERE = "127.0.0.1"
"""Where the clients of these tests sit, as the socket says."""
PATIENT = """
kind: object
name: patient
label: {en: Patient, de: Patient}
label_plural: {en: Patients, de: Patienten}
title: '{name}'
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, main: true}
  - {name: ward, type: text, label: {en: Ward, de: Station}, main: true}
  - {name: finding, type: text, label: {en: Finding, de: Befund}, sensitive: true, main: true}
---
kind: role
name: porter
label: {en: Porter, de: Pforte}
objects: {patient: {read: all, fields: {finding: hidden}}}
---
kind: role
name: nurse
label: {en: Nurse, de: Pflege}
objects: {patient: {read: all, edit: all}}
"""


async def noted(crm: Crm, event: str) -> list[dict[str, Any]]:
    """The events of a kind, the oldest first."""
    async with crm.system() as scope:
        return await scope.connection.rows(
            "select e.*, host(address) as host from {ws}.audit_event e where event = %(event)s order by at, id", {"event": event}
        )


async def last(crm: Crm, event: str) -> dict[str, Any]:
    return (await noted(crm, event))[-1]


async def done(crm: Crm, name: str, job: Any) -> None:
    """Do the job of a name that was queued last."""
    async with crm.database.owner() as connection:
        row = await connection.row(
            "select id, args from jobs.procrastinate_jobs where task_name = %(name)s order by id desc limit 1", {"name": name}
        )
    assert row is not None
    await job.run(JobRun(row["id"], crm.database, None, SYSTEM, row["args"]["payload"], 0))


async def stranger(crm: Crm) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    headers = {"User-Agent": "Firefox/140"}
    return await crm.stack.enter_async_context(
        httpx.AsyncClient(transport=transport, base_url="http://kundig.test", headers=headers)
    )


async def person(crm: Crm, *roles: str) -> tuple[UUID, str]:
    """A user with a password, and the address."""
    user = await crm.user(*roles)
    async with crm.system() as scope:
        await set_first_password(scope.connection, user, PASSWORD)
        email = await scope.connection.value('select email from {ws}."user" where id = %(id)s', {"id": user})
    return user, email


async def signs_in(crm: Crm, email: str, password: str = PASSWORD) -> httpx.Response:
    return await (await stranger(crm)).post("/sign-in", data={"email": email, "password": password})


async def test_signing_in_and_out(crm: Crm) -> None:
    user, email = await person(crm)
    assert (await signs_in(crm, email)).status_code == 303
    event = await last(crm, "signed_in")
    assert (event["by_kind"], event["by_id"], event["host"], event["detail"]) == ("user", user, HERE, {"browser": "Firefox/140"})
    caller = await crm.caller(user)
    await caller.pages.post("/sign-out")
    event = await last(crm, "signed_out")
    assert (event["by_id"], event["host"]) == (user, HERE)


async def test_a_failed_sign_in_is_noted_where_somebody_has_the_address_and_looks_the_same_elsewhere(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, email = await person(crm)
    before = len(await noted(crm, "sign_in_failed"))
    sent: list[str] = []
    send = Connection._send

    async def counting(self: Connection, rows: Any, statement: Any, params: Any) -> Any:
        sent.append(str(statement))
        return await send(self, rows, statement, params)

    monkeypatch.setattr(Connection, "_send", counting)
    answers, statements = [], []
    for address in (email, "nobody.at.all@example.com"):
        sent.clear()
        answers.append(await signs_in(crm, address, WRONG))
        statements.append(list(sent))
        await done(crm, FAILED_JOB, FAILED)
        await done(crm, FAILED_JOB, FAILED)  # again after a kill
    assert statements[0] == statements[1]
    assert answers[0].status_code == answers[1].status_code == 422
    assert answers[0].text.replace(email, "") == answers[1].text.replace("nobody.at.all@example.com", "")
    [event] = (await noted(crm, "sign_in_failed"))[before:]
    assert (event["by_kind"], event["by_id"], event["host"]) == ("nobody", None, HERE)
    assert (event["object"], event["record"], event["detail"]) == ("user", user, {})


async def test_passwords_and_links(crm: Crm, admin: Caller) -> None:
    user, email = await person(crm)
    caller = await crm.caller(user)
    data = {"current": PASSWORD, "new": ANOTHER, "again": ANOTHER}
    await caller.pages.post("/settings/security/password", data=data)
    event = await last(crm, "password_changed")
    assert (event["by_kind"], event["by_id"], event["host"]) == ("user", user, HERE)
    await (await stranger(crm)).post("/forgotten", data={"email": email})
    await done(crm, "identity.reset", reset_job(post_of(crm.app.state.settings)))
    event = await last(crm, "link_sent")
    assert (event["by_kind"], event["by_id"], event["record"], event["host"]) == ("nobody", None, user, HERE)
    await admin.pages.post(f"/settings/users/{user}/link", data={"send": "show"})
    event = await last(crm, "link_sent")
    assert (event["by_id"], event["object"], event["record"]) == (admin.user, "user", user)
    async with crm.system() as scope:
        code = (await invite(scope.connection, user)).code
    answer = await (await stranger(crm)).post(f"/setup/{code}", data={"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 303, answer.text[:300]
    event = await last(crm, "password_reset")
    assert (event["by_id"], event["host"]) == (user, HERE)
    assert (await last(crm, "signed_in"))["by_id"] == user
    assert await secrets_in_the_trail(crm, PASSWORD, ANOTHER, WRONG, code) == []


async def test_sessions_ended_by_their_owner(crm: Crm) -> None:
    user, email = await person(crm)
    caller = await crm.caller(user)
    await signs_in(crm, email)
    await caller.pages.post("/settings/security/end")
    event = await last(crm, "session_ended")
    assert (event["by_id"], event["record"], event["detail"]) == (user, user, {"count": 1})
    await caller.pages.post("/settings/security/end")
    assert (await last(crm, "session_ended"))["id"] == event["id"], "nothing was ended"


async def test_tokens_and_which_of_them_acted(crm: Crm) -> None:
    caller = await crm.in_english("administrator")
    page = await caller.pages.post("/settings/tokens", data={"name": "Nightly sync", "days": "30"})
    token = re.findall(r"kdg_[\w-]+", page.text)[0]
    made = await last(crm, "token_made")
    assert (made["by_kind"], made["by_id"], made["record"]) == ("user", caller.user, caller.user)
    assert (made["detail"]["name"], made["detail"]["read_only"]) == ("Nightly sync", False)
    client = await stranger(crm)
    client.headers["Authorization"] = f"Bearer {token}"
    for _ in range(2):
        assert (await client.get("/api/v1/account")).status_code == 200
    uses = [event for event in await noted(crm, "token_used") if event["token"] == UUID(made["detail"]["token"])]
    assert [(e["by_kind"], e["by_id"], e["token_name"], e["host"]) for e in uses] == [("token", caller.user, "Nightly sync", HERE)]
    await client.get("/api/v1/account/export", params={"format": "csv"})
    exported = await last(crm, "export")
    assert (exported["by_kind"], exported["token"], exported["object"]) == ("token", uses[0]["token"], "account")
    assert (exported["by_id"], exported["host"]) == (caller.user, HERE)
    await caller.pages.post(f"/settings/tokens/{uses[0]['token']}/end")
    ended = await last(crm, "token_revoked")
    assert (ended["by_kind"], ended["detail"]["name"], ended["token"]) == ("user", "Nightly sync", None)
    assert await secrets_in_the_trail(crm, token) == []


async def test_a_token_is_noted_once_a_day(crm: Crm, admin: Caller) -> None:
    await admin.get("/account")
    before = len(await noted(crm, "token_used"))
    midnight = "date_trunc('day', now() at time zone 'Europe/Berlin') at time zone 'Europe/Berlin'"
    for used_at, more in ((midnight, 0), ("now() - interval '25 hours'", 1)):
        async with crm.database.owner() as connection:
            await connection.execute(f"update kundig.token set used_at = {used_at} where user_id = %(user)s", {"user": admin.user})
        await admin.get("/account")
        assert len(await noted(crm, "token_used")) == before + more


async def test_rights_of_users(crm: Crm, admin: Caller) -> None:
    north, south = await crm.team(), await crm.team()
    user = await crm.user("sales_representative", teams=(north,))
    made = await last(crm, "user_rights_changed")
    assert (made["by_kind"], made["record"], made["detail"]["roles"]["new"]) == ("system", user, ["sales_representative"])
    given = {"role": ["read_only"], "teams": [str(south)]}
    assert (await admin.api.patch(f"/api/v1/user/{user}", json=given)).status_code == 200
    event = await last(crm, "user_rights_changed")
    assert (event["by_kind"], event["by_id"], event["record"], event["host"]) == ("token", admin.user, user, HERE)
    assert event["detail"]["roles"] == {"old": ["sales_representative"], "new": ["read_only"]}
    assert [link["id"] for link in event["detail"]["teams"]["old"]] == [str(north)]
    assert [link["id"] for link in event["detail"]["teams"]["new"]] == [str(south)]
    await admin.pages.post(f"/settings/users/{user}/leave")
    assert (await last(crm, "user_rights_changed"))["detail"] == {"active": {"old": True, "new": False}}
    before = len(await noted(crm, "user_rights_changed"))
    await admin.api.patch(f"/api/v1/user/{user}", json={"name": "Somebody else", "teams": [str(south)]})
    assert len(await noted(crm, "user_rights_changed")) == before, "nothing was changed of the rights"


async def test_what_is_refused_leaves_no_event(crm: Crm, admin: Caller) -> None:
    before = len(await noted(crm, "user_rights_changed"))
    refused = await admin.api.patch(f"/api/v1/user/{admin.user}", json={"role": ["read_only"]})
    assert refused.status_code == 422
    assert len(await noted(crm, "user_rights_changed")) == before


async def test_shares_given_and_ended(crm: Crm, admin: Caller) -> None:
    reader = await crm.user("sales_representative")
    account = await crm.create("account", name="Geteilt GmbH")
    answer = await admin.api.post(f"/api/v1/account/{account}/shares", json={"user": str(reader), "level": "read"})
    event = await last(crm, "record_shared")
    link = {"id": str(reader), "object": "user"}
    assert (event["by_id"], event["object"], event["record"]) == (admin.user, "account", account)
    assert event["detail"] == {"to": link, "level": "read"}
    await admin.api.delete(f"/api/v1/account/{account}/shares/{answer.json()['id']}")
    event = await last(crm, "share_ended")
    assert (event["by_kind"], event["record"], event["detail"]) == ("token", account, {"to": link})
    async with crm.system() as scope:
        over = datetime.now(UTC) - timedelta(minutes=1)
        await grant_share(scope, "account", account, principals.user(reader), "read", over)
        await end_expired(scope)
    event = await last(crm, "share_ended")
    assert (event["by_kind"], event["record"], event["detail"]) == ("system", account, {"to": link})


async def test_the_configuration(crm: Crm, admin: Caller) -> None:
    company = {
        "company": "Nordwind GmbH", "address": "", "language": "de", "time_zone": "Europe/Berlin", "region": "DE", "audit_days": "365",
        "trash_days": "0",
    }  # fmt: skip
    assert (await admin.pages.post("/settings/company", data=company)).status_code == 303
    event = await last(crm, "configured")
    assert (event["by_id"], event["host"], event["detail"]["documents"]) == (admin.user, HERE, ["workspace workspace"])
    plan = event["detail"]["plan"]
    await admin.pages.post(f"/settings/history/{plan}/undo")
    event = await last(crm, "configuration_taken_back")
    assert (event["by_id"], event["host"], event["detail"]["plan"]) == (admin.user, HERE, plan)
    await crm.configure(PATIENT)
    assert (await last(crm, "rights_configured"))["detail"]["documents"] == ["role porter", "role nurse"]
    assert (await last(crm, "configured"))["detail"]["documents"] == ["object patient"]


async def test_secret_calendar_links(crm: Crm, admin: Caller) -> None:
    page = await admin.pages.post("/settings/calendar")
    code = re.findall(r"/calendar/feed/([\w-]+)\.ics", page.text)[0]
    assert (await last(crm, "feed_made"))["by_id"] == admin.user
    await admin.pages.post("/settings/calendar/end")
    await admin.pages.post("/settings/calendar/end")
    [event] = await noted(crm, "feed_ended")
    assert (event["by_id"], event["host"]) == (admin.user, HERE)
    assert await secrets_in_the_trail(crm, code) == []


async def test_taking_back_what_others_have_changed(crm: Crm, admin: Caller) -> None:
    other = await crm.user("administrator")
    account = await crm.create("account", name="Vorher GmbH")
    async with crm.scope(other) as scope:
        change = Change(scope)
        await change.write("account", [Update(account, {"name": "Nachher GmbH"})])
    answer = await admin.api.post(f"/api/v1/changes/{change.id}/undo")
    event = await last(crm, "change_undone")
    assert (event["by_id"], event["detail"]["person"]["id"]) == (admin.user, str(other))
    assert (event["detail"]["change"], event["detail"]["count"]) == (str(change.id), 1)
    await admin.api.post(f"/api/v1/changes/{answer.json()['change']}/undo")
    assert (await last(crm, "change_undone"))["id"] == event["id"], "one's own is nobody's business"


async def test_removing_the_sample_data(crm: Crm) -> None:
    async with crm.system() as scope:
        [sample] = await Change(scope).write("account", [Create({"name": "Muster GmbH"})])
        await scope.connection.execute("update {ws}.account set is_sample = true where id = %(id)s", {"id": sample})
    user = await crm.user("administrator")
    async with crm.scope(user) as scope:
        await remove_samples(scope)
    event = await last(crm, "samples_removed")
    assert (event["by_id"], event["detail"]) == (user, {"count": 1})


async def test_reads_of_sensitive_fields(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    await crm.configure(PATIENT)
    ids = [await crm.create("patient", name=f"Patient {n}", ward="7b", finding=f"Befund {n}") for n in range(3)]
    nurse, porter = await crm.in_english("nurse"), await crm.in_english("porter")

    async def new(before: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        found = (await noted(crm, "sensitive_read"))[len(before) :]
        return [(e["by_id"], e["object"], e["record"], e["detail"]["count"], e["detail"]["fields"], e["host"]) for e in found]

    told = [(nurse.user, "patient", ids[0], 1, ["finding"], HERE)]
    all_told = [(nurse.user, "patient", None, 3, ["finding"], HERE)]
    for address, expected in (
        (f"/api/v1/patient/{ids[0]}", told),
        (f"/api/v1/patient/{ids[0]}?fields=name", []),
        ("/api/v1/patient", all_told),
        ("/api/v1/patient?fields=name,ward", []),
        ("/api/v1/patient?fields=name,finding", all_told),
        ('/api/v1/patient?where={"field":"ward","op":"is","value":"7b"}', all_told),
        (f"/api/v1/patient/{ids[0]}/journal", told),
        ("/api/v1/patient/aggregate?group=finding", all_told),
        ("/api/v1/patient/aggregate?group=ward", []),
        (f"/o/patient/{ids[0]}", told),
        ("/o/patient", all_told),
        (f"/o/patient/{ids[0]}/edit", told),
        ("/api/v1/account", []),
    ):
        before = await noted(crm, "sensitive_read")
        client = nurse.api if address.startswith("/api") else nurse.pages
        answer = await client.get(address)
        assert answer.status_code == (404 if address.endswith("account") else 200), address
        assert await new(before) == expected, address
    before = await noted(crm, "sensitive_read")
    await nurse.api.patch(f"/api/v1/patient/{ids[0]}", json={"ward": "8a"})
    assert await new(before) == told, "what is answered to a write was read, too"
    before = await noted(crm, "sensitive_read")
    for path in ("/api/v1/patient", f"/api/v1/patient/{ids[0]}"):
        await porter.api.get(path)
    assert await new(before) == [], "what is hidden was not read"
    assert await statements(nurse, f"/api/v1/patient/{ids[0]}", monkeypatch) == 1 + await statements(
        porter, f"/api/v1/patient/{ids[0]}", monkeypatch
    )


async def test_without_a_note_there_is_no_answer(crm: Crm) -> None:
    await crm.configure(PATIENT)
    patient = await crm.create("patient", name="Patient", finding="Kanarienbefund")
    nurse = await crm.in_english("nurse")
    role = f"kundig_{crm.workspace.schema}"
    async with crm.database.owner(crm.workspace) as connection:
        await connection.execute(f"revoke insert on {{ws}}.audit_event from {role}")
    try:
        for client, address in ((nurse.api, f"/api/v1/patient/{patient}"), (nurse.pages, f"/o/patient/{patient}")):
            answer = await client.get(address)
            assert answer.status_code == 500
            assert "Kanarienbefund" not in answer.text
    finally:
        async with crm.database.owner(crm.workspace) as connection:
            await connection.execute(f"grant insert on {{ws}}.audit_event to {role}")
    assert "Kanarienbefund" in (await nurse.api.get(f"/api/v1/patient/{patient}")).text


async def statements(caller: Caller, address: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements a call takes, once all is known."""
    await caller.api.get(address)
    sent: list[Any] = []
    send = Connection._send

    async def counting(self: Connection, *args: Any) -> Any:
        sent.append(args)
        return await send(self, *args)

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "_send", counting)
        await caller.api.get(address)
    return len(sent)


async def secrets_in_the_trail(crm: Crm, *secrets: str) -> list[str]:
    """The rows that hold one of them."""
    async with crm.system() as scope:
        rows = await scope.connection.values("select e::text from {ws}.audit_event e")
    assert rows
    return [row for row in rows for secret in secrets if secret in row]
