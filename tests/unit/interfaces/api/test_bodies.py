"""Strict JSON: what is not exactly a JSON object is refused, with a sentence that says why."""

from __future__ import annotations

import msgspec
import pytest

from kundig.base.errors import Invalid, Malformed
from kundig.base.i18n import t
from kundig.interfaces.api.bodies import MAX_DEPTH, convert_body, parse_json, parse_object

JSON = "application/json"


def test_an_object_is_read_with_any_script() -> None:
    assert parse_object('{"name": "Žluťoučký 🚀", "n": [1, {"a": null}]}'.encode(), JSON) == {
        "name": "Žluťoučký 🚀",
        "n": [1, {"a": None}],
    }


@pytest.mark.parametrize("kind", ["", "application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"])
def test_json_content_types_are_accepted(kind: str) -> None:
    assert parse_object(b"{}", kind) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"name=x",
        b'{"a": }',
        b"\xff\xfe",
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"[]",
        b"1",
        b"null",
        b'"x"',
        b"{} {}",
    ],
)
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_object(body, JSON)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_forms_are_not_json(kind: str) -> None:
    with pytest.raises(Malformed, match="Content-Type"):
        parse_object(b"{}", kind)


@pytest.mark.parametrize("body", [b'{"a": 1, "a": 1}', b'{"x": [{"a": 1, "b": 2, "a": 3}]}', b'{"\\u0061": 1, "a": 2}'])
def test_a_key_twice_is_malformed_and_named(body: bytes) -> None:
    with pytest.raises(Malformed, match="The key a occurs twice"):
        parse_object(body, JSON)


def test_nesting_has_an_end() -> None:
    fine = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert parse_json(fine, t("The body")) is not None
    for depth in (MAX_DEPTH + 1, 1_000_000):
        with pytest.raises(Malformed):
            parse_json("[" * depth + "]" * depth, t("The body"))


def test_a_number_of_a_million_digits_is_refused_not_computed() -> None:
    with pytest.raises(Malformed):
        parse_json("9" * 1_000_000, t("The body"))


def test_no_body_may_be_an_empty_object_where_that_is_meant() -> None:
    assert parse_object(b"", "", optional=True) == {}


class _Options(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    size: int = 1


def test_a_body_becomes_a_struct() -> None:
    assert convert_body({"name": "x"}, _Options) == _Options("x", 1)


def test_all_bad_members_are_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        convert_body({"size": "big", "nmae": "x"}, _Options)
    assert {(e.field, e.code) for e in caught.value.errors} == {
        ("nmae", "unknown_field"),
        ("name", "required"),
        ("size", "bad_type"),
    }


@pytest.mark.parametrize("body", [rb'{"a": "\ud800"}', rb'{"\udc00x": 1}', rb'{"a": ["\ud83d\ud83d"]}'])
def test_half_a_character_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_object(body, JSON)


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert parse_object(rb'{"a": "\ud83d\ude80", "b": "\\ud800"}', JSON) == {"a": "🚀", "b": "\\ud800"}
