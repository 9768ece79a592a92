"""Editors of single values: there is one exactly for what the write door takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.integration.rights.crm import Caller, Crm

ROLE = """
kind: role
name: clerk
label: {en: Clerk, de: Büro}
objects:
  account: {read: all, edit: all, fields: {industry: read, website: edit_on_create}}
  user: {read: all}
"""


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    crm = await new_crm()
    await crm.configure(ROLE)
    return crm


async def editable(caller: Caller, account: str, names: list[str]) -> set[str]:
    """The fields that have an editor; all others are answered as if they were not there."""
    answers = {name: (await caller.pages.get(f"/o/account/cell/{account}/{name}")) for name in names}
    assert {answer.status_code for answer in answers.values()} <= {200, 404}
    assert all("<form" in answer.text for answer in answers.values() if answer.status_code == 200)
    return {name for name, answer in answers.items() if answer.status_code == 200}


async def test_what_is_kept_by_the_program_has_no_editor(crm: Crm) -> None:
    account = str(await crm.add("account", {"name": "Nordwind"}))
    admin = await crm.caller(await crm.user("administrator"))
    async with crm.system() as scope:
        fields = scope.model.objects["account"].fields
    kept = {name for name, field in fields.items() if field.read_only}
    assert {"created_at", "created_by", "version", "won_revenue"} <= kept
    assert await editable(admin, account, list(fields)) == fields.keys() - kept - {"team"}


async def test_what_a_role_fixes_has_no_editor(crm: Crm) -> None:
    account = str(await crm.add("account", {"name": "Nordwind"}))
    clerk = await crm.caller(await crm.user("clerk"))
    assert await editable(clerk, account, ["name", "industry", "website", "owner"]) == {"name", "owner"}
