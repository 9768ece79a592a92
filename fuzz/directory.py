"""`python -m fuzz.directory`: prints the token of a new directory of the installation that the environment names."""

from __future__ import annotations

import asyncio

from kundig.interfaces.cli.installation import installation
from kundig.interfaces.cli.telling import MAIN
from kundig.services.identity.provisioners import add_provisioner

ROLES = ("sales_representative", "read_only")
"""What it may give."""


async def _add() -> str:
    async with installation(MAIN) as found, found.system() as scope:
        return await add_provisioner(scope.connection, "Fuzz", ROLES, ROLES[1:], expires_at=None)


if __name__ == "__main__":
    print(asyncio.run(_add()))
