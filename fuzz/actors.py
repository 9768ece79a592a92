"""Who asks in a fuzz run, and what each may be answered: all are tried with the description that the administrator sees.

All ask provisioning as well, with what they have; only a directory is answered there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

ACTOR, COUNTS, SERVICE = "FUZZ_ACTOR", "FUZZ_COUNTS", "FUZZ_SERVICE"
"""Variables by which the run tells its checks who asks, where to count, and whom: the `api`, or `scim`."""
SHARED = ("meta", "search", "openapi.json", "changes", "imports")
"""First parts of addresses that belong to no object; what is in the answers the tests of rights look at."""


@dataclass(frozen=True)
class Actor:
    """Somebody who asks. `commands` are what `kundig` is told to make them, the last one prints their token; none is nobody."""

    name: str
    may: Callable[[str, str], bool]
    """Whether a method of an address (as in the description) may succeed at all; who may more than that is found out here."""
    commands: tuple[tuple[str, ...], ...] = ()
    email: str = ""
    """Whose own record may be changed, by what everybody may change of themselves."""
    provisions: bool = False
    """A directory, whose token is good for SCIM alone, as nobody else's is."""


def _reads(method: str, path: str) -> bool:
    return method == "GET" or path.endswith("/query")  # a long filter in a body


def actors(administrator: str) -> Iterator[Actor]:
    """From the mightiest to nobody."""
    seller, reader = "seller@example.com", "reader@example.com"
    yield Actor("administrator", lambda *_: True, (("token", "add", administrator),))
    yield Actor(
        "representative",
        # Configuring and managing users is not for them; each right in it has its own tests.
        lambda method, path: _reads(method, path) or path.split("/")[1] not in ("user", "team", "audit_event"),
        (("user", "add", seller, "--role", "sales_representative"), ("token", "add", seller)),
        seller,
    )
    yield Actor("reader", _reads, (("user", "add", reader, "--role", "read_only"), ("token", "add", reader)), reader)
    yield Actor("read-only token", _reads, (("token", "add", administrator, "--read-only"),))
    yield Actor(
        "narrow token",
        lambda _, path: path.split("/")[1] in ("contact", *SHARED),
        (("token", "add", administrator, "--object", "contact"),),
    )
    yield Actor("nobody", lambda *_: False)
    yield Actor("directory", lambda *_: False, provisions=True)  # the last: it signs off whom it likes
