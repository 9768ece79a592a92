"""Mails as files, while no mail server is set up: readable by the operator only, since they hold one-time links."""

from __future__ import annotations

import os
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from kundig.base.errors import OutsideFault
from kundig.base.i18n import t
from kundig.base.wrong_setting import reason


def file_message(folder: Path, id_: UUID, created_at: datetime, message: EmailMessage) -> Path:
    """Write a mail as an .eml file that any mail program opens; a second time over the first."""
    path = folder / f"{created_at:%Y-%m-%d-%H%M%S}-{id_}.eml"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        draft = folder / f".{id_}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError as error:
        raise OutsideFault(t("{path} can't be written: {reason}.", path=str(path), reason=reason(error))) from error
    return path
