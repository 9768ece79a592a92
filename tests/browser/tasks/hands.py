"""Hands at keyboard and mouse that count what they do."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page


@dataclass
class Effort:
    """What a task took: keys pressed, characters typed, clicks, and seconds from the first of them to its end."""

    task: str
    way: str
    keys: int = 0
    characters: int = 0
    clicks: int = 0
    seconds: float = 0.0


@dataclass
class Hands:
    """One person's hands. Everything they do to the page goes through here; looking costs nothing."""

    page: Page
    effort: Effort = field(default_factory=lambda: Effort("", ""))

    def press(self, *keys: str) -> None:
        """Press keys, one after the other; a combination counts as one."""
        for key in keys:
            self.page.keyboard.press(key)
        self.effort.keys += len(keys)

    def write(self, text: str) -> None:
        """Type a text."""
        self.page.keyboard.type(text)
        self.effort.characters += len(text)

    def paste(self, text: str) -> None:
        """Put in what was copied elsewhere: one key."""
        self.page.keyboard.insert_text(text)
        self.effort.keys += 1

    def click(self, target: str | Locator) -> None:
        """Click once."""
        (self.page.locator(target).first if isinstance(target, str) else target).click()
        self.effort.clicks += 1

    def choose(self, target: str, label: str) -> None:
        """Choose in a list by the mouse: it opens, and one of its lines is clicked."""
        self.page.select_option(target, label=label)
        self.effort.clicks += 2

    def hand_over(self, target: str, file: Path) -> None:
        """Drop a file, or choose it: one click."""
        self.page.set_input_files(target, file)
        self.effort.clicks += 1


@contextmanager
def doing(hands: Hands, task: str, way: str, report: Path | None) -> Iterator[Hands]:
    """Count one task from here on, and note its effort in the report, if there is one, once it is done."""
    hands.effort = Effort(task, way)
    start = time.monotonic()
    yield hands
    hands.effort.seconds = round(time.monotonic() - start, 2)
    if report is not None:
        with report.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(hands.effort), ensure_ascii=False) + "\n")
