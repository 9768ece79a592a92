"""Handing a message for a browser to its push service, by the guarded client: never to an address inside."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from kundig.base.errors import OutsideFault
from kundig.base.http import OutgoingHttp, Refused
from kundig.base.i18n import t
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.services.delivery.post import post_of
from kundig.services.delivery.push_message import LARGEST, Subscription, authorization, checked, encrypted

KEPT = timedelta(days=1)
"""How long a push service tries to reach a browser that is off; what is older is read in Kundig."""
Outcome = Literal["taken", "gone", "refused"]
"""gone: the browser has ended the subscription, or made it with another key than ours, so it will never work again."""

_GONE, _NOT_OURS = {404, 410}, {401, 403}
_log = logging.getLogger("kundig.delivery")


class PushBusy(OutsideFault):
    """The push service wants to be asked again later."""

    code = "push_busy"

    def __init__(self, status: int) -> None:
        """With what it said."""
        super().__init__(t("The push service does not take messages now (status {status}).", status=status))


@dataclass(frozen=True, slots=True)
class PushRoute:
    """What pushing needs of the installation. `subject`: where a push service can complain."""

    secrets: Secrets
    outgoing: OutgoingHttp
    subject: str

    def check(self, subscription: Subscription) -> None:
        """Refuse what can't be a push service when it is given to us; raises Malformed or `Refused`."""
        checked(subscription)
        self.outgoing.check_secure(subscription.endpoint)

    async def hand_over(self, subscription: Subscription, message: bytes, topic: str) -> Outcome:
        """Send one message; of one `topic` (32 letters at most) a browser that was off gets the last only.

        Raises `Unreachable` or `PushBusy` for what is worth another try.
        """
        now = datetime.now(UTC)
        headers = {
            "Authorization": authorization(self.secrets, subscription.endpoint, self.subject, now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(KEPT.total_seconds())),
            "Topic": topic,
        }
        assert len(message) <= LARGEST, "messages are made to fit"
        body = encrypted(subscription, message)
        try:
            answer = await self.outgoing.request("POST", subscription.endpoint, headers=headers, content=body)
        except Refused:
            _log.warning("%r leads to an address that Kundig does not talk to", subscription)
            return "refused"
        if answer.status < 300:
            return "taken"
        if answer.status in _GONE | _NOT_OURS:
            return "gone"
        if answer.status == 429 or answer.status >= 500:
            raise PushBusy(answer.status)
        _log.warning("%r refused a message with status %s", subscription, answer.status)
        return "refused"


def push_route_of(settings: Settings) -> PushRoute:
    """The way to push services of an installation."""
    own = settings.base_url if settings.base_url.startswith("https://") else f"mailto:{post_of(settings).sender}"
    return PushRoute(settings.secrets, OutgoingHttp(allowed_hosts=settings.outgoing_hosts), own)
