"""A company of its own for the tasks, so that each finds what it expects; `KUNDIG_TASKS_REPORT` names a file for the efforts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.browser.app.conftest import Visitor, company, jana
from tests.browser.tasks.hands import Hands, doing

__all__ = ["company", "jana"]
Doing = Callable[[str], AbstractContextManager[Hands]]


@pytest.fixture
def task(jana: Visitor) -> Iterator[Doing]:
    """Begins a task of Jana's, from the page that is open."""
    hands = Hands(jana.page)
    named = os.environ.get("KUNDIG_TASKS_REPORT")

    def begin(name: str) -> AbstractContextManager[Hands]:
        return doing(hands, name, Path(named) if named else None)

    yield begin
