"""What stands in addresses and headers: ids, versions, keys of an upsert."""

from __future__ import annotations

from typing import Any

import pytest

from kundig.base.errors import Invalid, Malformed, Missing, Stale
from kundig.engine.schema.identifiers import is_name, is_reserved
from kundig.interfaces.api.openapi import PREFIX
from kundig.interfaces.api.records import agreed_version, record_id, version_in
from kundig.interfaces.api.routes import api_router
from kundig.interfaces.api.upsert import key_in


@pytest.mark.parametrize(
    "text", ["", "1", "x", "\0", "0190a000000070008000000000000001", "{0190a000-0000-7000-8000-000000000001}", "ü" * 36]
)
def test_what_could_be_no_id_is_not_there(text: str) -> None:
    with pytest.raises(Missing):
        record_id(text)


@pytest.mark.parametrize(("header", "version"), [(None, None), ("*", None), (' "7" ', 7), ('"0"', 0)])
def test_versions(header: str | None, version: int | None) -> None:
    assert version_in(header) == version


@pytest.mark.parametrize("header", ["7", '"abc"', '"-1"', 'W/"7"', '"7", "8"', '""', '"7"x', '"٣"', '"99999999999"', ""])
def test_what_is_no_version_never_matches(header: str) -> None:
    with pytest.raises(Stale):
        version_in(header)


def test_the_body_may_ask_for_a_version_too() -> None:
    values: dict[str, Any] = {"version": 3, "x": 1}
    assert agreed_version(None, values) == 3
    assert values == {"x": 1}
    assert agreed_version('"3"', {"version": 3}) == 3
    for header, version in (('"3"', 4), (None, 0), (None, -1), (None, 10**12)):
        with pytest.raises(Stale):
            agreed_version(header, {"version": version})
    for wrong in ("3", True, None, 3.0, [3]):
        with pytest.raises(Invalid):
            agreed_version(None, {"version": wrong})


@pytest.mark.parametrize(
    ("rest", "key"),
    [
        (b"external_id/erp:4711", ("external_id", "erp:4711")),
        (b"external_id/erp%3AA%2FB%207", ("external_id", "erp:A/B 7")),
        (b"external_id/erp:a/b//", ("external_id", "erp:a/b//")),
        (b"external_id/%C3%A4%3A%C3%B6?x=1", ("external_id", "ä:ö")),
        (b"sku/100%25", ("sku", "100%")),
        (b"sku/x%3Fy%3D1%26z%23f", ("sku", "x?y=1&z#f")),
    ],
)
def test_the_key_in_an_address_is_any_text(rest: bytes, key: tuple[str, str]) -> None:
    assert key_in(b"/api/v1/account/by/" + rest) == key


@pytest.mark.parametrize("rest", [b"sku/%ff", b"sku"])
def test_an_address_that_is_no_text(rest: bytes) -> None:
    with pytest.raises(Malformed):
        key_in(b"/api/v1/account/by/" + rest)


def test_a_nul_in_a_key() -> None:
    with pytest.raises(Invalid):
        key_in(b"/api/v1/account/by/sku/a%00")


def test_no_object_can_have_the_name_of_an_address() -> None:
    firsts = {route.path.removeprefix(PREFIX).strip("/").split("/")[0] for route in api_router().routes}
    addresses = {first for first in firsts if not first.startswith("{")}
    assert {"search", "imports", "changes", "meta"} <= addresses
    assert [name for name in addresses if is_name(name) and not is_reserved(name)] == []
