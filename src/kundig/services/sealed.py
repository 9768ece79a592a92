"""What the rooms of services keep encrypted, besides fields of records."""

from __future__ import annotations

from kundig.services.delivery import mail
from kundig.services.identity import devices, totp
from kundig.services.identity.providers import client_secrets

SEALED = (*mail.SEALED, *devices.SEALED, *totp.SEALED, *client_secrets.SEALED)
