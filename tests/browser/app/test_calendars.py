"""Calendars: what is planned, by day and hour; moved by mouse and by keys; made by a click."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.app.conftest import Visitor

WEEK = "2031-03-03"
"""A week of which nobody else has anything."""


def planned(visitor: Visitor, subject: str, start: str, end: str) -> Locator:
    """A meeting made by the form, and its entry in the week."""
    page = visitor.open("/o/meeting/new")
    page.fill("#f-subject", subject)
    page.fill("#f-starts_at", f"{WEEK[:-2]}{start}")
    page.fill("#f-ends_at", f"{WEEK[:-2]}{end}")
    expect(page.locator("#f-owner")).to_have_value("Jana Küster")
    page.click(".k-actions button[type=submit]")
    page.wait_for_selector(".k-rec")
    return in_week(visitor, subject)


def in_week(visitor: Visitor, subject: str) -> Locator:
    return visitor.open(f"/calendar?span=week&day={WEEK}").locator("a.k-calblock", has_text=subject)


def test_the_mouse_moves_an_entry_and_undo_brings_it_back(jana: Visitor) -> None:
    entry = planned(jana, "Werksbesuch", "04T10:00", "04T11:00")
    page = jana.page
    box, thursday = entry.bounding_box(), page.locator("section.k-calday[data-day='2031-03-06']").bounding_box()
    assert box is not None
    assert thursday is not None
    hour = box["height"]
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(thursday["x"] + 20, box["y"] + 8 + hour, steps=10)
    page.mouse.up()
    expect(page.locator(".toast")).to_contain_text("06.03.2031, 11:00")
    expect(page.locator("section[data-day='2031-03-06'] a", has_text="Werksbesuch")).to_contain_text("11:00 – 12:00")
    page.click(".toast button:has-text('Rückgängig')")
    expect(page.locator("section[data-day='2031-03-04'] a", has_text="Werksbesuch")).to_contain_text("10:00 – 11:00")


def test_keys_move_and_stretch_the_focused_entry(jana: Visitor) -> None:
    entry = planned(jana, "Telefonrunde", "05T14:00", "05T15:00")
    moved = jana.page.locator("section[data-day='2031-03-06'] a", has_text="Telefonrunde")
    for key, when in (("ArrowRight", "14:00 – 15:00"), ("ArrowDown", "14:15 – 15:15"), ("Shift+ArrowDown", "14:15 – 15:30")):
        entry.focus()
        jana.page.keyboard.press(key)
        expect(moved).to_contain_text(when)
        expect(moved).to_be_focused()


def test_a_click_into_an_empty_hour_begins_a_meeting_there(jana: Visitor) -> None:
    page = jana.open(f"/calendar?span=week&day={WEEK}")
    day = page.locator("section.k-calday[data-day='2031-03-07']")
    box = day.bounding_box()
    assert box is not None
    day.click(position={"x": 30, "y": box["height"] / 24 * 9 + 4})
    expect(page.locator("#quick-form #f-starts_at")).to_have_value(re.compile("2031-03-07T09:00"))


@pytest.mark.parametrize("span", ["day", "week", "month", "agenda"])
def test_every_span_is_accessible_and_leads_on(jana: Visitor, span: str) -> None:
    planned(jana, f"Treffen {span}", "03T09:00", "03T10:00")
    page: Page = jana.open(f"/calendar?span={span}&day={WEEK}")
    expect(page.get_by_text(f"Treffen {span}").first).to_be_visible()
    assert jana.accessible() == []
    page.keyboard.press("]")
    page.wait_for_url(lambda address: date.fromisoformat(re.search(r"day=([\d-]+)", address)[1]) > date.fromisoformat(WEEK))  # type: ignore[index]  # it is there


def test_colleagues_are_chosen_and_an_object_has_its_own_calendar(jana: Visitor) -> None:
    page = jana.open("/calendar")
    page.click("button[popovertarget=people]")
    page.click("#people a:has-text('Alle')")
    page.wait_for_url("**who=all**")
    expect(page.locator("button[popovertarget=people]")).to_have_text("Alle")
    jana.open("/o/opportunity")
    page.click(".seg a:has-text('Kalender')")
    page.wait_for_selector("[data-calendar]")
    assert jana.accessible() == []


def test_a_phone_has_the_agenda(tom: Visitor) -> None:
    page = tom.open("/calendar?span=agenda&who=all")
    expect(page.locator(".k-agenda").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tom.accessible() == []


def meet(visitor: Visitor, subject: str, start: str, end: str, at: str = "/o/meeting/new") -> str:
    """A meeting by the form, new or another time for one; its address."""
    page = visitor.open(at)
    page.fill("#f-subject", subject)
    page.fill("#f-starts_at", start)
    page.fill("#f-ends_at", end)
    page.click("#record-form [type=submit]")
    page.wait_for_selector(".k-rec")
    return page.url.removeprefix(visitor.company.url)


def watch(visitor: Visitor, address: str) -> Page:
    """A calendar of everybody that follows what others do."""
    page = visitor.open(f"/calendar?who=all&{address}")
    page.wait_for_selector("#live[data-on]", state="attached")
    page.evaluate("window.kept = true")
    return page


@pytest.mark.parametrize(("span", "day"), [("week", 7), ("month", 8), ("agenda", 9)])
def test_an_open_calendar_follows_what_others_plan(jana: Visitor, eva: Visitor, span: str, day: int) -> None:
    name, own, next_day = f"Gemeinsam {span}", f"2031-04-{day:02}", f"2031-04-{day + 1:02}"
    hers = watch(eva, f"span={span}&day=2031-04-09")
    entry = hers.locator("[data-calendar] a", has_text=name)
    address = meet(jana, name, f"{own}T10:00", f"{own}T11:00")
    expect(hers.locator(f"[data-day='{own}'] a", has_text=name)).to_be_visible()
    meet(jana, name, f"{next_day}T14:00", f"{next_day}T15:00", f"{address}/edit")
    expect(hers.locator(f"[data-day='{next_day}'] a", has_text=name)).to_be_visible()
    expect(entry).to_have_count(1)
    meet(jana, "Umbenannt", f"{next_day}T14:00", f"{next_day}T15:00", f"{address}/edit")
    expect(hers.locator(f"[data-day='{next_day}'] a", has_text="Umbenannt")).to_be_visible()
    expect(entry).to_have_count(0)
    assert hers.evaluate("window.kept") is True


def test_nothing_moves_under_the_cursor_of_a_calendar(jana: Visitor, eva: Visitor) -> None:
    address = meet(jana, "Unter dem Zeiger", "2031-05-16T10:00", "2031-05-16T11:00")
    hers = watch(eva, "span=week&day=2031-05-14")
    friday = hers.locator("section[data-day='2031-05-16']")
    friday.locator("a", has_text="Unter dem Zeiger").hover()
    meet(jana, "Anderswo", "2031-05-16T16:00", "2031-05-16T17:00", f"{address}/edit")
    meet(jana, "Nebenan", "2031-05-15T09:00", "2031-05-15T10:00")
    expect(hers.locator("section[data-day='2031-05-15'] a", has_text="Nebenan")).to_be_visible()
    expect(friday.locator("a", has_text="Unter dem Zeiger")).to_be_visible()
    hers.mouse.move(5, 5)
    expect(friday.locator("a", has_text="Anderswo")).to_contain_text("4:00 PM")
    expect(friday.locator("a", has_text="Unter dem Zeiger")).to_have_count(0)


def test_an_entry_in_focus_keeps_it_when_it_is_moved(jana: Visitor, eva: Visitor) -> None:
    address = meet(eva, "Im Fokus", "2031-06-10T10:00", "2031-06-10T11:00")
    hers = watch(eva, "span=week&day=2031-06-10")
    hers.locator("a", has_text="Im Fokus").focus()
    meet(jana, "Im Fokus", "2031-06-11T12:00", "2031-06-11T13:00", f"{address}/edit")
    moved = hers.locator("section[data-day='2031-06-11'] a", has_text="Im Fokus")
    expect(moved).to_be_focused()
