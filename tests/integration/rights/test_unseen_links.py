"""A link to a record that one may not see reads as if there were none, and what is written over it leaves it there, untold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm

ROLE = """
kind: role
name: worker
label: {en: Worker, de: Arbeit}
objects:
  account: {read: own, create: true, edit: team, share: own}
  contact: {read: own, create: true, edit: own}
  task: {read: own, create: true, edit: own}
  meeting: {read: own, create: true, edit: own}
"""


@dataclass
class Place:
    crm: Crm
    worker: Caller
    boss: Caller

    async def account(self, owner: Caller) -> UUID:
        return await self.crm.add("account", {"name": "Konto", "owner": str(owner.user)})

    async def stored(self, object_: str, id_: UUID) -> dict[str, Any]:
        """The record as the administrator reads it."""
        answer: dict[str, Any] = (await self.boss.get(f"/{object_}/{id_}")).json()
        return answer


@pytest.fixture(scope="module")
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure(ROLE)
    return Place(crm, await crm.in_english("worker"), await crm.in_english("administrator"))


def link(object_: str, id_: UUID) -> dict[str, str]:
    return {"object": object_, "id": str(id_)}


@pytest.mark.parametrize("way", ["api", "batch", "form"])
async def test_emptying_a_link_leaves_what_is_not_seen(place: Place, way: str) -> None:
    seen, unseen = await place.account(place.worker), await place.account(place.boss)
    told = []
    for account in (unseen, None, seen):
        values = {"last_name": "Muster", "owner": str(place.worker.user), "account": str(account) if account else None}
        id_ = await place.crm.add("contact", values)
        before = (await place.worker.get(f"/contact/{id_}")).headers["etag"]
        match way:
            case "api":
                answer = await place.worker.api.patch(f"/api/v1/contact/{id_}", json={"account": None})
            case "batch":
                answer = await place.worker.api.post("/api/v1/contact/batch", json={"update": [{"id": str(id_), "account": None}]})
            case _:
                form = {"last_name": "Muster", "account": "", "account.label": "", "_version": before.strip('"')}
                answer = await place.worker.pages.post(f"/o/contact/{id_}/edit", data=form)
        assert answer.status_code in (200, 303), answer.text
        after = (await place.worker.get(f"/contact/{id_}")).headers["etag"]
        kept = (await place.stored("contact", id_))["account"]
        told.append((after == before, kept and kept["id"]))
    assert told[:2] == [(True, str(unseen)), (True, None)], "the same for who writes, whether there was one or not"
    assert told[2] == (False, None)


async def test_lists_of_links_keep_what_is_not_seen(place: Place) -> None:
    first, second, unseen = [await place.account(owner) for owner in (place.worker, place.worker, place.boss)]
    values = {"subject": "Liste", "owner": str(place.worker.user), "related_to": [link("account", id_) for id_ in (unseen, first)]}
    id_ = await place.crm.add("task", values)
    before = (await place.worker.get(f"/task/{id_}")).headers["etag"]

    async def written(*accounts: UUID) -> list[str]:
        links = [link("account", account) for account in accounts]
        answer = await place.worker.api.patch(f"/api/v1/task/{id_}", json={"related_to": links})
        assert answer.status_code == 200, answer.text
        assert [item["id"] for item in answer.json()["related_to"]] == [str(account) for account in accounts]
        return [item["id"] for item in (await place.stored("task", id_))["related_to"]]

    assert await written(first) == [str(unseen), str(first)], "what one reads is what one writes: nothing changes"
    assert (await place.worker.get(f"/task/{id_}")).headers["etag"] == before
    assert await written(second, first) == [str(second), str(first), str(unseen)]
    assert await written() == [str(unseen)]
    timeline = (await place.boss.get(f"/account/{unseen}/timeline")).json()["data"]
    assert str(id_) in [entry["id"] for entry in timeline]


async def test_another_link_takes_the_place_of_one_that_is_not_seen(place: Place) -> None:
    seen, unseen = await place.account(place.worker), await place.account(place.boss)
    id_ = await place.crm.add("contact", {"last_name": "Muster", "owner": str(place.worker.user), "account": str(unseen)})
    answer = await place.worker.api.patch(f"/api/v1/contact/{id_}", json={"account": str(seen)})
    assert answer.status_code == 200
    assert (await place.stored("contact", id_))["account"]["id"] == str(seen)


async def test_a_team_is_given_by_who_may_hand_over(place: Place) -> None:
    """OA-02: who may only edit what is shared with them does not make it their team's."""
    crm = place.crm
    team, other = await crm.team(), await crm.team()
    worker = await crm.caller(await crm.user("worker", teams=(team,)))
    own = (await worker.api.post("/api/v1/account", json={"name": "Neu", "team": str(team)})).json()
    assert own["team"]["id"] == str(team)
    assert (await worker.api.post("/api/v1/account", json={"name": "Neu", "team": str(other)})).status_code == 403
    for body in ({"team": str(other)}, {"team": None}):
        answer = await worker.api.patch(f"/api/v1/account/{own['id']}", json=body)
        assert answer.status_code == 403, answer.text
    shared = await place.account(place.boss)
    grant = {"user": str(worker.user), "level": "edit"}
    assert (await place.boss.api.post(f"/api/v1/account/{shared}/shares", json=grant)).status_code == 201
    assert (await worker.api.patch(f"/api/v1/account/{shared}", json={"name": "Umbenannt"})).status_code == 200
    assert (await worker.api.patch(f"/api/v1/account/{shared}", json={"team": str(team)})).status_code == 403
    assert (await place.boss.api.patch(f"/api/v1/account/{shared}", json={"team": str(team)})).status_code == 200
