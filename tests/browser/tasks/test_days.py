"""Tasks of a day: deals moved, dates kept, tickets closed, what colleagues changed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor
from tests.browser.tasks.conftest import Doing, Office
from tests.browser.tasks.ways import ask, go, record

pytestmark = pytest.mark.slow


def test_move_a_deal_to_won(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/")
    with task(page, "Move a deal to won", "palette, its name; palette, the stage") as hands:
        go(hands, "anlage 17", "Anlage 17")
        ask(hands, "gewonnen")
        hands.press("Enter")
        expect(page.locator(".k-path .is-current-won, .k-path .is-won")).to_have_count(1)
    assert office.one("opportunity", name="Anlage 17")["stage"] == "won"


def test_move_a_meeting_by_a_week(jana: Visitor, office: Office, task: Doing) -> None:
    owner = office.one("user", email="jana@nordwind.example")["id"]
    times = {"starts_at": "2031-03-04T09:00:00Z", "ends_at": "2031-03-04T10:00:00Z"}
    meeting = office.make("meeting", subject="Werksbesuch", owner=owner, **times)
    page = jana.open("/calendar?span=week&day=2031-03-03")
    with task(page, "Move a meeting by a week", "in the calendar J to it, Shift →") as hands:
        hands.press("j", "Shift+ArrowRight")
        expect(page.locator(".toast")).to_contain_text("11.03.2031")
    [moved] = [row for row in office.found("meeting") if row["id"] == meeting["id"]]
    assert moved["starts_at"].startswith("2031-03-11T09:00")
    assert moved["ends_at"].startswith("2031-03-11T10:00")


def test_who_changed_an_amount(jana: Visitor, office: Office, task: Doing) -> None:
    deal = office.one("opportunity", name="Anlage 9")
    office.change("opportunity", deal["id"], amount={"amount": "99999", "currency": "EUR"})
    page = record(jana, "opportunity", deal["id"])
    with task(page, "Find out who changed an amount, and take it back", "“Changes”, undo at the entry") as hands:
        hands.click("[data-panel=changes]")
        expect(page.locator(".k-diff ins").first).to_contain_text("99.999")
        expect(page.locator("#changes, .k-evh").first).to_contain_text("Jana Küster")
        hands.click(".k-evh [hx-post$='/undo']")
        expect(page.locator("[data-edit$='/amount']").first).not_to_contain_text("99.999")
    assert office.one("opportunity", name="Anlage 9")["amount"]["amount"] == deal["amount"]["amount"]


def test_close_a_ticket(jana: Visitor, office: Office, task: Doing) -> None:
    ticket = office.make("ticket", subject="Presse steht", priority="high")
    page = record(jana, "ticket", ticket["id"])
    with task(
        page, "Write down how a ticket was answered, and resolve it", "N, the note, Ctrl Enter; palette, the status"
    ) as hands:
        hands.press("n")
        expect(page.locator("#composer [contenteditable]")).to_be_focused()
        hands.write("Sicherung getauscht.")
        hands.press("Control+Enter")
        expect(page.locator("#timeline")).to_contain_text("Sicherung getauscht.")
        ask(hands, "gelöst")
        hands.press("Enter")
        expect(page.locator("#toaster")).to_contain_text("Gelöst")
    [closed] = [row for row in office.found("ticket") if row["id"] == ticket["id"]]
    assert closed["status"] == "resolved"
    assert closed["resolved_at"]


def test_a_task_for_monday(jana: Visitor, office: Office, task: Doing) -> None:
    page = jana.open("/")
    monday = datetime.now().astimezone() + timedelta(days=7 - datetime.now().astimezone().weekday())
    with task(page, "Set a task for next Monday", "palette “neu aufg”, what is to be done, the day") as hands:
        ask(hands, "neu aufg")
        hands.press("Enter")
        expect(page.locator("#quick-form #f-subject")).to_be_focused()
        hands.write("Angebot nachfassen")
        hands.press("Tab")
        hands.write(f"{monday:%m%d%Y}")
        hands.press("Tab")
        hands.write("0900AM")
        hands.press("Control+Enter")
        page.wait_for_url("**/o/task/**")
    made = office.one("task", subject="Angebot nachfassen")
    assert made["due_at"].startswith(f"{monday:%Y-%m-%d}")


def test_work_through_what_is_due(jana: Visitor, office: Office, task: Doing) -> None:
    owner = office.one("user", email="jana@nordwind.example")["id"]
    for name in ("Muster schicken", "Preis klären", "Rückruf"):
        office.make("task", subject=name, owner=owner, due_at=f"{datetime.now().astimezone():%Y-%m-%d}T05:00:00Z")
    page = jana.open("/")
    due = page.locator(".k-task:has([data-tick])")
    with task(page, "Work through the three tasks of today", "on the first page J to each, X: done") as hands:
        for left in (2, 1, 0):
            hands.press("j", "x")
            expect(due).to_have_count(left)
    done = {row["subject"] for row in office.found("task", {"field": "status", "op": "is", "value": "done"})}
    assert done == {"Muster schicken", "Preis klären", "Rückruf"}
