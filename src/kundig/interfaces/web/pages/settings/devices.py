"""The devices on which one is told of news: part of the profile; this one is switched on and off, any can be forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, post

from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.browsers import browser_name, signed_in
from kundig.interfaces.web.rendering import render
from kundig.services.delivery.push_message import Subscription, public_key
from kundig.services.identity.devices import add_device, device_seen, devices_of, forget_device


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device as people know it."""

    id: UUID
    name: str
    phone: bool
    seen_at: datetime
    told_at: datetime | None
    here: bool


@dataclass(frozen=True, slots=True)
class DevicesView:
    """`settings/devices.html`."""

    key: str
    """What a browser asks its push service to expect messages from."""
    devices: tuple[DeviceView, ...]

    @property
    def here(self) -> DeviceView | None:
        """This device, if one is told on it."""
        return next((device for device in self.devices if device.here), None)


async def devices_view(scope: Scope, visit: Visit) -> DevicesView:
    """The devices of whoever asks."""
    session = signed_in(visit)
    found = await devices_of(scope.connection, session.user, session.id)
    devices = (DeviceView(d.id, *browser_name(d.agent), d.seen_at, d.told_at, d.here) for d in found)
    return DevicesView(public_key(visit.web.secrets), tuple(devices))


@post("/settings/devices", status_code=200)
async def switch_on(request: Request[Any, Any, Any]) -> Response[str]:
    """Tell the person of news on this device, whose browser has just subscribed."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        session, subscription = signed_in(visit), _subscription(visit)
        visit.web.push.check(subscription)
        await add_device(scope.connection, visit.web.secrets, session.user, session.id, subscription)
        return await _part(scope, visit, notice(visit, t("You are told of news on this device.")))

    return await page(request, work)


@post("/settings/devices/seen", status_code=200)
async def seen(request: Request[Any, Any, Any]) -> Response[str]:
    """Somebody has signed in on a device that has a subscription: if it is not theirs, the browser is told to end it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        session, subscription = signed_in(visit), _subscription(visit)
        visit.web.push.check(subscription)
        told = await device_seen(scope.connection, visit.web.secrets, session.user, session.id, subscription)
        return Reply(headers={} if told else {"HX-Trigger": "kundig:unsubscribe"})

    return await page(request, work)


@post("/settings/devices/{id_:str}/forget", status_code=200)
async def forget(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Tell nothing more on a device."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await forget_device(scope.connection, signed_in(visit).user, record_id(id_))
        return await _part(scope, visit, notice(visit, t("You are no longer told of news on that device.")))

    return await page(request, work)


async def _part(scope: Scope, visit: Visit, headers: dict[str, str]) -> Reply:
    return Reply(render("pages/settings/devices.html", await devices_view(scope, visit), visit.frame), headers=headers)


def _subscription(visit: Visit) -> Subscription:
    return Subscription(visit.value("endpoint"), visit.value("p256dh"), visit.value("auth"))


ROUTES = (switch_on, seen, forget)
