"""UUIDv7 (RFC 9562): ids that sort by the time they were made. Made in Python, since PostgreSQL 15 to 17 can't."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A new id; ids of one process rise strictly, even within a millisecond."""
    global _last  # noqa: PLW0603 - the monotonic counter of RFC 9562 section 6.2, method 3
    now = time.time_ns()
    with _lock:
        _last = now = max(now, _last + 256)
    milliseconds, rest = divmod(now, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | tail)
