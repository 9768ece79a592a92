"""What scim2-tester says of us: it discovers the service and goes through every attribute of every resource."""

from __future__ import annotations

import asyncio

from scim2_tester import Status, check_server
from tests.integration.interfaces.scim.conftest import ROLES, Directory

from kundig.services.identity.provisioners import add_provisioner

KEPT = ("displayName", "name", "active", "preferredLanguage", "timezone")
"""A user always has these: where the directory takes one away it gets our usual value, or stays, as RFC 7643 leaves to us."""
GOOD = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED}


async def test_the_tester_finds_nothing(directory: Directory) -> None:
    # The tester takes what it adds for all there is, so new users must have no roles of their own.
    async with directory.crm.system() as scope:
        token = await add_provisioner(scope.connection, "tester", ROLES, (), expires_at=None)
    client = directory.client(token)

    def check() -> list[str]:
        results = check_server(client)
        assert len(results) > 50
        return [f"{result.status.name} {result.title}: {result.reason}" for result in results if result.status not in GOOD]

    wrong = set(await asyncio.to_thread(check)) - {
        f"ERROR check_remove_attribute: PATCH modify() did not remove attribute '{name}'" for name in KEPT
    }
    assert not wrong, "\n".join(wrong)
