"""Asking for a mail, inside the caller's transaction: it leaves if and only if that is committed, under a lasting id."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec

from kundig.base.database import Connection
from kundig.base.jobs import queue
from kundig.base.sealed import Sealed
from kundig.base.uuid7 import uuid7
from kundig.services.delivery.contact import Purpose
from kundig.services.delivery.letter import Letter, rendered
from kundig.services.delivery.post import Post

JOB = "delivery.mail"
SEALED = (Sealed("{ws}.mail", "content", "mail {id}"),)
_ADD = """
insert into {ws}.mail (id, message_id, recipient, purpose, content)
values (%(id)s, %(message_id)s, %(recipient)s, %(purpose)s, %(content)s)
"""


class Content(msgspec.Struct, frozen=True):
    """What is encrypted while a mail waits."""

    name: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter to one person."""

    email: str
    name: str
    language: str
    purpose: Purpose
    letter: Letter


async def send_mail(connection: Connection, post: Post, mail: Mail) -> UUID:
    """Queue a mail for the workspace of the connection; its id. Whether the address may be used is asked when it leaves."""
    id_ = uuid7()
    made = rendered(mail.letter, mail.language)
    content = msgspec.json.encode(Content(mail.name, made.subject, made.text, made.html)).decode()
    await connection.execute(
        _ADD,
        {
            "id": id_,
            "message_id": f"<{id_}@{post.domain}>",
            "recipient": mail.email,
            "purpose": mail.purpose,
            "content": post.secrets.encrypt(content, f"mail {id_}"),
        },
    )
    await queue(connection, JOB, {"id": str(id_)}, lock=f"mail:{id_}")
    return id_
