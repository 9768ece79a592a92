"""What `screenshots.py` takes pictures of: every page and state, by the name of its picture.

A scene brings a signed-in page into its state and changes no data; what it needs is made once by `prepare`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from playwright.sync_api import Page

from kundig.interfaces.web.error_page import error_page
from kundig.interfaces.web.frame import Frame

COLLEAGUE, FORGETFUL = "merle.hansen@nordwind.example", "jonas.petersen@nordwind.example"
CONFIGURED = {
    "Rolle für die Ausbildung": """
kind: role
name: trainee
label: {en: Trainee, de: Ausbildung}
objects:
  account: {read: all}
  contact: {read: all}
  task: {read: own, create: true, edit: own}
""",
    "Auszubildende legen auch Kontakte an": """
kind: role
name: trainee
label: {en: Trainee, de: Ausbildung}
objects:
  account: {read: all}
  contact: {read: all, create: true, edit: own}
  task: {read: own, create: true, edit: own}
""",
}
"""What was configured so far: the note and the document of each plan."""
COMPANIES = """Name;Ort;Website;Branche;Mitarbeitende
Altmark Antriebe GmbH;Stendal;https://altmark-antriebe.example;Energie;48
Börde Kältetechnik KG;Magdeburg;keine Angabe;Kälte;17
Elbtal Werkzeugbau GmbH;Riesa;https://elbtal-werkzeug.example;Chemie;120
Spreewald Konserven eG;Lübbenau;;;310
"""


@dataclass
class Stage:
    """Where the scenes play. `known` are addresses that `prepare` found or made."""

    address: str
    language: str
    known: dict[str, str] = field(default_factory=dict)

    def open(self, page: Page, path: str) -> None:
        """A page with all that comes after it."""
        page.goto(self.address + path)
        page.wait_for_load_state("networkidle")


Scene = Callable[[Page, Stage], None]


def at(path: str) -> Scene:
    """A page that only has to be opened."""
    return lambda page, stage: stage.open(page, path.format(**stage.known))


def _record(object_: str, list_: str = "") -> Scene:
    """The first record of a list."""

    def play(page: Page, stage: Stage) -> None:
        _open_first(page, f"{stage.address}/o/{object_}{list_}")
        page.wait_for_load_state("networkidle")
        if page.locator("#timeline").is_visible():
            page.wait_for_selector("#timeline .k-ev, #timeline .k-none")

    return play


def _then(first: Scene, *steps: Callable[[Page], object]) -> Scene:
    """A scene, and what one does there."""

    def play(page: Page, stage: Stage) -> None:
        first(page, stage)
        for step in steps:
            step(page)

    return play


def _filter(page: Page) -> None:
    page.locator("[data-key=f]").click()
    page.wait_for_selector("#filter-field")


def _select(page: Page) -> None:
    for row in page.locator("tbody [data-row] input[name=id], tbody tr[data-row] input[type=checkbox]").all()[1:4]:
        row.check(force=True)


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("mü")
    page.wait_for_selector("#palette-menu .sub")


def _changes(page: Page) -> None:
    page.locator("[data-panel=changes]").click()
    page.wait_for_selector(".k-p-changes .k-ev")


def _quick(page: Page) -> None:
    page.locator(".k-rs header .btn").first.evaluate("button => button.click()")
    page.wait_for_selector("#quick-form")


def _share(page: Page) -> None:
    page.locator("[popovertarget=record-menu]").click()
    page.locator("#record-menu [hx-get$=shares]").click()
    page.wait_for_selector("#shares-form")


def _send_wrong_form(page: Page) -> None:
    page.fill("#f-amount", "sehr viel")
    page.click("#record-form [type=submit]")
    page.wait_for_selector("#f-name-error")


def _try_import(page: Page, address: str) -> None:
    """A file through all steps, up to what a trial shows."""
    page.goto(f"{address}/imports/new?object=account")
    page.set_input_files("#file", {"name": "firmen.csv", "mimeType": "text/csv", "buffer": COMPANIES.encode()})
    page.wait_for_url("**/file")
    for step in ("columns", "values", "check"):
        if step == "values":
            page.locator("select[name=field-3]").select_option("industry")
        page.locator("button[name=next]").click()
        page.wait_for_url(f"**/{step}")
    page.locator(".k-center button").click()
    page.wait_for_selector(".k-mend", timeout=60_000)


def _lose_connection(page: Page) -> None:
    page.context.set_offline(True)
    page.wait_for_selector("#connection:not([hidden])")


def _fault(page: Page, stage: Stage) -> None:
    frame = Frame(language=stage.language, theme="light")
    body = error_page(500, frame, id="7f3a21c0")
    page.route("**/fault", lambda route: route.fulfill(status=500, content_type="text/html", body=body))
    stage.open(page, "/fault")


def _ask_for_link(page: Page, email: str) -> None:
    page.fill("#email", email)
    page.click("form button[type=submit]")
    page.wait_for_selector(".k-summary")


DESK_ONLY = {"list-selection", "keys"}
"""Scenes that a phone does not have."""

OUTSIDE: dict[str, Scene] = {
    "sign-in": at("/sign-in"),
    "forgotten": at("/forgotten"),
    "forgotten-sent": _then(at("/forgotten"), lambda page: _ask_for_link(page, "nobody@nordwind.example")),
    "set-up": at("{link}"),
}
"""Before one is signed in."""

INSIDE: dict[str, Scene] = {
    "home": at("/"),
    "list": at("/o/contact"),
    "list-accounts": at("/o/account"),
    "list-filter": _then(at("/o/contact"), _filter),
    "list-selection": _then(at("/o/account"), _select),
    "list-empty": at("/o/contact?q=xyzxyz"),
    "board": at("/o/opportunity/board"),
    "calendar-day": at("/calendar?span=day&who=all"),
    "calendar-week": at("/calendar?span=week&who=all"),
    "calendar-month": at("/calendar?span=month&who=all"),
    "calendar-agenda": at("/calendar?span=agenda&who=all"),
    "account": _record("account", "?view=customers&order=-won_revenue"),
    "contact": _record("contact"),
    "opportunity": _record("opportunity", "?order=-amount"),
    "lead": _record("lead"),
    "ticket": _record("ticket"),
    "task": _record("task", "?view=all"),
    "record-dialog": _then(_record("account", "?view=customers&order=-won_revenue"), _quick),
    "record-share": _then(_record("account", "?view=customers&order=-won_revenue"), _share),
    "record-changes": _then(_record("opportunity", "?order=-amount"), _changes),
    "form": at("/o/opportunity/new"),
    "form-errors": _then(at("/o/opportunity/new"), _send_wrong_form),
    "form-edit": at("{account}/edit"),
    "search": at("/search?q=m%C3%BCller"),
    "palette": _then(at("/"), _palette),
    "keys": _then(at("/"), lambda page: page.keyboard.press("?")),
    "trash": at("/trash"),
    "imports": at("/imports"),
    "import-file": at("/imports/new?object=account"),
    "import-recognised": at("{tried}/file"),
    "import-columns": at("{tried}/columns"),
    "import-values": at("{tried}/values"),
    "import-tried": at("{tried}/check"),
    "import-done": at("{imported}"),
    "notifications": at("/notifications"),
    "settings-me": at("/settings/me"),
    "settings-security": at("/settings/security"),
    "settings-tokens": at("/settings/tokens"),
    "settings-users": at("/settings/users"),
    "settings-user": at("{user}"),
    "settings-teams": at("/settings/teams"),
    "settings-roles": at("/settings/roles/sales_representative"),
    "settings-samples": at("/settings/samples"),
    "settings-history": at("/settings/history"),
    "api": at("/api/docs"),
    "not-found": at("/o/contact/00000000-0000-7000-8000-000000000000"),
    "fault": _fault,
    "offline": _then(at("/o/contact"), _lose_connection),
}
"""What the administrator of the sample company sees."""

RESTRICTED: dict[str, Scene] = {"forbidden": at("/settings/users")}
"""What a sales representative sees."""


def prepare(page: Page, address: str, mail: Path, password: str) -> dict[str, str]:
    """Imports, a full trash, a share, a colleague with this `password`, a mention, a link: made once, for all pictures."""
    known: dict[str, str] = {}

    def path() -> str:
        return page.url.removeprefix(address)

    _try_import(page, address)
    page.locator("#launch").click()
    page.wait_for_selector(".k-errors", timeout=60_000)
    known["imported"] = path()
    _try_import(page, address)
    known["tried"] = path().removesuffix("/check")
    for object_ in ("contact", "lead"):
        _open_first(page, f"{address}/o/{object_}?order=created_at")
        page.locator("[popovertarget=record-menu]").click()
        page.locator("#record-menu .dng").click()
        page.wait_for_url(f"{address}/o/{object_}")
    _open_first(page, f"{address}/o/account?view=customers&order=-won_revenue")
    known["account"] = path()
    _share(page)
    page.fill("#f-user", "Merle")
    page.locator("#shares [role=option]").first.click()
    page.fill("#f-until", f"{datetime.now(UTC).date() + timedelta(days=30)}")
    page.locator("#shares [type=submit]").click()
    page.wait_for_selector("#shares li")
    page.goto(f"{address}/settings/users")
    page.get_by_role("link", name="Merle Hansen").click()
    page.wait_for_url(re.compile("/settings/users/."))
    known["user"] = path()
    page.context.clear_cookies()
    page.goto(_link(page, address, mail, COLLEAGUE))
    page.fill("#password", password)
    page.fill("#again", password)
    page.click("form button[type=submit]")
    page.wait_for_selector(".k-app")
    _mention(page, address)
    known["link"] = _link(page, address, mail, FORGETFUL).removeprefix(address)
    return known


def _open_first(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("a[data-open-record]").first.click()
    page.wait_for_selector(".k-rec")


def _mention(page: Page, address: str) -> None:
    """A colleague asks the administrator something."""
    _open_first(page, f"{address}/o/account?view=mine")
    page.locator("[data-panel=comments]").click()
    page.locator("#comments textarea").press_sequentially("Können wir bis Freitag anbieten, @Nordwind", delay=20)
    page.wait_for_selector(".k-mention li")
    page.keyboard.press("Enter")
    page.locator("#comments [type=submit]").click()
    page.wait_for_selector(".k-cmts li")


def _link(page: Page, address: str, mail: Path, email: str) -> str:
    """What a colleague who forgot their password is sent."""
    page.goto(f"{address}/forgotten")
    _ask_for_link(page, email)
    for _ in range(100):
        for file in sorted(mail.glob("*.eml"), reverse=True):
            message = message_from_bytes(file.read_bytes(), policy=default)
            body = message.get_body(("plain",))
            found = re.search(r"http://\S+/setup/\S+", body.get_content() if body else "")
            if email in str(message["To"]) and found:
                return found[0]
        page.wait_for_timeout(200)
    raise SystemExit(f"No mail came for {email}.")
