"""What `screenshots.py` takes pictures of: every page and state, by the name of its picture.

A scene brings a signed-in page into its state and changes no data; what it needs is made once by staging.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from playwright.sync_api import Page

from kundig.interfaces.web.error_page import error_page
from kundig.interfaces.web.frame import Frame


@dataclass
class Stage:
    """Where the scenes play. `known` are addresses that `prepare` found or made."""

    address: str
    language: str
    theme: str
    known: dict[str, str] = field(default_factory=dict)

    def open(self, page: Page, path: str) -> None:
        """A page with all that comes after it."""
        page.goto(self.address + path)
        page.wait_for_load_state("networkidle")


Scene = Callable[[Page, Stage], None]


def at(path: str) -> Scene:
    """A page that only has to be opened."""
    return lambda page, stage: stage.open(page, path.format(**stage.known))


def open_first(page: Page, address: str) -> None:
    """The first record of a list."""
    page.goto(address)
    page.locator("a[data-open-record]").first.click()
    page.wait_for_selector(".k-rec")


def _record(object_: str, list_: str = "") -> Scene:
    """The first record of a list."""

    def play(page: Page, stage: Stage) -> None:
        open_first(page, f"{stage.address}/o/{object_}{list_}")
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


def _press(button: str, then: str) -> Callable[[Page], None]:
    """Click what can be seen of `button`; `then` comes."""

    def step(page: Page) -> None:
        page.locator(button).filter(visible=True).first.click()
        page.wait_for_selector(then)

    return step


def _select(page: Page) -> None:
    for row in page.locator("tbody [data-row] input[name=id], tbody tr[data-row] input[type=checkbox]").all()[1:4]:
        row.check(force=True)


def _fold(page: Page) -> None:
    """The first two groups; the second comes once the first is folded, since that is longer than a page."""
    for n in range(2):
        page.locator("[data-fold-group]").nth(n).click()


def _ask(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette-menu [role=menuitem]")
    if words:
        with page.expect_response(lambda answer: f"q={quote(words)}" in answer.url):
            page.keyboard.insert_text(words)


def _number(page: Page, stage: Stage) -> None:
    stage.open(page, "/")
    _ask(page, stage.known["phone"])


def _repeat(page: Page) -> None:
    page.fill("#f-subject", "Angebote nachfassen")
    page.select_option("#f-recurrence", "WEEKLY")
    page.locator("#f-recurrence").scroll_into_view_if_needed()


def _plan(page: Page) -> None:
    page.fill("#f-starts_at", f"{datetime.now(UTC).date() + timedelta(days=1)}T10:00")
    page.fill("#f-attendee", "Merle")
    page.locator("#f-attendee-found [data-lookup-hit]").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_selector(".k-plan li:nth-child(2)")
    page.locator(".k-plan").scroll_into_view_if_needed()


def _clash(page: Page) -> None:
    """Somebody else, in another window, says something else of the same field."""
    page.locator("[data-edit$='/next_step']").click()
    mine = page.locator(".k-editor input")
    mine.fill("Angebot nachfassen")
    other = page.context.new_page()
    other.goto(f"{page.url}/edit")
    other.fill("#f-next_step", f"Termin vereinbaren ({datetime.now(UTC):%S%f})")
    other.click("#record-form [type=submit]")
    other.wait_for_selector(".k-rec")
    other.close()
    mine.press("Enter")
    page.wait_for_selector(".k-clash")


def _tour(page: Page) -> None:
    tour = """to => fetch('/tour', {method: 'POST', body: new URLSearchParams({to}),
      headers: JSON.parse(document.body.getAttribute('hx-headers:inherited'))})"""
    page.evaluate(tour, "begin")
    page.reload()
    page.wait_for_selector(".k-beside")
    page.evaluate(tour, "leave")  # stays on this page, and begins no other scene


def _quick(page: Page) -> None:
    page.locator(".k-rs header .btn").first.evaluate("button => button.click()")
    page.wait_for_selector("#quick-form")


def share(page: Page) -> None:
    """Open who else sees the record."""
    page.locator("[popovertarget=record-menu]").click()
    page.locator("#record-menu [hx-get$=shares]").click()
    page.wait_for_selector("#shares-form")


def _explain(page: Page) -> None:
    page.fill("#why-form #f-user", "Merle")
    page.locator("#why [role=option]", has_text="Merle").click()
    page.wait_for_selector("#why-answers *")


def _send_wrong_form(page: Page) -> None:
    page.fill("#f-amount", "sehr viel")
    page.click("#record-form [type=submit]")
    page.wait_for_selector("#f-name-error")


def _lose_connection(page: Page) -> None:
    page.context.set_offline(True)
    page.wait_for_selector("#connection:not([hidden])")


def _fault(page: Page, stage: Stage) -> None:
    frame = Frame(language=stage.language, theme="dark" if stage.theme == "dark" else "light")
    body = error_page(500, frame, id="7f3a21c0")
    page.route("**/fault", lambda route: route.fulfill(status=500, content_type="text/html", body=body))
    stage.open(page, "/fault")


def ask_for_link(page: Page, email: str) -> None:
    """Say that the password is forgotten."""
    page.fill("#email", email)
    page.click("form button[type=submit]")
    page.wait_for_selector(".k-summary")


ARRANGE, WHY = "#record-menu [hx-get*=layout]", "#record-menu [hx-get$=why]"
HELP = "#me [hx-get='/help']"
NESTED = """[
  {"any": [
    {"field": "account.industry", "op": "in", "value": ["energy", "logistics"]},
    {"field": "job_title", "op": "contains", "value": "Einkauf"}
  ]},
  {"field": "created_at", "op": "within", "value": "this_year"}
]"""
STAGES = '[{"field": "status", "op": "in", "value": ["new", "contacted"]}]'
DESK_ONLY = {
    "list-selection", "list-views", "list-bulk", "list-columns", "list-sorting", "list-groups",
    "keys", "calendar-week", "calendar-month",
    "record-clash", "tour", "help",
}  # fmt: skip
"""Scenes that a phone does not have, or only a part of at once."""

OUTSIDE: dict[str, Scene] = {
    "sign-in": at("/sign-in"),
    "forgotten": at("/forgotten"),
    "forgotten-sent": _then(at("/forgotten"), lambda page: ask_for_link(page, "nobody@nordwind.example")),
    "set-up": at("{link}"),
}
"""Before one is signed in."""

INSIDE: dict[str, Scene] = {
    "home": at("/"),
    "home-arrange": _then(at("/"), _press("[hx-get='/home/arrange']", "#arrange [data-ready]")),
    "list-accounts": at("/o/account"),
    "list-filter": _then(at("/o/contact"), _press("[data-key=f]", "#n-0-0-field")),
    "list-filtered": _then(at("/o/contact?view=all&where=" + quote(NESTED)), _press("[data-key=f]", ".k-fsay")),
    "list-views": _then(at("/o/account?view=customers"), _press("[popovertarget=viewmenu]", "#viewmenu")),
    "list-columns": _then(at("/o/account"), _press("[popovertarget=columns]", "#columns-form")),
    "list-sorting": _then(at("/o/account"), _press("[popovertarget=sorting]", "#sorting-form")),
    "list-groups": at("/o/opportunity?view=all&group=stage"),
    "list-groups-folded": _then(at("/o/opportunity?view=all&group=stage"), _fold),
    "list-selection": _then(at("/o/account"), _select),
    "list-bulk": _then(at("/o/account"), _select, _press("#bulk [hx-post$='bulk/assign']", "#bulk-form")),
    "list-empty": at("/o/contact?q=xyzxyz"),
    "board": at("/o/opportunity/board"),
    "board-lanes": at("/o/opportunity/board?lane=owner"),
    "board-pipelines": _then(at("/o/lead/board"), _press("[popovertarget=board-pipeline]", "#board-pipeline")),
    "list-filter-stages": _then(at("/o/lead?view=all&where=" + quote(STAGES)), _press("[data-key=f]", ".k-fsay")),
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
    "record-share": _then(_record("account", "?view=customers&order=-won_revenue"), share),
    "record-why": _then(
        _record("account", "?view=customers&order=-won_revenue"),
        _press("[popovertarget=record-menu]", WHY),
        _press(WHY, "#why-form"),
        _explain,
    ),
    "record-changes": _then(_record("opportunity", "?order=-amount"), _press("[data-panel=changes]", ".k-p-changes .k-ev")),
    "record-clash": _then(_record("opportunity", "?order=-amount"), _clash),
    "record-arrange": _then(
        _record("account"), _press("[popovertarget=record-menu]", ARRANGE), _press(ARRANGE, "#layout-form[data-ready]")
    ),
    "form": at("/o/opportunity/new"),
    "form-errors": _then(at("/o/opportunity/new"), _send_wrong_form),
    "form-edit": at("{account}/edit"),
    "form-series": _then(at("/o/task/new"), _repeat),
    "planning": _then(at("/o/meeting/new"), _plan),
    "search": at("/search?q=m%C3%BCller"),
    "palette": _then(at("/"), lambda page: _ask(page, "mü")),
    "palette-record": _then(_record("opportunity", "?order=-amount"), lambda page: _ask(page, "")),
    "palette-number": _number,
    "help": _then(
        _record("account"), _press("[popovertarget=me]", "#me [hx-get='/help']"), _press("[hx-get='/help']", ".k-beside")
    ),
    "tour": _then(at("/"), _tour),
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
    "settings-calendar": at("/settings/calendar"),
    "settings-security": at("/settings/security"),
    "settings-tokens": at("/settings/tokens"),
    "settings-company": at("/settings/company"),
    "settings-currencies": at("/settings/currencies"),
    "settings-users": at("/settings/users"),
    "settings-user": at("{user}"),
    "settings-teams": at("/settings/teams"),
    "settings-roles": at("/settings/roles/sales_representative"),
    "settings-sharing": at("/settings/sharing"),
    "settings-providers": at("/settings/sign-in-providers"),
    "settings-provisioning": at("/settings/provisioning"),
    "settings-samples": at("/settings/samples"),
    "settings-pipelines": at("/settings/pipelines"),
    "settings-pipeline": at("/settings/pipelines/sales"),
    "settings-pipeline-second": at("/settings/pipelines/lead_partners"),
    "settings-history": at("/settings/history"),
    "settings-audit": at("/settings/audit"),
    "api": at("/api/docs"),
    "not-found": at("/o/contact/00000000-0000-7000-8000-000000000000"),
    "fault": _fault,
    "offline": _then(at("/notifications"), _lose_connection),
    "offline-page": at("/offline"),
}
"""What the administrator of the sample company sees."""

RESTRICTED: dict[str, Scene] = {"forbidden": at("/settings/users")}
"""What a sales representative sees."""
