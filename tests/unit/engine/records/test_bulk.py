"""Rows in the text format of COPY."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kundig.engine.records.bulk import _line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, r"\N"),
        ("Müller", "Müller"),
        ("a\tb\nc\\d\re", r"a\tb\nc\\d\re"),
        (12, "12"),
        (True, "True"),
        (datetime(2026, 11, 23, 10, tzinfo=UTC), "2026-11-23 10:00:00+00:00"),
        ([], "{}"),
        ([1, 2], '{"1","2"}'),
        (['a"b', "c\\d", "e,f"], r'{"a\\"b","c\\\\d","e,f"}'),
    ],
)
def test_a_value_in_a_line(value: Any, text: str) -> None:
    assert _line(["x", value]) == f"x\t{text}\n"
