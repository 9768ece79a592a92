"""The first page of the day holds what is one's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.integration.rights.crm import Crm


async def test_my_tasks_are_mine(new_crm: Callable[[], Awaitable[Crm]]) -> None:
    crm = await new_crm()
    me, colleague = [await crm.caller(await crm.user("administrator")) for _ in range(2)]
    late = {"subject": "Angebot nachfassen", "due_at": "2020-01-01T09:00:00Z", "owner": str(colleague.user)}
    await crm.add("task", late)
    assert "Angebot nachfassen" in (await colleague.pages.get("/home/task/mine")).text
    mine = (await me.pages.get("/home/task/mine")).text
    assert "Angebot nachfassen" not in mine
    assert "Hier steht gerade nichts für Sie an." in mine
