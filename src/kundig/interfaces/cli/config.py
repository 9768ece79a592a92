"""`kundig config export | plan | apply | history | rollback`"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.interfaces.cli.telling import MAIN, tell

if TYPE_CHECKING:
    from kundig.engine.configuration.changing import Plan
    from kundig.engine.configuration.store import Applied

app = typer.Typer(
    help="Configuration as YAML: objects, fields, pipelines, layouts, views, roles, sharing rules.", no_args_is_help=True
)

Source = Annotated[Path, typer.Argument(help="A YAML file, or a folder of them.")]
Whole = Annotated[bool, typer.Option("--whole", help="These are all documents there should be: others are removed.")]
In = Annotated[str, typer.Option("--workspace", help="The workspace to work in.")]


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="The folder to write to.")], workspace: In = MAIN) -> None:
    """Write the workspace's own documents as YAML, one file each; what modules bring by themselves is not in it."""
    from kundig.engine.configuration.store import stored_documents
    from kundig.engine.configuration.yaml import write_folder
    from kundig.interfaces.cli.installation import installation

    async def run() -> None:
        async with installation(workspace) as found, found.system() as scope:
            written = write_folder(await stored_documents(scope.connection), folder)
        tell(t("{count} documents are in {folder}.", count=len(written), folder=str(folder)))

    asyncio.run(run())


@app.command()
def plan(path: Source, whole: Whole = False, workspace: In = MAIN) -> None:
    """Show what applying documents would change, or why it would be refused. Nothing is changed."""
    from kundig.engine.configuration.yaml import read_path
    from kundig.engine.policy.applying import plan_documents
    from kundig.interfaces.cli.installation import installation

    async def run() -> Plan:
        documents = read_path(path)
        async with installation(workspace) as found, found.system() as scope:
            return await plan_documents(scope.connection, found.workspace, found.scopes.models, documents, whole=whole)

    _show(asyncio.run(run()))


@app.command()
def apply(
    path: Source,
    whole: Whole = False,
    note: Annotated[str | None, typer.Option(help="Why, for the history.")] = None,
    workspace: In = MAIN,
) -> None:
    """Apply documents as a whole. It holds at once in all running processes."""
    from kundig.engine.configuration.yaml import read_path
    from kundig.engine.policy.applying import apply_documents
    from kundig.interfaces.cli.installation import installation
    from kundig.services.identity.providers.following import follow_providers

    async def run() -> Plan:
        documents = read_path(path)
        async with installation(workspace) as found:
            done = await apply_documents(found.database, found.workspace, found.scopes.models, documents, note=note, whole=whole)
            async with found.system() as scope:
                await follow_providers(scope.context, done.revisions)
            return done

    done = asyncio.run(run())
    _show(done)
    if done.revisions:
        tell(t("Applied. To undo it: kundig config rollback {plan}", plan=str(done.id)))


@app.command()
def history(limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20, workspace: In = MAIN) -> None:
    """Show what was applied, the latest first."""
    from kundig.engine.configuration import store
    from kundig.interfaces.cli.installation import installation

    async def run() -> list[Applied]:
        async with installation(workspace) as found, found.system() as scope:
            return await store.history(scope.connection, limit)

    for applied in asyncio.run(run()):
        print(f"{applied.plan}  {applied.at:%Y-%m-%d %H:%M}  {applied.note or ''}".rstrip())
        for document in applied.documents:
            print(f"    {document}")


@app.command()
def rollback(plan: Annotated[str, typer.Argument(help="The plan, as history shows it.")], workspace: In = MAIN) -> None:
    """Undo an applied plan as a whole, unless later ones build on it. Records keep their values."""
    from kundig.engine.policy.applying import rollback_plan
    from kundig.interfaces.cli.installation import installation
    from kundig.services.identity.providers.following import follow_providers

    try:
        id_ = UUID(plan)
    except ValueError:
        raise Invalid.one("plan", "bad_value", t("“{plan}” is no plan. `kundig config history` lists them.", plan=plan)) from None

    async def run() -> Plan:
        async with installation(workspace) as found:
            done = await rollback_plan(found.database, found.workspace, found.scopes.models, id_)
            async with found.system() as scope:
                await follow_providers(scope.context, done.revisions)
            return done

    _show(asyncio.run(run()))


def _show(plan: Plan) -> None:
    for difference in plan.differences:
        print(difference.line())
    if not plan.revisions:
        tell(t("Nothing would change: everything is as the documents say."))
