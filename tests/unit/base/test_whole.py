"""Whole numbers from outside: small enough for the database, or none."""

from __future__ import annotations

import pytest

from kundig.base.whole import MOST, whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), (str(MOST), MOST)])
def test_what_is_a_number(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", " 1", "-1", "+1", "1.0", "1_000", "²", "٣", str(MOST + 1), "9" * 20_000, "0" * 20_000])
def test_what_is_none(text: str) -> None:
    assert whole(text) is None


def test_no_more_than_asked() -> None:
    assert whole("10", 10) == 10
    assert whole("11", 10) is None
    assert whole(str(2**63 - 1), 2**63 - 1) == 2**63 - 1
