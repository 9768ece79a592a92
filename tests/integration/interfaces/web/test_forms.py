"""Forms: what an address fills them with, and what was typed into a link though nothing was chosen."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.interfaces.web.edge import MAX_FORM


@pytest.mark.parametrize(
    "query", ["started_at=foo", "started_at=0001-01-01T00:00Z", "duration=x", "owner=x", "related_to=x", "tags=a", "recurrence=x"]
)
@pytest.mark.parametrize("path", ["new", "quick"])
async def test_an_address_that_is_mistyped_has_a_form(admin: Caller, path: str, query: str) -> None:
    assert (await admin.pages.get(f"/o/call/{path}?{query}")).status_code == 200
    assert (await admin.pages.get(f"/o/opportunity/{path}?amount=much&{query}")).status_code == 200


async def test_an_amount_in_an_address_goes_on_to_the_whole_form(admin: Caller) -> None:
    quick = (await admin.pages.get("/o/opportunity/quick?amount=12.50")).text
    assert 'value="12.50"' in quick
    assert "amount=12.50" in quick


@pytest.mark.parametrize("path", ["new", "quick"])
async def test_a_link_that_was_typed_and_not_chosen_comes_back(crm: Crm, admin: Caller, path: str) -> None:
    answer = await admin.pages.post(f"/o/contact/{path}", data={"last_name": "Eilig", "account": "", "account.label": "Hofm"})
    assert answer.status_code == 422
    assert "Choose one of the suggestions." in answer.text
    assert 'value="Hofm"' in answer.text
    assert (await admin.get("/contact", where='{"field": "last_name", "op": "is", "value": "Eilig"}')).json()["data"] == []


async def test_several_links_that_were_typed_and_not_chosen_come_back(admin: Caller) -> None:
    form = {"subject": "Eilig", "related_to!": "", "related_to.q": "Hofm", "attendee!": "", "starts_at": "", "ends_at": ""}
    for object_ in ("task", "meeting"):
        answer = await admin.pages.post(f"/o/{object_}/new", data=form)
        assert answer.status_code == 422, object_
        assert "Choose one of the suggestions." in answer.text
        assert 'value="Hofm"' in answer.text


async def test_a_guest_who_was_typed_and_not_chosen_comes_back(admin: Caller) -> None:
    answer = await admin.pages.post("/o/meeting/new", data={"subject": "Eilig", "attendee!": "", "attendee.q": "Tom"})
    assert answer.status_code == 422
    assert "Choose one of the suggestions." in answer.text
    assert 'value="Tom"' in answer.text


async def test_a_record_that_an_action_was_told_by_name_only_is_asked_for(crm: Crm, admin: Caller) -> None:
    lead = await crm.create("lead", last_name="Neugier", company_name="Nord")
    form = {"account": "", "account.label": "Nor", "contact": "", "contact.label": ""}
    answer = await admin.pages.post(f"/o/lead/{lead}/actions/convert", data=form)
    assert answer.status_code == 422
    assert re.search(r'id="f-account-error".*Choose one of the suggestions\.', answer.text)
    assert 'value="Nor"' in answer.text
    assert (await admin.get("/account")).json()["data"] == [], "none was made instead"


async def test_an_empty_link_is_empty(admin: Caller) -> None:
    answer = await admin.pages.post("/o/contact/quick", data={"last_name": "Ohne", "account": "", "account.label": ""})
    assert answer.status_code == 303


async def test_a_form_beyond_all_measure_is_refused_and_says_so(admin: Caller) -> None:
    """FI-05: before it is read as a whole; a script of ours is told in a sentence."""
    size = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en"}
    page = await admin.pages.post("/o/account/new", content=b"name=" + b"x" * MAX_FORM, headers=size)
    assert page.status_code == 413
    assert "larger" in page.text
    part = await admin.pages.post("/o/account/new", content=b"name=" + b"x" * MAX_FORM, headers=size | {"HX-Request": "true"})
    assert part.status_code == 413
    assert "larger" in unquote(part.headers["x-kundig-message"])
