"""What the pictures need, made once in a fresh sample company: configuration, imports, a share, a mention, a link."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from playwright.sync_api import Page
from scenes import ask_for_link, open_first, share

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
    "Kundendienst sieht Kunden": """
kind: sharing_rule
name: customers
label: {en: Service sees customers, de: Kundendienst sieht Kunden}
object: account
where: {field: type, op: is, value: customer}
to: ['role:service_agent']
""",
    "Leads von Partnern": """
kind: pipeline
name: lead_partners
object: lead
field: status
label: {en: Partners, de: Partner}
stages:
  - {key: new, label: {en: Named, de: Genannt}, color: blue}
  - {key: contacted, label: {en: Introduced, de: Vorgestellt}, rot_days: 14, color: amber}
  - {key: agreed, label: {en: Agreed, de: Vereinbart}, status: won, color: green}
  - {key: disqualified, label: {en: Declined, de: Abgelehnt}, status: lost, required: [disqualified_reason]}
""",
    "Kurse des Quartals": """
kind: exchange_rates
name: USD
rates: {"2026-04-01": "0.9254", "2026-07-01": "0.8532", "2026-10-01": "0.8519"}
---
kind: exchange_rates
name: CHF
rates: {"2026-07-01": "1.0683", "2026-10-01": "1.0694"}
""",
}
"""What was configured so far: the note and the document of each plan."""
COMPANIES = """Name;Ort;Website;Branche;Mitarbeitende
Altmark Antriebe GmbH;Stendal;https://altmark-antriebe.example;Energie;48
Börde Kältetechnik KG;Magdeburg;keine Angabe;Kälte;17
Elbtal Werkzeugbau GmbH;Riesa;https://elbtal-werkzeug.example;Chemie;120
Spreewald Konserven eG;Lübbenau;;;310
"""


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
        open_first(page, f"{address}/o/{object_}?order=created_at")
        page.locator("[popovertarget=record-menu]").click()
        page.locator("#record-menu .dng").click()
        page.wait_for_url(f"{address}/o/{object_}")
    open_first(page, f"{address}/o/account?view=customers&order=-won_revenue")
    known["account"] = path()
    known["phone"] = (page.locator("a[href^='tel:']").first.get_attribute("href") or "").removeprefix("tel:")
    share(page)
    page.fill("#f-user", "Merle")
    page.locator("#shares [role=option]", has_text="Merle").click()
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


def _mention(page: Page, address: str) -> None:
    """A colleague asks the administrator something."""
    open_first(page, f"{address}/o/account?view=mine")
    page.locator("[data-panel=comments]").click()
    page.locator("#comments textarea").press_sequentially("Können wir bis Freitag anbieten, @Nordwind", delay=20)
    page.wait_for_selector(".k-mention li")
    page.keyboard.press("Enter")
    page.locator("#comments [type=submit]").click()
    page.wait_for_selector(".k-cmts li")


def _link(page: Page, address: str, mail: Path, email: str) -> str:
    """What a colleague who forgot their password is sent."""
    page.goto(f"{address}/forgotten")
    ask_for_link(page, email)
    for _ in range(100):
        for file in sorted(mail.glob("*.eml"), reverse=True):
            message = message_from_bytes(file.read_bytes(), policy=default)
            body = message.get_body(("plain",))
            found = re.search(r"http://\S+/setup/\S+", body.get_content() if body else "")
            if email in str(message["To"]) and found:
                return found[0]
        page.wait_for_timeout(200)
    raise SystemExit(f"No mail came for {email}.")


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
