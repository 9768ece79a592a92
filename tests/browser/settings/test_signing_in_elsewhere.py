"""One whole sign-in at a real OpenID Connect provider, as people and their administrator take it: set up, there and back, out again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.browser.app.conftest import DESKTOP, PHONE
from tests.browser.settings.conftest import NewPage, Server, sign_in
from tests.provider.running import installed, provider

NAME = "house"


@pytest.fixture(scope="module")
def issuer(server: Server) -> Iterator[str]:
    if not installed():
        pytest.skip("The real provider needs Node 20 or newer with npm.")
    own = f"{server.url}/sign-in/with/{NAME}"
    with provider(f"{own}/signed-out", f"{own}/back", port=server.elsewhere) as address:
        yield address


def set_up(page: Page, server: Server, issuer: str) -> None:
    """What the administrator enters."""
    page.goto(f"{server.url}/settings/sign-in-providers/new")
    page.fill("#label", "the house")
    page.fill("#name", NAME)
    page.fill("#issuer", issuer)
    page.get_by_role("button", name="See whether it answers").click()
    expect(page.locator("#provider-tested")).to_contain_text(issuer.removeprefix("http://"))
    page.fill("#client_id", "kundig")
    page.fill("#client_secret", "a secret: with + and %")
    page.check("#makes_users")
    page.check("#role-sales_representative")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"{server.url}/settings/sign-in-providers/{NAME}")
    expect(page.locator("#redirect")).to_have_value(f"{server.url}/sign-in/with/{NAME}/back")
    expect(page.locator("#signed-out")).to_have_value(f"{server.url}/sign-in/with/{NAME}/signed-out")


def enters(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/sign-in")
    page.get_by_role("link", name="Sign in with the house").click()
    page.wait_for_url(re.compile(r"/(interaction/|$)"))


def test_there_and_back_and_out(server: Server, administrator: str, issuer: str, new_page: NewPage) -> None:
    page = new_page()
    sign_in(page, server, administrator)
    set_up(page, server, issuer)
    for size in (DESKTOP, PHONE):
        page = new_page()
        page.set_viewport_size(size)
        # the provider's own pages ask for a font from elsewhere
        page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(content_type="text/css", body=""))
        enters(page, server)
        assert page.url.startswith(issuer), "the log-in is there, not here"
        page.fill("[name=login]", "anna")
        page.fill("[name=password]", "of the provider")
        page.click("button[type=submit]")
        expect(page.get_by_text("Authorize")).to_be_visible()
        page.click("button[type=submit]")
        page.wait_for_url(f"{server.url}/")
        expect(page.locator("#main")).to_be_visible()
        page.goto(f"{server.url}/settings/me")
        expect(page.locator("#name")).to_have_value("Anna Admin")

        page.locator("form[action='/sign-out'] button").first.evaluate("button => button.click()")
        page.wait_for_url(f"{server.url}/sign-in")
        enters(page, server)
        page.wait_for_url(f"{server.url}/")  # known there still, nothing is asked

        page.goto(f"{issuer}/session/end")
        page.click("button[value=yes]")
        page.wait_for_url(f"{issuer}/session/end/success")
        page.goto(f"{server.url}/settings/me")
        page.wait_for_url(re.compile("/sign-in"))
        expect(page.get_by_role("link", name="Sign in with the house")).to_be_visible()
