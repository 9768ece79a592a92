"""The job that brings a mail out, once.

Before the server is talked to the mail is marked as under way. A run that finds the mark knows that an earlier one ended between
the server's answer and the commit: it sends again with the same Message-ID, by which the recipient's server knows it, and marks the
mail as uncertain; so it does when the connection broke off amid the message. Nothing else can be sent twice.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.errors import OutsideFault
from kundig.base.jobs import Job, JobRun
from kundig.services.delivery.contact import may_contact
from kundig.services.delivery.filing import file_message
from kundig.services.delivery.mail import JOB, Content
from kundig.services.delivery.message import message_of
from kundig.services.delivery.post import Post
from kundig.services.delivery.smtp import Refused, Uncertain, hand_over

TRIES = 60
"""With pauses of at most ten minutes: most of a day."""

_log = logging.getLogger("kundig.delivery")
_TAKE = """
update {ws}.mail m set state = 'sending', uncertain = m.uncertain or old.state = 'sending'
from (select id, state from {ws}.mail where id = %(id)s and state in ('queued', 'sending') for update) old
where m.id = old.id
returning m.id, m.message_id, m.recipient, m.purpose, m.content, m.created_at, m.uncertain
"""
_AGAIN = """
update {ws}.mail set state = 'queued', reason = %(reason)s, uncertain = uncertain or %(uncertain)s
where id = %(id)s and state = 'sending'
"""
_DONE = """
update {ws}.mail set state = %(state)s, reason = %(reason)s, content = null, done_at = %(now)s
where id = %(id)s and state in ('queued', 'sending')
"""


def delivery_jobs(post: Post) -> tuple[Job, ...]:
    """The jobs of this room."""

    async def send(run: JobRun) -> None:
        await _send(run, post)

    return (Job(JOB, send, tries=TRIES),)


async def _send(run: JobRun, post: Post) -> None:
    id_ = UUID(str(run.payload["id"]))
    mail = await _taken(run, id_)
    if mail is None:
        return
    content = msgspec.json.decode(post.secrets.decrypt(bytes(mail["content"]), f"mail {id_}"), type=Content)
    try:
        message = message_of(post, mail, content)
        if post.server is None:
            file_message(post.folder, id_, mail["created_at"], message)
            state = "filed"
        else:
            await hand_over(post.server, post.sender, mail["recipient"], message)
            state = "sent"
    except (Refused, ValueError) as error:  # a header that can't be made will not get better
        _log.warning("mail %s was refused: %s", id_, error)
        await _over(run, id_, "refused", str(error)[:500])
        return
    except OutsideFault as error:
        again = {"id": id_, "reason": str(error.text)[:500], "uncertain": isinstance(error, Uncertain)}
        async with run.transaction() as connection:
            await connection.execute(_AGAIN, again)
        raise
    await _over(run, id_, state)


async def _taken(run: JobRun, id_: UUID) -> dict[str, Any] | None:
    """The mail, marked as under way; None if it is over, or may not leave."""
    async with run.transaction() as connection:
        mail = await connection.row(_TAKE, {"id": id_})
        if mail is None:
            return None
        if run.workspace is None or run.workspace.kind != "live":
            reason = "not a live workspace"
        elif not await may_contact(connection, mail["recipient"], "email", mail["purpose"]):
            reason = "the address may not be used"
        else:
            return mail
        await connection.execute(_DONE, {"id": id_, "state": "withheld", "reason": reason, "now": datetime.now(UTC)})
    return None


async def _over(run: JobRun, id_: UUID, state: str, reason: str | None = None) -> None:
    async with run.transaction() as connection:
        await connection.execute(_DONE, {"id": id_, "state": state, "reason": reason, "now": datetime.now(UTC)})
