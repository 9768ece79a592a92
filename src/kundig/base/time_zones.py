"""Time zones by their names in the IANA database."""

from functools import cache
from zoneinfo import available_timezones

_PLACES = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@cache
def known_zones() -> frozenset[str]:
    """All there are, those under old names too."""
    return frozenset(available_timezones())


@cache
def inhabited_zones() -> tuple[str, ...]:
    """The time zones that people live in, to choose from."""
    return ("UTC", *sorted(zone for zone in known_zones() if zone.startswith(_PLACES)))
