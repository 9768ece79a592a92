"""What a batch holds is checked item by item before anything is written."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from kundig.base.errors import Invalid
from kundig.engine.records.writing import Create, Delete, Update
from kundig.interfaces.api.batch import read_lists

A, B = "0190a000-0000-7000-8000-00000000000a", "0190a000-0000-7000-8000-00000000000b"


def errors(body: dict[str, Any]) -> list[tuple[str | None, int | None, str]]:
    with pytest.raises(Invalid) as caught:
        read_lists(body)
    return [(error.list, error.index, error.field) for error in caught.value.errors]


def test_the_three_lists() -> None:
    found = read_lists({"create": [{"x": 1}], "update": [{"id": A, "version": 3, "x": 2}], "delete": [B]})
    assert found == ([Create({"x": 1})], [Update(UUID(A), {"x": 2}, 3)], [Delete(UUID(B))])
    assert read_lists({}) == ([], [], [])


def test_unknown_lists_and_things_that_are_no_lists() -> None:
    assert errors({"creat": [], "update": {}}) == [(None, None, "creat"), (None, None, "update")]


def test_items_that_can_be_none_are_all_named() -> None:
    body = {"create": [{}, 1], "update": [{"x": 1}, {"id": "x"}, {"id": A, "version": "1"}, []], "delete": [A, 5, "x"]}
    assert errors(body) == [
        ("create", 1, ""),
        ("update", 3, ""),
        ("update", 0, "id"),
        ("update", 1, "id"),
        ("update", 2, "version"),
        ("update", 3, "id"),
        ("delete", 1, "id"),
        ("delete", 2, "id"),
    ]


def test_the_same_record_twice() -> None:
    assert errors({"update": [{"id": A}, {"id": B}, {"id": A}], "delete": [B]}) == [("update", 2, "id"), ("delete", 0, "id")]


def test_a_thousand_and_one() -> None:
    assert errors({"create": [{}] * 600, "delete": [A] * 401}) == [(None, None, "create")]
