"""What an address makes of a view, and what of it is said in the address."""

from __future__ import annotations

import json

import pytest

from kundig.base.errors import Malformed
from kundig.interfaces.web.pages.arrangement import MOST_COLUMNS, WIDEST, Arrangement, parts_of, rearranged

OPEN = {"field": "status", "op": "is", "value": "open"}
OWN = Arrangement((OPEN,), "name", ("label", "amount"), {"amount": 200}, 1, "stage")


@pytest.mark.parametrize(
    "now",
    [
        OWN,
        Arrangement((), "name", ("label", "amount"), {"amount": 200}, 1, "stage"),
        Arrangement((OPEN, {"any": []}), "-amount,name", ("label", "owner.name", "amount"), {"label": 300}, 3, ""),
        Arrangement((OPEN,), "name", ("label", "amount"), {}, 0, "close_date:month"),
    ],
)
def test_what_differs_leads_back_to_the_same(now: Arrangement) -> None:
    assert rearranged(OWN, now.apart(OWN)) == now


def test_an_address_that_says_what_the_view_says_says_nothing() -> None:
    assert OWN.apart(OWN) == {}
    assert rearranged(OWN, {"where": json.dumps([OPEN]), "order": "name"}).apart(OWN) == {}


def test_widths_and_columns_stay_within_reason() -> None:
    found = rearranged(OWN, {"cols": "label*9999,amount*1,amount*500,<script>,owner", "frozen": "99"})
    assert found.columns == ("label", "amount", "owner")
    assert found.widths == {"label": WIDEST, "amount": 500}
    assert found.frozen < 99
    assert len(rearranged(OWN, {"cols": ",".join(f"c{n}" for n in range(99))}).columns) == MOST_COLUMNS
    assert rearranged(OWN, {"frozen": "-1"}).frozen == OWN.frozen


@pytest.mark.parametrize("text", ["{", "[1]", '"text"', "[" * 100_000])
def test_a_filter_that_is_none_is_said(text: str) -> None:
    with pytest.raises(Malformed):
        rearranged(OWN, {"where": text})


def test_a_filter_comes_apart_into_what_must_hold() -> None:
    assert parts_of(None) == ()
    assert parts_of({"all": [OPEN, OPEN]}) == (OPEN, OPEN)
    assert parts_of({"any": [OPEN]}) == ({"any": [OPEN]},)
    assert Arrangement((OPEN,)).filter == OPEN
    assert Arrangement((OPEN, OPEN)).filter == {"all": [OPEN, OPEN]}
    assert Arrangement().filter is None
