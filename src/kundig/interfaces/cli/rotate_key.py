"""`kundig rotate-key`"""

from __future__ import annotations

import asyncio
import os

from kundig.base.database import Database
from kundig.base.database.address import external
from kundig.base.database.opening import database_address
from kundig.base.database.roles import renew_passwords
from kundig.base.database.workspaces import all_workspaces
from kundig.base.errors import Conflict
from kundig.base.i18n import t
from kundig.base.keys import forget_former_key, replace_key
from kundig.base.sealed import Renewal, renew
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.interfaces.cli.supervision import only_server
from kundig.interfaces.cli.telling import tell


def rotate_key() -> None:
    """Exchange the secret key and encrypt anew what it protects, while Kundig is stopped. Interrupted, run it again."""
    settings = Settings.from_environment(os.environ)
    in_setting = bool(os.environ.get("KUNDIG_SECRET_KEY", "").strip())
    with only_server(settings):
        if settings.former_key is None:
            if in_setting:
                raise Conflict(
                    t("Set KUNDIG_SECRET_KEY to the new key and KUNDIG_SECRET_KEY_OLD to the former one, then run this again.")
                )
            replace_key(settings.data)
            settings = Settings.from_environment(os.environ)
        found = asyncio.run(_renew(settings))
        if not in_setting:
            forget_former_key(settings.data)
    tell(t("{count} stored secrets are encrypted by the new key.", count=found.renewed))
    if found.lost:
        places = ", ".join(sorted(found.places))
        tell(t("{count} were unreadable before and stay so ({places}): enter them again.", count=found.lost, places=places))
    if in_setting:
        tell(t("Remove KUNDIG_SECRET_KEY_OLD, then start Kundig."))
    else:
        tell(t("Start Kundig. Make a new backup: older ones hold the former key."))


async def _renew(settings: Settings) -> Renewal:
    from kundig import wiring
    from kundig.engine.audit import note
    from kundig.engine.audit.events import KEY_EXCHANGED
    from kundig.engine.records.sealed_fields import sealed_fields
    from kundig.services.identity.scopes import Scopes
    from kundig.services.sealed import SEALED

    found, scopes = Renewal(), Scopes(wiring.modules())
    with database_address(settings) as address:
        if settings.database_url and settings.former_key:
            await renew_passwords(external(settings.database_url, Secrets(settings.former_key).derive_text), address)
        async with Database(address, size=2) as database:
            async with database.transaction(None) as connection:
                workspaces = await all_workspaces(connection)
            await renew(database, settings.secrets, None, [place for place in SEALED if place.shared], found)
            for workspace in workspaces:
                async with database.transaction(workspace) as connection:
                    scope = await scopes.of_system(connection, workspace, "cli")
                    own = [*(place for place in SEALED if not place.shared), *sealed_fields(scope.model)]
                await renew(database, settings.secrets, workspace, own, found)
            # At the end: what was interrupted is not told as done.
            for workspace in workspaces:
                async with database.transaction(workspace) as connection:
                    await note((await scopes.of_system(connection, workspace, "cli")).context, KEY_EXCHANGED)
    return found
