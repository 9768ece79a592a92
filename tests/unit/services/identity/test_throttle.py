"""Where tries are counted for."""

from __future__ import annotations

import pytest

from kundig.services.identity.throttle import place_of


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (None, ""),
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_addresses_of_one_place_count_together(address: str | None, place: str) -> None:
    assert place_of(address) == place
