"""Query parameters: nothing is ignored, nothing is guessed."""

from __future__ import annotations

import pytest

from kundig.base.errors import Invalid, Malformed
from kundig.interfaces.api.parameters import chosen, page_size, read_parameters

KNOWN = ("where", "limit", "fields")


def fields(caught: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in caught.value.errors]


def test_known_ones_are_read_decoded() -> None:
    found = read_parameters(b"fields=name,%20owner.name&limit=7&where=%7B%22a%22%3A1%7D", KNOWN)
    assert (found.names("fields"), found.limit(), found.where()) == (["name", "owner.name"], 7, {"a": 1})


def test_nothing_given() -> None:
    found = read_parameters(b"", KNOWN)
    assert (found.names("fields"), found.limit(), found.where(), found.text("where")) == (None, 50, None, None)


def test_unknown_and_repeated_ones_are_all_named() -> None:
    with pytest.raises(Invalid) as caught:
        read_parameters(b"wher=x&limit=1&limit=2&role[]=admin", KNOWN)
    assert fields(caught) == [("wher", "unknown_parameter"), ("limit", "repeated"), ("role[]", "unknown_parameter")]


@pytest.mark.parametrize("query", [b"fields=%ff", "fields=ü".encode(), b"&".join(b"limit=1" for _ in range(101))])
def test_what_cannot_be_decoded_is_malformed(query: bytes) -> None:
    with pytest.raises(Malformed):
        read_parameters(query, KNOWN)


def test_a_nul_is_refused_before_it_reaches_the_database() -> None:
    with pytest.raises(Invalid) as caught:
        read_parameters(b"fields=a%00b", KNOWN)
    assert fields(caught) == [("fields", "bad_value")]


@pytest.mark.parametrize("where", ["%7B", "x", "%7B%22a%22%3A1%2C%22a%22%3A2%7D"])
def test_a_filter_that_is_no_json_is_malformed(where: str) -> None:
    with pytest.raises(Malformed):
        read_parameters(f"where={where}".encode(), KNOWN).where()


@pytest.mark.parametrize("given", ["0", "-1", "1001", "x", "1.5", "٣", "99999", "", True, 1.5, 0, [1]])
def test_page_sizes_outside_1_to_1000_are_invalid(given: str) -> None:
    with pytest.raises(Invalid) as caught:
        page_size(given)
    assert fields(caught) == [("limit", "bad_value")]


@pytest.mark.parametrize(("given", "size"), [(None, 50), ("1", 1), ("1000", 1000), (7, 7)])
def test_page_sizes(given: str | int | None, size: int) -> None:
    assert page_size(given) == size


def test_one_of_a_few_words() -> None:
    assert chosen("count", None, ("none", "exact"), "none") == "none"
    assert chosen("count", "exact", ("none", "exact"), "none") == "exact"
    for bad in ("roughly", "", 1, ["none"]):
        with pytest.raises(Invalid):
            chosen("count", bad, ("none", "exact"), "none")
