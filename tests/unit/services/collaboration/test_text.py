"""Comments: lines become paragraphs, nothing harmful is stored, mentions are found by name."""

from __future__ import annotations

from uuid import uuid4

import pytest

from kundig.base.errors import Invalid
from kundig.services.collaboration.text import LONGEST, Person, from_lines, written

ANN, ANN_LEE, OK = Person(uuid4(), "Ann"), Person(uuid4(), "Ann Lee"), Person(uuid4(), "Koch & Söhne")


def test_lines_become_paragraphs_and_markup_stays_text() -> None:
    assert from_lines("one\ntwo\r\n\r\n <b>three</b> & \n\n\n") == "<p>one<br>two</p><p>&lt;b&gt;three&lt;/b&gt; &amp;</p>"


@pytest.mark.parametrize(
    "evil", ["<script>x()</script>", "<img src=x onerror=x()>", '<a href="javascript:x()">x</a>', "<p hx-get=/x>"]
)
def test_what_could_run_is_taken_out(evil: str) -> None:
    made = written(f"{evil}<p>text</p>", []).html
    assert not any(word in made for word in ("script", "onerror", "javascript", "hx-get", "<img"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello @Ann.", [ANN]),
        ("Hello @ann lee, and @Ann", [ANN_LEE, ANN]),
        ("Hello @Ann Lee", [ANN_LEE]),
        ("Hello @Anna", []),
        ("Ann", []),
        ("@Koch & Söhne: done", [OK]),
    ],
)
def test_mentions(text: str, found: list[Person]) -> None:
    made = written(from_lines(text), [ANN, ANN_LEE, OK])
    assert set(made.mentions) == {person.id for person in found}
    assert made.html.count("<b>") == len(found)


@pytest.mark.parametrize("text", ["", "   ", "<p> </p>", "<script>x</script>", "x" * (LONGEST + 1)])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        written(text, [])
