"""Codes of apps: those of RFC 6238, how they are typed, what is offered and brought back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from kundig.base.errors import Malformed
from kundig.base.secrets import Secrets
from kundig.services.identity import totp
from kundig.services.identity.totp import Offer, code_at, is_code

SECRETS = Secrets(b"only for tests, never for people")


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")])
def test_the_codes_of_the_standard(at: int, code: str) -> None:
    assert code_at(b"12345678901234567890", at) == code


@pytest.mark.parametrize(("moved", "step"), [(-30, 99), (0, 100), (30, 101), (-60, None), (60, None)])
def test_clocks_may_differ_by_half_a_minute(moved: int, step: int | None) -> None:
    now = 3000.0
    assert totp._step_of(b"12345678901234567890", code_at(b"12345678901234567890", now + moved), now) == step


@pytest.mark.parametrize(
    ("given", "looks"), [("123 456", True), ("123-456", True), ("12345", False), ("ABCD-EFGH", False), ("", False)]
)
def test_codes_are_told_from_recovery_codes(given: str, looks: bool) -> None:
    assert is_code(given) is looks


def test_the_picture_says_whose_code_it_is() -> None:
    address = urlsplit(Offer(b"12345678901234567890").address("ann+1@example.com", "Kundig"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert parse_qs(address.query)["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert parse_qs(address.query)["issuer"] == ["Kundig"]


def test_an_offer_comes_back_to_its_session_only() -> None:
    offer, session = Offer(), uuid4()
    sealed = offer.sealed(SECRETS, session)
    assert Offer.opened(SECRETS, sealed, session).key == offer.key
    assert offer.key.hex() not in sealed
    for wrong, whose in ((sealed, uuid4()), (sealed[:-8] + "AAAAAAA=", session), ("", session), ("é", session)):
        with pytest.raises(Malformed):
            Offer.opened(SECRETS, wrong, whose)
