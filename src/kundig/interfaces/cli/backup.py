"""`kundig backup FILE`"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from kundig.base.backup import write_backup
from kundig.base.database.opening import opened
from kundig.base.errors import Conflict
from kundig.base.i18n import t
from kundig.base.settings import Settings
from kundig.interfaces.cli.telling import tell


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it. Keep it safe: everything is in it, the secret key too.")],
) -> None:
    """Write database, files and secret key into one file, while Kundig goes on working."""
    settings = Settings.from_environment(os.environ)
    if settings.former_key is not None:
        raise Conflict(t("The secret key is being exchanged, and a backup holds one key only. Finish it first: kundig rotate-key"))

    async def run() -> None:
        async with opened(settings) as database:
            await write_backup(database, settings.data, settings.secret_key, file)

    asyncio.run(run())
    tell(t("The backup is in {path}. Keep it where nobody else can read it.", path=str(file)))
