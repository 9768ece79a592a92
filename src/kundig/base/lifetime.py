"""How processes end: children with their parent, long answers when the server is told to stop."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from types import FrameType
from typing import Any, TextIO

_LAST_SECONDS = 10


def end_with_parent() -> None:
    """Make this process, spawned by `multiprocessing`, stop when its parent is gone, kill -9 included: the port becomes free."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def end_with_input(stream: TextIO) -> None:
    """The same for a child of `subprocess`: its parent holds the other end of its standard input."""
    threading.Thread(target=_end_after, args=(stream.read,), daemon=True).start()


def _end_after(wait: Any) -> None:
    wait()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_LAST_SECONDS)
    os._exit(1)


def stop_event() -> asyncio.Event:
    """An event of the running loop that is set on SIGTERM or SIGINT, before whoever handled the signal so far handles it.

    Streams to browsers wait for it beside their data: a server that is told to stop waits for open answers.
    """
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def handle(received: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(event.set)
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)
    return event
