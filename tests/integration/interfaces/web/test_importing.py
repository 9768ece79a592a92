"""The steps of an import by their pages: what is the same in every row is kept as it was typed, or refused where it stands."""

from __future__ import annotations

import io
import re
from uuid import UUID

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.services.transfer.drafts import begin_draft, read_draft

SHEET = "Name;Firma\nRahmenvertrag;Nord\n"


@pytest.fixture
async def columns(crm: Crm, admin: Caller) -> str:
    """An import of opportunities that somebody has begun."""
    async with crm.scope(admin.user) as scope:
        return f"/imports/{await begin_draft(scope, 'opportunity', io.BytesIO(SHEET.encode()), 'chancen.csv')}/columns"


async def sent(admin: Caller, columns: str, **form: str | list[str]) -> httpx.Response:
    return await admin.pages.post(columns, data={"field-0": "name", "mode": "create"} | form)


async def test_a_record_that_was_named_and_not_chosen_is_asked_for_where_it_was_typed(admin: Caller, columns: str) -> None:
    form: dict[str, str | list[str]] = {"constant": "account", "account": "", "account.label": "Nor"}
    assert (await sent(admin, columns, **form)).status_code == 200
    refused = await sent(admin, columns, next="1", **form)
    assert refused.status_code == 422
    assert re.search(r'id="f-account-error".*Choose one of the suggestions\.', refused.text)
    assert re.search(r'name="account.label"[^>]*value="Nor"', refused.text)


async def test_a_required_field_lacks_until_something_is_typed(admin: Caller, columns: str) -> None:
    form: dict[str, str | list[str]] = {"field-0": "", "constant": "name"}
    assert "which every record needs" in (await sent(admin, columns, name="", **form)).text
    assert "which every record needs" not in (await sent(admin, columns, name="Rahmenvertrag", **form)).text


async def test_money_that_is_the_same_in_every_row_is_kept(crm: Crm, admin: Caller, columns: str) -> None:
    answer = await sent(admin, columns, next="1", **{"constant": "amount", "amount": "1,250.50", "amount.currency": "CHF"})
    assert answer.status_code == 303
    async with crm.scope(admin.user) as scope:
        draft = await read_draft(scope, UUID(columns.split("/")[2]))
    assert draft.order.constants["amount"] == {"amount": "1250.50", "currency": "CHF"}


async def test_a_record_that_was_named_and_not_chosen_for_a_text_is_asked_for_too(admin: Caller, columns: str) -> None:
    assert (await sent(admin, columns, next="1", **{"field-1": "account"})).status_code == 303
    values = columns.replace("columns", "values")
    form = {"shown-1": "1", "by-1": "", "text-1": "Nord", "value-1-0": "", "value-1-0.label": "Nordwi"}
    kept = await admin.pages.post(values, data=form)
    assert kept.status_code == 200
    assert "Choose one of the suggestions." not in kept.text
    refused = await admin.pages.post(values, data=form | {"next": "1"})
    assert refused.status_code == 422
    assert re.search(r'id="f-value-1-0-error".*Choose one of the suggestions\.', refused.text)
    for answer in (kept, refused):
        assert re.search(r'name="value-1-0.label"[^>]*value="Nordwi"', answer.text)
    assert (await admin.pages.post(values, data=form | {"next": "1", "value-1-0.label": ""})).status_code == 303


async def test_markup_in_a_file_stays_text(crm: Crm, admin: Caller) -> None:
    """XS-06: in headings, cells and the file's own name, at every step."""
    evil = "<img src=x onerror=alert(1)>"
    sheet = f'Name;"{evil}";"{{{{7*7191}}}}"\n"{evil}";"{evil}";x\n'
    async with crm.scope(admin.user) as scope:
        draft = f"/imports/{await begin_draft(scope, 'opportunity', io.BytesIO(sheet.encode()), f'{evil}.csv')}"
    answer = await admin.pages.post(
        f"{draft}/columns", data={"field-0": "name", "field-1": "account", "mode": "create", "next": "1"}
    )
    assert answer.status_code == 303
    shown = 0
    for step in ("", "/file", "/columns", "/values", "/check"):
        page = await admin.pages.get(draft + step, follow_redirects=True)
        assert "<img src=x" not in page.text, step
        assert "50337" not in page.text, step
        shown += "&lt;img src=x" in page.text
    assert shown >= 2, "expected what is in the file to be shown"
