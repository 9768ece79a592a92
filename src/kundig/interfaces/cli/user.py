"""`kundig user add EMAIL`"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.interfaces.cli.telling import MAIN, tell

if TYPE_CHECKING:
    from kundig.engine.policy.scope import Scope
    from kundig.engine.records.writing import Change

app = typer.Typer(help="Users.", no_args_is_help=True)


@app.callback()
def user() -> None:
    """Users."""


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    name: Annotated[str | None, typer.Option(help="The name that colleagues see; else made from the address.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role, for example sales_representative; may be given again.")] = None,
    team: Annotated[list[str] | None, typer.Option(help="The name of a team; made if there is none. May be given again.")] = None,
    language: Annotated[str | None, typer.Option(help="de or en; else the workspace's.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="For example Europe/Berlin; else the workspace's.")] = None,
    inactive: Annotated[bool, typer.Option("--inactive", help="Keep them from signing in: owners of old records.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = False,
    workspace: Annotated[str, typer.Option(help="The workspace to work in.")] = MAIN,
) -> None:
    """Add a user. Without a password, a link is printed by which they set their own."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    values: dict[str, Any] = {
        "name": name or email.partition("@")[0],
        "email": email,
        "role": role or [],
        "language": language,
        "time_zone": time_zone,
        "is_active": not inactive,
    }
    asyncio.run(_add(values, team or [], password, workspace))


@app.command()
def unlock(
    email: Annotated[str, typer.Argument(help="The address to sign in with.")],
    workspace: Annotated[str, typer.Option(help="The workspace to work in.")] = MAIN,
) -> None:
    """Remove the second steps of a user who has lost them, recovery codes included. Their sessions end; the password stays."""
    removed = asyncio.run(_unlock(email, workspace))
    if removed:
        tell(t("{email} signs in with the password alone until a second step is set up again.", email=email))
    else:
        tell(t("{email} has no second step.", email=email))


async def _unlock(email: str, workspace: str) -> int:
    from kundig.interfaces.cli.installation import installation
    from kundig.services.identity.managing import reset_for
    from kundig.services.identity.scopes import user_by_email

    async with installation(workspace) as found, found.system() as scope:
        return await reset_for(scope, await user_by_email(scope.connection, email), by="kundig user unlock")


async def _add(values: dict[str, Any], teams: list[str], password: str | None, workspace: str) -> None:
    from kundig.engine.audit import note
    from kundig.engine.records.writing import Change, Create
    from kundig.interfaces.cli.installation import installation
    from kundig.services.identity.audit_events import LINK_SENT
    from kundig.services.identity.letters import link_address
    from kundig.services.identity.links import invite
    from kundig.services.identity.objects import USER
    from kundig.services.identity.signing_in import set_first_password

    async with installation(workspace) as found:
        async with found.system() as scope:
            change = Change(scope)
            values["teams"] = [await _team(scope, change, name) for name in teams]
            [id_] = await change.write("user", [Create(values)])
            if password is not None:
                await set_first_password(scope.connection, id_, password)
            invitation = await invite(scope.connection, id_) if password is None and values["is_active"] else None
            if invitation is not None:
                await note(scope.context, LINK_SENT, object_=USER.name, record=id_)
        if invitation is not None:
            tell(
                t(
                    "{email} can set a password here, once, within a week: {link}",
                    email=invitation.email,
                    link=link_address(found.settings.base_url, invitation.code),
                )
            )
        else:
            tell(t("{email} has been added.", email=values["email"]))


async def _team(scope: Scope, change: Change, name: str) -> str:
    """The id of the team with a name, which is made if there is none."""
    from kundig.engine.records.writing import Create

    find = "select id from {ws}.team where label_fold = kundig.fold(%(name)s) and deleted_at is null"
    ids = await scope.connection.values(find, {"name": name.strip()})
    if len(ids) > 1:
        raise Invalid.one("team", "ambiguous", t("There is more than one team called “{name}”.", name=name))
    if ids:
        return str(ids[0])
    [made] = await change.write("team", [Create({"name": name})])
    return str(made)
