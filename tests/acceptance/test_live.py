"""Open pages of several server processes: what one process writes is told by all, and a server that is told to stop ends them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import httpx
from tests.browser.app.sample import PASSWORD
from tests.serving import Served, serving

ADMIN = "admin@example.com"
PAGES = 6
"""With two processes no six connections all go to one of them, but for bad luck of 1 in 32; then it is the other's turn to write."""


class OpenPage(threading.Thread):
    """A page that listens until its stream ends."""

    def __init__(self, url: str, cookies: httpx.Cookies) -> None:
        super().__init__(daemon=True)
        self.url, self.cookies = url, cookies
        self.begun, self.heard, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.told: dict[str, list[str]] = {}

    def run(self) -> None:
        with (
            httpx.Client(timeout=120, cookies=self.cookies) as client,
            client.stream("GET", f"{self.url}/live?object=account") as answer,
        ):
            for line in self._lines(answer):
                if line.startswith("data: {"):
                    self.told |= json.loads(line.removeprefix("data: "))["created"]
                    self.heard.set()
        self.ended.set()  # not reached where the connection was cut

    def _lines(self, answer: httpx.Response) -> Iterator[str]:
        for line in answer.iter_lines():
            self.begun.set()
            yield line


def signed_in(served: Served) -> httpx.Cookies:
    with httpx.Client(base_url=served.url, follow_redirects=True, timeout=60) as client:
        client.get("/sign-in")
        client.post("/sign-in", data={"email": ADMIN, "password": PASSWORD}).raise_for_status()
        return client.cookies


def test_pages_of_all_processes_hear_of_a_write_and_end_with_the_server() -> None:
    with serving(KUNDIG_WORKERS="2", KUNDIG_ADMIN_EMAIL=ADMIN, KUNDIG_ADMIN_PASSWORD=PASSWORD) as served:
        token = served.run("token", "add", ADMIN, "--name", "live").split()[-1]
        cookies = signed_in(served)
        pages = [OpenPage(served.url, cookies) for _ in range(PAGES)]
        for page in pages:
            page.start()
        assert all(page.begun.wait(60) for page in pages)
        headers = {"Authorization": f"Bearer {token}"}
        made = httpx.post(f"{served.url}/api/v1/account", headers=headers, json={"name": "Überall"}, timeout=60).json()["id"]
        assert all(page.heard.wait(60) for page in pages)
        assert {tuple(page.told["account"]) for page in pages} == {(made,)}
    assert all(page.ended.wait(60) for page in pages), "a stream was cut instead of ended"
