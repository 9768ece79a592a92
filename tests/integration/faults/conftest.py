"""A workspace with all shipped objects, the application called in-process, and processes that end wherever a test wants."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.integration.rights.conftest import new_crm
from tests.integration.rights.crm import Crm

__all__ = ["crm", "new_crm"]


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    return await new_crm()
