"""Python's search for cyclic garbage, kept out of work that makes very many objects, hardly any of them in cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """Inside, the whole process looks for no cycles: for a piece of work with an end. May be entered by several tasks at once."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # of tasks that overlap, the one that found it on turns it on again: early for the others, but never too late
        if before:
            gc.enable()
