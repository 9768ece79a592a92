"""Sentences of the audit trail: what was and is, roles by their labels, and nothing in place of what the reader may not know."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from kundig.engine.audit import audit_event
from kundig.engine.history.trail_words import TrailWords

GIVEN = audit_event(
    "given", ("Given", "Gegeben"), ("gave {record} of {object} {thing}", "gab {record} von {object} {thing}"),
    thing=("Thing", "Ding"), roles=("Roles", "Rollen"), on=("On", "An"), until=("Until", "Bis"), guarded_fields=("Fields", "Felder"),
)  # fmt: skip
LABEL = {"en": "Pens", "de": "Stifte"}
ROLE = SimpleNamespace(label={"en": "Sales", "de": "Vertrieb"})
COLOR = SimpleNamespace(definition=SimpleNamespace(label={"en": "Color", "de": "Farbe"}))


def words(language: str = "en", **readable: Any) -> TrailWords:
    pens = SimpleNamespace(definition=SimpleNamespace(label_plural=LABEL), fields={"color": COLOR})
    model = SimpleNamespace(events={"given": GIVEN}, objects={"pen": pens}, roles={"sales": ROLE})
    return TrailWords(cast("Any", SimpleNamespace(model=model, context=SimpleNamespace(language=language))), readable)


def entry(**more: Any) -> dict[str, Any]:
    record = {"id": "1", "object": "pen", "label": "Blue"}
    usual = {
        "by": {"label": "Ada"},
        "by_kind": "user",
        "token": None,
        "event": "given",
        "object": "pen",
        "record": record,
        "detail": {},
    }
    return {**usual, **more}


def test_a_sentence_names_what_it_is_about() -> None:
    assert words().what(entry(detail={"thing": "ink"})) == "gave Blue of Pens ink"
    assert words("de").what(entry(detail={"thing": "Tinte"})) == "gab Blue von Stifte Tinte"


def test_what_is_hidden_is_called_so() -> None:
    assert words().what(entry(record=None, object=None, detail={"thing": None})) == "gave (hidden) of (hidden) (hidden)"


def test_braces_in_names_are_only_braces() -> None:
    named = {"id": "1", "object": "pen", "label": "{thing} {0.__class__}"}
    assert words().what(entry(record=named, detail={"thing": "{record}"})) == "gave {thing} {0.__class__} of Pens {record}"


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"thing": "ink"}, []),
        ({"on": True}, [("On", "yes")]),
        ({"on": {"old": True, "new": False}}, [("On", "yes → no")]),
        ({"roles": {"old": None, "new": ["sales", "other"]}}, [("Roles", "Sales, other")]),
        ({"roles": {"old": [], "new": ["sales"]}}, [("Roles", "– → Sales")]),
        ({"on": {"id": "2", "object": "pen", "label": "Red"}}, [("On", "Red")]),
        ({"on": None, "roles": []}, []),
        ({"until": "2027-01-02"}, [("Until", "at 2027-01-02")]),
        ({"fields": ["color", "pen.color"]}, [("Fields", "Color, pen.color")]),
    ],
)
def test_details_are_told_once(detail: dict[str, Any], told: list[tuple[str, str]]) -> None:
    assert list(words(until=lambda text: f"at {text}").more(entry(detail=detail))) == told


def test_who_did_it() -> None:
    assert words().who(entry()) == "Ada"
    assert words().who(entry(by=None, by_kind="system")) == "The system"
    assert words().who(entry(by=None, by_kind="nobody")) == "Somebody unknown"
    assert words().who(entry(by=None)) == "Somebody"
    assert [words().token(entry(token=token)) for token in (None, {"name": "Sync"}, {"name": ""})] == ["", "Sync", "an API token"]


def test_an_event_that_nothing_declares_is_told_by_its_name() -> None:
    gone = entry(event="gone", detail={"secret": "x"})
    assert (words().what(gone), words().kind(gone), list(words().more(gone))) == ("gone", "gone", [])
