"""With a phone on the way: the line is cut for real (a proxy that stops), for the page and the service worker alike."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.app.conftest import AXE, PHONE, RULES, Company, Visitor
from tests.browser.app.sample import PASSWORD

HELD = """async (path) => (await indexedDB.databases()).some((found) => found.name === 'kundig') && new Promise((resolve) => {
  const asked = indexedDB.open('kundig');
  asked.onsuccess = () => {
    const db = asked.result, done = (value) => { db.close(); resolve(value); };
    if (!db.objectStoreNames.contains('records')) return done(false);
    const got = db.transaction('records').objectStore('records').get(path);
    got.onsuccess = () => done(Boolean(got.result));
  };
})"""


class Line:
    """A line to the server that can be cut and joined again."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.open: list[socket.socket] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.join()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def join(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        for one in (self.listener, *self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.open += [near, far]
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(a, b), daemon=True).start()

    def _pass_on(self, a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while data := a.recv(65536):
                b.sendall(data)
        for one in (a, b):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(company: Company) -> Iterator[Line]:
    made = Line(int(company.url.rpartition(":")[2]))
    yield made
    made.cut()


@pytest.fixture
def phone(browser: Browser, line: Line) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{line.url}/sign-in")
    page.fill("#email", "tom@nordwind.example")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_selector(".k-app")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    yield context
    context.close()


def keep_record(page: Page, line: Line, nth: int) -> tuple[str, str]:
    """Open a record until it is kept; its path and its name."""
    page.goto(f"{line.url}/o/account?view=all")
    page.locator("a[data-open-record]").nth(nth).click()
    page.wait_for_selector(".k-rec")
    path = page.url.split("/o/")[1]
    for _ in range(200):
        if page.evaluate(HELD, path):
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("the record was not kept")
    return path, page.locator(".k-rec h1").inner_text()


def keep_note(page: Page, text: str) -> None:
    """Write a note about the record that is shown without a connection."""
    page.get_by_role("button", name="New: Note").click()
    page.locator("[contenteditable]").click()
    page.keyboard.type(text)
    page.get_by_role("button", name="Keep, and send later").click()
    expect(page.locator(".k-offlist")).to_contain_text("waits for the connection")


def test_on_the_way_things_are_read_and_written_and_nothing_is_lost(phone: BrowserContext, line: Line) -> None:
    page = phone.pages[0]
    path, name = keep_record(page, line, 2)
    line.cut()
    page.goto(f"{line.url}/o/{path}")
    expect(page.locator("[data-offline-page] article h1")).to_have_text(name)
    expect(page.locator(".k-offrec")).to_contain_text("Esslingen")
    page.evaluate(AXE.read_text())
    broken = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)["violations"]
    assert [rule["id"] for rule in broken] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    keep_note(page, "Unterwegs geschrieben")
    page.close()  # as if the phone had been switched off
    page = phone.new_page()
    page.goto(f"{line.url}/offline")
    expect(page.locator(".k-offlist").first).to_contain_text("New: Note")
    page.get_by_role("button", name="New: Contact").click()
    page.fill("#f-last_name", "Messebekanntschaft")
    page.locator("#f-emails").first.fill("keine adresse")
    page.get_by_role("button", name="Keep, and send later").click()
    expect(page.locator(".k-offlist").first.locator("li")).to_have_count(2)
    line.join()
    page.goto(f"{line.url}/o/{path}")
    expect(page.locator("#waiting [data-n]")).to_have_text("1")  # the note is sent, the contact is refused
    page.reload()
    expect(page.locator("#timeline")).to_contain_text("Unterwegs geschrieben")
    page.click("#waiting")
    expect(page.locator(".k-offlist").first).to_contain_text("E-mail")
    page.get_by_role("button", name="Correct").click()
    expect(page.locator("#f-last_name")).to_have_value("Messebekanntschaft")
    page.locator("#f-emails").first.fill("bekannt@example.com")
    page.get_by_role("button", name="Keep, and send later").click()
    expect(page.locator("#offline-work form")).to_have_count(0)
    expect(page.locator("#offline-work")).not_to_contain_text("Waiting to be sent")
    page.goto(f"{line.url}/search?q=Messebekanntschaft")
    expect(page.locator(".k-hits")).to_contain_text("Messebekanntschaft")


def test_what_two_changed_is_decided_field_by_field(phone: BrowserContext, line: Line, jana: Visitor) -> None:
    page = phone.pages[0]
    path, _ = keep_record(page, line, 4)
    line.cut()
    page.goto(f"{line.url}/o/{path}")
    page.locator("[data-edit]").click()
    page.fill("#f-employees", "77")
    page.fill("#f-website", "https://unterwegs.example")
    page.get_by_role("button", name="Keep, and send later").click()
    expect(page.locator(".k-offlist")).to_contain_text("waits for the connection")
    object_, id_ = path.split("/")
    jana.open(f"/o/{path}")
    jana.page.click("[data-edit$='/employees']")
    jana.page.locator(".k-editor input").fill("55")
    jana.page.keyboard.press("Enter")
    expect(jana.page.locator("[data-edit$='/employees']")).to_have_text("55")
    line.join()
    page.goto(f"{line.url}/o/{object_}/{id_}")
    expect(page.locator("#waiting [data-n]")).to_have_text("1")
    page.click("#waiting")
    choice = page.locator(".k-offconflict")
    expect(choice).to_have_count(1)
    expect(choice).to_contain_text("77")
    expect(choice).to_contain_text("55")
    choice.locator("input[value=theirs]").check()
    page.get_by_role("button", name="Save the choice").click()
    expect(page.locator("#offline-work")).not_to_contain_text("Waiting to be sent")
    jana.open(f"/o/{path}")
    expect(jana.page.locator("[data-edit$='/employees']")).to_have_text("55")
    expect(jana.page.locator("[data-edit$='/website']")).to_contain_text("unterwegs.example")


def test_signing_out_leaves_nothing_on_the_device(phone: BrowserContext, line: Line) -> None:
    page = phone.pages[0]
    path, _ = keep_record(page, line, 1)
    line.cut()
    page.goto(f"{line.url}/o/{path}")
    page.get_by_role("button", name="New: Task").click()
    page.fill("#f-subject", "Noch nicht gesendet")
    page.get_by_role("button", name="Keep, and send later").click()
    expect(page.locator(".k-offlist")).to_contain_text("waits")
    line.join()
    page.route("**/offline/changes", lambda route: route.abort())  # all else is there, only this is not
    page.goto(f"{line.url}/")
    expect(page.locator("#waiting")).to_be_visible()
    page.click("[popovertarget=more]")
    page.locator("#more form[action='/sign-out'] button").click()
    expect(page.locator("#confirm form")).to_contain_text("has not been sent")
    page.locator("#confirm [value=no]").click()
    expect(page.locator("#waiting")).to_be_visible()
    page.click("[popovertarget=more]")
    page.locator("#more form[action='/sign-out'] button").click()
    page.locator("#confirm [value=yes]").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_what_could_not_be_sent_at_once_is_tried_again(phone: BrowserContext, line: Line) -> None:
    """The browser takes itself to be online, but what it asks first is lost on the way."""
    page = phone.pages[0]
    path, _ = keep_record(page, line, 4)
    line.cut()
    page.goto(f"{line.url}/o/{path}")
    keep_note(page, "Noch einmal versucht")
    page.add_init_script(
        """const first = window.fetch; let asked = 0;
        window.fetch = (url, ...more) =>
          String(url).includes("/offline/kit") && !asked++ ? Promise.reject(new TypeError("lost")) : first(url, ...more);"""
    )
    line.join()
    page.goto(f"{line.url}/o/{path}")
    expect(page.locator("#timeline")).to_contain_text("Noch einmal versucht")
    expect(page.locator("#waiting")).to_be_hidden()
