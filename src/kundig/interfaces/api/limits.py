"""How many requests a token may make: a bucket per token that fills up steadily, in the memory of each server process."""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from kundig.base.errors import TooMany
from kundig.base.i18n import t

_REMEMBERED = 10_000


class RequestLimit:
    """Lets `per_second` requests of a caller through on average, `burst` at once; 0 is no limit."""

    def __init__(self, per_second: float, burst: int | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`burst` is twice the rate unless told otherwise."""
        self._rate = per_second
        self._burst = float(burst if burst is not None else max(1, 2 * per_second))
        self._clock = clock
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def check(self, caller: str) -> None:
        """Count one request of `caller` (a token, an address); raises TooMany with the seconds to wait."""
        if self._rate <= 0:
            return
        key = hashlib.blake2b(caller.encode(), digest_size=16).digest()
        now = self._clock()
        left, at = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        self._buckets[key] = (left - 1, now) if left >= 1 else (left, now)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1:
            raise TooMany(t("Too many requests. Please slow down."), retry_after=max(1, math.ceil((1 - left) / self._rate)))
