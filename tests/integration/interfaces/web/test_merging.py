"""Two people edit one record: what only one of them changed is kept, what both changed is shown with both values."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

ROLE = """
kind: role
name: bookkeeper
label: {en: Bookkeeper, de: Buchhaltung}
objects: {account: {read: all, edit: all, fields: {annual_revenue: hidden}}}
"""


@dataclass
class Two:
    """Two people at one record."""

    crm: Crm
    one: Caller
    other: Caller

    async def account(self, **values: Any) -> UUID:
        return await self.crm.add("account", {"name": "Ursprung", "employees": 10, "website": "https://alt.example", **values})

    async def stored(self, id_: UUID, *names: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.one.get(f"/account/{id_}")).json()
        return {name: found[name] for name in names}


@pytest.fixture(scope="module")
async def two(new_crm: Callable[[], Awaitable[Crm]]) -> Two:
    crm = await new_crm()
    await crm.configure(ROLE)
    return Two(crm, *[await crm.caller(await crm.user("administrator")) for _ in range(2)])


HEADERS = {"HX-Request": "true", "HX-Current-URL": "http://kundig.test/"}


async def form(caller: Caller, id_: UUID) -> dict[str, str]:
    """A few fields of the form as it stands, as a browser would send them."""
    text = (await caller.pages.get(f"/o/account/{id_}/edit")).text
    inputs = dict(re.findall(r'<input[^>]*\bname="([\w.]+)"[^>]*\bvalue="([^"]*)"', text)) | {
        name: value for value, name in re.findall(r'<input[^>]*\bvalue="([^"]*)"[^>]*\bname="([\w.]+)"', text)
    }
    return {name: inputs.get(name, "") for name in ("name", "employees", "website", "version")}


async def save(caller: Caller, id_: UUID, values: dict[str, str]) -> httpx.Response:
    return await caller.pages.post(f"/o/account/{id_}/edit", data=values, headers=HEADERS)


async def test_different_fields_are_both_kept(two: Two) -> None:
    id_ = await two.account()
    one, other = await form(two.one, id_), await form(two.other, id_)
    assert one["employees"] == "10"
    assert (await save(two.one, id_, one | {"employees": "20"})).status_code == 200
    answer = await save(two.other, id_, other | {"website": "https://neu.example"})
    assert answer.status_code == 200, answer.text
    assert "beside" in answer.headers["HX-Trigger"] or "neben" in answer.headers["HX-Trigger"]
    assert await two.stored(id_, "employees", "website") == {"employees": 20, "website": "https://neu.example"}


async def test_the_same_field_comes_back_with_both_values_and_nothing_is_written(two: Two) -> None:
    id_ = await two.account()
    one, other = await form(two.one, id_), await form(two.other, id_)
    await save(two.one, id_, one | {"employees": "20"})
    answer = await save(two.other, id_, other | {"employees": "30", "website": "https://neu.example"})
    assert answer.status_code == 409
    assert 'value="30"' in answer.text
    assert 'value="https://neu.example"' in answer.text
    assert re.search(r'class="k-theirs">\s*20\s*<', answer.text)
    assert await two.stored(id_, "employees", "website") == {"employees": 20, "website": "https://alt.example"}


@pytest.mark.parametrize(("keep", "employees"), [("mine", 30), ("theirs", 20)])
async def test_a_choice_settles_it(two: Two, keep: str, employees: int) -> None:
    id_ = await two.account()
    one, other = await form(two.one, id_), await form(two.other, id_)
    await save(two.one, id_, one | {"employees": "20"})
    typed = other | {"employees": "30", "website": "https://neu.example"}
    answer = await save(two.other, id_, typed)
    [seen] = re.findall(r'name="_seen" value="(\d+)"', answer.text)
    assert (await save(two.other, id_, typed | {"_seen": seen})).status_code == 409, "without a choice it is asked again"
    assert (await save(two.other, id_, typed | {"_seen": seen, "_keep.employees": keep})).status_code == 200
    assert await two.stored(id_, "employees", "website") == {"employees": employees, "website": "https://neu.example"}


async def test_a_choice_holds_only_for_the_value_that_was_seen(two: Two) -> None:
    id_ = await two.account()
    one, other = await form(two.one, id_), await form(two.other, id_)
    await save(two.one, id_, one | {"employees": "20"})
    typed = other | {"employees": "30"}
    [seen] = re.findall(r'name="_seen" value="(\d+)"', (await save(two.other, id_, typed)).text)
    await save(two.one, id_, await form(two.one, id_) | {"employees": "25"})
    answer = await save(two.other, id_, typed | {"_seen": seen, "_keep.employees": "mine"})
    assert answer.status_code == 409
    assert re.search(r'class="k-theirs">\s*25\s*<', answer.text)


async def test_the_same_value_from_both_is_no_conflict(two: Two) -> None:
    id_ = await two.account()
    one, other = await form(two.one, id_), await form(two.other, id_)
    await save(two.one, id_, one | {"employees": "20"})
    assert (await save(two.other, id_, other | {"employees": "20"})).status_code == 200


async def test_a_bad_value_brings_the_form_back_from_the_version_it_was_filled_from(two: Two) -> None:
    id_ = await two.account()
    one, other = await form(two.one, id_), await form(two.other, id_)
    await save(two.one, id_, one | {"employees": "20"})
    answer = await save(two.other, id_, other | {"website": "https://neu.example", "name": ""})
    assert answer.status_code == 422
    assert f'name="version" value="{other["version"]}"' in answer.text
    await save(two.other, id_, other | {"website": "https://neu.example"})
    assert await two.stored(id_, "employees", "website") == {"employees": 20, "website": "https://neu.example"}


async def test_a_single_value_clashes_in_its_editor(two: Two) -> None:
    id_ = await two.account()
    address = f"/o/account/cell/{id_}/employees"
    [version] = re.findall(r'"version": "(\d+)"', (await two.other.pages.get(address)).text)
    await save(two.one, id_, await form(two.one, id_) | {"employees": "20"})
    typed = {"employees": "30", "version": version}
    answer = await two.other.pages.post(address, data=typed, headers=HEADERS)
    assert answer.status_code == 409
    assert 'value="30"' in answer.text
    assert re.search(r'class="k-theirs">\s*20\s*<', answer.text)
    [seen] = re.findall(r'"_seen": "(\d+)"', answer.text)
    theirs = await two.other.pages.post(address, data=typed | {"_seen": seen, "_keep.employees": "theirs"}, headers=HEADERS)
    assert theirs.status_code == 200
    assert ">20<" in theirs.text
    assert "HX-Trigger" not in theirs.headers, "nothing was written"
    mine = await two.other.pages.post(address, data=typed | {"_seen": seen, "_keep.employees": "mine"}, headers=HEADERS)
    assert ">30<" in mine.text
    assert await two.stored(id_, "employees") == {"employees": 30}


async def test_what_one_may_not_see_never_clashes(two: Two) -> None:
    bookkeeper = await two.crm.caller(await two.crm.user("bookkeeper"))
    id_ = await two.account(annual_revenue={"amount": "5000.00", "currency": "EUR"})
    mine = await form(bookkeeper, id_)
    async with two.crm.system() as scope:
        from kundig.engine.records.writing import Change, Update

        await Change(scope).write("account", [Update(id_, {"annual_revenue": {"amount": "7000.00", "currency": "EUR"}})])
    answer = await save(bookkeeper, id_, mine | {"employees": "11"})
    assert answer.status_code == 200
    assert "beside" not in answer.headers["HX-Trigger"]
    assert await two.stored(id_, "employees") == {"employees": 11}


@pytest.mark.parametrize(("keep", "employees"), [("mine", 30), ("theirs", 20)])
async def test_a_single_field_in_its_dialog_overwrites_nobody_unasked(two: Two, keep: str, employees: int) -> None:
    id_ = await two.account()
    address = f"/o/account/{id_}/set/employees"
    dialog = (await two.other.pages.get(address)).text
    found = re.search(r'name="version" value="(\d+)"', dialog)
    assert found
    await save(two.one, id_, await form(two.one, id_) | {"employees": "20"})
    typed = {"version": found[1], "employees": "30"}
    answer = await two.other.pages.post(address, data=typed, headers=HEADERS)
    assert answer.status_code == 409
    assert 'value="30"' in answer.text
    assert re.search(r'class="k-theirs">\s*20\s*<', answer.text)
    assert await two.stored(id_, "employees") == {"employees": 20}
    seen = re.search(r'name="_seen" value="(\d+)"', answer.text)
    assert seen
    answer = await two.other.pages.post(address, data=typed | {"_seen": seen[1], "_keep.employees": keep}, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    assert await two.stored(id_, "employees") == {"employees": employees}
