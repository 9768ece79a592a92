"""Browsers as people know them, and the session of the one that asks."""

from __future__ import annotations

from kundig.base.errors import Unauthenticated
from kundig.interfaces.web.edge import Visit
from kundig.services.identity.signed import Signed

_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> tuple[str, bool]:
    """What a browser calls itself as a name, and whether it is on something that one carries along."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), agent.split("/", maxsplit=1)[0] or "?")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser}, {system}" if system else browser, system in ("Android", "iPhone", "iPad")


def signed_in(visit: Visit) -> Signed:
    """The session that asks."""
    if visit.signed is None:
        raise Unauthenticated
    return visit.signed
