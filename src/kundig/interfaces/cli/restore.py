"""`kundig restore FILE`"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from kundig.base.backup import read_manifest, unpack
from kundig.base.database import Database
from kundig.base.database.address import Address
from kundig.base.database.dump import restore as restore_database
from kundig.base.database.opening import database_address
from kundig.base.database.roles import ensure_roles
from kundig.base.database.workspaces import mark_restored
from kundig.base.errors import Conflict
from kundig.base.i18n import t
from kundig.base.keys import keep_secret_key
from kundig.base.settings import Settings
from kundig.interfaces.cli.telling import tell


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `kundig backup` wrote.")],
    live: Annotated[
        bool, typer.Option("--live", help="This copy replaces the original: it may send mail and call webhooks.")
    ] = False,
) -> None:
    """Fill an empty installation from a backup. Unless --live is given, the copy sends nothing to the outside."""
    from kundig import wiring

    manifest = read_manifest(file)
    settings = Settings.from_environment(os.environ)
    key = manifest.key
    if settings.secret_key != key:
        if os.environ.get("KUNDIG_SECRET_KEY"):
            raise Conflict(t("KUNDIG_SECRET_KEY is not the key of the backup. Remove the setting, or set it to that key."))
        settings = replace(settings, secret_key=key)

    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".restore-") as folder, database_address(settings) as address:
        image, files = unpack(file, manifest, Path(folder))
        asyncio.run(_fill(address, settings, image, manifest.schemas, live=live))
        if not os.environ.get("KUNDIG_SECRET_KEY"):
            keep_secret_key(settings.data, key)
        if files.is_dir():
            shutil.copytree(files, settings.data / "files", dirs_exist_ok=True)
        asyncio.run(wiring.prepare(address, settings.data))
    tell(t("The backup is restored.") if live else t("The backup is restored as a copy that sends nothing to the outside."))


async def _fill(address: Address, settings: Settings, image: Path, schemas: list[str], *, live: bool) -> None:
    await ensure_roles(address, settings.data)
    database = Database(address)
    await restore_database(database, image, schemas)
    if not live:
        await mark_restored(database)
