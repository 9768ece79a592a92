"""YAML in and out: nothing surprising is read, and what is written reads back the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundig.engine.configuration.documents import BadDocument, Document
from kundig.engine.configuration.yaml import dump, load, read_path, write_folder

ROLE = "kind: role\nname: r\nlabel: {en: R, de: R}\n"


def place(error: pytest.ExceptionInfo[BadDocument]) -> str:
    return error.value.errors[0].field


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("kind: role\nname: &x r\nlabel: *x", "f.yaml:line 3"),
        ("kind: role\nname: r\nname: s", "f.yaml:line 3"),
        ("kind: role\n? [a]\n: b", "f.yaml:line 2"),
        ("kind: nothing\nname: x", "f.yaml:kind"),
        ("name: x", "f.yaml:kind"),
        ("kind: role", "f.yaml:name"),
        ("kind: field\nname: x", "f.yaml:object"),
        ("- a", "f.yaml"),
        ("just text", "f.yaml"),
        ("kind: role\nname: r\nobjects: {house: {reed: all}}", "f.yaml:objects[...]"),
        ("kind: role\nname: r\nobjects: {house: {read: everything}}", "f.yaml:objects[...].read"),
        ("kind: object\nname: o\nfields:\n - {name: 1}", "f.yaml:fields[0].name"),
        ("kind: object\nname: o\nfields:\n - {name: a, type: text}", "f.yaml:fields[0]"),
        ("kind: role\nname: r\nlabel: !!python/object/apply:os.system [id]", "f.yaml:line 3"),
        ("kind: workspace\naudit_days: 7", "f.yaml:audit_days"),
        ("a: [", "f.yaml:line 1"),
        ("[" * 100_000, "f.yaml"),
        ("#" * 2_000_000, "f.yaml"),
        ("kind: role\nname: r\n---\nkind: role\nnam: r", "f.yaml#2:name"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, where: str) -> None:
    with pytest.raises(BadDocument) as refused:
        load(text, "f.yaml")
    assert place(refused).startswith(where)


def test_words_stay_words() -> None:
    [found] = load(ROLE + "objects: {no: {}, 'on': {}, 1: {}}", "f.yaml")
    assert set(found.body["objects"]) == {"no", "on", "1"}


def test_dates_stay_texts_and_numbers_numbers() -> None:
    where = "where: {all: [2026-11-23, 12:30, 1_000, 0x10, 007, yes, true, null, 5, -1.5]}"
    text = f"kind: role\nname: r\nlabel: {{en: R, de: R}}\nobjects: {{x: {{{where}}}}}"
    [found] = load(text, "f.yaml")
    assert found.body["objects"]["x"]["where"]["all"] == ["2026-11-23", "12:30", "1_000", "0x10", "007", "yes", True, None, 5, -1.5]


def test_part_of_a_definition_is_enough() -> None:
    [found] = load("kind: object\nname: house\nicon: home", "f.yaml")
    assert found == Document("object", "house", {"name": "house", "icon": "home"})


def test_fields_layouts_and_views_are_named_within_their_object() -> None:
    [found] = load("kind: field\nobject: house\nname: city\nhidden: true", "f.yaml")
    assert found.key == ("field", "house.city")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(st.characters(blacklist_categories=["Cs", "Cc"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(blacklist_categories=["Cs", "Cc"])), inner, max_size=4)
    ),
)


@given(JSON)
def test_what_is_written_reads_back_the_same(value: Any) -> None:
    body = {"name": "r", "label": {"en": "R", "de": "R"}, "objects": {"x": {"where": {"value": value}}}}
    document = Document("role", "r", body)
    assert load(dump(document), "f.yaml") == [document]


def test_a_folder_is_written_and_read_again(tmp_path: Path) -> None:
    documents = [
        Document("role", "a", {"name": "a", "rights": []}),
        Document("view", "house.all", {"object": "house", "name": "all"}),
    ]
    write_folder(documents, tmp_path)
    assert sorted(read_path(tmp_path), key=lambda d: d.name) == documents
    write_folder(documents[:1], tmp_path)
    assert read_path(tmp_path) == documents[:1]


def test_two_files_of_one_document_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yml"):
        (tmp_path / name).write_text(ROLE)
    with pytest.raises(BadDocument):
        read_path(tmp_path)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="can't be accepted"):
        read_path(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(("days", "told"), [(7, "at least 90"), (99_999, "at most 3650")])
def test_a_number_out_of_bounds_is_told_with_the_bound(days: int, told: str) -> None:
    with pytest.raises(BadDocument) as error:
        load(f"kind: workspace\naudit_days: {days}", "f.yaml")
    assert told in str(error.value.errors[0].text)
