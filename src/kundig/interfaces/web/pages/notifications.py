"""What one should know of: the list behind the bell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render
from kundig.services.collaboration.letters import sentence
from kundig.services.collaboration.notifications import SHOWN, Notification, forget_invisible, mark_read, notifications_of, place_of

ADDRESS = "/notifications"
_ICONS = {
    "mention": "at-sign",
    "comment": "message-square",
    "assigned": "user-check",
    "invited": "calendar-plus",
    "reminder": "alarm-clock",
    "changed": "pencil",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A notification as a sentence about a record."""

    item: Notification
    icon: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class NotificationsView:
    """`notifications.html`."""

    rows: Sequence[Row]

    @property
    def unread(self) -> bool:
        """Whether there is anything to mark as read."""
        return any(not row.item.read for row in self.rows)


@get("/notifications")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The latest notifications; looking at them does not mark them as read."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/notifications.html", NotificationsView(await rows_of(scope)), visit.frame))

    return await page(request, work)


async def rows_of(scope: Scope, most: int = SHOWN) -> list[Row]:
    """The latest notifications as sentences."""
    language = scope.context.language
    return [
        Row(
            item,
            _ICONS[item.kind],
            sentence(item.kind, item.actor or t("Somebody")).render(language),
            label_in(scope.object(item.object).definition.label, language),
        )
        for item in await notifications_of(scope, most)
    ]


@post("/notifications/read", status_code=200)
async def read_all(request: Request[Any, Any, Any]) -> Response[str]:
    """Mark all as read."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await forget_invisible(scope)
        await mark_read(scope)
        return Reply(to=ADDRESS, headers=notice(visit, t("All read.")))

    return await page(request, work)


@post("/notifications/{id_:str}", status_code=200)
async def open_one(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Mark one as read and go to what it is about, if one is not there already (`stay`)."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_, record = await place_of(scope, record_id(id_))
        await mark_read(scope, only=record_id(id_))
        return Reply() if visit.query("stay") else Reply(to=f"/o/{object_}/{record}")

    return await page(request, work)


ROUTES = (show, read_all, open_one)
