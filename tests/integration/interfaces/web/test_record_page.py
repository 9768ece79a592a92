"""A record's page: time spent in stages, kinds of the timeline, pinned entries, signs put to what others wrote."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.services.collaboration.comments import add_comment

ROLE = """
kind: role
name: onlooker
label: {en: Onlooker, de: Ansehen}
objects: {account: {read: all}, note: {read: own, create: true}, user: {read: all}}
"""


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    crm = await new_crm()
    await crm.configure(ROLE)
    return crm


@pytest.fixture(scope="module")
async def boss(crm: Crm) -> Caller:
    return await crm.caller(await crm.user("administrator"))


async def note(crm: Crm, about: UUID, text: str) -> UUID:
    return await crm.add("note", {"body": f"<p>{text}</p>", "related_to": [{"object": "account", "id": str(about)}]})


async def shown(caller: Caller, address: str) -> str:
    answer = await caller.pages.get(address)
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


async def test_the_path_tells_the_time_spent_in_each_stage(crm: Crm, boss: Caller) -> None:
    id_ = await crm.add("opportunity", {"name": "Anlage"})
    async with crm.system() as scope:
        await scope.connection.execute(
            "update {ws}.stage_history set entered_at = now() - %(ago)s where record = %(id)s",
            {"id": id_, "ago": timedelta(days=12, hours=3)},
        )
    text = await shown(boss, f"/o/opportunity/{id_}")
    [current] = re.findall(r'aria-current="step">(.*?)</span>', text)
    assert "12 " in re.sub(r"<[^>]+>", " ", current)


async def test_the_timeline_shows_the_kinds_that_are_asked_for(crm: Crm, boss: Caller) -> None:
    id_ = await crm.add("account", {"name": "Gemischt"})
    about = [{"object": "account", "id": str(id_)}]
    await note(crm, id_, "Eine Notiz")
    await crm.add("task", {"subject": "Eine Aufgabe", "related_to": about})
    both = await shown(boss, f"/o/account/{id_}/timeline")
    assert "Eine Notiz" in both
    assert "Eine Aufgabe" in both
    notes = await shown(boss, f"/o/account/{id_}/timeline?kind=note")
    assert "Eine Notiz" in notes
    assert "Eine Aufgabe" not in notes
    assert "Eine Aufgabe" in await shown(boss, f"/o/account/{id_}/timeline?kind=note&kind=task")
    assert "Eine Notiz" not in await shown(boss, f"/o/account/{id_}/timeline?kind=nothing")
    assert 'name="kind" value="note"' in await shown(boss, f"/o/account/{id_}")


async def test_a_filtered_timeline_goes_on_filtered(crm: Crm, boss: Caller) -> None:
    id_ = await crm.add("account", {"name": "Lang"})
    for n in range(22):
        await note(crm, id_, f"Notiz {n:02}")
    first = await shown(boss, f"/o/account/{id_}/timeline?kind=note")
    [more] = re.findall(r'hx-get="([^"]+)" hx-trigger="revealed"', first)
    second = await shown(boss, more.replace("&amp;", "&"))
    assert second.count('class="k-ev"') == 2
    assert "Notiz 00" in second


async def test_what_is_pinned_stays_at_the_top(crm: Crm, boss: Caller) -> None:
    id_ = await crm.add("account", {"name": "Angeheftet"})
    old, new = await note(crm, id_, "Ältere"), await note(crm, id_, "Neuere")
    address = f"/o/account/{id_}/pins/note/{old}"
    assert (await boss.pages.post(f"{address}?to=1")).status_code == 200
    text = await shown(boss, f"/o/account/{id_}/timeline")
    assert text.index("k-pinned") < text.index("Ältere") < text.index("Neuere")
    assert (await boss.pages.post(f"{address}?to=0")).status_code == 200
    assert "k-pinned" not in await shown(boss, f"/o/account/{id_}/timeline")
    elsewhere = await crm.add("account", {"name": "Anderswo"})
    await boss.pages.post(f"/o/account/{elsewhere}/pins/note/{new}?to=1")
    assert "Neuere" not in await shown(boss, f"/o/account/{elsewhere}/timeline"), "only what stands in the timeline"


async def test_only_who_may_edit_pins_and_nobody_sees_more_by_it(crm: Crm, boss: Caller) -> None:
    onlooker = await crm.caller(await crm.user("onlooker"))
    id_ = await crm.add("account", {"name": "Geschützt"})
    secret = await note(crm, id_, "Vertraulich")
    assert (await boss.pages.post(f"/o/account/{id_}/pins/note/{secret}?to=1")).status_code == 200
    assert "Vertraulich" not in await shown(onlooker, f"/o/account/{id_}/timeline")
    assert (await onlooker.pages.post(f"/o/account/{id_}/pins/note/{secret}?to=0")).status_code == 404
    own = await crm.add(
        "note",
        {"body": "<p>Meine</p>", "related_to": [{"object": "account", "id": str(id_)}], "owner": str(onlooker.user)},
    )
    assert (await onlooker.pages.post(f"/o/account/{id_}/pins/note/{own}?to=1")).status_code == 403


async def test_signs_are_put_and_taken_away(crm: Crm, boss: Caller) -> None:
    other = await crm.caller(await crm.user("administrator"))
    id_ = await crm.add("account", {"name": "Beliebt"})
    written = await note(crm, id_, "Gewonnen")
    address = f"/o/note/{written}/reactions?sign=hooray"
    await other.pages.post(address)
    text = (await boss.pages.post(address)).text
    assert re.search(r'aria-pressed="true"[^>]*aria-label="[^"]+: 2"', text)
    text = (await boss.pages.post(address)).text
    assert re.search(r'aria-pressed="false"[^>]*aria-label="[^"]+: 1"', text)
    assert re.search(r'aria-label="[^"]+: 1"', await shown(boss, f"/o/account/{id_}/timeline"))
    assert (await boss.pages.post(f"/o/note/{written}/reactions?sign=evil")).status_code == 400
    assert (await boss.pages.post(f"/o/account/{id_}/reactions?sign=like")).status_code == 404, "no interaction"


async def test_signs_to_comments_and_none_to_what_one_may_not_see(crm: Crm, boss: Caller) -> None:
    onlooker = await crm.caller(await crm.user("onlooker"))
    id_, hidden = await crm.add("account", {"name": "Offen"}), await crm.add("opportunity", {"name": "Verborgen"})
    async with crm.scope(boss.user) as scope:
        comment = await add_comment(scope, "account", id_, "<p>Gut so.</p>")
        unseen = await add_comment(scope, "opportunity", hidden, "<p>Geheim.</p>")
    answer = await onlooker.pages.post(f"/o/account/{id_}/comments/{comment}/reactions?sign=like")
    assert answer.status_code == 200
    assert re.search(r'aria-label="[^"]+: 1"', await shown(boss, f"/o/account/{id_}/comments"))
    for path in (
        f"opportunity/{hidden}/comments/{unseen}",
        f"account/{id_}/comments/{unseen}",
        f"account/{id_}/comments/{uuid4()}",
    ):
        assert (await onlooker.pages.post(f"/o/{path}/reactions?sign=like")).status_code == 404, path
    secret = await note(crm, id_, "Vertraulich")
    assert (await onlooker.pages.post(f"/o/note/{secret}/reactions?sign=like")).status_code == 404


async def test_every_entry_of_the_journal_but_the_first_can_be_taken_back(crm: Crm, boss: Caller) -> None:
    id_ = await crm.add("account", {"name": "Verlauf"})
    await boss.api.patch(f"/api/v1/account/{id_}", json={"employees": 5})
    await boss.api.delete(f"/api/v1/account/{id_}")
    journal = (await boss.get(f"/account/{id_}/journal")).json()["data"]
    assert (await boss.pages.post(f"/changes/{journal[0]['change']}/undo")).status_code == 303
    text = await shown(boss, f"/o/account/{id_}/journal")
    assert text.count("/undo") == 3, "the edit, the deletion, and taking it back"
