"""FL-07: timelines, figures made of them and journals tell nothing of hidden fields and of records that can't be seen."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.history.feed import since
from kundig.engine.history.since import Later, changed_since
from kundig.engine.records.writing import Change, Delete
from kundig.services.identity.signed import Signed
from kundig.services.live.facts import read_facts
from kundig.services.live.streams import Follows, Stream

READS = dict.fromkeys(("account", "contact", "opportunity", "task", "call", "meeting", "note", "ticket"), "read: all")
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
TICKETS = {"no_contacts_of_tickets", "no_tickets_of_whom"}
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


async def test_open_pages_hear_of_no_more_than_the_timeline(place: Place) -> None:
    account = await place.account()
    contact = await place.contact(account)
    for name, write, told in (
        ("task", place.task(("account", account)), set(ROLES) - {"no_subject"}),
        ("meeting", place.meeting(("account", account)), set(ROLES) - {"no_moment"}),
        ("meeting", place.meeting(("contact", contact)), {"open", "no_subject", "no_creation", *TICKETS}),
    ):
        start = await place.crm.feed_end()
        await write
        await place.crm.caught_up()
        async with place.crm.system() as scope:
            happened, end = await since(scope.connection, start)
            facts = [fact for fact in await read_facts(scope, happened) if fact.object == name]
        assert facts
        heard = set()
        for reader, caller in place.readers.items():
            async with place.crm.scope(caller.user) as scope:
                stream = Stream(Signed.__new__(Signed), scope.access, Follows(("account", UUID(account))))
            stream.tell_facts(facts, end)
            news = await stream.next(0.01)
            heard |= {reader} if news is not None and "timeline" in news.here else set()
        assert heard == told


async def changes(place: Place, reader: str, object_: str, id_: str, limit: int = 50) -> list[tuple[str, dict[str, Any]]]:
    """The journal as it is told, oldest first, links by their ids; page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        answer = await place.readers[reader].get(f"/{object_}/{id_}/journal", limit=limit, **({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, answer.text
        found += answer.json()["data"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return [(entry["action"], entry["fields"]) for entry in reversed(found)]


def ids(value: Any) -> Any:
    """Links without their labels."""
    if isinstance(value, list):
        return [ids(item) for item in value]
    return value["id"] if isinstance(value, dict) else value


async def test_the_journal_tells_of_no_move_between_hidden_records(place: Place) -> None:
    reader, account = place.readers["no_contacts"], await place.account()
    hidden, other, own = (
        await place.contact(account),
        await place.contact(account),
        await place.contact(account, owner=str(reader.user)),
    )
    made_with = await place.ticket(contact=hidden)
    made_without = await place.ticket()
    told = [await changes(place, "no_contacts", "ticket", id_) for id_ in (made_with, made_without)]
    assert [[action for action, _ in entries] for entries in told] == [["create"], ["create"]]
    assert [fields.keys() for [(_, fields)] in told] == [told[1][0][1].keys()] * 2
    assert "contact" not in told[0][0][1]
    assert told[0][0][1].keys() >= {"subject", "status"}, "all else that it was made with"
    for contact in (other, None, hidden, own, hidden, own, None, other):
        await place.crm.update("ticket", UUID(made_with), contact=contact)
    await place.crm.update("ticket", UUID(made_with), subject="y", contact=hidden)
    for limit in (1, 2, 50):
        [_, *later] = await changes(place, "no_contacts", "ticket", made_with, limit)
        moves = [(ids(fields["contact"]["old"]), ids(fields["contact"]["new"])) for _, fields in later if "contact" in fields]
        assert moves == [(None, own), (own, None), (None, own), (own, None)]
        assert [fields.keys() for _, fields in later][4:] == [{"subject"}]
    [_, *later] = await changes(place, "open", "ticket", made_with)
    assert len(later) == 9


async def test_the_journal_tells_of_no_hidden_links_among_others(place: Place) -> None:
    reader, account = place.readers["no_contacts"], await place.account()
    hidden, own = await place.contact(account), await place.contact(account, owner=str(reader.user))
    task = await place.task(("contact", hidden))
    [(action, fields)] = await changes(place, "no_contacts", "task", task)
    assert action == "create"
    assert "related_to" not in fields
    for about in ((own, hidden), (own,), (), (hidden,)):
        await place.crm.update("task", UUID(task), related_to=links(tuple(("contact", id_) for id_ in about)))
    [_, *later] = await changes(place, "no_contacts", "task", task)
    assert [(ids(f["related_to"]["old"]), ids(f["related_to"]["new"])) for _, f in later] == [([], [own]), ([own], [])]
    async with place.crm.system() as scope:
        await Change(scope).write("task", [Delete(UUID(task))])
    assert [action for action, _ in await changes(place, "no_contacts", "task", task)][3:] == ["delete"]


async def test_nobody_is_told_of_a_clash_with_a_move_between_hidden_records(place: Place) -> None:
    async def clashes(version: int) -> dict[str, Later]:
        async with place.crm.scope(reader.user) as scope:
            return await changed_since(scope, "ticket", UUID(ticket), version)

    reader, account = place.readers["no_contacts"], await place.account()
    hidden, other, own = (
        await place.contact(account),
        await place.contact(account),
        await place.contact(account, owner=str(reader.user)),
    )
    ticket = await place.ticket()
    for contact in (hidden, other, None, hidden):
        await place.crm.update("ticket", UUID(ticket), contact=contact)
    assert await clashes(1) == {}
    await place.crm.update("ticket", UUID(ticket), contact=own, subject="y")
    await place.crm.update("ticket", UUID(ticket), subject="z")
    later = await clashes(1)
    assert {name: (ids(one.before), one.version) for name, one in later.items()} == {"contact": (None, 6), "subject": ("x", 7)}
    await place.crm.update("ticket", UUID(ticket), contact=hidden)
    await place.crm.update("ticket", UUID(ticket), contact=other)
    assert {name: (ids(one.before), one.version) for name, one in (await clashes(6)).items()} == {
        "contact": (own, 8),
        "subject": ("y", 7),
    }
