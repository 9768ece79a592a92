"""Users: the list, inviting somebody by mail or by a link that is shown, roles and teams, who may no longer sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import label_in, t
from kundig.engine.policy.policies import EVERYONE
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records, read_record
from kundig.engine.records.writing import Create, Update, write
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.navigation import USERS, settings_navigation
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.delivery.post import FOLDER
from kundig.services.identity.letters import link_address, send_link
from kundig.services.identity.managing import link_for, require_managing
from kundig.services.identity.viewing import RIGHT as VIEW_AS
from kundig.services.identity.viewing import may_view

MOST = 1000
_FIELDS = ("label", "name", "email", "role", "teams", "is_active")


@dataclass(frozen=True, slots=True)
class UsersView:
    """`settings/users.html`."""

    nav: tuple[LinkGroup, ...]
    users: Sequence[Mapping[str, Any]]
    roles: Mapping[str, str]
    words: str = ""


@dataclass(frozen=True, slots=True)
class UserView:
    """`settings/user.html`. `link` is shown once, right after it was made."""

    nav: tuple[LinkGroup, ...]
    id: str
    name: str
    email: str
    role: Sequence[str]
    teams: Sequence[str]
    is_active: bool
    roles: Mapping[str, str]
    all_teams: tuple[tuple[str, str], ...]
    has_accounts: bool = False
    """Whether accounts at sign-in providers can be connected, and by this person."""
    own: bool = False
    """It is oneself: one's own rights are changed by somebody else."""
    viewable: bool = False
    """The reader may see Kundig with their eyes for a while."""
    link: str = ""
    mail_folder: str = ""
    """Mails are written there, since no mail server is set up."""
    send: str = "mail"
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def other(self) -> list[str]:
        """Errors that belong to no field of the form."""
        return [text for name, text in self.errors.items() if name not in ("name", "email", "role", "teams")]


@get("/settings/users")
async def show_all(request: Request[Any, Any, Any]) -> Response[str]:
    """All users, those who may sign in first."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        words = visit.query("q").strip()[:100]
        found = await list_records(scope, ListQuery("user", _where(words), _FIELDS, "name", MOST))
        users = sorted(found.records(), key=lambda user: not user["is_active"])
        return Reply(
            render("pages/settings/users.html", UsersView(settings_navigation(scope), users, role_names(scope), words), visit.frame)
        )

    return await page(request, work)


def _where(words: str) -> dict[str, Any] | None:
    if not words:
        return None
    return {"any": [{"field": name, "op": "contains", "value": words} for name in ("name", "email")]}


def role_names(scope: Scope) -> dict[str, str]:
    """All roles that can be given, by name, in the person's language."""
    language = scope.context.language
    return {name: label_in(role.label, language) for name, role in scope.model.roles.items() if name != EVERYONE}


@get("/settings/users/new")
async def new(request: Request[Any, Any, Any]) -> Response[str]:
    """The form to invite somebody."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        view = await _view(scope, visit, "", {"name": "", "email": "", "role": [], "teams": [], "is_active": True})
        return Reply(render("pages/settings/user.html", view, visit.frame))

    return await page(request, work)


@get("/settings/users/{id_:str}")
async def show(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """The form of a user."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        return Reply(render("pages/settings/user.html", await _of(scope, visit, record_id(id_)), visit.frame))

    return await page(request, work)


async def _of(scope: Scope, visit: Visit, id_: UUID, **more: Any) -> UserView:
    record = msgspec.json.decode((await read_record(scope, "user", id_, _FIELDS)).text)
    record["teams"] = [team["id"] for team in record["teams"] or []]
    theirs = await visit.web.scopes.access_of(scope, id_) if scope.may(VIEW_AS) else None
    return await _view(scope, visit, str(id_), record, viewable=theirs is not None and may_view(scope, theirs), **more)


async def _view(scope: Scope, visit: Visit, id_: str, values: Mapping[str, Any], **more: Any) -> UserView:
    teams = (await list_records(scope, ListQuery("team", None, ["label"], "name", MOST))).records()
    return UserView(
        nav=settings_navigation(scope),
        id=id_,
        name=values["name"] or "",
        email=values["email"] or "",
        role=values["role"] or [],
        teams=values["teams"],
        is_active=bool(values["is_active"]),
        roles=role_names(scope),
        all_teams=tuple((team["id"], team["label"]) for team in teams),
        has_accounts=bool(scope.model.providers) and scope.access.everything,
        own=id_ == str(scope.access.user),
        mail_folder=FOLDER if visit.web.post.files_only else "",
        **more,
    )


@post("/settings/users/new", status_code=200)
async def create(request: Request[Any, Any, Any]) -> Response[str]:
    """Make the user and the link by which they choose a password, to be mailed or shown."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        values = _values(visit)
        try:
            async with scope.connection.savepoint():
                written = await write(scope, "user", [Create(values)])
        except Invalid as error:
            return await _back(scope, visit, "", values, error)
        return await _invited(scope, visit, written.ids[0], values["name"])

    return await page(request, work)


@post("/settings/users/{id_:str}", status_code=200)
async def save(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Keep what was changed; rights follow with the next request of that user."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        user, values = record_id(id_), _values(visit)
        if user == scope.access.user:
            values = {name: values[name] for name in ("name", "email")}
        try:
            async with scope.connection.savepoint():
                written = await write(scope, "user", [Update(user, values)])
        except Invalid as error:
            return await _back(scope, visit, id_, _values(visit), error)
        undo = f"/changes/{written.change}/undo" if written.change else ""
        return Reply(to=USERS, headers=notice(visit, t("Saved."), undo=undo))

    return await page(request, work)


@post("/settings/users/{id_:str}/active", status_code=200)
async def set_active(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Let a user sign in again who had left."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        await write(scope, "user", [Update(record_id(id_), {"is_active": True})])
        return Reply(to=f"{USERS}/{id_}", headers=notice(visit, t("The user can sign in again.")))

    return await page(request, work)


@post("/settings/users/{id_:str}/link", status_code=200)
async def new_link(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """A new link to choose a password; earlier ones end."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user = record_id(id_)
        return await _invited(scope, visit, user, await require_managing(scope, user))

    return await page(request, work)


async def _invited(scope: Scope, visit: Visit, user: UUID, name: str) -> Reply:
    """Mail the link, or show it this once."""
    out = visit.web.post
    invitation = await link_for(scope, user)
    if visit.value("send") == "show":
        view = await _of(scope, visit, user, link=link_address(out.base_url, invitation.code))
        return Reply(render_block("pages/settings/user.html", "form", view, visit.frame))
    await send_link(scope.connection, out, invitation)
    told = t("A link is on its way to {name}.", name=name)
    where = t("No mail server is set up: the mail lies in the folder “{folder}” of the data folder.", folder=FOLDER)
    text = where.render(visit.frame.language) if out.files_only else ""
    return Reply(to=USERS, headers=notice(visit, told, text=text))


def _values(visit: Visit) -> dict[str, Any]:
    return {
        "name": visit.value("name").strip(),
        "email": visit.value("email").strip(),
        "role": visit.form.get("role", []),
        "teams": visit.form.get("team", []),
        **({} if "is_active" not in visit.form else {"is_active": visit.value("is_active") == "1"}),
    }


async def _back(scope: Scope, visit: Visit, id_: str, values: Mapping[str, Any], error: Invalid) -> Reply:
    errors = _told(error.errors, visit.frame.language)
    view = await _view(scope, visit, id_, {"is_active": True, **values}, errors=errors, send=visit.value("send", "mail"))
    return Reply(render_block("pages/settings/user.html", "form", view, visit.frame), 422)


def _told(errors: Sequence[FieldError], language: str) -> dict[str, str]:
    return {error.field.partition(".")[0]: error.text.render(language) for error in errors}


ROUTES = (show_all, new, show, create, save, set_active, new_link)
