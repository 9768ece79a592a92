"""`kundig import OBJECT FILE`"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

import typer

from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.cli.bars import bar
from kundig.interfaces.cli.installation import MAIN, Installation, installation
from kundig.interfaces.cli.telling import tell, warn
from kundig.services.identity.scopes import user_by_email
from kundig.services.transfer.files import recognise
from kundig.services.transfer.imports import import_state, start_import, unfinished_import
from kundig.services.transfer.mending import errors_file
from kundig.services.transfer.order import ImportOrder, read_order
from kundig.services.transfer.run import run_import
from kundig.services.transfer.store import Run
from kundig.services.transfer.wishes import add_options, add_values, pairs, rules_of, suggested_rules


def import_file(
    object_: Annotated[str, typer.Argument(metavar="OBJECT", help="What to import, by its API name.")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; encoding and separator are recognised.", exists=True, dir_okay=False)],
    columns: Annotated[list[str] | None, typer.Option("--map", help="Column=field. Without any, columns called as fields.")] = None,
    constant: Annotated[list[str] | None, typer.Option(help="field=value for a field that no column fills.")] = None,
    values: Annotated[list[str] | None, typer.Option(help="field:old=new; * as old stands for everything else.")] = None,
    create_missing: Annotated[list[str] | None, typer.Option(help="A link whose missing records are made.")] = None,
    by: Annotated[list[str] | None, typer.Option(help="link=field: the unique field by which a link finds its record.")] = None,
    scale: Annotated[list[str] | None, typer.Option(help="field=factor, for figures in thousands or millions.")] = None,
    match: Annotated[str | None, typer.Option(help="How rows find existing records: unique field, emails or external_id.")] = None,
    mode: Annotated[str, typer.Option(help="create, update or upsert.")] = "create",
    locale: Annotated[str | None, typer.Option(help="de or en: how numbers and dates are written.")] = None,
    dates: Annotated[str | None, typer.Option(help="dmy, mdy or ymd: what comes first in dates.")] = None,
    child: Annotated[
        str | None, typer.Option(help="The child object in the same file, if its link must be named: child.link.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen, and change nothing.")] = False,
    as_user: Annotated[str | None, typer.Option("--as", metavar="EMAIL", help="Import as this user, with their rights.")] = None,
    workspace: Annotated[str, typer.Option(help="The workspace to work in.")] = MAIN,
) -> None:
    """Import a file. After an interruption the same command goes on where it stopped. Exit status 1 if any row failed."""
    given = rules_of(columns or [])

    def order(scope: Scope, header: Sequence[str]) -> ImportOrder:
        rules = given or suggested_rules(scope, object_, header)
        add_values(rules, values or [])
        add_options(rules, "create", dict.fromkeys(create_missing or [], True))
        add_options(rules, "by", dict(pairs("by", by or [])))
        add_options(rules, "scale", dict(pairs("scale", scale or [])))
        return read_order(
            object_=object_, mapping=rules, mode=mode, match=match, constants=dict(pairs("constant", constant or [])),
            language=locale or scope.context.language, dates=dates, child=child, dry_run=dry_run,
        )  # fmt: skip

    async def run() -> bool:
        async with installation(workspace) as found:
            bringing = _Bringing(found, as_user)
            with file.open("rb") as opened:
                async with bringing.opened() as scope:
                    id_ = await _begin(scope, order(scope, recognise(opened).header), opened, file.name)
            return await bringing.finish(id_, file)

    if not asyncio.run(run()):
        raise typer.Exit(1)


async def _begin(scope: Scope, order: ImportOrder, file: BinaryIO, name: str) -> UUID:
    """A new import, or the one with this order and file that was interrupted."""
    interrupted = await unfinished_import(scope, order, file)
    if interrupted is None:
        return await start_import(scope, order, file, name, queued=False)
    tell(t("This import was interrupted; it goes on where it stopped."))
    return interrupted


class _Bringing:
    """One import of the command line: as whom, with a bar, and what is said at its end."""

    def __init__(self, found: Installation, email: str | None) -> None:
        self._found = found
        self._email = email

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Scope]:
        """A transaction as the user, or as the program itself."""
        found = self._found
        async with found.database.transaction(found.workspace, timeout_ms=0) as connection:
            if self._email is None:
                yield await found.scopes.of_system(connection, found.workspace, "import")
            else:
                user = await user_by_email(connection, self._email)
                yield await found.scopes.of_user(connection, found.workspace, user, "import")

    async def finish(self, id_: UUID, file: Path) -> bool:
        """Do the import and tell the figures; whether all went well."""
        with bar() as shown:
            task = shown.add_task(file.name, total=None)

            def show(run: Run) -> None:
                shown.update(task, total=run.total, completed=run.created + run.updated + run.skipped + run.failed)

            await run_import(self.opened, id_, show)
        async with self.opened() as scope:
            state = await import_state(scope, id_)
        tell(
            t(
                "{created} created, {updated} changed, {skipped} unchanged, {failed} failed of {total} rows.",
                **{name: state[name] for name in ("created", "updated", "skipped", "failed", "total")},
            )
        )
        if state["change"]:
            tell(t("Change {change}: it can be undone as a whole.", change=state["change"]))
        if state["state"] == "failed":
            warn(t("The import could not go on: {reason}", reason=state["reason"]))
        if state["failed"]:
            await self._mend(id_, file)
        return state["state"] != "failed" and not state["failed"]

    async def _mend(self, id_: UUID, file: Path) -> None:
        path = file.with_name(f"{file.stem}.errors.csv")
        with path.open("wb") as written:
            async with self.opened() as scope:
                async for part in errors_file(scope, id_):
                    written.write(part)
        warn(t("The rows that failed are in {path}, with the reasons: mend them and import that file.", path=str(path)))
