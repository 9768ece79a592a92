"""What people feel of the pages: a real browser on a filled installation, ten visits each: `python -m bench pages [--size N]`.

Interaction to next paint and layout shift are measured as the browser's own event timing and layout-instability entries say
(https://web.dev/articles/inp, https://web.dev/articles/cls); sizes are the bytes that came over the wire.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from bench.installation import installation
from bench.world import ALL, World

VISITS = 10
FIRST_KB, NEXT_KB, INTERACTIVE_MS, PAINT_MS, SHIFT = 150, 25, 300, 100, 0.02
CALM_MS = 2000
"""How long the browser is busy with itself after it has opened a window: people's windows are open."""
DESK = ViewportSize(width=1440, height=900)
_WATCH = """() => {
  window.seen = { shift: 0, paint: 0 };
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (!entry.hadRecentInput) window.seen.shift += entry.value; })).observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (entry.interactionId) window.seen.paint = Math.max(window.seen.paint, entry.duration);
  })).observe({ type: 'event', durationThreshold: 16, buffered: true });
}"""
_INTERACTIVE = """() => Math.max(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
  performance.getEntriesByName('first-contentful-paint')[0].startTime)"""


@dataclass
class Wire:
    """Kilobytes that came since the last look, fonts left out."""

    session: CDPSession
    kilobytes: float = 0
    _fonts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin to watch."""
        self.session.on("Network.responseReceived", self._came)
        self.session.on("Network.loadingFinished", self._done)
        self.session.send("Network.enable")

    def _came(self, event: dict[str, Any]) -> None:
        if event["type"] == "Font":
            self._fonts.add(event["requestId"])

    def _done(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._fonts:
            self.kilobytes += event["encodedDataLength"] / 1024

    def taken(self) -> float:
        """What has come; begins anew."""
        kilobytes, self.kilobytes = self.kilobytes, 0
        return kilobytes


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: KB with assets and without, ms until it is seen and can be used, ms of the slowest interaction, shift."""

    first: float
    next: float
    interactive: float
    paint: float
    shift: float


def main(arguments: list[str]) -> int:
    """Visit each page ten times and print the medians; 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="bench pages", description="Measure the pages in a real browser.")
    parser.add_argument("--size", type=int, default=100_000, help="contacts")
    parser.add_argument("--data", default="", help="keep the data in this folder, one for each size, and use it again")
    given = parser.parse_args(arguments)
    missed: list[str] = []
    with installation(given.size, given.data) as world, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("KUNDIG_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        print(f"{'page':10} {'first KB':>8} {'next KB':>8} {'interactive ms':>15} {'next paint ms':>14} {'shift':>6}")
        for name, (path, use) in _pages(world).items():
            visits = [_visit(browser, world, path, use) for _ in range(VISITS + 1)][1:]  # the first one warms the server up
            middle = Visit(*(statistics.median(getattr(visit, part) for visit in visits) for part in Visit.__slots__))
            print(
                f"{name:10} {middle.first:8.0f} {middle.next:8.1f} {middle.interactive:15.0f} {middle.paint:14.0f}"
                f" {middle.shift:6.3f}",
                flush=True,
            )
            missed += [f"{name}: {what}" for what in _missed(middle)]
        browser.close()
    for what in missed:
        print(f"missed: {what}")
    return 1 if missed else 0


def _missed(visit: Visit) -> list[str]:
    limits = {"first": FIRST_KB, "next": NEXT_KB, "interactive": INTERACTIVE_MS, "paint": PAINT_MS, "shift": SHIFT}
    return [f"{part} {getattr(visit, part):.3g}, at most {most}" for part, most in limits.items() if getattr(visit, part) > most]


def _pages(world: World) -> dict[str, tuple[str, Callable[[Page], None]]]:
    record = f"/o/contact/{world.facts[ALL]['contact']}"
    return {
        "home": ("/", _keys),
        "list": ("/o/contact", _list),
        "board": ("/o/opportunity/board", _keys),
        "calendar": ("/calendar", _keys),
        "record": (record, _record),
    }


def _visit(browser: Browser, world: World, path: str, use: Callable[[Page], None]) -> Visit:
    address = f"http://{world.host}:{world.port}"
    context = browser.new_context(viewport=DESK, locale="de-DE")
    context.add_cookies([{"name": "kundig_session", "value": world.sessions[ALL], "url": address}])
    page = context.new_page()
    page.wait_for_timeout(CALM_MS)
    wire = Wire(context.new_cdp_session(page))
    page.goto(f"{address}{path}", wait_until="networkidle")
    first, interactive = wire.taken(), float(page.evaluate(_INTERACTIVE))
    page.evaluate(_WATCH)
    use(page)
    page.wait_for_timeout(300)
    seen = page.evaluate("window.seen")
    wire.taken()
    page.goto(f"{address}{path}", wait_until="networkidle")
    visit = Visit(first, wire.taken(), interactive, seen["paint"], seen["shift"])
    context.close()
    return visit


def _keys(page: Page) -> None:
    """What works on every page: the palette opens, takes a word, and goes."""
    page.keyboard.press("Control+k")
    page.wait_for_timeout(150)
    page.keyboard.type("mei", delay=60)
    page.wait_for_timeout(400)
    page.keyboard.press("Escape")


def _list(page: Page) -> None:
    """Choosing rows by mouse and keyboard, and scrolling on."""
    for number in (1, 3, 5):
        page.locator("tbody tr input[type=checkbox]").nth(number).click()
        page.wait_for_timeout(60)
    page.keyboard.press("Escape")
    for _ in range(4):
        page.keyboard.press("j")
        page.wait_for_timeout(40)
    page.locator("tbody tr").last.scroll_into_view_if_needed()
    _keys(page)


def _record(page: Page) -> None:
    """Opening the editor of a field and leaving it again."""
    field_ = page.locator(".k-page [hx-get*='/edit/'], .k-page [data-edit], dd button").first
    if field_.count():
        field_.click()
        page.wait_for_timeout(200)
        page.keyboard.press("Escape")
    _keys(page)
