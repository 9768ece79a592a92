"""Apps that show a code which changes every half minute (RFC 6238): set up by a picture, each code good once.

What the app and we know together is kept encrypted. A code of the half minute before or after is taken too: clocks differ.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import time
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from kundig.base.database import Connection
from kundig.base.errors import Invalid, Malformed, OutsideFault
from kundig.base.i18n import t
from kundig.base.sealed import Sealed
from kundig.base.secrets import Secrets
from kundig.base.uuid7 import uuid7

STEP = 30
DIGITS = 6
_BYTES = 20
SEALED = (Sealed("kundig.factor", "secret", "factor {id}"),)
_ADD = """
insert into kundig.factor (id, identity, kind, name, secret, step)
values (%(id)s, %(identity)s, 'app', %(name)s, %(secret)s, %(step)s)
"""
_APPS = "select id, secret from kundig.factor where identity = %(identity)s and kind = 'app' order by id"
_USE = """
update kundig.factor set step = %(step)s, used_at = now()
where id = %(id)s and (step is null or step < %(step)s) returning id
"""


class Offer:
    """What an app is to be set up with: made for a session, which brings it back sealed, with the first code of the app."""

    __slots__ = ("key",)

    def __init__(self, key: bytes | None = None) -> None:
        """A new one, or one that came back."""
        self.key = key or os.urandom(_BYTES)

    @property
    def text(self) -> str:
        """The key for typing, in groups of four."""
        plain = base64.b32encode(self.key).decode()
        return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))

    def address(self, account: str, issuer: str) -> str:
        """What the picture says: whose code it is and how it is made."""
        return _totp(self.key).get_provisioning_uri(account, issuer)

    def sealed(self, secrets: Secrets, session: UUID) -> str:
        """For the form that brings it back: readable for nobody, of no use to another session."""
        return base64.urlsafe_b64encode(secrets.encrypt(self.key.hex(), f"app offered to {session}")).decode()

    @classmethod
    def opened(cls, secrets: Secrets, sealed: str, session: UUID) -> Offer:
        """The one that was sealed; raises Malformed."""
        try:
            return cls(bytes.fromhex(secrets.decrypt(base64.urlsafe_b64decode(sealed), f"app offered to {session}")))
        except (ValueError, OutsideFault):
            raise Malformed(t("The page was open for too long. Reload it and try again.")) from None


def is_code(given: str) -> bool:
    """Whether this looks like a code of an app, however it is spaced."""
    return bool(re.fullmatch(rf"[0-9]{{{DIGITS}}}", _plain(given)))


def code_at(key: bytes, now: float) -> str:
    """The code that an app shows at a time."""
    return _totp(key).generate(now).decode()


async def add_app(connection: Connection, secrets: Secrets, identity: UUID, name: str, offer: Offer, code: str) -> UUID:
    """Take an app into use that shows the right code; raises Invalid. The transaction must be in no workspace."""
    step = _step_of(offer.key, code, time.time())
    if step is None:
        raise Invalid.one("code", "wrong", t("This is not the code that the app should show. Wait for the next one and try again."))
    id_ = uuid7()
    sealed = secrets.encrypt(offer.key.hex(), f"factor {id_}")
    await connection.execute(_ADD, {"id": id_, "identity": identity, "name": name, "secret": sealed, "step": step})
    return id_


async def use_code(connection: Connection, secrets: Secrets, identity: UUID, code: str) -> bool:
    """Whether a code is right, and use it up: of two who send the same one only one gets in. Must be in no workspace."""
    for row in await connection.rows(_APPS, {"identity": identity}):
        key = bytes.fromhex(secrets.decrypt(bytes(row["secret"]), f"factor {row['id']}"))
        step = _step_of(key, code, time.time())
        if step is not None and await connection.value(_USE, {"id": row["id"], "step": step}) is not None:
            return True
    return False


def _step_of(key: bytes, code: str, now: float) -> int | None:
    """The half minute whose code this is, if it is now or next to now."""
    given, found = _plain(code).encode(), None
    for moved in (-1, 0, 1):
        shown = _totp(key).generate(now + moved * STEP)
        if hmac.compare_digest(shown, given):
            found = int(now // STEP) + moved
    return found


def _plain(code: str) -> str:
    return re.sub(r"[\s-]", "", code)


def _totp(key: bytes) -> TOTP:
    return TOTP(key, DIGITS, SHA1(), STEP)  # noqa: S303 - what all apps know; nothing rests on collisions
