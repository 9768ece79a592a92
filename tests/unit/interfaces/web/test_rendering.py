"""Every page renders in both languages, holds nothing inline, and escapes what it is given."""

import re
from dataclasses import replace

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from kundig.interfaces.web.error_page import error_page
from kundig.interfaces.web.frame import Frame, Link, LinkGroup, Shell
from kundig.interfaces.web.palette import Hit, HitGroup, PaletteResults
from kundig.interfaces.web.rendering import TEMPLATES, environment, render, render_block
from kundig.interfaces.web.sign_in_views import Forgotten, NewPassword, SignIn

EVIL = '"><script>alert(1)</script>{{ 7777 * 7777 }}'
LINK = Link(EVIL, "/place", "house", "3", hot=True, key="p")
SHELL = Shell(EVIL, EVIL, (LinkGroup((LINK,)), LinkGroup((LINK,), EVIL)), (LINK,) * 4, (LINK,), LINK, 2)
FRAME = Frame(shell=SHELL, csrf="token", path="/place", toasts=({"title": EVIL},))
VIEWS = {
    "sign_in.html": SignIn(EVIL, EVIL, EVIL, notice=EVIL, error=EVIL, hint=EVIL, server=EVIL),
    "forgotten.html": Forgotten(EVIL, mail_file=EVIL, sent=True, server=EVIL),
    "new_password.html": NewPassword("/setup", EVIL, EVIL, asks_name=True, errors={"password": EVIL}),
    "palette_results.html": PaletteResults("a", (HitGroup(EVIL, (Hit("k", EVIL, "/r", kind=EVIL, detail=EVIL, person=True),)),)),
}


def pages() -> list[str]:
    frames = [replace(FRAME, language=language, theme=theme) for language in ("de", "en") for theme in ("dark", "auto")]
    shown = [render(template, view, frame) for template, view in VIEWS.items() for frame in frames]
    return shown + [error_page(status, frame, text=EVIL, id=EVIL) for status in (403, 404, 500) for frame in [*frames, Frame()]]


def test_nothing_is_inline() -> None:
    for page in pages():
        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:|hx-on|js:", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)


def test_values_are_escaped_and_not_evaluated() -> None:
    for page in pages():
        assert "<script>alert" not in page
        assert str(7777 * 7777) not in page


def test_a_boosted_link_gets_title_and_sheet_only() -> None:
    page = error_page(404, replace(FRAME, inner=True))
    assert page.lstrip().startswith("<title>")
    assert page.count("<main") == 1
    assert "k-side" not in page
    assert "<html" not in page


def test_a_block_alone_is_a_partial() -> None:
    view = SignIn(company="Nordwind")
    block = render_block("sign_in.html", "box", view, FRAME)
    assert "Nordwind" in block
    assert "<html" not in block


def test_languages_have_their_own_environment() -> None:
    german, english = environment("de", "Europe/Berlin"), environment("en", "Europe/Berlin")
    assert german is environment("de", "Europe/Berlin")
    assert german.from_string("{{ 1234.5|number }}").render() == "1.234,5"
    assert english.from_string("{{ 1234.5|number }}").render() == "1,234.5"


def test_texts_take_parameters() -> None:
    shown = environment("en", "UTC")
    assert shown.from_string('{{ _("Of {a}", a=x) }}').render(x="<i>") == "Of &lt;i&gt;"
    assert shown.from_string('{{ _("<b> {a}", a=x) }}').render(x=Markup("<i>")) == "&lt;b&gt; <i>"
    assert shown.from_string('{{ ngettext("{n} row", "{n} rows", x) }}').render(x=1200) == "1,200 rows"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment("en", "UTC").from_string("{{ nothing }}").render()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_template_compiles(path) -> None:
    environment("en", "UTC").get_template(path.relative_to(TEMPLATES).as_posix())


def test_fields_tell_their_error() -> None:
    html = environment("en", "UTC").from_string('{{ ui.input("f", "f", "Name", "x", error="Too long.") }}').render()
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="f-error"' in html
    assert 'id="f-error"' in html
