"""Assigning a record with what is open around it: chosen by kind, one change, never more than one may assign."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from tests.integration.interfaces.web.forms_sent import form_of
from tests.integration.rights.crm import Caller, Crm

HERE = {"HX-Request": "true", "HX-Current-URL": "http://kundig.test/"}


async def owners(crm: Crm, *records: tuple[str, UUID]) -> list[str]:
    found = []
    async with crm.system() as scope:
        for object_, id_ in records:
            found.append(
                str(await scope.connection.value(f'select owner_id from {{ws}}."{object_}" where id = %(id)s', {"id": id_}))
            )
    return found


async def send(caller: Caller, path: str, **values: Any) -> Any:
    form = form_of((await caller.pages.get(path)).text, "hand-over-form")
    return await caller.pages.post(path, data={**form, **values}, headers=HERE)


async def test_what_is_open_goes_along(crm: Crm, admin: Caller) -> None:
    old, new = await crm.user("sales_representative"), await crm.user("sales_representative")
    account = await crm.create("account", name="Übergabe", owner=old)
    open_, won, foreign = [
        await crm.create("opportunity", name=name, account=account, owner=owner, stage=stage)
        for name, owner, stage in (("open", old, "proposal"), ("won", old, "won"), ("foreign", new, "proposal"))
    ]
    ticket = await crm.create("ticket", subject="still", account=account, owner=old)
    path = f"/o/account/{account}/assign"
    form = form_of((await admin.pages.get(path)).text, "hand-over-form")
    assert set(form["along"]) == {"opportunity.account", "ticket.account"}
    nobody = await send(admin, path)
    assert nobody.status_code == 422
    done = await send(admin, path, owner=str(new), along=["opportunity.account"])
    assert done.status_code == 200, done.text
    records = (("account", account), ("opportunity", open_), ("opportunity", won), ("opportunity", foreign), ("ticket", ticket))
    assert await owners(crm, *records) == [str(new), str(new), str(old), str(new), str(old)]
    undo = json.loads(done.headers["HX-Trigger"])["kundig:toast"]["undo"]
    await admin.pages.post(undo, headers=HERE)
    assert await owners(crm, *records) == [str(old), str(old), str(old), str(new), str(old)]


async def test_two_at_once_and_who_may(crm: Crm, admin: Caller, seller: Caller) -> None:
    old, new = await crm.user("sales_representative"), await crm.user("sales_representative")
    account = await crm.create("account", name="Zwei", owner=old)
    path = f"/o/account/{account}/assign"
    stale = await send(admin, path, owner=str(new), was=str(new))
    assert stale.status_code == 409
    assert (await seller.pages.get(path)).status_code == 404
    assert (await seller.pages.post(path, data={"owner": str(seller.user), "was": str(old)}, headers=HERE)).status_code == 404
    assert await owners(crm, ("account", account)) == [str(old)]
