"""Sharing through the API and the page: OA-11, nobody grants more than they have, and what was passed on ends with the right to it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.rights.crm import Caller, Crm, Narrowing

from kundig import wiring
from kundig.base.context import SYSTEM
from kundig.base.jobs import JobRun
from kundig.base.settings import Settings

ROLES = """
kind: role
name: worker
label: {en: Worker, de: Arbeit}
objects:
  account: {read: own, create: true, edit: own, delete: own, share: own}
  opportunity: {read: own, create: true, edit: own, share: own}
  user: {read: all}
  team: {read: all}
---
kind: role
name: passer
label: {en: Passer, de: Weitergabe}
objects:
  account: {read: own, edit: own, share: all}
  user: {read: all}
"""


@dataclass
class Place:
    crm: Crm
    owner: Caller
    guest: Caller
    passer: Caller
    member: Caller
    alone: Caller
    """Knows of accounts only."""
    team: UUID

    async def account(self, owner: Caller) -> str:
        return str(await self.crm.add("account", {"name": f"Konto {uuid4()}", "owner": str(owner.user)}))


@pytest.fixture(scope="module")
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure(ROLES)
    team = await crm.team()
    users = [await crm.user("worker"), await crm.user("worker"), await crm.user("passer"), await crm.user("worker", teams=(team,))]
    alone = await crm.caller(await crm.user("worker"), Narrowing(objects=frozenset({"account"})))
    return Place(crm, *[await crm.caller(user) for user in users], alone, team)


def path(account: str, share: str = "") -> str:
    return f"/api/v1/account/{account}/shares" + (f"/{share}" if share else "")


async def sees(caller: Caller, account: str) -> bool:
    return (await caller.get(f"/account/{account}")).status_code == 200


async def share(caller: Caller, account: str, **body: Any) -> str:
    made = await caller.api.post(path(account), json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_a_share_is_made_listed_changed_and_ended(place: Place) -> None:
    account, guest = await place.account(place.owner), place.guest
    assert not await sees(guest, account)
    made = await place.owner.api.post(path(account), json={"user": str(guest.user), "level": "read"})
    assert made.status_code == 201, made.text
    assert (made.json()["user"]["id"], made.json()["level"]) == (str(guest.user), "read")
    assert made.json()["by"]["id"] == str(place.owner.user)
    assert (await guest.api.patch(f"/api/v1/account/{account}", json={"description": "x"})).status_code == 403
    again = await share(place.owner, account, user=str(guest.user), level="edit")
    assert again == made.json()["id"]
    assert (await guest.api.patch(f"/api/v1/account/{account}", json={"description": "x"})).status_code == 200
    listed = (await guest.get(f"/account/{account}/shares")).json()["data"]
    assert [(item["id"], item["user"]["id"], item["level"]) for item in listed] == [(again, str(guest.user), "edit")]
    assert (await place.owner.api.delete(path(account, again))).status_code == 204
    assert not await sees(guest, account)
    assert (await place.owner.get(f"/account/{account}/shares")).json() == {"data": []}
    assert (await place.owner.api.delete(path(account, again))).status_code == 404


async def test_a_share_ends_at_its_time(place: Place) -> None:
    account, guest = await place.account(place.owner), {"user": str(place.guest.user), "level": "read"}
    made = await place.owner.api.post(path(account), json={**guest, "until": "2099-12-31T23:00:00+01:00"})
    assert (made.status_code, made.json()["until"]) == (201, "2099-12-31T22:00:00.000000Z")
    job = next(job for job in wiring.jobs(Settings(data=Path("/nowhere"), secret_key=b"x" * 32)) if job.name == "policy.end_shares")
    assert (job.periodic, job.per_workspace) == ("* * * * *", True), "the worker runs it every minute, everywhere"
    run = JobRun(1, place.crm.database, place.crm.workspace, SYSTEM, {}, 0)
    await job.run(run)
    assert await sees(place.guest, account)
    async with place.crm.system() as scope:
        await scope.connection.execute("update {ws}.share set until = now() where record = %(id)s", {"id": UUID(account)})
    assert (await place.owner.get(f"/account/{account}/shares")).json() == {"data": []}
    await job.run(run)
    assert not await sees(place.guest, account)


async def test_shared_again_it_has_the_new_end(place: Place) -> None:
    account, guest = await place.account(place.owner), {"user": str(place.guest.user), "level": "read"}
    for until in ("2099-01-01T00:00:00.000000Z", "2098-01-01T00:00:00.000000Z", None):
        made = await place.owner.api.post(path(account), json={**guest, "until": until})
        assert (made.status_code, made.json()["until"]) == (201, until)


async def test_members_of_a_team(place: Place) -> None:
    account = await place.account(place.owner)
    made = await share(place.owner, account, team=str(place.team), level="read")
    assert await sees(place.member, account)
    assert not await sees(place.guest, account)
    [told] = (await place.member.get(f"/account/{account}/shares")).json()["data"]
    assert (told["id"], told["team"]["id"]) == (made, str(place.team))


async def test_nobody_grants_more_than_they_have(place: Place) -> None:
    """OA-11. Refused, and nothing is shared: neither by who only reads, nor beyond one's own level, nor of what isn't seen."""
    account, guest = await place.account(place.owner), {"user": str(place.guest.user)}
    unknown, hidden = [await place.passer.api.post(path(id_), json={**guest, "level": "read"}) for id_ in (str(uuid4()), account)]
    assert (unknown.status_code, hidden.status_code, hidden.text) == (404, 404, unknown.text)
    await share(place.owner, account, user=str(place.passer.user), level="read")
    await share(place.owner, account, user=str(place.member.user), level="edit")
    for caller, level in ((place.passer, "edit"), (place.member, "read"), (place.member, "edit")):
        assert (await caller.api.post(path(account), json={**guest, "level": level})).status_code == 403
    [first, _] = (await place.owner.get(f"/account/{account}/shares")).json()["data"]
    assert (await place.member.api.delete(path(account, first["id"]))).status_code == 403
    assert not await sees(place.guest, account)
    assert len((await place.owner.get(f"/account/{account}/shares")).json()["data"]) == 2


async def test_what_was_passed_on_ends_with_the_right_to_it(place: Place) -> None:
    account = await place.account(place.owner)
    first = await share(place.owner, account, user=str(place.passer.user), level="read")
    await share(place.passer, account, user=str(place.guest.user), level="read")
    assert await sees(place.guest, account)
    assert (await place.owner.api.delete(path(account, first))).status_code == 204
    assert not await sees(place.passer, account)
    assert not await sees(place.guest, account)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"level": "read"}, "user"),
        ({"user": "{guest}"}, "level"),
        ({"user": "{guest}", "level": "own"}, "level"),
        ({"user": "{guest}", "team": "{team}", "level": "read"}, "user"),
        ({"user": "{team}", "level": "read"}, "user"),
        ({"team": "nobody", "level": "read"}, "team"),
        ({"role": "worker", "level": "read"}, "role"),
        ({"user": "{guest}", "level": "read", "until": "tomorrow"}, "until"),
        ({"user": "{guest}", "level": "read", "until": "2020-01-01T00:00:00Z"}, "until"),
    ],
)
async def test_a_bad_share_is_told_at_its_field(place: Place, body: dict[str, str], field: str) -> None:
    account = await place.account(place.owner)
    told = {name: value.format(guest=place.guest.user, team=place.team) for name, value in body.items()}
    answer = await place.owner.api.post(path(account), json=told)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await place.owner.get(f"/account/{account}/shares")).json() == {"data": []}


async def test_people_whom_one_does_not_see_are_neither_found_nor_named(place: Place) -> None:
    account = await place.account(place.alone)
    hidden, unknown = [
        await place.alone.api.post(path(account), json={"user": user, "level": "read"})
        for user in (str(place.guest.user), str(uuid4()))
    ]
    assert (hidden.status_code, hidden.text) == (422, unknown.text)
    admin = await place.crm.caller(await place.crm.user("administrator"))
    await share(admin, account, user=str(place.guest.user), level="read")
    [told] = (await place.alone.get(f"/account/{account}/shares")).json()["data"]
    assert (told["user"], told["by"]) == (None, None)
    assert (await place.alone.api.delete(path(account, told["id"]))).status_code == 204


async def test_what_a_record_owns_is_shared_with_it(place: Place) -> None:
    opportunity = str(await place.crm.add("opportunity", {"name": "x", "stage": "proposal", "owner": str(place.owner.user)}))
    product = await place.crm.add("product", {"name": "x"})
    line = await place.crm.add("opportunity_line", {"opportunity": opportunity, "product": str(product), "quantity": "1"})
    admin = await place.crm.caller(await place.crm.user("administrator"))
    body = {"user": str(place.guest.user), "level": "read"}
    assert (await admin.api.post(f"/api/v1/opportunity_line/{line}/shares", json=body)).status_code == 404
    assert (await admin.api.post(f"/api/v1/opportunity/{opportunity}/shares", json=body)).status_code == 201
    assert (await place.guest.get(f"/opportunity_line/{line}")).status_code == 200


async def test_the_description_tells_of_shares_to_those_who_may(place: Place) -> None:
    described = (await place.owner.get("/openapi.json")).json()["paths"]
    assert described["/account/{id}/shares"].keys() == {"get", "post"}
    assert described["/account/{id}/shares/{share}"].keys() == {"delete"}
    reader = await place.crm.caller(await place.crm.user("read_only"))
    assert (await reader.get("/openapi.json")).json()["paths"]["/account/{id}/shares"].keys() == {"get"}


async def test_the_dialog_of_a_record(place: Place) -> None:
    account = await place.account(place.owner)
    dialog, page = f"/o/account/{account}/shares", f"/o/account/{account}"
    pages = place.owner.pages
    assert f'hx-get="{dialog}"' in (await pages.get(page)).text
    assert "Bisher für niemanden freigegeben." in (await pages.get(dialog)).text
    made = await pages.post(dialog, data={"user": str(place.guest.user), "team": str(place.team), "level": "read"})
    assert made.status_code == 200, made.text
    assert made.text.count("Darf lesen</span>") == 2
    assert await sees(place.guest, account)
    assert await sees(place.member, account)
    seen = (await place.guest.pages.get(dialog)).text
    assert seen.count("Darf lesen</span>") == 2
    assert "/remove" not in seen, "who may not share sees with whom it is shared, and no more"
    assert 'name="level"' not in seen
    listed = (await place.owner.get(f"/account/{account}/shares")).json()["data"]
    remove = next(f"{dialog}/{item['id']}/remove" for item in listed if "user" in item)
    assert set(re.findall(r'hx-post="([^"]+/remove)"', made.text)) == {f"{dialog}/{item['id']}/remove" for item in listed}
    assert (await place.guest.pages.post(remove)).status_code == 403
    removed = await pages.post(remove)
    assert (removed.status_code, removed.text.count("Darf lesen</span>")) == (200, 1)
    assert not await sees(place.guest, account)


async def test_the_dialog_takes_the_last_day(place: Place) -> None:
    account = await place.account(place.owner)
    dialog, form = f"/o/account/{account}/shares", {"user": str(place.guest.user), "level": "read", "until": "2099-12-31"}
    made = await place.owner.pages.post(dialog, data=form)
    assert "Darf lesen · bis 31.12.2099</span>" in made.text
    [told] = (await place.owner.get(f"/account/{account}/shares")).json()["data"]
    assert told["until"] == "2099-12-31T23:00:00.000000Z", "the day ends where its owner lives"
    await place.owner.api.post(path(account), json={"user": form["user"], "level": "read", "until": "2099-12-31T11:30:00Z"})
    assert "Darf lesen · bis 31.12.2099, 12:30</span>" in (await place.owner.pages.get(dialog)).text


async def test_the_dialog_says_what_is_missing(place: Place) -> None:
    account = await place.account(place.owner)
    dialog, guest = f"/o/account/{account}/shares", {"user": str(place.guest.user), "level": "read"}
    for form in (
        {"level": "read"},
        {"user": str(uuid4()), "level": "read"},
        {**guest, "level": "own"},
        {**guest, "team": "", "team.label": "named, not chosen"},
        *({**guest, "until": day} for day in ("soon", "2020-01-01", "9999-12-31")),
    ):
        refused = await place.owner.pages.post(dialog, data=form)
        assert refused.status_code == 422, form
        assert 'id="shares-form"' in refused.text
        assert f'value="{form.get("until", "")}"' in refused.text
    assert (await place.owner.get(f"/account/{account}/shares")).json()["data"] == []
    hidden, unknown = [
        await place.guest.pages.post(f"/o/account/{id_}/shares", data={"level": "read"}) for id_ in (account, uuid4())
    ]
    assert (hidden.status_code, unknown.status_code) == (404, 404)
