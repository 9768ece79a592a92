"""`kundig rates list | import`"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import t
from kundig.interfaces.cli.telling import MAIN, language, tell

if TYPE_CHECKING:
    from kundig.engine.configuration.changing import Plan
    from kundig.engine.policy.rates import Rates

app = typer.Typer(help="Exchange rates, as lines of currency, day and rate.", no_args_is_help=True)

In = Annotated[str, typer.Option("--workspace", help="The workspace to work in.")]


@app.command("list")
def list_(workspace: In = MAIN) -> None:
    """Print all rates as lines that can be imported."""
    from kundig.engine.policy.rates import stored_rates
    from kundig.interfaces.cli.installation import installation

    async def run() -> Rates:
        async with installation(workspace) as found, found.system() as scope:
            return await stored_rates(scope.connection)

    for (currency, day), rate in sorted(asyncio.run(run()).items()):
        print(f"{currency};{day.isoformat()};{rate:f}")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Lines such as USD;2026-01-31;0.92; - reads them from the standard input.")],
    workspace: In = MAIN,
) -> None:
    """Add the rates of a file to those that there are; all or none. Of one day the last counts."""
    from kundig.services.transfer.rate_lines import read_lines

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid.one("", "bad_file", t("The file can't be read as a text in UTF-8.")) from None
    rates, wrong = read_lines(text, language())
    if wrong:
        raise Invalid([FieldError("", "bad_line", line) for line in wrong])
    done = asyncio.run(_add(rates, workspace))
    if done is None or not done.revisions:
        tell(t("Nothing would change: everything is as the documents say."))
        return
    for difference in done.differences:
        print(difference.line())
    tell(t("Applied. To undo it: kundig config rollback {plan}", plan=str(done.id)))


async def _add(rates: Rates, workspace: str) -> Plan | None:
    from kundig.engine.policy.applying import apply_documents
    from kundig.engine.policy.rates import rate_documents, stored_rates
    from kundig.interfaces.cli.installation import installation

    async with installation(workspace) as found:
        async with found.system() as scope:
            documents = rate_documents(await stored_rates(scope.connection), rates)
        if not documents:
            return None
        return await apply_documents(found.database, found.workspace, found.scopes.models, documents, note="kundig rates import")
