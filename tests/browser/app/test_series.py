"""Meetings that recur: made in words, moved and deleted one by one or together, by mouse and by keys, at a desk and with a phone."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor

WEEK = "2032-03-01"


def recurring(visitor: Visitor, subject: str, day: str, rule: str = "WEEKLY") -> Page:
    """A meeting for four weeks, made by the form."""
    page = visitor.open("/o/meeting/new")
    page.fill("#f-subject", subject)
    page.fill("#f-starts_at", f"2032-03-{day}T10:00")
    page.fill("#f-ends_at", f"2032-03-{day}T11:00")
    page.select_option("#f-recurrence", rule)
    page.select_option("[name='recurrence.end']", "times")
    page.fill("[name='recurrence.times']", "4")
    page.click(".k-actions button[type=submit]")
    page.wait_for_selector(".k-rec")
    return page


def entries(visitor: Visitor, subject: str) -> list[str]:
    """The days of a series' entries, from the agenda."""
    page = visitor.open("/calendar?span=agenda&day=2032-03-01&who=all")
    return page.locator(".k-agenda", has_text=subject).locator("h3").all_inner_texts()


def test_a_rule_is_made_in_words_and_shown_as_a_sentence(jana: Visitor) -> None:
    page = jana.open("/o/meeting/new")
    page.fill("#f-subject", "Vertriebsrunde")
    page.fill("#f-starts_at", "2032-03-01T09:00")
    expect(page.locator("[name='recurrence.every']")).to_be_hidden()
    page.select_option("#f-recurrence", "WEEKLY")
    page.fill("[name='recurrence.every']", "2")
    page.locator(".k-recur-days label", has_text="Mo").click()
    page.locator(".k-recur-days input[value=WE]").focus()
    page.keyboard.press("Space")
    expect(page.locator("[name='recurrence.by']")).to_be_hidden()
    page.select_option("[name='recurrence.end']", "until")
    page.fill("[name='recurrence.until']", "2032-06-30")
    assert jana.accessible() == []
    page.click(".k-actions button[type=submit]")
    expect(page.locator(".k-det")).to_contain_text("Alle 2 Wochen am Montag und Mittwoch, bis 30.06.2032")


def test_a_rule_that_says_nothing_keeps_what_was_typed(jana: Visitor) -> None:
    page = jana.open("/o/meeting/new")
    page.fill("#f-subject", "Ohne Ende")
    page.fill("#f-starts_at", "2032-03-01T09:00")
    page.select_option("#f-recurrence", "MONTHLY")
    page.select_option("[name='recurrence.by']", "day")
    page.fill("[name='recurrence.day']", "44")
    page.click(".k-actions button[type=submit]")
    expect(page.locator("#f-recurrence-error")).to_contain_text("1 bis 31")
    expect(page.locator("[name='recurrence.day']")).to_have_value("44")


def test_keys_move_one_or_all_that_follow(jana: Visitor) -> None:
    recurring(jana, "Wochenstart", "02")
    page = jana.open("/calendar?span=week&day=2032-03-08")
    entry = page.locator("a.k-calblock", has_text="Wochenstart")
    entry.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#quick .k-create")).to_be_visible()
    assert jana.accessible() == []
    page.keyboard.press("Escape")
    expect(page.locator("section[data-day='2032-03-09'] a", has_text="Wochenstart")).to_be_visible()
    entry.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#quick button", has_text="Nur diesen Eintrag")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("section[data-day='2032-03-10'] a", has_text="Wochenstart")).to_be_visible()
    assert [text[:2] for text in entries(jana, "Wochenstart")] == ["Di", "Mi", "Di", "Di"]
    jana.open("/calendar?span=week&day=2032-03-15")
    page.locator("a.k-calblock", has_text="Wochenstart").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#quick button", has_text="alle folgenden").click()
    expect(page.locator("section[data-day='2032-03-17'] a", has_text="Wochenstart")).to_be_visible()
    assert [text[:2] for text in entries(jana, "Wochenstart")] == ["Di", "Mi", "Mi", "Mi"]


def test_the_form_asks_for_whom_it_holds_and_undo_takes_all_back(jana: Visitor) -> None:
    page = recurring(jana, "Lagebericht", "03")
    page.click("a[data-key=e]")
    page.wait_for_selector(".k-reach-c")
    page.fill("#f-subject", "Lagegespräch")
    page.select_option("#f-recurrence", "DAILY")
    page.click(".k-actions button[type=submit]")
    expect(page.locator("#f-recurrence-error")).to_contain_text("Eine Regel gilt für mehrere")
    expect(page.locator("#f-subject")).to_have_value("Lagegespräch")
    page.select_option("#f-recurrence", "WEEKLY")
    page.check("input[name=reach][value=all]")
    assert jana.accessible() == []
    page.click(".k-actions button[type=submit]")
    page.wait_for_selector(".k-rec")
    assert len(entries(jana, "Lagegespräch")) == 4


def test_with_a_phone_the_rest_is_deleted(tom: Visitor) -> None:
    recurring(tom, "Standup", "04")
    page = tom.open("/calendar?span=agenda&day=2032-03-10&who=all")
    page.locator(".k-agenda a", has_text="Standup").first.click()
    page.wait_for_selector(".k-rec")
    page.click("button[popovertarget=record-menu]")
    page.click("#record-menu .dng")
    expect(page.locator("#quick .k-create")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tom.accessible() == []
    page.locator("#quick button", has_text="all that follow").click()
    page.wait_for_url("**/o/meeting")
    assert len(entries(tom, "Standup")) == 1
