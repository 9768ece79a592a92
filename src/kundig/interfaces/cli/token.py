"""`kundig token add EMAIL`"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import t
from kundig.interfaces.cli.telling import MAIN

if TYPE_CHECKING:
    from kundig.engine.policy.resolve import Narrowing

app = typer.Typer(help="API tokens.", no_args_is_help=True)


@app.callback()
def token() -> None:
    """API tokens."""


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="The user that the token acts as.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    read_only: Annotated[bool, typer.Option("--read-only", help="It may read, nothing else.")] = False,
    object_: Annotated[
        list[str] | None, typer.Option("--object", help="It may reach this object only; may be given again.")
    ] = None,
    right: Annotated[list[str] | None, typer.Option(help="It has this general right of the user's; may be given again.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="It ends after so many days.")] = None,
    workspace: Annotated[str, typer.Option(help="The workspace to work in.")] = MAIN,
) -> None:
    """Add an API token and print it. It is shown this once and can be narrower than its user."""
    from kundig.engine.policy.resolve import Narrowing

    narrowing = Narrowing(read_only, None if object_ is None else frozenset(object_), None if right is None else frozenset(right))
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    print(asyncio.run(_add(email, name, narrowing, expires_at, workspace)))


async def _add(email: str, name: str, narrowing: Narrowing, expires_at: datetime | None, workspace: str) -> str:
    from kundig.engine.extension import GLOBAL_RIGHTS
    from kundig.interfaces.cli.installation import installation
    from kundig.services.identity.scopes import user_by_email
    from kundig.services.identity.tokens import add_token

    async with installation(workspace) as found, found.system() as scope:
        for unknown in sorted((narrowing.objects or frozenset()) - scope.model.objects.keys()):
            raise Invalid.one("object", "unknown", t("There is no object “{object}”.", object=unknown))
        for unknown in sorted((narrowing.rights or frozenset()) - set(GLOBAL_RIGHTS)):
            raise Invalid.one("right", "unknown", t("There is no right “{right}”.", right=unknown))
        try:
            user = await user_by_email(scope.connection, email)
            return await add_token(scope.context, user, name, narrowing=narrowing, expires_at=expires_at)
        except Missing:
            raise Missing(t("There is no active user with the address {email}.", email=email)) from None
