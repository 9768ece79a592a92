"""Tasks around people and companies: found, called, made, converted, written about, shown to a colleague."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.app.conftest import DESKTOP, Visitor
from tests.browser.app.sample import PASSWORD
from tests.browser.tasks.conftest import Doing, Office
from tests.browser.tasks.ways import ask, at, go, record

pytestmark = pytest.mark.slow


def test_sign_in(browser: Browser, office: Office, task: Doing) -> None:
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type] # a size
    page = context.new_page()
    page.goto(f"{office.company.url}/sign-in")
    with task(page, "Sign in", "E-mail, Tab, password, Enter") as hands:
        hands.write("eva@nordwind.example")
        hands.press("Tab")
        hands.write(PASSWORD)
        hands.press("Enter")
        page.wait_for_selector(".k-app")
    assert page.request.get(f"{office.company.url}/settings/me").text().count("eva@nordwind.example")
    context.close()


def test_log_a_call_on_whose_number_was_pasted(jana: Visitor, office: Office, task: Doing) -> None:
    contact = office.one("contact", first_name="Jörg", last_name="Lindner")
    office.change("contact", contact["id"], phones=[{"value": "+49 7153 998877"}])
    page = jana.open("/")
    with task(page, "Log a call with the contact of a number just pasted", "palette, paste, “New: Call”") as hands:
        ask(hands, "07153 998877", pasted=True)
        hands.press("ArrowDown", "Enter")
        page.wait_for_selector("#quick-form")
        hands.press("Control+Enter")
        expect(page.locator("#toaster")).to_contain_text("Gespeichert")
    [call] = office.found("call")
    assert call["related_to"][0]["id"] == contact["id"]


def test_find_a_contact_by_half_a_number(jana: Visitor, office: Office, task: Doing) -> None:
    contact = office.one("contact", first_name="Gülsüm", last_name="Düring")
    office.change("contact", contact["id"], phones=[{"value": "+49 7156 445566"}])
    page = jana.open("/")
    with task(page, "Find a contact by half a phone number", "palette, what one remembers, Enter") as hands:
        go(hands, "7156 445", "Gülsüm Düring")
    assert page.url.endswith(contact["id"])


def test_go_to_a_company(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/")
    with task(page, "Go to a company by a part of its name", "palette, the part, Enter") as hands:
        go(hands, "weissbach hol", "Weißbach Holzwerke KG")
    assert page.url.endswith(office.one("account", name="Weißbach Holzwerke KG")["id"])


def test_make_a_contact_with_its_company(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/o/product")
    with task(page, "Create a contact with a new company", "palette, the name, Enter; the company in the form") as hands:
        ask(hands, "Ottilie Quendel")
        hands.press("Enter")
        expect(page.locator("#quick-form #f-job_title")).to_be_focused()
        hands.press("Tab")
        hands.write("Quendelwerke GmbH")
        hands.press("Enter", "Control+Enter")
        at(page, "Ottilie Quendel")
    made = office.one("contact", first_name="Ottilie", last_name="Quendel")
    assert made["account"]["id"] == office.one("account", name="Quendelwerke GmbH")["id"]


def test_convert_a_lead(jana: Visitor, office: Office, task: Doing) -> None:
    lead = office.one("lead", last_name="Neuhaus3")
    page = record(jana, "lead", lead["id"])
    with task(page, "Convert a lead to company, contact and deal", "its button, Ctrl Enter") as hands:
        hands.click(".k-acts .btn")
        page.wait_for_selector("#quick-form")
        hands.press("Control+Enter")
        page.wait_for_url("**/o/opportunity/**")
    assert office.one("lead", last_name="Neuhaus3")["status"] == "converted"
    assert office.one("contact", last_name="Neuhaus3")["account"]["label"] == "Neuhaus 3 GmbH"
    assert page.url.rpartition("/")[2] in {row["id"] for row in office.found("opportunity")}


def test_write_a_note_on_a_company(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/")
    with task(page, "Write a note on a company", "palette, a part of its name, N, the note, Ctrl Enter") as hands:
        go(hands, "weissbach hol", "Weißbach Holzwerke KG")
        hands.press("n")
        expect(page.locator("#composer [contenteditable]")).to_be_focused()
        hands.write("Will im Januar entscheiden.")
        hands.press("Control+Enter")
        expect(page.locator("#timeline")).to_contain_text("Will im Januar entscheiden.")
    [note] = [row for row in office.found("note") if "Januar" in row["body"]]
    assert note["related_to"][0]["label"] == "Weißbach Holzwerke KG"


def test_ask_a_colleague(jana: Visitor, tom: Visitor, office: Office, task: Doing) -> None:
    deal = office.one("opportunity", name="Anlage 3")
    page = record(jana, "opportunity", deal["id"])
    with task(page, "Share a deal with a colleague and mention them in a comment", "palette “freig…”; M, @, the comment") as hands:
        ask(hands, "freig")
        hands.press("Enter")
        expect(page.locator("#shares-form input[role=combobox]").first).to_be_focused()
        hands.write("Tom")
        hands.press("Enter", "Control+Enter")
        expect(page.locator("#shares-form .k-names")).to_contain_text("Tom Baker")
        hands.click("#shares-form footer [data-close]")
        expect(page.locator("#shares")).to_have_count(0)
        hands.press("m")
        expect(page.locator("#comments textarea")).to_be_focused()
        hands.write("@Tom")
        hands.press("Tab")
        hands.write("passt der Preis?")
        hands.press("Control+Enter")
        expect(page.locator("#comments .k-cmts")).to_contain_text("passt der Preis?")
    shares = office.api.get(f"/opportunity/{deal['id']}/shares").json()["data"]
    assert [share["user"]["label"] for share in shares] == ["Tom Baker"]
    for _ in range(50):  # a job tells him
        if tom.open("/notifications").locator("main").get_by_text("Anlage 3").count():
            return
    pytest.fail("he was not told")
