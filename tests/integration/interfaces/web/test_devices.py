"""Devices in the profile: switched on from their own browser, shown without what they are reached by, forgotten."""

from __future__ import annotations

import re

from tests.integration.rights.crm import Caller
from tests.receiving import Receiver

HTMX = {"HX-Request": "true"}


def values(receiver: Receiver) -> dict[str, str]:
    subscription = receiver.subscription
    return {"endpoint": subscription.endpoint, "p256dh": subscription.p256dh, "auth": subscription.auth}


async def test_a_device_is_switched_on_shown_and_forgotten(admin: Caller, seller: Caller) -> None:
    receiver = Receiver("https://push.example.com/a/secret-address")
    answer = await admin.pages.post("/settings/devices", data=values(receiver), headers=HTMX)
    assert answer.status_code == 200
    shown = (await admin.pages.get("/settings/me")).text
    for text in (answer.text, shown):
        [id_] = re.findall(r'data-here="([0-9a-f-]{36})"', text)
        assert "secret-address" not in text
        assert receiver.subscription.auth not in text
    assert (await seller.pages.post(f"/settings/devices/{id_}/forget", headers=HTMX)).status_code == 200
    assert id_ in (await admin.pages.get("/settings/me")).text
    assert id_ not in (await seller.pages.get("/settings/me")).text
    gone = await admin.pages.post(f"/settings/devices/{id_}/forget", headers=HTMX)
    assert 'data-here=""' in gone.text


async def test_a_device_of_somebody_else_is_told_to_end_its_subscription(admin: Caller, seller: Caller) -> None:
    sent = values(Receiver("https://push.example.com/shared"))
    await admin.pages.post("/settings/devices", data=sent, headers=HTMX)
    own = await admin.pages.post("/settings/devices/seen", data=sent, headers=HTMX)
    assert "HX-Trigger" not in own.headers
    other = await seller.pages.post("/settings/devices/seen", data=sent, headers=HTMX)
    assert other.headers["HX-Trigger"] == "kundig:unsubscribe"
    assert 'data-here=""' in (await admin.pages.get("/settings/me")).text


async def test_what_is_no_push_service_is_refused(admin: Caller) -> None:
    for endpoint in ("https://127.0.0.1/x", "http://push.example.com/x", "https://db.internal/x", "javascript:alert(1)", ""):
        answer = await admin.pages.post("/settings/devices", data=values(Receiver(endpoint)), headers=HTMX)
        assert answer.status_code >= 400, endpoint
    wrong = values(Receiver("https://push.example.com/x")) | {"p256dh": "AAAA"}
    assert (await admin.pages.post("/settings/devices", data=wrong, headers=HTMX)).status_code == 400
    assert 'data-here=""' in (await admin.pages.get("/settings/me")).text


async def test_kinds_are_chosen_for_devices_too(seller: Caller) -> None:
    shown = (await seller.pages.get("/settings/me")).text
    assert re.search(r'name="push" value="mention"[^>]* checked', shown)
    assert not re.search(r'name="push" value="changed"[^>]* checked', shown)
    form = {"name": "Sel Ler", "language": "en", "time_zone": "Europe/Berlin", "kind": ["mention", "changed"], "push": ["changed"]}
    assert (await seller.pages.post("/settings/me", data=form)).status_code == 303
    shown = (await seller.pages.get("/settings/me")).text
    assert re.search(r'name="push" value="changed"[^>]* checked', shown)
    assert not re.search(r'name="push" value="mention"[^>]* checked', shown)
