"""The application with all shipped objects, and what its audit trail holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.integration.rights.conftest import new_crm
from tests.integration.rights.crm import Caller, Crm

__all__ = ["new_crm"]


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    return await new_crm()


@pytest.fixture(scope="module")
async def admin(crm: Crm) -> Caller:
    return await crm.in_english("administrator")
