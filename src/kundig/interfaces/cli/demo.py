"""`kundig demo`"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.interfaces.cli.telling import MAIN, tell


def demo(
    size: Annotated[
        int | None, typer.Option(min=1, help="Instead: so many contacts with accounts, deals and calls, for measuring.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the sample data away again.")] = False,
    workspace: Annotated[str, typer.Option(help="The workspace to work in.")] = MAIN,
) -> None:
    """Load the data of an invented company to try things with."""
    if size is not None and remove:
        raise Invalid.one("size", "bad_value", t("Give either --size or --remove."))
    asyncio.run(_remove(workspace) if remove else _load(workspace) if size is None else _fill(workspace, size))


async def _load(workspace: str) -> None:
    from kundig import wiring
    from kundig.interfaces.cli.installation import installation

    async with installation(workspace) as found, found.system() as scope:
        loaded = await wiring.demo.load_demo(scope)
    tell(t("{count} sample records have been made.", count=loaded.counts.total()))
    tell(t("Sign in as {email} with the password {password}", email=loaded.email, password=loaded.password))


async def _remove(workspace: str) -> None:
    from kundig.interfaces.cli.installation import installation
    from kundig.services.identity.samples import remove_samples

    async with installation(workspace) as found, found.system() as scope:
        removed = await remove_samples(scope)
    tell(t("{count} sample records are in the trash now.", count=removed))


async def _fill(workspace: str, size: int) -> None:
    from kundig import wiring
    from kundig.engine.records.spare_indexes import SpareIndexes
    from kundig.interfaces.cli.installation import installation

    async with installation(workspace) as found, found.database.owner(found.workspace) as connection:
        scope = await found.scopes.of_system(connection, found.workspace, "cli")
        made = await wiring.demo.fill(scope, size, indexes=await SpareIndexes.dropped(connection))
    tell(t("{count} sample records have been made.", count=sum(made.values())))
