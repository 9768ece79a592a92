"""Roles on pages: the matrix, what a change would do and to how many, fields, copies, removal, two at once, taking back."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.integration.interfaces.web.forms_sent import Form, form_of
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.extension import Role

OBJECTS = """
kind: object
name: vessel
label: {en: Vessel, de: Schiff}
label_plural: {en: Vessels, de: Schiffe}
navigation: 95
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true, main: true}
  - {name: cargo, type: text, label: {en: Cargo, de: Fracht}}
---
kind: role
name: crew
label: {en: Crew, de: Mannschaft}
objects: {vessel: {read: own, create: true}, account: {read: own, where: {field: type, op: is, value: partner}}}
---
kind: role
name: deck
label: {en: Deck, de: Deck}
objects: {vessel: {read: all}}
---
kind: role
name: watch
label: {en: Watch, de: Wache}
objects: {"*": {read: team}}
---
kind: role
name: mate
label: {en: Mate, de: Maat}
rights: [manage_roles]
objects: {vessel: {read: team}}
"""


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    made = await new_crm()
    await made.configure(OBJECTS)
    return made


@pytest.fixture(autouse=True)
async def as_configured(crm: Crm) -> None:
    await crm.configure(OBJECTS)


async def opened(caller: Caller, role: str) -> Form:
    answer = await caller.pages.get(f"/settings/roles/{role}")
    assert answer.status_code == 200, answer.text
    return form_of(answer.text, "role-form")


async def send(caller: Caller, role: str, form: Form, do: str = "save", **more: str | list[str]) -> Any:
    path = f"/settings/roles/{role}"
    here = {"HX-Request": "true", "HX-Current-URL": f"http://kundig.test{path}"}
    given = {name.replace("__", "."): value for name, value in more.items()}
    return await caller.pages.post(path, data={**form, **given, "do": do}, headers=here)


async def role(crm: Crm, name: str) -> Role:
    async with crm.system() as scope:
        return scope.model.roles[name]


def told(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = json.loads(answer.headers["HX-Trigger"])["kundig:toast"]
    return found


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


async def test_a_cell_is_changed_told_saved_and_taken_back(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    await crm.user("crew")
    await crm.user("crew", "deck")
    form = await opened(admin, "crew")
    assert (form["vessel.read"], form["vessel.create"]) == (["own"], ["1"])
    look = words((await send(admin, "crew", form, "look", vessel__read="all", vessel__delete="own")).text)
    assert "This changes what 2 people may do" in look, look
    assert "Vessels" in look
    assert "View: Own → All one person" in look, "whoever has the other role sees all of them already"
    assert "Delete: No → Own" in look
    before = await role(crm, "crew")
    done = told(await send(admin, "crew", form, vessel__read="all", vessel__delete="own"))
    after = await role(crm, "crew")
    assert (after.objects["vessel"].read, after.objects["vessel"].delete, after.objects["vessel"].create) == ("all", "own", True)
    assert after.objects["account"] == before.objects["account"], "the filter stays"
    await admin.pages.post(done["undo"], headers={"HX-Request": "true"})
    assert await role(crm, "crew") == before


async def test_nothing_changed_is_no_change(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    form = await opened(admin, "crew")
    assert told(await send(admin, "crew", form))["title"] == "Nothing was changed."
    assert "Nothing is changed." in (await send(admin, "crew", form, "look")).text
    assert "Nothing is changed." in (await send(admin, "marketing", await opened(admin, "marketing"), "look")).text
    assert "undo" not in told(await send(admin, "crew", form))


async def test_fields_of_one_object(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    form = form_of((await send(admin, "crew", await opened(admin, "crew"), "open:vessel")).text, "role-form")
    assert form["vessel.f.cargo"] == [""]
    closed = form_of((await send(admin, "crew", form, "close:vessel", vessel__f__cargo="hidden")).text, "role-form")
    assert closed["vessel.f.cargo"] == ["hidden"], "kept while another object is looked at"
    assert "Cargo: hidden" in words((await send(admin, "crew", closed, "look")).text)
    told(await send(admin, "crew", closed))
    assert (await role(crm, "crew")).objects["vessel"].fields == {"cargo": "hidden"}
    again = form_of((await send(admin, "crew", await opened(admin, "crew"), "open:vessel")).text, "role-form")
    told(await send(admin, "crew", again, vessel__f__cargo=""))
    assert (await role(crm, "crew")).objects["vessel"].fields == {"cargo": "edit"}
    again = form_of((await send(admin, "crew", await opened(admin, "crew"), "open:vessel")).text, "role-form")
    refused = await send(admin, "crew", again, vessel__f__name="hidden")
    assert refused.status_code == 422
    assert "can't be hidden" in refused.text.replace("&#39;", "'")


async def test_all_others_and_what_is_set_apart(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    form = await opened(admin, "watch")
    assert "vessel.read" not in form
    assert form["-.read"] == ["team"]
    apart = form_of((await send(admin, "watch", form, "apart:vessel")).text, "role-form")
    assert apart["vessel.read"] == ["team"]
    told(await send(admin, "watch", apart, vessel__read="all"))
    saved = await role(crm, "watch")
    assert (saved.objects["vessel"].read, saved.objects["*"].read) == ("all", "team")
    joined = form_of((await send(admin, "watch", await opened(admin, "watch"), "join:vessel")).text, "role-form")
    told(await send(admin, "watch", joined))
    assert "vessel" not in (await role(crm, "watch")).objects


async def test_two_at_once(crm: Crm) -> None:
    one, two = await crm.in_english("administrator"), await crm.in_english("administrator")
    first, second = await opened(one, "crew"), await opened(two, "crew")
    told(await send(one, "crew", first, vessel__read="team"))
    refused = await send(two, "crew", second, vessel__edit="own")
    assert refused.status_code == 409
    kept = form_of(refused.text, "role-form")
    assert (kept["vessel.edit"], kept["vessel.read"]) == (["own"], ["own"]), "what they gave is still there"
    told(await send(two, "crew", kept))
    assert (await role(crm, "crew")).objects["vessel"].read == "own"


async def test_names_rights_and_navigation(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    sailor = await crm.caller(await crm.user("crew"))
    form = await opened(admin, "crew")
    refused = await send(admin, "crew", form, **{"role-name__en": "", "role-name__de": ""})
    assert refused.status_code == 422
    assert "Give the role a name." in refused.text
    moved = form_of((await send(admin, "crew", form, "down:account", nav=["account", "vessel"])).text, "role-form")
    assert moved["nav"] == ["vessel", "account"]
    told(await send(admin, "crew", moved, right=["see_busy"], **{"role-name__en": "Sailors"}))
    saved = await role(crm, "crew")
    assert (saved.label["en"], saved.rights, saved.navigation) == ("Sailors", ("see_busy",), ("vessel", "account"))
    page = (await sailor.pages.get("/")).text
    places = re.findall(r'href="/o/(\w+)"[^>]*data-go', page)
    assert places == ["vessel", "account"]


async def test_new_roles_and_copies(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    assert (await admin.pages.get("/settings/roles/new?like=crew")).status_code == 200
    empty = await admin.pages.post(
        "/settings/roles/new", data={"name.en": "", "name.de": "", "like": ""}, headers={"HX-Request": "true"}
    )
    assert empty.status_code == 422
    made = await admin.pages.post(
        "/settings/roles/new", data={"name.en": "Pilots", "name.de": "Lotsen", "like": "crew"}, headers={"HX-Request": "true"}
    )
    assert json.loads(made.headers["HX-Location"])["path"] == "/settings/roles/pilots"
    copy, crew = await role(crm, "pilots"), await role(crm, "crew")
    assert (copy.label, copy.objects, copy.rights) == ({"en": "Pilots", "de": "Lotsen"}, crew.objects, crew.rights)
    user = await crm.user("pilots", "deck")
    gone = await admin.pages.post("/settings/roles/pilots/remove", headers={"HX-Request": "true"})
    assert told(gone)["undo"]
    again = await admin.pages.post("/settings/roles/new", data={"name.en": "Pilots", "like": ""}, headers={"HX-Request": "true"})
    assert json.loads(again.headers["HX-Location"])["path"] == "/settings/roles/pilots_2", f"{user} carries the old name still"


async def test_what_can_not_be_removed(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    await crm.user("deck")
    for name in ("deck", "administrator", "everyone"):
        answer = await admin.pages.post(f"/settings/roles/{name}/remove", headers={"HX-Request": "true"})
        assert answer.status_code == 409, name
        assert answer.headers["X-Kundig-Message"]


async def test_who_may(crm: Crm) -> None:
    mate, seller, users = (
        await crm.in_english("mate"),
        await crm.in_english("sales_representative"),
        await crm.in_english("administrator"),
    )
    form = await opened(users, "crew")
    assert (await seller.pages.get("/settings/roles")).status_code == 403
    assert (await send(seller, "crew", form)).status_code == 403
    wide = await send(mate, "crew", form, vessel__read="all")
    assert wide.status_code == 422
    assert "You can't give more than you have yourself" in wide.text.replace("&#39;", "'")
    assert "You can't give more" in (await send(mate, "crew", form, "look", vessel__read="all")).text.replace("&#39;", "'")
    told(await send(mate, "crew", form, vessel__read="team"))
    await crm.configure("kind: role\nname: staffing\nlabel: {en: Staffing, de: Personal}\nrights: [manage_users]")
    reader = await crm.in_english("staffing")
    shown = await send(reader, "crew", {}, "open:vessel")
    assert "Cargo" in shown.text, "fields can be read by who may read roles"
    assert "vessel.f.cargo" not in form_of(shown.text, "role-form"), "and not be changed"
    for do in ("look", "save", "apart:account"):
        assert (await send(reader, "crew", {}, do)).status_code == 403, do
    assert "role-name" not in (await mate.pages.get("/settings/roles/administrator")).text, "not theirs to change"
