"""`kundig migrate`"""

from __future__ import annotations

import asyncio
import os

from kundig.base.database.opening import database_address
from kundig.base.i18n import t
from kundig.base.settings import Settings
from kundig.interfaces.cli.telling import tell


def migrate() -> None:
    """Bring the database to what this version of the program expects; `kundig serve` does it too."""
    from kundig import wiring

    settings = Settings.from_environment(os.environ)
    with database_address(settings) as address:
        asyncio.run(wiring.prepare(address, settings.data))
    tell(t("The database is up to date."))
