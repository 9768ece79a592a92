"""The scripts: what they promise at the top of each file, tried."""

from playwright.sync_api import Page, expect


def open_page(look: Page, server, name: str = "list", query: str = "") -> None:
    look.goto(f"{server.url}/page/{name}{query}", wait_until="load")
    look.wait_for_function("window.htmx")


def forgive(look: Page, part: str) -> None:
    """Take expected complaints away: the browser logs every refused or failed request."""
    look.complaints[:] = [text for text in look.complaints if part not in text]


def test_toasts_are_text(look: Page, server) -> None:
    open_page(look, server, query="?toast=<img src=x onerror=alert(1)>")
    expect(look.locator(".toast h2")).to_have_text("<img src=x onerror=alert(1)>")
    assert look.locator(".toast img").count() == 0


def test_menus_open_under_their_button_and_close(look: Page, server) -> None:
    open_page(look, server)
    look.get_by_role("button", name="More").click()
    expect(look.locator("#row-more")).to_be_visible()
    look.keyboard.press("ArrowDown")
    expect(look.get_by_role("menuitem", name="Delete")).to_be_focused()
    look.keyboard.press("Escape")
    expect(look.locator("#row-more")).to_be_hidden()


def test_the_create_menu_opens_where_its_button_is(look: Page, server) -> None:
    look.set_viewport_size({"width": 390, "height": 844})
    open_page(look, server)
    look.locator(".k-tabbar button[popovertarget=create]").click()
    expect(look.locator("#create [role=menuitem]").first).to_be_focused()  # it has been placed before that
    box = look.locator("#create").bounding_box()
    assert box is not None
    assert box["y"] > 500


def test_a_question_before_what_cannot_be_undone(look: Page, server) -> None:
    open_page(look, server)
    look.get_by_role("button", name="More").click()
    look.get_by_role("menuitem", name="Delete").click()
    expect(look.locator("#confirm")).to_contain_text("Delete 3 things?")
    look.get_by_role("button", name="Yes, do it").click()
    expect(look.locator(".toast h2")).to_have_text("Nicht für Sie")
    forgive(look, "403")


def test_selection_and_its_bar(look: Page, server) -> None:
    open_page(look, server)
    look.get_by_label("Row 1").check()
    look.get_by_label("Row 4").click(modifiers=["Shift"])
    expect(look.locator("#bulk")).to_be_visible()
    expect(look.locator("#bulk [data-n]")).to_have_text("4")
    look.get_by_role("button", name="None").click()
    expect(look.locator("#bulk")).to_be_hidden()
    look.locator("#all").check()
    expect(look.locator("#bulk [data-n]")).to_have_text("5")


def test_editing_in_place(look: Page, server) -> None:
    open_page(look, server)
    look.locator("[data-row=r2] td.ed").dblclick()
    expect(look.locator("[data-row=r2] .k-editor input")).to_be_focused()
    look.keyboard.type("Esslingen")
    look.keyboard.press("Enter")
    expect(look.locator("[data-row=r2] td.ed")).to_have_text("Esslingen")
    last = look.request.get(f"{server.url}/saved").json()[-1]
    assert last == {"row": "r2", "field": "city", "value": "Esslingen", "csrf": "token"}


def test_escape_brings_the_old_value_back(look: Page, server) -> None:
    open_page(look, server)
    look.locator("[data-row=r3] td.ed").dblclick()
    expect(look.locator("[data-row=r3] .k-editor input")).to_be_focused()
    look.keyboard.type("something else")
    look.keyboard.press("Escape")
    expect(look.locator("[data-row=r3] td.ed")).to_have_text("old")


def test_a_refused_value_stays_in_its_editor(look: Page, server) -> None:
    open_page(look, server)
    look.locator("[data-row=r1] td.ed").dblclick()
    expect(look.locator("[data-row=r1] .k-editor input")).to_be_focused()
    look.keyboard.type("refused")
    look.keyboard.press("Enter")
    expect(look.locator("[data-row=r1] .k-eder")).to_have_text("No.")
    expect(look.locator("[data-row=r1] input[name=value]")).to_have_value("refused")
    forgive(look, "422")


def test_a_refusal_without_a_form_is_told_and_the_form_stays(look: Page, server) -> None:
    open_page(look, server)
    look.locator("[data-row=r1] td.ed").dblclick()
    expect(look.locator("[data-row=r1] .k-editor input")).to_be_focused()
    look.keyboard.type("impossible")
    look.keyboard.press("Enter")
    expect(look.locator(".toast h2")).to_have_text("Not at all.")
    expect(look.locator("[data-row=r1] input[name=value]")).to_have_value("impossible")
    forgive(look, "422")


def test_keys(look: Page, server) -> None:
    open_page(look, server)
    look.keyboard.press("j")
    look.keyboard.press("j")
    look.keyboard.press("x")
    expect(look.get_by_label("Row 2")).to_be_checked()
    look.keyboard.press("/")
    expect(look.get_by_label("Search here")).to_be_focused()
    look.keyboard.press("j")
    expect(look.get_by_label("Search here")).to_have_value("j")
    look.keyboard.press("Escape")
    look.get_by_label("Search here").blur()
    look.keyboard.press("Shift+?")
    expect(look.locator("#keys dl").first).to_be_visible()


def test_search_from_everywhere(look: Page, server) -> None:
    open_page(look, server)
    look.keyboard.press("Control+k")
    look.keyboard.type("hof")
    expect(look.locator("#hit-1 mark")).to_have_text("Hof")
    expect(look.locator("#hit-1")).to_contain_text("<b>GmbH</b>")
    look.keyboard.press("Enter")
    look.wait_for_url("**/page/form")


def test_links_keep_the_frame(look: Page, server) -> None:
    open_page(look, server, "form")
    look.evaluate("document.querySelector('.k-side').dataset.kept = 'yes'")
    look.locator(".k-nav a", has_text="Things").click()
    look.wait_for_url("**/page/list")
    expect(look).to_have_title("Things · Kundig")
    expect(look.locator(".k-nav a[aria-current=page]")).to_have_text("Things12")
    assert look.locator(".k-side[data-kept=yes]").count() == 1
    look.go_back()
    look.wait_for_url("**/page/form")
    expect(look.locator("h1")).to_have_text("Form")
    expect(look.locator(".k-side")).to_have_count(1)


def test_a_link_to_what_is_gone_shows_its_page(look: Page, server) -> None:
    look.set_viewport_size({"width": 390, "height": 844})
    open_page(look, server)
    look.locator(".k-tabbar a", has_text="Gone").click()
    expect(look.locator("h2", has_text="Nothing here")).to_be_visible()
    forgive(look, "404")


def test_what_was_typed_survives_a_reload_until_it_is_saved(look: Page, server) -> None:
    open_page(look, server, "form")
    look.get_by_label("Name").fill("Half a name")
    look.get_by_role("switch", name="On").check()
    look.reload(wait_until="load")
    expect(look.get_by_label("Name")).to_have_value("Half a name")
    expect(look.get_by_role("switch", name="On")).to_be_checked()
    look.get_by_role("button", name="Save").click()
    expect(look.locator(".toast h2")).to_have_text("Saved <i>it</i>")
    look.reload(wait_until="load")
    expect(look.get_by_label("Name")).to_have_value("")


def test_a_lost_connection_is_told_and_healed(look: Page, server) -> None:
    open_page(look, server, "form")
    look.get_by_label("Name").fill("Typed meanwhile")
    server.stop()
    look.get_by_role("button", name="Save").click()
    expect(look.locator("#connection")).to_be_visible()
    bar, head = look.locator("#connection").bounding_box(), look.locator(".k-top").bounding_box()
    assert bar and head and bar["y"] + bar["height"] <= head["y"]  # it covers nothing
    expect(look.get_by_label("Name")).to_have_value("Typed meanwhile")
    look.locator(".k-nav a", has_text="Things").click()
    server.start()
    expect(look.locator("#connection")).to_be_hidden(timeout=15_000)
    expect(look.locator(".toast h2").first).to_have_text("The connection is back.")
    look.wait_for_url("**/page/list")  # what was asked for meanwhile is read again
    forgive(look, "ERR_CONNECTION_REFUSED")
    forgive(look, "htmx:error")
    forgive(look, "Failed to fetch")
