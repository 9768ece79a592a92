"""What `kundig serve` does while there is nobody yet: the first administrator, sample data, or a link to begin with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.database.address import Address
from kundig.base.i18n import Text, t
from kundig.base.settings import Settings
from kundig.engine.policy.scope import Scope
from kundig.interfaces.cli.telling import tell
from kundig.services.identity.first_start import first_start, has_users
from kundig.services.identity.letters import link_address
from kundig.services.identity.scopes import Scopes


@dataclass(frozen=True, slots=True)
class Demo:
    """The sample data that wiring knows: how to load it into an empty workspace, and with what to sign in to it."""

    load: Callable[[Scope], Awaitable[object]]
    email: str
    password: str

    @property
    def hint(self) -> Text:
        """What the page to sign in says of it."""
        return t("Sample data: sign in as {email} with the password {password}", email=self.email, password=self.password)


async def begin(settings: Settings, address: Address, scopes: Scopes, workspace: Workspace, demo: Demo) -> None:
    """Make the administrator of the settings and the sample data, or print a one-time link; nothing if there are users."""
    async with Database(address, size=2) as database:
        async with database.transaction(workspace) as connection:
            fresh = not await has_users(connection)
        if fresh and (settings.admin_email or not settings.demo):
            await _first_administrator(settings, database, scopes, workspace)
        if fresh and settings.demo:
            tell(t("Sample data is being made; this takes a moment."))
            async with database.transaction(workspace, timeout_ms=0) as connection:
                await demo.load(await scopes.of_system(connection, workspace, "demo"))
    if settings.demo:
        tell(t("Sign in to the sample data as {email} with the password {password}", email=demo.email, password=demo.password))


async def _first_administrator(settings: Settings, database: Database, scopes: Scopes, workspace: Workspace) -> None:
    made = await first_start(database, scopes, workspace, email=settings.admin_email, password=settings.admin_password)
    if made is not None:
        link = link_address(settings.base_url, made.code)
        tell(t("Nobody can sign in yet. Begin here, once, within a week: {link}", link=link))
