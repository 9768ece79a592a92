"""The list of the first hour ticks itself; the tour is of what somebody may do, can be left and taken up again; help is for each page."""

from __future__ import annotations

import re

from tests.integration.rights.crm import Caller, Crm

from kundig.base.i18n import LANGUAGES
from kundig.interfaces.web.guide import KEYS, help_for

PAGES = (
    "/",
    "/calendar",
    "/o/account",
    "/o/opportunity/board",
    "/o/account/new",
    "/imports",
    "/settings/users",
    "/search",
    "/notifications",
)


async def done(caller: Caller) -> list[bool]:
    found = re.search(r'<section class="k-card k-first".*?</section>', (await caller.pages.get("/")).text, re.DOTALL)
    return [bool(mark) for mark in re.findall(r'<li( class="is-done")?>', found[0])] if found else []


async def step(caller: Caller) -> str:
    found = re.search(r"(\d+) / (\d+)<", (await caller.pages.get("/tour")).text)
    return found[1] if found else ""


async def test_the_list_ticks_itself_from_what_is_there(crm: Crm, admin: Caller, seller: Caller) -> None:
    assert await done(seller) == []  # who does not set up sees no list
    profile, company, invited, data, pipeline, samples = await done(admin)
    assert (profile, company, invited, data, pipeline, samples) == (False, False, True, False, False, True)
    settings = {"name": "Ada", "language": "en", "time_zone": "Europe/Berlin", "letter_keys": "1"}
    assert (await admin.pages.post("/settings/me", data=settings)).status_code == 303
    assert (await done(admin))[0]
    await crm.create("account", name="Erste Firma")
    assert (await done(admin))[3]
    assert 'href="/settings/pipelines"' in (await admin.pages.get("/")).text
    await crm.configure("{kind: pipeline, name: sales, label: {en: Deals, de: Verkauf}}")
    assert (await done(admin))[4]
    async with crm.system() as scope:
        await scope.connection.execute('update {ws}."account" set is_sample = true', {})
    assert (await done(admin))[3] is False
    assert (await done(admin))[5] is False
    async with crm.system() as scope:
        await scope.connection.execute('update {ws}."account" set is_sample = false', {})


async def test_the_list_is_put_away_for_good_by_one_alone(crm: Crm, admin: Caller) -> None:
    other = await crm.caller(await crm.user("administrator"))
    assert await done(other)
    await other.pages.post("/home/first-hour/away")
    assert await done(other) == []
    assert await done(admin)


async def test_the_tour_is_left_and_taken_up_again(admin: Caller) -> None:
    assert await step(admin) == ""
    await admin.pages.post("/tour", data={"to": "begin"})
    answer = await admin.pages.post("/tour", data={"to": "4"})
    assert answer.headers["location"].startswith("/o/")
    assert await step(admin) == "4"
    assert 'hx-get="/tour"' in (await admin.pages.get("/trash")).text
    await admin.pages.post("/tour", data={"to": "leave"})
    assert await step(admin) == ""
    assert 'hx-get="/tour"' not in (await admin.pages.get("/trash")).text
    await admin.pages.post("/tour", data={"to": "begin"})
    assert await step(admin) == "4"
    await admin.pages.post("/tour", data={"to": "99"})
    assert await step(admin) == ""


async def test_every_step_of_every_role_leads_somewhere(crm: Crm, admin: Caller, seller: Caller) -> None:
    await crm.configure(
        """
kind: role
name: reads_accounts
label: {en: Reads, de: Liest}
objects: {account: {read: all}}
"""
    )
    lengths = set()
    for caller in (admin, seller, await crm.caller(await crm.user("reads_accounts"))):
        await caller.pages.post("/tour", data={"to": "begin"})
        found = re.search(r"\d+ / (\d+)<", (await caller.pages.get("/tour")).text)
        assert found
        for number in range(1, int(found[1]) + 1):
            answer = await caller.pages.post("/tour", data={"to": str(number)})
            assert (await caller.pages.get(answer.headers["location"])).status_code == 200
        lengths.add(int(found[1]))
    assert len(lengths) > 1  # without a pipeline no board, without the right no import


async def test_each_page_has_its_help_in_both_languages(admin: Caller) -> None:
    for path in PAGES:
        advice = help_for(path)
        assert advice is not KEYS, path
        assert all(line.render(language) for line in advice.lines for language in LANGUAGES)
        here = {"HX-Request": "true", "HX-Current-URL": f"http://kundig.test{path}?x=1"}
        assert advice.title.render("en") in (await admin.pages.get("/help", headers=here)).text
