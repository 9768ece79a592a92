"""A layout while it is being arranged: read from a layout or a form, changed by commands, turned into a document again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kundig.engine.extension import Layout, Placed, Section, Tab
from kundig.interfaces.web.pages.laying_out.drafts import Draft, body_of, change, draft_from, draft_of, unnamed

KNOWN = frozenset("abcdef")
WHERE = {"field": "a", "op": "is", "value": "x"}


def label(text: str) -> dict[str, str]:
    return {"de": text, "en": text}


LAYOUT = Layout(
    name="default",
    object="thing",
    facts=("a",),
    sections=(
        Section(label("One"), ("a", Placed(field="b", visible=WHERE, required=True))),
        Section(label("Two"), ("c", Placed(field="secret", required=WHERE)), columns=2, visible=WHERE),
    ),
    tabs=(Tab(label("More"), (Section(label("Three"), (Placed(field="d", required=WHERE),)),)),),
    related=("child.thing",),
    quick=("a", "secret"),
)


def order(draft: Draft) -> list[list[list[str]]]:
    return [[[spot.name for spot in block.spots] for block in tab.blocks] for tab in draft.tabs]


def sent(draft: Draft) -> dict[str, list[str]]:
    """What a form of the draft sends."""
    form: dict[str, list[str]] = {"at": [], "quick": draft.quick}
    for tab in draft.tabs:
        if tab.key:
            form["at"].append(f"tab:{tab.key}")
            form |= {f"{tab.key}.{language}": [text] for language, text in tab.label.items()}
        for block in tab.blocks:
            form["at"].append(f"section:{block.key}")
            form |= {f"{block.key}.{language}": [text] for language, text in block.label.items()}
            form |= {f"{block.key}.columns": [block.columns], f"{block.key}.visible": [block.visible]}
            for spot in block.spots:
                form["at"].append(f"field:{spot.name}")
                form |= {f"f.{spot.name}.visible": [spot.visible], f"f.{spot.name}.required": [spot.required]}
    return form


def test_a_layout_comes_back_from_its_form_as_it_was() -> None:
    draft = draft_from(sent(draft_of(LAYOUT, KNOWN)), KNOWN)
    body = body_of(draft, LAYOUT, LAYOUT, frozenset({"secret"}))
    assert msgspec.convert(body, Layout) == LAYOUT


def test_what_only_others_may_know_of_is_neither_shown_nor_lost() -> None:
    draft = draft_of(LAYOUT, KNOWN)
    assert "secret" not in draft.names
    change(draft, "remove:section:s2", {}, "de")
    body = body_of(draft, LAYOUT, LAYOUT, frozenset({"secret"}))
    assert {"field": "secret", "required": WHERE} in body["sections"][0]["fields"]


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("up:field:b", [[["b", "a"], ["c"]], [["d"]]]),
        ("up:field:a", [[["a", "b"], ["c"]], [["d"]]]),
        ("up:field:c", [[["a", "b", "c"], []], [["d"]]]),
        ("down:field:b", [[["a"], ["b", "c"]], [["d"]]]),
        ("down:field:c", [[["a", "b"], []], [["c", "d"]]]),
        ("to:s3:a", [[["b"], ["c"]], [["d", "a"]]]),
        ("to:nowhere:a", [[["a", "b"], ["c"]], [["d"]]]),
        ("down:section:s1", [[["c"], ["a", "b"]], [["d"]]]),
        ("down:section:s2", [[["a", "b"]], [["c"], ["d"]]]),
        ("up:section:s3", [[["a", "b"], ["c"], ["d"]], []]),
        ("into:t1:s1", [[["c"]], [["d"], ["a", "b"]]]),
        ("into::s3", [[["a", "b"], ["c"], ["d"]], []]),
        ("remove:field:a", [[["b"], ["c"]], [["d"]]]),
        ("remove:section:s1", [[["c"]], [["d"]]]),
        ("remove:tab:t1", [[["a", "b"], ["c"], ["d"]]]),
        ("section:", [[["a", "b"], ["c"], []], [["d"]]]),
        ("section:t1", [[["a", "b"], ["c"]], [["d"], []]]),
        ("tab:new", [[["a", "b"], ["c"]], [["d"]], [[]]]),
        ("more:s1", [[["a", "b", "e"], ["c"]], [["d"]]]),
        ("up:tab:t1", [[["a", "b"], ["c"]], [["d"]]]),
        ("nonsense", [[["a", "b"], ["c"]], [["d"]]]),
    ],
)
def test_commands_move_add_and_remove(command: str, after: Any) -> None:
    draft = draft_of(LAYOUT, KNOWN)
    change(draft, command, {"s1.more": ["e", "a", ""]}, "de")
    assert order(draft) == after


def test_commands_set_what_parts_are_like() -> None:
    draft = draft_of(LAYOUT, KNOWN)
    for command in ("columns:s1:2", "visible:b", "visible:s2", "required:c:always", "required:d", "quick:c", "quick:a"):
        change(draft, command, {}, "de")
    read = msgspec.convert(body_of(draft, LAYOUT, LAYOUT, frozenset()), Layout)
    assert read.sections[0].columns == 2
    assert read.sections[0].fields == ("a", Placed(field="b", required=True))
    assert read.sections[1].visible is None
    assert read.sections[1].fields == (Placed(field="c", required=True),)
    assert read.tabs[0].sections[0].fields == ("d",)
    assert read.quick == ("c",)


def test_names_are_needed_in_one_language_at_least() -> None:
    draft = draft_of(LAYOUT, KNOWN)
    draft.blocks[0].label = {"de": "Nur deutsch", "en": ""}
    draft.blocks[1].label = {"de": "", "en": ""}
    assert unnamed(draft) == ["s2"]
    assert body_of(draft, LAYOUT, LAYOUT, frozenset())["sections"][0]["label"] == label("Nur deutsch")


def test_a_form_can_name_only_known_fields_and_each_once() -> None:
    form = {
        "at": ["field:a", "section:s1", "field:a", "field:a", "field:secret", "field:b"],
        "s1.de": ["Eins"],
        "quick": ["a", "secret"],
    }
    draft = draft_from(form, KNOWN)
    assert draft.names == ["b"], "what stands before any section stands nowhere"
    assert draft.quick == ["a"]
