"""Panels that are fetched anew at every change: nothing that is done while an answer is under way is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, expect
from tests.browser.app.conftest import Visitor


@contextmanager
def answering_late(page: Page, address: str) -> Iterator[None]:
    """What is sent there is answered when the block has ended."""
    held: list[Route] = []
    released = False

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    page.route(address, hold)
    yield
    assert len(held) == 1, "only one is under way at a time"
    released = True
    held[0].continue_()


def test_text_and_buttons_of_the_filter_wait_for_their_turn(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.keyboard.press("f")
    page.select_option("#n-0-0-field", "website")
    expect(page.locator("input#n-0-0-value")).to_be_visible()
    with answering_late(page, "**/o/account/filter"):
        with page.expect_request("**/o/account/filter"):
            page.select_option("#n-0-0-op", "starts_with")
        page.fill("#n-0-0-value", "hofmann")
        page.locator("#filter-form > .k-fadd").get_by_role("button", name="Bedingung").click()
    expect(page.locator("#n-0-1-field")).to_be_visible()
    expect(page.locator("#n-0-0-field")).to_have_value("website")
    expect(page.locator("#n-0-0-op")).to_have_value("starts_with")
    expect(page.locator("#n-0-0-value")).to_have_value("hofmann")
    expect(page.locator(".k-fsay")).to_contain_text("„hofmann“")


def test_letters_mean_the_list_that_comes(jana: Visitor) -> None:
    page = jana.open("/o/opportunity?view=all")
    page.keyboard.press("f")
    expect(page.locator("#n-0-0-field")).to_be_focused()
    with answering_late(page, "**/o/opportunity/filter"):
        with page.expect_request("**/o/opportunity/filter"):
            page.keyboard.type("Betrag")
            page.keyboard.press("Tab")
        page.keyboard.type("ist h")
    expect(page.locator("#n-0-0-op")).to_have_value("lte")
    expect(page.locator("#n-0-0-op")).to_be_focused()


def test_columns_are_hidden_one_after_the_other(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.click("[popovertarget=columns]")
    page.wait_for_selector("#col-frozen")
    with answering_late(page, "**/arrange/columns"):
        with page.expect_request("**/arrange/columns"):
            page.get_by_role("button", name="Branche ausblenden").click()
        page.get_by_role("button", name="Art ausblenden").click()
        page.select_option("#col-frozen", "2")
    expect(page.locator("#columns-form [name=col][value=industry]")).to_have_count(0)
    expect(page.locator("#columns-form [name=col][value=type]")).to_have_count(0)
    expect(page.locator("#col-frozen")).to_have_value("2")


def test_a_button_that_is_exchanged_while_it_is_pressed_is_pressed_all_the_same(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.keyboard.press("f")
    page.select_option("#n-0-0-field", "website")
    expect(page.locator("input#n-0-0-value")).to_be_visible()
    page.fill("#n-0-0-value", "hofmann")
    jana.rest()
    with answering_late(page, "**/o/account/filter"):
        with page.expect_request("**/o/account/filter"):
            page.select_option("#n-0-0-op", "starts_with")
        page.hover("#filter-form footer [name=done]")
        page.mouse.down()
    expect(page.locator(".k-fsay")).to_contain_text("beginnt mit")
    page.mouse.up()
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator("#filters")).to_contain_text("hofmann")


def test_what_is_typed_beside_a_command_of_a_pipeline_stays(jana: Visitor) -> None:
    page = jana.open("/settings/pipelines/ticket")
    stages = page.locator(".k-stage")
    expect(page.locator("#pipeline-form[data-ready]")).to_be_visible()
    before = stages.count()
    with answering_late(page, "**/settings/pipelines/ticket"):
        with page.expect_request("**/settings/pipelines/ticket"):
            page.locator("#add-stage").click()
        stages.first.get_by_role("textbox", name="Phase auf Deutsch").fill("Eingang")
        page.locator(f"#{stages.nth(1).get_attribute('data-part')}-points").click()
    expect(stages).to_have_count(before + 1)
    expect(stages.first.get_by_role("textbox", name="Phase auf Deutsch")).to_have_value("Eingang")
    expect(stages.nth(1).locator(".k-stagep li")).to_have_count(1)


def test_what_is_typed_beside_a_command_of_a_layout_stays(jana: Visitor) -> None:
    page = jana.open("/o/lead")
    page.locator("a[data-open-record]").first.click()
    page.click("[popovertarget=record-menu]")
    page.get_by_role("menuitem", name="Seite anordnen").click()
    expect(page.locator("#layout-form[data-ready]")).to_be_visible()
    sections = page.locator(".k-lays")
    before = sections.count()
    address = f"**{page.locator('#layout-form').get_attribute('action')}"
    with answering_late(page, address):
        with page.expect_request(address):
            page.locator("#add-top").click()
        sections.nth(1).get_by_role("textbox", name="Abschnitt auf Deutsch").fill("Herkunft der Anfrage")
    expect(sections).to_have_count(before + 1)
    assert "Herkunft der Anfrage" in [
        box.input_value() for box in sections.get_by_role("textbox", name="Abschnitt auf Deutsch").all()
    ]
