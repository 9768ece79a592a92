"""Timelines: newest first, page by page, under the reader's rights on each interaction."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.integration.engine.records.making import make, trash

from kundig.base.errors import Invalid, Malformed, Missing
from kundig.engine.history.timeline import timeline
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Update, write


async def test_pages_give_every_entry_once_newest_first(scope: Scope) -> None:
    firm = await make(scope, "account", name="Firma")
    person = await make(scope, "contact", last_name="x", account=firm)
    about = [{"object": "contact", "id": person}]
    days = [f"2026-05-{day:02}T08:00:00Z" for day in (3, 1, 2, 4, 4, 4)]
    ids = [await make(scope, "meeting", subject=day, starts_at=day, related_to=about) for day in days]
    await make(scope, "note", body="<p>now</p>", related_to=about)
    for object_, record in (("contact", person), ("account", firm)):
        seen, cursor = [], None
        for _ in range(10):
            page = await timeline(scope, object_, record, limit=2, cursor=cursor)
            seen += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen[0]["object"] == "note"
        assert [entry["at"][:10] for entry in seen[1:]] == sorted((day[:10] for day in days), reverse=True)
        assert {entry["id"] for entry in seen[1:]} == {str(id_) for id_ in ids}
        assert set(seen[1]) == {"object", "id", "label", "at", "by"}


async def test_tasks_stand_where_they_are_due_done_or_not(scope: Scope) -> None:
    firm = await make(scope, "account", name="Firma")
    due = {"over": "2020-01-01T08:00:00Z", "whenever": None, "coming": "2099-01-01T08:00:00Z"}
    about = [{"object": "account", "id": firm}]
    ids = {subject: await make(scope, "task", subject=subject, due_at=at, related_to=about) for subject, at in due.items()}
    for _ in range(2):
        assert [entry["label"] for entry in (await timeline(scope, "account", firm))["data"]] == ["coming", "whenever", "over"]
        await write(scope, "task", [Update(id_, {"status": "done"}) for id_ in ids.values()])


async def test_what_is_not_there_or_foreign_is_refused(scope: Scope) -> None:
    firm, other = await make(scope, "account", name="Firma"), await make(scope, "account", name="Andere")
    for n in range(3):
        await make(scope, "note", body=f"<p>{n}</p>", related_to=[{"object": "account", "id": firm}])
    cursor = (await timeline(scope, "account", firm, limit=1))["next_cursor"]
    for wrong in (cursor, "x", ""):
        with pytest.raises(Malformed):
            await timeline(scope, "account", other, cursor=wrong)
    with pytest.raises(Invalid):
        await timeline(scope, "account", firm, limit=0)
    with pytest.raises(Missing):
        await timeline(scope, "account", uuid4())
    await trash(scope, "account", firm)
    with pytest.raises(Missing):
        await timeline(scope, "account", firm)
