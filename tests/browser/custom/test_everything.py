"""One object by YAML, walked over as its users do it: it gets all that the shipped objects have, at a desk and on a phone."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor, drag_by_grip
from tests.browser.app.test_bulk import column
from tests.browser.app.test_filters import apply, choose

_NUMBERS = count(1)


def lease(visitor: Visitor, **values: str) -> str:
    """A lease made by the form, with a name of its own; its address."""
    values = {"name": f"Objekt {next(_NUMBERS):02}", "tenant": "hofmann logistik", "rent": "1200"} | values
    page = visitor.open("/o/lease/new")
    for name, value in values.items():
        field = page.locator(f"#f-{name}")
        if field.evaluate("field => field.localName") == "select":
            field.select_option(value)
            continue
        field.fill(value)
        if name == "tenant":
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            expect(field).to_have_value(re.compile("Hofmann .* "))
    page.click("#record-form [type=submit]")
    page.wait_for_selector(".k-rec")
    visitor.rest()
    return page.url.removeprefix(visitor.company.url)


def name_of(page: Page) -> str:
    return page.locator(".k-rec h1").inner_text()


def test_the_navigation_leads_to_an_empty_list_that_teaches(jana: Visitor) -> None:
    page = jana.open("/")
    page.locator(".k-nav").get_by_role("link", name="Mietverträge").click()
    expect(page.locator(".k-body")).to_contain_text("Wer was mietet, für wie viel und wie lange.")
    expect(page.locator(".k-body").get_by_role("link", name="Mietvertrag")).to_be_visible()
    assert jana.accessible() == []


def test_a_list_has_tabs_filters_cells_and_bulk_with_undo(jana: Visitor) -> None:
    for use in ("office", "hall", "office"):
        lease(jana, use=use, name=f"Liste {use} {next(_NUMBERS):02}")
    page = jana.open("/o/lease")
    tabs = page.locator(".k-viewbar .vtabs a")
    expect(tabs).to_have_text(["Alle Mietverträge", "Offene"])
    tabs.nth(1).click()
    page.wait_for_url("**view=lease_open**")
    expect(page.locator(".k-viewbar [aria-current]")).to_have_text("Offene")
    page.locator(".k-viewbar .vtabs a").first.click()
    expect(page.locator("thead th[data-field=use]")).to_be_visible()
    page.keyboard.press("f")
    choose(page, "#n-0-0-field", "tenant.name")
    choose(page, "#n-0-0-op", "contains")
    page.fill("#n-0-0-value", "hofmann")
    page.locator("#filter-form > .k-fadd").get_by_role("button", name="Bedingung", exact=True).click()
    choose(page, "#n-0-1-field", "use")
    page.get_by_label("Büro", exact=True).check()
    expect(page.locator(".k-fsay")).to_have_text(
        "Mietverträge, bei denen gilt: Name (Mieter) enthält „hofmann“ und Nutzung ist Büro."
    )
    apply(page)
    expect(page.locator("#count")).to_have_text("2")
    place = column(page, "floor")
    page.keyboard.press("ArrowDown")
    for _ in range(place - 1):
        page.keyboard.press("ArrowRight")
    cells = [page.locator("tr[data-row]").nth(n).locator("td").nth(place) for n in range(2)]
    expect(cells[0]).to_be_focused()
    for n in range(2):
        page.keyboard.press("Enter")
        expect(page.locator(".k-editor input:not([type=hidden])")).to_be_focused()
        page.keyboard.type(str(n + 3))
        page.keyboard.press("Enter")
        expect(cells[n]).to_have_text(str(n + 3))
        page.keyboard.press("ArrowDown")
    assert jana.accessible() == []
    page.locator("td:first-child input").first.check()
    page.locator("td:first-child input").nth(1).check()
    page.get_by_role("button", name="Feld ändern").click()
    page.select_option("#bulk-field", "use")
    page.locator("#bulk-form #f-use").select_option("hall")
    page.get_by_role("button", name="2 ändern").click()
    expect(page.locator(".toast h2").last).to_contain_text("2 geändert.")
    expect(page.locator("#count")).to_have_text("0")
    page.locator(".toast [data-undo]").last.click()
    expect(page.locator(".toast h2").last).to_contain_text("Zurückgenommen")
    page.reload()
    expect(page.locator("#count")).to_have_text("2")


def test_groups_count_and_sum_up(jana: Visitor) -> None:
    lease(jana)
    page = jana.open("/o/lease?group=stage")
    expect(page.locator(".k-ghead .cnt").first).not_to_be_empty()
    expect(page.locator(".k-ghead").first).to_contain_text("€")


def test_a_board_moves_by_keys_and_menu_and_asks_when_something_is_lost(jana: Visitor) -> None:
    lease(jana, name="Brettspiel", use="hall")
    page = jana.open("/o/lease")
    page.locator(".seg a", has_text="Board").click()
    page.wait_for_selector("[data-stage-list][data-sortable]")
    expect(page.locator("#sum-viewing")).to_contain_text("€")
    card = page.locator("article", has_text="Brettspiel")
    expect(card).to_contain_text("Hofmann Logistik AG")
    assert jana.accessible() == []
    card.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-stage-list=drafted] article", has_text="Brettspiel")).to_be_focused()
    expect(page.locator(".toast")).to_contain_text("Entwurf")
    card.hover()
    card.locator("[data-card-menu]").click()
    page.click("#moves [data-move-to=fallen]")
    page.locator("#quick-form #f-reason").fill("Zu laut")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-stage-list=fallen] article", has_text="Brettspiel")).to_be_visible()
    page = jana.open("/o/lease/board?by=stage&lane=use")
    page.wait_for_selector("[data-stage-list][data-sortable]")
    expect(page.locator(".k-lane", has_text="Brettspiel")).to_contain_text("Halle")


def test_a_calendar_of_its_own_moves_what_lasts(jana: Visitor) -> None:
    lease(jana, name="Zwischenmiete", starts_on="2031-03-04", ends_on="2031-03-06")
    page = jana.open("/o/lease")
    page.locator(".seg a", has_text="Kalender").click()
    page.wait_for_selector("[data-calendar]")
    page = jana.open("/o/lease/calendar?span=week&day=2031-03-03&who=all")
    entry = page.locator("[data-calendar] a", has_text="Zwischenmiete").first
    expect(entry).to_be_visible()
    assert jana.accessible() == []
    entry.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".toast")).to_contain_text("05.03.2031")
    on = page.locator(".k-alld", has=page.locator("a", has_text="Zwischenmiete"))
    expect(on.and_(page.locator("[data-day='2031-03-07']"))).to_be_visible()
    expect(on).to_have_count(3)
    entry.focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(on).to_have_count(4)
    expect(entry).to_be_focused()
    held, target = on.last.locator("[data-stretch]").bounding_box(), page.locator(".k-alld").last.bounding_box()
    assert held
    assert target
    page.mouse.move(held["x"] + 4, held["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + 8, steps=8)
    page.mouse.up()
    expect(on).to_have_count(5)
    page.locator(".toast [data-undo]").last.click()
    expect(on).to_have_count(4)
    page.keyboard.press("Escape")
    entry.focus()
    for _ in range(5):  # never shorter than its first day
        page.keyboard.press("Shift+ArrowUp")
    expect(on).to_have_count(1)
    page = jana.open("/o/lease/calendar?span=agenda&day=2031-03-05&who=all")
    expect(page.locator(".k-agenda").first).to_contain_text("Zwischenmiete")


def test_it_is_made_from_everywhere_and_with_its_tenant(jana: Visitor) -> None:
    page = jana.open("/")
    page.keyboard.press("c")
    page.locator("#create").get_by_role("menuitem", name="Mietvertrag").click()
    expect(page.locator("#record-form #f-name")).to_be_visible()
    page = jana.open("/")
    page.keyboard.press("Control+k")
    with page.expect_response(lambda answer: "/palette?" in answer.url and "Mietvertrag" in answer.url):
        page.keyboard.insert_text("neuer Mietvertrag")
    page.locator("#palette-menu [role=menuitem]", has_text="Neu: Mietvertrag").first.click()
    quick = page.locator("#quick-form")
    expect(quick.locator("#f-floor")).to_have_count(0)  # its layout says what is short
    quick.locator("#f-name").fill("Halle 7")
    quick.locator("#f-tenant").fill("Quendelwerke GmbH")
    page.wait_for_selector("#f-tenant-found [role=option]")
    page.keyboard.press("Enter")
    expect(quick.locator("[name='tenant.new']")).to_have_value("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".k-rec h1")).to_have_text("Halle 7")
    page.get_by_role("link", name="Quendelwerke GmbH").first.click()
    expect(page.locator(".k-rel")).to_contain_text("Halle 7")


def test_a_record_has_path_details_timeline_children_and_undo(jana: Visitor) -> None:
    address = lease(jana, rent="1500")
    page = jana.page
    expect(page.locator(".k-facts")).to_contain_text("1.500,00")
    assert jana.accessible() == []
    page.click("[data-edit$='/floor']")
    page.locator(".k-editor input").fill("4")
    page.keyboard.press("Enter")
    expect(page.locator("[data-edit$='/floor']")).to_have_text("4")
    page.click("#composer [contenteditable]")
    page.keyboard.type("Schlüssel liegt beim Hausmeister.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline .k-ev")).to_contain_text(["Schlüssel liegt beim Hausmeister."])
    page.locator("#main").focus()
    page.keyboard.press("t")
    page.fill("#composer #f-subject", "Übergabe planen")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Übergabe planen")
    page.locator(".k-rs", has_text="Nebenkosten").locator("header .btn").click()
    page.fill("#quick-form #f-name", "Heizung")
    page.fill("#quick-form #f-monthly", "80,50")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".k-rel")).to_contain_text("Heizung")
    expect(page.locator(".k-rel")).to_contain_text("80,50")
    page.locator(".k-path button", has_text="Entwurf").click()
    expect(page.locator(".k-path [aria-current]")).to_contain_text("Entwurf")
    page = jana.open(address)
    page.click("[data-panel=comments]")
    page.locator("#comments textarea").fill("Wer prüft das?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".k-cmts li")).to_contain_text("Wer prüft das?")
    page.click("[data-panel=changes]")
    change = page.locator(".k-p-changes .k-ev", has_text="Etage")
    expect(change.locator("ins")).to_have_text("4")
    change.locator("[hx-post$='/undo']").click()
    expect(page.locator("[data-edit$='/floor']")).to_have_text("–")
    expect(page.locator(".k-path [aria-current]")).to_contain_text("Entwurf")


def test_the_palette_finds_it_and_acts_on_it(jana: Visitor) -> None:
    lease(jana, name="Speicherstadt")
    page = jana.open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("speicherst")
    expect(page.locator("#palette-menu [role=menuitem]").first).to_contain_text("Speicherstadt")
    page.keyboard.press("Enter")
    expect(page.locator(".k-rec h1")).to_have_text("Speicherstadt")
    page.keyboard.press("Control+k")
    with page.expect_response(lambda answer: "/palette?" in answer.url and "unterschr" in answer.url):
        page.keyboard.insert_text("unterschr")
    expect(page.locator("#palette-menu [role=menuitem]").first).to_contain_text("Unterschrieben")
    page.keyboard.press("Enter")
    expect(page.locator(".k-path [aria-current]")).to_contain_text("Unterschrieben")


def test_another_role_gets_a_page_of_its_own(jana: Visitor) -> None:
    lease(jana, name="Eigene Seite")
    page = jana.page
    headings = page.locator(".k-det .k-ds h2").filter(visible=True)
    expect(headings).to_have_text(["Vertrag"])  # the other one stands there only for what is lost
    page.click("[popovertarget=record-menu]")
    page.get_by_role("menuitem", name="Seite anordnen").click()
    expect(page.locator("#layout-form[data-ready]")).to_be_visible()
    assert jana.accessible() == []
    page.select_option("#layout-role", label="Administration")
    expect(page.locator("#layout-form")).to_contain_text("Beim Speichern bekommt sie ein eigenes Layout.")
    rows = page.locator(".k-lays").first.locator(".k-layf")
    second = rows.nth(1).locator("b").inner_text()
    drag_by_grip(page, rows.nth(1).locator("[data-grip]"), rows.first)
    expect(rows.first.locator("b")).to_have_text(second)
    page.locator(".k-lays").first.locator("input[lang=de]").fill("Für die Verwaltung")
    page.locator("#layout-form button[value=save]").click()
    expect(page.locator(".k-det .k-ds h2").first).to_have_text("Für die Verwaltung")
    page.locator("#toaster [data-undo]").last.click()
    expect(page.locator("#toaster")).to_contain_text("Zurückgenommen")
    expect(headings).to_have_text(["Vertrag"])


def test_two_people_see_each_other_and_what_the_other_does(jana: Visitor, eva: Visitor) -> None:
    address = lease(jana, name="Zu zweit")
    hers = eva.open(address)
    expect(jana.page.locator("#here")).to_contain_text("Eva")
    hers.click("[data-edit$='/floor']")
    hers.locator(".k-editor input").fill("9")
    hers.keyboard.press("Enter")
    expect(jana.page.locator("[data-edit$='/floor']")).to_have_text("9")
    expect(jana.page.locator(".k-facts")).to_contain_text("1.200,00")
    expect(hers.locator(".k-facts")).to_contain_text("1,200.00")


def test_it_is_imported_exported_and_printed(jana: Visitor) -> None:
    page = jana.open("/o/lease")
    page.get_by_role("link", name="Import").click()
    page.wait_for_url("**/imports/new?object=lease")
    expect(page.locator("#main")).to_contain_text("Mietvertr")
    lease(jana, name="Auf Papier")
    jana.page.emulate_media(media="print")
    expect(jana.page.locator(".k-det")).to_be_visible()
    expect(jana.page.locator(".k-side").first).to_be_hidden()
    jana.page.emulate_media(media="screen")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone(tom: Visitor, theme: str) -> None:
    tom.page.context.add_cookies([{"name": "kundig_theme", "value": theme, "url": tom.company.url}])
    made = lease(tom, name=f"Pocket {theme}")
    page = tom.open("/")
    page.locator(".k-tabbar").get_by_role("link", name="Leases").click()
    page.wait_for_url(re.compile("/o/lease$"))
    expect(page.locator(".k-tabbar [aria-current]")).to_contain_text("Leases")
    row = page.locator("tr[data-row]", has_text=f"Pocket {theme}")
    expect(row).to_contain_text("Hofmann Logistik AG")
    expect(row).to_contain_text("Viewing")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tom.accessible() == []
    row.locator("a[data-open-record]").click()
    expect(page.locator(".k-rec h1")).to_have_text(f"Pocket {theme}")
    page.click("[data-panel=details]")
    page.click("[data-edit$='/floor']")
    page.locator(".k-editor input").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator("[data-edit$='/floor']")).to_have_text("2")
    page.click("[data-panel=related]")
    expect(page.locator(".k-rel")).to_contain_text("Fees")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tom.accessible() == []
    page = tom.open("/o/lease/board")
    page.wait_for_selector("[data-stage-list][data-sortable]")
    card = page.locator("article", has_text=f"Pocket {theme}")
    card.locator("[data-card-menu]").click()
    page.click("#moves [data-move-to=signed]")
    expect(page.locator("#toaster")).to_contain_text("Now in “Signed”.")  # the card is there at once
    page.locator(".k-mstages button[data-stage=signed]").click()
    expect(page.locator("[data-stage-list=signed] article", has_text=f"Pocket {theme}")).to_be_visible()
    assert tom.accessible() == []
    page = tom.open(made)
    expect(page.locator(".k-path [aria-current]")).to_contain_text("Signed")
