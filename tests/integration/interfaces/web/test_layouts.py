"""Layouts at work on pages: by role, with conditions for what stands there and what can't be left empty; forms follow what is typed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.errors import Invalid

SETUP = """
kind: object
name: vessel
label: {en: Vessel, de: Schiff}
label_plural: {en: Vessels, de: Schiffe}
navigation: 90
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true, main: true}
  - {name: sort, type: choice, label: {en: Sort, de: Art}, options: {choices: [
      {key: ferry, label: {en: Ferry, de: Fähre}}, {key: tanker, label: {en: Tanker, de: Tanker}}]}}
  - {name: seats, type: number, label: {en: Seats, de: Plätze}}
  - {name: cargo, type: text, label: {en: Cargo, de: Fracht}}
  - {name: secret, type: text, label: {en: Secret, de: Geheimes}}
---
kind: role
name: harbour
label: {en: Harbour, de: Hafen}
objects: {vessel: {read: all, create: true, edit: all, fields: {secret: hidden}}}
---
kind: role
name: clerk
label: {en: Clerk, de: Büro}
objects: {vessel: {read: all, create: true, edit: all}}
---
kind: layout
object: vessel
name: default
sections:
  - label: {en: For all, de: Für alle}
    fields: [name, sort]
---
kind: layout
object: vessel
name: harbour
roles: [harbour]
sections:
  - label: {en: Ship, de: Schiffsdaten}
    columns: 2
    fields:
      - name
      - sort
      - {field: seats, visible: {field: sort, op: is, value: ferry}, required: {field: sort, op: is, value: ferry}}
      - {field: cargo, visible: {field: secret, op: is, value: x}, required: {field: secret, op: is, value: x}}
tabs:
  - label: {en: Papers, de: Papiere}
    sections: [{label: {en: Owner, de: Eigner}, fields: [owner], visible: {field: sort, op: not_empty}}]
quick: [name, sort, cargo]
"""


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    crm = await new_crm()
    await crm.configure(SETUP)
    return crm


@pytest.fixture(scope="module")
async def harbour(crm: Crm) -> Caller:
    return await crm.in_english("harbour")


async def shown(caller: Caller, address: str) -> str:
    answer = await caller.pages.get(address)
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


def away(text: str, name: str) -> bool:
    """Whether a field is on a page or in a form, but not to be seen."""
    [tag] = re.findall(rf'<div data-live="f-{name}"[^>]*>|<div class="field[^>]*data-shaped="{name}"[^>]*>', text)
    return " hidden" in tag


async def test_the_first_role_that_has_a_layout_decides(crm: Crm, harbour: Caller) -> None:
    id_ = await crm.add("vessel", {"name": "Elbe"})
    address = f"/o/vessel/{id_}"
    assert "Ship</h2>" in await shown(harbour, address)
    assert "Ship</h2>" in await shown(harbour, f"{address}/edit")
    for roles in (("clerk", "harbour"), ("harbour", "clerk")):
        assert "Ship</h2>" in await shown(await crm.in_english(*roles), address)
    plain = await shown(await crm.in_english("clerk"), address)
    assert "For all</h2>" in plain
    assert "Ship</h2>" not in plain


async def test_the_page_shows_sections_columns_tabs_and_what_fits_the_record(crm: Crm, harbour: Caller) -> None:
    ferry = await crm.add("vessel", {"name": "Fähre", "sort": "ferry"})
    bare = await crm.add("vessel", {"name": "Rumpf"})
    text = await shown(harbour, f"/o/vessel/{ferry}")
    assert 'class="is-two"' in text
    assert re.search(r'role="tab"[^>]*>Papers<', text)
    assert not away(text, "seats")
    assert not away(text, "owner")
    text = await shown(harbour, f"/o/vessel/{bare}")
    assert away(text, "seats")
    assert away(text, "owner")


async def test_a_condition_about_a_hidden_field_is_left_out(crm: Crm, harbour: Caller) -> None:
    id_ = await crm.add("vessel", {"name": "Still", "secret": "x"})
    text = await shown(harbour, f"/o/vessel/{id_}")
    assert not away(text, "cargo"), "it would tell what the hidden field holds"
    answer = await harbour.pages.post(f"/o/vessel/{id_}/edit", data={"name": "Still", "cargo": ""})
    assert "HX-Trigger" in answer.headers or answer.status_code in (200, 303)
    assert "is needed" not in answer.text


async def test_forms_follow_what_is_typed(harbour: Caller) -> None:
    form = await shown(harbour, "/o/vessel/new")
    assert away(form, "seats")
    assert 'hx-post="/o/vessel/shape"' in form
    told = (await harbour.pages.post("/o/vessel/shape", data={"name": "", "sort": "ferry"})).text
    assert 'data-away=""' in told
    assert 'data-required="name seats"' in told
    told = (await harbour.pages.post("/o/vessel/shape", data={"name": "", "sort": "tanker"})).text
    assert 'data-away="seats"' in told
    assert 'data-required="name"' in told


async def test_what_is_stored_counts_where_nothing_is_typed(crm: Crm, harbour: Caller) -> None:
    id_ = await crm.add("vessel", {"name": "Alt", "sort": "ferry"})
    told = (await harbour.pages.post(f"/o/vessel/shape?id={id_}", data={"name": "Neu"})).text
    assert 'data-required="name seats"' in told


async def test_a_required_field_can_not_be_left_empty_in_forms(crm: Crm, harbour: Caller) -> None:
    answer = await harbour.pages.post("/o/vessel/new", data={"name": "Ohne", "sort": "ferry", "seats": ""})
    assert answer.status_code == 422
    assert "Seats is needed." in answer.text
    answer = await harbour.pages.post("/o/vessel/new", data={"name": "Ohne", "sort": "tanker", "seats": ""})
    assert answer.status_code == 303
    answer = await harbour.pages.post("/o/vessel/quick", data={"name": "Kurz", "sort": "ferry"})
    assert answer.status_code == 422
    assert 'name="seats"' in answer.text, "what is missing can be filled in where it is missed"


async def test_an_edit_of_something_else_is_not_held_up(crm: Crm, harbour: Caller) -> None:
    id_ = await crm.add("vessel", {"name": "Alt", "sort": "ferry"})
    cell = f"/o/vessel/cell/{id_}"
    assert (await harbour.pages.post(f"{cell}/name", data={"name": "Neuer"})).status_code == 200
    await crm.update("vessel", id_, seats=20)
    answer = await harbour.pages.post(f"{cell}/seats", data={"seats": ""})
    assert answer.status_code == 422
    assert "Seats is needed." in answer.text
    await crm.update("vessel", id_, sort="tanker", seats=None)
    answer = await harbour.pages.post(f"{cell}/sort", data={"sort": "ferry"})
    assert answer.status_code == 422, "what decides is given, so what it demands is asked"


async def test_other_roles_programs_and_rules_are_not_asked(crm: Crm, harbour: Caller) -> None:
    clerk = await crm.in_english("clerk")
    assert (await clerk.pages.post("/o/vessel/new", data={"name": "Leer", "sort": "ferry"})).status_code == 303
    answer = await harbour.api.post("/api/v1/vessel", json={"name": "API", "sort": "ferry"})
    assert answer.status_code == 201


async def test_the_short_form_asks_what_the_layout_says(harbour: Caller) -> None:
    text = await shown(harbour, "/o/vessel/quick")
    assert set(re.findall(r'data-shaped="(\w+)"', text)) == {"name", "sort", "cargo"}


async def test_the_offline_copy_leaves_out_what_the_page_does(crm: Crm, harbour: Caller) -> None:
    id_ = await crm.add("vessel", {"name": "Weg", "sort": "tanker", "seats": 12})
    kept: dict[str, Any] = (await harbour.pages.get(f"/offline/record/vessel/{id_}")).json()
    assert "Cargo" not in kept["html"]
    assert "Seats" not in kept["html"]


WRONG = (
    ("fields: [{field: nothing}]", "nothing"),
    ("fields: [{field: name, visible: {field: nothing, op: empty}}]", "nothing"),
    ("fields: [{field: name, required: {field: name, op: gt, value: 1}}]", "gt"),
    ("fields: [{field: created_at, required: true}]", "created_at"),
)


@pytest.mark.parametrize(("fields", "named"), WRONG)
async def test_a_layout_that_does_not_fit_is_refused(crm: Crm, fields: str, named: str) -> None:
    text = f"kind: layout\nobject: vessel\nname: bad\nsections:\n  - label: {{en: A, de: A}}\n    {fields}\n"
    with pytest.raises(Invalid) as refused:
        await crm.configure(text)
    assert any(named in f"{error.field} {error.text}" for error in refused.value.errors)


async def test_a_layout_of_a_role_that_is_not_there_is_refused(crm: Crm) -> None:
    with pytest.raises(Invalid) as refused:
        await crm.configure("kind: layout\nobject: vessel\nname: bad\nroles: [nobody]\n")
    assert any("nobody" in str(error.text) for error in refused.value.errors)
