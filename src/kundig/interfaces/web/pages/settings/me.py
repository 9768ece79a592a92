"""My settings: name, language, time zone, colours, letter keys, which notifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import t
from kundig.base.time_zones import inhabited_zones
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.records.writing import Update, write
from kundig.interfaces.web.edge import LANGUAGE_COOKIE, THEME_COOKIE, Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.pages.settings.devices import DevicesView, devices_view
from kundig.interfaces.web.pages.settings.navigation import ME, settings_navigation
from kundig.interfaces.web.rendering import render
from kundig.services.collaboration.news import KINDS, NotificationKind
from kundig.services.collaboration.preferences import Preferences, Theme, desk_of, set_preferences
from kundig.services.identity.scopes import own_record

YEAR = 365 * 24 * 3600
_KINDS: Mapping[NotificationKind, Any] = {
    "mention": t("Somebody mentions me"),
    "comment": t("Comments on records that I follow"),
    "assigned": t("Records that are given to me"),
    "invited": t("Invitations"),
    "reminder": t("Reminders of what is mine"),
    "changed": t("Changes of records that I follow"),
}


@dataclass(frozen=True, slots=True)
class MeView:
    """`settings/me.html`."""

    nav: tuple[LinkGroup, ...]
    name: str
    email: str
    language: str
    time_zone: str
    preferences: Preferences
    kinds: tuple[tuple[str, str], ...]
    devices: DevicesView
    zones: tuple[str, ...]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def other(self) -> list[str]:
        """Errors that belong to no field of the form."""
        return [text for name, text in self.errors.items() if name not in ("name", "language", "time_zone")]


@get("/settings")
async def settings(request: Request[Any, Any, Any]) -> Response[str]:
    """The settings begin with oneself."""

    async def work(_scope: Scope, _visit: Visit) -> Reply:
        return Reply(to=ME)

    return await page(request, work)


@get("/settings/me")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The form."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if visit.query("saved"):
            told = {"title": t("Saved.").render(visit.frame.language), "category": "success"}
            visit.frame = replace(visit.frame, toasts=(told,))
        return Reply(render("pages/settings/me.html", await _view(scope, visit), visit.frame))

    return await page(request, work)


@post("/settings/me", status_code=200)
async def save(request: Request[Any, Any, Any]) -> Response[str]:
    """Keep it; cookies carry language and colours to the pages before sign-in."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user, preferences = me(scope), _preferences(visit)
        values = {name: visit.value(name).strip() for name in ("name", "language", "time_zone")}
        try:
            async with scope.connection.savepoint():
                await write(own_record(scope, "user", user), "user", [Update(user, values)])
        except Invalid as error:
            errors = {e.field: e.text.render(visit.frame.language) for e in error.errors}
            view = replace(await _view(scope, visit), preferences=preferences, errors=errors)
            view = replace(view, name=values["name"], language=values["language"], time_zone=values["time_zone"])
            return Reply(render("pages/settings/me.html", view, visit.frame), 422)
        await set_preferences(scope.connection, user, preferences)
        cookies = (kept(visit, LANGUAGE_COOKIE, values["language"]), kept(visit, THEME_COOKIE, preferences.theme))
        return Reply(to=f"{ME}?saved=1", cookies=cookies)

    return await page(request, work)


def me(scope: Scope) -> UUID:
    """The user who is signed in."""
    if scope.access.user is None:
        raise Missing
    return scope.access.user


def kept(visit: Visit, name: str, value: str) -> Cookie:
    """A cookie that holds no secret."""
    return Cookie(name, value=value, path="/", max_age=YEAR, samesite="lax", secure=visit.web.secure)


async def _view(scope: Scope, visit: Visit) -> MeView:
    user, language = me(scope), visit.frame.language
    text = (await read_record(own_record(scope, "user", user), "user", user, ["name", "email", "language", "time_zone"])).text
    record: dict[str, Any] = msgspec.json.decode(text)
    return MeView(
        nav=settings_navigation(scope),
        name=record["name"],
        email=record["email"] or "",
        language=record["language"] or "",
        time_zone=record["time_zone"] or "",
        preferences=(await desk_of(scope.connection, user)).preferences,
        kinds=tuple((key, text.render(language)) for key, text in _KINDS.items()),
        devices=await devices_view(scope, visit),
        zones=inhabited_zones(),
    )


def _preferences(visit: Visit) -> Preferences:
    theme = visit.value("theme", "auto")
    wanted, mailed, pushed = (visit.form.get(name, []) for name in ("kind", "mail", "push"))
    return Preferences(
        theme=cast("Theme", theme) if theme in ("light", "dark") else "auto",
        letter_keys=bool(visit.value("letter_keys")),
        high_contrast=bool(visit.value("high_contrast")),
        muted=frozenset(kind for kind in KINDS if kind not in wanted),
        mailed=frozenset(kind for kind in KINDS if kind in mailed),
        pushed=frozenset(kind for kind in KINDS if kind in pushed),
    )


ROUTES = (settings, show, save)
