"""Whether an address may be written to: asked for every single mail, right before it leaves."""

from __future__ import annotations

from typing import Literal

from kundig.base.database import Connection

Channel = Literal["email"]
Purpose = Literal["access", "notification", "marketing"]
"""access: what somebody asked for themselves or cannot work without (links to set a password)."""

_STATUS = "select status from {ws}.address_status where kind = %(channel)s and value = %(address)s"
_NEVER = frozenset({"bounced", "complained", "blocked"})
_UNASKED_NEVER = _NEVER | {"opted_out"}


async def may_contact(connection: Connection, address: str, channel: Channel, purpose: Purpose) -> bool:
    """Whether the workspace may use an address for a purpose: not one that bounced, nor for advertising one that has opted out."""
    status = await connection.value(_STATUS, {"channel": channel, "address": address.strip().lower()})
    return status not in (_NEVER if purpose == "access" else _UNASKED_NEVER)
