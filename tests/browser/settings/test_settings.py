"""The main ways through settings, sign-in, reset and import, as people take them."""

from __future__ import annotations

import re
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.browser.settings.conftest import PASSWORD, NewPage, Server, sign_in


def newest_link(server: Server, address: str) -> str:
    """The link in the newest mail to an address, which lies in the data folder."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for path in sorted((server.data / "mail").glob("*.eml"), reverse=True):
            message = message_from_bytes(path.read_bytes(), policy=default)
            body = message.get_body(("plain",))
            if address in str(message["To"]) and body is not None:
                found = re.search(rf"{server.url}/setup/\S+", body.get_content())
                assert found
                return found[0]
        time.sleep(0.2)
    raise AssertionError("no mail came")


def choose_password(page: Page, link: str, password: str = PASSWORD) -> None:
    page.goto(link)
    page.fill("#password", password)
    page.fill("#again", password)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"/$"))


def test_the_first_link_makes_the_administrator_once(server: Server, administrator: str, new_page: NewPage) -> None:
    page = new_page()
    answer = page.request.get(server.link)
    assert answer.status == 404
    sign_in(page, server, administrator)
    page.goto(f"{server.url}/settings")
    expect(page.locator(".k-snav a")).to_contain_text(["Profile", "Sign-in", "API tokens", "Users", "Teams", "Roles and rights"])


def test_a_wrong_password_says_nothing_and_a_reset_brings_a_new_one(server: Server, administrator: str, new_page: NewPage) -> None:
    server.run(
        "user",
        "add",
        "forgetful@example.com",
        "--name",
        "Fred Forgetful",
        "--language",
        "en",
        "--password-stdin",
        given=f"{PASSWORD}\n",
    )
    page = new_page()
    said = []
    for email in ("forgetful@example.com", "nobody@example.com"):
        page.goto(f"{server.url}/sign-in")
        page.fill("#email", email)
        page.fill("#password", "wrong")
        page.click("button[type=submit]")
        said.append(page.locator(".k-summary").inner_text())
    assert said[0] == said[1]
    page.goto(f"{server.url}/forgotten")
    page.fill("#email", "forgetful@example.com")
    page.click("button[type=submit]")
    expect(page.locator(".k-summary")).to_contain_text("mail")
    choose_password(page, newest_link(server, "forgetful@example.com"), "another good password")
    other = new_page()
    sign_in(other, server, "forgetful@example.com", "another good password")


def test_inviting_by_mail_and_by_link_and_signing_off(server: Server, administrator: str, new_page: NewPage) -> None:
    page = new_page()
    sign_in(page, server, administrator)
    page.goto(f"{server.url}/settings/users/new")
    page.fill("#name", "Mia Mail")
    page.fill("#email", "not an address")
    page.click(".k-actions button")
    expect(page.locator("#email-error")).to_be_visible()
    expect(page.locator("#name")).to_have_value("Mia Mail")
    page.fill("#email", "mia@example.com")
    page.check("#role-sales_representative")
    page.click(".k-actions button")
    page.wait_for_url(f"{server.url}/settings/users")
    choose_password(new_page(), newest_link(server, "mia@example.com"))

    page.goto(f"{server.url}/settings/users/new")
    page.fill("#name", "Lou Link")
    page.fill("#email", "lou@example.com")
    page.check("#send-show")
    page.click(".k-actions button")
    link = page.locator(".k-code").input_value()
    assert link.startswith(f"{server.url}/setup/")
    lou = new_page()
    choose_password(lou, link)

    page.goto(f"{server.url}/settings/users?q=lou")
    page.get_by_role("link", name="Lou Link").click()
    page.get_by_role("button", name="More").first.click()
    page.get_by_role("menuitem", name="No longer let them sign in").click()
    page.get_by_role("button", name="Let them sign in no more").click()
    expect(page.get_by_text("This user can't sign in.")).to_be_visible()
    lou.goto(f"{server.url}/settings/me")
    expect(lou).to_have_url(re.compile("/sign-in"))


def test_my_settings(server: Server, administrator: str, new_page: NewPage) -> None:
    page = new_page()
    sign_in(page, server, administrator)
    page.goto(f"{server.url}/settings/me")
    page.select_option("#theme", "dark")
    page.select_option("#language", "en")
    page.uncheck("#letter_keys")
    page.uncheck("#kind-changed")
    page.click(".k-actions button")
    page.wait_for_url(re.compile("saved=1"))
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    expect(page.locator("html")).to_have_attribute("data-keys", "off")
    expect(page.locator("#kind-changed")).not_to_be_checked()
    expect(page.locator("#kind-mention")).to_be_checked()
    page.fill("#name", "")
    page.click(".k-actions button")
    expect(page.locator("#name-error")).to_be_visible()


def test_changing_the_password_ends_other_sessions(server: Server, administrator: str, new_page: NewPage) -> None:
    server.run("user", "add", "changer@example.com", "--language", "en", "--password-stdin", given=f"{PASSWORD}\n")
    here, there = new_page(), new_page()
    sign_in(here, server, "changer@example.com")
    sign_in(there, server, "changer@example.com")
    here.goto(f"{server.url}/settings/security")
    expect(here.locator(".k-lines > li")).to_have_count(2)
    here.fill("#current", "wrong")
    here.fill("#new", "yet another password")
    here.fill("#again", "yet another password")
    here.get_by_role("button", name="Change the password").click()
    expect(here.locator("#current-error")).to_be_visible()
    here.fill("#current", PASSWORD)
    here.fill("#new", "yet another password")
    here.fill("#again", "yet another password")
    with here.expect_navigation():
        here.get_by_role("button", name="Change the password").click()
    expect(here.locator(".k-lines > li")).to_have_count(1)
    there.goto(f"{server.url}/settings/me")
    expect(there).to_have_url(re.compile("/sign-in"))


def test_a_token_is_shown_once_and_ends(server: Server, administrator: str, new_page: NewPage) -> None:
    page = new_page()
    sign_in(page, server, administrator)
    page.goto(f"{server.url}/settings/tokens")
    page.fill("#name", "For the browser test")
    page.check("#object-account")
    page.get_by_role("button", name="Make the token").click()
    token = page.locator(".k-code").input_value()
    ask = {"Authorization": f"Bearer {token}"}
    assert page.request.get(f"{server.url}/api/v1/account", headers=ask).status == 200
    assert page.request.get(f"{server.url}/api/v1/contact", headers=ask).status == 404
    assert page.request.post(f"{server.url}/api/v1/account", headers=ask, data={"name": "x"}).status == 403
    page.reload()
    assert token not in page.content()
    made = page.locator(".k-lines li", has_text="For the browser test")
    made.get_by_role("button", name="End").click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(made).to_have_count(0)
    assert page.request.get(f"{server.url}/api/v1/account", headers=ask).status == 401


def test_teams_and_roles(server: Server, administrator: str, new_page: NewPage) -> None:
    page = new_page()
    sign_in(page, server, administrator)
    for name in ("North", "Coast"):
        page.goto(f"{server.url}/settings/teams")
        page.fill("#name", name)
        if name == "Coast":
            page.select_option("#parent", label="North")
        page.locator(".k-fed").get_by_role("button", name="Save").click()
        expect(page.locator(".k-tree")).to_contain_text(name)
    expect(page.locator(".k-level-1")).to_contain_text("Coast")
    page.goto(f"{server.url}/settings/roles/sales_representative")
    expect(page.get_by_label("Accounts: View")).to_have_value("team")


def test_importing_stopped_short_and_taking_back(server: Server, administrator: str, new_page: NewPage, tmp_path: Path) -> None:
    file = tmp_path / "companies.csv"
    file.write_text("Name;Website;Noise\nAlpha Ltd;https://alpha.example;1\nBeta Ltd;no link;2\nGamma Ltd;;3\n")
    page = new_page()
    sign_in(page, server, administrator)
    page.goto(f"{server.url}/imports/new?object=account")
    page.set_input_files("#file", file)
    page.wait_for_url("**/file")
    page.get_by_role("button", name="Continue").click()
    rows = page.locator(".k-map tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Alpha Ltd · Beta Ltd · Gamma Ltd")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Check it").click()
    page.get_by_role("button", name="Import 2 rows").click(timeout=30_000)
    expect(page.get_by_role("link", name="Look at the list")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download these rows").click()
    assert "Beta Ltd" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_text("Taken back: the records are as they were before.")).to_be_visible(timeout=15_000)


def test_comments_mentions_and_the_bell(server: Server, administrator: str, new_page: NewPage) -> None:
    server.run(
        "user",
        "add",
        "nora@example.com",
        "--name",
        "Nora News",
        "--role",
        "read_only",
        "--language",
        "en",
        "--password-stdin",
        given=f"{PASSWORD}\n",
    )
    token = server.run("token", "add", administrator, "--name", "comments").split()[-1]
    page = new_page()
    made = page.request.post(
        f"{server.url}/api/v1/account", headers={"Authorization": f"Bearer {token}"}, data={"name": "Talked About"}
    )
    record = f"{server.url}/o/account/{made.json()['id']}"
    sign_in(page, server, administrator)
    page.goto(record)
    page.get_by_role("button", name="Comments").click()
    box = page.locator("#comments textarea")
    box.press_sequentially("Please look, @nora")
    expect(page.locator(".k-mention li")).to_have_text(["Nora News"])
    box.press("Enter")
    expect(box).to_have_value("Please look, @Nora News ")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".k-cmts li")).to_contain_text("Please look, @Nora News")
    nora = new_page()
    sign_in(nora, server, "nora@example.com")
    end = time.monotonic() + 30
    while not nora.locator(".k-bell .k-unread").count():
        assert time.monotonic() < end, "no notification came"
        nora.wait_for_timeout(500)
        nora.reload()
    nora.locator(".k-bell").click()
    expect(nora.locator(".k-news li")).to_contain_text(["Talked About"])
    nora.locator(".k-news button").first.click()
    expect(nora).to_have_url(record)
    nora.goto(f"{server.url}/notifications")
    expect(nora.locator(".k-news .is-new")).to_have_count(0)


def test_people_without_rights_see_their_own_settings_only(server: Server, administrator: str, new_page: NewPage) -> None:
    server.run(
        "user", "add", "reader@example.com", "--role", "read_only", "--language", "en", "--password-stdin", given=f"{PASSWORD}\n"
    )
    page = new_page()
    sign_in(page, server, "reader@example.com")
    page.goto(f"{server.url}/settings")
    expect(page.locator(".k-snav a")).to_have_text(["Profile", "Sign-in", "Calendar link", "API tokens"])
    users, roles = f"{server.url}/settings/users", f"{server.url}/settings/roles"
    for address in (
        users,
        f"{users}/new",
        f"{server.url}/settings/teams",
        roles,
        f"{server.url}/settings/sharing",
        f"{server.url}/settings/history",
        f"{server.url}/settings/samples",
        f"{server.url}/settings/company",
        f"{server.url}/settings/currencies",
        f"{server.url}/settings/pipelines",
        f"{server.url}/imports/new",
    ):
        assert page.request.get(address).status == 403, address
    csrf = re.search(r'"x-csrftoken": "(\w+)"', page.locator("body").get_attribute("hx-headers:inherited") or "")
    assert csrf
    form = {"name": "Evil", "email": "evil@example.com", "role": "administrator", "_csrf_token": csrf[1]}
    assert page.request.post(f"{users}/new", form=form).status == 403
    assert page.request.post(f"{users}/new", form={**form, "_csrf_token": "no"}).status == 403
