"""News on this device, as far as a browser goes without a push service: one is delivered by its own tools for developers."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect
from tests.browser.app.conftest import DESKTOP, PHONE, Company, Sessions, Visitor, visiting
from tests.receiving import Receiver

PROFILE = "/settings/me"
SUBSCRIBED = """(made) => {
  const subscription = { endpoint: made.endpoint, options: {}, toJSON: () => made, unsubscribe: async () => { self.held = null; } };
  self.held = null;
  PushManager.prototype.getSubscription = async () => self.held;
  PushManager.prototype.subscribe = async (options) => { self.asked = options; self.held = subscription; return subscription; };
}"""

ALONE = """navigator.serviceWorker.getRegistration().then((one) =>
  document.querySelector("[data-worker]").dataset.workerState === "here" && one.active?.state === "activated" && !one.installing
  && !one.waiting)"""
"""One worker is there, and no other is about to replace it: between two of them, a message may be lost."""

SHOWN = """navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
  .then((all) => all.map(({ title, body, tag }) => ({ title, body, tag })))"""


@pytest.fixture(scope="module")
def browser(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """A whole Chromium: its shell without a head shows no notifications and grants no permission to."""
    whole = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    if whole is None:
        pytest.skip("There is no whole Chromium on this machine, only its shell.")
    made = browser_type.launch(**{**browser_type_launch_args, "executable_path": whole})
    yield made
    made.close()


@pytest.fixture
def jana(browser: Browser, company: Company, sessions: Sessions) -> Iterator[Visitor]:
    yield from visiting(browser, company, sessions, "jana@nordwind.example", DESKTOP, worker=True)


@pytest.fixture
def tom(browser: Browser, company: Company, sessions: Sessions) -> Iterator[Visitor]:
    yield from visiting(browser, company, sessions, "tom@nordwind.example", PHONE, worker=True)


@pytest.fixture
def eva(browser: Browser, company: Company, sessions: Sessions) -> Iterator[Visitor]:
    yield from visiting(browser, company, sessions, "eva@nordwind.example", DESKTOP, worker=True)


def allow(visitor: Visitor) -> None:
    visitor.page.context.grant_permissions(["notifications"], origin=visitor.company.url)


def pretend_service(page: Page) -> Receiver:
    """A push service that gives an address, since there is none here."""
    receiver = Receiver("https://push.example.com/browser")
    subscription = receiver.subscription
    made = {"endpoint": subscription.endpoint, "keys": {"p256dh": subscription.p256dh, "auth": subscription.auth}}
    page.evaluate(SUBSCRIBED, made)
    return receiver


@pytest.mark.parametrize("who", ["jana", "tom"])
def test_a_device_is_switched_on_and_off(request: pytest.FixtureRequest, who: str) -> None:
    visitor: Visitor = request.getfixturevalue(who)
    allow(visitor)
    page = visitor.open(PROFILE)
    place = page.locator("#devices")
    pretend_service(page)
    page.fill("#name", "Noch nicht gespeichert")
    place.locator("[data-push-on]").click()
    expect(place.locator("[data-push-off]")).to_be_visible()
    expect(place.locator(".k-lines li")).to_contain_text("Chrome")
    assert page.evaluate("self.asked.userVisibleOnly") is True
    assert len(page.evaluate("self.asked.applicationServerKey")) == 87
    expect(page.locator("#name")).to_have_value("Noch nicht gespeichert")
    assert visitor.accessible() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    place.locator("[data-push-off]").click()
    expect(place.locator("[data-push-on]")).to_be_visible()
    expect(place.locator(".k-lines")).to_have_count(0)


def test_a_browser_that_refuses_is_explained(eva: Visitor) -> None:
    eva.page.context.grant_permissions(["geolocation"], origin=eva.company.url)  # and with that nothing else
    page = eva.open(PROFILE)
    expect(page.locator("#devices [data-state=denied]")).to_contain_text("Allow notifications for this address")
    expect(page.locator("#devices [data-push-on]")).to_be_hidden()
    assert eva.accessible() == []


def test_a_push_service_out_of_reach_is_told(eva: Visitor) -> None:
    allow(eva)
    page = eva.open(PROFILE)
    page.evaluate(
        "() => { PushManager.prototype.subscribe = async () => { throw new DOMException('no service', 'AbortError'); }; }"
    )
    page.locator("#devices [data-push-on]").click()
    expect(page.locator("#devices [data-state=failed]")).to_be_visible()
    expect(page.locator("#devices [data-push-on]")).to_be_enabled()


def test_an_iphone_is_told_to_install_first(eva: Visitor) -> None:
    eva.page.add_init_script(
        "delete window.PushManager; Object.defineProperty(navigator, 'userAgent', {get: () => 'Mozilla/5.0 (iPhone) Safari/604.1'})"
    )
    page = eva.open(PROFILE)
    expect(page.locator("#devices [data-state=install]")).to_contain_text("Add to Home Screen")


@pytest.mark.parametrize("past_the_worker", [False, True])
def test_news_are_shown_and_lead_to_the_record(eva: Visitor, past_the_worker: bool) -> None:
    allow(eva)
    page = eva.open("/o/account?view=all")
    eva.until(ALONE)
    if past_the_worker:
        with page.expect_navigation():
            page.context.new_cdp_session(page).send("Page.reload", {"ignoreCache": True})
        assert page.evaluate("navigator.serviceWorker.controller === null")
    way = str(page.locator("a[data-open-record]").first.get_attribute("href")).partition("?")[0]
    news = {"id": "0190c0de-0000-7000-8000-000000000001", "title": "Jana mentions you", "text": "Nordwind", "to": way}
    shown = deliver(eva, news)
    assert shown == [{"title": news["title"], "body": news["text"], "tag": news["id"]}]
    assert deliver(eva, news) == shown  # the same again replaces it
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.route("**/notifications/*", lambda route: route.fulfill(status=200, headers={"HX-Location": location(way)}))
    [worker] = page.context.service_workers
    worker.evaluate(
        """async () => {
          const [notification] = await self.registration.getNotifications();
          self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
        }"""
    )
    expect(page).to_have_url(re.compile(re.escape(way)))
    assert any(url.endswith(f"/notifications/{news['id']}") for url in posted)
    eva.until(f"{SHOWN}.then((all) => !all.length)")  # it goes a moment after the click


def location(way: str) -> str:
    return json.dumps({"path": way, "target": "#main", "select": "#main", "swap": "outerHTML", "headers": {"HX-Boosted": "true"}})


def deliver(visitor: Visitor, news: dict[str, str]) -> list[dict[str, Any]]:
    """Hand a message to the service worker as its push service would; what is on the screen then."""
    page, origin = visitor.page, visitor.company.url
    cdp = page.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []
    cdp.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    cdp.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    ids = {one["registrationId"] for one in found if one["scopeURL"].startswith(origin)}
    assert len(ids) == 1
    message = {"origin": origin, "registrationId": ids.pop(), "data": json.dumps(news)}
    for attempt in range(400):
        if attempt % 100 == 0:  # on a busy machine it is lost while the worker is being started
            cdp.send("ServiceWorker.deliverPushMessage", message)
        shown: list[dict[str, Any]] = page.evaluate(SHOWN)
        if shown:  # where one replaces another there is none for a moment
            return shown
        page.wait_for_timeout(50)
    pytest.fail("no notification was shown")
