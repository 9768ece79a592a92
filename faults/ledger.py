"""What clients meant and what was acknowledged, noted outside of the system under test: in memory to compare, in a file to read."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Record:
    """What one record should be: its last acknowledged name and version, or gone."""

    name: str
    version: int
    gone: bool = False


@dataclass
class Ledger:
    """The books of a whole run, shared by all clients."""

    path: Path
    acknowledged: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def meant(self, deed: str, key: str, what: Any) -> None:
        """Something is about to be asked for."""
        self._note("meant", deed, key=key, what=what)

    def again(self, deed: str, key: str, why: str) -> None:
        """There was no answer, so it is asked for again."""
        self._note("again", deed, key=key, why=why)
        with self._lock:
            self.repeated[deed] += 1

    def done(self, deed: str, key: str, answer: str) -> None:
        """It was acknowledged."""
        self._note("done", deed, key=key, answer=answer[:300])
        with self._lock:
            self.acknowledged[deed] += 1

    def strange(self, text: str) -> None:
        """Something that must not be."""
        self._note("wrong", text)
        with self._lock:
            self.wrong.append(text)

    def _note(self, step: str, deed: str, **more: Any) -> None:
        line = json.dumps({"at": round(time.time(), 3), step: deed, **more}, ensure_ascii=False, default=str)
        with self._lock, self.path.open("a") as file:
            file.write(f"{line}\n")
