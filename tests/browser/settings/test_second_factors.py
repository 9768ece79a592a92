"""The second step as people take it: passkeys by Chromium's virtual authenticator, an app by its code, recovery codes, being asked again."""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import AXE, RULES, STILL
from tests.browser.settings.conftest import PASSWORD, NewPage, Server

from kundig.services.identity.totp import code_at


def at(server: Server, path: str) -> str:
    return server.url.replace("127.0.0.1", "localhost") + path


def add(server: Server, name: str) -> str:
    email = f"{name}@example.com"
    server.run("user", "add", email, "--role", "read_only", "--language", "en", "--password-stdin", given=f"{PASSWORD}\n")
    return email


def enter(page: Page, server: Server, email: str) -> None:
    page.goto(at(server, "/sign-in"))
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def accessible(page: Page) -> None:
    page.evaluate(STILL)
    page.evaluate(f"window.axe || (() => {{{AXE.read_text()}}})()")
    found = page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
    assert [(rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]) for rule in found["violations"]] == []


def with_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_passkey_is_made_and_signs_in(server: Server, administrator: str, new_page: NewPage) -> None:
    email, page = add(server, "keya"), new_page()
    with_authenticator(page)
    enter(page, server, email)
    page.wait_for_url(at(server, "/"))
    page.goto(at(server, "/settings/security"))
    page.get_by_role("button", name="Add a passkey").click()
    codes = page.locator(".k-codes li")
    expect(codes).to_have_count(10)
    accessible(page)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a file").click()
    assert codes.first.inner_text() in Path(saved.value.path()).read_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#factors .k-lines li")).to_contain_text(["Passkey"])
    accessible(page)
    page.context.clear_cookies()
    page.goto(at(server, "/sign-in?next=/settings/me"))
    accessible(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(at(server, "/settings/me"))
    page.context.clear_cookies()
    enter(page, server, email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.goto(at(server, "/settings/me"))
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto(at(server, "/sign-in/second"))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(at(server, "/"))


def test_an_app_and_a_recovery_code(server: Server, administrator: str, new_page: NewPage) -> None:
    email, page = add(server, "appa"), new_page()
    enter(page, server, email)
    page.wait_for_url(at(server, "/"))
    page.goto(at(server, "/settings/security"))
    page.get_by_role("button", name="Set up an app").click()
    key = base64.b32decode(page.locator("#app-key").input_value().replace(" ", ""))
    accessible(page)
    page.fill("#app-code", "000000")
    page.fill("#app-name", "My phone")
    page.get_by_role("button", name="Take it into use").click()
    expect(page.locator("#app-code-error")).to_be_visible()
    expect(page.locator("#app-name")).to_have_value("My phone")
    page.fill("#app-code", code_at(key, time.time()))
    page.get_by_role("button", name="Take it into use").click()
    expect(page.locator(".k-codes li")).to_have_count(10)
    codes = page.locator(".k-codes li").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#factors")).to_contain_text("My phone")
    page.context.clear_cookies()
    enter(page, server, email)
    expect(page.locator("#code")).to_be_visible()
    accessible(page)
    page.fill("#code", code_at(key, time.time() + 30))  # the one of now has been used
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(at(server, "/"))
    page.context.clear_cookies()
    enter(page, server, email)
    page.get_by_role("link", name="Lost your device").click()
    page.get_by_label("Recovery code").fill(codes[0].lower())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(at(server, "/"))
    page.goto(at(server, "/settings/security"))
    expect(page.locator("#factors")).to_contain_text("9 unused recovery codes")
    server.run("user", "unlock", email)
    page.context.clear_cookies()
    enter(page, server, email)
    page.wait_for_url(at(server, "/"))


def test_who_must_set_up_a_second_step_and_who_looks_after_them(server: Server, administrator: str, new_page: NewPage) -> None:
    document = server.data.parent / "careful.yaml"
    document.write_text("kind: role\nname: careful\nlabel: {en: Careful, de: Vorsichtig}\nsecond_factor: required\n")
    server.run("config", "apply", str(document))
    server.run(
        "user", "add", "must@example.com", "--role", "careful", "--language", "en", "--password-stdin", given=f"{PASSWORD}\n"
    )
    page = new_page()
    with_authenticator(page)
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, server, "must@example.com")
    page.wait_for_url(at(server, "/second-factor"))
    page.get_by_text("An app that shows codes").click()
    accessible(page)
    page.goto(at(server, "/"))
    page.wait_for_url(at(server, "/second-factor"))
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(at(server, "/"))
    boss = new_page()
    enter(boss, server, administrator)
    boss.wait_for_url(at(server, "/"))
    boss.goto(at(server, "/settings/users?q=must"))
    boss.locator("tbody a").click()
    boss.get_by_role("button", name="More").first.click()
    boss.get_by_role("menuitem", name="Sessions and second step").click()
    expect(boss.locator(".k-lines li")).to_contain_text(["Chrome", "Passkey"])
    accessible(boss)
    boss.get_by_role("button", name="They leave").click()
    expect(boss.locator("#leave")).to_contain_text("They own nothing that is still open.")
    accessible(boss)
    boss.locator("#leave").get_by_role("button", name="Let them sign in no more").click()
    expect(boss.get_by_text("Nowhere at the moment.")).to_be_visible()
    page.goto(at(server, "/settings/me"))
    expect(page).to_have_url(re.compile("/sign-in"))


def test_what_matters_asks_who_sits_there_and_goes_on(server: Server, administrator: str, new_page: NewPage) -> None:
    page = new_page()
    enter(page, server, administrator)
    page.wait_for_url(at(server, "/"))
    page.goto(at(server, "/settings/tokens"))
    page.route("**/settings/tokens", lambda route: route.fulfill(status=403, headers={"X-Kundig-Prove": "/prove"}), times=1)
    page.fill("#name", "Typed before")
    page.check("#object-account")
    page.get_by_role("button", name="Make the token").click()
    dialog = page.locator("#prove")
    expect(dialog.locator("#proof-password")).to_be_focused()
    accessible(page)
    page.fill("#proof-password", "wrong")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.locator("#proof-password-error")).to_be_visible()
    page.fill("#proof-password", PASSWORD)
    dialog.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Your new token")).to_be_visible()
    expect(page.locator("#tokens .k-lines")).to_contain_text("Typed before")
    expect(dialog).to_have_count(0)
