"""Counting tries, so that guessing stays hopeless while the owner of an account is never locked out for long.

Tries are counted before they are checked, in a transaction of their own: a burst at once counts in full, and a refused request
does not take its count back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Network, ip_address

from kundig.base.database import Connection
from kundig.base.errors import TooMany
from kundig.base.i18n import t

_COUNT = """
insert into kundig.throttle as t (key, tries, ends_at)
select key, 1, now() + make_interval(secs => seconds)
from unnest(%(keys)s::bytea[], %(seconds)s::int[]) as k (key, seconds) order by key
on conflict (key) do update set
  tries = case when t.ends_at < now() then 1 else t.tries + 1 end,
  ends_at = case when t.ends_at < now() then excluded.ends_at else t.ends_at end
returning key, tries, extract(epoch from ends_at - now())::int as wait
"""
_FORGIVE = "update kundig.throttle set tries = greatest(tries - 1, 0) where key = any(%(keys)s)"
_FORGET = "delete from kundig.throttle where ends_at < now()"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in so much time for one key."""

    key: bytes
    tries: int
    within: timedelta

    @classmethod
    def of(cls, what: str, *who: str, tries: int, within: timedelta) -> Limit:
        """A limit whose key is a hash of what is tried and by or for whom."""
        return cls(hashlib.sha256("\0".join((what, *who)).encode("utf-8", "surrogatepass")).digest(), tries, within)


def place_of(address: str | None) -> str:
    """Where tries come from; of IPv6 the network that a household or a machine is given (/64), which has addresses without end."""
    if address is None or ":" not in address:
        return address or ""
    mapped = getattr(ip_address(address), "ipv4_mapped", None)
    return str(mapped or IPv6Network((address, 64), strict=False))


async def count_try(connection: Connection, limits: Sequence[Limit]) -> TooMany | None:
    """Count a try against all limits; the refusal if one is used up. The caller commits, then raises it."""
    by_key = {limit.key: limit for limit in limits}
    seconds = [int(limit.within.total_seconds()) for limit in by_key.values()]
    rows = await connection.rows(_COUNT, {"keys": list(by_key), "seconds": seconds})
    waits = [row["wait"] for row in rows if row["tries"] > by_key[bytes(row["key"])].tries]
    return TooMany(t("Too many tries. Please wait a moment and try again."), max(1, *waits)) if waits else None


async def forgive(connection: Connection, limits: Sequence[Limit]) -> None:
    """Take a try back that turned out to be rightful."""
    await connection.execute(_FORGIVE, {"keys": [limit.key for limit in limits]})


async def forget_old(connection: Connection) -> int:
    """Remove what no limit asks for any more."""
    return await connection.execute(_FORGET)
