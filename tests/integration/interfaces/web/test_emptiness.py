"""Where there is nothing it is said what belongs there and what to do next; and otherwise if only a filter leaves everything out."""

from __future__ import annotations

import html
import json
import re

from tests.integration.rights.crm import Caller, Crm

CUSTOM = """
kind: object
name: machine
label: {en: Machine, de: Maschine}
label_plural: {en: Machines, de: Maschinen}
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true, main: true}
  - {name: state, type: choice, label: {en: State, de: Zustand}, main: true, options: {choices: [{key: new, label: {en: New, de: Neu}}]}}
  - {name: built, type: date, label: {en: Built, de: Gebaut}, main: true}
---
kind: role
name: looks_on
label: {en: Looks on, de: Schaut zu}
objects: {machine: {read: all}, product: {read: all}}
"""
FILTER = json.dumps([{"field": "name", "op": "contains", "value": "nobody"}])


async def text(caller: Caller, path: str, **params: str) -> str:
    answer = await caller.pages.get(path, params=params or None)
    assert answer.status_code == 200, answer.text[:300]
    return html.unescape(answer.text)


async def test_lists_and_boards_tell_nothing_yet_from_nothing_that_matches(crm: Crm, admin: Caller) -> None:
    await crm.configure(CUSTOM)
    page = await text(admin, "/o/product")
    assert "What you sell, with prices" in page
    assert 'href="/imports/new?object=product"' in page
    for path in ("/o/machine", "/o/machine/board"):
        page = await text(admin, path)
        assert "Nothing here yet" in page
        assert "This is the place for Machines." in page
        assert 'href="/o/machine/new"' in page
        page = await text(admin, path, where=FILTER)
        assert "Nothing matches" in page
        assert "Nothing here yet" not in page
        (back,) = re.findall(r'href="([^"]*)"[^>]*><svg[^>]*>.{0,120}?</svg><span>Without search and filters', page)
        assert "Nothing here yet" in await text(admin, back)
    await crm.create("machine", name="Presse", state="new", built="2024-01-01")
    for path in ("/o/machine", "/o/machine/board"):
        assert "Nothing here yet" not in await text(admin, path)
    assert "Without search and filters" in await text(admin, "/o/machine", q="nobody")


async def test_a_view_that_is_empty_leads_to_everything(admin: Caller) -> None:
    page = await text(admin, "/o/lead")
    (everything,) = re.findall(r'href="([^"]*)"[^>]*><svg[^>]*>.{0,120}?</svg><span>Show all Leads', page)
    assert "People and companies that might become customers" in page
    assert "Nothing here yet" in await text(admin, everything)


async def test_who_may_only_read_is_offered_nothing_to_make(crm: Crm) -> None:
    page = await text(await crm.in_english("looks_on"), "/o/product")
    assert "What you sell, with prices" in page
    assert 'href="/o/product/new"' not in page
    assert "/imports/new" not in page


async def test_related_lists_calendars_and_search_say_what_belongs_there(crm: Crm, admin: Caller) -> None:
    account = await crm.create("account", name="Erste Firma")
    assert "What you might sell to whom" in await text(admin, f"/o/account/{account}/related/opportunity.account")
    for span in ("week", "month", "agenda"):
        assert "This is the place for Machines." in await text(admin, "/o/machine/calendar", day="2001-05-01", span=span)
    assert "This is the place for Machines." not in await text(admin, "/o/machine/calendar", day="2024-01-01")
    assert "Everything is searched at once" in await text(admin, "/search")
    assert 'href="/trash"' in await text(admin, "/search", q="nobody at all")
