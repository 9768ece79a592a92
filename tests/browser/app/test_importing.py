"""Importing a file step by step: as people do it, in both languages, by keyboard alone, with nothing lost on the way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect
from tests.browser.app.conftest import QUIET, Visitor

ROWS = 500
BAD = {17: ("E-Mail", "keine Adresse"), 44: ("Geburtsdatum", "31.02.1980"), 201: ("E-Mail", "@"), 333: ("Geburtsdatum", "gestern")}
"""Rows with one bad cell, by their number; the fifth has no name at all."""
NAMELESS = 450
MENDED = {17: "eva17@neu.example", 44: "28.02.1980", 201: "eva201@neu.example", 333: "01.03.1980"}


def contacts(path: Path, word: str) -> Path:
    """A file as an old program writes it: semicolons, Windows-1252, German dates, a language that nobody here writes like that."""
    lines = ["Vorname;Nachname;E-Mail;Firma;Firma Web;Sprache;Geburtsdatum;Kürzel"]
    for n in range(1, ROWS + 1):
        cells = {
            "Vorname": "Jörg", "Nachname": f"{word} {n}", "E-Mail": f"{word}{n}@neu{n % 40}.example", "Firma": f"{word} {n % 40} GmbH",
            "Firma Web": f"https://neu{n % 40}.example", "Sprache": "ger" if n % 3 else "Englisch",
            "Geburtsdatum": f"{n % 28 + 1:02}.{n % 12 + 1:02}.1980", "Kürzel": "x",
        }  # fmt: skip
        if n in BAD:
            cells[BAD[n][0]] = BAD[n][1]
        if n == NAMELESS:
            cells |= {"Vorname": "", "Nachname": ""}
        lines.append(";".join(cells.values()))
    path.write_bytes("\n".join(lines).encode("cp1252"))
    return path


def proceed(page: Page, step: str) -> None:
    """On to the next step, by its button."""
    page.locator(".k-actions button[name=next]").click()
    page.wait_for_url(f"**/{step}")


def settle(page: Page) -> None:
    """The page is there."""
    page.evaluate(QUIET)


def choose(page: Page, selector: str, value: str) -> None:
    """Choose something, and wait until it has been kept."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.select_option(selector, value)


def shown(page: Page) -> list[str]:
    """The figures: rows, new, changed, as they were, with errors."""
    return page.locator("#figures dd").all_inner_texts()


@pytest.mark.parametrize("who", ["jana", "eva"])
def test_500_contacts_with_5_bad_cells(who: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    visitor: Visitor = request.getfixturevalue(who)
    word = f"Import{who[:4]}"
    page = visitor.open("/o/contact")
    page.locator(".k-top a[href='/imports/new?object=contact']").click()
    page.wait_for_url("**/imports/new?object=contact")
    settle(page)
    assert visitor.accessible() == []
    page.set_input_files("#file", contacts(tmp_path / "kontakte.csv", word))
    page.wait_for_url("**/file")
    settle(page)
    expect(page.locator("#delimiter option:checked")).to_have_attribute("value", "semicolon")
    expect(page.locator("#encoding")).to_have_value("cp1252")
    expect(page.locator("#locale")).to_have_value("de")
    expect(page.locator(".k-cells tbody tr").first).to_contain_text("Jörg")
    assert visitor.accessible() == []
    proceed(page, "columns")
    _columns(page, visitor)
    proceed(page, "values")
    _values(page, visitor)
    proceed(page, "check")
    page.locator(".k-center button").click()
    page.locator("#figures").wait_for(timeout=60_000)
    assert shown(page) == ["500", "495", "0", "0", "5"]
    _mend(page, visitor)
    page.locator("#launch").click()
    expect(page.locator(".k-made")).to_have_count(2, timeout=60_000)
    assert visitor.accessible() == []
    page.locator("#made-contact ~ ul a").first.click()
    expect(page.locator("h1")).to_contain_text(word)
    page.go_back()
    page.locator("#import-state [hx-post$='/undo']").click()
    page.locator("dialog[open] button.btn").last.click()
    expect(page.locator("#import-state .k-made")).to_have_count(0, timeout=30_000)
    visitor.open(f"/o/contact?view=all&q={word}")
    expect(page.locator("#rows tr[data-row]")).to_have_count(0)


def _columns(page: Page, visitor: Visitor) -> None:
    expect(page.locator("#field-0")).to_have_value("first_name")
    expect(page.locator("#field-2")).to_have_value("emails")
    expect(page.locator("#field-3")).to_have_value("account")
    expect(page.locator(".k-map tbody tr").nth(3)).to_contain_text("GmbH")
    choose(page, "#field-4", "account.website")
    choose(page, "#constant", "lead_source")
    choose(page, "#f-lead_source", "event")
    page.reload()
    expect(page.locator("#field-4")).to_have_value("account.website")
    expect(page.locator("#f-lead_source")).to_have_value("event")
    assert visitor.accessible() == []


def _values(page: Page, visitor: Visitor) -> None:
    settle(page)
    expect(page.locator("#create-3")).to_be_checked()
    expect(page.locator("select.warn")).to_have_count(1)
    choose(page, "select.warn", "de")
    expect(page.locator("select.warn")).to_have_count(0)
    assert visitor.accessible() == []
    page.locator(".k-actions a").click()  # a step back keeps it
    page.wait_for_url("**/columns")
    proceed(page, "values")
    expect(page.locator("select.warn")).to_have_count(0)


def _mend(page: Page, visitor: Visitor) -> None:
    """Cell by cell; each row is tried again at once, and nothing is lost by a reload."""
    settle(page)
    assert visitor.accessible() == []
    expect(page.locator(".k-mend tr.is-bad")).to_have_count(5)
    for number, text in MENDED.items():
        cell = page.locator(f"#row-{number + 1} [aria-invalid]")
        expect(cell).to_have_value(BAD[number][1])
        cell.fill(text)
        cell.press("Enter")
        page.locator(f"#row-{number + 1}.is-ok").wait_for()
    page.reload()
    assert shown(page) == ["500", "499", "0", "0", "1"]
    page.locator(f"#c-{NAMELESS + 1}-1").fill("Nachgetragen")
    page.locator(f"#c-{NAMELESS + 1}-1").press("Tab")
    page.locator(f"#row-{NAMELESS + 1}.is-ok").wait_for()
    expect(page.locator("#launch")).to_contain_text("500")
    assert visitor.accessible() == []


def test_pasted_cells_by_keyboard_alone(jana: Visitor) -> None:
    page = jana.open("/imports/new?object=account")
    page.locator("#object").focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.locator("#pasted")).to_be_focused()
    page.keyboard.insert_text("Name\tWebsite\nTastatur AG\thttps://tastatur.example\nOhne Maus KG\tkein Link\n")
    _press_on(page, ".k-actions [type=submit]", "**/file")
    _press_on(page, "button[name=next]", "**/columns")
    expect(page.locator("#field-1")).to_have_value("website")
    _press_on(page, "button[name=next]", "**/check")
    _tab_to(page, ".k-center button")
    page.keyboard.press("Enter")
    page.locator("#figures").wait_for(timeout=60_000)
    assert shown(page) == ["2", "1", "0", "0", "1"]
    settle(page)
    _tab_to(page, "#c-3-1")
    page.keyboard.press("Control+a")
    page.keyboard.type("https://ohnemaus.example")
    page.keyboard.press("Tab")
    page.locator("#row-3.is-ok").wait_for()
    _tab_to(page, "#launch")
    page.keyboard.press("Enter")
    expect(page.locator("#made-account ~ ul a")).to_have_count(2, timeout=60_000)


def _press_on(page: Page, selector: str, address: str) -> None:
    settle(page)
    _tab_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    settle(page)


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(150):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_a_workbook_is_read_as_somebody_says(jana: Visitor, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "mappe.xlsx") as book:
        book.add_worksheet("Deckblatt").write(0, 0, "Stand")
        book.add_worksheet("Firmen").write_row(0, 0, ["Blattfirma AG", "https://blatt.example"])
    page = jana.open("/imports/new?object=account")
    page.set_input_files("#file", tmp_path / "mappe.xlsx")
    page.wait_for_url("**/file")
    choose(page, "#sheet", "Firmen")
    expect(page.locator(".k-cells thead th")).to_have_text(["Blattfirma AG", "https://blatt.example"])
    choose(page, "#headed", "no")
    expect(page.locator(".k-cells thead th")).to_have_text(["A", "B"])
    expect(page.locator(".k-cells tbody td")).to_have_text(["Blattfirma AG", "https://blatt.example"])
    proceed(page, "columns")
    expect(page.locator(".k-summary")).to_contain_text("Name")
    page.locator("button[name=next]").click()
    expect(page.locator(".k-summary.bad")).to_be_visible()
    choose(page, "#field-0", "name")
    proceed(page, "check")
    page.get_by_role("button", name="Verwerfen").click()
    page.locator("dialog[open] button.btn").last.click()
    page.wait_for_url("**/imports")


def test_what_is_no_file_of_rows(tom: Visitor, tmp_path: Path) -> None:
    page = tom.open("/imports/new")
    page.locator(".k-actions [type=submit]").click()
    expect(page.locator(".k-summary.bad")).to_be_visible()
    (tmp_path / "empty.csv").write_text("")
    page.set_input_files("#file", tmp_path / "empty.csv")
    expect(page.locator(".k-summary.bad")).to_contain_text("no rows")
    assert tom.accessible() == []


def test_the_same_columns_are_filled_as_before(jana: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text("Bezeichnung des Kunden;Art des Kunden\nEinmal AG;A-Kunde\n")
    page = jana.open("/imports/new?object=account")
    for attempt in ("first", "again"):
        jana.open("/imports/new?object=account")
        page.set_input_files("#file", file)
        page.wait_for_url("**/file")
        settle(page)
        proceed(page, "columns")
        if attempt == "first":
            choose(page, "#field-0", "name")
        expect(page.locator("#field-0")).to_have_value("name")
        expect(page.locator(".k-summary.ok")).to_have_count(int(attempt == "again"))
        proceed(page, "check")
        page.locator(".k-center button").click()
        page.locator("#figures").wait_for(timeout=60_000)
    page.goto(re.sub(r"/check.*", "/columns", page.url))
    page.get_by_role("button", name="Neu zuordnen").click()
    expect(page.locator("#field-0")).to_have_value("")
