"""Tasks with many records: found and assigned, corrected, imported, changed and taken back, arranged for others, taken along."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor
from tests.browser.tasks.conftest import Doing, Office
from tests.browser.tasks.hands import Hands

pytestmark = pytest.mark.slow

DEALS = {"Anlage 26", "Anlage 29", "Wien"}
"""Open, over 10,000 €, without a next step, in Germany, Austria or Switzerland."""


@pytest.fixture
def deals(office: Office) -> None:
    """Beside those deals, one with a next step, one elsewhere, and a small one."""
    places = {"Wien": ("AT", "20000"), "Lyon": ("FR", "20000"), "Basel": ("CH", "900")}
    for name, (country, amount) in places.items():
        account = office.make("account", name=f"{name} SA", billing_address={"city": name, "country": country})
        office.make("opportunity", name=name, account=account["id"], amount={"amount": amount, "currency": "EUR"})
    for name in ("Anlage 27", "Anlage 28"):
        office.change("opportunity", office.one("opportunity", name=name)["id"], next_step="Termin machen")


@pytest.mark.usefixtures("deals")
def test_assign_large_deals_without_a_next_step(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/o/opportunity?view=open")
    name = "Find open deals over 10,000 € without next step in DACH, and assign them"
    with task(page, name, "F and three conditions; Ctrl A, Shift A, the colleague") as hands:
        _condition(hands, "Betrag", "ist meh", "10000")
        _condition(hands, "nn", "ist l")  # Playwright can't type an Umlaut into a list: the second that begins with N
        _condition(hands, "Rechnungsadresse: L", "ist ei", "DE", "AT", "CH")
        hands.press("Control+a", "Shift+A")
        expect(page.locator("#bulk-form input[role=combobox]")).to_be_focused()
        hands.write("Tom")
        hands.press("Enter", "Control+Enter")
        expect(page.locator(".toast h2").last).to_contain_text("3 geändert.")
    assert {row["name"] for row in office.found("opportunity") if row["owner"]["label"] == "Tom Baker"} == DEALS


def _condition(hands: Hands, field: str, operator: str, *values: str) -> None:
    """One condition by keyboard alone: letters choose in closed lists."""
    chips = hands.page.locator("div.chip.on")
    before = chips.count()
    hands.press("f")
    expect(hands.page.locator("#filter-form select[name$='.field']").last).to_be_focused()
    for n, text in enumerate((field, operator, *values)):
        if n:
            hands.press("Enter" if n > 2 else "Tab")
            expect(hands.page.locator("#filter-form .htmx-request")).to_have_count(0)
        hands.write(text)
    hands.press("Control+Enter")
    expect(chips).to_have_count(before + 1)


def test_correct_twenty_job_titles(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/o/contact?view=all&order=label&cols=label,job_title,account,emails")
    rows = page.locator("tr[data-row]")
    ids = [rows.nth(n).get_attribute("data-row") for n in range(20)]
    with task(page, "Correct 20 job titles in a list", "to the first by arrows, Enter; each title, ↓ to the next") as hands:
        hands.press("ArrowDown", "ArrowRight", "Enter")
        for n in range(20):
            hands.write(f"Leitung {n}")
            hands.press("ArrowDown" if n < 19 else "Enter")
        for n in range(20):
            expect(rows.nth(n).locator("td").nth(2)).to_have_text(f"Leitung {n}")
    titles = {row["id"]: row["job_title"] for row in office.found("contact")}
    assert [titles[str(id_)] for id_ in ids] == [f"Leitung {n}" for n in range(20)]


BAD = {
    17: ("E-Mail", "keine Adresse"),
    44: ("Geburtsdatum", "31.02.1980"),
    201: ("E-Mail", "@"),
    333: ("Geburtsdatum", "gestern"),
    450: ("E-Mail", "a b@c"),
}
MENDED = {17: "eva17@neu.example", 44: "28.02.1980", 201: "eva201@neu.example", 333: "01.03.1980", 450: "eva450@neu.example"}


def _file(path: Path) -> Path:
    lines = ["Vorname;Nachname;E-Mail;Firma;Geburtsdatum"]
    for n in range(1, 501):
        cells = {"Vorname": "Eva", "Nachname": f"Neu {n}", "E-Mail": f"eva{n}@neu.example", "Firma": f"Neu {n % 40} GmbH", "Geburtsdatum": "01.02.1980"}  # fmt: skip
        cells |= dict([BAD[n]]) if n in BAD else {}
        lines.append(";".join(cells.values()))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_import_500_contacts(jana: Visitor, office: Office, task: Doing, tmp_path: Path) -> None:
    file = _file(tmp_path / "kontakte.csv")
    before = len(office.found("contact"))
    page = jana.open("/o/contact")
    with task(page, "Import 500 contacts with 5 bad cells", "the file, three steps, each cell mended in the grid") as hands:
        hands.click(".k-top a[href='/imports/new?object=contact']")
        page.wait_for_url("**/imports/new?object=contact")
        hands.hand_over("#file", file)
        for step in ("file", "columns", "values"):
            page.wait_for_url(f"**/{step}")
            jana.rest()
            hands.click(".k-actions button[name=next]")
        page.wait_for_url("**/check")
        hands.click(".k-center button")
        page.locator("#figures").wait_for(timeout=60_000)
        jana.rest()
        for number, text in MENDED.items():
            hands.click(f"#row-{number + 1} [aria-invalid]")
            hands.press("Control+a")
            hands.write(text)
            hands.press("Enter")
            page.locator(f"#row-{number + 1}.is-ok").wait_for()
        hands.click("#launch")
        expect(page.locator(".k-made")).to_have_count(2, timeout=60_000)
    found = office.found("contact", {"field": "last_name", "op": "starts_with", "value": "Neu "})
    assert len(found) == 500
    assert len(office.found("contact")) == before + 500
    mails = {row["last_name"]: row["emails"][0]["value"] for row in found if row["emails"]}
    assert mails["Neu 17"] == "eva17@neu.example"


def test_arrange_a_list_and_share_it(jana: Visitor, tom: Visitor, task: Doing) -> None:
    page = jana.open("/o/lead?view=all")
    with task(page, "Change a list's columns and order, and share it as a view", "columns, a head, “Save view”") as hands:
        hands.click("[popovertarget=columns]")
        page.wait_for_selector("#col-more")
        hands.choose("#col-more", "Telefon")
        hands.click(page.get_by_role("button", name="Herkunft ausblenden"))
        expect(page.locator("#columns-form [name=col][value=source]")).to_have_count(0)
        hands.click("#columns-form footer [name=done]")
        expect(page.locator("th[data-field=phones]")).to_be_visible()
        hands.click("th[data-field=company_name] a")
        expect(page.locator("th[data-field=company_name]")).to_have_attribute("aria-sort", "ascending")
        hands.click(".k-viewbar > button[data-variant=outline]")
        expect(page.locator("#view-name")).to_be_focused()
        hands.write("Zum Anrufen")
        hands.click(page.get_by_label("Alle", exact=True))
        hands.press("Enter")
        expect(page.locator(".k-viewbar [aria-current]")).to_contain_text("Zum Anrufen")
    theirs = tom.open("/o/lead")
    theirs.get_by_role("link", name="Zum Anrufen").click()
    expect(theirs.locator("th[data-field=company_name]")).to_have_attribute("aria-sort", "ascending")
    expect(theirs.locator("th[data-field=phones]")).to_be_visible()
    expect(theirs.locator("th[data-field=source]")).to_have_count(0)


def test_take_back_a_bulk_change(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/o/account?view=all&q=hofmann")
    before = {row["id"]: row["rating"] for row in office.found("account")}
    with task(
        page, "Change a field of all rows of a list, and take it back", "Ctrl A, Shift E, field and value, Ctrl Enter; Z"
    ) as hands:
        hands.press("Control+a", "Shift+E")
        expect(page.locator("#bulk-field")).to_be_focused()
        hands.write("Einst")
        hands.press("Tab")
        expect(page.locator("#bulk-form #f-rating")).to_be_focused()
        hands.write("h")
        hands.press("Control+Enter")
        expect(page.locator(".toast h2")).to_contain_text("7 geändert.")
        assert {row["id"]: row["rating"] for row in office.found("account")} != before
        hands.press("z")
        expect(page.locator(".toast h2").last).to_contain_text("Zurückgenommen")
    assert {row["id"]: row["rating"] for row in office.found("account")} == before


def test_take_a_list_along(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/o/account?view=all&order=name&q=hofmann")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with task(page, "Take a list along as a table", "Ctrl A, Ctrl C") as hands:
        hands.press("Control+a", "Control+c")
        expect(page.locator(".toast")).to_contain_text("Kopiert.")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    names = [row["name"] for row in office.found("account", order="name") if row["name"].startswith("Hofmann")]
    assert [line.split("\t")[0] for line in lines] == ["Name", *names]
