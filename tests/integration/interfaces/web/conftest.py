"""All shipped objects behind the application, with an administrator and a sales representative at its pages."""

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
    return await _english(crm, "administrator")


@pytest.fixture(scope="module")
async def seller(crm: Crm) -> Caller:
    return await _english(crm, "sales_representative")


async def _english(crm: Crm, role: str) -> Caller:
    user = await crm.user(role)
    await crm.update("user", user, language="en")
    return await crm.caller(user)
