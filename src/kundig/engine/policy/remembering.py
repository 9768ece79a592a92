"""Answers that may be a minute old, because they change only how something is read and never what is told."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from kundig.engine.policy.scope import Scope

Answer = TypeVar("Answer")
_SECONDS = 60.0
_MOST = 10_000
_kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()


async def remembered(scope: Scope, key: Hashable, ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """What was answered less than a minute ago in this process, else what `ask` finds out. `key` says about what and for whom."""
    whole = (scope.model.schema, scope.model.version, key)
    now = time.monotonic()
    kept = _kept.get(whole)
    if kept is not None and kept[0] > now:
        return kept[1]  # type: ignore[no-any-return]
    found = await ask()
    _kept[whole] = (now + _SECONDS, found)
    if len(_kept) > _MOST:
        _kept.popitem(last=False)
    return found
