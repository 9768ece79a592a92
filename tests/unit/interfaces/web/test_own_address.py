"""CS-05: where one goes after signing in is a path of ours, whatever was sent."""

from __future__ import annotations

import pytest

from kundig.interfaces.web.edge import own_address


@pytest.mark.parametrize(
    ("given", "gone_to"),
    [
        ("/o/account", "/o/account"),
        ("/o/account?where=%5B%5D&order=-name", "/o/account?where=%5B%5D&order=-name"),
        ("http://kundig.test/o/account?a=b", "/o/account?a=b"),  # what htmx tells of the page it is on: its path only
        ("https://evil.example", "/"),
        ("https://evil.example/o/account", "/o/account"),  # the host is not followed
        ("//evil.example", "/"),
        ("//evil.example//x", "/"),
        ("///evil.example", "/evil.example"),  # a path of ours, which is not there
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("data:text/html,x", "/"),
        ("@evil.example", "/"),
        ("evil.example", "/"),
        ("", "/"),
    ],
)
def test_only_paths_of_ours(given: str, gone_to: str) -> None:
    assert own_address(given) == gone_to


@pytest.mark.parametrize("given", ["/\t/evil.example", "/x\r\nSet-Cookie: a=b", "/\x00", "/%09/evil.example", "/a\\b"])
def test_nothing_that_a_browser_reads_otherwise(given: str) -> None:
    found = own_address(given)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert all(ord(c) > 31 and c != "\\" for c in found)
