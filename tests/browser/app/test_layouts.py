"""Arranging a record's page in place: by dragging and by keys, with conditions, for another role, at a desk and with a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor, drag_by_grip

HEADINGS = ".k-det .k-ds h2"


@pytest.fixture
def lead(jana: Visitor) -> Iterator[Page]:
    """The page of a lead; what was arranged is given up again."""
    page = jana.open("/o/lead")
    page.locator("a[data-open-record]").first.click()
    expect(page.locator(".k-det")).to_be_visible()
    address = page.url
    yield page
    page.goto(address)
    begin(page, "menuitem", "Seite anordnen")
    give_up = page.get_by_role("button", name="Wie für alle")
    if give_up.count():
        give_up.click()
        expect(page.locator("#toaster")).to_contain_text("angeordnet")


def begin(page: Page, role: str, name: str) -> None:
    page.click("[popovertarget=record-menu]")
    page.get_by_role(role, name=name).click()  # type: ignore[arg-type]  # a role
    expect(page.locator("#layout-form[data-ready]")).to_be_visible()


def fields(page: Page, section: int = 0) -> list[str]:
    return [text.strip() for text in page.locator(".k-lays").nth(section).locator(".k-layfn b").all_inner_texts()]


def save(page: Page, said: str = "Die Seite ist angeordnet") -> None:
    page.locator("#layout-form button[value=save]").click()
    expect(page.locator("#toaster")).to_contain_text(said)
    expect(page.locator(".k-det")).to_be_visible()


def test_fields_and_sections_are_dragged_saved_and_taken_back(jana: Visitor, lead: Page) -> None:
    page = lead
    before = page.locator(HEADINGS).all_inner_texts()
    begin(page, "menuitem", "Seite anordnen")
    assert jana.accessible() == []
    first, second = fields(page)[:2]
    rows = page.locator(".k-lays").first.locator(".k-layf")
    drag_by_grip(page, rows.nth(1).locator("[data-grip]"), rows.first)
    names = page.locator(".k-lays").first.locator(".k-layfn b")
    expect(names.first).to_have_text(second)
    expect(names.nth(1)).to_have_text(first)
    sections = page.locator(".k-lays")
    moved = sections.nth(1).get_attribute("data-part") or ""
    drag_by_grip(page, sections.nth(1).locator("[data-grip=section]"), sections.first.locator("header"))
    expect(sections.first).to_have_attribute("data-part", moved)
    page.locator(".k-lays").first.locator("input[lang=de]").fill("Zuerst")
    save(page)
    expect(page.locator(HEADINGS).first).to_have_text("Zuerst")
    page.locator("#toaster [data-undo]").last.click()
    expect(page.locator("#toaster")).to_contain_text("Zurückgenommen")
    expect(page.locator(HEADINGS).first).to_have_text(before[0])


def test_everything_by_keys(lead: Page) -> None:
    page = lead
    page.locator("[popovertarget=record-menu]").press("Enter")
    page.get_by_role("menuitem", name="Seite anordnen").press("Enter")
    expect(page.locator("#layout-form[data-ready]")).to_be_visible()
    first, second = fields(page)[:2]
    menu = page.get_by_role("button", name=f"{first} anordnen", exact=True)
    menu.press("Enter")
    page.get_by_role("menuitem", name="Nach unten").press("Enter")
    expect(page.locator(".k-lays").first.locator(".k-layfn b").first).to_have_text(second)
    expect(menu).to_be_focused()
    menu.press("Enter")
    page.locator(":popover-open").get_by_role("menuitem", name="Interesse").press("Enter")
    expect(page.locator(".k-lays").last.locator(".k-layfn b").last).to_have_text(first)
    expect(menu).to_be_focused()
    page.get_by_role("button", name="Abbrechen").or_(page.get_by_role("link", name="Abbrechen")).press("Enter")
    expect(page.locator(".k-det")).to_be_visible()
    expect(page.locator(HEADINGS).first).to_be_visible()


def test_a_role_gets_conditions_tabs_and_columns(jana: Visitor, eva: Visitor, lead: Page) -> None:
    page = lead
    begin(page, "menuitem", "Seite anordnen")
    page.select_option("#layout-role", label="Administration")
    expect(page.locator("#layout-form")).to_contain_text("Beim Speichern bekommt sie ein eigenes Layout.")
    page.get_by_role("button", name="Einstufung anordnen").click()
    page.locator(":popover-open").get_by_role("menuitemradio", name="Nur wenn").first.click()
    expect(page.locator("#condition form")).to_be_visible()
    assert jana.accessible() == []
    page.get_by_role("combobox", name="Feld", exact=True).select_option(label="Bedarf")
    operators = page.get_by_role("combobox", name="Bedingung", exact=True)
    expect(operators.locator("option", has_text="enthält").first).to_be_attached()
    operators.select_option(label="ist ausgefüllt")
    expect(page.locator("#condition .k-fsay")).to_contain_text("Bedarf ist ausgefüllt")
    page.locator("#condition").get_by_role("button", name="Anwenden").click()
    expect(page.locator("#layout-form")).to_contain_text("Sichtbar, wenn Bedarf ist ausgefüllt")
    page.locator("#add-tab").click()
    page.locator(".k-laytab > header input[lang=de]").fill("Nebenbei")
    page.locator(".k-lays").nth(1).get_by_role("button", name=re.compile("Abschnitt .* anordnen")).click()
    page.locator(":popover-open").get_by_role("menuitem", name="Nebenbei").click()
    expect(page.locator(".k-laytab .k-lays")).to_have_count(2)
    page.locator(".k-laytab .k-lays").last.get_by_role("button", name=re.compile("Abschnitt .* anordnen")).click()
    page.locator(":popover-open").get_by_role("menuitemradio", name="Zwei Spalten").click()
    expect(page.locator(".k-layfs.is-two")).to_be_visible()
    page.locator("#add-tab").click()
    expect(page.locator(".k-laytab")).to_have_count(2)
    page.locator(".k-laytab").last.locator(".k-lays > select").select_option(label="Angelegt am")
    expect(page.locator(".k-laytab").last.locator(".k-layfn")).to_have_count(1)
    save(page)
    expect(page.get_by_role("tab", name="Nebenbei")).to_be_visible()
    assert jana.accessible() == []
    expect(page.locator("[data-live=f-rating]")).to_be_hidden()
    panels = page.locator(".k-dtabs [role=tabpanel]:visible")
    expect(panels).to_have_count(1)
    for event, shown in (("beforeprint", 2), ("afterprint", 1)):
        page.evaluate("name => dispatchEvent(new Event(name))", event)
        expect(panels).to_have_count(shown)
    page.goto(page.url + "/edit")
    expect(page.locator("[data-shaped=rating]")).to_be_hidden()
    page.fill("#f-need", "Neue Halle")
    page.keyboard.press("Tab")
    expect(page.locator("[data-shaped=rating]")).to_be_visible()
    other = eva.open(page.url.removeprefix(eva.company.url).removesuffix("/edit"))
    expect(other.get_by_role("tab", name="Nebenbei")).to_be_visible()


def test_with_a_phone_everything_fits(tom: Visitor) -> None:
    page = tom.open("/o/contact")
    page.locator("a[data-open-record]").first.click()
    begin(page, "menuitem", "Arrange this page")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert tom.accessible() == []
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator(".k-rec3:not(.is-arranging)")).to_be_visible()
