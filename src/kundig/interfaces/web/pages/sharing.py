"""With whom a record is shared, in a dialog: who has a share, taking it back, and sharing with a user or a team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid
from kundig.base.i18n import label_in, t
from kundig.engine.policy.decisions import allowed
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.fields.dates import parse_date
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import DAY, Formats, formats
from kundig.interfaces.web.pages.details import Control
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView
from kundig.interfaces.web.widgets.reading import only_named, typed_as
from kundig.services.collaboration.sharing import RECEIVERS, Level, end_share, list_shares, share_with
from kundig.services.identity.explaining import explains

LEVELS = ("read", "edit")


@dataclass(frozen=True, slots=True)
class ShareView:
    """One share. Without a name it is of somebody whom the reader may not see."""

    id: str
    name: str
    group: bool
    level: str
    until: str
    """The last day, or the moment if that is within a day; empty if it lasts."""


@dataclass(frozen=True, slots=True)
class SharesView:
    """`pages/shares.html`. `controls` are there for those who may share the record."""

    address: str
    shares: tuple[ShareView, ...]
    controls: tuple[Control, ...] = ()
    level: str = LEVELS[0]
    until: str = ""
    error: str = ""
    why: str = ""
    """Where somebody who may ask is told why people may do something with the record."""


@get("/o/{object_name:str}/{id_:str}/shares")
async def show_shares(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """The dialog."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/shares.html", await _view(scope, visit, object_name, record_id(id_)), visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/shares", status_code=200)
async def add_share(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Share with everybody who was chosen; the dialog shows itself anew."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        record, error, status = record_id(id_), "", 200
        try:
            async with scope.connection.savepoint():
                await _share(scope, visit, object_name, record)
        except Invalid as refused:
            error, status = refused.errors[0].text.render(visit.frame.language), 422
        view = await _view(scope, visit, object_name, record, error)
        return Reply(render("pages/shares_form.html", view, visit.frame), status)

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/shares/{share:str}/remove", status_code=200)
async def remove_share(request: Request[Any, Any, Any], object_name: str, id_: str, share: str) -> Response[str]:
    """Take a share back."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        record = record_id(id_)
        await end_share(scope, object_name, record, share)
        return Reply(render("pages/shares_form.html", await _view(scope, visit, object_name, record), visit.frame))

    return await page(request, work)


async def _share(scope: Scope, visit: Visit, object_name: str, record: UUID) -> None:
    chosen = {kind: visit.value(kind) for kind in RECEIVERS if visit.value(kind)}
    level = visit.value("level")
    named = any(only_named(kind, visit.form) for kind in RECEIVERS)
    if not chosen or named or level not in LEVELS:
        # asked first, so that those who may not share are told so
        await list_shares(scope, object_name, record)
        raise Invalid.one("user", "required", t("Choose a user or a team from the list."))
    until = _end_of(visit.value("until"), scope.context.time_zone)
    for kind, receiver in chosen.items():
        await share_with(scope, object_name, record, kind, receiver, cast("Level", level), until)


def _end_of(day: str, zone: ZoneInfo) -> datetime | None:
    """The end of a day, which is shared still."""
    try:
        return datetime.combine(parse_date(day) + DAY, time(), zone).astimezone(UTC) if day else None
    except (Refused, OverflowError):
        raise Invalid.one("until", "bad_value", t("Give the last day as a date.")) from None


def _last(until: str | None, shown: Formats) -> str:
    """What `_end_of` was made of; the API may have named any moment."""
    if until is None:
        return ""
    end = shown.local(until)
    return shown.date(end.date() - DAY) if end.time() == time() else shown.datetime(end)


async def _view(scope: Scope, visit: Visit, object_name: str, record: UUID, error: str = "") -> SharesView:
    found, shown = await list_shares(scope, object_name, record), formats(visit.frame.language, visit.frame.zone)
    shares = tuple(ShareView(share["id"], *_receiver(share), share["level"], _last(share["until"], shown)) for share in found)
    address = f"/o/{object_name}/{record}/shares"
    why = f"/o/{object_name}/{record}/why" if explains(scope) else ""
    if not await allowed(scope, "share", object_name, [record]):
        return SharesView(address, shares, why=why)
    typed = visit.form if error else {}
    controls = tuple(Control(field, typed_as(field.name, typed) if typed else {"": []}) for field in _fields(scope))
    level, until = (visit.value("level"), visit.value("until")) if error else (LEVELS[0], "")
    return SharesView(address, shares, controls, level, until, error, why)


def _receiver(share: dict[str, Any]) -> tuple[str, bool]:
    """The name of who has a share, and whether that is a group."""
    if "role" in share:
        return str(share["role"]), True
    kind = next(kind for kind in RECEIVERS if kind in share)
    return (share[kind]["label"] if share[kind] else ""), kind != "user"


def _fields(scope: Scope) -> list[FieldView]:
    language = scope.context.language
    known = [scope.model.objects[kind].definition for kind in RECEIVERS if kind in scope.access.objects]
    return [FieldView(found.name, label_in(found.label, language), "link", target=found.name) for found in known]


ROUTES = (show_shares, add_share, remove_share)
