"""The audit log as who watches over it uses it: read, filtered, found in a file."""

from __future__ import annotations

import csv
from pathlib import Path

from playwright.sync_api import expect
from tests.browser.app.conftest import AXE, RULES
from tests.browser.settings.conftest import NewPage, Server, sign_in


def test_reading_filtering_and_exporting(server: Server, administrator: str, new_page: NewPage, tmp_path: Path) -> None:
    server.run("token", "add", administrator, "--name", "Nightly sync")
    page = new_page()
    sign_in(page, server, administrator)
    page.goto(f"{server.url}/settings")
    page.locator(".k-snav").get_by_role("link", name="Audit log").click()
    rows = page.locator("#trail tbody tr:not(.k-more)")
    expect(rows.first).to_contain_text("signed in")
    expect(rows.first).to_contain_text("Bea Boss")
    expect(rows.first).to_contain_text("127.0.0.1")
    page.evaluate(AXE.read_text())
    assert page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)["violations"] == []

    page.get_by_label("Event", exact=True).focus()
    page.get_by_label("Event", exact=True).select_option(label="API token made")
    expect(rows.first).to_contain_text("made an API token for Bea Boss")
    expect(rows.first).to_contain_text("Nightly sync")
    expect(page.locator("#trail")).not_to_contain_text("signed in")
    assert page.evaluate("document.activeElement.name") == "event", "who filters by keyboard stays where they are"
    assert "event=token_made" in page.url
    rows.first.get_by_role("link", name="Bea Boss").click()
    page.wait_for_url("**/o/user/*")
    page.go_back()
    expect(page.get_by_label("Event", exact=True)).to_have_value("token_made")
    expect(rows.first).to_contain_text("Nightly sync")

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="CSV").click()
    with Path(download.value.path()).open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert found
    assert {row["event"] for row in found} == {"token_made"}
    page.get_by_label("Event", exact=True).select_option(label="Audit log exported")
    expect(rows.first).to_contain_text("exported the audit log")
    expect(rows).to_have_count(1)
    page.get_by_label("To", exact=True).fill("2001-02-03")
    expect(page.get_by_text("No event fits what you filter by.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(rows.nth(1)).to_be_visible()
