"""`kundig export OBJECT`"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any

import msgspec
import typer

from kundig.base.errors import Invalid, Missing, OutsideFault
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.cli.bars import bar
from kundig.interfaces.cli.installation import MAIN, Installation, installation
from kundig.services.identity.scopes import user_by_email
from kundig.services.transfer.export import Export, OpenScope, export_stream, guessed_size, start_export


def export(
    object_: Annotated[str, typer.Argument(metavar="OBJECT", help="What to export, by its API name.")],
    format_: Annotated[str, typer.Option("--format", help="csv, jsonl or xlsx.")] = "csv",
    where: Annotated[str | None, typer.Option(help="A filter as JSON.")] = None,
    fields: Annotated[str | None, typer.Option(help="Fields by comma, dotted ones too; else all.")] = None,
    order: Annotated[str | None, typer.Option(help="Fields by comma, with - for descending.")] = None,
    localized: Annotated[bool, typer.Option("--localized", help="Headers, numbers and dates as people read them.")] = False,
    as_user: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="Export as this user, with their rights.")] = None,
    workspace: Annotated[str, typer.Option(help="The workspace to work in.")] = MAIN,
) -> None:
    """Write all matching records to standard output."""
    if format_ == "xlsx" and sys.stdout.isatty():
        raise OutsideFault(t("A workbook can't be shown on a terminal. Send it to a file: kundig export … > file.xlsx"))
    names = [name.strip() for name in fields.split(",")] if fields else None

    async def run() -> None:
        async with installation(workspace) as found:
            async with _opened(found, as_user) as scope:
                if object_ not in scope.access.objects:
                    raise Missing(t("There is no object {name}.", name=object_))
                started = await start_export(
                    scope, object_, format_, where=_filter(where), fields=names, order=order, localized=localized
                )
            reading = partial(_opened, found, as_user, reads=True)
            async with _watched(reading, started) as progress:
                async for part in export_stream(reading, started, progress):
                    sys.stdout.buffer.write(part)
                sys.stdout.buffer.flush()

    asyncio.run(run())


@asynccontextmanager
async def _opened(found: Installation, email: str | None, *, reads: bool = False) -> AsyncIterator[Scope]:
    begin = found.database.reading if reads else found.database.transaction
    async with begin(found.workspace, timeout_ms=0) as connection:
        if email is None:
            yield await found.scopes.of_system(connection, found.workspace, "cli")
        else:
            yield await found.scopes.of_user(connection, found.workspace, await user_by_email(connection, email), "cli")


@asynccontextmanager
async def _watched(reading: OpenScope, export: Export) -> AsyncIterator[Callable[[int], None] | None]:
    """A bar for who looks on without seeing the records themselves. How many there are it learns beside: nothing waits for that."""
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield None
        return
    with bar() as shown:
        task = shown.add_task(export.file_name, total=None)

        async def size_up() -> None:
            async with reading() as scope:
                shown.update(task, total=await guessed_size(scope, export))

        def progress(written: int) -> None:
            guess = shown.tasks[0].total
            shown.update(task, completed=written, total=None if guess is None else max(guess, written))

        sizing = asyncio.create_task(size_up())
        try:
            yield progress
            shown.update(task, total=shown.tasks[0].completed)
        finally:
            sizing.cancel()
            await asyncio.gather(sizing, return_exceptions=True)


def _filter(text: str | None) -> Any:
    try:
        return None if text is None else msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise Invalid.one("where", "bad_json", t("This is not valid JSON.")) from None
