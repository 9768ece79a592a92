"""What is left of formatted text: what formats it, and nothing that runs, loads, or takes the name of a part of the page."""

from __future__ import annotations

import re

import pytest

from kundig.engine.schema.fields.rich_text import sanitised


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<p onclick=alert(1)>x</p>", "<svg/onload=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>", "<a href='data:text/html,x'>x</a>", "<iframe srcdoc='x'></iframe>", "<style>x{}</style>",
        "<p style='background:url(//evil.example)'>x</p>", "<form action='//evil.example'><input name=x></form>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<p hx-get=/x hx-trigger=load>x</p>", "<template><img src=x></template>",
    ],
)  # fmt: skip
def test_nothing_that_runs_or_loads_is_left(hostile: str) -> None:
    left = sanitised(f"before {hostile} after").lower()
    assert not re.search(
        r"<(script|img|svg|iframe|style|form|input|math|template)|<[^>]*( on\w+=| style=| hx-|javascript:|data:)", left
    )
    assert "before" in left


@pytest.mark.parametrize("tag", ["p", "a href='https://example.com'", "div", "span", "td", "h1"])
@pytest.mark.parametrize("name", ["id", "name", "class", "form", "slot", "is", "data-x", "hx-get"])
def test_no_part_of_the_page_can_be_named(tag: str, name: str) -> None:
    """A script that looks for `#main`, or `document.forms`, finds what is ours."""
    assert f"{name}=" not in sanitised(f"<table><tr><{tag} {name}=main>x</{tag.split(maxsplit=1)[0]}></tr></table>")


def test_what_formats_stays() -> None:
    kept = "<p>a <b>b</b> <em>c</em></p><ul><li>d</li></ul>"
    assert sanitised(kept) == kept
