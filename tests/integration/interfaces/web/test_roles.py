"""Roles on pages: the matrix, what a change would do and to how many, fields, copies, removal, two at once, taking back."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.integration.interfaces.web.forms_sent import Form, form_of
from tests.integration.rights.crm import Caller, Crm, until

from kundig.engine.extension import Role
from kundig.engine.records.writing import Change, Update

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


async def test_a_changed_role_holds_with_the_next_request(crm: Crm) -> None:
    """In a session that goes on, and in a stream that was open before."""
    await crm.configure("kind: role\nname: pilot\nlabel: {en: Pilot, de: Lotse}\nobjects: {vessel: {read: all, edit: all}}")
    id_ = await crm.add("vessel", {"name": "Andrea Doria"})
    pilot, admin = await crm.in_english("pilot"), await crm.in_english("administrator")
    assert (await pilot.get(f"/vessel/{id_}")).status_code == 200
    await crm.caught_up()
    stream = asyncio.create_task(pilot.pages.get(f"/live?record=vessel/{id_}&object=vessel"))
    await until(lambda: bool(crm.app.state.hub.streams))
    told(await send(admin, "pilot", await opened(admin, "pilot"), vessel__read="none", vessel__edit="none"))
    assert (await pilot.get(f"/vessel/{id_}")).status_code == 404
    assert (await pilot.pages.get(f"/o/vessel/{id_}")).status_code == 404
    assert (await pilot.pages.get("/settings/me")).status_code == 200, "the session goes on"
    async with crm.system() as scope:
        await Change(scope).write("vessel", [Update(id_, {"cargo": "Gold"})])
    end = await crm.feed_end()
    await until(lambda: all(one.position >= end for one in crm.app.state.hub.streams))
    crm.app.state.hub.close_all()
    assert str(id_) not in (await stream).text, "what they may not see any more is not told"


async def test_refusals_are_noted_for_who_watches(crm: Crm, caplog: pytest.LogCaptureFixture) -> None:
    seller = await crm.in_english("sales_representative")
    with caplog.at_level(logging.INFO, "kundig.security"):
        assert (await seller.pages.get("/settings/roles")).status_code == 403
        assert (await seller.pages.get("/settings/me")).status_code == 200
    [noted] = [record for record in caplog.records if record.name == "kundig.security"]
    assert (noted.getMessage(), vars(noted)["path"], vars(noted)["status"]) == ("refused", "/settings/roles", 403)


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


PARTNER = '{"field":"type","op":"is","value":"partner"}'
CUSTOMER = '{"field":"type","op":"is","value":"customer"}'
TODAY = '{"field":"created_at","op":"within","value":"today"}'


async def test_a_filter_in_place_of_a_level(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    await crm.configure("kind: role\nname: berth\nlabel: {en: Berth, de: Liegeplatz}\nobjects: {vessel: {read: all}}")
    for number in range(3):
        await crm.create("account", name=f"Partner {number}", type="partner")
    await crm.create("account", name="Kunde", type="customer")
    sailor = await crm.caller(await crm.user("berth"))
    form = await opened(admin, "berth")
    assert "account.where" in form, "every object that can have one keeps it in the form"
    chosen = await send(admin, "berth", form, "look", account__read="filter")
    assert chosen.headers["HX-Retarget"] == "#role-form", "the form opens where the filter is still to be said"
    shown = form_of(chosen.text, "role-form")
    assert (shown["open"], shown["account.read"]) == (["account"], ["filter"])
    assert "Say which records." in (await send(admin, "berth", shown, "look")).text
    refused = await send(admin, "berth", shown)
    assert refused.status_code == 422
    assert 'id="account-where-error"' in refused.text
    here = {"HX-Request": "true"}
    dialog = await admin.pages.post(
        "/settings/roles/berth/condition/account", data={**shown, "about": "account.where"}, headers=here
    )
    assert "Records can be viewed when" in dialog.text
    full = await send(admin, "berth", shown, "", account__where=PARTNER)
    assert "3 records match today." in words(full.text)
    full_form = form_of(full.text, "role-form")
    look = words((await send(admin, "berth", full_form, "look")).text)
    assert "This changes what one person may do" in look, look
    assert "View: more records by a filter" in look
    wrong = await send(admin, "berth", full_form, account__where=TODAY)
    assert wrong.status_code == 422
    assert "fixed values" in wrong.text.partition('id="account-where-error"')[2]
    done = told(await send(admin, "berth", full_form))
    saved = (await role(crm, "berth")).objects["account"]
    assert (saved.read, saved.where) == ("none", json.loads(PARTNER))
    await crm.configure("kind: workspace")  # the job that follows
    assert len((await sailor.get("/account")).json()["data"]) == 3
    form = await opened(admin, "berth")
    assert form["account.read"] == ["filter"]
    other = words((await send(admin, "berth", form, "look", account__where=CUSTOMER)).text)
    assert "View: other records by a filter" in other
    fewer = form_of((await send(admin, "berth", form, "unfilter:account")).text, "role-form")
    assert (fewer["account.read"], fewer["account.where"]) == (["none"], [""])
    assert "View: fewer records by a filter" in words((await send(admin, "berth", fewer, "look")).text)
    told(await send(admin, "berth", form, account__read="none"))
    assert (await role(crm, "berth")).objects["account"].where is None, "no access means that the filter is gone, too"
    await admin.pages.post(done["undo"], headers=here)


async def test_a_filter_besides_a_level_is_changed(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    form = form_of((await send(admin, "crew", await opened(admin, "crew"), "open:account")).text, "role-form")
    assert (form["account.read"], json.loads(form["account.where"][0])) == (["own"], json.loads(PARTNER))
    told(await send(admin, "crew", form, account__where=CUSTOMER))
    saved = (await role(crm, "crew")).objects["account"]
    assert (saved.read, saved.where) == ("own", json.loads(CUSTOMER))


async def test_what_is_never_seen(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    await crm.configure("kind: role\nname: clerk\nlabel: {en: Clerk, de: Büro}\nobjects: {account: {read: all}}")
    await crm.create("account", name="Geheim", type="partner")
    clerk = await crm.caller(await crm.user("clerk"))
    before = len((await clerk.get("/account")).json()["data"])
    form = await opened(admin, "clerk")
    begun = await send(admin, "clerk", form, "forbid", forbid__object="account")
    unsaid = form_of(begun.text, "role-form")
    assert (unsaid["never"], unsaid["never.0.object"], unsaid["never.0.where"]) == (["0"], ["account"], [""])
    refused = await send(admin, "clerk", unsaid)
    assert refused.status_code == 422
    assert 'id="never-0-where-error"' in refused.text
    wrong = await send(admin, "clerk", unsaid, never__0__where=TODAY)
    assert wrong.status_code == 422
    assert "fixed values" in wrong.text.partition('id="never-0-where-error"')[2]
    assert "Never seen: more records" in words((await send(admin, "clerk", unsaid, "look", never__0__where=PARTNER)).text)
    undo = told(await send(admin, "clerk", unsaid, never__0__where=PARTNER))["undo"]
    assert [(item.object, item.where) for item in (await role(crm, "clerk")).forbids] == [("account", json.loads(PARTNER))]
    await crm.configure("kind: workspace")
    seen = (await clerk.get("/account")).json()["data"]
    assert len(seen) < before
    assert "Geheim" not in str(seen)
    form = await opened(admin, "clerk")
    assert "Never seen: other records" in words((await send(admin, "clerk", form, "look", never__0__where=CUSTOMER)).text)
    permitted = form_of((await send(admin, "clerk", form, "permit:0")).text, "role-form")
    assert "never" not in permitted
    assert "Never seen: fewer records" in words((await send(admin, "clerk", permitted, "look")).text)
    told(await send(admin, "clerk", permitted))
    assert (await role(crm, "clerk")).forbids == ()
    assert (await admin.pages.post(undo, headers={"HX-Request": "true"})).status_code == 409, "later changes build on it"


async def test_filters_of_what_one_does_not_know_stay(crm: Crm) -> None:
    await crm.configure(
        "kind: role\nname: keeper\nlabel: {en: Keeper, de: Hüter}\nobjects: {account: {where: {field: type, op: is, value: partner}}}\n"
        "forbids: [{object: account, where: {field: rating, op: is, value: hot}}]"
    )
    mate = await crm.in_english("mate")
    before = await role(crm, "keeper")
    form = await opened(mate, "keeper")
    assert not [name for name in form if name.startswith(("never", "account.where"))]
    assert "partner" not in (await mate.pages.get("/settings/roles/keeper")).text.casefold()
    told(await send(mate, "keeper", form, **{"role-name__en": "Keepers", "account__where": CUSTOMER, "never": "0"}))
    after = await role(crm, "keeper")
    assert (after.objects, after.forbids, after.label["en"]) == (before.objects, before.forbids, "Keepers")
    asked = await mate.pages.post("/settings/roles/keeper/condition/account", headers={"HX-Request": "true"})
    assert asked.status_code == 404
    seller = await crm.in_english("sales_representative")
    assert (await seller.pages.post("/settings/roles/keeper/condition/account", headers={"HX-Request": "true"})).status_code == 403


async def test_nobody_forbids_less_or_opens_more_than_they_see(crm: Crm) -> None:
    await crm.configure(
        "kind: role\nname: partial\nlabel: {en: Partial, de: Teil}\nrights: [manage_roles]\nobjects: {account: {read: own}}\n---\n"
        "kind: role\nname: held\nlabel: {en: Held, de: Gehalten}\nobjects: {account: {read: own}}\n"
        "forbids: [{object: account, where: {field: rating, op: is, value: hot}}]"
    )
    partial = await crm.in_english("partial")
    form = await opened(partial, "held")
    for more in ({"account__where": PARTNER}, {"never__0__where": CUSTOMER}, {"never": []}):
        refused = await send(partial, "held", form, **more)
        assert refused.status_code == 422, more
        assert "You can't give more than you have yourself" in refused.text.replace("&#39;", "'")
