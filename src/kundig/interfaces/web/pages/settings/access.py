"""How a user signs in, for those who manage users: sessions, second factors, and what happens with their records if they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Invalid
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records, read_record
from kundig.engine.records.writing import Update, write
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.browsers import signed_in
from kundig.interfaces.web.pages.settings.navigation import USERS, settings_navigation
from kundig.interfaces.web.pages.settings.security import SessionView, session_views
from kundig.interfaces.web.pages.settings.users import MOST
from kundig.interfaces.web.rendering import render
from kundig.services.identity.factors import Factor, factors_of
from kundig.services.identity.managing import end_for, require_managing, reset_for
from kundig.services.identity.sessions import sessions_of
from kundig.services.lists.choosing import Run
from kundig.services.lists.takeover import hand_over, handing_over, owned_by


@dataclass(frozen=True, slots=True)
class Given:
    """What becomes of somebody's records of an object."""

    label: str
    run: Run

    @property
    def percent(self) -> int:
        """How far it is."""
        return round(100 * self.run.position / self.run.total)


@dataclass(frozen=True, slots=True)
class AccessView:
    """`settings/access.html`; `given` alone is `settings/takeover.html`."""

    nav: tuple[LinkGroup, ...]
    id: str
    name: str
    is_active: bool
    own: bool
    sessions: tuple[SessionView, ...]
    factors: tuple[Factor, ...]
    codes: int
    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class LeaveView:
    """`settings/leave.html`: what somebody owns, and who can take it over."""

    id: str
    name: str
    is_active: bool
    owned: tuple[tuple[str, int], ...]
    people: tuple[tuple[str, str], ...]
    successor: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@get("/settings/users/{id_:str}/access")
async def show(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Sessions, second factors, what is being handed over."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user = record_id(id_)
        scope.require("manage_users")
        name, is_active = await _named(scope, user)
        found = await factors_of(scope.connection, user)
        here = signed_in(visit).id
        view = AccessView(
            nav=settings_navigation(scope),
            id=str(user),
            name=name,
            is_active=is_active,
            own=user == scope.access.user,
            sessions=session_views(await sessions_of(scope.connection, user), here),
            factors=found.all,
            codes=found.codes,
            given=await _given(scope, user),
        )
        return Reply(render("pages/settings/access.html", view, visit.frame))

    return await page(request, work)


@post("/settings/users/{id_:str}/sessions/end", status_code=200)
async def end(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """End one of their sessions, or all; one's own goes on."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        only = record_id(visit.query("only")) if visit.query("only") else None
        ended = await end_for(scope, record_id(id_), only=only, but=signed_in(visit).id)
        told = t("The session has ended.") if ended == 1 else t("{n} sessions have ended.", n=ended)
        return Reply(to=f"{USERS}/{id_}/access", headers=notice(visit, told))

    return await page(request, work)


@post("/settings/users/{id_:str}/factors/reset", status_code=200)
async def reset(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Take their second factors away: they sign in with the password and can set up new ones."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await reset_for(scope, record_id(id_), by=signed_in(visit).user_name)
        told = t("The second steps were removed, and their owner is told by mail.")
        return Reply(to=f"{USERS}/{id_}/access", headers=notice(visit, told))

    return await page(request, work)


@get("/settings/users/{id_:str}/leave")
async def leave_dialog(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Asks who takes over."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        return Reply(render("pages/settings/leave.html", await _leaving(scope, record_id(id_)), visit.frame))

    return await page(request, work)


@post("/settings/users/{id_:str}/leave", status_code=200)
async def leave(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Let them sign in no more, and hand over what they own if somebody is named."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user, successor = record_id(id_), visit.value("successor")
        await require_managing(scope, user)
        scope.require_proof()
        try:
            async with scope.connection.savepoint():
                await write(scope, "user", [Update(user, {"is_active": False})])
                if successor:
                    await hand_over(scope, user, record_id(successor))
        except Invalid as error:
            told = {"successor": " ".join(e.text.render(visit.frame.language) for e in error.errors)}
            view = await _leaving(scope, user, successor, told)
            return Reply(render("pages/settings/leave_form.html", view, visit.frame), 422)
        told_ = (
            t("Sessions and tokens have ended, and the records are being handed over.")
            if successor
            else t("Sessions and tokens have ended.")
        )
        return Reply(to=f"{USERS}/{id_}/access", headers=notice(visit, told_, event="kundig:close"))

    return await page(request, work)


@get("/settings/users/{id_:str}/takeover")
async def show_takeover(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """How far the handing over is; asked for again until it is over."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require("manage_users")
        view = {"id": id_, "given": await _given(scope, record_id(id_))}
        return Reply(render("pages/settings/takeover.html", view, visit.frame))

    return await page(request, work)


async def _named(scope: Scope, user: UUID) -> tuple[str, bool]:
    record = msgspec.json.decode((await read_record(scope, "user", user, ["name", "is_active"])).text)
    return record["name"] or "", bool(record["is_active"])


async def _given(scope: Scope, user: UUID) -> tuple[Given, ...]:
    runs = await handing_over(scope, user)
    labels = {run.object: scope.model.objects[run.object].definition.label_plural for run in runs}
    return tuple(Given(label_in(labels[run.object], scope.context.language), run) for run in runs)


async def _leaving(scope: Scope, user: UUID, successor: str = "", errors: Mapping[str, str] | None = None) -> LeaveView:
    language = scope.context.language
    name, is_active = await _named(scope, user)
    others = {"all": [{"field": "is_active", "op": "is", "value": True}, {"field": "id", "op": "is_not", "value": str(user)}]}
    people = (await list_records(scope, ListQuery("user", others, ["label"], "name", MOST))).records()
    owned = [
        (label_in(scope.model.objects[o.object].definition.label_plural, language), o.number) for o in await owned_by(scope, user)
    ]
    return LeaveView(
        id=str(user),
        name=name,
        is_active=is_active,
        owned=tuple(sorted(owned, key=lambda item: -item[1])),
        people=tuple((person["id"], person["label"]) for person in people),
        successor=successor,
        errors=errors or {},
    )


ROUTES = (show, end, reset, leave_dialog, leave, show_takeover)
