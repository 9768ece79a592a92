"""Sharing rules on pages: made, told what they reach, changed, removed, by whom."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.integration.interfaces.web.forms_sent import Form, form_of
from tests.integration.rights.crm import Caller, Crm

PARTNERS = '{"field":"type","op":"in","value":["partner"]}'
HERE = {"HX-Request": "true", "HX-Current-URL": "http://kundig.test/settings/sharing/new"}


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    made = await new_crm()
    for number in range(3):
        await made.create("account", name=f"Partner {number}", type="partner")
    await made.create("account", name="Kunde", type="customer")
    return made


async def send(caller: Caller, path: str, form: Form, do: str = "save", **more: str | list[str]) -> Any:
    return await caller.pages.post(
        path, data={**form, **{n.replace("__", "."): v for n, v in more.items()}, "do": do}, headers=HERE
    )


async def test_a_rule_from_beginning_to_end(crm: Crm) -> None:
    admin, seller = await crm.in_english("administrator"), await crm.in_english("sales_representative")
    team = await crm.team()
    new = "/settings/sharing/new"
    form = form_of((await admin.pages.get(new)).text, "rule-form")
    missing = await send(admin, new, form)
    assert missing.status_code == 422
    for text in ("Give the rule a name.", "Choose what is shared.", "Choose at least one role, team or person."):
        assert text in missing.text
    chosen = form_of((await send(admin, new, form, "", object="account")).text, "rule-form")
    opened = await admin.pages.post("/settings/sharing/condition/account", data={**chosen, "about": "where"}, headers=HERE)
    assert "Records are shared when" in opened.text
    shown = (await send(admin, new, chosen, "", object="account", where=PARTNERS)).text
    assert "3 records match today." in re.sub(r"<[^>]+>", "", shown)
    full = form_of(shown, "rule-form")
    given: dict[str, Any] = {"rule-name__en": "Partners", "role": ["sales_representative"], "team": [str(team)], "level": "read"}
    made = await send(admin, new, full, **given)
    assert made.status_code == 200, made.text
    undo = json.loads(made.headers["HX-Trigger"])["kundig:toast"]["undo"]
    await crm.configure("kind: workspace")  # the job that follows a change, for all objects with filters
    assert len((await seller.get("/account")).json()["data"]) == 3
    listed = (await admin.pages.get("/settings/sharing")).text
    assert "Partners" in listed
    assert "Sales representative" in listed
    reach = re.sub(r"<[^>]+>", " ", (await admin.pages.get("/settings/sharing/partners/reach")).text)
    assert reach.split()[:2] == ["3", "records"]
    one = "/settings/sharing/partners"
    stored = form_of((await admin.pages.get(one)).text, "rule-form")
    assert json.loads(stored["where"][0]) == json.loads(PARTNERS)
    assert (stored["role"], stored["team"]) == (["sales_representative"], [str(team)])
    wrong = await send(admin, one, stored, where='{"field":"created_at","op":"within","value":"today"}')
    assert wrong.status_code == 422
    assert "fixed values" in wrong.text
    assert (await send(admin, one, {**stored, "was": ["other"]}, level="edit")).status_code == 409
    assert (await send(admin, one, stored, level="edit")).status_code == 200
    assert (await send(admin, one, stored, "remove")).status_code == 200
    assert (await admin.pages.get(one)).status_code == 404
    assert (await seller.get("/account")).json()["data"] == []
    assert (await admin.pages.post(undo, headers=HERE)).status_code == 409, "later changes build on it"


async def test_only_who_manages_roles(crm: Crm) -> None:
    seller = await crm.in_english("sales_representative")
    for path in ("/settings/sharing", "/settings/sharing/new", "/settings/sharing/partners", "/settings/sharing/partners/reach"):
        assert (await seller.pages.get(path)).status_code == 403, path
    assert (await send(seller, "/settings/sharing/new", {})).status_code == 403
    assert (await seller.pages.post("/settings/sharing/condition/account", headers=HERE)).status_code == 403
