"""Every page of the look in both themes and sizes: no complaint of the browser, no rule of WCAG A and AA broken, nothing cut off."""

import pytest
from playwright.sync_api import Page
from tests.unit.house.source import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
PATHS = ["/page/list", "/page/form", "/sign-in", "/setup", "/gone"]
SIZES = {"desktop": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages(look: Page, server, theme: str, size: str) -> None:
    width, height = SIZES[size]
    look.set_viewport_size({"width": width, "height": height})
    for path in PATHS:
        look.goto(f"{server.url}{path}?theme={theme}", wait_until="load")
        if path == "/gone":
            look.complaints.clear()  # the browser itself notes the 404
        assert look.evaluate("document.documentElement.scrollWidth") <= width
        assert look.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Inter Variable"')
        look.evaluate(AXE.read_text())
        found = look.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
        assert [(path, rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found["violations"]] == []
