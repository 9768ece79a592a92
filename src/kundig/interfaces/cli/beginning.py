"""What `kundig serve` does while nobody can sign in yet: the first administrator, or a link to become it."""

from __future__ import annotations

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.database.address import Address
from kundig.base.i18n import t
from kundig.base.settings import Settings
from kundig.interfaces.cli.telling import tell
from kundig.services.identity.first_start import first_start
from kundig.services.identity.letters import link_address
from kundig.services.identity.scopes import Scopes


async def begin(settings: Settings, address: Address, scopes: Scopes, workspace: Workspace) -> None:
    """Make the administrator of the settings, or print a one-time link; nothing if there are users."""
    async with Database(address, size=1) as database:
        made = await first_start(database, scopes, workspace, email=settings.admin_email, password=settings.admin_password)
    if made is not None:
        link = link_address(settings.base_url, made.code)
        tell(t("Nobody can sign in yet. Begin here, once, within a week: {link}", link=link))
