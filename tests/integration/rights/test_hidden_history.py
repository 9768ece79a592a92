"""FL-08: timelines, figures made of them and journals tell nothing of hidden fields and of records that can't be seen."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.rights.crm import Caller, Crm

READS = {name: "read: all" for name in ("account", "contact", "opportunity", "task", "call", "meeting", "note", "ticket")}
ROLES = {
    "open": {},
    "no_moment": {"meeting": "read: all, fields: {starts_at: hidden}"},
    "no_subject": {"task": "read: all, fields: {related_to: hidden}"},
    "no_creation": {"task": "read: all, fields: {created_at: hidden}", "note": "read: all, fields: {created_at: hidden}"},
    "no_contacts": {"contact": "read: own"},
    "no_contacts_at_all": {"contact": None},
    "no_accounts_of_contacts": {"contact": "read: all, fields: {account: hidden}"},
    "no_contacts_of_tickets": {"ticket": "read: all, fields: {contact: hidden}"},
    "no_tickets_of_whom": {"ticket": "read: all, fields: {contact: hidden, account: hidden}"},
}
PLANNED, LATER = "2090-01-01T10:00:00.000000Z", "2090-02-01T10:00:00.000000Z"


def role(name: str, other: dict[str, str | None]) -> str:
    objects = ", ".join(f"{key}: {{{grant}, edit: all}}" for key, grant in {**READS, **other}.items() if grant is not None)
    return f"kind: role\nname: {name}\nlabel: {{en: {name}, de: {name}}}\nobjects: {{{objects}}}"


@dataclass
class Place:
    crm: Crm
    readers: dict[str, Caller]

    async def account(self) -> str:
        return str(await self.crm.add("account", {"name": f"Konto {uuid4()}"}))

    async def contact(self, account: str, **more: Any) -> str:
        return str(await self.crm.add("contact", {"last_name": "Hofmann", "account": account, **more}))

    async def task(self, *about: tuple[str, str], due: str | None = PLANNED) -> str:
        return str(await self.crm.add("task", {"subject": "x", "due_at": due, "related_to": links(about)}))

    async def meeting(self, *about: tuple[str, str], at: str = PLANNED) -> str:
        return str(await self.crm.add("meeting", {"subject": "x", "starts_at": at, "related_to": links(about)}))

    async def ticket(self, **values: Any) -> str:
        return str(await self.crm.add("ticket", {"subject": "x", **values}))

    async def told(self, reader: str, object_: str, id_: str) -> set[str]:
        """The interactions on a timeline: the same by the interface, page by page, and on its page."""
        caller, found, cursor = self.readers[reader], [], None
        while True:
            answer = await caller.get(f"/{object_}/{id_}/timeline", limit=1, **({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.text
            found += [entry["id"] for entry in answer.json()["data"]]
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                break
        assert len(set(found)) == len(found)
        page = (await caller.pages.get(f"/o/{object_}/{id_}/timeline")).text
        assert all(id_ in page for id_ in found)
        return set(found)

    async def next(self, reader: str, account: str) -> str | None:
        """The next activity of an account as it is told; filters know the same."""
        at: str | None = (await self.readers[reader].get(f"/account/{account}")).json()["next_activity_at"]
        where = {"all": [{"field": "id", "op": "is", "value": account}, {"field": "next_activity_at", "op": "not_empty"}]}
        found = (await self.readers[reader].get("/account", where=json.dumps(where))).json()["data"]
        assert bool(found) == (at is not None)
        return at


def links(about: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"object": object_, "id": id_} for object_, id_ in about]


@pytest.fixture(scope="module")
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure("\n---\n".join(role(name, other) for name, other in ROLES.items()))
    return Place(crm, {name: await crm.in_english(name) for name in ROLES})


async def test_a_hidden_moment_keeps_interactions_from_timelines(place: Place) -> None:
    """Their order alone would tell when they are."""
    account = await place.account()
    meeting, task = await place.meeting(("account", account)), await place.task(("account", account), due=LATER)
    assert await place.told("open", "account", account) == {meeting, task}
    assert await place.told("no_moment", "account", account) == {task}
    answer = await place.readers["no_moment"].get(f"/account/{account}/timeline")
    assert PLANNED[:10] not in answer.text
    assert meeting not in (await place.readers["no_moment"].pages.get(f"/o/account/{account}/timeline?kind=meeting")).text


async def test_figures_tell_nothing_of_a_hidden_moment(place: Place) -> None:
    meets, rests, works = [await place.account() for _ in range(3)]
    await place.meeting(("account", meets))
    await place.task(("account", works), due=LATER)
    assert [await place.next("open", account) for account in (meets, rests, works)] == [PLANNED, None, LATER]
    assert [await place.next("no_moment", account) for account in (meets, rests, works)] == [None, None, LATER]
    where = json.dumps({"field": "id", "op": "in", "value": [meets, rests, works]})
    for reader, first in (("open", meets), ("no_moment", works)):
        found = (await place.readers[reader].get("/account", where=where, order="next_activity_at")).json()["data"]
        assert found[0]["id"] == first
    found = (await place.readers["no_moment"].get("/account/aggregate", where=where, measure="min:next_activity_at")).text
    assert PLANNED[:10] not in found


async def test_a_hidden_subject_keeps_interactions_from_timelines(place: Place) -> None:
    account = await place.account()
    contact = await place.contact(account)
    task, meeting = await place.task(("contact", contact)), await place.meeting(("contact", contact), at=LATER)
    for object_, id_ in (("account", account), ("contact", contact)):
        assert await place.told("open", object_, id_) == {task, meeting}
        assert await place.told("no_subject", object_, id_) == {meeting}
    assert await place.next("open", account) == PLANNED
    assert await place.next("no_subject", account) == LATER


async def test_what_stands_where_it_was_made_tells_of_that(place: Place) -> None:
    account = await place.account()
    due, undated = await place.task(("account", account)), await place.task(("account", account), due=None)
    note = str(await place.crm.add("note", {"body": "<p>x</p>", "related_to": links((("account", account),))}))
    assert await place.told("open", "account", account) == {due, undated, note}
    assert await place.told("no_creation", "account", account) == {due}
    last = (await place.readers["no_creation"].get(f"/account/{account}")).json()["last_activity_at"]
    assert last is None


@pytest.mark.parametrize("reader", ["no_contacts", "no_contacts_at_all", "no_accounts_of_contacts"])
async def test_what_came_through_a_hidden_record_tells_nothing_of_it(place: Place, reader: str) -> None:
    account = await place.account()
    hidden, another = await place.contact(account), await place.contact(account)
    through = await place.meeting(("contact", hidden))
    direct = await place.meeting(("contact", another), ("account", account), at=LATER)
    assert await place.told("open", "account", account) == {through, direct}
    assert await place.told(reader, "account", account) == {direct}
    assert await place.next("open", account) == PLANNED
    assert await place.next(reader, account) == LATER


async def test_what_came_through_a_hidden_and_an_open_record_stays(place: Place) -> None:
    """Else it would be missed, and so tell that there is another one. An entry keeps one of both only, either way round."""
    account = await place.account()
    reader = place.readers["no_contacts"]
    hidden = [await place.contact(account) for _ in range(2)]
    own = await place.contact(account, owner=str(reader.user))
    told = {
        await place.meeting(("contact", hidden[0]), ("contact", own), ("contact", hidden[1])),
        await place.meeting(("contact", own), ("contact", hidden[0])),
        await place.meeting(("contact", own)),
    }
    unknown = await place.meeting(("contact", hidden[0]), ("contact", hidden[1]))
    later = await place.meeting(("contact", hidden[0]))
    about = links((("contact", hidden[0]), ("account", account)))
    await place.crm.update("meeting", UUID(later), related_to=about)
    assert await place.told("open", "account", account) == {*told, unknown, later}
    assert await place.told("no_contacts", "account", account) == {*told, later}
    elsewhere = await place.account()
    await place.crm.update("contact", UUID(own), account=elsewhere)
    kept = await place.told("no_contacts", "account", account)
    assert later in kept
    assert unknown not in kept
    assert kept & told, "what came through a record of that day stays when that has moved"


async def test_one_of_two_hidden_subjects(place: Place) -> None:
    account = await place.account()
    contact = await place.contact(account)
    by_contact, by_account = await place.ticket(contact=contact), await place.ticket(account=account)
    both = await place.ticket(contact=contact, account=account)
    later = await place.ticket(contact=contact)
    await place.crm.update("ticket", UUID(later), account=account)
    assert await place.told("open", "account", account) == {by_contact, by_account, both, later}
    assert await place.told("no_contacts_of_tickets", "account", account) == {by_account, both, later}
    assert await place.told("open", "contact", contact) == {by_contact, both, later}
    assert await place.told("no_contacts_of_tickets", "contact", contact) == set()
    assert await place.told("no_tickets_of_whom", "account", account) == set()


async def test_what_is_pinned_tells_no_more_than_the_timeline(place: Place) -> None:
    account = await place.account()
    contact = await place.contact(account)
    meeting, task = await place.meeting(("contact", contact)), await place.task(("account", account))
    for object_, id_ in (("meeting", meeting), ("task", task)):
        pinned = await place.readers["open"].pages.post(f"/o/account/{account}/pins/{object_}/{id_}?to=1")
        assert pinned.status_code == 200, pinned.text
    for reader, told in (("open", {meeting, task}), ("no_moment", {task}), ("no_subject", {meeting}), ("no_contacts", {task})):
        page = (await place.readers[reader].pages.get(f"/o/account/{account}/timeline")).text
        assert {id_ for id_ in (meeting, task) if id_ in page} == told, reader
